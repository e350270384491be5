"""Stage 2: where sentences begin and end, by their marks alone: for any language, without a model."""

import re
from collections.abc import Iterator

from kg.extract.annotate import lines_of
from kg.model import Article, Evidence

_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s)|[。！？；][”’」』）]*|\n")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Capt|Hon|Rev|St|Mt|No|vs|Inc|Ltd|Co|Corp|approx"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|(?<![^\W\d_])[A-Z])\.$"
)


def sentences_of(article: Article) -> list[Evidence]:
    """Return the sentences of the article's own words, without furniture, in text order."""
    return [span for _, start, end in lines_of(article) for span in _cut(article.text, start, end)]


def sentence_around(text: str, evidence: Evidence) -> Evidence:
    """Return the whole sentences in which the words of an evidence stand."""
    start = text.rfind("\n", 0, evidence.start) + 1
    newline = text.find("\n", evidence.end - 1)
    end = len(text) if newline < 0 else max(newline, evidence.end)
    met = [s for s in _cut(text, start, end) if s.start < evidence.end and evidence.start < s.end]
    return Evidence(min(s.start for s in met), max(s.end for s in met)) if met else evidence


def _cut(text: str, start: int, end: int) -> Iterator[Evidence]:
    first = start
    for match in _END.finditer(text, start, end):
        if not _ABBREVIATED.search(text, max(start, match.end() - 8), match.end()):
            yield from _trimmed(text, first, match.end())
            first = match.end()
    yield from _trimmed(text, first, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Evidence]:
    piece = text[start:end]
    if piece.strip():
        yield Evidence(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
