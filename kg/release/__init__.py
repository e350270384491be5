"""Stage 7: releases that never change, and the one name that says which of them is current."""

from kg.release.draft import Draft, Published, begin, derive, locked, remove_leftovers
from kg.release.fetching import Origin, ask_endpoint, download, origin_of, served_release
from kg.release.generation import (
    Release,
    current,
    current_id,
    find,
    ids,
    in_order,
    is_id,
    name_of,
    releases,
    verify,
)
from kg.release.keeping import remove, roll_back, tidy
from kg.release.kept import Kept
from kg.release.log import Noted, read_log
from kg.release.replacing import put_folder, renew, replace_release
from kg.release.sums import check_sums, files_of, own_files, write_sums
from kg.release.withdrawals import Withdrawal, Withdrawals, note_withdrawal, read_withdrawals

__all__ = [
    "Draft",
    "Kept",
    "Noted",
    "Origin",
    "Published",
    "Release",
    "Withdrawal",
    "Withdrawals",
    "ask_endpoint",
    "begin",
    "check_sums",
    "current",
    "current_id",
    "derive",
    "download",
    "files_of",
    "find",
    "ids",
    "in_order",
    "is_id",
    "locked",
    "name_of",
    "note_withdrawal",
    "origin_of",
    "own_files",
    "put_folder",
    "read_log",
    "read_withdrawals",
    "releases",
    "remove",
    "remove_leftovers",
    "renew",
    "replace_release",
    "roll_back",
    "served_release",
    "tidy",
    "verify",
    "write_sums",
]
