"""Stage 2: the words of a line, and the stretches of them that names are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.extract.marks import Mention, Sort
from kg.extract.tables import table, titles, words

POSSESSIVE = ("'s", "’s", "'", "’")


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
        plain = not any(c in self.text for c in "/]_@") and self.lower not in small("never")
        return plain and (self.text[:1].isupper() or self.text == "&")


Span = tuple[int, int]
"""The words `[first, last)` of a line."""


def small(name: str) -> frozenset[str]:
    """Return a row of `names.yaml`."""
    return words(table("names")[name])


def mention_of(
    sort: Sort, ws: Sequence[Word], span: Span, *, trusted: bool, kind: str = ""
) -> Mention | None:
    """Return the mention of a span, or None for an empty one."""
    first, last = span
    if first >= last:
        return None
    name = " ".join(text_of(ws, span).split())
    return Mention(sort, ws[first].start, ws[last - 1].end, name, kind, trusted=trusted)


def text_of(ws: Sequence[Word], span: Span) -> str:
    """Return the words of a span as they are written."""
    parts = [ws[span[0]].text]
    for before, word in zip(ws[span[0] : span[1]], ws[span[0] + 1 : span[1]], strict=False):
        parts += [" " * (word.start > before.end), word.text]
    return "".join(parts)


def trimmed(ws: Sequence[Word], span: Span) -> Span:
    """Return a span without articles, small words and marks at its ends."""
    first, last = span
    edge = (*POSSESSIVE, ",", ".", "-", "–", "&", "*", "(", "[", '"', "“", "”", "/", ":", ";")
    while first < last and (ws[first].lower in ("the", "a", "an") or ws[first].text in (*edge, ")")):
        first += 1
    while first < last and (
        ws[last - 1].lower in ("in", "of", "and", "for", "on", "at", "the") or ws[last - 1].text in edge
    ):
        last -= 1
    return first, last


def widest(spans: Iterable[Span]) -> list[Span]:
    """Return the spans without those that overlap a longer one."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s[0] - s[1], s[0])):
        if not any(span[0] < last and first < span[1] for first, last in kept):
            kept.append(span)
    return kept


def is_plural(word: str) -> bool:
    """Tell whether a word is the plural of an office."""
    abbreviated = word.lower().rstrip(".") in table("titles")["abbreviations"]
    return singular(word) != word and (not abbreviated or word.lower().rstrip(".").endswith("s"))


def singular(word: str) -> str:
    """Return the office of which a word is the plural, or the word."""
    full: str | None = table("titles")["abbreviations"].get(word.lower().rstrip("."))
    if full is not None:
        return full if full.lower() in titles().heads else singular(full)
    for tail, instead in (("ies", "y"), ("s", "")):
        one = word.removesuffix(tail) + instead
        if word.lower().endswith(tail) and one.lower() in titles().heads:
            return one
    return word


def is_office(word: str) -> bool:
    """Tell whether a word is an office, in the singular or plural."""
    return singular(word).lower() in titles().heads
