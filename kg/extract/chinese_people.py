"""Stage 2, Chinese: who holds which title where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import is_title
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import acts, is_verb, lexicon, listed
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
    resolved: bool = False
    """The body is not named right before the title."""


def with_offices(reading: Reading, book: Notebook) -> Reading:
    """Return the sentence without the titles of its persons, whose roles are written down."""
    gone: set[int] = set()
    pieces = list(reading.pieces)
    for index, piece in enumerate(reading.pieces):
        if piece.sort is not Sort.PERSON:
            continue
        offices, first = _offices(reading.pieces, index)
        offices = [_settled(office, pieces, first, book) for office in offices or _behind(reading, index)]
        for office in offices:
            _write(office, reading, book)
        gone.update(range(first, index))
        gone.update(_honours(reading.pieces, index))
        pieces[index] = piece.led_from(
            reading.pieces[first].start,
            _body(offices),
            [o.title for o in offices],
            next((o.body for o in offices if o.body), None),
        )
    kept = tuple(piece for index, piece in enumerate(pieces) if index not in gone)
    return replace(reading, pieces=kept)


def _behind(reading: Reading, person: int) -> list[Office]:
    """Return the office that stands behind a name and its body before it (`云岚大学沈若谷教授`)."""
    honours = list(_honours(reading.pieces, person))
    before = reading.pieces[person - 1] if person else None
    if not honours or before is None or before.sort is not Sort.INSTITUTION:
        return []
    title = "".join(reading.pieces[i].text for i in honours)
    return [Office(person, title, before, person - 1)]


def _settled(office: Office, pieces: Sequence[Piece], first: int, book: Notebook) -> Office:
    """Return an office with its body, where that is only named before (`院长甲、副院长乙`)."""
    if not office.title or (office.body and office.body.sort is not Sort.WORD):
        return office
    if short := _short(pieces[office.first], office, book):
        return replace(office, body=short, resolved=True)
    kinds = lexicon()["bodies_of_titles"].get(office.title.removeprefix("副"), ())
    before = pieces[first - 1] if first else None
    same = pieces[first - 2] if first > 1 and before and acts(before.text, "conj") else None
    if same and same.sort is Sort.PERSON and same.holds:
        return replace(office, body=same.holds, resolved=True)
    known = [e for e in book.of_kind(Kind.INSTITUTION) if book.concept(e.key, Relation.KIND) in kinds]
    if len(known) != 1 or (before and before.text.endswith(("方", "该", "的"))):
        return office
    kind = book.concept(known[0].key, Relation.KIND)
    whole = Piece(Sort.INSTITUTION, office.title, pieces[office.first].start, kind=kind, full=known[0].name)
    return replace(office, body=whole, resolved=True)


def _short(piece: Piece, office: Office, book: Notebook) -> Piece | None:
    """Return the body of `BSRI院长`, `基金会秘书长`: that of the acronym, or the one whose name so ends."""
    if piece.sort is not Sort.WORD or office.title.startswith(piece.text):
        return None
    if body := book.short.get(piece.text):
        return replace(piece, sort=Sort.INSTITUTION, kind=body.kind, full=body.name)
    known = [
        e for e in book.of_kind(Kind.INSTITUTION) if e.name.endswith(piece.text) and e.name != piece.text
    ]
    if len(known) != 1 or len(piece.text) == 1:
        return None
    kind = book.concept(known[0].key, Relation.KIND)
    return replace(piece, sort=Sort.INSTITUTION, kind=kind, full=known[0].name)


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
    evidence = Evidence(min(reading.pieces[office.first].start, body.start), person.end)
    basis = Basis.RESOLVED if office.resolved else Basis.STATED
    sure = 0.75 if office.resolved else 0.9
    stated = body.sort is Sort.INSTITUTION
    relation = Relation.ROLE_IN if stated else Relation.REPRESENTS
    holder = book.piece(Kind.PERSON, person)
    there = institution(body, book) if stated else place(body, book)
    for role in book.of_kind(Kind.ROLE):
        same = book.refs(role.key, Relation.HOLDER) == {holder} and book.refs(role.key, relation) == {there}
        if same and role.name.startswith(office.title):
            book.see(role.key, evidence)
            return
    key = book.thing(Kind.ROLE, f"{office.title}，{body.name}", evidence, named=False)
    book.state(key, Relation.HOLDER, Ref(holder), evidence, rule="zh-title", confidence=0.9)
    book.state(key, relation, Ref(there), evidence, rule="zh-title", confidence=sure, basis=basis)
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
