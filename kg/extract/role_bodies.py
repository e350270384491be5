"""Stage 2: find the institution of a title that stands beside it, not within it."""

from collections.abc import Sequence
from dataclasses import replace

from kg.extract.marks import Piece, Sort
from kg.extract.piece_words import is_, is_lower, lower
from kg.extract.title_phrase import Title, body_at
from kg.extract.words import small

_CLAUSE = 8
"""Pieces of `for Peru the paper was signed by` before its last word."""
_CALLED = (
    "professor",
    "prof",
    "lecturer",
    "researcher",
    "scholar",
    "student",
    "lawyer",
    "engineer",
    "doctor",
)
"""Titles after which `at` tells whom their holder works for, not where something happened."""


def shared(titles: Sequence[Title]) -> list[Title]:
    """Give the titles before the last the body of `president and provost of X`."""
    last = titles[-1]
    return [t if t.body or t.owner else replace(t, body=last.body, owner=last.owner) for t in titles]


def with_body(pieces: Sequence[Piece], title: Title, holders: Sequence[int]) -> Title:
    """Give a title without a body the one that stands after its holder, or that its holder signs for."""
    if title.body is not None or title.owner or title.plural:
        return title
    return _of_holder(pieces, title, holders[0]) or _signs_for(pieces, title, holders)


def _of_holder(pieces: Sequence[Piece], title: Title, holder: int) -> Title | None:
    """Read `President ANA LOPEZ of X`, `Dean ANA LOPEZ from X` and `Councillor ANA LOPEZ (X)`."""
    if title.start < holder and is_(pieces, holder + 1, "("):
        inside = body_at(pieces, holder + 2 + is_(pieces, holder + 2, "the"))
        named = inside is not None and inside[0].sort is Sort.INSTITUTION and is_(pieces, inside[1], ")")
        return replace(title, body=inside[0]) if inside is not None and named else None
    called = title.text.lower().split()[-1].rstrip(".") in _CALLED
    links = ("of", "from", "at") if called else ("of", "from")
    if title.start > holder or not is_lower(pieces, holder + 1, links):
        return None
    found = body_at(pieces, holder + 2 + is_(pieces, holder + 2, "the"))
    if found is None or found[0].sort is not Sort.INSTITUTION:
        return None
    return replace(title, body=found[0])


def signing_for(pieces: Sequence[Piece], title: Title) -> Title:
    """Give a bare title the body of `for Finland by Under-Secretary PERSON`."""
    by = title.start - 1
    if title.body is not None or not is_(pieces, by, "by"):
        return title
    back = by - 1
    while back > by - _CLAUSE and is_lower(pieces, back, small("signing")):
        back -= 1
    body = pieces[back].mention if back > 0 else None
    fits = body is not None and body.sort in (Sort.PLACE, Sort.INSTITUTION)
    before = back - 1 - is_(pieces, back - 1, "the")
    if not fits or lower(pieces, before) != "for":
        return title
    return Title(title.start, title.end, title.text, body, plural=title.plural)


def _signs_for(pieces: Sequence[Piece], title: Title, holders: Sequence[int]) -> Title:
    """Give a title without a body that of `... ANA LOPEZ signed for the ministry`, or `For X, ...`."""
    end = max(title.end, holders[-1] + 1)
    at = end + is_(pieces, end, ",", ")")
    at += is_lower(pieces, at, ("signed", "signs", "sign"))
    before = min(title.start, holders[0]) - 1
    found = None
    if lower(pieces, at) == "for":
        found = body_at(pieces, at + 1 + is_(pieces, at + 1, "the"))
    elif is_(pieces, before, ",") and before > 1:
        opening = before - 2 - is_(pieces, before - 2, "the")
        found = body_at(pieces, before - 1) if lower(pieces, opening) == "for" else None
    if found is None or found[0].sort is Sort.NATION:
        return title
    return replace(title, body=found[0])
