"""Decisions that people took about identity, kept as SSSOM tables; link obeys them.

A row says that a thing of ours is (or, with `predicate_modifier` Not, is not) an item of an authority, that
the authority has none (`sssom:NoTermFound`), or that two things of ours are one (`owl:sameAs`) or, with Not,
two. `person:x Not owl:sameAs article:y` takes what the article y takes for x out of x. Of rows about the same
two the last one holds, so that each can be undone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import StateError
from kg.link.foreign_items import authority_of
from kg.link.mappings import OWN, Row, Status, read_rows, standing
from kg.resources import resource

TABLE = "links/accepted.sssom.tsv"
_ARTICLE = "article/"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided; things are named by path, concepts by `concept/NAME`."""

    same_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Accepted IRIs elsewhere."""
    absent: frozenset[str] = frozenset()
    """Things for which a search found no item."""
    refused: frozenset[tuple[str, str]] = frozenset()
    """Thing and IRI that are not the same."""
    together: tuple[tuple[str, str], ...] = ()
    """Pairs of paths that are one thing; the second of each is to stay."""
    apart: tuple[tuple[str, str], ...] = ()
    """Pairs of paths that are two things."""
    moved: frozenset[tuple[str, str]] = frozenset()
    """Thing, and article that spoke of another one under its name."""
    returned: frozenset[tuple[str, str]] = frozenset()
    """The same, where that was taken back."""
    likely: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """IRIs elsewhere that a linker is sure enough of, and nobody looked at."""
    rows: tuple[Row, ...] = ()
    """The rows about other authorities that hold: the record behind each link."""


def load_decisions(*paths: Path) -> Decisions:
    """Return the decisions of those SSSOM files, after the ones that ship with the project.

    Raises StateError that names file and line when a row cannot be obeyed.
    """
    return decided([row for path in (resource(TABLE), *paths) for row in read_rows(path)])


def decided(rows: Sequence[Row]) -> Decisions:
    """Return what rows come to, each later one before the earlier ones about the same two.

    Raises StateError that names file and line when a row cannot be obeyed.
    """
    now = standing(rows)
    accepted = _items(row for row in now if row.status is Status.ACCEPTED)
    _check(now)
    absent = frozenset(row.subject for row in now if row.status is Status.ABSENT)
    settled = {(subject, authority_of(iri)) for subject, iris in accepted.items() for iri in iris}
    settled |= {(subject, "wd") for subject in absent}
    sure = [
        row
        for row in now
        if row.status is Status.CANDIDATE
        and row.told.get("tier") == "auto"
        and (row.subject, authority_of(row.target)) not in settled
    ]
    # What was reached through another item stands and falls with it.
    held = {(r.subject, r.object_id) for r in (*sure, *(r for r in now if r.status is Status.ACCEPTED))}
    likely = _items(row for row in sure if "via" not in row.told or (row.subject, row.told["via"]) in held)
    return Decisions(
        accepted,
        absent,
        frozenset((row.subject, row.target) for row in now if row.status is Status.REJECTED),
        *_own(row for row in rows if row.predicate_id == OWN),
        likely=likely,
        rows=tuple(now),
    )


def _items(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row.subject].add(row.target)
    return {subject: tuple(sorted(iris)) for subject, iris in sorted(found.items())}


_Pairs = tuple[tuple[str, str], ...]


def _own(
    rows: Iterable[Row],
) -> tuple[_Pairs, _Pairs, frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Return what holds between things of ours: together, apart, moved and returned."""
    last: dict[tuple[str, str], Row] = {}
    for row in rows:
        last[min(row.subject, row.target), max(row.subject, row.target)] = row
    told = sorted(((row.subject, row.target), row) for row in last.values())
    things = [(pair, row) for pair, row in told if not row.target.startswith(_ARTICLE)]
    articles = [((one, to.removeprefix(_ARTICLE)), row) for (one, to), row in told if to.startswith(_ARTICLE)]
    together = tuple(pair for pair, row in things if not row.negated)
    apart = [row for _, row in things if row.negated]
    for row in apart:
        if row.target in _reached(row.subject, together):
            raise StateError(f"{row.where}: other rows make {row.subject} and {row.target} one")
    return (
        together,
        tuple((row.subject, row.target) for row in apart),
        frozenset(pair for pair, row in articles if row.negated),
        frozenset(pair for pair, row in articles if not row.negated),
    )


def _reached(start: str, pairs: _Pairs) -> set[str]:
    """Return everything that pairs make one with a thing."""
    found, fresh = {start}, {start}
    while fresh:
        fresh = {to for pair in pairs for to in pair if fresh & set(pair)} - found
        found |= fresh
    return found


def _check(now: Iterable[Row]) -> None:
    held: dict[tuple[str, str], Row] = {}
    for row in now:
        if row.status is not Status.ACCEPTED:
            continue
        key = (row.subject, authority_of(row.target))
        if key in held:
            items = sorted((held[key].target, row.target))
            raise StateError(f"{row.where}: {row.subject} has several accepted items: {', '.join(items)}")
        held[key] = row
