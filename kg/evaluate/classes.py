"""Stage evaluate, its judgement: how well a predicted item fits an annotated one, class by class."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kg.evaluate.items import Facts, Item, names_of, several, text_of
from kg.evaluate.names import NameOf, best_similarity, party_similarity, shared_words, similarity
from kg.evaluate.quantities import dates_agree, number

_SURE, _HALF, _ALIKE, _VERY_ALIKE = 0.95, 0.5, 0.6, 0.7
_PAIR = 2
_PLACES = re.compile(r"[;,、]\s*")


@dataclass(frozen=True, slots=True)
class Page:
    """What an annotated article tells about its own wording."""

    text: str
    known: tuple[tuple[str, ...], ...]
    """The names of each annotated institution and person."""

    def same(self, one: str, other: str) -> float:
        """Return how likely two names are of one party, short forms of the article included."""
        others = self._forms(other)
        return max(party_similarity(a, b) for a in self._forms(one) for b in others)

    def overlap(self, ones: list[str], others: list[str]) -> int:
        """Return how many names of the first list find one of their own in the second."""
        return len(others) - len(self.unmatched(ones, others))

    def unmatched(self, ones: list[str], others: list[str]) -> list[str]:
        """Return what is left of the second list when each of the first has taken one of its own."""
        free = list(others)
        for one in ones:
            fits = [self.same(one, other) for other in free]
            if max(fits, default=0) > 0:
                del free[fits.index(max(fits))]
        return free

    def shared_quote(self, one: Item, other: Item) -> float:
        """Return how much of the shorter quote the other covers."""
        a, b = self._span(one), self._span(other)
        if a is None or b is None:
            return 0
        shorter = max(1, min(a[1] - a[0], b[1] - b[0]))
        return max(0, min(a[1], b[1]) - max(a[0], b[0])) / shorter

    def _forms(self, name: str) -> list[str]:
        groups = (g for g in self.known if any(similarity(name, known) >= _SURE for known in g))
        return [name, *(form for group in groups for form in group)]

    def _span(self, item: Item) -> tuple[int, int] | None:
        quote = item.get("quote")
        start = self.text.find(quote) if quote else -1
        return (start, start + len(quote)) if quote and start >= 0 else None


def page(gold: Facts, text: str) -> Page:
    """Return what the annotation of a text tells about its wording."""
    return Page(text, tuple(names_of(item) for item in (*gold["institutions"], *gold["persons"])))


def weight(page: Page, name: str, gold: Item, found: Item) -> float:
    """Return how well two items of a class fit; 0 or less where they cannot be the same."""
    return _WEIGHTS[name](page, gold, found)


def _named(name_of: NameOf) -> Callable[[Page, Item, Item], float]:
    def fit(_: Page, gold: Item, found: Item) -> float:
        return best_similarity(names_of(gold), names_of(found), name_of)

    return fit


def _event(page: Page, gold: Item, found: Item) -> float:
    kind = gold.get("type") == found.get("type")
    dates = dates_agree(gold, found)
    where = _share_a_place(gold, found)
    wanted = several(gold, "participants")
    common = page.overlap(wanted, several(found, "participants"))
    quote = page.shared_quote(gold, found)
    name = _shared(gold, found, "name") if gold.get("name") and found.get("name") else 0
    dated_alike = kind and dates is True
    acted_alike = common > 0 and (where or kind)
    worded_alike = (kind and quote >= _HALF) or (name >= _ALIKE and (kind or where or common > 0))
    if dates is False or not (dated_alike or acted_alike or worded_alike):
        return 0
    # The order of the terms is that of the figures published before: sums of fractions depend on it.
    return (
        0.3 * kind
        + 0.2 * (dates is True)
        + 0.15 * where
        + 0.2 * (common / max(1, len(wanted)))
        + 0.25 * quote
        + 0.2 * name
        + 0.05
    )


def _delegation(page: Page, gold: Item, found: Item) -> float:
    head = best_similarity(several(gold, "head"), several(found, "head"), NameOf.PERSON) > 0
    origin = any(page.same(a, b) > 0 for a in several(gold, "from") for b in several(found, "from"))
    members = page.overlap(several(gold, "members", "head"), several(found, "members", "head"))
    visited = page.overlap(several(gold, "visited"), several(found, "visited")) > 0
    quote, label = page.shared_quote(gold, found), _shared_label(gold, found)
    supported = visited or quote > 0 or label >= _HALF or not several(gold, "visited")
    fits = head or members > 0 or (origin and supported)
    if not (fits or quote >= _HALF or (label >= _VERY_ALIKE and visited)):
        return 0
    return (
        0.3 * head
        + 0.2 * origin
        + 0.2 * min(1, members / 2)
        + 0.1 * visited
        + 0.3 * quote
        + 0.2 * label
        + 0.05
    )


def _agreement(page: Page, gold: Item, found: Item) -> float:
    wanted, offered = several(gold, "parties"), several(found, "parties")
    common = page.overlap(wanted, offered)
    quote, label = page.shared_quote(gold, found), _shared_label(gold, found)
    dates = dates_agree(gold, found)
    if dates is False and quote < _HALF and label < _ALIKE:
        return 0
    worded_alike = quote >= _HALF or (label >= _ALIKE and dates is not False)
    joined = (
        (common >= _PAIR and (quote > 0 or _mostly(common, wanted, offered)))
        or (common > 0 and worded_alike)
        or (len(wanted) < _PAIR and quote >= _HALF)
    )
    if not joined:
        return 0
    return (
        0.4 * common / max(1, len(wanted))
        + 0.3 * quote
        + 0.2 * label
        + 0.15 * (dates is True)
        - 0.2 * (dates is False)
        + 0.1 * (gold.get("type") == found.get("type"))
        + 0.05
    )


def _mostly(common: int, wanted: list[str], offered: list[str]) -> bool:
    either = max(1, len(wanted) + len(offered) - common)
    return common / either >= _HALF or common in (len(wanted), len(offered))


def _count(page: Page, gold: Item, found: Item) -> float:
    a, b = number(gold.get("value")), number(found.get("value"))
    if a is None or b is None or abs(a - b) > 1e-3 * max(1, abs(a)):
        return 0
    return 0.3 + 0.4 * page.shared_quote(gold, found) + 0.3 * _shared(gold, found, "what")


def _shared(gold: Item, found: Item, *fields: str) -> float:
    return shared_words(text_of(gold, *fields), text_of(found, *fields))


def _shared_label(gold: Item, found: Item) -> float:
    return _shared(gold, found, "name", "description", "subject")


def _share_a_place(gold: Item, found: Item) -> bool:
    ones, others = ([p for p in _PLACES.split(text_of(item, "place")) if p] for item in (gold, found))
    return any(best_similarity(ones, others, name_of) > 0 for name_of in (NameOf.PLACE, NameOf.INSTITUTION))


_WEIGHTS: Mapping[str, Callable[[Page, Item, Item], float]] = {
    "institutions": _named(NameOf.INSTITUTION),
    "persons": _named(NameOf.PERSON),
    "places": _named(NameOf.PLACE),
    "events": _event,
    "delegations": _delegation,
    "agreements": _agreement,
    "counts": _count,
}
