"""Stage 6: keep the graphs and answer SPARQL over them; the only room that knows the engine (Oxigraph)."""

from kg.store.contract import Answer, Row, Store, Term, count, rows
from kg.store.embedded import EmbeddedStore, open_read_only, open_store
from kg.store.formats import OFFERED
from kg.store.pool import QueryPool, open_pool
from kg.store.reading import kind_of

__all__ = [
    "OFFERED",
    "Answer",
    "EmbeddedStore",
    "QueryPool",
    "Row",
    "Store",
    "Term",
    "count",
    "kind_of",
    "open_pool",
    "open_read_only",
    "open_store",
    "rows",
]
