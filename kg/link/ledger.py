"""The ledger: which permanent path was given to what; link reads it, the caller appends what is new.

A line is `fingerprint TAB path TAB release`. Lines are only ever added: an IRI is for ever.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import StateError, StoreError

HEADER = "fingerprint\tpath\tfirst_release"
_PATH = re.compile(r"[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*")
_FINGERPRINT = re.compile(r"[a-z-]+(:[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Ledger:
    """Fingerprint -> path; the order is that of the file, oldest first."""

    paths: Mapping[str, str] = field(default_factory=dict)

    def age(self) -> dict[str, int]:
        """Return for every path the place of its first line, so that the oldest is the smallest."""
        ages: dict[str, int] = {}
        for number, path in enumerate(self.paths.values()):
            ages.setdefault(path, number)
        return ages

    def owners(self) -> dict[str, list[str]]:
        """Return the fingerprints of every path."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for fingerprint, path in self.paths.items():
            found[path].append(fingerprint)
        return dict(found)

    def extended(self, lines: Iterable[tuple[str, str]]) -> "Ledger":
        """Return the ledger as it is once those lines are appended."""
        return Ledger({**self.paths, **dict(lines)})


def load_ledger(path: Path) -> Ledger:
    """Return the ledger of a file, empty when there is none yet.

    Raises StateError that names file and line when the file is damaged.
    """
    if not path.exists():
        return Ledger()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"{path}: {error}") from error
    if text and not text.endswith("\n"):
        raise StateError(f"{path}, line {text.count(chr(10)) + 1}: the last line is cut off")
    lines = text.split("\n")[:-1]
    if lines and lines[0] != HEADER:
        raise StateError(f"{path}, line 1: the header must be {HEADER!r}")
    return Ledger(_entries(lines[1:], path))


def _entries(lines: Sequence[str], path: Path) -> dict[str, str]:
    entries: dict[str, str] = {}
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        sound = len(cells) == HEADER.count("\t") + 1 and all(cells)
        if not sound or not _FINGERPRINT.fullmatch(cells[0]) or not _PATH.fullmatch(cells[1]):
            raise StateError(f"{path}, line {number}: not `fingerprint TAB path TAB release`: {line[:80]!r}")
        if cells[0] in entries:
            raise StateError(f"{path}, line {number}: {cells[0]} was already given {entries[cells[0]]}")
        entries[cells[0]] = cells[1]
    return entries


def append_lines(path: Path, lines: Sequence[tuple[str, str]], *, release: str) -> None:
    """Append new lines to the ledger file and see them on the disk before returning.

    A full disk or a kill leaves the file as it was: the longer one takes its place in one step. Raises
    StoreError when it cannot be written.
    """
    if not lines:
        return
    rows = "".join(f"{fingerprint}\t{thing}\t{release}\n" for fingerprint, thing in lines)
    draft = path.with_suffix(".draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_bytes() if path.exists() else b""
        with draft.open("wb") as ledger:
            ledger.write((before or f"{HEADER}\n".encode()) + rows.encode())
            ledger.flush()
            os.fsync(ledger.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from error
