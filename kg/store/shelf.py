"""Stage 6, the graphs of a release in the making: those that are new, and those that stand in an earlier one.

Memory holds the list of graphs, never their statements.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from kg.differences import differences
from kg.store.embedded import clear_errors
from kg.store.manifest import MANIFEST, NQUADS, Entry, content_of, read_graph, read_manifest, write_manifest
from kg.store.parts import copy_range, packed

_AT_ONCE = 1000
"""Lines that are packed at once."""


class Shelf:
    """Graphs as sorted N-Quads on disk, each whole; a graph that is put again replaces itself."""

    def __init__(self, fresh: Path, *, earlier: Path | None = None) -> None:
        """Take the file for new graphs, and the folder of an earlier release's dumps.

        Raises StoreError when a file cannot be written, as all methods do.
        """
        self._fresh = fresh
        with clear_errors(str(fresh)):
            self._out = fresh.open("wb")
        self._earlier = earlier
        self._old = read_manifest(earlier / MANIFEST) if earlier else {}
        self._held: dict[str, tuple[Path, Entry]] = {}

    def put(self, graph: str, lines: Iterable[bytes]) -> Entry:
        """Take a graph's N-Quads lines, sorted and each once; without any there is no graph."""
        hashed, quads, offset = hashlib.sha256(), 0, self._out.tell()
        with clear_errors(str(self._fresh)), packed(self._out, ".gz") as member:
            source = iter(lines)
            while some := list(itertools.islice(source, _AT_ONCE)):
                data = b"".join(some)
                hashed.update(data)
                member.write(data)
                quads += len(some)
        entry = Entry(graph, quads, hashed.hexdigest(), offset, self._out.tell() - offset)
        if quads:
            self._held[graph] = (self._fresh, entry)
        return entry

    def keep(self, graph: str) -> None:
        """Take over a graph of the earlier release as it is; where it has none there is none."""
        if self._earlier is not None and graph in self._old:
            self._held[graph] = (self._earlier / NQUADS, self._old[graph])

    def drop(self, graph: str) -> None:
        """Take a graph back."""
        self._held.pop(graph, None)

    def changed(self) -> list[str]:
        """Return the graphs that are not as in the earlier release, sorted: new, other or gone."""
        held = {entry.graph: entry.sha256 for entry in self.entries()}
        old = {graph: entry.sha256 for graph, entry in self._old.items()}
        return sorted(graph for graph in held.keys() | old.keys() if held.get(graph) != old.get(graph))

    def hash_of(self, graph: str) -> str:
        """Return the SHA-256 of a graph; empty where there is none."""
        return self._held[graph][1].sha256 if graph in self._held else ""

    def old_hash_of(self, graph: str) -> str:
        """Return the SHA-256 of a graph in the earlier release; empty where there is none."""
        return self._old[graph].sha256 if graph in self._old else ""

    def differences(self, graph: str) -> Iterator[tuple[bool, bytes]]:
        """Yield the lines of a graph that are gone (False) or new (True) since the earlier release."""
        return differences(self.old_lines(graph), self.lines(graph))

    def entries(self) -> list[Entry]:
        """Return what is held, by the IRIs of the graphs."""
        return [self._held[graph][1] for graph in sorted(self._held)]

    def lines(self, graph: str) -> Iterator[bytes]:
        """Yield the sorted N-Quads lines of a graph; none where there is no such graph."""
        if graph in self._held:
            self._flush()
            yield from read_graph(*self._held[graph])

    def old_lines(self, graph: str) -> Iterator[bytes]:
        """Yield the lines of a graph as the earlier release has it; none where it has no such graph."""
        if self._earlier is not None and graph in self._old:
            yield from read_graph(self._earlier / NQUADS, self._old[graph])

    def copy(self, graphs: Iterable[str], out: BinaryIO) -> None:
        """Write the gzip members of graphs, as they are, to where a file stands."""
        self._flush()
        for path, held in itertools.groupby((self._held[graph] for graph in graphs), key=itemgetter(0)):
            with path.open("rb") as source:
                for offset, size in _stretches(entry for _, entry in held):
                    copy_range(source, out, offset, size)

    def write(self, folder: Path) -> str:
        """Write all graphs and their list into a folder; return what names the content."""
        entries = self.entries()
        ends = itertools.accumulate((entry.size for entry in entries), initial=0)
        moved = [replace(entry, offset=offset) for entry, offset in zip(entries, ends, strict=False)]
        with clear_errors(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / NQUADS).open("wb") as out:
                self.copy((entry.graph for entry in entries), out)
            write_manifest(folder / MANIFEST, moved)
        return content_of(moved)

    def close(self) -> None:
        """Remove the file of new graphs."""
        with suppress(OSError):  # on a full disk it cannot be finished, nor need it be
            self._out.close()
        self._fresh.unlink(missing_ok=True)

    def _flush(self) -> None:
        with clear_errors(str(self._fresh)):
            self._out.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _stretches(entries: Iterable[Entry]) -> Iterator[tuple[int, int]]:
    """Yield where the members of graphs lie and how long they are; of those that lie together at once."""
    start = size = 0
    for entry in entries:
        if entry.offset != start + size:
            yield start, size
            start, size = entry.offset, 0
        size += entry.size
    yield start, size
