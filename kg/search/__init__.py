"""Stage 6, search: the names of a release in one file, and what a name or a foreign id could mean."""

from kg.search.foreign import Foreign, foreign_id
from kg.search.index import FILE, NameIndex, Thing, is_current, open_names
from kg.search.likeness import Likeness, likeness
from kg.search.write import CLASSES, write_names

__all__ = [
    "CLASSES",
    "FILE",
    "Foreign",
    "Likeness",
    "NameIndex",
    "Thing",
    "foreign_id",
    "is_current",
    "likeness",
    "open_names",
    "write_names",
]
