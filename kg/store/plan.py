"""Stage 6, what must be sent so that a remote store holds a release; pure: lists in, a plan out."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.store.manifest import Entry

CHANGING = "changing"
"""What is recorded of a graph while it is changed; behind it, when by a difference, from what to what."""
LARGE = 1000
"""Quads from which on the difference is sent rather than the whole graph, where it is known."""


@dataclass(frozen=True, slots=True)
class Change:
    """A graph that is changed by the difference to what an earlier release had in it."""

    graph: str
    before: str
    after: str

    @property
    def mark(self) -> str:
        """What is recorded while it is under way: it alone may be carried out again."""
        return f"{CHANGING} {self.before} {self.after}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Graphs to be sent whole, changed, and removed; all others are there already."""

    put: tuple[str, ...]
    change: tuple[Change, ...]
    remove: tuple[str, ...]
    same: int

    @property
    def empty(self) -> bool:
        """Whether the store holds all that it should."""
        return not (self.put or self.change or self.remove)


def plan_of(
    held: Mapping[str, str],
    wanted: Mapping[str, Entry],
    kept: Collection[tuple[str, str]],
    *,
    large: int = LARGE,
) -> Plan:
    """Return what makes of a store that holds `held` (graph -> SHA-256, or a mark) one that holds `wanted`.

    `kept` are graphs, each with a SHA-256, whose quads are known from a release. Nothing is believed of a
    graph that was being changed, but that a difference from A to B which was under way can be sent again.
    """
    put: list[str] = []
    change: list[Change] = []
    for graph, entry in wanted.items():
        now = held.get(graph, "")
        if now == entry.sha256:
            continue
        before = _before(now, entry.sha256)
        if entry.quads >= large and (graph, before) in kept:
            change.append(Change(graph, before, entry.sha256))
        else:
            put.append(graph)
    remove = sorted(held.keys() - wanted.keys())
    return Plan(tuple(put), tuple(change), tuple(remove), len(wanted) - len(put) - len(change))


def _before(now: str, wanted: str) -> str:
    """Return the SHA-256 from which a difference may start."""
    words = now.split()
    if words[:1] != [CHANGING]:
        return now
    return words[1] if words[2:] == [wanted] else ""


def differences(before: Iterable[bytes], after: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield each line that is only in one of two sorted lists; True where it is added."""
    old, new = iter(before), iter(after)
    one, other = next(old, None), next(new, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(old, None), next(new, None)
        elif other is None or (one is not None and one < other):
            yield False, one or b""
            one = next(old, None)
        else:
            yield True, other
            other = next(new, None)


def triple_of(line: bytes) -> bytes:
    """Return a line of N-Quads as one of N-Triples."""
    return line.rsplit(b" ", 2)[0] + b" .\n"
