"""Stage 2: names of firms and the like that have no head word, and what only looks like a name."""

import re
from collections.abc import Iterator, Sequence

from kg.extract.institution_kinds import described_kinds, kind_of, named_kinds
from kg.extract.marks import Mention, Sort
from kg.extract.places import known
from kg.extract.tables import institution_heads, titles
from kg.extract.words import POSSESSIVE, Span, Word, is_office, mention_of, small, text_of

_SUM = re.compile(r"[A-Z]{1,3}[$€£]?\d[\d.,]*(?:[a-z]{1,2})?")
"""A sum of money as one word: MYR431, R31, US$4bn."""
_TICKER = re.compile(
    r"[A-Z]{2,6}\.[A-Z]{1,3}\)|(?:NASDAQ|NYSE|Nasdaq|LSE|ASX|TSX|HKEX|SGX|NSE|BSE|AIM|TSXV|NZX|JSE):"
)
"""The short name of a firm at a stock exchange, after the bracket."""
_MOST_BETWEEN = 5
"""Words of `largest low-cost carrier`."""


def has_tail(ws: Sequence[Word], span: Span) -> bool:
    """Tell whether a name ends as firms' names do: Elm Foods, Oak Logistics."""
    return span[1] - span[0] > 1 and ws[span[1] - 1].lower in small("company_tails")


def company(ws: Sequence[Word], span: Span) -> Mention | None:
    """Return the firm that the model took for a person."""
    first, last = span
    while first > 0 and ws[first - 1].capital and not _begins(ws, first - 1):
        first -= 1
    if not has_tail(ws, (first, last)) or is_office(ws[first].text) or known(text_of(ws, (first, last))):
        return None
    return mention_of(Sort.INSTITUTION, ws, (first, last), trusted=True, kind="company")


def _begins(ws: Sequence[Word], i: int) -> bool:
    word = ws[i].lower
    return word in small("first") or is_office(word) or word.rstrip(".") in titles().honours


def no_name(ws: Sequence[Word], span: Span) -> bool:
    """Tell whether words name no body: a sum of money, or fields of work (Culture, Education)."""
    inside = [w.lower for w in ws[span[0] : span[1]]]
    fields = all(w in titles().fields or w in (",", "and", "&", "of") for w in inside)
    return fields or (len(inside) == 1 and _SUM.fullmatch(ws[span[0]].text) is not None)


def _run(ws: Sequence[Word], start: int) -> int:
    """Return the end of the capitalised words that begin here."""
    end = start
    while end < len(ws) and (
        (ws[end].capital and ws[end].lower not in titles().heads)
        or (ws[end].text == "-" and end > start and end + 1 < len(ws) and ws[end + 1].capital)
    ):
        end += 1
    return end


def described(ws: Sequence[Word]) -> list[tuple[Span, str]]:
    """Return names that a noun before them tells to be institutions, with their kinds: `the insurer X`."""
    found = [*_quoted(ws), *_apposed(ws), *_several(ws)]
    for i, word in enumerate(ws[:-1]):
        kind = described_kinds().get(word.text.lower(), "")
        end = _run(ws, i + 1) if kind and not word.capital else i + 1
        if (
            i + 1 < end
            and not (i > 0 and ws[i - 1].lower in ("head", "chief", "master"))
            and known(text_of(ws, (i + 1, end))) is None
            and not is_office(ws[min(end, len(ws) - 1)].text)
        ):
            found.append(((i + 1, end), kind))
    return found


def _quoted(ws: Sequence[Word]) -> Iterator[tuple[Span, str]]:
    """Yield the firms that the stock exchange has a short name for: `Elm (ELM.PA)`, `Elm (NASDAQ: ELM)`."""
    for i in (i for i, word in enumerate(ws[:-1]) if i > 0 and word.text == "("):
        inside = "".join(word.text for word in ws[i + 1 : i + 4])
        first = _back(ws, i)
        if first < i and _TICKER.match(inside) and known(text_of(ws, (first, i))) is None:
            yield (first, i), "company"


def _back(ws: Sequence[Word], end: int) -> int:
    """Return where the capitalised words begin that end here."""
    first = end
    while first > 0 and ws[first - 1].capital and not _begins(ws, first - 1):
        first -= 1
    return first


def _apposed(ws: Sequence[Word]) -> Iterator[tuple[Span, str]]:
    """Yield the firms of `Elm, Peru's largest carrier`: one capitalised word, and a noun for a body."""
    for i in range(1, len(ws) - 2):
        first = _back(ws, i)
        if ws[i].text != "," or i - first != 1:
            continue
        kind = next((kind for word in _noun_after(ws, i + 1) for kind in _kinds(word)), "")
        if kind and known(ws[first].text) is None:
            yield (first, i), kind


def _noun_after(ws: Sequence[Word], at: int) -> Iterator[str]:
    """Yield the noun in which `a low-cost carrier` or `Peru's biggest bank` ends, if it is of a body."""
    owner = at + (2 if ws[at].capital else 1)
    if ws[at].lower not in ("a", "an", "the") and ws[min(owner - 1, len(ws) - 1)].text not in POSSESSIVE:
        return
    for i in range(owner, min(owner + _MOST_BETWEEN, len(ws))):
        word = ws[i].lower
        closes = i + 1 == len(ws) or not (ws[i + 1].text[:1].isalpha() or ws[i + 1].text in POSSESSIVE)
        if word in small("apposed") and (closes or ws[i + 1].lower in ("in", "of", "that", "which", "and")):
            yield word
            return
        if not (ws[i].text[:1].isalpha() or ws[i].text == "-") or is_office(word):
            return


def _kinds(noun: str) -> Iterator[str]:
    yield described_kinds().get(noun, "") or kind_of(noun) or "company"


def _several(ws: Sequence[Word]) -> Iterator[tuple[Span, str]]:
    """Yield the bodies of `companies including A, B and C`."""
    for i, word in enumerate(ws[:-2]):
        kind = named_kinds("several").get(word.lower, "")
        at = i + 1 + (ws[i + 1].text == ",")
        if not kind or ws[at].lower not in ("including", "such", "like", "namely"):
            continue
        at += 1 + (ws[at].lower == "such")
        while at < len(ws) and (end := _run(ws, at)) > at:
            yield (at, end), kind
            at = end + (end < len(ws) and ws[end].text == ",")
            at += at < len(ws) and ws[at].lower in ("and", "&", "or")
            if at == end:
                break


def in_small(ws: Sequence[Word], i: int) -> bool:
    """Tell whether a head in small letters belongs to the name before it: ... of Tongji hospital."""
    if i <= 1 or ws[i].text not in ("hospital", "university", "council"):
        return False
    name, before = ws[i - 1], ws[i - 2]
    plain = (
        name.lower in small("first") | institution_heads() | titles().before or known(name.text) is not None
    )
    proper = name.capital and not name.text.isupper()
    return proper and not plain and not before.capital and before.text[:1].isalpha()
