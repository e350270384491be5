"""Stage 2, Chinese: conferences, courses, ceremonies and openings, by patterns over a sentence's letters."""

import re
from collections.abc import Sequence

from kg.extract.chinese_events import WHO, Happening, happened, write
from kg.extract.chinese_marks import PLAIN, Piece, Sort
from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_track import Track
from kg.extract.chinese_whereabouts import Circumstance

_HELD = (
    r"(?P<host>I(?:&I)*)h(?P<o1>O)|(?P<o3>O)q(?P<by>I(?:&I)*)h|(?P<o2>O),?o?[hS]"
    r"|he[oeAN]{0,6}(?P<o4>O)(?![^,]*h)|h(?P<o5>O)"
)
_ORGANISED = (
    r"(?P<by>I(?:&I)*)h(?:[&,](?P<with>I(?:&I)*)h)?(?:[&,](?P<more>I(?:&I)*)h)?e[oeN]{0,6}(?P<what>O)"
)
_ATTENDED = rf"(?:(?P<who>{WHO}))?(?:RG?)?j(?P<what>O(?:&O)*)"
_LISTED = r"^(?P<o6>O)(?=[LI]|$)"
_OPENED = r"(?:(?P<who>[PI](?:&[PI])*)[^,]{0,10})?u"


def read_occasions(track: Track, book: Notebook) -> None:
    """Write down the conferences, courses and ceremonies of a sentence, who held them and who came."""
    for match in track.find(_OPENED):
        _opened(track, match, book)
    for match in track.find(_HELD):
        hosts = [p for name in ("host", "by") if match.group(name) for p in track.group(match, name, "I")]
        letter = next(g for g in ("o1", "o2", "o3", "o4", "o5") if match.group(g))
        for piece in track.group(match, letter, "O"):
            sides = _sides_before(track, match.start(letter)) if piece.kind in ("signing", "ceremony") else ()
            _occasion(track, match, piece, rule="zh-held", book=book, hosts=hosts, who=sides)
    _organised(track, book)
    for match in track.find(_LISTED):
        if any(c.piece.sort is Sort.DATE for c in track.around):
            _listed(track, match, book)
    for match in track.find(_ATTENDED):
        who = track.group(match, "who", "PIG") if match.group("who") else track.carried(match.start(), "PIG")
        for piece in track.group(match, "what", "O"):
            _occasion(track, match, piece, rule="zh-attended", book=book, who=who)
    for circumstance in track.around:
        if circumstance.piece.sort is Sort.OCCASION and circumstance.piece.tag != PLAIN:
            _at_occasion(track, circumstance, book)


def _organised(track: Track, book: Notebook) -> None:
    """Read `由甲主办、乙承办的论坛`."""
    for match in track.find(_ORGANISED):
        hosts = [p for group in ("by", "with", "more") for p in track.group(match, group, "I")]
        what = track.group(match, "what", "O")[0]
        _occasion(track, match, what, rule="zh-organised", book=book, hosts=hosts)


def _listed(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read a line of a calendar, `9月8日 首届羊绒交易会 呼和浩特`."""
    piece = track.group(match, "o6", "O")[0]
    first = track.at(match.start())
    after = [p for p in track.reading.pieces[first + 1 :] if p.sort is Sort.PLACE]
    when = track.nearest(Sort.DATE, first, first)
    if piece.tag != PLAIN and when:
        evidence = track.reading.between(0, first)
        where = after[0] if after else None
        write(Happening(piece.kind, (), evidence, "zh-listed", 0.8, "", when, where, name=piece.name), book)


def _sides_before(track: Track, letter: int) -> list[Piece]:
    """Return the sides in the name of a ceremony (`甲与乙…签约仪式`)."""
    found = re.search(r"(?P<who>[IL](?:&[IL])+)[oeNA]{0,8}$", track.letters[:letter])
    return track.group(found, "who", "IL") if found else []


def _at_occasion(track: Track, at: Circumstance, book: Notebook) -> None:
    """Write down the occasion of `在…论坛上`, which took place if something happened there."""
    if track.mood(at.first, at.last) == "":
        evidence = track.reading.between(at.first, at.last)
        when = track.nearest(Sort.DATE, at.first, at.last)
        spoke = re.match(r",?(?P<who>P(?:&P)*)[^,]{0,3}y", track.letters)
        who = track.group(spoke, "who", "P") if spoke else ()
        write(
            Happening(at.piece.kind, who, evidence, "zh-at-occasion", 0.85, "", when, name=at.piece.name),
            book,
        )


def _occasion(
    track: Track, match: re.Match[str], piece: Piece,
    *, rule: str, book: Notebook, who: Sequence[Piece] = (), hosts: Sequence[Piece] = (),
) -> None:  # fmt: skip
    first, last = track.at(match.start()), track.at(match.end() - 1)
    mood, evidence = track.mood(first, last), track.evidence(match)
    if mood is None or (rule == "zh-attended" and mood == "denied"):
        book.reject(rule, evidence, "wished, supposed, asked or refused, not told")
        return
    when, where = track.nearest(Sort.DATE, first, last), track.nearest(Sort.PLACE, first, last)
    premises = None if where or hosts else track.nearest(Sort.INSTITUTION, first, last)
    name = "" if piece.tag == PLAIN else piece.name
    if piece.kind == "ceremony" and not name and not when:
        book.reject(rule, evidence, "a ceremony without a name or a day")
        return
    found = Happening(
        piece.kind, who, evidence, rule, 0.9, mood, when, where,
        (premises,) if premises else hosts, "R" in match.group(), name,
    )  # fmt: skip
    write(found, book)


def _opened(track: Track, match: re.Match[str], book: Notebook) -> None:
    """Read `书屋在某地揭牌`: an opening, where the sentence says when and where."""
    first, last = track.at(match.start()), track.at(match.end() - 1)
    dated = track.nearest(Sort.DATE, first, last)
    sited = track.nearest(Sort.PLACE, first, last) or track.nearest(Sort.INSTITUTION, first, last)
    if dated and sited and dated.when and dated.when.precision == "to-the-day":
        who = track.group(match, "who", "PI") if match.group("who") else []
        happened(track, match, "ceremony", who, rule="zh-opened", book=book)
