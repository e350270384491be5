"""What people decided about who is who, applied before link compares anything."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping

from kg.link.clusters import Clusters, join_equal
from kg.link.decisions import Decisions
from kg.link.ledger import Ledger
from kg.link.mentions import Book, MentionId

_log = logging.getLogger(__name__)

Prints = Mapping[MentionId, tuple[str, ...]]


def split_prints(prints: Prints, ledger: Ledger, decisions: Decisions) -> Prints:
    """Return the fingerprints, changed where a mention was split off: the ledger has another thing for it.

    A split that was taken back leaves its fingerprints beside the old ones: what it was called redirects.
    """
    if not decisions.moved and not decisions.returned:
        return prints
    return {mention: _split(mention, told, ledger, decisions) for mention, told in prints.items()}


def _split(
    mention: MentionId, told: tuple[str, ...], ledger: Ledger, decisions: Decisions
) -> tuple[str, ...]:
    kept = told
    for _ in decisions.moved:
        # What was split from its new thing in turn is changed once more.
        wrong = sorted(path for path in _held(kept, ledger) if (path, mention[0]) in decisions.moved)
        if not wrong:
            break
        kept = tuple(_other(print_, wrong[0]) for print_ in kept)
    back = sorted(path for path in _held(told, ledger) if (path, mention[0]) in decisions.returned)
    old = (_other(print_, path) for path in back for print_ in told)
    return (*kept, *(print_ for print_ in old if print_ in ledger.paths))


def _other(print_: str, path: str) -> str:
    return f"{print_}:not-{path.rpartition('/')[2]}"


def is_split(print_: str) -> bool:
    """Tell whether a fingerprint is one that a split made."""
    return ":not-" in print_


def _held(told: tuple[str, ...], ledger: Ledger) -> set[str]:
    return {ledger.paths[print_] for print_ in told if print_ in ledger.paths}


def join_decided(
    clusters: Clusters, book: Book, prints: Prints, ledger: Ledger, decisions: Decisions
) -> None:
    """Join what was one thing in an earlier release or by decision; mark what was decided to be two."""
    _warn(ledger, decisions)
    marks = _marks(decisions)
    split = {path for path, _ in decisions.moved}
    for mention, told in prints.items():
        for path in sorted(_held(told, ledger)):
            for name, value in marks.get(path, {}).items():
                clusters.mark(mention, name, value)
            if path in split:
                clusters.mark(mention, path, "it")
        for print_ in filter(is_split, told):
            for path in split:
                if print_.endswith(_other("", path)):
                    clusters.mark(mention, path, "another")
    one_of = _leaders(decisions)
    keyed = ((ledger.paths.get(p, p), mention) for mention in book.mentions for p in prints[mention])
    join_equal(clusters, ((one_of.get(path, path), book.mentions[mention]) for path, mention in keyed))


def _marks(decisions: Decisions) -> dict[str, dict[str, str]]:
    """Return for each path of a pair that was decided to be two what its mentions bear."""
    marks: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for low, high in decisions.apart:
        for path in (low, high):
            marks[path][f"{low} or {high}"] = path
    return marks


def _leaders(decisions: Decisions) -> dict[str, str]:
    """Return for each path that was decided to be another's thing one path for all of them."""
    leader: dict[str, str] = {}
    for low, high in decisions.together:
        one, other = sorted((leader.get(low, low), leader.get(high, high)))
        leader = {path: one if top == other else top for path, top in leader.items()} | {other: one, one: one}
        leader |= {low: one, high: one}
    return leader


def _warn(ledger: Ledger, decisions: Decisions) -> None:
    known = set(ledger.paths.values())
    for path in sorted(set(_named(decisions)) - known):
        _log.warning("a decision speaks of %s, which no release has had", path)


def _named(decisions: Decisions) -> Iterator[str]:
    yield from (path for pair in (*decisions.together, *decisions.apart) for path in pair)
    yield from (path for path, _ in (*decisions.moved, *decisions.returned))
