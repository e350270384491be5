"""Stage evaluate, its book-keeping: what is counted of a pairing, and the rates that follow."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from kg.evaluate.items import Item
from kg.evaluate.matching import Matching
from kg.evaluate.quantities import dates_agree, interval

WITH_STATUS = ("events", "agreements")
_WITH_TYPE = ("institutions", *WITH_STATUS)
_DEFAULT_STATUS = {"events": "happened", "agreements": "signed"}
_STATUS_GROUP = {
    "signed": "signed",
    "preliminary": "open",
    "planned": "open",
    "happened": "happened",
    "ongoing": "happened",
    "denied": "failed",
    "cancelled": "failed",
}


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one class in one article or several."""

    found: int = 0
    wrong: int = 0
    missed: int = 0
    optional: int = 0
    """Matched items that nobody asked for."""
    status_right: int = 0
    type_right: int = 0
    dated: int = 0
    """Found items whose annotation has a date."""
    date_right: int = 0
    false_signed: int = 0
    """Predicted as signed, while the annotation has no such agreement or not as signed."""

    def __add__(self, other: "Tally") -> "Tally":
        sums = (getattr(self, f.name) + getattr(other, f.name) for f in fields(self))
        return Tally(*sums)

    @property
    def wanted(self) -> int:
        """Return how many items were required."""
        return self.found + self.missed

    @property
    def rates(self) -> Rates:
        """Return how well the items were found."""
        return rates_of(self.found, self.wrong, self.missed)

    @property
    def status_rates(self) -> Rates:
        """Return how well they were found with the right status: another one is wrong and missed."""
        other = self.found - self.status_right
        return rates_of(self.status_right, self.wrong + other, self.missed + other)


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of counts."""
    return sum(tallies, start=Tally())


def tally(name: str, matching: Matching) -> Tally:
    """Return the counts of one class of one article."""
    required = matching.required
    dated = [pair for pair in required if interval(pair[0])] if name in WITH_STATUS else []
    return Tally(
        found=len(required),
        wrong=len(matching.wrong) + matching.unquoted,
        missed=len(matching.missed),
        optional=len(matching.pairs) - len(required),
        status_right=sum(same_status(name, g, p) for g, p in required) if name in WITH_STATUS else 0,
        type_right=sum(g.get("type") == p.get("type") for g, p in required) if name in _WITH_TYPE else 0,
        dated=len(dated),
        date_right=sum(dates_agree(g, p) is True for g, p in dated),
        false_signed=_false_signed(matching) if name == "agreements" else 0,
    )


def _false_signed(matching: Matching) -> int:
    called_signed = [p for g, p in matching.pairs if _status("agreements", g) != "signed"]
    return sum(_status("agreements", item) == "signed" for item in (*matching.wrong, *called_signed))


def same_status(name: str, gold: Item, found: Item) -> bool:
    """Return whether two items are in the same group of statuses."""
    return _status(name, gold) == _status(name, found)


def _status(name: str, item: Item) -> str:
    status = item.get("status") or _DEFAULT_STATUS[name]
    return _STATUS_GROUP.get(status, status)


def rates_of(found: int, wrong: int, missed: int) -> Rates:
    """Return the rates that these counts come to."""
    precision = found / (found + wrong) if found + wrong else float(not missed)
    recall = found / (found + missed) if found + missed else 1.0
    both = precision + recall
    return Rates(precision, recall, 2 * precision * recall / both if both else 0.0)
