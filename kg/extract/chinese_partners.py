"""Stage 2, Chinese: whom `双方`, `两校`, `三国`, `该院` and `我校` mean, from who was named before."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from kg.extract.chinese_home import fits_noun, home
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import ending_kind, is_institution
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import acts, lexicon
from kg.model import Kind, Relation

_NUMBERS = {"双": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_TOGETHER = re.compile(
    r"(?P<n>[双两三四五六])(?:家|个|座|所)?(?P<noun>方|国|校|院|市|地|省|城|区|会|县|企业|公司|城市|大学|高校|医院|机构|单位)"
    r"(?![\d年月]|(?:会谈|谈判|协议|协定|机制|对话))"
)
_ONE = re.compile(
    r"(?:该|这家|这所)(?P<one>大学|学院|医院|公司|集团|企业|机构|协会|中心|银行|校|院|社|所|局|部|会|署|厅)"
)
_OWN = re.compile(r"(?<![自])(?:我|本)(?P<own>校|院|所|社|公司|集团|中心|市|省|县|区|局|馆)(?!长)")
_SIDE = ("方",)
_NEAR = 3
_WHOLE = 5
"""Letters of the name of a body that is no mere department."""
_ACRONYM = re.compile(r"(?<![（(A-Za-z])[A-Z]{2,8}(?![A-Za-z])")
_BACK = 6
"""How many sentences back somebody may have been named."""


def with_partners(reading: Reading, book: Notebook) -> Reading:
    """Return the sentence with those whom its words for several parties mean; note who is named in it."""
    told = _expanded(reading, book)
    book.told.append(tuple(_named(told.pieces)))
    return told


def note_acronyms(reading: Reading, book: Notebook) -> None:
    """Write down the acronyms that stand in brackets behind a body's name."""
    for body, bracket, short in zip(reading.pieces, reading.pieces[1:], reading.pieces[2:], strict=False):
        if body.sort is Sort.INSTITUTION and bracket.text in ("（", "(") and _ACRONYM.fullmatch(short.text):
            book.short[short.text] = body
            book.also(book.piece(Kind.INSTITUTION, body), short.text, short.evidence)


def _expanded(reading: Reading, book: Notebook) -> Reading:
    pieces = list(reading.pieces)
    for start, end, found in reversed(list(_meant(reading, book))):
        inside = [i for i, p in enumerate(pieces) if p.start < end and start < p.end]
        if inside and pieces[inside[0]].start >= start and pieces[inside[-1]].end <= end:
            pieces[inside[0] : inside[-1] + 1] = found
    return replace(reading, pieces=tuple(pieces))


def _meant(reading: Reading, book: Notebook) -> Iterator[tuple[int, int, list[Piece]]]:
    text, at = reading.sentence.text, reading.sentence.start
    for match in _TOGETHER.finditer(text):
        start, end = at + match.start(), at + match.end()
        before = [p for p in reading.pieces if p.end <= start]
        if before and before[-1].sort in (Sort.INSTITUTION, Sort.PLACE):
            yield start, end, []  # 挪威、丹麦两国: said already
        elif sides := _sides(before, match["n"], match["noun"], book):
            yield start, end, _coordinated(sides, start, match.group())
    for match in _ONE.finditer(text):
        start = at + match.start()
        before = [p for p in reading.pieces if p.end <= start]
        if found := _last(before, match["one"], book):
            yield start, at + match.end(), _coordinated([found], start, match.group())
    for match in _ACRONYM.finditer(text):
        if found := book.short.get(match.group()):
            yield (
                at + match.start(),
                at + match.end(),
                _coordinated([found], at + match.start(), match.group()),
            )
    for match in _OWN.finditer(text):
        if found := home(match["own"], book):
            yield (
                at + match.start(),
                at + match.end(),
                _coordinated([found], at + match.start(), match.group()),
            )


def _coordinated(found: Sequence[Piece], start: int, text: str) -> list[Piece]:
    """Return pieces for the parties as if `甲与乙` stood where the word stands."""
    parties = [replace(piece, text=text, full=piece.name, start=start, lead=-1) for piece in found]
    joint = Piece(Sort.WORD, "与", start, "c")
    return [part for party in parties for part in (party, joint)][:-1]


