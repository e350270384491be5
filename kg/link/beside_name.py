"""Places that stand beside an institution's name: `Trinity Hospital in Cork`, `Kenya's Ministry of Health`.

They only tell bodies of one name apart; nothing is asserted of them.
"""

import re
from collections.abc import Iterator

from kg.gazetteer import demonym, lookup
from kg.link.mentions import Mention

_AFTER = re.compile(
    r"\s*(?P<link>,| in| of|, based in| at)\s+(?P<place>[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+){0,2})"
)
_BEFORE = re.compile(r"(?P<place>[A-Z][\w-]+(?:\s[A-Z][\w-]+){0,2})(?:['’]s?|-based)?\s+(?:the\s+)?$")
_HAN = re.compile(r"[\u3400-\u9fff]{2,8}$")
_SPANS, _REACH, _SHORTEST = 5, 60, 2


def places_beside(body: Mention, occasions: frozenset[str]) -> set[str]:
    """Return the gazetteer's places that stand right beside a name, by slug.

    Where something happened (`occasions`) may follow who was there: `signed with the hospital in Leeds`.
    """
    text, found = body.article.text, set[str]()
    for span in body.entity.evidence[:_SPANS]:
        found |= {slug for slug in _after(text[span.end : span.end + _REACH]) if slug not in occasions}
        found |= set(_before(text[max(0, span.start - _REACH) : span.start]))
    return found


def _after(text: str) -> Iterator[str]:
    told = _AFTER.match(text)
    if told is not None and (slug := _longest(told["place"].split(), first=True)):
        yield slug


def _before(text: str) -> Iterator[str]:
    if (told := _HAN.search(text)) is not None:
        stretches = (told[0][start:] for start in range(len(told[0]) - _SHORTEST + 1))
        record = next((record for stretch in stretches if (record := lookup(stretch)) is not None), None)
        if record is not None:
            yield record.slug
    elif (told := _BEFORE.search(text)) is not None and (
        slug := _longest(told["place"].split(), first=False)
    ):
        yield slug


def _longest(words: list[str], *, first: bool) -> str:
    """Return the place that the most words from that end name; one word may also be of its people."""
    for size in range(len(words), 0, -1):
        part = re.sub(r"['’]s?$", "", " ".join(words[:size] if first else words[-size:]))
        record = lookup(part) or (demonym(part) if size == 1 and not first else None)
        if record is not None:
            return record.slug
    return ""
