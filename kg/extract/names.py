"""Stage 2: repair the names that the model sees, and find those that it misses."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.extract.places import known
from kg.extract.tables import institution_heads, institution_kinds, table, titles, words
from kg.extract.marks import Mention, Sort

_LISTING = frozenset(("ministry", "department", "committee", "commission", "office", "bureau", "minister"))
"""Heads whose name may go on over commas: Ministry of Culture, Tourism and Sport."""
_POSSESSIVE = ("'s", "’s", "'", "’")
_CAPITALS = re.compile(r"[A-Z][A-Z&.]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line, with its place in the article."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """Return the word in small letters."""
        return self.text.lower()

    @property
    def capital(self) -> bool:
        """Tell whether the word can be part of a proper name."""
        plain = not any(c in self.text for c in "/]_@") and self.lower not in _small("never")
        return plain and (self.text[:1].isupper() or self.text == "&")


Span = tuple[int, int]
"""The words `[first, last)` of a line."""


def _small(name: str) -> frozenset[str]:
    return words(table("names")[name])


def kind_of(name: str) -> str:
    """Return the kind of institution that a name tells, or an empty string."""
    lower = name.lower().replace("’", "'")
    tokens = set(re.findall(r"[^\W_]+", lower))
    for row in institution_kinds():
        if any(phrase in lower for phrase in row.phrases) or tokens & row.heads:
            return row.kind
    return ""


def repaired(words_: Sequence[Word], seen: Iterable[tuple[Sort, Span]]) -> list[Mention]:
    """Return the mentions of a line, without overlaps, from what the model saw in its words."""
    seen = sorted(seen, key=lambda pair: pair[1])
    organisations = [span for sort, span in seen if sort is Sort.INSTITUTION]
    found: list[tuple[int, Mention]] = []
    for span in _institutions(words_, organisations, [s for sort, s in seen if sort is Sort.PERSON]):
        found += _ranked(0, _institution(words_, span))
    for span in _occasions(words_):
        found += _ranked(1, [_mention(Sort.OCCASION, words_, span, trusted=True)])
    for span in _honoured(words_):
        found += _ranked(2, [_person(words_, span, trusted=True)])
    for sort, span in seen:
        if sort is Sort.PERSON:
            found += _ranked(3, [_person(words_, span, trusted=False)])
        elif sort is Sort.INSTITUTION:
            found += _ranked(4, _institution(words_, span))
        elif sort in (Sort.PLACE, Sort.NATION):
            found += _ranked(5, (m for m in _places(words_, span) if sort is Sort.PLACE or _knows(m)))
    for span in _gazetteer(words_):
        found += _ranked(6, _places(words_, span))
    return _apart(found)


def _gazetteer(ws: Sequence[Word]) -> Iterable[Span]:
    """Yield the countries and provinces that the gazetteer knows, seen by the model or not."""
    for first, word in enumerate(ws):
        if not word.text[:1].isupper() or (word.text.isupper() and len(word.text) < 3):  # noqa: PLR2004  IN, US
            continue
        for last in range(min(len(ws), first + 4), first, -1):
            place = known(_text(ws, (first, last))) if ws[last - 1].text[:1].isupper() else None
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


def _mention(sort: Sort, ws: Sequence[Word], span: Span, *, trusted: bool, kind: str = "") -> Mention | None:
    first, last = span
    if first >= last:
        return None
    name = " ".join(_text(ws, span).split())
    return Mention(sort, ws[first].start, ws[last - 1].end, name, kind, trusted=trusted)


def _text(ws: Sequence[Word], span: Span) -> str:
    parts = [ws[span[0]].text]
    for before, word in zip(ws[span[0] : span[1]], ws[span[0] + 1 : span[1]], strict=False):
        parts += [" " * (word.start > before.end), word.text]
    return "".join(parts)


def _trimmed(ws: Sequence[Word], span: Span) -> Span:
    first, last = span
    edge = (*_POSSESSIVE, ",", ".", "-", "–", "&", "*", "(", "[", '"', "“", "”", "/", ":", ";")
    while first < last and (ws[first].lower in ("the", "a", "an") or ws[first].text in (*edge, ")")):
        first += 1
    while first < last and (
        ws[last - 1].lower in ("in", "of", "and", "for", "on", "at", "the") or ws[last - 1].text in edge
    ):
        last -= 1
    return first, last


# Institutions ------------------------------------------------------------------------------------------------


def _institutions(ws: Sequence[Word], organisations: Sequence[Span], persons: Sequence[Span]) -> list[Span]:
    covered = {i for first, last in organisations for i in range(first, last)}
    of_persons = {i for first, last in persons if last - first > 1 for i in range(first, last)}
    spans = [*_governments(ws)]
    for i, word in enumerate(ws):
        if word.lower in institution_heads() and word.capital:
            first, last = _leftward(ws, i, covered), _rightward(ws, i, of_persons)
            for other in organisations:
                if other[0] < last and first < other[1] and other[1] <= last + 1:
                    first = min(first, other[0])
            spans.append(_without_titles(ws, _trimmed(ws, (first, max(last, _end(organisations, i))))))
    return _widest(
        s for s in spans if s[1] - s[0] > 1 or _CAPITALS.fullmatch(_text(ws, s) if s[0] < s[1] else "")
    )


def _end(organisations: Sequence[Span], i: int) -> int:
    return max((last for first, last in organisations if first <= i < last), default=0)


def _widest(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s[0] - s[1], s[0])):
        if not any(span[0] < last and first < span[1] for first, last in kept):
            kept.append(span)
    return kept


def _leftward(ws: Sequence[Word], i: int, covered: set[int]) -> int:
    first = i
    while first > 0:
        word = ws[first - 1]
        if (
            word.lower in institution_heads()
            and word.capital
            and first - 1 not in covered
            and ws[first].lower == "and"
        ):
            break
        inner = word.lower in ("of", "for", "and", "&", ",") and {first - 1, first - 2, first} <= covered
        possessive = (
            word.text in _POSSESSIVE
            and first > 1
            and (ws[first - 2].lower.rstrip("s") + "s" in {p.rstrip("s") + "s" for p in _small("possessors")})
        )
        hyphen = word.text == "-" and first > 1 and ws[first - 2].capital and word.end == ws[first].start
        inner = inner or (
            word.lower == "and"
            and first > 1
            and ws[first - 2].capital
            and ws[first - 2].lower in _small("fields")
        )
        new = first < len(ws) and known(f"{word.text} {ws[first].text}") is not None
        plain = word.capital and (word.lower not in _small("first") or new)
        if not (inner or possessive or hyphen or plain):
            break
        first -= 1
    return first


def _rightward(ws: Sequence[Word], i: int, persons: set[int]) -> int:
    last = _run(ws, i + 1, persons)
    while last < len(ws) and ws[last].lower in _small("links"):
        start = last + 1 + (last + 1 < len(ws) and ws[last + 1].lower == "the")
        end = _run(ws, start, persons)
        if end == start or (ws[last].lower in ("in", "on") and known(_text(ws, (start, end)))):
            break
        last = _listed(ws, end, persons, listing=ws[i].lower in _LISTING)
    return last


def _run(ws: Sequence[Word], start: int, persons: set[int]) -> int:
    end = start
    while (
        end < len(ws)
        and end not in persons
        and (
            ws[end].capital
            or (ws[end].text in _POSSESSIVE and end > start and ws[end - 1].lower in _small("possessors"))
            or (ws[end].text == "-" and end > start and end + 1 < len(ws) and ws[end + 1].capital)
        )
        and ws[end].lower not in titles().heads
    ):
        end += 1
    return end


def _listed(ws: Sequence[Word], end: int, persons: set[int], *, listing: bool) -> int:
    """Return the end of a name that goes on as `A, B and C` or `A and C`."""
    at, commas = end, 0
    while at < len(ws) and ws[at].text == "," and listing and at + 1 < len(ws) and ws[at + 1].lower != "and":
        after = _run(ws, at + 1, persons)
        if after == at + 1:
            return end
        at, commas = after, commas + 1
    if at < len(ws) and ws[at].text == "," and at + 1 < len(ws) and ws[at + 1].lower == "and":
        at += 1
    if at >= len(ws) or ws[at].lower not in ("and", "&"):
        return end
    start = at + 1 + (at + 1 < len(ws) and ws[at + 1].lower == "the" and listing)
    after = _run(ws, start, persons)
    tail = ws[start:after]
    if not tail or any(w.lower in institution_heads() for w in tail) or known(_text(ws, (start, after))):
        return end
    if after < len(ws) and ws[after].lower in _small("links") and not commas:
        return end
    return after


def _without_titles(ws: Sequence[Word], span: Span) -> Span:
    first, last = span
    while last > first + 1 and (
        ws[last - 1].lower in titles().heads or ws[last - 1].lower in ("vice", "deputy", "executive", "-")
    ):
        last -= 1
    for i in range(last - 1, first, -1):
        if (
            ws[i].lower in titles().heads
            and ws[i].lower not in institution_heads()
            and i + 1 < last
            and ws[i + 1].lower in ("of", "for")
        ):
            return _trimmed(ws, (i + 2, last))
    if (
        first < last
        and ws[first].lower in titles().heads
        and last - first > 1
        and ws[first + 1].lower in ("of", "for")
    ):
        return _trimmed(ws, (first + 2, last))
    return first, last


def _governments(ws: Sequence[Word]) -> list[Span]:
    """Return `state government of X`, `X district government`."""
    spans = []
    for i, word in enumerate(ws):
        if word.lower != "government":
            continue
        first = i
        while first > 0 and ws[first - 1].lower in _small("governments"):
            first -= 1
        if i + 1 < len(ws) and ws[i + 1].lower == "of":
            start = i + 2 + (i + 2 < len(ws) and ws[i + 2].lower == "the")
            end = _run(ws, start, set())
            if end > start:
                spans.append((first, end))
                continue
        left = first
        while left > 0 and ws[left - 1].capital and ws[left - 1].lower not in _small("first"):
            left -= 1
        if left < first:
            spans.append((left, i + 1))
    return spans


def _institution(ws: Sequence[Word], span: Span) -> list[Mention | None]:
    first, last = _without_titles(ws, _trimmed(ws, span))
    first, last = _sound(ws, first, last)
    if first >= last or not any(w.capital for w in ws[first:last]):
        return []
    text = _text(ws, (first, last))
    place = known(text)
    if place:
        sort = Sort.NATION if place.adjective else Sort.PLACE
        return [_mention(sort, ws, (first, last), trusted=True, kind="" if place.adjective else place.kind)]
    kind = kind_of(text)
    if last - first == 1 and ws[first].lower in institution_heads():
        return []
    return [_mention(Sort.INSTITUTION, ws, (first, last), trusted=bool(kind), kind=kind)]


def _sound(ws: Sequence[Word], first: int, last: int) -> Span:
    """Return the name without an owner before it (`Singapore's`) and without what can be no name."""
    for i in range(first + 1, last - 1):
        if ws[i].text in ("'s", "’s") and known(_text(ws, (first, i))) is not None:
            return _trimmed(ws, (i + 1, last))
    bad = [
        i
        for i in range(first, last)
        if any(c in ws[i].text for c in "/]_@") or ws[i].lower in _small("never")
    ]
    return _trimmed(ws, (first, bad[0])) if bad else (first, last)


# Occasions, persons, places ----------------------------------------------------------------------------------


def _occasions(ws: Sequence[Word]) -> list[Span]:
    spans = []
    heads, first_words = _small("occasions"), _small("first")
    for i, word in enumerate(ws):
        if word.lower not in heads or not word.capital:
            continue
        first = i
        while (
            first > 0
            and (ws[first - 1].capital or ws[first - 1].text[:1].isdigit() or ws[first - 1].text == "-")
            and ws[first - 1].lower not in first_words
        ):
            first -= 1
        if (
            first > 0
            and re.fullmatch(r"[a-z]+(?:st|nd|rd|th)|first|second|third", ws[first - 1].lower)
            and first < i
        ):
            first -= 1
        last = i + 1
        if last < len(ws) and ws[last].lower in ("on", "of", "for"):
            end = _run(ws, last + 1 + (ws[min(last + 1, len(ws) - 1)].lower == "the"), set())
            last = _listed(ws, end, set(), listing=False) if end > last + 2 else last
        if first < i and not known(_text(ws, (first, i))):
            spans.append(_trimmed(ws, (first, last)))
    return _widest(spans)


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
            if 0 < end - start <= 6:  # noqa: PLR2004  longer is no name
                spans.append((start, end))
    return spans


def _of_a_name(ws: Sequence[Word], i: int) -> bool:
    particle = ws[i].lower in _small("particles") and i + 1 < len(ws) and ws[i + 1].capital
    hyphen = ws[i].text == "-" and i + 1 < len(ws) and ws[i + 1].start == ws[i].end
    return (ws[i].capital and ws[i].text != "&") or particle or hyphen


def _person(ws: Sequence[Word], span: Span, *, trusted: bool) -> Mention | None:
    first, last = _trimmed(ws, span)
    honours, heads = titles().honours, titles().heads
    while first < last and (
        ws[first].lower.rstrip(".") in honours or ws[first].lower in heads or ws[first].text == "."
    ):
        first, trusted = first + 1, True
    while (
        last < len(ws)
        and last > first
        and ws[last].lower in _small("particles")
        and last + 1 < len(ws)
        and ws[last + 1].capital
    ):
        last += 2
    while last > first and (ws[last - 1].lower in heads or not ws[last - 1].capital):
        last -= 1
    text = _text(ws, (first, last)) if first < last else ""
    if not text or known(text) or kind_of(text) or any(c.isdigit() or c in "@/" for c in text):
        return None
    if not trusted and last - first == 1 and not ws[first].capital:
        return None
    return _mention(Sort.PERSON, ws, (first, last), trusted=trusted or last - first > 1)


def _places(ws: Sequence[Word], span: Span) -> list[Mention | None]:
    first, last = _trimmed(ws, span)
    if first >= last:
        return []
    hyphens = [i for i in range(first + 1, last - 1) if ws[i].text in ("-", "–")]
    if len(hyphens) == 1 and any(known(_text(ws, s)) for s in ((first, hyphens[0]), (hyphens[0] + 1, last))):
        return [m for s in ((first, hyphens[0]), (hyphens[0] + 1, last)) for m in _places(ws, s)]
    text = _text(ws, (first, last))
    place = known(text)
    if not ws[first].capital:
        return []
    if place is not None and place.adjective:
        return [_mention(Sort.NATION, ws, (first, last), trusted=True)]
    return [
        _mention(Sort.PLACE, ws, (first, last), trusted=place is not None, kind=place.kind if place else "")
    ]
