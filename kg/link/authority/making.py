"""From files of others to a snapshot: which reader a file needs, its hash and its date."""

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from kg.errors import SourceError
from kg.link.authority.dump import Progress, filter_dump
from kg.link.authority.lines import opened, read_lines
from kg.link.authority.records import Record
from kg.link.authority.ror import read_ror
from kg.link.authority.snapshot import Manifest
from kg.link.authority.starter import read_starter
from kg.link.authority.wikidata import KEPT
from kg.link.authority.writing import sha256_of, write_snapshot

_DATE = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)")


def build_snapshot(
    sources: Sequence[Path],
    into: Path,
    *,
    keep: Collection[str] = KEPT,
    date: str | None = None,
    starter: bool = False,
    modules: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Build a snapshot of those files in `into`.

    A file is a Wikidata dump, a ROR release or records as JSON lines; which, is seen from its beginning. The
    date is the latest in the files' names or of the files, unless given.
    Raises SourceError for what cannot be read, StateError for what cannot be written.
    """
    known: list[tuple[str, str]] = []
    parts: list[Iterator[Record]] = []
    if starter:
        records, lines = read_starter(modules)
        known += [(line, "") for line in lines]
        parts.append(iter(records))
        for line in lines:
            tell(line)
    for source in sources:
        if not source.is_file():
            raise SourceError(f"{source}: there is no such file")
        kind = kind_of(source)
        tell(f"{source.name}: {kind}")
        known.append((source.name, sha256_of(source)))
        parts.append(_records(source, kind, into, keep, tell))
    day = date or max((_day(source) for source in sources), default=_today())
    return write_snapshot(itertools.chain(*parts), into, sources=known, date=day, tell=tell)


def kind_of(source: Path) -> str:
    """Return what a file holds: `wikidata dump`, `ror release` or `records`."""
    with opened(source) as stream:
        start = stream.read(4096).lstrip()
    if start.startswith(b"["):
        return "wikidata dump" if b'"type":"item"' in start.replace(b" ", b"") else "ror release"
    if start.startswith(b"{"):
        return "records"
    raise SourceError(f"{source}: neither a Wikidata dump, a ROR release nor records as JSON lines")


def _records(
    source: Path, kind: str, into: Path, keep: Collection[str], tell: Callable[[str], None]
) -> Iterator[Record]:
    if kind == "records":
        return read_lines(source)
    if kind == "ror release":
        return read_ror(source)
    part = into.with_name(f"{into.name}.{source.name}.part")
    into.parent.mkdir(parents=True, exist_ok=True)
    done = filter_dump(source, part, keep=keep, tell=lambda progress: tell(as_line(progress)))
    tell(as_line(done))
    return read_lines(part)


def as_line(progress: Progress) -> str:
    """Return progress as one line: share, rate, time left, disk used."""
    share = progress.read / progress.size if progress.size else 0.0
    rate = progress.read / progress.seconds / 1e6 if progress.seconds else 0.0
    left = (progress.size - progress.read) / 1e6 / rate / 60 if rate else 0.0
    bar = "#" * int(20 * share) + "." * (20 - int(20 * share))
    bad = f", {progress.bad} lines not understood" if progress.bad else ""
    return (
        f"[{bar}] {share:4.0%} {progress.lines:,} lines, {progress.kept:,} kept{bad};"
        f" {rate:.0f} MB/s, {left:.0f} min left; {progress.written / 1e6:,.0f} MB on disk"
    )


def _day(source: Path) -> str:
    if match := _DATE.search(source.name):
        return "-".join(match.groups())
    return datetime.fromtimestamp(source.stat().st_mtime, UTC).date().isoformat()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
