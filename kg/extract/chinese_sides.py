"""Stage 2, Chinese: whose agreement it is, by who is named, who signs for whom, and by its own title."""

import re
from collections.abc import Sequence
from dataclasses import replace

from kg import gazetteer
from kg.extract.chinese_delegations import delegation
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_names import ending_kind, is_bare, is_institution, is_pair
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_partners import last_pair
from kg.extract.chinese_words import lexicon
from kg.model import Kind, Relation

_TWO = 2
_CITY = re.compile(
    r"(?:[一-鿿]*(?:共和国|王国|联邦))?(?:[一-鿿]{2,5}?[省州])?(?P<name>[一-鿿]{2,7}?市)(?!场|民|政|容)"
)
_LETTERS = re.compile(
    r"^[《“「『]?(?P<lands>[一-鿿]{2,3}?)(?=[两三]国|合作|关于|教育|经贸|文化|政府|联合|贸易|投资|友好)"
)


def parties(who: Sequence[Piece], book: Notebook) -> tuple[list[Piece], list[Piece]]:
    """Return the parties that are named, or else the bodies of the persons who sign."""
    bodies = [piece for piece in who if piece.sort is Sort.INSTITUTION]
    places = [piece for piece in who if piece.sort is Sort.PLACE]
    sides = bodies if len(bodies) > 1 or not places else [*bodies, *places]
    behind = [body for p in who if (body := _signs_for(p, book))]
    if len(sides) == 1 and bodies:
        others = [replace(body, full=body.name) for body in behind if body.name != sides[0].name]
        return [*sides, *others[:1]], []  # 代表团与海滨大学签署协议
    return sides, behind if not sides else []


def _signs_for(signer: Piece, book: Notebook) -> Piece | None:
    """Return the body of a signer's title, here or where the article has given it."""
    if signer.body or signer.sort not in (Sort.PERSON, Sort.DELEGATION):
        return signer.body
    if signer.sort is Sort.PERSON:
        holder = book.find(Kind.PERSON, signer.name)
        keys = _offices(frozenset([holder] if holder else []), book)
    else:
        group = delegation(signer, book)
        keys = book.refs(group, Relation.SENT_BY) if group else frozenset()
        keys = keys or (_offices(book.refs(group, Relation.HEAD), book) if group else frozenset())
    if len(keys) != 1:
        return None
    body = book.entities[next(iter(keys))]
    kind = book.concept(body.key, Relation.KIND)
    return Piece(Sort.INSTITUTION, signer.text, signer.start, kind=kind, full=body.name)


def _offices(holders: frozenset[str], book: Notebook) -> frozenset[str]:
    """Return the institutions in which persons hold their roles."""
    return frozenset(
        key
        for holder in sorted(holders)
        for role in book.sources(holder, Relation.HOLDER)
        for key in book.refs(role, Relation.ROLE_IN)
    )


def understood(what: Piece, pieces: Sequence[Piece], book: Notebook) -> list[Piece]:
    """Return the sides of an agreement without named ones: of its title, or those told of last."""
    if what.kind == "partnership":
        return []
    pair = next((p for p in pieces if p.sort is Sort.WORD and is_pair(p.text)), None)
    if pair and (lands := _lands(replace(what, text=f"{pair.text}两国"), book)):
        return [replace(land, text=what.text) for land in lands]
    if what.tag != "nw":
        return [replace(p, text=what.text, full=p.name, start=what.start, lead=-1) for p in last_pair(book)]
    named = [
        replace(what, sort=Sort.INSTITUTION, tag="", kind=book.concept(e.key, Relation.KIND), full=e.name)
        for e in book.of_kind(Kind.INSTITUTION)
        if len(e.name) > _TWO + 1 and e.name in what.text
    ]
    if titled := _in_title(what):
        return titled
    whole = [p for p in named if not any(p.name != q.name and p.name in q.name for q in named)]
    return whole if len(whole) >= _TWO else _lands(what, book)


def _in_title(what: Piece) -> list[Piece]:
    """Return the two bodies that a title begins with (`《甲大学与乙医院合作备忘录》`)."""
    first, _, rest = what.text.strip("《》“”「」『』").partition("与")
    cuts = range(len(rest), _TWO, -1)
    second = next((rest[:cut] for cut in cuts if is_institution(rest[:cut]) and not is_bare(rest[:cut])), "")
    if not second or not is_institution(first) or is_bare(first):
        cities = [city["name"] for city in (_CITY.fullmatch(first), _CITY.match(rest)) if city]
        return [
            replace(what, sort=Sort.PLACE, tag="", kind="locality", full=name)
            for name in cities
            if len(cities) == _TWO
        ]
    return [
        replace(what, sort=Sort.INSTITUTION, tag="", kind=ending_kind(name), full=name)
        for name in (first, second)
    ]


def _lands(what: Piece, book: Notebook) -> list[Piece]:
    """Return the countries of `《中挪合作…》`, where the article names each."""
    found = _LETTERS.match(what.text)
    letters = found["lands"] if found else ""
    if not letters or not all(letter in lexicon()["countries"] for letter in letters):
        return []
    known = [
        e.name
        for e in book.of_kind(Kind.PLACE)
        if (record := gazetteer.lookup(e.name)) and record.kind == "country"
    ]
    lands = [
        name
        for letter in letters
        for name in ["中国" if letter == "中" else next((n for n in known if n[0] == letter), "")]
    ]
    if not all(lands) or len(set(lands)) < _TWO:
        return []
    return [replace(what, sort=Sort.PLACE, tag="", kind="country", full=name) for name in lands]
