"""Stage 2: repair the names that the model sees, and find those that it misses."""

import re
from collections.abc import Iterable, Sequence

from kg.extract.companies import company, described
from kg.extract.institutions import institution, institutions, lasting, listed, run
from kg.extract.marks import Mention, Sort
from kg.extract.name_ends import after_body
from kg.extract.people import honoured, introduced, person, titled
from kg.extract.places import known
from kg.extract.tables import titles
from kg.extract.words import POSSESSIVE, Span, Word, is_office, mention_of, small, text_of, trimmed, widest

_MOST_BEFORE = 4
"""Words between an owner and the title of who acts for it."""


def repaired(
    words_: Sequence[Word], seen: Iterable[tuple[Sort, Span]], *, acronyms: frozenset[str] = frozenset()
) -> list[Mention]:
    """Return the mentions of a line, without overlaps, from what the model saw in its words."""
    seen = sorted(seen, key=lambda pair: pair[1])
    organisations = [span for sort, span in seen if sort is Sort.INSTITUTION]
    found: list[tuple[int, Mention]] = []
    people = [span for sort, span in seen if sort is Sort.PERSON]
    for span in institutions(words_, organisations, people):
        found += _ranked(0, institution(words_, span))
        after = after_body(words_, span)[1]
        found += _ranked(1, [person(words_, after, trusted=True)] if after is not None else [])
    for span in _owners(words_, people):
        found += _ranked(4, [mention_of(Sort.INSTITUTION, words_, span, trusted=False)])
    for span, kind in described(words_):
        found += _ranked(1, [mention_of(Sort.INSTITUTION, words_, span, trusted=True, kind=kind)])
    for span in _parties(words_):
        found += _ranked(0, [mention_of(Sort.INSTITUTION, words_, span, trusted=True, kind="ngo")])
    for span in _occasions(words_):
        found += _ranked(1, [mention_of(Sort.OCCASION, words_, span, trusted=True)])
    known_acronyms = [(i, i + 1) for i, word in enumerate(words_) if word.text in acronyms]
    found += _ranked(1, [mention_of(Sort.INSTITUTION, words_, span, trusted=True) for span in known_acronyms])
    for span in introduced(words_):
        found += _ranked(3, [person(words_, span, trusted=True)])
    for span in honoured(words_):
        found += _ranked(2, [person(words_, span, trusted=True)])
    for span in titled(words_, people):
        found += _ranked(2, [person(words_, span, trusted=True)])
    found += _of_the_model(words_, seen)
    for span in _gazetteer(words_):
        found += _ranked(6, _places(words_, span))
    return _apart(found)


def _owners(ws: Sequence[Word], people: Sequence[Span]) -> Iterable[Span]:
    """Yield the names of bodies that own a title: of `Golden Elm's chairman` the first two words."""
    for i in (i for i, word in enumerate(ws) if word.text in POSSESSIVE):
        first = i
        while first > 0 and ws[first - 1].capital and ws[first - 1].lower not in small("first"):
            first -= 1
        head = i + 1
        while head < len(ws) and ws[head].lower in titles().before and not is_office(ws[head].text):
            head += 1
        held = head < len(ws) and head - i <= _MOST_BEFORE and is_office(ws[head].text)
        strange = any(a < i and first < b for a, b in people) or is_office(ws[first].text)
        if held and first < i and not strange and known(text_of(ws, (first, i))) is None:
            yield first, i


def _parties(ws: Sequence[Word]) -> Iterable[Span]:
    """Yield the word for a party before who speaks for it: National MP, Labour's health spokesperson."""
    for i, word in enumerate(ws[:-1]):
        at = i + 1 + (ws[i + 1].text in POSSESSIVE)
        head = next(
            (n for n in range(at, min(at + _MOST_BEFORE + 1, len(ws))) if ws[n].lower in small("partisans")),
            -1,
        )
        plain = head >= 0 and all(
            ws[n].text[:1].isalpha() and ws[n].lower not in small("plain") for n in range(at, head)
        )
        begun = i > 0 and ws[i - 1].capital and ws[i - 1].lower not in small("first")
        if (
            word.text in small("parties")
            and plain
            and not begun
            and (head == at or ws[i + 1].text in POSSESSIVE)
        ):
            yield i, i + 1


