"""Stage 6: keep the graphs and answer SPARQL over them; the only room that knows the engine (Oxigraph)."""

from kg.store.contract import Answer, Row, Store, Term, count, fill, rows
from kg.store.described import described
from kg.store.dumps import write_dumps
from kg.store.embedded import EmbeddedStore, copy_store, open_read_only, open_store
from kg.store.formats import OFFERED
from kg.store.jsonld import context_of, jsonld_of, write_jsonld
from kg.store.manifest import MANIFEST, NQUADS, Entry, content_of, read_graph, read_manifest
from kg.store.pool import QueryPool, open_pool
from kg.store.reading import kind_of
from kg.store.shelf import Shelf
from kg.store.sorting import nquads_of, predicate_of, sorted_lines, subject_of, write_nquads
from kg.store.survey import survey

__all__ = [
    "MANIFEST",
    "NQUADS",
    "OFFERED",
    "Answer",
    "EmbeddedStore",
    "Entry",
    "QueryPool",
    "Row",
    "Shelf",
    "Store",
    "Term",
    "content_of",
    "context_of",
    "copy_store",
    "count",
    "described",
    "fill",
    "jsonld_of",
    "kind_of",
    "nquads_of",
    "open_pool",
    "open_read_only",
    "open_store",
    "predicate_of",
    "read_graph",
    "read_manifest",
    "rows",
    "sorted_lines",
    "subject_of",
    "survey",
    "write_dumps",
    "write_jsonld",
    "write_nquads",
]
