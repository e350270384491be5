"""Stage 7, the record of what was withdrawn: whose wish, when, why, and by what it is known again.

`DIR/state/decisions/withdrawals.tsv`; a line is only ever added. Addresses and texts stand there as SHA-256
only, so that the record itself gives nothing away.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

from kg.errors import StateError

RECORD = Path("state") / "decisions" / "withdrawals.tsv"
WITHDRAW, DONE, UNDO = "withdraw", "done", "undo"
_TARGET = re.compile(r"(article|claim)/[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One line of the record."""

    target: str
    """The path of an article or of a claim."""
    action: str
    """That it is withdrawn, that all was done for it, or that it is taken back."""
    day: str
    by: str = ""
    reason: str = ""
    shown: str = ""
    """`shown` where the reason may be told to everybody."""
    article: str = ""
    """The id of the article that a claim is of."""
    text: str = ""
    """SHA-256 of an article's text."""
    address: str = ""
    """SHA-256 of its web address."""

    @property
    def notice(self) -> str:
        """Return what everybody may know of it."""
        return f"withdrawn on {self.day}" + (f": {self.reason}" if self.shown and self.reason else "")


_HEADER = "\t".join(field.name for field in fields(Withdrawal))


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """What holds: what is withdrawn, and for which of it something is still to be done."""

    by_target: Mapping[str, Withdrawal]
    pending: frozenset[str] = frozenset()

    def of_article(self, article: str, *, text: str, url: str) -> Withdrawal | None:
        """Return the withdrawal of an article by its id, its text's SHA-256 or its address."""
        if found := self.by_target.get(f"article/{article}"):
            return found
        address = sha256(url) if url else ""
        for each in self.by_target.values():
            if each.text and (each.text == text or (address and each.address == address)):
                return each
        return None

    def claims_of(self, article: str) -> frozenset[str]:
        """Return the ids of the withdrawn claims of an article."""
        return frozenset(
            each.target.partition("/")[2] for each in self.by_target.values() if each.article == article
        )


def sha256(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_withdrawals(directory: Path) -> Withdrawals:
    """Return what holds in a publication; raises StateError naming the line that is damaged."""
    path = directory / RECORD
    if not path.is_file():
        return Withdrawals({})
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"{path}: {error}") from error
    if lines[0] != _HEADER:
        raise StateError(f"{path}, line 1: the header must be {_HEADER!r}")
    if lines[-1]:
        raise StateError(f"{path}, line {len(lines)}: the last line is cut off")
    held: dict[str, Withdrawal] = {}
    pending: set[str] = set()
    for number, line in enumerate(lines[1:-1], start=2):
        each = _read(line, f"{path}, line {number}")
        pending.discard(each.target)
        if each.action == WITHDRAW:
            held[each.target] = each
            pending.add(each.target)
        elif each.action == UNDO:
            held.pop(each.target, None)
    return Withdrawals(held, frozenset(pending))


def note_withdrawal(directory: Path, each: Withdrawal) -> None:
    """Add a line and see it on the disk; a kill leaves the record as it was."""
    read_withdrawals(directory)  # what is damaged is not written over
    path = directory / RECORD
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.is_file() else f"{_HEADER}\n".encode()
    row = "\t".join(" ".join(cell.split()) for cell in astuple(each)) + "\n"
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(before + row.encode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read(line: str, where: str) -> Withdrawal:
    cells = line.split("\t")
    if len(cells) != len(fields(Withdrawal)):
        raise StateError(f"{where}: {len(cells)} cells instead of {len(fields(Withdrawal))}: {line[:80]!r}")
    each = Withdrawal(*cells)
    if not _TARGET.fullmatch(each.target) or each.action not in (WITHDRAW, DONE, UNDO):
        raise StateError(f"{where}: not the withdrawal of an article or a claim: {line[:80]!r}")
    try:
        date.fromisoformat(each.day)
    except ValueError as error:
        raise StateError(f"{where}: {each.day!r} is not a day") from error
    return each
