"""A Wikidata dump filtered into the lines format: hours of work, so it can be stopped and taken up again."""

import json
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from kg.errors import SourceError, StateError
from kg.link.authority.lines import opened
from kg.link.authority.records import as_row
from kg.link.authority.wikidata import may_be_kept, read_entity

_EVERY = 200_000
"""Lines between two marks on disk and two reports: half a minute on one core."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a filter is."""

    lines: int
    kept: int
    bad: int
    read: int
    """Bytes of the source, as it is stored."""
    size: int
    seconds: float
    written: int
    """Bytes of records so far."""


def filter_dump(
    source: Path,
    part: Path,
    *,
    keep: Collection[str],
    tell: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Write the records of a dump that are kept into `part`, from where an earlier run stopped.

    A line that is no entity is counted and left out. Raises SourceError when the dump cannot be read,
    StateError when the part cannot be written or belongs to another dump.
    """
    mark = part.with_name(part.name + ".mark")
    told = {"source": source.name, "size": source.stat().st_size, "keep": sorted(keep)}
    try:
        lines, kept, bad, written = _mark(mark, told)
        with opened(source) as stream, part.open("r+b" if written else "wb") as out:
            out.truncate(written)
            out.seek(written)
            job = _Job(source, stream, out, mark=mark, told=told, done=(lines, kept, bad))
            return job.run(keep, tell)
    except EOFError as error:
        raise SourceError(f"{source}: cut off: {error}") from error
    except OSError as error:
        raise StateError(f"{part}: {error}") from error


def _mark(mark: Path, told: dict[str, object]) -> tuple[int, int, int, int]:
    if not mark.exists():
        return 0, 0, 0, 0
    held = json.loads(mark.read_text(encoding="utf-8"))
    if held["of"] != told:
        raise StateError(
            f"{mark}: belongs to another dump or filter ({held['of']}); remove it to start again"
        )
    return held["lines"], held["kept"], held["bad"], held["written"]


class _Job:
    """One run over a dump: what is read, and what is known of the way."""

    def __init__(
        self,
        source: Path,
        stream: BinaryIO,
        out: BinaryIO,
        *,
        mark: Path,
        told: dict[str, object],
        done: tuple[int, int, int],
    ) -> None:
        self._raw, self._size = stream, source.stat().st_size
        self._out, self._mark, self._told = out, mark, told
        self._lines, self._kept, self._bad = done
        self._done = self._lines
        self._began = monotonic()

    def run(self, keep: Collection[str], tell: Callable[[Progress], None]) -> Progress:
        for line in self._new_lines(tell):
            if len(line) > 4 and may_be_kept(line, keep):  # noqa: PLR2004  `[`, `]` and an empty line
                self._take(line, keep)
        self._save()
        return self._progress()

    def _new_lines(self, tell: Callable[[Progress], None]) -> Iterator[bytes]:
        for number, line in enumerate(self._raw, start=1):
            if number <= self._done:
                continue
            yield line
            self._lines = number
            if number % _EVERY == 0:
                self._save()
                tell(self._progress())

    def _take(self, line: bytes, keep: Collection[str]) -> None:
        try:
            record = read_entity(line, keep)
        except (ValueError, KeyError, TypeError):
            self._bad += 1
            return
        if record is not None:
            self._kept += 1
            text = json.dumps(as_row(record), ensure_ascii=False, separators=(",", ":"))
            self._out.write(text.encode() + b"\n")

    def _save(self) -> None:
        self._out.flush()
        os.fsync(self._out.fileno())
        held = {"of": self._told, "lines": self._lines, "kept": self._kept, "bad": self._bad}
        temporary = self._mark.with_name(self._mark.name + ".new")
        temporary.write_text(json.dumps(held | {"written": self._out.tell()}), encoding="utf-8")
        temporary.replace(self._mark)

    def _progress(self) -> Progress:
        raw = getattr(self._raw, "fileobj", None) or getattr(self._raw, "_fp", None)
        read = (raw or self._raw).tell() if self._raw.seekable() else 0
        seconds = monotonic() - self._began
        return Progress(self._lines, self._kept, self._bad, read, self._size, seconds, self._out.tell())
