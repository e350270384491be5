"""Stage 2, Chinese: institutions and places written down with their kinds."""

from kg.extract.chinese_marks import Piece
from kg.extract.chinese_notebook import Notebook
from kg.model import Concept, Kind, Relation


def institution(piece: Piece, book: Notebook) -> str:
    """Return the key of the institution that a piece names, with its kind."""
    key = book.piece(Kind.INSTITUTION, piece)
    if not book.values(key, Relation.KIND):
        book.state(
            key, Relation.KIND, Concept(piece.kind), piece.evidence, rule="zh-name-ending", confidence=0.9
        )
    return key


def place(piece: Piece, book: Notebook) -> str:
    """Return the key of the place that a piece names, with its kind."""
    key = book.piece(Kind.PLACE, piece)
    if piece.kind and not book.values(key, Relation.KIND):
        book.state(key, Relation.KIND, Concept(piece.kind), piece.evidence, rule="zh-place", confidence=0.9)
    return key
