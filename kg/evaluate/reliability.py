"""Stage evaluate, its look at honesty: how often what a rule says is right, beside how sure it was said."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import Any, TypeVar

from kg.evaluate.arguments import role_fits
from kg.evaluate.classes import Page
from kg.evaluate.items import Item, several
from kg.evaluate.matching import Matching
from kg.evaluate.quantities import dates_agree
from kg.evaluate.tally import WITH_STATUS, same_status
from kg.precision import Record

Key = TypeVar("Key", str, float)
_LISTS = {"events": ("participants",), "delegations": ("head", "members"), "agreements": ("parties",)}
_DATES = {"events": "start", "agreements": "date"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One predicted value, and whether a careful reader agrees."""

    rule: str
    said: str
    """Class and relation: `Agreement.party`."""
    confidence: float
    right: bool


def verdicts(page: Page, matched: Mapping[str, Matching]) -> tuple[Verdict, ...]:
    """Return what is to be said of each predicted value of an article whose rule is known."""
    return tuple(verdict for name, matching in matched.items() for verdict in _of_class(page, name, matching))


def by_rule(found: Iterable[Verdict]) -> dict[str, Record]:
    """Return the record of each rule and what it says, such as `visit-verb Event.participant`."""
    return {rule: _record(group) for rule, group in _grouped(found, _rule).items()}


def by_confidence(found: Iterable[Verdict]) -> dict[float, tuple[float, Record]]:
    """Return for each tenth of confidence, by its lower end, the mean confidence and the record."""
    groups = _grouped(found, _tenth).items()
    return {low: (fmean([each.confidence for each in group]), _record(group)) for low, group in groups}


def calibration_error(found: Iterable[Verdict]) -> float:
    """Return how far confidence is from the share of right ones, over tenths (expected calibration error)."""
    rows = by_confidence(found).values()
    cases = sum(record.of for _, record in rows)
    return sum(abs(mean - record.share) * record.of for mean, record in rows) / cases if cases else 0.0


def _rule(verdict: Verdict) -> str:
    return f"{verdict.rule} {verdict.said}"


def _tenth(verdict: Verdict) -> float:
    return min(int(verdict.confidence * 10 + 1e-9), 9) / 10


def _grouped(found: Iterable[Verdict], key: Callable[[Verdict], Key]) -> dict[Key, list[Verdict]]:
    ordered = sorted(found, key=key)
    return {name: list(group) for name, group in groupby(ordered, key=key)}


def _record(found: list[Verdict]) -> Record:
    return Record(sum(verdict.right for verdict in found), len(found))


def _of_class(page: Page, name: str, matching: Matching) -> Iterator[Verdict]:
    for gold, found in matching.pairs:
        yield from _said(found, "item", right=_same(name, gold, found))
        if not gold.get("optional"):  # what is marginal is not annotated in full
            yield from _arguments(page, name, gold, found)
    for found in matching.wrong:
        yield from _said(found, "item", right=False)
        yield from _arguments(page, name, {}, found)


def _same(name: str, gold: Item, found: Item) -> bool:
    if name in WITH_STATUS:
        return same_status(name, gold, found)
    return name != "institutions" or found.get("type") in (gold.get("type"), "other")  # `other` tells no kind


def _arguments(page: Page, name: str, gold: Item, found: Item) -> Iterator[Verdict]:
    for field in _LISTS.get(name, ()):
        yield from _each(page, field, gold, found)
    if name in _DATES:
        right = dates_agree(gold, found) is True
        yield from _said(found, _DATES[name], right=right)
    if name == "persons":
        # Without an institution it is the bare title that was said.
        asked = gold if found.get("affiliation") else {"role": gold.get("role")}
        yield from _said(found, "role", right=bool(gold.get("role")) and role_fits(page, asked, found))


def _each(page: Page, field: str, gold: Item, found: Item) -> Iterator[Verdict]:
    names = several(found, field)
    wrong = page.unmatched(several(gold, *_asked(field)), names)
    told = _by(found).get(field, {})
    for name in names:
        if name in told:
            yield _verdict(told[name], right=name not in wrong)


def _asked(field: str) -> tuple[str, ...]:
    return ("head", "members") if field == "members" else (field,)


def _said(found: Item, field: str, *, right: bool) -> Iterator[Verdict]:
    told = _by(found).get(field)
    if told:
        yield _verdict(told, right=right)


def _verdict(told: Mapping[str, Any], *, right: bool) -> Verdict:
    return Verdict(str(told["rule"]), str(told["said"]), float(told["confidence"]), right)


def _by(found: Item) -> Mapping[str, Any]:
    by: Mapping[str, Any] = found.get("by") or {}
    return by
