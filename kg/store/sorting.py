"""Stage 6, sorted N-Quads: the one form in which the same data is always the same bytes.

Larger than memory is allowed: lines are sorted in runs on disk, and the runs are merged.
"""

import heapq
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kg.errors import StoreError
from kg.store.embedded import clear_errors
from kg.store.lines import graph_of

_RUN = 500_000
"""Lines that are sorted in memory at once, about 150 MB."""


def write_nquads(graphs: Iterable[tuple[str, bytes]], path: Path) -> int:
    """Write the graphs, each an IRI and N-Triples, as one file of sorted N-Quads; return how many quads.

    The order of the graphs and of their triples does not matter, nor do repetitions. Raises StoreError for a
    blank node, which has no name that would be the same tomorrow, and when the file cannot be written.
    """
    lines = itertools.chain.from_iterable(_lines(graph, ntriples) for graph, ntriples in graphs)
    written = 0
    with clear_errors(str(path)), path.open("wb") as file:
        for line in sorted_lines(lines, path.parent):
            file.write(line)
            written += 1
    return written


def nquads_of(graph: str, ntriples: bytes) -> list[bytes]:
    """Return a small graph as sorted N-Quads lines, each once; raise StoreError as `write_nquads` does."""
    return sorted(set(_lines(graph, ntriples)))


def differences(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield what stands in one of two sorted sequences only, and whether that is the new one."""
    left, right = iter(old), iter(new)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(left, None), next(right, None)
        elif other is None or (one is not None and one < other):
            yield False, cast("bytes", one)
            one = next(left, None)
        else:
            yield True, other
            other = next(right, None)


def by_graph(nquads: Path) -> Iterator[bytes]:
    """Yield the lines of a sorted file again, graph by graph."""
    with nquads.open("rb") as file:
        keyed = (graph_of(line) + b" " + line for line in file)
        for line in sorted_lines(keyed, nquads.parent):
            yield line.split(b" ", 1)[1]


def sorted_lines(lines: Iterable[bytes], folder: Path) -> Iterator[bytes]:
    """Yield each line once, in the order of its bytes; runs too long for memory are kept in `folder`."""
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
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  the stack closes it
    stack.callback(file.close)
    file.writelines(run)
    file.seek(0)
    return file


def _lines(graph: str, ntriples: bytes) -> Iterator[bytes]:
    with clear_errors(f"graph {graph}"):
        name = NamedNode(graph)
        for quad in parse(ntriples, RdfFormat.N_TRIPLES):
            yield f"{_named(quad)} {name} .\n".encode()


def _named(quad: Quad) -> str:
    if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode | Literal):
        raise StoreError(f"only IRIs and literals are published, not {quad}")
    return f"{quad.subject} {quad.predicate} {quad.object}"
