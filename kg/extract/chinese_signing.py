"""Stage 2, Chinese: agreements, sets of them and the acts of signing, written down once found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from kg.extract.chinese_bodies import institution, place
from kg.extract.chinese_dates import When
from kg.extract.chinese_events import Happening, participants, write
from kg.extract.chinese_figures import figure
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_track import Track
from kg.model import Basis, Concept, Evidence, Kind, Ref, Relation

_SEVERAL = 2
_QUOTES = "《》“”「」『』"


@dataclass(frozen=True, slots=True)
class Deal:
    """An agreement or a set of agreements, before it is written down."""

    what: Piece
    sides: Sequence[Piece]
    status: str
    evidence: Evidence
    about: tuple[str, Evidence] | None
    count: int | None
    """Index of the piece that says how many."""
    by_title: bool
    """The sides are those of the signers' titles."""
    when: When | None = None
    """Of the clause itself."""
    settled: bool = False
    """It was agreed, but nothing says that it was signed."""


def write_deal(
    track: Track, match: re.Match[str], deal: Deal, book: Notebook, *, signers: Sequence[Piece] = ()
) -> None:
    """Write an agreement down, or one more passage for it, and where it was signed."""
    kind = Kind.AGREEMENT_SET if deal.count is not None else Kind.AGREEMENT
    key = _known(deal, kind, book) if deal.count is None else None
    if key is None:
        name = deal.what.text.strip(_QUOTES) if deal.what.tag == "nw" else _label(deal)
        key = book.thing(kind, name, deal.evidence, named=deal.what.tag == "nw")
    else:
        book.see(key, deal.evidence)
    _say(key, deal, book)
    if deal.count is not None and (size := figure(track.reading, deal.count, book, label="协议")):
        book.state(key, Relation.SIZE, Ref(size), deal.evidence, rule="zh-set", confidence=0.9)
    occasion = _occasion(track, match, book)
    if occasion and deal.status in ("signed", "preliminary"):
        book.state(key, Relation.OUTCOME_OF, Ref(occasion), deal.evidence, rule="zh-outcome", confidence=0.85)
    if deal.status in ("signed", "planned"):
        _signing(track, match, key, deal, book=book, signers=signers)


def _label(deal: Deal) -> str:
    names = "与".join(dict.fromkeys(piece.name for piece in deal.sides))
    about = deal.about[0] if deal.about else ""
    return f"{names}{about}{deal.what.text}"


def _say(key: str, deal: Deal, book: Notebook) -> None:
    say = partial(book.state, rule="zh-sign", confidence=0.9)
    if not book.values(key, Relation.KIND):
        say(key, Relation.KIND, Concept(deal.what.kind), deal.evidence)
    if not book.values(key, Relation.STATUS):
        say(key, Relation.STATUS, Concept(deal.status), deal.evidence)
    for piece in deal.sides:
        if piece.sort is Sort.INSTITUTION:
            _party(key, piece, deal, book)
        else:
            span = Evidence(min(piece.start, deal.evidence.start), max(piece.end, deal.evidence.end))
            say(key, Relation.SIDE, Ref(place(piece, book)), span)
    if deal.about and not book.values(key, Relation.SUBJECT_MATTER):
        book.words(key, Relation.SUBJECT_MATTER, *deal.about, rule="zh-about")


def _party(key: str, piece: Piece, deal: Deal, book: Notebook) -> None:
    """Write a party down; for whom a person signed is inferred from the title."""
    body = Ref(institution(piece, book))
    span = Evidence(min(piece.start, deal.evidence.start), max(piece.end, deal.evidence.end))
    if deal.by_title:
        book.state(key, Relation.PARTY, body, span, rule="zh-signer", confidence=0.7, basis=Basis.INFERRED)
    elif piece.full:
        book.state(key, Relation.PARTY, body, span, rule="zh-partner", confidence=0.75, basis=Basis.RESOLVED)
    else:
        book.state(key, Relation.PARTY, body, span, rule="zh-sign", confidence=0.9)


