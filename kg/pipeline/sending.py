"""Send what a plan says to a remote store, a few graphs at a time, each recorded before and after."""

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kg.errors import StoreError
from kg.store import Entry, read_graph
from kg.store.plan import CHANGING, Change, Plan, differences, triple_of
from kg.store.pushed import Record, Remote, counts
from kg.store.reading import iri_ref

_T = TypeVar("_T")
_AT_ONCE = 50
"""Graphs that are marked, sent, counted and recorded together."""
_LINES = 1000
"""Statements in one update; some stores refuse longer ones."""
_UNSAFE = (rb"\\u", rb"\\U")
"""An escaped backslash before a `u`: in SPARQL it may be read as the escape of a character."""

Kept = dict[tuple[str, str], tuple[Path, Entry]]
"""Graphs of releases that are kept here, by IRI and SHA-256: the file they are in, and where."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The release that is brought, and what is kept of others."""

    nquads: Path
    graphs: Mapping[str, Entry]
    kept: Kept

    def lines(self, graph: str) -> Iterator[bytes]:
        """Yield the quads of a graph."""
        return read_graph(self.nquads, self.graphs[graph])


class Sender:
    """What one push sends; all of it may be sent again."""

    def __init__(self, store: Remote, record: Record, ours: Ours, tell: Callable[[str], None]) -> None:
        self._store = store
        self._record = record
        self._ours = ours
        self._tell = tell

    def send(self, plan: Plan) -> None:
        """Carry the plan out; raises StoreError when the store does not come to hold what was sent."""
        whole = [*plan.put, *(change.graph for change in plan.change if not self._changed(change))]
        done = 0
        for some in _batches(whole, _AT_ONCE):
            self._put(some)
            done += len(some)
            self._tell(f"sent {done} of {len(whole)} graphs")
        for some in _batches(plan.remove, _AT_ONCE):
            self._remove(some)
            self._tell(f"removed {len(some)} graphs")

    def _put(self, graphs: Sequence[str]) -> None:
        self._record.note(dict.fromkeys(graphs, CHANGING))
        for graph in graphs:
            with tempfile.NamedTemporaryFile(suffix=".nt") as file:
                file.writelines(map(triple_of, self._ours.lines(graph)))
                file.flush()
                self._store.replace(graph, Path(file.name))
        self._counted(graphs)

    def _remove(self, graphs: Sequence[str]) -> None:
        self._record.note(dict.fromkeys(graphs, CHANGING))
        for graph in graphs:
            self._store.remove(graph)
        self._record.note(dict.fromkeys(graphs, ""))

    def _changed(self, change: Change) -> bool:
        """Send the difference and return True; return False where the graph had better be sent whole."""
        lines = 0
        for _, line in self._differences(change):
            lines += 1
            if 2 * lines > self._ours.graphs[change.graph].quads or any(mark in line for mark in _UNSAFE):
                return False
        self._record.note({change.graph: change.mark})
        for some in _batches(self._differences(change), _LINES):
            self._store.update(_update(change.graph, some))
        if counts(self._store, [change.graph]).get(change.graph, 0) != self._ours.graphs[change.graph].quads:
            return False  # somebody else wrote there: the whole graph makes it right
        self._record.note({change.graph: change.after})
        self._tell(f"sent {lines} changes of {change.graph}")
        return True

    def _differences(self, change: Change) -> Iterator[tuple[bool, bytes]]:
        before = read_graph(*self._ours.kept[change.graph, change.before])
        return differences(before, self._ours.lines(change.graph))

    def _counted(self, graphs: Sequence[str]) -> None:
        """Record the graphs if the store has as many statements of each as were sent."""
        found = counts(self._store, graphs)
        for graph in graphs:
            if found.get(graph, 0) != self._ours.graphs[graph].quads:
                told = f"{found.get(graph, 0)} of the {self._ours.graphs[graph].quads} statements of {graph}"
                raise StoreError(f"the store holds {told}")
        self._record.note({graph: self._ours.graphs[graph].sha256 for graph in graphs})


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    source = iter(items)
    while some := list(itertools.islice(source, size)):
        yield some


def _update(graph: str, changes: Sequence[tuple[bool, bytes]]) -> str:
    parts = []
    for word, added in (("DELETE", False), ("INSERT", True)):
        lines = "".join(triple_of(line).decode() for sign, line in changes if sign is added)
        if lines:
            parts.append(f"{word} DATA {{ GRAPH {iri_ref(graph)} {{\n{lines}}} }}")
    return " ;\n".join(parts)
