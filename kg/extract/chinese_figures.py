"""Stage 2, Chinese: numbers of people, institutions and agreements, as the article qualifies them."""

from kg.extract.chinese_marks import Reading, Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import lexicon, listed
from kg.model import Concept, Evidence, Kind, Relation


def figure(reading: Reading, index: int, book: Notebook, *, label: str = "") -> str | None:
    """Return the key of the figure that a number piece gives, or None for one that counts nothing we keep."""
    pieces = reading.pieces
    piece, before = pieces[index], pieces[index - 1].text if index else ""
    value, unit = int(piece.kind), _unit(reading, index)
    what, end = _counted(reading, index, unit)
    label = label or what
    if not unit or not label or value < 2:  # noqa: PLR2004  one is mostly an article
        return None
    known = next((q for q, words in _QUALIFIERS if before in listed(words)), "")
    start = pieces[index - 1].start if known else piece.start
    if not known:
        known = "more-than" if "多" in piece.text or "余" in piece.text else "exactly"
    evidence = Evidence(start, end)
    for entity in book.of_kind(Kind.FIGURE):
        if piece.start >= entity.evidence[0].start and piece.end <= entity.evidence[0].end:
            return entity.key
    key = book.thing(Kind.FIGURE, label, evidence, named=False)
    book.state(key, Relation.VALUE, value, evidence, rule="zh-count", confidence=0.95)
    book.state(key, Relation.QUALIFIER, Concept(known), evidence, rule="zh-count", confidence=0.9)
    return key


_QUALIFIERS = (("about", "about"), ("more-than", "more"), ("at-least", "at_least"), ("at-most", "at_most"))


def _unit(reading: Reading, index: int) -> str:
    text = reading.pieces[index].text
    units = (*lexicon()["units"], lexicon()["people_unit"])
    following = reading.pieces[index + 1].text if index + 1 < len(reading.pieces) else ""
    return text[-1] if text[-1] in units else following if following in units else ""


def _counted(reading: Reading, index: int, unit: str) -> tuple[str, int]:
    """Return what a number counts, and where the words for it end."""
    pieces = reading.pieces
    at = (
        index
        + 1
        + (index + 1 < len(pieces) and pieces[index + 1].text == unit and pieces[index].text[-1:] != unit)
    )
    end, nouns = pieces[at - 1].end, []
    for piece in pieces[at:]:
        noun = piece.sort in (Sort.WORD, Sort.AGREEMENT) and piece.tag in ("n", "vn", "nz", "a", "s")
        if not noun:
            break
        nouns.append(piece.text)
        end = piece.end
    if nouns:
        return "".join(nouns), end
    if unit == lexicon()["people_unit"]:
        return "人", end
    if index and pieces[index - 1].sort is Sort.WORD and pieces[index - 1].tag == "n":
        return pieces[index - 1].text, end
    return "", end


def read_figures(reading: Reading, book: Notebook) -> None:
    """Write down every count of a sentence that we keep."""
    for index, piece in enumerate(reading.pieces):
        if piece.sort is Sort.NUMBER:
            figure(reading, index, book)
