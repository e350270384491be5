"""Stage 2, Chinese: visits and meetings, by patterns over the letters of a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from kg.extract.chinese_bodies import institution, place
from kg.extract.chinese_dates import When
from kg.extract.chinese_days import dated, status_on
from kg.extract.chinese_delegations import delegation, led_by
from kg.extract.chinese_marks import Piece, Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_track import Track, is_arrival
from kg.extract.chinese_words import acts, listed
from kg.model import Basis, Concept, Entity, Evidence, Kind, Ref, Relation

WHO = "[PIGL](?:&(?:[vo]e|o{1,3})?[PIGL])*"
_MEET = (
    rf"(?:(?P<who>{WHO})R?G?)?b?m(?:[ov]|[^,me]{{0,10}}e[Lo]{{0,3}})?"
    r"(?P<whom>[PIG](?:&o{0,3}[PIG]|,[PG](?=[,&]|$))*)(?!T)"
)
_MEET_GROUP = rf"(?P<who>{WHO})R?b?m(?=[oeLN]{{0,8}}(?:,|$))"
_MEET_WHEN = r"(?:m|c|&)(?P<whom>P(?:&P)*)b?[mk]?T,?(?P<who>P)(?=[y,o]|$)"
_TALK = rf"(?P<with>&)?(?P<all>{WHO})(?P<each>b)?(?:[oh][^,PIGLA]{{0,24}}h|h)?[oe]{{0,3}}[mk](?![PIG]|T,?P)"
_TALK_OF = rf"&(?P<all>{WHO})ek"
_VISIT = rf"(?:(?P<who>{WHO}))?(?:R(?P<led>G)?)?(?:,?b?v{{1,2}})(?P<where>[LIH](?:&[LIH])*)"
_VISIT_TO = (
    rf"(?:(?P<who>{WHO}))?(?:R(?P<led>G)?)?o{{0,3}}c(?P<where>[LIH](?:&[LIH])*)"
    r"(?:[oe]{0,3}h?[oe]{0,3}v|e?v)"
)
_VISIT_AT = r"(?P<who>[GP](?:&[GP])*)(?:R?G?h?v{1,3})(?=[,hok]|$)"
_LABEL = 60
"""Longest label of an event without a name."""
_ALREADY = frozenset({"之前", "以前", "前"})


@dataclass(frozen=True, slots=True)
class Happening:
    """What a pattern found, before it is written down."""

    kind: str
    who: Sequence[Piece]
    evidence: Evidence
    rule: str
    confidence: float
    mood: str
    when: Piece | None = None
    where: Piece | None = None
    host: Sequence[Piece] = ()
    led: bool = False
    """Whether the sentence says that somebody leads a delegation there."""
    name: str = ""
    """Of an occasion."""
    stop: bool = False
    """Seen on a visit that may be told of already."""


def read_events(track: Track, book: Notebook) -> None:
    """Write down the events that a sentence tells of."""
    for match in track.find(_MEET_WHEN):
        for whom in track.group(match, "whom", "P"):
            _meeting(track, match, [*track.group(match, "who", "P"), whom], "zh-meet-when", book)
    for match in track.find(_MEET):
        _met(track, match, book)
    for match in track.find(_MEET_GROUP):
        _met_group(track, match, book)
    for match in track.find(_TALK):
        _talked(track, match, book)
    for match in track.find(_TALK_OF):
        if track.mood(track.at(match.start()), track.at(match.end() - 1)):
            who = [*track.carried(match.start(), "PIG"), *track.group(match, "all", "PIG")]
            happened(track, match, "meeting", who, rule="zh-talk-of", book=book)
    for pattern, rule in ((_VISIT, "zh-visit"), (_VISIT_TO, "zh-visit-to"), (_VISIT_AT, "zh-visit-at")):
        for match in track.find(pattern):
            _visited(track, match, rule, book)


def _met(track: Track, match: re.Match[str], book: Notebook) -> None:
    who = track.group(match, "who", "PIG") or track.carried(match.start(), "PIG")
    who = who or track.gathered(track.letters.index("m", match.start()))
    whom = track.group(match, "whom", "PIG")
    each = "b" in match.group() and any(piece.sort is Sort.PERSON for piece in whom)
    alone = whom if each else [piece for piece in whom if piece.text in book.met_alone]
    for others in [*([piece] for piece in alone), [piece for piece in whom if piece not in alone]]:
        if who and others:
            _meeting(track, match, [*who, *others], "zh-meet", book)


def _met_group(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `甲会见研习班一行`: whom one has met is a group without a name of its own."""
    verb = track.at(match.end() - 1)
    _, last = track.reading.clause(verb)
    if track.reading.pieces[last].text == "一行":
        happened(track, match, "meeting", track.group(match, "who", "PIG"), rule="zh-meet-group", book=book)


