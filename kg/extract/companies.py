"""Stage 2: names of firms and the like that have no head word, and what only looks like a name."""

import re
from collections.abc import Sequence

from kg.extract.institution_kinds import described_kinds
from kg.extract.marks import Mention, Sort
from kg.extract.places import known
from kg.extract.tables import institution_heads, titles
from kg.extract.words import Span, Word, is_office, mention_of, small, text_of

_SUM = re.compile(r"[A-Z]{1,3}[$€£]?\d[\d.,]*(?:[a-z]{1,2})?")
"""A sum of money as one word: MYR431, R31, US$4bn."""


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
    found = []
    for i, word in enumerate(ws[:-1]):
        kind = described_kinds().get(word.text.lower(), "")
        end = _run(ws, i + 1) if kind and not word.capital else i + 1
        if (
            i + 1 < end
            and known(text_of(ws, (i + 1, end))) is None
            and not is_office(ws[min(end, len(ws) - 1)].text)
        ):
            found.append(((i + 1, end), kind))
    return found


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
