"""Stage 2: tell whether an article reports facts, or only jokes or argues."""

import re
from functools import cache

from kg.extract.tables import table, words
from kg.model import Article

_LABEL = re.compile(r"\s*[|:–—-]\s+")
_SEGMENT = re.compile(r"[/.?=&]")
_SHORT = 30
"""Code points of a first line that may be a label."""


@cache
def _row(name: str) -> frozenset[str]:
    return words(table("genre")[name])


def of(article: Article) -> str:
    """Return `satire` or `opinion` where the article's own marks say so, else nothing."""
    if _satire(article):
        return "satire"
    return "opinion" if _row("opinion") & {*_labels(article), *_segments(article.url)} else ""


def _satire(article: Article) -> bool:
    publisher = article.publisher.lower()
    whole = {publisher.strip(), publisher.strip().removeprefix("the ")}  # not The Onion River Review
    if whole & _row("satirists") or any(_has(publisher, word) for word in _row("satire")):
        return True
    return bool(_row("satire") & {*_labels(article), *_segments(article.url)})


def _has(text: str, phrase: str) -> bool:
    return re.search(rf"\b{re.escape(phrase)}\b", text) is not None


def _labels(article: Article) -> set[str]:
    """Return the first and the last part of the title, and a first line that is no more than a label."""
    parts = _LABEL.split(article.title.lower())
    first = article.text.lstrip().split("\n", 1)[0].strip(" .:*#|").lower()
    labels = {parts[0].strip(), parts[-1].strip()} if len(parts) > 1 else set()
    return labels | ({first} if len(first) < _SHORT else set())


def _segments(url: str) -> set[str]:
    return set(_SEGMENT.split(url.lower()))
