"""Stage 7: releases that never change, and the one name that says which of them is current."""

from kg.release.draft import Draft, Published, begin
from kg.release.generation import Release, current, find, ids, name_of, releases, verify
from kg.release.keeping import remove, roll_back, tidy
from kg.release.kept import Kept
from kg.release.log import Noted, read_log

__all__ = [
    "Draft",
    "Kept",
    "Noted",
    "Published",
    "Release",
    "begin",
    "current",
    "find",
    "ids",
    "name_of",
    "read_log",
    "releases",
    "remove",
    "roll_back",
    "tidy",
    "verify",
]
