"""Stage 2, Chinese: agreements and sets of agreements, with parties, status and where they were signed."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from kg.extract.chinese_events import Happening, participants, write
from kg.extract.chinese_marks import PLAIN, Piece, Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_sides import parties, understood
from kg.extract.chinese_signing import Deal, sign_off, write_deal
from kg.extract.chinese_standing import is_one, is_remembered, is_several, is_talked_of, status_of
from kg.extract.chinese_track import Track
from kg.extract.chinese_words import acts, lexicon, listed
from kg.model import Evidence, Kind, Relation

_SIDES = "[IPGLH](?:&[IPGLH])*"
_SIGNED = (
    rf"(?:(?P<occasion>O)o?)?(?:(?P<who>{_SIDES})(?:&(?=o))?[ocebN]{{0,8}})?o{{0,2}}S"
    r"(?P<what>[^,SA]*A(?:[&,]?[^,SA]*A)*)"
)
_BETWEEN = r"(?P<who>[IL](?:&[IL])+)[oe]{0,6}(?P<what>A)(?=o{0,2}S|q[^PILG]*S)"
_ALONE = r"(?P<what>A)o?(?:q?o?)S(?=[,o]|$)(?P<who>)"
_BY = rf"(?P<what>A)o{{0,3}}q(?P<who>{_SIDES})o{{0,5}}S"
_FATE = r"(?P<who>[IL](?:&[IL])+)[oeN]{0,6}(?P<what>A)(?![oe]{0,2}[SOq])"
_PLAIN_CEREMONY = r"(?P<who>[IL](?:&[IL])+)[oehN]{0,6}(?P<act>O)"
_SIGN_ALONE = r"(?P<who>[ILH](?:&[ILH])+)[oebN]{0,5}(?P<verb>S)(?=,|$|&?O)"
_CEREMONY = r"(?:(?P<who>[IL](?:&?[IL])*)[oehN]{0,6})?(?P<what>A)e?(?P<act>O)"
_SET = r"(?P<sign>S)(?P<count>N)(?P<what>o)"
_HANDS = (
    r"(?P<who>P(?:&P)*)[obINLe&]{0,8}x(?!o?e?o{0,3}P)",
    r"(?P<who>P(?:[&,]P)*)b?ob?[IL]&[IL]S(?=[,o]|$)",
    r"xo?e?o{0,3}(?P<who>P(?:[&,]P)*)",
)
_PAIR = 2
_NOUN = frozenset({"n", "vn", "nz", "nw", "an", "a", "s", "v", "j"})


def read_agreements(track: Track, book: Notebook) -> None:
    """Write down the agreements that a sentence tells of."""
    for match in track.find(_SIGNED):
        _signed(track, match, book)
    for match in track.find(_SET):
        _set(track, match, book)
    for pattern in (_BETWEEN, _BY, _ALONE, _FATE):
        for match in track.find(pattern):
            _named(track, match, book, fate=pattern == _FATE)
    for match in track.find(_CEREMONY):
        _ceremony(track, match, book)
    for pattern in _HANDS:
        for match in track.find(pattern):
            sign_off(track, match, book)


def read_unnamed(track: Track, book: Notebook) -> None:
    """Write down what was only `签约`, once the article is read: no agreement that it calls by a name."""
    for pattern in (_PLAIN_CEREMONY, _SIGN_ALONE):
        for match in track.find(pattern):
            sides = frozenset(participants(track.group(match, "who", "IL"), book))
            known = [
                book.refs(deal.key, Relation.PARTY, Relation.SIDE)
                for kind in (Kind.AGREEMENT, Kind.AGREEMENT_SET)
                for deal in book.of_kind(kind)
            ]
            if not any(len(sides & theirs) >= min(_PAIR, len(sides)) for theirs in known):
                _unnamed(track, match, book)


def _named(track: Track, match: re.Match[str], book: Notebook, *, fate: bool) -> None:
    """Read `甲与乙的协议已签署`, `协议由甲与乙签署`, `甲与乙的协议取消`."""
    first, last = track.at(match.start()), track.at(min(match.end(), len(track.index)) - 1)
    verb = last if fate else track.at(track.letters.index("S", match.end() - 1))
    what, who = track.group(match, "what", "A")[0], track.group(match, "who", "IPGL")
    sides, bodies = parties(who, book)
    if match.re.pattern == _ALONE and re.search(r"[IL](?:&[IL])+[oe]{0,6}$", track.letters[: match.start()]):
        return
    if fate and track.mood(first, last) in ("", None):
        return
    deal = _deal(
        track, what, sides or bodies, first=first, last=track.at(match.start("what")), verb=verb, book=book,
        by_title=bool(bodies),
    )  # fmt: skip
    if deal:
        write_deal(track, match, deal, book, signers=[p for p in who if p.sort is Sort.PERSON])


def _set(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `签约12个项目`."""
    first, count, last = (track.at(match.start(group)) for group in ("sign", "count", "what"))
    piece = track.reading.pieces[last]
    if piece.text not in lexicon()["set_words"]:
        return
    what = replace(piece, sort=Sort.AGREEMENT, kind="formal-agreement")
    deal = _deal(track, what, [], first=count - 1, last=last, verb=first, book=book)
    if deal and deal.count is not None:
        write_deal(track, match, deal, book)