def _of_the_model(words_: Sequence[Word], seen: Iterable[tuple[Sort, Span]]) -> list[tuple[int, Mention]]:
    found: list[tuple[int, Mention]] = []
    for sort, span in seen:
        if sort is Sort.PERSON:
            found += _ranked(3, [company(words_, span) or person(words_, span, trusted=False)])
        elif sort is Sort.INSTITUTION:
            found += _ranked(4, institution(words_, span))
        elif sort in (Sort.PLACE, Sort.NATION):
            found += _ranked(5, (m for m in _places(words_, span) if sort is Sort.PLACE or _knows(m)))
    return found


def _gazetteer(ws: Sequence[Word]) -> Iterable[Span]:
    """Yield the countries and provinces that the gazetteer knows, seen by the model or not."""
    for first, word in enumerate(ws):
        if not word.text[:1].isupper() or (word.text.isupper() and len(word.text) < 3):  # noqa: PLR2004  the number is plain here
            continue
        for last in range(min(len(ws), first + 4), first, -1):
            place = known(text_of(ws, (first, last))) if ws[last - 1].text[:1].isupper() else None
            if place is not None and place.kind in ("country", "province"):
                yield _formal(ws, first), last
                break


def _formal(ws: Sequence[Word], first: int) -> int:
    """Return where the long name of a country begins: Federal Republic of X."""
    at = first - 1 - (first > 0 and ws[first - 1].lower == "the")
    if at < 1 or ws[at].lower != "of" or ws[at - 1].text not in small("states"):
        return first
    at -= 1
    while at > 0 and ws[at - 1].text in small("of_states"):
        at -= 1
    return at


def _ranked(rank: int, mentions: Iterable[Mention | None]) -> list[tuple[int, Mention]]:
    return [(rank, mention) for mention in mentions if mention is not None]


def _knows(mention: Mention | None) -> bool:
    return mention is not None and mention.trusted


def _apart(found: list[tuple[int, Mention]]) -> list[Mention]:
    kept: list[Mention] = []
    for _, mention in sorted(found, key=lambda pair: (pair[0], pair[1].start - pair[1].end, pair[1].start)):
        if not any(mention.start < k.end and k.start < mention.end for k in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _occasions(ws: Sequence[Word]) -> list[Span]:
    spans = []
    heads = small("occasions")
    for i, word in enumerate(ws):
        if word.lower not in heads or not word.text[:1].isupper() or lasting(ws, i):
            continue
        first = i
        while first > 0 and _of_an_occasion(ws, first - 1):
            first -= 1
        if 0 < first < i and re.fullmatch(r"[a-z]+(?:st|nd|rd|th)|first|second|third", ws[first - 1].lower):
            first -= 1
        last = i + 1
        if last < len(ws) and ws[last].lower in ("on", "of", "for"):
            end = run(ws, last + 1 + (ws[min(last + 1, len(ws) - 1)].lower == "the"), set())
            last = listed(ws, end, set(), listing=False) if end > last + 2 else last
        if first < i and not known(text_of(ws, (first, i))):
            spans.append(trimmed(ws, (first, last)))
    return widest(spans)


def _of_an_occasion(ws: Sequence[Word], i: int) -> bool:
    """Tell whether a word goes on, to the left, with the name of a conference."""
    if ws[i].lower in small("first"):
        return ws[i].lower == "new" and i > 0 and ws[i - 1].capital
    named = ws[i].text.istitle() and ws[i].lower in small("occasions") | {"prize"}
    return ws[i].capital or named or ws[i].text[:1].isdigit() or ws[i].text == "-"


def _places(ws: Sequence[Word], span: Span) -> list[Mention | None]:
    first, last = trimmed(ws, span)
    if first >= last:
        return []
    hyphens = [i for i in range(first + 1, last - 1) if ws[i].text in ("-", "–")]
    if len(hyphens) == 1 and any(
        known(text_of(ws, s)) for s in ((first, hyphens[0]), (hyphens[0] + 1, last))
    ):
        return [m for s in ((first, hyphens[0]), (hyphens[0] + 1, last)) for m in _places(ws, s)]
    text = text_of(ws, (first, last))
    place = known(text)
    plain = place is None and (text.lower() in titles().fields or text in small("states"))
    if plain or not ws[first].capital:
        return []
    if place is not None and place.adjective:
        return [mention_of(Sort.NATION, ws, (first, last), trusted=True)]
    return [
        mention_of(Sort.PLACE, ws, (first, last), trusted=place is not None, kind=place.kind if place else "")
    ]
