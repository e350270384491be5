"""Stage 2, Chinese: agreements and sets of agreements, with parties, status and where they were signed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kg.extract.chinese_events import Happening, participants, write
from kg.extract.chinese_figures import figure
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_people import institution, place
from kg.extract.chinese_track import Track
from kg.extract.chinese_words import acts, lexicon, listed
from kg.model import Basis, Concept, Evidence, Kind, Ref, Relation

_SIDES = "[IPGL](?:&[IPGL])*"
_SIGNED = rf"(?:(?P<occasion>O)o?)?(?:(?P<who>{_SIDES}))?o{{0,2}}S(?P<what>[^,SA]*A(?:[&,]?[^,SA]*A)*)"
_BETWEEN = r"(?P<who>[IL](?:&[IL])+)e?o?(?P<what>A)(?=S|qS)"
_CEREMONY = r"(?P<who>[IL](?:&?[IL])+)e?o{0,6}(?P<what>A)(?P<act>o)h"
_NOUN = frozenset({"n", "vn", "nz", "nw", "an", "a", "s", "v", "j"})


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


def read_agreements(track: Track, book: Notebook) -> None:
    """Write down the agreements that a sentence tells of."""
    for match in track.find(_SIGNED):
        _signed(track, match, book)
    for match in track.find(_BETWEEN):
        first, last = track.at(match.start()), track.at(match.end())
        what = track.group(match, "what", "A")[0]
        deal = _deal(
            track, what, track.group(match, "who", "IL"), first=first, last=last, verb=last, book=book
        )
        if deal:
            _write(track, match, deal, book)
    for match in track.find(_CEREMONY):
        _ceremony(track, match, book)


def _signed(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `甲与乙签署…协议`, `签署甲与乙…备忘录`, `签署…协定、…议定书`."""
    who = track.group(match, "who", "IPGL") if match.group("who") else []
    carried = track.subject(match.start(), "IPGL") if len(who) < 2 else []  # noqa: PLR2004  two sides at least
    carried = [piece for piece in carried if piece.text not in {p.text for p in who}]
    verb = next(i for i in range(match.start("what") - 1, -1, -1) if track.letters[i] == "S")
    start = verb
    for letter in range(match.start("what"), match.end("what")):
        if track.letters[letter] != "A":
            continue
        inner = _inner_sides(track, start + 1, letter)
        sides = inner or [p for p in (*carried, *who) if p.sort in (Sort.INSTITUTION, Sort.PLACE)]
        bodies = [p.body for p in (*carried, *who) if p.body and not sides]
        first, last = track.at(verb), track.at(letter)
        what = track.reading.pieces[last]
        deal = _deal(
            track, what, sides or bodies, first=track.at(start), last=last, verb=first, book=book,
            by_title=bool(bodies),
        )  # fmt: skip
        if deal:
            signers = [p for p in (*carried, *who) if p.sort is Sort.PERSON]
            _write(track, match, deal, book, signers=signers)
        start = letter