def _unnamed(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `甲与乙签约`, `甲与乙举行签约仪式`: something was signed, whatever it is called."""
    first, last = track.at(match.start()), track.at(match.end() - 1)
    act = track.reading.pieces[last]
    if act.sort is Sort.OCCASION and act.kind != "signing":
        return
    if act.sort is Sort.WORD and act.text not in lexicon()["signs_alone"]:
        return
    if any(p.text in lexicon()["witnesses"] for p in track.reading.pieces[first:last]):
        return
    day = track.nearest(Sort.DATE, first, last)
    if not (day and day.when and day.when.precision == "to-the-day"):
        return  # an act that is told has its day
    what = replace(act, sort=Sort.AGREEMENT, kind="formal-agreement", tag="n", full="")
    sides = track.group(match, "who", "IL")
    deal = _deal(track, what, sides, first=first, last=last, verb=last, book=book, noun=True)
    if deal:
        write_deal(track, match, deal, book)


def _signed(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `甲与乙签署…协议`, `签署甲与乙…备忘录`, `签署…协定、…议定书`."""
    who = track.group(match, "who", "IPGL") if match.group("who") else []
    verb = next(i for i in range(match.start("what") - 1, -1, -1) if track.letters[i] == "S")
    start = verb
    for letter in range(match.start("what"), match.end("what")):
        if track.letters[letter] != "A":
            continue
        inner = _inner_sides(track, start + 1, letter)
        for together in [inner] if inner else _groups(track, match, who, verb):
            sides, bodies = parties(together, book)
            first, last = track.at(verb), track.at(letter)
            what = track.reading.pieces[last]
            deal = _deal(
                track, what, sides or bodies, first=track.at(start), last=last, verb=first, book=book,
                by_title=bool(bodies),
            )  # fmt: skip
            if deal:
                signers = [] if inner else [p for p in together if p.sort is Sort.PERSON]
                signers += _for_both(track, match) if together and not signers else []
                write_deal(track, match, deal, book, signers=signers)
        start = letter


def _for_both(track: Track, match: re.Match[str]) -> list[Piece]:
    """Return the persons of `甲、乙代表双方签署`."""
    letter = match.start("who") - 1
    while letter >= 0 and track.letters[letter] in "ob":
        if track.reading.pieces[track.at(letter)].text in listed("officers"):
            return track.gathered(letter)
        letter -= 1
    return []


def _groups(track: Track, match: re.Match[str], who: list[Piece], verb: int) -> Iterator[list[Piece]]:
    """Yield who signs together: all, or each of some with each of the others (`甲分别与乙、丙`)."""
    lead = track.letters[match.start("who") - 1 : match.start("who")] if who else ""
    second = lead in ("&", "b") or len(who) < 2  # noqa: PLR2004  two sides at least
    carried = track.subject(match.start(), "IPGL") if second else []
    carried = [piece for piece in carried if piece.name not in {p.name for p in who}]
    each = carried and who and "b" in track.letters[max(match.start() - 2, 0) : verb]
    joints = [
        p.text
        for p in track.reading.pieces
        if acts(p.text, "conj") and who and who[0].end <= p.start <= who[-1].start
    ]
    listed_after = "b" in track.letters[match.start() : verb] and len(who) > 2 and joints[0] != "、" in joints  # noqa: PLR2004  one with two or more
    if not carried and _is_paired(joints, len(who)):
        yield from (who[i : i + 2] for i in range(0, len(who), 2))
    elif not carried and listed_after:
        yield from ([who[0], other] for other in who[1:])
    elif each and len(carried) * len(who) > 1:
        yield from ([one, other] for one in carried for other in who)
    else:
        yield [*carried, *who]


def _is_paired(joints: Sequence[str], sides: int) -> bool:
    """Return whether the sides are pairs (`甲与乙、丙与丁、戊与己`)."""
    inner, outer = joints[::2], joints[1::2]
    return (
        sides > _PAIR
        and sides % _PAIR == 0
        and len(joints) == sides - 1
        and set(outer) <= {"、", "以及", "及"}
        and (not {"、"} & set(inner))
    )


def _ceremony(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `甲、乙…协定签字仪式在某地举行`."""
    what = track.group(match, "what", "A")[0]
    act = track.group(match, "act", "O")[0]
    if act.kind != "signing":
        return
    first, last = track.at(match.start()), track.at(match.end() - 1)
    sides = track.group(match, "who", "IL") if match.group("who") else track.subject(match.start(), "IL")
    deal = _deal(
        track, what, sides, first=first, last=track.at(match.start("what")), verb=last, book=book, noun=True
    )
    if deal:
        when, where = track.nearest(Sort.DATE, first, last), track.nearest(Sort.PLACE, first, last)
        mood = deal.status if deal.status != "signed" else ""
        evidence = track.evidence(match)
        name = "" if act.tag == PLAIN else act.name
        write(Happening("signing", sides, evidence, "zh-ceremony", 0.85, mood, when, where, name=name), book)
        write_deal(track, match, deal, book)


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
    *, first: int, last: int, verb: int, book: Notebook, by_title: bool = False, noun: bool = False,
) -> Deal | None:  # fmt: skip
    """Return what was agreed, or None (with a note) where it is not said well enough."""
    pieces = track.reading.pieces
    clause = pieces[track.reading.clause(min(first, verb))[0]].begin
    near = [piece.begin for piece in sides if piece.begin >= clause]
    evidence = Evidence(min([pieces[min(first, verb)].start, *near]), max(what.end, pieces[verb].end))
    mood = _mood(track, first, last, verb=verb, noun=noun)
    count = next(
        (i for i in range(min(first, last), last) if pieces[i].sort is Sort.NUMBER and is_several(pieces[i])),
        None,
    )
    sides = sides or understood(what, pieces, book)
    distinct = {piece.name for piece in sides}
    if what.kind == "partnership" and len(distinct) < _PAIR:
        book.reject("zh-sign", evidence, "a bond with nobody named")
        return None
    if mood is None:
        book.reject("zh-sign", evidence, "wished, supposed or asked, not told")
        return None
    dated = track.nearest(Sort.DATE, first, last) and track.nearest(Sort.PLACE, first, last)
    if not distinct and count is None and what.tag != "nw" and not (dated and is_one(pieces, what)):
        book.reject("zh-sign", evidence, "no side is named")
        return None
    words = [piece.text for piece in pieces[min(first, verb) : max(last, verb) + 1]]
    day = track.nearest(Sort.DATE, min(first, verb), max(first, verb))
    status = mood or status_of(words, pieces[verb].text, day, book)
    dubious = (
        _dubious(track, what, distinct, pieces[:verb], day) if status == "signed" and count is None else ""
    )
    if dubious:
        book.reject("zh-sign", evidence, dubious)
        return None
    settled = pieces[verb].text in listed("settled_verbs")
    about, when = _about(pieces, first, last), day.when if day else None
    return Deal(what, sides, status, evidence, about, count, by_title, when, settled)


def _mood(track: Track, first: int, last: int, *, verb: int, noun: bool) -> str | None:
    """Return planned, denied, cancelled or nothing; None where it is only imagined or looked back on."""
    pieces = track.reading.pieces
    if any(p.text.endswith(("周年", "以来")) for p in pieces[first : track.reading.clause(last)[1] + 1]):
        return None
    mood = track.mood(min(first, verb), max(verb, first), noun=noun)
    return "planned" if mood == "" and is_talked_of(pieces, verb, max(last, verb)) else mood


def _dubious(
    track: Track, what: Piece, sides: Collection[str], before: Sequence[Piece], day: Piece | None
) -> str:
    """Return why what seems signed is better left alone, or nothing."""
    if is_remembered(before, day):
        return "remembered, and on no day that is told"
    if len(sides) == 1 and what.tag != "nw" and not (day or "H" in track.letters):
        return "one side only, and no day"
    if not sides and not (day or track.scene or any(p.sort is Sort.PERSON for p in before)):
        return "nobody signs it, and on no day"
    return ""


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
