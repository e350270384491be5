"""Stage 2: find the names of institutions in the words of a line, by their head words."""

import re
from collections.abc import Sequence

from kg.extract.companies import has_tail, in_small, no_name
from kg.extract.institution_kinds import generic, kind_of
from kg.extract.marks import Mention, Sort
from kg.extract.name_ends import after_body, no_body
from kg.extract.places import known
from kg.extract.tables import institution_heads, titles
from kg.extract.words import POSSESSIVE, Span, Word, is_office, mention_of, small, text_of, trimmed, widest

_LISTING = frozenset(("ministry", "department", "committee", "commission", "office", "bureau", "minister"))
"""Heads whose name may go on over commas: Ministry of Culture, Tourism and Sport."""
_CAPITALS = re.compile(r"[A-Z][A-Z&.]+")


def institutions(ws: Sequence[Word], organisations: Sequence[Span], persons: Sequence[Span]) -> list[Span]:
    """Return the spans of the institutions that head words tell, widened to what the model saw."""
    covered = {i for first, last in organisations for i in range(first, last)}
    of_persons = {i for first, last in persons if last - first > 1 for i in range(first, last)}
    spans = [*_governments(ws)]
    spans += [(i - 1, i + 1) for i, word in enumerate(ws) if in_small(ws, i)]
    for i, word in enumerate(ws):
        if (
            (word.lower in institution_heads() or lasting(ws, i))
            and word.capital
            and not _union_minister(ws, i)
        ):
            persons_ = set() if word.lower in small("foreign") else of_persons
            first, last = _leftward(ws, i, covered), _rightward(ws, i, persons_)
            for other in organisations:
                bracket = any(w.text == "(" for w in ws[other[0] : first])
                if other[0] < last and first < other[1] and other[1] <= last + 1 and not bracket:
                    first = min(first, other[0])
            spans.append(_without_titles(ws, trimmed(ws, (first, max(last, _end(organisations, i))))))
    return widest(
        s for s in spans if s[1] - s[0] > 1 or _CAPITALS.fullmatch(text_of(ws, s) if s[0] < s[1] else "")
    )


def lasting(ws: Sequence[Word], i: int) -> bool:
    """Tell whether an assembly is a body, not an occasion: the National Assembly."""
    return ws[i].lower == "assembly" and i > 0 and ws[i - 1].lower in small("assemblies")


def _union_minister(ws: Sequence[Word], i: int) -> bool:
    return ws[i].lower == "union" and i + 1 < len(ws) and ws[i + 1].lower in ("minister", "ministers")


def _end(organisations: Sequence[Span], i: int) -> int:
    return max((last for first, last in organisations if first <= i < last), default=0)


def _leftward(ws: Sequence[Word], i: int, covered: set[int]) -> int:
    first = i
    while first > 0:
        word = ws[first - 1]
        if (
            word.lower in institution_heads()
            and word.capital
            and (ws[first].text == "," or (first - 1 not in covered and ws[first].lower == "and"))
        ):
            break
        inner = word.lower in ("of", "for", "and", "&", ",") and {first - 1, first - 2, first} <= covered
        possessive = (
            word.text in POSSESSIVE
            and first > 1
            and (_many(word, ws[first - 2]) or _possessor(ws[first - 2]))
        )
        ordinal = word.text[:1].isdigit() and word.text[-1].isalpha() and first > 1 and ws[first - 2].capital
        hyphen = word.text == "-" and first > 1 and ws[first - 2].capital and word.end == ws[first].start
        inner = inner or (
            word.lower == "and"
            and first > 1
            and ws[first - 2].capital
            and ws[first - 2].lower in small("fields")
        )
        new = first < len(ws) and known(f"{word.text} {ws[first].text}") is not None
        plain = word.capital and (word.lower not in small("first") or new)
        if not (inner or possessive or hyphen or plain or ordinal):
            break
        first -= 1
    return first


def _many(mark: Word, owner: Word) -> bool:
    """Tell whether a mark makes the possessive of many: Growers' Trust."""
    return (
        mark.text in ("'", "’") and owner.capital and owner.lower.endswith("s") and known(owner.text) is None
    )


def _possessor(owner: Word) -> bool:
    return owner.lower.rstrip("s") + "s" in {p.rstrip("s") + "s" for p in small("possessors")}


