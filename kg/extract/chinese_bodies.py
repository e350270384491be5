"""Stage 2, Chinese: institutions and places written down with their kinds."""

from kg import gazetteer
from kg.extract.chinese_marks import Piece
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import lexicon
from kg.model import Concept, Kind, Ref, Relation

_PLACES = (2, 3, 4)
_UNIT = 8
"""Letters of the longest name of a mere faculty."""


def institution(piece: Piece, book: Notebook) -> str:
    """Return the key of the institution that a piece names, with its kind."""
    key = book.piece(Kind.INSTITUTION, piece)
    if not book.values(key, Relation.KIND):
        book.state(
            key, Relation.KIND, Concept(piece.kind), piece.evidence, rule="zh-name-ending", confidence=0.9
        )
    return key


def passing_units(book: Notebook) -> frozenset[str]:
    """Return the keys of faculties and offices that an article with their university only lists."""
    bodies = list(book.of_kind(Kind.INSTITUTION))
    whole = any(body.name.endswith(tuple(lexicon()["wholes"])) for body in bodies)
    told = {fact.value.key for fact in book.facts.values() if isinstance(fact.value, Ref)}
    return frozenset(
        body.key
        for body in bodies
        if whole
        and body.key not in told
        and body.name.endswith(tuple(lexicon()["units_of_wholes"]))
        and len(body.name) <= _UNIT
        and not any(gazetteer.lookup(body.name[:cut]) for cut in _PLACES)
    )


def place(piece: Piece, book: Notebook) -> str:
    """Return the key of the place that a piece names, with its kind."""
    key = book.piece(Kind.PLACE, piece)
    if piece.kind and not book.values(key, Relation.KIND):
        book.state(key, Relation.KIND, Concept(piece.kind), piece.evidence, rule="zh-place", confidence=0.9)
    return key
