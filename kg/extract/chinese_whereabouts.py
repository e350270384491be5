"""Stage 2, Chinese: when, where and at what occasion something is, lifted out of a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_words import acts, is_verb, lexicon

_SPOT = frozenset({"n", "nz", "nw", "s", "f", "an", "r", "ORG", "LOC"})
_AFTER = frozenset({"v", "vd", "d", "ad", "p", "w", "vn"})
_WITHIN = frozenset({"s", "n", "u"})
_LONG = 4
"""Most words that say where, after 在."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """When, where or at what something is: the piece, and the pieces `[first, last]` that say it."""

    piece: Piece
    first: int
    last: int


def circumstances(pieces: tuple[Piece, ...]) -> Iterator[Circumstance]:
    """Yield when, where and at what occasion a sentence says something to be."""
    for index, piece in enumerate(pieces):
        if piece.sort is Sort.DATE:
            lead = index > 0 and acts(pieces[index - 1].text, "at")
            yield Circumstance(piece, index - lead, index)
            continue
        found = _place_after(pieces, index) if acts(piece.text, "at") else None
        if piece.sort is Sort.OCCASION:
            found = _during(pieces, index)
        if found is None and acts(piece.text, "at"):
            found = _nouns_after(pieces, index)
        if found:
            yield found


def _place_after(pieces: tuple[Piece, ...], at: int) -> Circumstance | None:
    """Return the place of `在巴基斯坦首都伊斯兰堡`, if a verb or the end follows it."""
    last = at
    for index in range(at + 1, min(at + 8, len(pieces))):
        piece = pieces[index]
        if piece.sort is Sort.PLACE or (piece.sort is Sort.INSTITUTION and last == index - 1 > at):
            last = index
        elif not (
            index - max(last, at) <= 2 + (last == at)
            and piece.sort is Sort.WORD
            and (piece.tag in _WITHIN or (last == at and piece.tag in ("v", "a") and not is_verb(piece.text)))
        ):
            break
    if last == at:
        return None
    inner = _rooms(pieces, last + 1)
    follow = pieces[last + 1 + inner] if last + 1 + inner < len(pieces) else None
    fits = (
        follow is None
        or follow.sort is not Sort.WORD
        or follow.tag in ("v", "d", "p", "w", "ad", "c", "a", "vd")
    )
    return Circumstance(pieces[last], at, last + inner) if fits else None


def _rooms(pieces: tuple[Piece, ...], start: int) -> int:
    """Return how many words behind a place say where in it (`云岚 境内`, `青湖 校区`, `云岚 会议 中心`)."""
    stop = start
    while stop < len(pieces) and pieces[stop].sort is Sort.WORD and pieces[stop].tag in _WITHIN:
        stop += 1
    last = pieces[stop - 1].text if stop > start else ""
    return stop - start if stop - start < _LONG and last.endswith(tuple(lexicon()["rooms"])) else 0


def _nouns_after(pieces: tuple[Piece, ...], at: int) -> Circumstance | None:
    """Return the whereabouts of `在学院会议室`, of which only a body may be known, if a verb follows."""
    last = at
    while last + 1 < len(pieces) and last - at < _LONG and pieces[last + 1].sort is not Sort.DATE:
        piece = pieces[last + 1]
        noun = piece.sort is Sort.WORD and piece.tag in _SPOT
        if not noun and not (piece.sort is Sort.INSTITUTION and last == at):
            break
        last += 1
    follow = pieces[last + 1] if last + 1 < len(pieces) else None
    fits = follow is None or (
        follow.sort is Sort.WORD and (follow.tag in _AFTER or follow.text in lexicon()["joining"])
    )
    return Circumstance(pieces[at + 1], at, last) if last > at and fits else None


def _during(pieces: tuple[Piece, ...], index: int) -> Circumstance | None:
    after = pieces[index + 1].text if index + 1 < len(pieces) else ""
    if not acts(after, "during"):
        return None
    lead = index > 0 and acts(pieces[index - 1].text, "at")
    return Circumstance(pieces[index], index - lead, index + 1)
