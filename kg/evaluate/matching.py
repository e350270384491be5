"""Stage evaluate, its pairing: which predicted item is which annotated one."""

from collections.abc import Iterable
from dataclasses import dataclass

from kg.evaluate.assignment import assignment
from kg.evaluate.classes import Page, weight
from kg.evaluate.items import CLASSES, Facts, Item, text_of

_PAIRED, _REQUIRED = 10, 1
"""A pair more counts for more than any better fit, and a required item for more than an optional one."""


@dataclass(frozen=True, slots=True)
class Matching:
    """One class of one article: what was found, what was missed and what does not exist."""

    pairs: tuple[tuple[Item, Item], ...]
    """Annotated and predicted items that are the same."""
    missed: tuple[Item, ...]
    """Required items that nothing matched."""
    wrong: tuple[Item, ...]
    """Predicted items that matched nothing."""
    unquoted: int
    """Predicted items that were dropped since their quote is not in the text."""

    @property
    def required(self) -> list[tuple[Item, Item]]:
        """Return the pairs of required items."""
        return [(gold, found) for gold, found in self.pairs if not gold.get("optional")]


def matchings(page: Page, gold: Facts, predicted: Facts, *, strict_quotes: bool) -> dict[str, Matching]:
    """Return the best pairing of every class."""
    return {
        name: _matching(page, name, gold[name], predicted[name], strict_quotes=strict_quotes)
        for name in CLASSES
    }


def quoted(text: str, item: Item) -> bool:
    """Return whether an item's quote stands in the text."""
    quote = text_of(item, "quote")
    return quote != "" and quote in text


def _matching(
    page: Page, name: str, gold: tuple[Item, ...], predicted: tuple[Item, ...], *, strict_quotes: bool
) -> Matching:
    kept = [item for item in predicted if not strict_quotes or quoted(page.text, item)]
    weights = [[_preference(weight(page, name, g, p), g) for p in kept] for g in gold]
    pairs = assignment(weights)
    missed = _others(gold, (row for row, _ in pairs))
    return Matching(
        pairs=tuple((gold[row], kept[column]) for row, column in pairs),
        missed=tuple(item for item in missed if not item.get("optional")),
        wrong=tuple(_others(kept, (column for _, column in pairs))),
        unquoted=len(predicted) - len(kept),
    )


def _preference(fit: float, gold: Item) -> float:
    if fit <= 0:
        return 0
    return fit + _PAIRED + (0 if gold.get("optional") else _REQUIRED)


def _others(items: Iterable[Item], taken: Iterable[int]) -> list[Item]:
    used = set(taken)
    return [item for place, item in enumerate(items) if place not in used]
