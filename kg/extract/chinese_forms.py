"""Stage 2, Chinese: short forms of bodies (`海医一院`), read as the body that they shorten."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg import gazetteer
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import ending_kind, is_bare, is_pair, is_title
from kg.extract.chinese_words import lexicon, listed

_NAMED_SHORT = re.compile(
    r"[（(](?:以下|下文)?(?:简称|下称)[：:]?[“‘「『]?(?P<short>[^”’」』）)，]{2,12})[”’」』]?[）)]"
)
_TAGS = frozenset({"ORG", "nz", "nw", "j"})
_WHOLE, _SHORTEST = 5, 2
"""Letters of the shortest name that has a short form, and of the shortest form."""


def with_short_forms(readings: Sequence[Reading]) -> list[Reading]:
    """Return the sentences with short forms read as the one body of the article that they shorten."""
    bodies = {p.name: p for r in readings for p in r.pieces if p.sort is Sort.INSTITUTION}
    named = {short: body for reading in readings for short, body in _named(reading)}
    if not bodies:
        return list(readings)
    return [
        replace(
            reading, pieces=tuple(_meant(piece, bodies, named) for piece in _merged(reading.pieces, named))
        )
        for reading in readings
    ]


def _named(reading: Reading) -> Iterator[tuple[str, Piece]]:
    """Yield what `甲（以下简称“乙”）` names."""
    for match in _NAMED_SHORT.finditer(reading.sentence.text):
        start = reading.sentence.start + match.start()
        before = [p for p in reading.pieces if p.end == start and p.sort is Sort.INSTITUTION]
        if before:
            yield match["short"], before[0]


def _merged(pieces: Sequence[Piece], named: dict[str, Piece]) -> Iterator[Piece]:
    """Yield the pieces, those joined that together are a short form which the article gives."""
    index = 0
    while index < len(pieces):
        stop = next((s for s in range(index + 4, index, -1) if _text(pieces[index:s]) in named), 0)
        if stop and _are_plain(pieces[index:stop]):
            yield replace(pieces[index], sort=Sort.WORD, text=_text(pieces[index:stop]), tag="ORG")
            index = stop
        else:
            yield pieces[index]
            index += 1


def _are_plain(pieces: Sequence[Piece]) -> bool:
    """Return whether pieces are plain words or bodies, not persons or dates."""
    return all(p.sort in (Sort.WORD, Sort.INSTITUTION, Sort.PLACE) for p in pieces)


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _meant(piece: Piece, bodies: dict[str, Piece], named: dict[str, Piece]) -> Piece:
    if piece.text in named and piece.sort in (Sort.WORD, Sort.INSTITUTION):
        whole = named[piece.text]
        return replace(piece, sort=Sort.INSTITUTION, kind=whole.kind, full=whole.name)
    if piece.sort is Sort.INSTITUTION and is_bare(piece.text):
        return _whole_of(piece, bodies)
    word = piece.sort is Sort.WORD and piece.tag in _TAGS and _may_be_short(piece.text)
    if not word and piece.sort is not Sort.INSTITUTION:
        return piece
    fits = _shortens if word else _shortens_body
    known = [body for name, body in bodies.items() if len(name) >= _WHOLE and fits(piece.text, name)]
    if len(known) != 1:
        return piece
    return replace(piece, sort=Sort.INSTITUTION, kind=known[0].kind, full=known[0].name)


def _whole_of(piece: Piece, bodies: dict[str, Piece]) -> Piece:
    """Return the one body whose name ends with a bare kind of body (`林业局`), or else a word."""
    whole = [body for name, body in bodies.items() if name.endswith(piece.text) and not is_bare(name)]
    if len(whole) != 1:
        return replace(piece, sort=Sort.WORD, tag="ORG", kind="")
    return replace(piece, kind=whole[0].kind, full=whole[0].name)


def _may_be_short(text: str) -> bool:
    generic = text in listed("not_institutions") or is_title(text) or is_pair(text)
    return len(text) >= _SHORTEST and not generic and not gazetteer.lookup(text) and text not in listed("own")


def _shortens(short: str, long: str) -> bool:
    """Return whether a word without an ending of its own shortens a name (`海医一院`)."""
    if len(short) >= len(long) or not _is_within(short, long):
        return False
    if len(short) == _SHORTEST:
        return short[0] == long[0] and not long.startswith(short)  # 云大 of 云岚大学
    return short[0] == long[0] or short in long


def _shortens_body(short: str, long: str) -> bool:
    """Return whether a body's name is another's without `有限`, `纪念` or the like."""
    if len(short) >= len(long) or ending_kind(short) != ending_kind(long):
        return False
    cut = next((i for i in range(len(short)) if short[i] != long[i]), len(short))
    left_out = long[cut : cut + len(long) - len(short)]
    return long[:cut] + long[cut + len(left_out) :] == short and left_out in lexicon()["left_out"]


def _is_within(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
