"""Stage 2: numbers that count things, and how the text qualifies them."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.extract.marks import Sentence
from kg.model import Evidence

if TYPE_CHECKING:
    from spacy.tokens import Token

_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
          "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
          "twenty")  # fmt: skip
_WORDS = {
    word: value
    for value, word in enumerate(
        _SMALL
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
     "hundred": 100, "dozen": 12, "thousand": 1000, "million": 10**6, "billion": 10**9}  # fmt: skip
_SCALES = frozenset(("hundred", "dozen", "thousand", "million", "billion"))
_QUALIFIERS = (
    ("more-than", ("more than", "over", "above", "upwards of", "exceeding")),
    ("at-least", ("at least", "no fewer than", "not less than")),
    ("at-most", ("up to", "at most", "fewer than", "less than", "under", "no more than", "as many as")),
    (
        "about",
        (
            "about",
            "around",
            "nearly",
            "almost",
            "some",
            "roughly",
            "approximately",
            "close to",
            "an estimated",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as the article gives it."""

    value: int
    qualifier: str
    evidence: Evidence
    label: str
    """What is counted, in the article's words."""


def value_of(words: str) -> int | None:
    """Return the whole number that words or digits give, or None."""
    total, current = 0, None
    for word in re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", words.lower().replace("-", " ")):
        if word[0].isdigit():
            number = float(word.replace(",", ""))
            current = number if current is None else None
            if current is None:
                return None
        elif word in _SCALES:
            current = (1 if current is None else current) * _WORDS[word]
            if _WORDS[word] >= 1000:  # noqa: PLR2004  the number is plain here
                total, current = total + int(current), None
        elif word in _WORDS:
            current = (current or 0) + _WORDS[word]
        elif word != "and":
            return None
    if current is None and total == 0:
        return None
    value = total + (current or 0)
    return int(value) if float(value).is_integer() else None


def number_of(sentence: Sentence, noun: "Token") -> Number | None:
    """Return the number that counts a noun, or that a number-word is itself."""
    if noun.pos_ == "NUM" and noun.dep_ != "nummod":
        return _number(sentence, noun, noun)
    for child in noun.children:
        if child.dep_ == "nummod" and sentence.mention(child) is None:
            return _number(sentence, child, noun)
    return None


def qualifier_before(sentence: Sentence, first: int) -> str:
    """Return how the words before a number qualify it."""
    at = first - sentence.first
    before = " ".join(t.lower_ for t in sentence.tokens[max(0, at - 3) : at])
    found = (q for q, phrases in _QUALIFIERS if any(re.search(rf"\b{p}$", before) for p in phrases))
    return next(found, "exactly")


def _number(sentence: Sentence, token: "Token", noun: "Token") -> Number | None:
    parts = sorted(
        [token, *(c for c in token.children if c.dep_ in ("compound", "nummod") and c.pos_ == "NUM")],
        key=lambda t: t.i,
    )
    value = value_of(" ".join(t.text for t in parts))
    if value is None or value < 2:  # noqa: PLR2004  the number is plain here
        return None
    qualifier = qualifier_before(sentence, parts[0].i)
    counted = list(sentence.tokens[parts[-1].i - sentence.first + 1 : noun.i - sentence.first + 1])
    label = " ".join(t.text for t in counted if sentence.mention(t) is None and t.text != "-")
    return Number(value, qualifier, sentence.span([parts[0], noun]), label)
