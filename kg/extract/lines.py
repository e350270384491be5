"""Stage 2: from an article to lines of pieces: names, dates, roles and geography are read here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.extract import annotate
from kg.extract.dates import dates_in
from kg.extract.geography import Geography, geography_of
from kg.extract.marks import Line, Mention, Piece, RoleMention, Sort
from kg.extract.names import repaired
from kg.extract.places import known
from kg.extract.repeats import Named, repeated
from kg.extract.roles import Roles, roles_in
from kg.extract.support import supported
from kg.extract.tables import institution_heads, table, titles, words
from kg.extract.words import Word, is_office
from kg.model import Article, ZoneKind

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span


_BRACKETED = re.compile(r"\(([A-Z]{2,9})\)")
_LED = re.compile(r"\b([A-Z]{2,6})(?:['’]s)? (?:Vice[- ])?([A-Z]?[a-z]+)\b")
"""An acronym before a title: the ABC President."""
_BEFORE = 120
"""Characters in which the words of an acronym stand before it."""
_SHORT = 3
_HEADLINE = 120
"""Code points of a line that may be a headline within a text, when no mark ends it."""
_MOST = 0.7
"""Share of capitalised longer words from which a headline is in title case."""
_DATELINE = 14
"""Pieces within which a dateline ends."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A line before the parse: all its mentions, what is read from them, and what is left to be parsed."""

    line: Line
    mentions: tuple[Mention, ...]
    roles: tuple[RoleMention, ...]
    geography: Geography


def marked(article: Article) -> list[Marked]:
    """Return the article's lines with their mentions, in text order."""
    places = list(annotate.lines_of(article))
    texts = [article.text[start:end].replace("\n", " ") for _, start, end in places]
    acronyms = _acronyms(article.text)
    docs = list(annotate.named(texts))
    lines = []
    every = _names(docs, [start for _, start, _ in places], acronyms)
    for (zone, start, end), (doc, _), names in zip(places, docs, every, strict=True):
        mentions = _with_dates(article, doc, names, start)
        headline = zone is ZoneKind.HEADLINE or (end - start < _HEADLINE and doc.text.strip()[-1].isalnum())
        if headline and _title_case(doc.text):
            rest = article.text[:start] + article.text[end:]
            mentions = [
                m for m in mentions if m.name in rest or m.sort in (Sort.PLACE, Sort.NATION, Sort.DATE)
            ]
        pieces = _pieces(doc, mentions, start)
        lines.append(_read(Line(zone, start, end, pieces), mentions))
    return lines


def _title_case(line: str) -> bool:
    """Tell whether capitals say nothing here, as In Such a Headline."""
    words_ = [word for word in re.findall(r"[^\W\d_]+", line) if len(word) > _SHORT]
    return len(words_) > 1 and sum(word[0].isupper() for word in words_) > _MOST * len(words_)


def _acronyms(text: str) -> frozenset[str]:
    """Return the acronyms that stand in brackets after the words whose initials they are."""
    found = set()
    for match in _BRACKETED.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        spelled = [word for word in re.findall(r"[^\W\d_]+", before) if word[0].isupper()]
        named = {word.lower() for word in spelled[-len(match[1]) :]}
        no_body = named & (words(table("names")["never"]) | words(table("names")["occasions"]))
        office = is_office(spelled[-1]) if spelled else False  # Defence Adviser (DA)
        initials = "".join(word[0] for word in spelled)
        if initials.endswith(match[1]) and _unknown(match[1]) and not (no_body or office):
            found.add(match[1])
    led = (match[1] for match in _LED.finditer(text) if is_office(match[2]))
    return frozenset(found) | frozenset(name for name in led if _unknown(name))


def _unknown(acronym: str) -> bool:
    """Tell whether capital letters are no country's, no office's and no plain word's."""
    word = acronym.lower()
    plain = word in words(table("names")["plain"]) | words(table("names")["first"]) | institution_heads()
    return known(acronym) is None and not plain and not is_office(acronym) and word not in titles().honours


def _names(
    docs: "Sequence[tuple[Doc, list[tuple[Sort, Span]]]]", starts: Sequence[int], acronyms: frozenset[str]
) -> list[tuple[Mention, ...]]:
    found = [_named(doc, seen, start, acronyms) for (doc, seen), start in zip(docs, starts, strict=True)]
    return repeated(supported(found))


def _named(doc: "Doc", seen: "list[tuple[Sort, Span]]", start: int, acronyms: frozenset[str]) -> Named:
    tokens = [token for token in doc if not token.is_space]
    order = {token.i: n for n, token in enumerate(tokens)}
    plain = [Word(t.text, start + t.idx, start + t.idx + len(t)) for t in tokens]
    spans = []
    for sort, span in seen:
        inside = [order[token.i] for token in span if token.i in order]
        if inside:
            spans.append((sort, (inside[0], inside[-1] + 1)))
    return Named(tuple(plain), tuple(repaired(plain, spans, acronyms=acronyms)))


