"""Stage 2, its door: an article without a single word that could tell of a fact is not parsed."""

import re
from functools import cache

from kg.extract.tables import bargains, institution_heads, table, titles, triggers, words
from kg.model import Article, ZoneKind

_LONGEST_ENDING = 4
"""Letters that may follow a word's stem: `delegat|ions`."""


def may_tell(article: Article) -> bool:
    """Return whether the article has any word of an event, an agreement, a delegation or an office."""
    pattern = _pattern()
    zones = [zone for zone in article.zones if zone.kind is not ZoneKind.BOILERPLATE]
    return any(pattern.search(article.text, zone.start, zone.end) for zone in zones)


@cache
def _pattern() -> re.Pattern[str]:
    stems = sorted({_stem(word) for word in _words()})
    return re.compile(rf"\b(?:{'|'.join(stems)})\w{{0,{_LONGEST_ENDING}}}\b", re.IGNORECASE)


def _words() -> frozenset[str]:
    groups, events, deals = table("groups"), table("events"), bargains()
    # A verb that only some subjects make telling, such as be or go, opens no door by itself.
    told = [t.verbs | t.nouns for t in (*triggers("events"), *deals.kinds) if not t.subjects]
    phrases = frozenset(phrase for listed in deals.phrases.values() for phrase in listed)
    more = [
        words(groups[name]) for name in ("groups", "delegations", "travellers", "away", "counted", "bodies")
    ]
    return frozenset().union(
        *told,
        *more,
        *deals.together.values(),
        phrases,
        deals.joining,
        deals.pairing,
        deals.sistering,
        deals.buying,
        deals.ordering,
        deals.twins,
        {"agree"},
        titles().heads,
        _heads(),
        words(events["irregular"]),
    )


def _heads() -> frozenset[str]:
    """Return the words that names of institutions end in."""
    return frozenset(word.lower() for word in institution_heads())


def _stem(word: str) -> str:
    """Return what all forms of a regular word begin with, as a pattern."""
    if word.endswith("y"):
        return f"{re.escape(word[:-1])}(?:y|i)"
    return re.escape(word.removesuffix("e"))
