"""Stage 2: repair the names that the model sees, and find those that it misses."""

import re
from collections.abc import Iterable, Sequence

from kg.extract.institutions import institution, institutions, kind_of, listed, run
from kg.extract.marks import Mention, Sort
from kg.extract.places import known
from kg.extract.tables import titles
from kg.extract.words import Span, Word, mention_of, small, text_of, trimmed, widest

_ARTICLES = ("a", "an", "the")
_LONGEST_NAME = 4
"""Words of a person's name that only a title beside it shows."""


def repaired(
    words_: Sequence[Word], seen: Iterable[tuple[Sort, Span]], *, acronyms: frozenset[str] = frozenset()
) -> list[Mention]:
    """Return the mentions of a line, without overlaps, from what the model saw in its words."""
    seen = sorted(seen, key=lambda pair: pair[1])
    organisations = [span for sort, span in seen if sort is Sort.INSTITUTION]
    found: list[tuple[int, Mention]] = []
    for span in institutions(words_, organisations, [s for sort, s in seen if sort is Sort.PERSON]):
        found += _ranked(0, institution(words_, span))
    for span in _occasions(words_):
        found += _ranked(1, [mention_of(Sort.OCCASION, words_, span, trusted=True)])
    known_acronyms = [(i, i + 1) for i, word in enumerate(words_) if word.text in acronyms]
    found += _ranked(1, [mention_of(Sort.INSTITUTION, words_, span, trusted=True) for span in known_acronyms])
    for span in _introduced(words_):
        found += _ranked(3, [_person(words_, span, trusted=True)])
    for span in _honoured(words_):
        found += _ranked(2, [_person(words_, span, trusted=True)])
    found += _of_the_model(words_, seen)
    for span in _gazetteer(words_):
        found += _ranked(6, _places(words_, span))
    return _apart(found)


def _of_the_model(words_: Sequence[Word], seen: Iterable[tuple[Sort, Span]]) -> list[tuple[int, Mention]]:
    found: list[tuple[int, Mention]] = []
    for sort, span in seen:
        if sort is Sort.PERSON:
            found += _ranked(3, [_person(words_, span, trusted=False)])
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
                yield first, last
                break


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
        if word.lower not in heads or not word.capital:
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
    return ws[i].capital or ws[i].text[:1].isdigit() or ws[i].text == "-"


def _honoured(ws: Sequence[Word]) -> list[Span]:
    spans = []
    honours = titles().honours
    for i, word in enumerate(ws[:-1]):
        if (
            word.capital
            and word.lower.rstrip(".") in honours
            and word.lower not in ("the", "he", "his", "her")
        ):
            start = i + 1 + (ws[i + 1].text == ".")
            end = start
            while end < len(ws) and _of_a_name(ws, end) and ws[end].lower not in titles().heads:
                end += 1
            if 0 < end - start <= 6:  # noqa: PLR2004  the number is plain here
                spans.append((start, end))
    return spans


def _introduced(ws: Sequence[Word]) -> Iterable[Span]:
    """Yield names that a title in apposition shows to be a person's: `Ana Lopez, director of X`."""
    for comma in (i for i, word in enumerate(ws) if word.text == ","):
        first = end = _before_aside(ws, comma)
        while (
            first > 0 and ws[first - 1].capital and ws[first - 1].lower not in small("first") | titles().heads
        ):
            first -= 1
        title = [w.lower for w in ws[comma + 1 : comma + 7]]
        head = next((i for i, word in enumerate(title) if word in titles().heads), None)
        plain = head is not None and all(w in titles().before or w in _ARTICLES for w in title[:head])
        begins = first == 0 or ws[first - 1].text in (",", ".", "and")
        if plain and begins and 1 < end - first <= _LONGEST_NAME:
            yield first, end


def _before_aside(ws: Sequence[Word], at: int) -> int:
    """Return where `(left)` before this place begins, or the place itself."""
    opened = next((i for i in range(at - 1, max(-1, at - 5), -1) if ws[i].text == "("), at)
    return opened if at > 0 and ws[at - 1].text == ")" else at


def _of_a_name(ws: Sequence[Word], i: int) -> bool:
    particle = ws[i].lower in small("particles") and i + 1 < len(ws) and ws[i + 1].capital
    hyphen = ws[i].text == "-" and i + 1 < len(ws) and ws[i + 1].start == ws[i].end
    return (ws[i].capital and ws[i].text != "&") or particle or hyphen


def _person(ws: Sequence[Word], span: Span, *, trusted: bool) -> Mention | None:
    first, last = trimmed(ws, span)
    dash = [i for i in range(first, last) if ws[i].text == "-" and ws[i].start > ws[i - 1].end]
    last = dash[0] if dash else last
    honours, heads = titles().honours, titles().heads
    while first < last and (
        ws[first].lower.rstrip(".") in honours or ws[first].lower in heads or ws[first].text == "."
    ):
        first, trusted = first + 1, True
    while (
        last < len(ws)
        and last > first
        and ws[last].lower in small("particles")
        and last + 1 < len(ws)
        and ws[last + 1].capital
    ):
        last += 2
    while last > first and (ws[last - 1].lower in heads or not ws[last - 1].capital):
        last -= 1
    text = text_of(ws, (first, last)) if first < last else ""
    if not text or known(text) or kind_of(text) or any(c.isdigit() or c in "@/" for c in text):
        return None
    if not trusted and last - first == 1 and not ws[first].capital:
        return None
    return mention_of(Sort.PERSON, ws, (first, last), trusted=trusted or last - first > 1)


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
    if not ws[first].capital:
        return []
    if place is not None and place.adjective:
        return [mention_of(Sort.NATION, ws, (first, last), trusted=True)]
    return [
        mention_of(Sort.PLACE, ws, (first, last), trusted=place is not None, kind=place.kind if place else "")
    ]
