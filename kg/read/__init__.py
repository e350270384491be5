"""Stage 1, read: files, folders, addresses and streams become articles, each cleaned once and for good."""

from kg.read.article import require_date
from kg.read.formats import Outcome, outcomes, read
from kg.read.prints import print_of
from kg.read.settle import Dropped, Settled, settle, with_kept
from kg.read.sources import Source, SourceKind, sources

__all__ = [
    "Dropped",
    "Outcome",
    "Settled",
    "Source",
    "SourceKind",
    "outcomes",
    "print_of",
    "read",
    "require_date",
    "settle",
    "sources",
    "with_kept",
]
