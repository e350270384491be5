"""Stage 7: what changed between two releases, as a patch for machines and in words for people."""

from kg.changes.kept import changes_of, patch_of
from kg.changes.patch import name_of, write_patch
from kg.changes.sides import Side, changed_graphs
from kg.changes.summary import CHANGES, CHANGES_FILE, FOLDER, KINDS, PATCH_FILE, Summary, as_json, summary
from kg.changes.text import count_lines, counted, noun, text_of

__all__ = [
    "CHANGES",
    "CHANGES_FILE",
    "FOLDER",
    "KINDS",
    "PATCH_FILE",
    "Side",
    "Summary",
    "as_json",
    "changed_graphs",
    "changes_of",
    "count_lines",
    "counted",
    "name_of",
    "noun",
    "patch_of",
    "summary",
    "text_of",
    "write_patch",
]
