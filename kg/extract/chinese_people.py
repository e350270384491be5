"""Stage 2, Chinese: who holds which title where."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.extract.chinese_home import home_of
from kg.extract.chinese_marks import Piece, Reading, Sort
from kg.extract.chinese_names import is_institution, is_title
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_offices import Office, chained, shared, write_office
from kg.extract.chinese_posts import POSTED, from_china, posted
from kg.extract.chinese_words import acts, is_verb, lexicon, listed
from kg.model import Kind, Relation

_OPEN = ("，", "。", "、", "；", "：")
"""What may stand before a name without a body."""
_JOINING = ("与", "和", "同", "跟")
_FIELDS = 7
"""Words between a country and its minister's title at most."""
_SHORT = 6
"""Longest name of a body that is passed over before a title, unknown as it is."""


def with_offices(reading: Reading, book: Notebook) -> Reading:
    """Return the sentence without the titles of its persons, whose roles are written down."""
    gone: set[int] = set()
    pieces = list(reading.pieces)
    for index, piece in enumerate(reading.pieces):
        if piece.sort is not Sort.PERSON:
            continue
        offices, first = _offices(reading.pieces, index)
        offices = [_settled(office, pieces, first, book) for office in chained(offices)]
        offices = offices or _behind(reading, index, book)
        for office in offices:
            write_office(office, reading, book)
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


def _behind(reading: Reading, person: int, book: Notebook) -> list[Office]:
    """Return the office that stands behind a name and its body before it (`云岚大学沈若谷教授`)."""
    honours = list(_honours(reading.pieces, person))
    before = reading.pieces[person - 1] if person else None
    if not honours:
        return []
    title = "".join(reading.pieces[i].text for i in honours)
    if before and before.sort is Sort.INSTITUTION:
        return [Office(person, title, before, person - 1)]
    kinds = lexicon()["bodies_of_titles"].get(title.removeprefix("副"), ())
    body = _at_hand(reading.pieces[:person], kinds, book)
    if body is None or (before and before.text not in _OPEN and before.text not in lexicon()["own"]):
        return [Office(person, title, None, person)] if _is_office(title) else []
    whole = replace(body, text=title, full=body.name, start=reading.pieces[honours[0]].start, lead=-1)
    return [Office(person, title, whole, person, resolved=True)]


def _is_office(title: str) -> bool:
    """Return whether a title is an office that somebody holds, not an honour (`教授`)."""
    return (
        title.endswith(tuple(lexicon()["state_titles"]))
        or title.removeprefix("副") in lexicon()["bodies_of_titles"]
    )


def _at_hand(before: Sequence[Piece], kinds: Sequence[str], book: Notebook) -> Piece | None:
    """Return the body of `在云岚大学，沈若谷校长`, or the publisher where the sentence has named no other."""
    named = [i for i, p in enumerate(before) if p.sort is Sort.INSTITUTION and p.kind in kinds]
    if not named:
        return home_of(kinds, book)
    first = named[0]
    there = first > 0 and acts(before[first - 1].text, "at") and len(named) == 1
    return (
        before[first] if there and before[first + 1 : first + 2] and before[first + 1].text == "，" else None
    )


def _settled(office: Office, pieces: Sequence[Piece], first: int, book: Notebook) -> Office:
    """Return an office with its body, where that is only named before (`院长甲、副院长乙`)."""
    if not office.title or (office.body and office.body.sort is not Sort.WORD):
        return office
    if office.title.startswith(POSTED):
        sender = from_china(pieces[office.first], book.article.text)
        return replace(office, body=sender, resolved=True)
    before = pieces[first - 1] if first else None
    same = _same(pieces, office, before) if first > 1 and before else None
    body = _short(pieces[office.first], office, book) or (
        shared(office.title, same.holds) if same and same.sort is Sort.PERSON and same.holds else None
    )
    if body is None and not (before and before.text.endswith(("方", "该", "的"))):
        body = _understood(pieces, office, book)
    return replace(office, body=body, resolved=True) if body else office


def _understood(pieces: Sequence[Piece], office: Office, book: Notebook) -> Piece | None:
    """Return the body that a title without one means: the publisher, or the only one of its kind."""
    kinds = lexicon()["bodies_of_titles"].get(office.title.removeprefix("副"), ())
    whole = home_of(kinds, book) if kinds and _is_plain(pieces, office) else None
    alone = office.title.startswith(pieces[office.first].text)
    whole = whole or (_only(kinds, book) if kinds and alone else None)
    if whole is None:
        return None
    return replace(whole, text=office.title, full=whole.name, start=pieces[office.first].start)


