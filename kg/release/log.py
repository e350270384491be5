"""Stage 7, the log of releases: which there were, in the order in which they were made, and which are gone.

`DIR/state/releases.tsv`. A line is only ever added: one when a release is made, one when it is removed.
"""

import os
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

from kg.errors import StateError

_FILE = Path("state") / "releases.tsv"
_INSTEAD = "in place of "


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the log."""

    id: str
    as_of: str
    content: str
    removed_on: str = ""
    """The day, in ISO form; empty for a release that was made."""
    reason: str = ""
    """Why it was removed; of one that was made, whose place it takes."""


_HEADER = "\t".join(field.name for field in fields(Noted))


def read_log(directory: Path) -> dict[str, Noted]:
    """Return what holds of each release that ever was, the oldest first.

    Raises StateError naming the line that is damaged.
    """
    path = directory / _FILE
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"{path}: {error}") from error
    if lines[0] != _HEADER:
        raise StateError(f"{path}, line 1: the header must be {_HEADER!r}")
    found: dict[str, Noted] = {}
    for number, line in enumerate(lines[1:-1], start=2):
        noted = _noted(line, f"{path}, line {number}")
        if not noted.removed_on:
            found.pop(noted.id, None)  # made again: it stands where it was made last
        before = noted.reason.removeprefix(_INSTEAD)
        if not noted.removed_on and before != noted.reason and before in found:
            found = _beside(found, before, noted)
        found[noted.id] = noted
    return found


def _beside(found: dict[str, Noted], before: str, noted: Noted) -> dict[str, Noted]:
    """Return the log with a release right after the one whose place it takes."""
    placed: dict[str, Noted] = {}
    for name, each in found.items():
        placed[name] = each
        if name == before:
            placed[noted.id] = noted
    return placed


def note_made(directory: Path, release: str, as_of: date, content: str, *, instead: str = "") -> None:
    """Note that a release was made, or made to take the place of another one in the order of releases."""
    reason = f"{_INSTEAD}{instead}" if instead else ""
    _append(directory, Noted(release, as_of.isoformat(), content, reason=reason))


def note_removed(directory: Path, noted: Noted, *, on: date, reason: str) -> None:
    """Note that a release is removed, before it is."""
    _append(directory, Noted(noted.id, noted.as_of, noted.content, on.isoformat(), reason))


def _append(directory: Path, noted: Noted) -> None:
    path = directory / _FILE
    row = "\t".join(" ".join(cell.split()) for cell in astuple(noted)) + "\n"
    before = path.read_bytes() if path.is_file() else f"{_HEADER}\n".encode()
    # What a kill cut off is no line; the whole file takes the place of the old one in one step.
    whole = before[: before.rfind(b"\n") + 1] + row.encode()
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(whole)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _noted(line: str, where: str) -> Noted:
    cells = line.split("\t")
    if len(cells) != len(fields(Noted)) or not all(cells[:3]):
        raise StateError(f"{where}: not a release: {line[:80]!r}")
    return Noted(*cells)