def _ceremony(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `甲、乙…协定签字仪式在某地举行`."""
    what = track.group(match, "what", "A")[0]
    act = track.reading.pieces[track.at(match.start("act"))]
    if act.text not in lexicon()["occasions"]["signing"]:
        return
    first, last = track.at(match.start("who")), track.at(match.end("act") - 1)
    sides = track.group(match, "who", "IL")
    if deal := _deal(
        track, what, sides, first=first, last=track.at(match.start("what")), verb=last, book=book
    ):
        _write(track, match, deal, book)


def _inner_sides(track: Track, first: int, last: int) -> list[Piece]:
    """Return the sides that stand in the agreement's own name."""
    found = re.search(r"[IL](?:&[IL])+", track.letters[first:last])
    if not found:
        return []
    span = range(first + found.start(), first + found.end())
    return [
        p for i in span if (p := track.reading.pieces[track.at(i)]).sort in (Sort.INSTITUTION, Sort.PLACE)
    ]


def _deal(
    track: Track, what: Piece, sides: Sequence[Piece],
    *, first: int, last: int, verb: int, book: Notebook, by_title: bool = False,
) -> Deal | None:  # fmt: skip
    """Return what was agreed, or None (with a note) where it is not said well enough."""
    pieces = track.reading.pieces
    clause = pieces[track.reading.clause(min(first, verb))[0]].begin
    near = [piece.begin for piece in sides if piece.begin >= clause]
    evidence = Evidence(min([pieces[min(first, verb)].start, *near]), max(what.end, pieces[verb].end))
    mood = track.mood(min(first, verb), max(verb, first))
    count = next(
        (i for i in range(min(first, last), last) if pieces[i].sort is Sort.NUMBER and is_several(pieces[i])),
        None,
    )
    distinct = {piece.text for piece in sides}
    if mood is None:
        book.reject("zh-sign", evidence, "wished, supposed or asked, not told")
        return None
    if len(distinct) < 2 and count is None and what.tag != "nw":  # noqa: PLR2004  two sides at least
        book.reject("zh-sign", evidence, "no two sides are named")
        return None
    words = [piece.text for piece in pieces[min(first, verb) : max(last, verb) + 1]]
    status = mood or ("preliminary" if is_tentative(words, pieces[verb].text) else "signed")
    day = track.nearest(Sort.DATE, min(first, verb), max(first, verb))
    published = book.article.published
    if status == "signed" and day and day.when and published and day.when.first > published:
        status = "planned"
    return Deal(what, sides, status, evidence, _about(pieces, first, last), count, by_title)


def is_tentative(words: Sequence[str], verb: str) -> bool:
    """Return whether the words tell of an agreement that is not signed yet."""
    return verb in listed("settled_verbs") or any(
        word.startswith(tuple(lexicon()["preliminary"])) for word in words
    )


def is_several(piece: Piece) -> bool:
    """Return whether a number counts several agreements."""
    return int(piece.kind) > 1 and piece.text[-1] in "项份个"


def _about(pieces: Sequence[Piece], first: int, last: int) -> tuple[str, Evidence] | None:
    """Return what the agreement is about: the nouns between its sides and its head."""
    words: list[Piece] = []
    for piece in reversed(pieces[first + 1 : last]):
        if piece.sort is not Sort.WORD or not (
            piece.tag in _NOUN or acts(piece.text, "conj") or piece.text == "的"
        ):
            break
        words.insert(0, piece)
    while words and (
        words[0].text in listed("not_about") or acts(words[0].text, "conj") or words[0].tag == "v"
    ):
        words.pop(0)
    while words and (words[-1].text in listed("not_about") or acts(words[-1].text, "conj")):
        words.pop()
    text = "".join(piece.text for piece in words)
    return (text, Evidence(words[0].start, words[-1].end)) if len(text) > 1 else None


def _write(
    track: Track, match: re.Match[str], deal: Deal, book: Notebook, *, signers: Sequence[Piece] = ()
) -> None:
    kind = Kind.AGREEMENT_SET if deal.count is not None else Kind.AGREEMENT
    key = _known(deal, kind, book) if deal.count is None else None
    if key is None:
        name = deal.what.text.strip("《》") if deal.what.tag == "nw" else _label(deal)
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
    names = "与".join(dict.fromkeys(piece.text for piece in deal.sides))
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
    else:
        book.state(key, Relation.PARTY, body, span, rule="zh-sign", confidence=0.9)


def _known(deal: Deal, kind: Kind, book: Notebook) -> str | None:
    """Return the agreement that is told of again: same sides, kind, status and matter."""
    if deal.what.tag == "nw":
        return book.find(kind, deal.what.text.strip("《》"))
    sides = frozenset(participants(deal.sides, book))
    for known in book.of_kind(kind):
        same = sides == book.refs(known.key, Relation.PARTY, Relation.SIDE)
        alike = deal.what.kind == book.concept(known.key, Relation.KIND)
        about = {v.value for v in book.values(known.key, Relation.SUBJECT_MATTER) if hasattr(v, "value")}
        agrees = not deal.about or not about or deal.about[0] in about
        if same and alike and agrees and deal.status == book.concept(known.key, Relation.STATUS):
            return known.key
    return None


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
        if not (when or where or signers):
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
