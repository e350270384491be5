"""Stage 2, Chinese: delegations, where they come from, who leads them and who belongs to them."""

import re
from collections.abc import Iterable
from dataclasses import replace

from kg import gazetteer
from kg.extract.chinese_bodies import institution, place
from kg.extract.chinese_figures import figure, written
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import ending_kind, is_institution
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_reading import number
from kg.extract.chinese_words import acts, lexicon
from kg.model import Basis, Evidence, Kind, Ref, Relation

_GROUP = re.compile(r"一行(?:共|约)?(?P<n>\d+|[一二两三四五六七八九十]+)[余多]?(?:名|位)?人")
_BY_HEAD = re.compile(
    r"G由(?P<who>P)(?:率领|带队|任团长|领队|带领)|由(?P<by>P)(?:率领|带领)的[^P]{0,12}G|以(?P<as>P)为团长的[^P]{0,12}G"
)
_AT_HEAD = frozenset({"团长", "副团长", "领队"})


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
        elif piece.sort is Sort.PERSON:
            _by_title(piece, book)
        elif piece.text == "成员" and index:
            _member(reading, index, book)


def _led(reading: Reading, index: int, book: Notebook) -> None:
    pieces = reading.pieces
    head = next((p for p in reversed(pieces[:index]) if p.sort is Sort.PERSON), None)
    first, last = reading.clause(index)
    group = next((p for p in pieces[index : last + 1] if p.sort is Sort.DELEGATION), None)
    if (
        head is None
        or head.start < pieces[first].start
        or not (group or pieces[index].text in ("率团", "带队"))
    ):
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


def _by_title(piece: Piece, book: Notebook) -> None:
    """Write down whom the title 团长 or 领队 puts at the head of the one delegation there is."""
    known = list(book.of_kind(Kind.DELEGATION))
    titles = _AT_HEAD.intersection(piece.titles)
    if len(known) == 1 and titles:
        person = Ref(book.piece(Kind.PERSON, piece))
        relation = Relation.MEMBER if "副团长" in titles else Relation.HEAD
        evidence = Evidence(piece.begin, piece.end)
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
    known = book.refs(key, Relation.SENT_BY, Relation.ORIGIN)
    if not known and head.holds and head.holds.sort is Sort.PLACE and rule != "zh-group":
        words, there = Evidence(min(head.begin, evidence.start), evidence.end), place(head.holds, book)
        book.state(
            key, Relation.ORIGIN, Ref(there), words, rule="zh-head-office", confidence=0.7,
            basis=Basis.INFERRED,
        )  # fmt: skip


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
