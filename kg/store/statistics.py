"""Stage 6, what a graph holds, counted in one pass over its sorted N-Quads.

Every number is exact. Memory grows with classes and properties, not with statements: the lines of a subject
stand together, and values are told apart by sorting, on disk where they are many.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.counts import Counted, Members, Uses
from kg.store.sorting import sorted_lines

Pairs = list[tuple[bytes, bytes]]
"""Predicates and values of one subject, as they are written."""
Observer = Callable[[bytes, Pairs], None]
_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def things(lines: Iterable[bytes]) -> Iterator[tuple[bytes, Pairs]]:
    """Yield each subject of a graph's sorted N-Quads with what is said of it, all terms as written."""
    for subject, group in itertools.groupby(lines, key=lambda line: line.split(b" ", 1)[0]):
        pairs: Pairs = []
        for line in group:
            _, predicate, rest = line.split(b" ", 2)
            pairs.append((predicate, rest.rsplit(b" ", 2)[0]))
        yield subject, pairs


def count_graph(lines: Iterable[bytes], folder: Path, *, space: str, observer: Observer) -> Counted:
    """Count a graph's sorted N-Quads; runs too long for memory are sorted in `folder`.

    Things of the publication are those whose IRI begins with `space`. The observer is shown each subject.
    """
    tally = _Tally(f"<{space}".encode())
    objects, values = 0, dict[bytes, int]()
    last = None
    for line in sorted_lines(_values(lines, tally, observer), folder):
        value, predicate = line[:-1].rsplit(b"\0", 1)
        objects += value != last
        values[predicate] = values.get(predicate, 0) + 1
        last = value
    return tally.counted(objects, values)


def _values(lines: Iterable[bytes], tally: "_Tally", observer: Observer) -> Iterator[bytes]:
    for subject, pairs in things(lines):
        tally.take(subject, pairs)
        observer(subject, pairs)
        yield from (value + b"\0" + predicate + b"\n" for predicate, value in pairs)


@dataclass(slots=True)
class _Class:
    entities: int = 0
    most: int = 0
    example: bytes = b""
    properties: dict[bytes, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Tally:
    space: bytes
    triples: int = 0
    subjects: int = 0
    entities: int = 0
    classes: dict[bytes, _Class] = field(default_factory=dict)
    properties: dict[bytes, list[int]] = field(default_factory=dict)

    def take(self, subject: bytes, pairs: Pairs) -> None:
        self.subjects += 1
        self.entities += subject.startswith(self.space)
        self.triples += len(pairs)
        uses: dict[bytes, int] = {}
        for predicate, _ in pairs:
            uses[predicate] = uses.get(predicate, 0) + 1
        _add(self.properties, uses)
        for kind in (value for predicate, value in pairs if predicate == _TYPE):
            members = self.classes.setdefault(kind, _Class())
            members.entities += 1
            # Subjects come in the order of their IRIs, so the first of several equals stays.
            if len(pairs) > members.most:
                members.most, members.example = len(pairs), subject
            _add(members.properties, uses)

    def counted(self, objects: int, values: dict[bytes, int]) -> Counted:
        classes = {
            _iri(kind): Members(members.entities, _iri(members.example), _uses(members.properties, {}))
            for kind, members in sorted(self.classes.items())
        }
        properties = _uses(self.properties, values)
        return Counted(self.triples, self.subjects, objects, self.entities, classes, properties)


def _add(properties: dict[bytes, list[int]], uses: dict[bytes, int]) -> None:
    for predicate, count in uses.items():
        known = properties.setdefault(predicate, [0, 0])
        known[0] += count
        known[1] += 1


def _uses(properties: dict[bytes, list[int]], values: dict[bytes, int]) -> dict[str, Uses]:
    return {
        _iri(predicate): Uses(triples, subjects, values.get(predicate, 0))
        for predicate, (triples, subjects) in sorted(properties.items())
    }


def _iri(term: bytes) -> str:
    return term[1:-1].decode()
