"""Stage 6, the manifest of a dump: which graphs it holds, what is in each and where it lies.

There are no blank nodes, so the sorted canonical N-Quads of a graph are its RDFC-1.0 form and their SHA-256
is its RDFC-1.0 hash (W3C RDF Dataset Canonicalization 1.0, section 4). These tell what a release holds.
"""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from kg.errors import StoreError

MANIFEST = "graphs.tsv"
NQUADS = "accord.nq.gz"
_AT_ONCE = 1 << 16
_HEADER = "graph\tquads\tsha256\toffset\tbytes"


@dataclass(frozen=True, slots=True)
class Entry:
    """One graph of a dump."""

    graph: str
    quads: int
    sha256: str
    """Of the graph's sorted N-Quads, in hexadecimal."""
    offset: int
    """Where its gzip members begin in the file of all graphs."""
    size: int
    """How many bytes they take."""


def read_manifest(path: Path) -> dict[str, Entry]:
    """Return the entries of a manifest by graph, in the order of the file.

    Raises StoreError naming the line that is no entry.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    if not lines or lines[0] != _HEADER:
        raise StoreError(f"{path}: not a list of graphs, its first line is not {_HEADER!r}")
    entries = (_entry(path, number, line) for number, line in enumerate(lines[1:], start=2))
    return {entry.graph: entry for entry in entries}


def write_manifest(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries in the order given."""
    path.write_text(manifest_text(entries), encoding="utf-8")


def manifest_text(entries: Iterable[Entry]) -> str:
    """Return the manifest of these entries, in the order given."""
    lines = ("\t".join(map(str, astuple(entry))) for entry in entries)
    return "\n".join((_HEADER, *lines)) + "\n"


def content_of(entries: Iterable[Entry]) -> str:
    """Return the SHA-256 that names what the graphs hold, whatever their order and where they lie."""
    lines = sorted(f"{entry.sha256}  {entry.graph}\n" for entry in entries)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_graph(nquads: Path, entry: Entry) -> Iterator[bytes]:
    """Yield the sorted N-Quads lines of one graph of a dump.

    Raises StoreError when the file does not hold them.
    """
    hashed = hashlib.sha256()
    try:
        with nquads.open("rb") as file, gzip.open(io.BufferedReader(_Stretch(file, entry.size))) as members:
            file.seek(entry.offset)
            reader = io.BufferedReader(cast("io.RawIOBase", members), _AT_ONCE)  # it is faster line by line
            while lines := reader.readlines(_AT_ONCE):
                hashed.update(b"".join(lines))
                yield from lines
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise StoreError(f"{nquads}: the graph {entry.graph} cannot be read: {error}") from error
    if hashed.hexdigest() != entry.sha256:
        raise StoreError(f"{nquads}: the graph {entry.graph} is not what the list of graphs says")


class _Stretch(io.RawIOBase):
    """So many bytes of a file from where it stands, as a file that then ends."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(self._left, len(buffer)))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        graph, quads, sha256, offset, size = line.split("\t")
        return Entry(graph, int(quads), sha256, int(offset), int(size))
    except ValueError as error:
        raise StoreError(f"{path}, line {number}: not an entry of a graph: {line[:80]!r}") from error
