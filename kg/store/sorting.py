"""Stage 6, sorted N-Quads: the one form in which the same data is always the same bytes.

Larger than memory is allowed: lines are sorted in runs on disk, and the runs are merged.
"""

import heapq
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.errors import StoreError
from kg.store.embedded import clear_errors

_RUN = 500_000
"""Lines that are sorted in memory at once, about 150 MB."""


def nquads_of(graph: str, ntriples: bytes) -> list[bytes]:
    """Return a small graph as sorted N-Quads lines, each once.

    Raises StoreError for a blank node, which has no name that would be the same tomorrow.
    """
    return sorted(set(_lines(graph, ntriples)))


def sorted_lines(lines: Iterable[bytes], folder: Path) -> Iterator[bytes]:
    """Yield each line once, in the order of its bytes; runs too long for memory are kept in `folder`.

    Raises StoreError when they cannot be.
    """
    source = iter(lines)
    with ExitStack() as stack:
        runs: list[Iterable[bytes]] = []
        while run := sorted(set(itertools.islice(source, _RUN))):
            runs.append(run if not runs and len(run) < _RUN else _on_disk(run, folder, stack))
        last = b""
        for line in heapq.merge(*runs):
            if line != last:
                yield line
            last = line


def _on_disk(run: list[bytes], folder: Path, stack: ExitStack) -> Iterable[bytes]:
    with clear_errors(str(folder)):
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  the stack closes it
        stack.callback(_close, file)
        file.writelines(run)
        file.seek(0)
    return file


def _close(file: IO[bytes]) -> None:
    with suppress(OSError):  # on a full disk it cannot be finished, nor need it be
        file.close()


def _lines(graph: str, ntriples: bytes) -> Iterator[bytes]:
    with clear_errors(f"graph {graph}"):
        name = NamedNode(graph)
        for quad in parse(ntriples, RdfFormat.N_TRIPLES):
            yield f"{_named(quad)} {name} .\n".encode()


def _named(quad: Quad) -> str:
    if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode | Literal):
        raise StoreError(f"only IRIs and literals are published, not {quad}")
    return f"{quad.subject} {quad.predicate} {quad.object}"