def _known(deal: Deal, kind: Kind, book: Notebook) -> str | None:
    """Return the agreement that is told of again: same sides, kind, status and matter."""
    if deal.what.tag == "nw":
        return book.find(kind, deal.what.text.strip(_QUOTES)) or _now_named(deal, kind, book)
    sides = frozenset(participants(deal.sides, book))
    for known in book.of_kind(kind):
        same = sides == book.refs(known.key, Relation.PARTY, Relation.SIDE)
        alike = deal.what.kind == book.concept(known.key, Relation.KIND)
        about = {v.value for v in book.values(known.key, Relation.SUBJECT_MATTER) if hasattr(v, "value")}
        agrees = not deal.about or not about or deal.about[0] in about
        if (
            same
            and alike
            and agrees
            and not _of_another_day(known.key, deal, book)
            and deal.status == book.concept(known.key, Relation.STATUS)
        ):
            return known.key
    return None


def _now_named(deal: Deal, kind: Kind, book: Notebook) -> str | None:
    """Return the one nameless agreement told of before, which a title now names (`甲、乙签署《…协议》`)."""
    sides = frozenset(participants(deal.sides, book))
    alike = [
        known.key
        for known in book.of_kind(kind)
        if not known.named
        and deal.what.kind == book.concept(known.key, Relation.KIND)
        and deal.status == book.concept(known.key, Relation.STATUS)
        and (not sides or sides == book.refs(known.key, Relation.PARTY, Relation.SIDE))
        and not _of_another_day(known.key, deal, book)
    ]
    return alike[0] if len(alike) == 1 else None


def _of_another_day(key: str, deal: Deal, book: Notebook) -> bool:
    """Return whether a known agreement was signed on a day that is not that of this one."""
    days = [
        day for event in book.refs(key, Relation.SIGNED_AT) for day in book.values(event, Relation.START_DATE)
    ]
    when = deal.when
    if when is None or not days:
        return False
    return all(not isinstance(day, date) or not when.first <= day <= when.last for day in days)


def _signing(
    track: Track,
    match: re.Match[str],
    key: str,
    deal: Deal,
    *,
    book: Notebook,
    signers: Sequence[Piece],
) -> None:
    """Write down the occasion, or the act, of signing where the sentence dates or places it."""
    first, last = track.at(match.start()), track.at(match.end() - 1)
    known = _occasion(track, match, book)
    when, where = track.nearest(Sort.DATE, first, last), track.nearest(Sort.PLACE, first, last)
    if known is None:
        told = len({piece.name for piece in deal.sides}) >= _SEVERAL and not deal.settled
        if not (when or where or signers or told) or (deal.status == "planned" and not when):
            return
        who = list(dict.fromkeys([*signers, *deal.sides]))
        mood = deal.status if deal.status != "signed" else ""
        words = track.evidence(match)
        span = Evidence(min(words.start, deal.evidence.start), max(words.end, deal.evidence.end))
        act = Happening("signing", who, span, "zh-sign-act", 0.85, mood, when, where)
        known = write(act, book)
    # What is only to be signed is signed nowhere yet.
    if deal.status == "signed" and book.concept(known, Relation.STATUS) == "happened":
        book.state(key, Relation.SIGNED_AT, Ref(known), deal.evidence, rule="zh-sign-act", confidence=0.85)


def _occasion(track: Track, match: re.Match[str], book: Notebook) -> str | None:
    """Return the conference at which something was signed or agreed."""
    first, last = track.at(match.start()), track.at(match.end() - 1)
    own = track.group(match, "occasion", "O") if match.groupdict().get("occasion") else []
    occasion = own[0] if own else track.nearest(Sort.OCCASION, first, last)
    return book.find(Kind.EVENT, occasion.name) if occasion else None


def sign_off(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `甲、乙代表双方签字`: those persons signed what was told of last."""
    who = track.group(match, "who", "P")
    acts = [e.key for e in book.of_kind(Kind.EVENT) if book.concept(e.key, Relation.KIND) == "signing"]
    if not acts or track.mood(track.at(match.start()), track.at(match.end() - 1)):
        return
    evidence = track.evidence(match)
    for person in participants(who, book):
        book.state(
            acts[-1], Relation.PARTICIPANT, Ref(person), evidence, rule="zh-sign-off", confidence=0.8,
            basis=Basis.RESOLVED,
        )  # fmt: skip
    bodies = [p.body for p in who if p.body]
    for deal in book.sources(acts[-1], Relation.SIGNED_AT):
        if len(book.refs(deal, Relation.PARTY, Relation.SIDE)) < _SEVERAL <= len(bodies):
            for body in participants(bodies, book):
                book.state(
                    deal, Relation.PARTY, Ref(body), evidence, rule="zh-signer", confidence=0.7,
                    basis=Basis.INFERRED,
                )  # fmt: skip