def _talked(track: Track, match: re.Match[str], book: Notebook) -> None:
    pieces = track.group(match, "all", "PIGL")
    first, last = track.at(match.start()), track.at(match.end() - 1)
    if any(acts(p.text, "attend") or p.text in listed("company") for p in track.reading.pieces[first:last]):
        return  # 陪同会见, 参加座谈: of a meeting told before
    if track.letters[match.end() - 1] == "m" and any(
        p.text == "、" for p in track.reading.pieces[first:last]
    ):
        _received(track, match, pieces, book)
        return
    lead = track.carried(match.start(), "PIGL") if match.group("with") else []
    if match.group("with") and not lead:
        return
    if match.group("each") and lead:
        for piece in pieces:
            _meeting(track, match, [*lead, piece], "zh-talk", book)
    elif len({piece.name for piece in (*lead, *pieces)}) > 1:
        _meeting(track, match, [*lead, *pieces], "zh-talk", book)


def _received(track: Track, match: re.Match[str], hosts: Sequence[Piece], book: Notebook) -> None:
    """Read `书记甲、省长乙分别会见`: whom they met is the one group told of before."""
    verb = track.reading.pieces[track.at(match.end() - 1)]
    guests = replace(verb, sort=Sort.DELEGATION, kind="bare")
    if delegation(guests, book) is not None:
        for together in [[host] for host in hosts] if match.group("each") else [list(hosts)]:
            happened(track, match, "meeting", [*together, guests], rule="zh-received", book=book)


def _meeting(track: Track, match: re.Match[str], who: Sequence[Piece], rule: str, book: Notebook) -> None:
    if len({piece.name for piece in who}) > 1:
        happened(track, match, "meeting", who, rule=rule, book=book)


def happened(
    track: Track, match: re.Match[str], kind: str, who: Sequence[Piece],
    *, rule: str, book: Notebook, where: Piece | None = None, host: Sequence[Piece] = (), stop: bool = False,
) -> None:  # fmt: skip
    """Write down what a pattern has found, with its day and place."""
    first, last = track.at(match.start()), track.at(match.end() - 1)
    mood = track.mood(first, last)
    evidence = track.evidence(match)
    if mood is None:
        book.reject(rule, evidence, "wished, supposed or asked, not told")
        return
    site = where or track.nearest(Sort.PLACE, first, last)
    premises = None if site or host else track.nearest(Sort.INSTITUTION, first, last)
    found = Happening(
        kind, who, evidence, rule, 0.85, mood,
        when=track.nearest(Sort.DATE, first, last),
        where=site, host=(premises,) if premises else host,
        led="R" in match.group(), stop=stop,
    )  # fmt: skip
    write(found, book)


def _visited(track: Track, match: re.Match[str], rule: str, book: Notebook) -> None:
    groups = match.groupdict()
    led = track.group(match, "led", "G") if groups.get("led") else []
    who = track.group(match, "who", "PIG") if groups.get("who") else []
    who = who or track.carried(match.start(), "PIG")
    targets = track.group(match, "where", "LI") if "where" in groups else []
    first, last = track.at(match.start()), track.at(match.end() - 1)
    after = track.reading.pieces[last + 1].text if last + 1 < len(track.reading.pieces) else ""
    sites = [piece for piece in targets if piece.sort is Sort.PLACE]
    site = sites[0] if sites else track.nearest(Sort.PLACE, first, last)
    hosts = [piece for piece in targets if piece.sort is Sort.INSTITUTION]
    called_off = track.mood(first, last) in ("cancelled", "planned", "denied") and bool(sites)
    dated = track.nearest(Sort.DATE, first, last) is not None
    guests = dated and any(p.sort is Sort.DELEGATION for p in who)
    verbs = track.reading.pieces[first : last + 1]
    here = "H" in match.group() or any(p.text in listed("arrivals") or is_arrival(p.text) for p in verbs)
    guests = guests or (here and any(p.sort in (Sort.PERSON, Sort.DELEGATION) for p in (*led, *who)))
    if after in _ALREADY or not (site or hosts or guests) or not (who or led or called_off):
        return
    own = any(c.piece.sort is Sort.DATE for c in track.around)
    stop = not own and not led and any(p.text in listed("tours") for p in verbs)
    if stop and not (targets or here):
        return  # 客人参观了校史馆
    happened(track, match, "visit", [*led, *who], rule=rule, book=book, where=site, host=hosts, stop=stop)


