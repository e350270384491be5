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
    if unit == "个" and not what.startswith(tuple(lexicon()["counted_things"])):
        return None
    first, last = reading.clause(index)
    if any(p.text in listed("background") for p in pieces[first : last + 1]):
        return None
    if not unit or not label or value < 2:  # noqa: PLR2004  one is mostly an article
        return None
    known = next((q for q, words in _QUALIFIERS if before in listed(words)), "")
    start = pieces[index - 1].start if known else piece.start
    if not known:
        known = "more-than" if "多" in piece.text or "余" in piece.text else "exactly"
    evidence = Evidence(start, end)
    return written(label, value, evidence, book, qualifier=known)


def written(label: str, value: int, evidence: Evidence, book: Notebook, *, qualifier: str) -> str:
    """Return the key of a figure, written down now if its words are new."""
    for entity in book.of_kind(Kind.FIGURE):
        if entity.evidence[0].start <= evidence.start < entity.evidence[0].end:
            return entity.key
    key = book.thing(Kind.FIGURE, label, evidence, named=False)
    book.state(key, Relation.VALUE, value, evidence, rule="zh-count", confidence=0.95)
    book.state(key, Relation.QUALIFIER, Concept(qualifier), evidence, rule="zh-count", confidence=0.9)
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
    end = pieces[at - 1].end
    nouns: list[str] = []
    for piece in pieces[at:]:
        if piece.sort is Sort.PLACE and not nouns and piece is not pieces[-1]:
            continue  # 31名泰国护士
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
    """Write down every count of a sentence that we keep, and the sums of deals."""
    for index, piece in enumerate(reading.pieces):
        if piece.sort is Sort.NUMBER and (currency := _currency(reading, index)):
            _sum(reading, index, currency, book)
        elif piece.sort is Sort.NUMBER:
            figure(reading, index, book)


def _currency(reading: Reading, index: int) -> str:
    """Return the currency of a sum, or nothing."""
    text = reading.pieces[index].text
    after = "".join(piece.text for piece in reading.pieces[index + 1 : index + 3])
    named = [c for c in lexicon()["currencies"] if text.endswith(c) or after.startswith(c)]
    return max(named, key=len, default="")


def _sum(reading: Reading, index: int, currency: str, book: Notebook) -> None:
    """Read `合同金额3.6亿元`: a sum that the sentence ties to a deal."""
    pieces = reading.pieces
    tied = [w for w in lexicon()["sums"] if w in reading.sentence.text]
    piece, before = pieces[index], pieces[index - 1].text if index else ""
    if not tied or int(piece.kind) <= 1:
        return
    known = next((q for q, words in _QUALIFIERS if before in listed(words)), "exactly")
    first = max(i for i in range(index, -1, -1) if i == 0 or pieces[i - 1].text in "，。：；")
    clause = "".join(p.text for p in pieces[first:index])
    label = next((w for w in lexicon()["sums"] if w in clause), tied[0])
    end = piece.end if piece.text.endswith(currency) else piece.end + len(currency)
    written(f"{label}（{currency}）", int(piece.kind), Evidence(piece.start, end), book, qualifier=known)
