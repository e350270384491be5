"""Stage 2: where the name of a body ends, before the office or the name of a person that stands after it."""

from collections.abc import Sequence

from kg.extract.places import known
from kg.extract.tables import institution_heads, titles
from kg.extract.words import Span, Word, is_office, small, text_of

_MINISTERIAL = frozenset(("ministry", "department", "bureau", "office", "commission", "agency", "authority"))
_NOT_HONOURS = frozenset(("he", "his", "her", "the", "st", "fr", "ir", "eng", "lord", "justice", "col"))
_MENU = 8
"""Words in capitals, without a small one, that no name of a body has."""
_LEGAL = frozenset(
    ("sdn", "bhd", "pte", "pty", "ltd", "limited", "inc", "llc", "llp", "plc", "gmbh", "co", "corp", ".")
)
_NAME = 2
"""Words of a person's name."""


def after_body(ws: Sequence[Word], span: Span) -> tuple[Span, Span | None]:
    """Return the body of `Department of Energy ANA LOPEZ`, and the person who stands after it."""
    first, last = span
    end = min(
        _at_office(ws, span),
        _at_honour(ws, span),
        _after_field(ws, span),
        _at_small(ws, span),
        _after_land(ws, span),
    )
    if end >= last:
        return span, None
    offices = [i for i in range(end, last) if is_office(ws[i].text) or _honour(ws[i])]
    start = offices[-1] + 1 if offices else end
    named = ws[end].capital and last - start >= _NAME and all(w.capital for w in ws[start:last])
    return (first, end), (start, last) if named and not known(text_of(ws, (start, last))) else None


def no_body(ws: Sequence[Word], span: Span) -> bool:
    """Tell whether capitalised words are a menu, or no more than the legal form of a firm."""
    words = ws[span[0] : span[1]]
    menu = len(words) >= _MENU and all(w.capital and w.text != "&" for w in words)
    return menu or all(w.lower in _LEGAL for w in words)


def _heads(ws: Sequence[Word], span: Span) -> list[int]:
    return [i for i in range(*span) if ws[i].lower in institution_heads() or ws[i].lower == "assembly"]


def _at_office(ws: Sequence[Word], span: Span) -> int:
    """Return the end of the body in `Security Council Special Coordinator ANA LOPEZ`."""
    heads = _heads(ws, span)
    if not heads:
        return span[1]
    for i in range(heads[-1] + 1, span[1]):
        plain = is_office(ws[i].text) and ws[i].text[:1].isupper()
        if plain and all(w.capital or w.text == "-" for w in ws[heads[-1] + 1 : i]):
            return heads[-1] + 1
    return span[1]


def _honour(word: Word) -> bool:
    plain = word.lower.rstrip(".")
    return word.text[:1].isupper() and plain in titles().honours and plain not in _NOT_HONOURS


def _at_honour(ws: Sequence[Word], span: Span) -> int:
    heads = _heads(ws, span)
    return next((i for i in range(heads[0] + 1, span[1]) if _honour(ws[i])), span[1]) if heads else span[1]


def _after_field(ws: Sequence[Word], span: Span) -> int:
    """Return the end of the ministry in `Department of Energy ANA LOPEZ`."""
    heads = [i for i in _heads(ws, span) if ws[i].lower in _MINISTERIAL]
    at = heads[-1] + 1 if heads else span[1]
    if at >= span[1] or ws[at].lower not in ("of", "for"):
        return span[1]
    end = at + 1
    while end < span[1] and (ws[end].lower in titles().fields or ws[end].lower in ("and", "&", ",", "the")):
        end += 1
    rest = ws[end : span[1]]
    odd = any(w.lower in institution_heads() or not w.capital or known(w.text) for w in rest)
    told = ws[end - 1].lower in titles().fields
    return end if told and len(rest) >= _NAME and not odd else span[1]


def _after_land(ws: Sequence[Word], span: Span) -> int:
    """Return the end of the body in `Chamber of Commerce of Serbia ANA LOPEZ`: a country ends it."""
    for i in range(span[0] + 1, span[1] - _NAME):
        if ws[i].lower not in ("of", "for"):
            continue
        for end in range(min(i + 4, span[1] - _NAME), i, -1):
            rest = ws[end : span[1]]
            place = known(text_of(ws, (i + 1, end))) if end > i + 1 else None
            name = all(w.capital and w.text != "&" and w.lower not in institution_heads() for w in rest)
            if (
                place is not None
                and place.kind == "country"
                and not place.adjective
                and name
                and not any(known(w.text) for w in rest)
            ):
                return end
    return span[1]


def _at_small(ws: Sequence[Word], span: Span) -> int:
    """Return where a word in small letters shows that a name is over: of `University of X strengthening`."""
    heads = [i for i in _heads(ws, span) if ws[i].capital]
    if not heads:
        return span[1]
    allowed = (
        small("links")
        | small("particles")
        | institution_heads()
        | {"and", "the", "named", "e", "y", "et", "und"}
    )
    for i in range(heads[0] + 1, span[1]):
        plain = ws[i].text.isalpha() and ws[i].text.islower() and ws[i].lower not in allowed
        if plain and ws[i].text.endswith("ing") and ws[i - 1].capital:
            return i
    return span[1]