def _rightward(ws: Sequence[Word], i: int, persons: set[int]) -> int:
    last = i + 1 if lasting(ws, i) else run(ws, i + 1, persons)
    while last < len(ws) and ws[last].lower in small("links"):
        start = last + 1 + (last + 1 < len(ws) and ws[last + 1].lower == "the")
        end = run(ws, start, persons)
        if end == start or (ws[last].lower in ("in", "on") and _place_or_day(ws, start, end)):
            break
        if ws[last].lower == "on" and kind_of(ws[i].text) == "company":
            break
        last = listed(ws, end, persons, listing=ws[i].lower in _LISTING)
        if last == end and ws[i].lower in small("of_regions"):
            last += last < len(ws) and ws[last].text in small("place_words")
    return _named_after(ws, last)


def _place_or_day(ws: Sequence[Word], start: int, end: int) -> bool:
    return ws[start].lower in small("days") or known(text_of(ws, (start, end))) is not None


def _named_after(ws: Sequence[Word], last: int) -> int:
    """Return the end of `named after I. P. Pavlov`, which belongs to a name."""
    if [w.lower for w in ws[last : last + 2]] not in (["named", "after"], ["named", "for"]):
        return last
    end = last + 2
    while end < len(ws) and (ws[end].capital or ws[end].text == "."):
        end += 1
    return end if end > last + 2 else last


def run(ws: Sequence[Word], start: int, persons: set[int]) -> int:
    """Return the end of the capitalised words that begin at `start`."""
    end = start
    while (
        end < len(ws)
        and end not in persons
        and (
            ws[end].capital
            or (ws[end].text in POSSESSIVE and end > start and ws[end - 1].lower in small("possessors"))
            or (ws[end].text == "-" and end > start and end + 1 < len(ws) and ws[end + 1].capital)
        )
        and ws[end].lower not in titles().heads
    ):
        end += 1
    return end


def listed(ws: Sequence[Word], end: int, persons: set[int], *, listing: bool) -> int:
    """Return the end of a name that goes on as `A, B and C` or `A and C`."""
    if ws[end - 1].lower in ("ltd", "limited", "inc", "plc", "bhd", "llc"):
        return end
    at, commas = end, 0
    while at < len(ws) and ws[at].text == "," and listing and at + 1 < len(ws) and ws[at + 1].lower != "and":
        after = run(ws, at + 1, persons)
        if after == at + 1:
            return end
        at, commas = after, commas + 1
    if at < len(ws) and ws[at].text == "," and at + 1 < len(ws) and ws[at + 1].lower == "and":
        at += 1
    if at >= len(ws) or ws[at].lower not in ("and", "&"):
        return end
    start = at + 1 + (at + 1 < len(ws) and ws[at + 1].lower == "the" and listing)
    after = run(ws, start, persons)
    tail = ws[start:after]
    if not tail or any(w.lower in institution_heads() for w in tail) or known(text_of(ws, (start, after))):
        return end
    if after < len(ws) and ws[after].lower in small("links") and not commas:
        return end
    return after


def _without_titles(ws: Sequence[Word], span: Span) -> Span:
    first, last = _after_person(ws, span)
    whole = last
    while last > first + 1 and (_closing_office(ws, last - 1) or ws[last - 1].text == "-"):
        last -= 1
    while last > first and (
        ws[last - 1].lower in ("vice", "deputy", "executive")
        or (whole > last and ws[last - 1].lower in ("special", "chief", "-"))
    ):
        last -= 1
    for i in range(last - 1, first, -1):
        if (
            ws[i].lower in titles().heads
            and ws[i].lower not in institution_heads()
            and i + 1 < last
            and ws[i + 1].lower in ("of", "for")
        ):
            return trimmed(ws, (i + 2, last))
    if (
        first < last
        and ws[first].lower in titles().heads
        and last - first > 1
        and ws[first + 1].lower in ("of", "for")
    ):
        return trimmed(ws, (first + 2, last))
    return first, last


def _closing_office(ws: Sequence[Word], i: int) -> bool:
    """Tell whether a name ends in a title that is no part of it, as the House of Representatives does not."""
    return is_office(ws[i].text) and ws[i - 1].lower not in ("of", "for")


