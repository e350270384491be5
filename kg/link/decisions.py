"""Decisions that people took about identity, kept as SSSOM tables; link obeys them.

A row says that a thing of ours is (or, with `predicate_modifier` Not, is not) an item of an authority, that
the authority has none (`sssom:NoTermFound`), or that two things of ours are one (`owl:sameAs`) or, with Not,
two. `person:x Not owl:sameAs article:y` takes what the article y takes for x out of x. Of rows about the same
two the last one holds, so that each can be undone.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import StateError
from kg.resources import resource
from kg.vocabulary import ID_KINDS, WD

TABLE = "links/accepted.sssom.tsv"
_COLUMNS = {"subject_id", "predicate_id", "object_id", "mapping_justification"}
_ITEM = re.compile(r"Q[1-9][0-9]*")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NONE = "sssom:NoTermFound"
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


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    subject: str
    predicate: str
    target: str
    negated: bool


def load_decisions(*paths: Path) -> Decisions:
    """Return the decisions of those SSSOM files, after the ones that ship with the project.

    Raises StateError that names file and line when a row cannot be obeyed.
    """
    rows = [row for path in (resource(TABLE), *paths) for row in _rows(path)]
    accepted: defaultdict[str, set[str]] = defaultdict(set)
    absent: set[str] = set()
    refused: set[tuple[str, str]] = set()
    for row in rows:
        if row.predicate == "owl:sameAs":
            continue
        if row.target == _NONE:
            absent.add(row.subject)
        elif row.negated:
            refused.add((row.subject, row.target))
        else:
            accepted[row.subject].add(row.target)
    _check(rows, accepted)
    same_as = {
        subject: tuple(sorted(iri for iri in iris if (subject, iri) not in refused))
        for subject, iris in sorted(accepted.items())
    }
    return Decisions(
        {subject: iris for subject, iris in same_as.items() if iris},
        frozenset(absent),
        frozenset(refused),
        *_own(row for row in rows if row.predicate == "owl:sameAs"),
    )


_Pairs = tuple[tuple[str, str], ...]


def _own(
    rows: Iterable[_Row],
) -> tuple[_Pairs, _Pairs, frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Return what holds between things of ours: together, apart, moved and returned."""
    last: dict[tuple[str, str], _Row] = {}
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


def _check(rows: Sequence[_Row], accepted: Mapping[str, set[str]]) -> None:
    refused = {(row.subject, row.target) for row in rows if row.negated}
    for row in rows:
        standing = {iri for iri in accepted.get(row.subject, ()) if (row.subject, iri) not in refused}
        if len(standing) > 1:
            raise StateError(
                f"{row.where}: {row.subject} has several accepted items: {', '.join(sorted(standing))}"
            )


def _rows(path: Path) -> list[_Row]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"{path}: {error}") from error
    body = [(number, line) for number, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    table = csv.DictReader((line for _, line in body), delimiter="\t", quoting=csv.QUOTE_NONE)
    if missing := _COLUMNS - set(table.fieldnames or ()):
        raise StateError(f"{path}: columns missing: {', '.join(sorted(missing))}")
    return [_row(row, f"{path}, line {number}") for (number, _), row in zip(body[1:], table, strict=True)]


def _row(row: Mapping[str, str | None], where: str) -> _Row:
    subject, target = row.get("subject_id") or "", row.get("object_id") or ""
    predicate = row.get("predicate_id") or ""
    modifier = row.get("predicate_modifier") or ""
    if predicate not in ("schema:sameAs", "owl:sameAs") or modifier not in ("", "Not"):
        raise StateError(f"{where}: predicate {modifier} {predicate!r} is not understood")
    ours = predicate == "owl:sameAs"
    one, other = _path(subject, where), _path(target, where) if ours else _item(target, where)
    kinds = {path.partition("/")[0] for path in (one, other)}
    if ours and (
        one == other or one.startswith(_ARTICLE) or (len(kinds) > 1 and not other.startswith(_ARTICLE))
    ):
        raise StateError(f"{where}: {subject} and {target} cannot be one thing")
    return _Row(where, one, predicate, other, negated=modifier == "Not")


def _path(curie: str, where: str) -> str:
    prefix, _, name = curie.partition(":")
    segment = "concept" if prefix == "kgv" else ID_KINDS.get(prefix)
    if segment is None or not _NAME.fullmatch(name):
        raise StateError(f"{where}: {curie!r} names nothing of ours")
    return f"{segment}/{name}"


def _item(curie: str, where: str) -> str:
    if curie == _NONE:
        return curie
    prefix, _, name = curie.partition(":")
    if prefix != "wd" or not _ITEM.fullmatch(name):
        raise StateError(f"{where}: {curie!r} is no Wikidata item")
    return str(WD[name])
