"""Stage 2: what a line says of where places lie, and the words that only say that."""

from collections.abc import Sequence
from dataclasses import dataclass

from kg.extract.marks import Mention, Piece, Sort
from kg.extract.places import known
from kg.extract.tables import table, words
from kg.model import Relation

_REGIONS = frozenset(
    ("province", "state", "region", "city", "municipality", "county", "prefecture", "district")
)


@dataclass(frozen=True, slots=True)
class Lies:
    """One place lies in another, or is its capital."""

    relation: Relation
    place: Mention
    of: Mention
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Geography:
    """What is said of places, and the stretches of pieces that only say it."""

    found: tuple[Lies, ...]
    cuts: tuple[tuple[int, int], ...]


def geography_of(pieces: Sequence[Piece]) -> Geography:
    """Return which places a line says to be capitals of, or to lie in, others."""
    found: list[Lies] = []
    cuts: list[tuple[int, int]] = []
    for i, piece in enumerate(pieces):
        if piece.mention is None or piece.mention.sort is not Sort.PLACE:
            continue
        for read in (_capital_after, _capital_before, _nested, _described):
            lies, cut = read(pieces, i)
            if lies is not None:
                found.append(lies)
                cuts += [cut] if cut else []
                break
    return Geography(tuple(found), tuple(cuts))


_Read = tuple[Lies | None, tuple[int, int] | None]


def _text(pieces: Sequence[Piece], at: int) -> str:
    return pieces[at].text.lower() if 0 <= at < len(pieces) else ""


def _place(pieces: Sequence[Piece], at: int) -> Mention | None:
    mention = pieces[at].mention if 0 <= at < len(pieces) else None
    return mention if mention is not None and mention.sort is Sort.PLACE else None


def _lies(relation: Relation, pieces: Sequence[Piece], a: int, of: Mention, last: int, rule: str) -> Lies:  # noqa: PLR0917  each is needed by name
    mention = pieces[a].mention
    assert mention is not None  # noqa: S101  the caller looked
    first = min(pieces[a].start, pieces[last].start)
    return Lies(relation, mention, of, first, max(pieces[a].end, pieces[last].end), rule)


def _capital_after(pieces: Sequence[Piece], i: int) -> _Read:
    """Read `Taiyuan, the capital of Shanxi province,`."""
    at = i + 1
    if _text(pieces, at) != ",":
        return None, None
    at += 1 + (_text(pieces, at + 1) == "the")
    at += _text(pieces, at) in ("provincial", "state", "national")
    if _text(pieces, at) != "capital":
        return None, None
    at += 1 + (_text(pieces, at + 1) == "city")
    if _text(pieces, at) not in ("of", "in"):
        return None, None
    at += 1 + (_text(pieces, at + 1) == "the")
    of = _place(pieces, at)
    if of is None:
        return None, None
    end = at + 1 + (_text(pieces, at + 1) in _REGIONS)
    return (
        _lies(Relation.CAPITAL_OF, pieces, i, of, at, "capital-apposition"),
        (i + 1, end + (_text(pieces, end) == ",")),
    )


def _capital_before(pieces: Sequence[Piece], i: int) -> _Read:
    """Read `the state's capital, Boston,` and `Italy's capital Rome`."""
    at = i - 1 - (_text(pieces, i - 1) == ",")
    at -= _text(pieces, at) == "city"
    if _text(pieces, at) != "capital" or _text(pieces, at - 1) not in ("'s", "’s", "'", "’"):
        return None, None
    owner = at - 2
    of = _place(pieces, owner) or _last_region(pieces, owner)
    if of is None:
        return None, None
    start = owner - (_text(pieces, owner - 1) == "the")
    return _lies(Relation.CAPITAL_OF, pieces, i, of, owner, "capital-apposition"), (start, i)


def _last_region(pieces: Sequence[Piece], owner: int) -> Mention | None:
    """Return the place that `the state` or `the province` means: the last one so called, or of that kind."""
    word = _text(pieces, owner)
    if word not in _REGIONS and word != "country":
        return None
    kind = {"state": "province", "province": "province", "country": "country", "city": "city"}.get(word, "")
    for at in range(owner - 1, -1, -1):
        place = _place(pieces, at)
        called = _text(pieces, at + 1) == word or (
            _text(pieces, at - 1) == "of" and _text(pieces, at - 2) == word
        )
        if place is not None and (called or (kind and place.kind == kind)):
            return place
    return None


def _nested(pieces: Sequence[Piece], i: int) -> _Read:
    """Read `Florence, Italy`."""
    of = _place(pieces, i + 2)
    if (
        _text(pieces, i + 1) != ","
        or of is None
        or (_text(pieces, i + 3) in (",", "and") and _place(pieces, i + 4))
    ):
        return None, None
    inner, outer = known(pieces[i].text), known(of.name)
    order = {"city": 1, "": 1, "locality": 0, "province": 2, "country": 3}
    if (
        outer is None
        or order.get(inner.kind if inner else "", 1) >= order.get(outer.kind, 1)
        or _text(pieces, i - 1) in (",", "and")
    ):
        return None, None
    return _lies(Relation.WITHIN, pieces, i, of, i + 2, "place-in-place"), (
        i + 1,
        i + 3 + (_text(pieces, i + 3) == ","),
    )


def _described(pieces: Sequence[Piece], i: int) -> _Read:
    """Read `Shanxi as an inland Chinese province` and `Qingdao, a Chinese city`."""
    at = i + 1
    if _text(pieces, at) not in ("as", ",", "is") or _text(pieces, at + 1) not in ("a", "an", "the"):
        return None, None
    at += 2
    while at < len(pieces) and pieces[at].mention is None and pieces[at].text.islower() and at < i + 6:
        at += 1
    nation = pieces[at].mention if at < len(pieces) else None
    described = words(table("names")["place_words"])
    if nation is None or nation.sort is not Sort.NATION or _text(pieces, at + 1) not in described:
        return None, None
    return _lies(Relation.WITHIN, pieces, i, nation, at + 1, "described-place"), None