def _after_person(ws: Sequence[Word], span: Span) -> Span:
    """Return what `Professor Ana Lopez of` introduces."""
    first, last = span
    person = ws[first].lower in titles().honours or is_office(ws[first].text) if first < last else False
    if not person or ws[first].lower in institution_heads():
        return span
    link = next((i for i in range(first + 1, last) if ws[i].lower in ("of", "from", "at", "for")), first)
    return trimmed(ws, (link + 1, last)) if link > first else span


def _governments(ws: Sequence[Word]) -> list[Span]:
    """Return `state government of X`, `X district government`."""
    spans = []
    for i, word in enumerate(ws):
        if word.lower not in ("government", "parliament"):
            continue
        first = i
        while first > 0 and ws[first - 1].lower in small("governments"):
            first -= 1
        if i + 1 < len(ws) and ws[i + 1].lower == "of":
            start = i + 2 + (i + 2 < len(ws) and ws[i + 2].lower == "the")
            end = run(ws, start, set())
            if end > start:
                spans.append((first, end))
                continue
        left = first
        while left > 0 and ws[left - 1].capital and ws[left - 1].lower not in small("first"):
            left -= 1
        while left < first and first == i and not _rules(text_of(ws, (left, first))):
            left += 1
        if left < first:
            spans.append((left, i + 1))
    return spans


def _rules(name: str) -> bool:
    return known(name) is not None or name == "European"


def institution(ws: Sequence[Word], span: Span) -> list[Mention | None]:
    """Return the mention that a span comes to when what is no part of a name is cut off."""
    first, last = _without_titles(ws, trimmed(ws, after_body(ws, span)[0]))
    first, last = _sound(ws, first, last)
    if first < last and ws[first].lower not in small("governments") and ws[first].lower != "government":
        while first < last and not ws[first].capital:
            first += 1
    if first >= last or not any(w.capital for w in ws[first:last]) or no_body(ws, (first, last)):
        return []
    text = text_of(ws, (first, last))
    place = known(text)
    if place:
        sort = Sort.NATION if place.adjective else Sort.PLACE
        return [mention_of(sort, ws, (first, last), trusted=True, kind="" if place.adjective else place.kind)]
    kind = kind_of(text)
    if generic(ws, (first, last)) or (
        last < span[1] and all(w.lower in titles().before for w in ws[first:last])
    ):
        return []
    if last - first == 1 and (ws[first].lower in institution_heads() or _alone(ws[first])):
        return []
    kind = kind or ("company" if has_tail(ws, (first, last)) else "")
    if not kind and no_name(ws, (first, last)):
        return []
    return [mention_of(Sort.INSTITUTION, ws, (first, last), trusted=bool(kind), kind=kind)]


def _alone(word: Word) -> bool:
    """Tell whether a word by itself is an honour or the like, and no body's name."""
    return word.lower.rstrip(".") in titles().honours | small("alone")


def _sound(ws: Sequence[Word], first: int, last: int) -> Span:
    """Return the name without an owner before it (`Singapore's`) and without what can be no name."""
    for i in range(first + 1, last - 1):
        if ws[i].text in POSSESSIVE and known(text_of(ws, (first, i))) is not None:
            return trimmed(ws, (i + 1, last))
    first, last = _outside_bracket(ws, first, last)
    while first < last and ws[first].lower in ("former", "ex", "late", "current"):
        first += 1
    bad = [
        i for i in range(first, last) if any(c in ws[i].text for c in "/]_@") or ws[i].lower in small("never")
    ]
    if bad and not kind_of(text_of(ws, (first, max(bad[0], first + 1)))):
        return first, first
    return trimmed(ws, (first, bad[0])) if bad else (first, last)


def _outside_bracket(ws: Sequence[Word], first: int, last: int) -> Span:
    """Return the part of a name before or after an opened bracket, or a dash between blanks."""
    for i in range(first + 1, last - 1):
        dash = ws[i].text in ("-", "–") and ws[i].start > ws[i - 1].end and ws[i + 1].start > ws[i].end
        if ws[i].text == "(" or dash:
            before = kind_of(text_of(ws, (first, i)))
            return (first, i) if before or not kind_of(text_of(ws, (i + 1, last))) else (i + 1, last)
    return first, last
