"""Stage 2, model by HTTP: where the words that a model quotes stand in the article, if they do."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from kg.extract.draft import LONGEST
from kg.model import Article, Evidence

_QUOTE_MARKS = str.maketrans({**dict.fromkeys("‘’‚‛`´′", "'"), **dict.fromkeys("“”„‟«»″", '"')})
_TO_A_MACHINE = re.compile(
    r"(?i:\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules|guidelines)\b"
    r"|\bsystem (?:prompt|message|override)\b|\byou are (?:now )?an? (?:AI|assistant|chatbot)\b"
    r"|\b(?:as an|dear) (?:AI|LLM|language model)\b|<\|?(?:im_start|im_end|system|assistant)\b"
    r"|[\"']?(?:subject|relation)[\"']\s*:\s*[\"'])"
    r"|(?:忽略|无视|忘记)[^。\n]{0,12}(?:指令|指示|提示词|规则)|系统提示"
)
"""Words that speak to a program and not to a reader: no line with them is evidence of anything."""
_SHOWN = 100


class Unfounded(Exception):  # noqa: N818  a verdict on a candidate, kept as a line of `rejected`
    """Why something that a model gave is not believed."""


class Passages:
    """The sentences that a model was shown, asked where words stand."""

    def __init__(self, article: Article, sentences: Sequence[Evidence]) -> None:
        self.text = article.text
        self.sentences = sentences
        self._starts = [sentence.start for sentence in sentences]
        self._folded, self._offsets = _folded(article.text)
        self._barred = [
            _line_around(self.text, match.start(), match.end()) for match in _TO_A_MACHINE.finditer(self.text)
        ]

    def find(self, quote: object, number: object) -> Evidence:
        """Return where a quote stands: in the sentence of that number, or in the one place where it does.

        Raises Unfounded when it stands nowhere, in several other places, or where no evidence can be.
        """
        words = quote.strip() if isinstance(quote, str) else ""
        if not any(c.isalnum() for c in words):
            raise Unfounded("it has no quote")
        found = list(dict.fromkeys((*self._exact(words), *self._alike(words))))
        if not found:
            raise Unfounded(f"the quote {shown(words)} does not stand in the text")
        here = [
            place for place in found if number in (self._number(place.start), self._number(place.end - 1))
        ]
        if not here and len(found) > 1:
            raise Unfounded(f"the quote {shown(words)} stands in {len(found)} places, none in its sentence")
        return self._fit((here or found)[0])

    def around(self, evidence: Evidence) -> Evidence:
        """Return the whole sentences in which an evidence stands."""
        first, last = (self.sentences[self._number(at) - 1] for at in (evidence.start, evidence.end - 1))
        return Evidence(first.start, last.end)

    def occurrences(self, name: str) -> list[Evidence]:
        """Return every place where a name stands in the sentences, as it is written."""
        return [
            place for place in self._exact(name) if self._number(place.start) and not self._is_barred(place)
        ]

    def words(self, evidence: Evidence) -> str:
        """Return the words of an evidence in one line."""
        return " ".join(self.text[evidence.start : evidence.end].split())

    def within(self, words: str, stretch: Evidence) -> str:
        """Return words of a model as the article writes them inside a stretch, or nothing if it does not."""
        places = (*self._exact(words.strip()), *self._alike(words.strip()))
        inside = [p for p in places if stretch.start <= p.start and p.end <= stretch.end]
        return self.words(inside[0]) if inside else ""

    def _fit(self, place: Evidence) -> Evidence:
        if place.end - place.start > LONGEST:
            raise Unfounded(f"the quote is longer than {LONGEST} characters")
        if not self._number(place.start) or not self._number(place.end - 1):
            raise Unfounded("the quote is furniture of the page, not the article's own words")
        if self._is_barred(place):
            raise Unfounded("the quote stands in words that speak to a machine")
        return place

    def _is_barred(self, place: Evidence) -> bool:
        return any(b.start < place.end and place.start < b.end for b in self._barred)

    def _number(self, at: int) -> int:
        """Return the number of the sentence at a place, counted from 1; 0 between sentences."""
        index = bisect_right(self._starts, at)
        return index if index and at < self.sentences[index - 1].end else 0

    def _exact(self, words: str) -> Iterator[Evidence]:
        for at in _places(self.text, words):
            yield Evidence(at, at + len(words))

    def _alike(self, words: str) -> Iterator[Evidence]:
        folded = _folded(words)[0].strip()
        for at in _places(self._folded, folded):
            yield Evidence(self._offsets[at], self._offsets[at + len(folded) - 1] + 1)


def shown(words: str) -> str:
    """Return words for a message: quoted, in one line, cut, and safe for a terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return f"“{line if len(line) <= _SHOWN else line[:_SHOWN] + '…'}”"


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the text with runs of blanks as one and all quotation marks alike, and where each sign was."""
    signs: list[str] = []
    offsets: list[int] = []
    for at, sign in enumerate(text.translate(_QUOTE_MARKS)):
        blank = sign.isspace()
        if not (blank and signs and signs[-1] == " "):
            signs.append(" " if blank else sign)
            offsets.append(at)
    return "".join(signs), offsets


def _places(text: str, words: str) -> Iterator[int]:
    """Yield where words stand as whole words; Chinese has no blanks, so there every place counts."""
    at = text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        if not (at and _joined(text[at - 1], text[at])) and not (
            end < len(text) and _joined(text[end - 1], text[end])
        ):
            yield at
        at = text.find(words, at + 1)


def _joined(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and not (_is_chinese(left) or _is_chinese(right))


def _is_chinese(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def _line_around(text: str, start: int, end: int) -> Evidence:
    last = text.find("\n", end)
    return Evidence(text.rfind("\n", 0, start) + 1, len(text) if last < 0 else last)
