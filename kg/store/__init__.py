"""Stage 6: keep the graphs and answer SPARQL over them; the only room that knows the engine (Oxigraph).

What only a build needs is imported from where it is (`kg.store.dumps`, `kg.store.survey`): query workers load
this package, and are to stay small.
"""

from kg.store.allowance import PoolLimits
from kg.store.catalogued import CATALOG_FILE, catalogued, check_catalog
from kg.store.checking import check_graphs, check_manifest
from kg.store.comparing import check_counts, check_formats, check_store, lines_of, types_in
from kg.store.contract import Answer, Row, Store, Term, count, fill, rows, rows_of
from kg.store.described import described
from kg.store.embedded import EmbeddedStore, copy_store, open_read_only, open_store
from kg.store.explaining import Fault, read_fault
from kg.store.formats import OFFERED
from kg.store.jsonld import context_of, jsonld_of
from kg.store.lines import predicate_of, subject_of
from kg.store.manifest import MANIFEST, NQUADS, Entry, content_of, read_graph, read_manifest
from kg.store.nursery import Nursery
from kg.store.pool import QueryPool, open_pool
from kg.store.reading import iris_in, kind_of, token_at
from kg.store.remote import Places, RemoteStore, places
from kg.store.shelf import Shelf
from kg.store.sorting import nquads_of, sorted_lines
from kg.store.streamed import Streamed
from kg.store.tally import triple_of
from kg.store.web import Account

__all__ = [
    "CATALOG_FILE",
    "MANIFEST",
    "NQUADS",
    "OFFERED",
    "Account",
    "Answer",
    "EmbeddedStore",
    "Entry",
    "Fault",
    "Nursery",
    "Places",
    "PoolLimits",
    "QueryPool",
    "RemoteStore",
    "Row",
    "Shelf",
    "Store",
    "Streamed",
    "Term",
    "catalogued",
    "check_catalog",
    "check_counts",
    "check_formats",
    "check_graphs",
    "check_manifest",
    "check_store",
    "content_of",
    "context_of",
    "copy_store",
    "count",
    "described",
    "fill",
    "iris_in",
    "jsonld_of",
    "kind_of",
    "lines_of",
    "nquads_of",
    "open_pool",
    "open_read_only",
    "open_store",
    "places",
    "predicate_of",
    "read_fault",
    "read_graph",
    "read_manifest",
    "rows",
    "rows_of",
    "sorted_lines",
    "subject_of",
    "token_at",
    "triple_of",
    "types_in",
]
