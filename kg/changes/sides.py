"""Stage 7, changes: the two releases that are compared, and which lines only one of them has.

Only graphs whose hashes differ are read, and both are read as sorted streams, so memory does not grow.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Side:
    """One of two releases that are compared."""

    content: str
    """The SHA-256 that names what it holds."""
    hashes: Mapping[str, str]
    """Graph -> SHA-256 of its sorted N-Quads."""
    lines: Callable[[str], Iterator[bytes]]
    """Yields the sorted N-Quads of a graph that it has."""
    id: str = ""
    """Empty where nothing tells it."""
    as_of: str = ""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Paths of things that proved to be others -> the paths of those."""

    def graph(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a graph; none where it has no such graph."""
        if name in self.hashes:
            yield from self.lines(name)


def changed_graphs(before: Side, after: Side) -> list[str]:
    """Return the graphs that the two do not have alike, in order."""
    graphs = before.hashes.keys() | after.hashes.keys()
    return sorted(graph for graph in graphs if before.hashes.get(graph) != after.hashes.get(graph))
