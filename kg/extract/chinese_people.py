"""Stage 2, Chinese: who holds which title where."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import is_title
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import is_verb, lexicon, listed
from kg.model import Basis, Concept, Evidence, Kind, Ref, Relation

_SHORT = 6
"""Longest name of a body that is passed over before a title, unknown as it is."""


@dataclass(frozen=True, slots=True)
class Office:
    """A title held by a person; the pieces `[first, last]` say so."""

    person: int
    title: str
    body: Piece | None
    first: int


def with_offices(reading: Reading, book: Notebook) -> Reading:
    """Return the sentence without the titles of its persons, whose roles are written down."""
    gone: set[int] = set()
    pieces = list(reading.pieces)
    for index, piece in enumerate(reading.pieces):
        if piece.sort is not Sort.PERSON:
            continue
        offices, first = _offices(reading.pieces, index)
        for office in offices:
            _write(office, reading, book)
        gone.update(range(first, index))
        gone.update(_honours(reading.pieces, index))
        pieces[index] = piece.led_from(
            reading.pieces[first].start, _body(offices), [o.title for o in offices]
        )
    kept = tuple(piece for index, piece in enumerate(pieces) if index not in gone)
    return replace(reading, pieces=kept)


def _body(offices: list[Office]) -> Piece | None:
    bodies = [o.body for o in offices if o.body and o.body.sort is Sort.INSTITUTION]
    return bodies[0] if bodies else None


def _offices(pieces: tuple[Piece, ...], person: int) -> tuple[list[Office], int]:
    """Return the offices before a person, and the first piece that belongs to them."""
    found: list[Office] = []
    index, first = person - 1, person
    while index >= 0 and _titled(pieces[index]):
        title_start = index
        while title_start > 0 and _part_of_title(pieces, title_start - 1):
            title_start -= 1
        body = pieces[title_start - 1] if title_start > 0 else None
        fits = body is not None and _bears_title(body)
        first = title_start - 1 if fits else title_start
        while not fits and first > 0 and _is_unit(pieces[first - 1]):
            first -= 1  # a body that we have no name for (`护理 部 副主任`)
        title = "".join(p.text for p in pieces[title_start : index + 1])
        if pieces[title_start].text not in listed("former"):
            found.append(Office(person, title, body if fits else None, first))
        index = first - 1
        if index > 0 and pieces[index].text == "、" and _titled(pieces[index - 1]):
            index -= 1
        else:
            break
    return found, first


def _is_unit(piece: Piece) -> bool:
    return (
        piece.sort is Sort.WORD
        and piece.tag in ("n", "nz", "vn", "an", "j", "ORG")
        and not is_verb(piece.text)
    )


def _bears_title(piece: Piece) -> bool:
    """Return whether a piece can be what a title belongs to, be it named well or not (`尼共主席`)."""
    loose = piece.sort is Sort.WORD and piece.tag in ("ORG", "LOC", "nz") and len(piece.text) <= _SHORT
    return loose or piece.sort in (Sort.INSTITUTION, Sort.PLACE)


def _titled(piece: Piece) -> bool:
    return piece.sort is Sort.WORD and is_title(piece.text)


def _part_of_title(pieces: tuple[Piece, ...], index: int) -> bool:
    piece = pieces[index]
    if piece.sort is not Sort.WORD:
        return False
    lead = piece.text in listed("title_leads") or piece.text in listed("former") or is_title(piece.text)
    # A field before the title (`神经科 教授`) belongs to it where an institution stands before both.
    field = piece.tag in ("n", "nz", "vn") and index > 0 and pieces[index - 1].sort is Sort.INSTITUTION
    return lead or field


def _honours(pieces: tuple[Piece, ...], person: int) -> Iterator[int]:
    """Yield the pieces behind a person that are only a title (`托卡耶夫总统`, `斯克利亚尔第一副总理`)."""
    index = person + 1
    while index < len(pieces) and pieces[index].text in listed("title_leads"):
        index += 1
    if (
        index < len(pieces)
        and pieces[index].sort is Sort.WORD
        and (
            pieces[index].text in listed("after_names")
            or (index > person + 1 and is_title(pieces[index].text))
        )
    ):
        yield from range(person + 1, index + 1)


def _write(office: Office, reading: Reading, book: Notebook) -> None:
    """Write a role down; a title without an institution is no role."""
    published, body = book.article.published, office.body
    if body is None or body.sort not in (Sort.INSTITUTION, Sort.PLACE) or published is None:
        return
    if body.sort is Sort.PLACE and not office.title.endswith(tuple(lexicon()["state_titles"])):
        return
    person = reading.pieces[office.person]
    evidence = Evidence(reading.pieces[office.first].start, person.end)
    stated = body.sort is Sort.INSTITUTION
    relation = Relation.ROLE_IN if stated else Relation.REPRESENTS
    holder = book.piece(Kind.PERSON, person)
    there = institution(body, book) if stated else place(body, book)
    for role in book.of_kind(Kind.ROLE):
        same = book.refs(role.key, Relation.HOLDER) == {holder} and book.refs(role.key, relation) == {there}
        if same and role.name.startswith(office.title):
            book.see(role.key, evidence)
            return
    key = book.thing(Kind.ROLE, f"{office.title}，{body.text}", evidence, named=False)
    book.state(key, Relation.HOLDER, Ref(holder), evidence, rule="zh-title", confidence=0.9)
    book.state(key, relation, Ref(there), evidence, rule="zh-title", confidence=0.9)
    book.words(key, Relation.TITLE, office.title, evidence, rule="zh-title")
    book.state(
        key, Relation.ATTESTED_ON, published, evidence, rule="zh-title", confidence=0.9, basis=Basis.RESOLVED
    )


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