def _with_dates(article: Article, doc: "Doc", names: Sequence[Mention], start: int) -> list[Mention]:
    dates = [
        d for d in dates_in(doc.text, article.published, offset=start) if not _meet(d, names, trusted=True)
    ]
    names = [m for m in names if not _meet(m, dates, trusted=False)]
    return sorted((*names, *dates), key=lambda m: m.start)


def _meet(mention: Mention, others: Iterable[Mention], *, trusted: bool) -> bool:
    return any(mention.start < o.end and o.start < mention.end and (o.trusted or not trusted) for o in others)


_JOINED_STOP = re.compile(r"[A-Z][a-z]+[A-Z]+s?\.")
"""An abbreviation to which the tokenizer leaves the full stop: `signed an MoU.`"""


def _pieces(doc: "Doc", mentions: Sequence[Mention], start: int) -> tuple[Piece, ...]:
    """Return the tokens of a line, with each mention as one piece."""
    out: list[Piece] = []
    waiting = iter((*mentions, None))
    mention = next(waiting)
    for token in doc:
        if token.is_space:
            continue
        first, last = start + token.idx, start + token.idx + len(token)
        while mention is not None and mention.end <= first:
            mention = next(waiting)
        space = bool(token.whitespace_)
        if mention is None or last <= mention.start:
            if _JOINED_STOP.fullmatch(token.text):
                out.append(Piece(token.text[:-1], first, last - 1, space=False))
                first = last - 1
            out.append(Piece(token.text[first - last :], first, last, space))
        elif out and out[-1].mention is mention:
            out[-1] = replace(out[-1], space=space)
        else:
            out.append(Piece(mention.name, mention.start, mention.end, space, mention))
    return tuple(out)


def _read(line: Line, mentions: Sequence[Mention]) -> Marked:
    geography = geography_of(line.pieces)
    roles = roles_in(line.pieces)
    called = {r.person for r in roles.found if r.rule == "role-pre-title" and not r.person.trusted}
    mentions = [replace(m, trusted=True) if m in called else m for m in mentions]
    cut = _union(roles, geography, line.pieces)
    left = tuple(piece for i, piece in enumerate(line.pieces) if i not in cut)
    return Marked(replace(line, pieces=left), tuple(mentions), tuple(roles.found), geography)


def _union(roles: Roles, geography: Geography, pieces: Sequence[Piece]) -> frozenset[int]:
    cuts = (*roles.cuts, *geography.cuts, *_furniture(pieces))
    return frozenset(i for first, last in cuts for i in range(first, last))


def _furniture(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Yield what is no part of a sentence: marks, datelines, paragraph numbers, bracketed acronyms."""
    for i, piece in enumerate(pieces):
        if set(piece.text) <= set("*_#"):
            yield i, i + 1
        elif (
            piece.text == "("
            and i + 2 < len(pieces)
            and pieces[i + 2].text == ")"
            and pieces[i + 1].text.isupper()
        ):
            yield i, i + 3
    marks = [
        i for i, piece in enumerate(pieces[:_DATELINE])
        if i > 0 and _ends_dateline(pieces, i)
    ]  # fmt: skip
    if marks and all(_in_dateline(piece) for piece in _unbracketed(pieces[: marks[-1]])):
        yield 0, marks[-1] + 1
    if (
        len(pieces) > 1
        and pieces[0].text.isdigit()
        and pieces[1].text.lower() in words(table("names")["first"])
    ):
        yield 0, 1


def _ends_dateline(pieces: Sequence[Piece], i: int) -> bool:
    """Read `ROME, May 3 (Elm News) --` and `ROME:`."""
    dash = pieces[i].text in ("–", "—", "--", "-") and (pieces[i - 1].space or pieces[i - 1].text == ")")
    if re.fullmatch(r"\S*\)(?:--|-|–|—)", pieces[i].text):  # the tokenizer leaves `News)--` whole
        return True
    first = pieces[0].mention
    named = first is not None and first.sort is Sort.PLACE
    return (dash and pieces[i].space) or (pieces[i].text == ":" and named and i <= _COLON)


def _unbracketed(pieces: Sequence[Piece]) -> Iterator[Piece]:
    depth = 0
    for piece in pieces:
        depth += piece.text == "("
        if not depth:
            yield piece
        depth -= piece.text == ")"


_COLON = 4
"""Words of a dateline that a colon ends."""


def _in_dateline(piece: Piece) -> bool:
    place_or_day = piece.mention is not None and piece.mention.sort in (Sort.PLACE, Sort.DATE)
    return place_or_day or piece.text.isupper() or not any(c.isalpha() for c in piece.text)


def mentions_of(lines: Iterable[Marked]) -> Iterator[Mention]:
    """Yield every mention of the lines in text order."""
    for line in lines:
        yield from line.mentions