def _named(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the bodies and places that a sentence names, those behind its persons too."""
    before = ""
    for piece, after in pairwise([*pieces, Piece(Sort.WORD, "", 0)]):
        inside = piece.sort is Sort.PLACE and after.sort is Sort.INSTITUTION
        there, before = acts(before, "at"), piece.text
        if there:
            continue
        if piece.sort in (Sort.INSTITUTION, Sort.PLACE) and not inside:
            yield piece
        elif piece.body:
            yield piece.body
        elif piece.sort is Sort.DELEGATION and (sender := _sender(piece)):
            yield sender


def _sender(group: Piece) -> Piece | None:
    """Return the body that a delegation is named after (`云岚大学代表团`)."""
    end = next((e for e in lexicon()["delegations"] if group.text.endswith(e)), "")
    name = group.text[: len(group.text) - len(end)]
    if not end or not is_institution(name):
        return None
    return replace(group, sort=Sort.INSTITUTION, text=name, kind=ending_kind(name), full="")


def _sides(before: Sequence[Piece], number: str, noun: str, book: Notebook) -> list[Piece]:
    """Return the parties named last that are as many, and of such a kind, as the word says."""
    wanted = _NUMBERS[number]
    if wanted == len("双方") and noun in _SIDE and (pair := _last_deal(book)):
        return pair
    for sorts in ((Sort.INSTITUTION,), (Sort.PLACE,)):
        pool: dict[str, Piece] = {}
        for sentence in (tuple(_named(before)), *reversed(book.told[-_BACK:])):
            fitting = {p.name: p for p in sentence if p.sort in sorts and fits_noun(p, noun)}
            pool = {**fitting, **{name: p for name, p in pool.items() if name not in fitting}}
            if len(pool) >= wanted:
                break
        own = home(noun, book) if len(pool) == wanted - 1 and book.speaks_of_itself else None
        if own and sorts == (Sort.INSTITUTION,):
            pool.setdefault(own.name, own)
        if len(pool) == wanted:
            return list(pool.values())
    return []


def _last_deal(book: Notebook) -> list[Piece]:
    """Return the two parties of the one pair whose agreement the article has told of."""
    pairs = {
        frozenset(book.refs(deal.key, Relation.PARTY, Relation.SIDE)): deal
        for deal in book.of_kind(Kind.AGREEMENT)
    }
    whole = [sides for sides in pairs if len(sides) > 1]
    if len(whole) != 1 or len(whole[0]) != len("双方"):
        return []
    return _pieces_of(whole[0], book)


def _pieces_of(keys: Iterable[str], book: Notebook) -> list[Piece]:
    sorts = {Kind.PLACE: Sort.PLACE}
    return [
        Piece(sorts.get(e.kind, Sort.INSTITUTION), e.name, 0, kind=book.concept(e.key, Relation.KIND))
        for e in (book.entities[key] for key in sorted(keys))
    ]


def last_pair(book: Notebook) -> list[Piece]:
    """Return the parties of the agreement told of last, or the two of the sentences right before."""
    for deal in reversed(list(book.of_kind(Kind.AGREEMENT))):
        sides = sorted(book.refs(deal.key, Relation.PARTY, Relation.SIDE))
        if len(sides) > 1:
            return _pieces_of(sides, book)
    near = [piece for sentence in book.told[-_NEAR:] for piece in sentence]
    departments = tuple(lexicon()["departments"])
    pool = {
        p.name: p
        for p in near
        if p.sort is Sort.INSTITUTION and not (p.name.endswith(departments) and len(p.name) < _WHOLE)
    }
    known = {book.find(Kind.INSTITUTION, name) or name for name in pool}
    return list(pool.values()) if len(pool) == len(known) == len("双方") else []


def _last(before: Sequence[Piece], noun: str, book: Notebook) -> Piece | None:
    for sentence in (tuple(_named(before)), *reversed(book.told[-_BACK:])):
        fitting = [p for p in sentence if p.sort is Sort.INSTITUTION and fits_noun(p, noun)]
        if fitting:
            return fitting[-1]
    return None