def _same(pieces: Sequence[Piece], office: Office, before: Piece) -> Piece | None:
    """Return the person named right before, with whom an office shares its body."""
    index = office.first - 2
    while index > 0 and pieces[index].text in listed("after_names"):
        index -= 1  # 董事长甲先生，总经理乙先生
    return pieces[index] if _goes_on(pieces, office, before, pieces[index]) else None


def _goes_on(pieces: Sequence[Piece], office: Office, before: Piece, person: Piece) -> bool:
    """Return whether a title is of the same body as the one before (`院长甲、副院长乙`)."""
    rest = [p.text for p in pieces[office.person + 1 : office.person + 4]]
    after = next((text for text in rest if text not in listed("after_names")), "")
    if before.text in _JOINING and person.titles and office.title in lexicon()["sole_heads"]:
        return False  # 校长甲与院长乙
    listing = after in ("，", "；", "等") or acts(after, "conj")
    return acts(before.text, "conj") or (before.text in ("，", "；") and listing)


def _is_plain(pieces: Sequence[Piece], office: Office) -> bool:
    """Return whether a title stands alone or behind a word such as `校` or `我校`."""
    lead = pieces[office.first].text
    return office.title.startswith(lead) or lead in (*lexicon()["own"], "校", "院", "集团", "公司")


def _only(kinds: Sequence[str], book: Notebook) -> Piece | None:
    """Return the one body of such kinds that the article names, where it is not its publisher's own page."""
    known = [e for e in book.of_kind(Kind.INSTITUTION) if book.concept(e.key, Relation.KIND) in kinds]
    if len(known) != 1 or book.speaks_of_itself:
        return None
    kind = book.concept(known[0].key, Relation.KIND)
    return Piece(Sort.INSTITUTION, known[0].name, 0, kind=kind)


def _short(piece: Piece, office: Office, book: Notebook) -> Piece | None:
    """Return the body of `BSRI院长`, `基金会秘书长`: that of the acronym, or the one whose name so ends."""
    if piece.sort is not Sort.WORD or office.title.startswith(piece.text) or is_institution(piece.text):
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
        if abroad := posted(pieces, title_start):
            post, sender, first = abroad
            title = post + "".join(p.text for p in pieces[title_start : index + 1])
            found.append(Office(person, title, sender, first))
            index = first - 1
            break
        fits = body is not None and _bears_title(body)
        first = title_start - 1 if fits else title_start
        land = _land_before(pieces, title_start) if not fits else None
        if land is not None:
            title = "".join(p.text for p in pieces[land + 1 : index + 1])
            found.append(Office(person, title, pieces[land], land))
            first = land
            break
        while not fits and first > 0 and _is_unit(pieces[first - 1]):
            first -= 1  # a body that we have no name for (`护理 部 副主任`)
        if first > 0 and first == title_start and pieces[first - 1].sort is Sort.DELEGATION:
            first -= 1  # 代表团 团长
        title = "".join(p.text for p in pieces[title_start : index + 1])
        if pieces[title_start].text not in listed("former"):
            found.append(Office(person, title, body if fits else None, first))
        index = first - 1
        if index > 0 and pieces[index].text == "、" and _titled(pieces[index - 1]):
            index -= 1
        else:
            break
    return found, first


def _land_before(pieces: Sequence[Piece], title: int) -> int | None:
    """Return the country before the fields of a minister's title (`挪威高等教育和培训部长`)."""
    if not pieces[title].text.endswith(tuple(lexicon()["ministers"])):
        return None
    for index in range(title - 1, max(title - _FIELDS, 0) - 1, -1):
        piece = pieces[index]
        if piece.sort is Sort.PLACE and piece.kind == "country":
            return index
        if not (_is_unit(piece) or acts(piece.text, "conj") or piece.tag == "c"):
            return None
    return None


def _is_unit(piece: Piece) -> bool:
    return (
        piece.sort is Sort.WORD
        and (piece.tag in ("n", "nz", "vn", "an", "j", "ORG") or piece.text in listed("departments"))
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
