"""Stage 6, search: how alike two names are, from 0 to 100, and in which way."""

from collections.abc import Callable
from dataclasses import dataclass

from kg.search.fold import bag_of, core_of, fold, is_han, key_of, tokens
from kg.search.typos import within_one

EXACT, FORM, ORDER = 100.0, 95.0, 90.0
_PARTIAL = 85.0
"""What a name scores of which all words are there, some with a slip or in another form."""
_SLIP = 0.85
"""What a word counts that differs by one letter."""
_SHORTEST = 4
"""Letters of a word in which one other letter is a slip and not another word."""
Weight = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are."""

    score: float
    exact: bool
    """Equal but for case, accents, punctuation, a leading article and common spelling variants."""


def likeness(asked: str, name: str, weight: Weight) -> Likeness:
    """Compare a name that was asked for with a name that is held; rare words weigh more."""
    one, other = fold(asked), fold(name)
    if not one or not other:
        return Likeness(0.0, exact=False)
    if one == other or (is_han(one) and key_of(one) == key_of(other)):
        return Likeness(EXACT, exact=True)
    if key_of(one) == key_of(other) or core_of(one) == core_of(other):
        return Likeness(FORM, exact=False)
    if bag_of(one) == bag_of(other):
        return Likeness(ORDER, exact=False)
    return Likeness(round(_PARTIAL * _shared(tokens(one), tokens(other), weight), 1), exact=False)


def _shared(asked: tuple[str, ...], held: tuple[str, ...], weight: Weight) -> float:
    """Return the weight of the words that both have, of all the words (Dice)."""
    whole = sum(map(weight, asked)) + sum(map(weight, held))
    missing = [word for word in held if word not in asked]
    shared = 0.0
    for word in asked:
        if word in held:
            shared += 2 * weight(word)
        elif slip := next((w for w in missing if _is_slip(word, w)), ""):
            missing.remove(slip)
            # A misspelt word is in no other name, so its own weight would say too much.
            whole += weight(slip) - weight(word)
            shared += 2 * _SLIP * weight(slip)
    return shared / whole if whole else 0.0


def _is_slip(one: str, other: str) -> bool:
    letters = not any(c.isdigit() for c in one + other) and not is_han(one + other)
    return letters and min(len(one), len(other)) >= _SHORTEST and within_one(one, other)
