"""Stage 2: the country that an article is written from, or the only one that it names."""

import re
from collections.abc import Iterator, Sequence

from kg import gazetteer
from kg.extract.marks import Mention, Sort
from kg.extract.places import known
from kg.model import Article

_DATELINE = re.compile(
    r"(?:^[*_\s]*([A-Z][\w’'.]*(?:[ -][A-Z][\w’'.]*){0,3})(?:,[^\n–—(]{0,40}?)?"
    r"|\b([A-Z]{3,}(?: [A-Z]+){0,2}), [A-Z][a-z]+\.? \d+)"
    r"[*_\s]*(?:\([^()\n]{2,40}\)\s*)?[*_]*\s(?:–|—|--?)\s",
    re.MULTILINE,
)
"""`LIMA, May 3 (Elm News) --`, at the beginning of a line or after a caption."""
_PARTY = re.compile(r"\s*[(,]\s*[DRI]-[A-Z]")
SENTENCE_END = re.compile(r"[.!?][”\"’')]*\s+[A-Z“\"‘]|\n")
_WORDS = re.compile(r"[A-Z][\w’'.]*")
_INSIDE = re.compile(r"['’]s? |\s[A-Z]")
"""What follows a country's name inside a longer one, or when something is the country's own."""
_LONGEST = 3
"""Words of a country's name."""


def country_of_dateline(article: Article, start: int) -> str | None:
    """Return the country of the dateline right before the sentence in which a stretch begins."""
    line = article.text.rfind("\n", 0, start) + 1
    found = list(_DATELINE.finditer(article.text, line, start))
    if not found or SENTENCE_END.search(article.text, found[-1].end(), start):
        return None
    name = found[-1][1] or found[-1][2]
    place = known(name) or known(name.title())
    country = gazetteer.country_of(place.slug) if place is not None and place.slug else None
    return country.names["en"] if country is not None else None


def in_congress(article: Article, end: int) -> bool:
    """Tell whether `(D-OH)` or `(R-Ohio)` follows a name, as with members of the American Congress."""
    return _PARTY.match(article.text, end) is not None


def only_country(article: Article, skipped: Sequence[tuple[int, int]] = ()) -> Mention | None:
    """Return the country that alone is named in an article, where a name or an adjective of it stands too.

    A country that is only named as a place (`visited Peru`) may be that of the others. The stretches to be
    skipped are names of bodies, which may be anywhere.
    """
    found = [
        (mention, tells) for mention, tells in _countries(article.text)
        if not any(start <= mention.start < end for start, end in skipped)
    ]  # fmt: skip
    telling = [mention for mention, tells in found if tells]
    return telling[0] if telling and len({mention.name for mention, _ in found}) == 1 else None


def country_of_publisher(article: Article, start: int) -> str | None:
    """Return the country in the publisher's name, unless the line in which a stretch begins names another."""
    told = {mention.name for mention, _ in _countries(article.publisher)}
    line = article.text.rfind("\n", 0, start) + 1
    end = article.text.find("\n", start)
    said = {m.name for m, _ in _countries(article.text[line : end if end > 0 else len(article.text)])}
    return min(told) if len(told) == 1 and said <= told else None


def _countries(text: str) -> Iterator[tuple[Mention, bool]]:
    found = list(_WORDS.finditer(text))
    for i, first in enumerate(found):
        for last in found[i : i + _LONGEST]:
            place = known(text[first.start() : last.end()].rstrip("."))
            country = gazetteer.country_of(place.slug) if place is not None and place.slug else None
            name = country.names["en"] if country is not None else ""
            if place is not None and (place.adjective or name):
                mention = Mention(Sort.NATION, first.start(), last.end(), name or place.name, place.kind)
                inside = place.kind == "country" and _INSIDE.match(text, last.end()) is not None
                yield mention, place.adjective or inside
