"""When two names are one but for slips of the pen and abbreviations; never when a telling word differs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kg.gazetteer import lookup
from kg.link.authority.folding import content, general_forms

_ONE_SLIP, _TWO_SLIPS = 5, 9
"""Letters from which a word may have one slip, and two."""
_ABBREVIATED = 2
_MOST_SLIPS = 3
_OWN = 20
_SELDOM = 2


@dataclass(frozen=True, slots=True)
class Alignment:
    """A name that is another but for so many letters."""

    name: str
    slips: int


def align(
    words: Sequence[str],
    name: str,
    *,
    counts: Callable[[Collection[str]], Mapping[str, int]],
    dotted: Collection[str] = (),
) -> Alignment | None:
    """Return how a name of those words is another, folded one, or nothing where they are two names.

    Each weighty word must have its like in the other name. A word that other names have (`counts`), a number
    or a place is no slip for another: Shanxi is not Shaanxi, and mineralogical not meteoritical. Words that
    were `dotted` may be cut short.
    """
    ours, theirs = list(words), list(content(name))
    for word in [w for w in ours if w in theirs]:
        if word in theirs:
            ours.remove(word)
            theirs.remove(word)
    if len(ours) != len(theirs):
        return _respaced(ours, theirs, name)
    slips = 0
    changed: list[tuple[str, str]] = []
    for word in ours:
        short = word in dotted
        distance, like = min((_slips(word, w, short=short), w) for w in theirs)
        if distance > _MOST_SLIPS:
            return None
        theirs.remove(like)
        slips += distance
        if distance and not short:
            changed.append((word, like))
    if slips > _MOST_SLIPS or _are_words(changed, counts):
        return None
    return Alignment(name, slips)


def _are_words(
    changed: list[tuple[str, str]], counts: Callable[[Collection[str]], Mapping[str, int]]
) -> bool:
    """Tell whether a changed word is a word of its own; what stands once among thousands is a slip itself."""
    found = counts({word for pair in changed for word in pair}) if changed else {}
    return any(found.get(word, 0) * _OWN > found.get(like, 0) for word, like in changed if word in found)


def _respaced(ours: list[str], theirs: list[str], name: str) -> Alignment | None:
    """`Chao Yang` is `Chaoyang`."""
    joined = bool(ours) and bool(theirs) and "".join(ours) == "".join(theirs)
    return Alignment(name, 1) if joined else None


def _slips(word: str, other: str, *, short: bool) -> int:
    """Return the letters by which a word differs from another, or more than any slips."""
    if word == other:
        return 0
    far = _MOST_SLIPS + 1
    if short and len(word) >= _ABBREVIATED and other.startswith(word):
        return 0
    if any(c.isdigit() for c in word + other) or (word[0] != other[0] and word[1:2] != other[1:2]):
        return far
    shortest = min(len(word), len(other))
    allowed = 2 if shortest >= _TWO_SLIPS else 1 if shortest >= _ONE_SLIP else 0
    if abs(len(word) - len(other)) > allowed or lookup(word.capitalize()) is not None:
        return far
    distance = edits(word, other, allowed)
    return distance if distance <= allowed else far


def mended(words: Sequence[str], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the words of a name with slips in general words put right: `univeristy`, `hopsital`."""
    return tuple(word if counts.get(word, 0) > _SELDOM else _mended(word) for word in words)


@cache
def _mended(word: str) -> str:
    if len(word) < _ONE_SLIP:
        return word
    near = [
        (edits(word, form, 1), general)
        for form, general in general_forms(word[0])
        if len(form) >= _ONE_SLIP and abs(len(form) - len(word)) <= 1
    ]
    distance, general = min(near, default=(2, word))
    return general if distance == 1 else word


def edits(one: str, other: str, most: int) -> int:
    """Return the insertions, deletions, changes and swaps between two words, at most `most` + 1."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        rows = [rows[-1], row]
    return min(rows[-1][-1], most + 1)
