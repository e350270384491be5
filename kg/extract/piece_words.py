"""Stage 2: what the pieces of a line are, asked one at a time."""

from collections.abc import Sequence

from kg.extract.marks import Mention, Piece, Sort
from kg.extract.words import small


def vague(mention: Mention) -> bool:
    """Tell whether only the model takes a piece for an institution: it may be a field of work."""
    acronym = mention.name.isupper() and mention.name.lower() not in small("field_acronyms")
    return mention.sort is Sort.INSTITUTION and not (mention.kind or mention.trusted or acronym)


def lower(pieces: Sequence[Piece], at: int) -> str:
    """Return the small letters of a piece that is no name, or nothing."""
    inside = 0 <= at < len(pieces) and pieces[at].mention is None
    return pieces[at].text.lower() if inside else ""


def is_lower(pieces: Sequence[Piece], at: int, among: Sequence[str] | frozenset[str]) -> bool:
    """Tell whether a piece is one of these words, whatever its case."""
    word = lower(pieces, at)
    return bool(word) and (word in among or word.rstrip(".") in among)


def is_(pieces: Sequence[Piece], at: int, *texts: str) -> bool:
    """Tell whether a piece is one of these texts."""
    return 0 <= at < len(pieces) and pieces[at].text in texts


def words_of(pieces: Sequence[Piece], first: int, last: int) -> str:
    """Return the pieces as they are written."""
    out = []
    for piece in pieces[first:last]:
        out += [piece.text, " " * piece.space]
    return "".join(out).strip()
