"""Stage 2, Chinese: what only says who somebody is, and tells of nothing by itself (`来华访问的挪威首相`)."""

from collections.abc import Iterator, Sequence

from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_words import acts, listed

_COMING = frozenset({"来访", "来华", "访华", "到访", "赴华", "正在"})
_UNDER = frozenset({"下", "之下"})
_LONG = 7
"""Most pieces of such a phrase."""
_NAMES = (Sort.PERSON, Sort.INSTITUTION, Sort.PLACE, Sort.DELEGATION)


def asides(pieces: Sequence[Piece]) -> frozenset[int]:
    """Return the pieces of phrases that qualify a name, and of `在甲率领下`."""
    return frozenset(i for index in range(len(pieces)) for i in _span(pieces, index))


def _span(pieces: Sequence[Piece], index: int) -> Iterator[int]:
    piece = pieces[index]
    if piece.sort is not Sort.WORD:
        return
    if piece.text in _COMING or piece.text in listed("arrivals"):
        end = _end(pieces, index, "的")
        inner = pieces[index + 1 : end]
        told = any(p.text in "，。；" or p.sort is Sort.PERSON for p in inner)
        if end and not told and end + 1 < len(pieces) and pieces[end + 1].sort in _NAMES:
            yield from range(index, end + 1)
    elif acts(piece.text, "at"):
        led = [i for i in range(index, min(index + _LONG, len(pieces))) if acts(pieces[i].text, "lead")]
        after = pieces[led[0] + 1].text if led and led[0] + 1 < len(pieces) else ""
        if after in _UNDER and any(p.sort is Sort.PERSON for p in pieces[index : led[0]]):
            yield from range(index, led[0] + 2)


def _end(pieces: Sequence[Piece], index: int, mark: str) -> int:
    """Return where the mark stands behind a piece, or 0."""
    return next((i for i in range(index + 1, min(index + _LONG, len(pieces))) if pieces[i].text == mark), 0)