def write(found: Happening, book: Notebook) -> str:
    """Write an event down, or add to the one that is already known; return its key."""
    people = participants(found.who, book)
    people += [key for key in (led_by(people, book) if found.led else []) if key not in people]
    hosts = participants(found.host, book)
    when = found.when.when if found.when else None
    status = status_on(found.mood, when, book.article.published)
    site = place(found.where, book) if found.where else None
    key = _known(found, frozenset([*people, *hosts]), site, when, book)
    if key is None:
        label = found.name or _label(found, book)
        key = book.thing(Kind.EVENT, label, found.evidence, named=bool(found.name))
    else:
        book.see(key, found.evidence)
    _say(key, found, book, people=people, hosts=hosts, site=site, status=status)
    published = book.article.published
    # The day of a plan that came to nothing is no day of the event.
    stale = status == "planned" and when and published and when.last < published
    if when and not stale and not book.values(key, Relation.START_DATE):
        dated(key, when, found.evidence, book)
    return key


def _say(
    key: str, found: Happening, book: Notebook,
    *, people: Sequence[str], hosts: Sequence[str], site: str | None, status: str,
) -> None:  # fmt: skip
    say = partial(book.state, rule=found.rule, confidence=found.confidence)
    if not book.values(key, Relation.KIND):
        say(key, Relation.KIND, Concept(found.kind), found.evidence)
    if not book.values(key, Relation.STATUS):
        say(key, Relation.STATUS, Concept(status), found.evidence)
    for person in people:
        sided = book.entities[person].kind is Kind.PLACE
        relation = Relation.SIDE if sided else Relation.PARTICIPANT
        say(key, relation, Ref(person), _with(person, found, book))
    for host in hosts:
        say(key, Relation.HOST, Ref(host), found.evidence)
    if site and found.where and not book.values(key, Relation.LOCATION):
        there, words = Evidence(found.where.start, found.where.end), found.evidence
        inside = words.start <= there.start and there.end <= words.end
        basis = Basis.STATED if inside else Basis.INFERRED
        say(key, Relation.LOCATION, Ref(site), words if inside else there, basis=basis)


def _with(person: str, found: Happening, book: Notebook) -> Evidence:
    """Return the words that say so, from the subject on where it stands in an earlier clause."""
    names = (book.entities[person].name, *book.entities[person].aliases)
    starts = [piece.begin for piece in found.who if piece.name in names]
    return Evidence(min([found.evidence.start, *starts]), found.evidence.end)


def participants(pieces: Sequence[Piece], book: Notebook) -> list[str]:
    """Return the keys of those whom pieces name."""
    found: list[str | None] = []
    for piece in pieces:
        if piece.sort is Sort.PERSON:
            found.append(book.piece(Kind.PERSON, piece))
        elif piece.sort is Sort.INSTITUTION:
            found.append(institution(piece, book))
        elif piece.sort is Sort.DELEGATION:
            found.append(delegation(piece, book))
        elif piece.sort is Sort.PLACE:
            found.append(place(piece, book))
    return list(dict.fromkeys(key for key in found if key))


def _known(
    found: Happening, people: frozenset[str], site: str | None, when: When | None, book: Notebook
) -> str | None:
    """Return the event that this one tells of again."""
    if found.name:
        return book.find(Kind.EVENT, found.name)
    if found.stop and (visit := _visit_of(people, book)):
        return visit
    for event in book.of_kind(Kind.EVENT):
        theirs = book.refs(event.key, Relation.PARTICIPANT, Relation.SIDE, Relation.HOST)
        same = people and (
            people == theirs or (found.kind == "visit" and (people <= theirs or theirs <= people))
        )
        sites = book.refs(event.key, Relation.LOCATION)
        days = book.values(event.key, Relation.START_DATE)
        apart = (site and sites and sites != {site}) or (when and days and when.first not in days)
        alike = book.concept(event.key, Relation.KIND) == found.kind
        if (
            alike
            and not apart
            and (same or (found.kind == "signing" and _one_act(event, found, people, book)))
        ):
            return event.key
    return None


def _visit_of(people: frozenset[str], book: Notebook) -> str | None:
    """Return the visit of the same people that was told of last."""
    visits = [
        event.key
        for event in book.of_kind(Kind.EVENT)
        if book.concept(event.key, Relation.KIND) == "visit"
        and people & book.refs(event.key, Relation.PARTICIPANT)
    ]
    return visits[-1] if visits else None


def _one_act(event: Entity, found: Happening, people: frozenset[str], book: Notebook) -> bool:
    """Return whether a signing is the one known: told in the same words, or of no parties of its own."""
    kinds = (Kind.INSTITUTION, Kind.PLACE)
    theirs = book.refs(event.key, Relation.PARTICIPANT, Relation.SIDE, Relation.HOST)
    sides = {key for key in people if book.entities[key].kind in kinds}
    known = {key for key in theirs if book.entities[key].kind in kinds}
    if sides and sides == known:
        return True
    within = any(e.start < found.evidence.end and found.evidence.start < e.end for e in event.evidence)
    return within or (not (sides and known) and found.rule != "zh-ceremony")


def _label(found: Happening, book: Notebook) -> str:
    text = book.article.text[found.evidence.start : found.evidence.end]
    return text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
