"""Stage 2, Chinese: who holds which title where, and who belongs to which delegation."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kg import gazetteer
from kg.extract.chinese_figures import figure, written
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import ending_kind, is_institution, is_title
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_reading import number
from kg.extract.chinese_words import is_verb, acts, lexicon, listed
from kg.model import Basis, Concept, Evidence, Kind, Ref, Relation

_GROUP = re.compile(r"一行(?:共|约)?(?P<n>\d+|[一二两三四五六七八九十]+)[余多]?(?:名|位)?人")
_BY_HEAD = re.compile(
    r"G由(?P<who>P)(?:率领|带队|任团长|领队|带领)|由(?P<by>P)(?:率领|带领)的[^P]{0,12}G|以(?P<as>P)为团长的[^P]{0,12}G"
)
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
            _heads(office, reading, book)
        gone.update(range(first, index))
        gone.update(_honours(reading.pieces, index))
        pieces[index] = piece.led_from(reading.pieces[first].start, _body(offices))
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


def delegation(piece: Piece, book: Notebook) -> str | None:
    """Return the key of the delegation that a piece names or, if only one is known, refers to."""
    known = list(book.of_kind(Kind.DELEGATION))
    if piece.kind != "bare":
        same = next((d.key for d in known if piece.text in d.name or d.name.endswith(piece.text)), None)
        if same is None:
            same = book.piece(Kind.DELEGATION, piece)
            _origin(same, piece, book)
        else:
            book.see(same, piece.evidence)
        return same
    if len(known) == 1:
        book.see(known[0].key, piece.evidence)
        return known[0].key
    return None


def _origin(key: str, piece: Piece, book: Notebook) -> None:
    """Write down where a delegation comes from, as its name says."""
    name = piece.text
    for cut in range(len(name) - 2, 1, -1):
        head = replace(piece, text=name[:cut])
        if is_institution(head.text) and cut < len(name) - 1:
            body = institution(replace(head, sort=Sort.INSTITUTION, kind=ending_kind(head.text)), book)
            book.state(
                key, Relation.SENT_BY, Ref(body), piece.evidence, rule="zh-delegation", confidence=0.85
            )
            return
        record = gazetteer.lookup(head.text)
        if record:
            there = place(replace(head, sort=Sort.PLACE, kind=record.kind), book)
            book.state(key, Relation.ORIGIN, Ref(there), piece.evidence, rule="zh-delegation", confidence=0.9)
            return


def read_delegations(reading: Reading, book: Notebook) -> None:
    """Write down who leads and who belongs to the delegations of a sentence, and how many they are."""
    pieces = reading.pieces
    for index, piece in enumerate(pieces):
        if piece.sort is Sort.WORD and acts(piece.text, "lead"):
            _led(reading, index, book)
        elif piece.text == lexicon()["group_mark"] and index:
            _with_group(reading, index, book)
        elif piece.sort is Sort.DELEGATION:
            _sized(reading, index, book)
            _led_by(reading, index, book)
        elif piece.text == "成员" and index:
            _member(reading, index, book)


def _led(reading: Reading, index: int, book: Notebook) -> None:
    pieces = reading.pieces
    head = next((p for p in reversed(pieces[:index]) if p.sort is Sort.PERSON), None)
    first, last = reading.clause(index)
    group = next((p for p in pieces[index : last + 1] if p.sort is Sort.DELEGATION), None)
    if head is None or head.start < pieces[first].start or not (group or pieces[index].text == "率团"):
        return
    evidence = Evidence(head.start, (group or pieces[index]).end)
    key = delegation(group, book) if group and group.kind != "bare" else None
    if key is None:
        key = _unnamed(head, evidence, book)
    _head(key, head, evidence, book, rule="zh-leads", confidence=0.95)


def _led_by(reading: Reading, index: int, book: Notebook) -> None:
    """Read `代表团由P率领`, `由P率领的代表团`, `以P为团长的代表团`, `代表团团长P`."""
    pieces = reading.pieces
    first, last = reading.clause(index)
    around = pieces[first : last + 1]
    words = "".join("P" if p.sort is Sort.PERSON else "G" if p is pieces[index] else p.text for p in around)
    people = [p for p in around if p.sort is Sort.PERSON]
    found = _BY_HEAD.search(words)
    key = delegation(pieces[index], book) if found and people else None
    if found and key:
        head = people[words[: max(found.start(g) for g in ("who", "by", "as"))].count("P")]
        evidence = Evidence(min(head.begin, pieces[index].start), max(head.end, pieces[index].end))
        _head(key, head, evidence, book, rule="zh-led-by", confidence=0.9)


def _heads(office: Office, reading: Reading, book: Notebook) -> None:
    """Write down whom the title 团长 or 领队 puts at the head of the one delegation there is."""
    known = list(book.of_kind(Kind.DELEGATION))
    if len(known) == 1 and office.title in ("团长", "副团长", "领队"):
        person = Ref(book.piece(Kind.PERSON, reading.pieces[office.person]))
        evidence = Evidence(reading.pieces[office.first].start, reading.pieces[office.person].end)
        relation = Relation.MEMBER if office.title == "副团长" else Relation.HEAD
        book.state(known[0].key, relation, person, evidence, rule="zh-head-title", confidence=0.8)


def _unnamed(head: Piece, evidence: Evidence, book: Notebook) -> str:
    person = book.piece(Kind.PERSON, head)
    for known in book.of_kind(Kind.DELEGATION):
        if person in book.refs(known.key, Relation.HEAD):
            book.see(known.key, evidence)
            return known.key
    return book.thing(Kind.DELEGATION, f"{head.text}率领的代表团", evidence, named=False)


def led_by(people: Iterable[str], book: Notebook) -> list[str]:
    """Return the keys of the delegations that some persons lead."""
    wanted = frozenset(people)
    return [d.key for d in book.of_kind(Kind.DELEGATION) if book.refs(d.key, Relation.HEAD) & wanted]


def _head(key: str, head: Piece, evidence: Evidence, book: Notebook, *, rule: str, confidence: float) -> None:
    person = Ref(book.piece(Kind.PERSON, head))
    book.state(key, Relation.HEAD, person, evidence, rule=rule, confidence=confidence)


def _with_group(reading: Reading, index: int, book: Notebook) -> None:
    """Read `P一行`: a group around a person, and its size."""
    before = reading.pieces[index - 1]
    if before.sort is Sort.PERSON:
        evidence = Evidence(before.start, reading.pieces[index].end)
        key = _unnamed(before, evidence, book)
        _head(key, before, evidence, book, rule="zh-group", confidence=0.75)
    elif before.sort is Sort.DELEGATION and (key_or_none := delegation(before, book)):
        key = key_or_none
    else:
        return
    mark = reading.pieces[index]
    count = _GROUP.match(book.article.text, mark.start)
    value = number(count["n"]) if count else None
    if count and value and value > 1 and not book.values(key, Relation.SIZE):
        evidence = Evidence(mark.start, count.end())
        size = written("代表团成员", value, evidence, book, qualifier="exactly")
        book.state(key, Relation.SIZE, Ref(size), evidence, rule="zh-size", confidence=0.9)


def _sized(reading: Reading, index: int, book: Notebook) -> None:
    """Read `代表团共有14名成员`, `代表团由14人组成`."""
    _, last = reading.clause(index)
    tail = reading.pieces[index + 1 : last + 1]
    if not tail or tail[0].text not in ("共", "共有", "有", "由", "一共"):
        return
    at = next((i for i, p in enumerate(tail) if p.sort is Sort.NUMBER), None)
    key = delegation(reading.pieces[index], book)
    if key and at is not None and any(p.text in ("成员", "组成", "人") for p in tail[at:]):
        _size(key, reading, index + 1 + at, book)


def _size(key: str, reading: Reading, index: int, book: Notebook) -> None:
    if (found := figure(reading, index, book, label="代表团成员")) and not book.values(key, Relation.SIZE):
        evidence = book.entities[found].evidence[0]
        book.state(key, Relation.SIZE, Ref(found), evidence, rule="zh-size", confidence=0.9)


def _member(reading: Reading, index: int, book: Notebook) -> None:
    """Read `P是代表团成员`, `成员包括P、P`."""
    pieces = reading.pieces
    first, last = reading.clause(index)
    known = list(book.of_kind(Kind.DELEGATION))
    if len(known) != 1 or any(p.sort is Sort.NUMBER for p in pieces[first:index]):
        return
    before = [p for p in pieces[first:index] if p.sort is Sort.PERSON]
    after = [p for p in pieces[index + 1 : last + 1] if p.sort is Sort.PERSON]
    verb = {p.text for p in pieces[first : last + 1]}
    listed_after = after and verb & {"包括", "有", "为"}
    people = (
        before if before and "是" in verb and not verb & {"不", "并非"} else after if listed_after else []
    )
    for person in people:
        evidence = (
            Evidence(person.start, pieces[index].end) if person in before else reading.between(index, last)
        )
        member = Ref(book.piece(Kind.PERSON, person))
        book.state(known[0].key, Relation.MEMBER, member, evidence, rule="zh-member", confidence=0.9)
