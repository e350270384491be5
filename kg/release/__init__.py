"""Stage 7: releases that never change, and the one name that says which of them is current."""

from kg.release.draft import Draft, Published, begin
from kg.release.fetching import Origin, ask_endpoint, download, origin_of, served_release
from kg.release.generation import Release, current, find, ids, is_id, name_of, releases, verify
from kg.release.keeping import remove, roll_back, tidy
from kg.release.kept import Kept
from kg.release.log import Noted, read_log
from kg.release.sums import check_sums, files_of, own_files, write_sums

__all__ = [
    "Draft",
    "Kept",
    "Noted",
    "Origin",
    "Published",
    "Release",
    "ask_endpoint",
    "begin",
    "check_sums",
    "current",
    "download",
    "files_of",
    "find",
    "ids",
    "is_id",
    "name_of",
    "origin_of",
    "own_files",
    "read_log",
    "releases",
    "remove",
    "roll_back",
    "served_release",
    "tidy",
    "verify",
    "write_sums",
]
