"""Stage evaluate, its ear for names: how likely two of them denote one thing."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from kg.evaluate.name_words import COUNTRY_SYNONYMS, GENERIC, LEGAL_FORMS, STOP_WORDS, TITLES

_POSSESSIVE = re.compile(r"[’'`´]s\b")
_APOSTROPHE = re.compile(r"[’'`´]")
_WORD = re.compile(r"[^\W_]+")
_EAST_ASIAN = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_ONE_NAME = {other: name for name, others in COUNTRY_SYNONYMS.items() for other in others}
_REMEMBERED = 200_000
_PLACE_WORDS = 3
_ACRONYM = range(3, 9)
_MOST, _ENOUGH, _ENOUGH_OF_A_PLACE = 0.75, 0.6, 0.5
"""Shares of the longer name that the shorter one must make up."""


class NameOf(StrEnum):
    """What a name is the name of; each has its own idea of sameness."""

    INSTITUTION = "institution"
    PERSON = "person"
    PLACE = "place"


_IGNORED = {NameOf.INSTITUTION: LEGAL_FORMS, NameOf.PERSON: TITLES, NameOf.PLACE: frozenset[str]()}


@lru_cache(_REMEMBERED)
def folded(text: str) -> str:
    """Return a text without case, accents, wide letters and apostrophes."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    lower = unicodedata.normalize("NFKC", bare).lower()
    return _APOSTROPHE.sub("", _POSSESSIVE.sub("", lower))


@lru_cache(_REMEMBERED)
def words(text: str, ignored: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the words that tell one name from another."""
    return tuple(w for w in _WORD.findall(folded(text)) if w not in STOP_WORDS and w not in ignored)


@lru_cache(_REMEMBERED)
def letters(text: str) -> str:
    """Return a text's letters and digits alone."""
    return "".join(c for c in folded(text) if c.isalnum())


def east_asian(text: str) -> bool:
    """Return whether a text has Chinese, Japanese or Korean letters."""
    return _EAST_ASIAN.search(text) is not None


@lru_cache(_REMEMBERED)
def similarity(one: str, other: str, name_of: NameOf = NameOf.INSTITUTION) -> float:
    """Return from 0 (two things) to 1 (the same name)."""
    if not one or not other:
        return 0
    if _same_country(one, other):
        return 1
    if east_asian(one) or east_asian(other):
        return _by_letters(letters(one), letters(other), name_of)
    return _by_words(one, other, name_of)


def best_similarity(ones: Iterable[str], others: Iterable[str], name_of: NameOf) -> float:
    """Return the similarity of the two most similar names."""
    others = tuple(others)
    return max((similarity(a, b, name_of) for a in ones for b in others), default=0)


@lru_cache(_REMEMBERED)
def party_similarity(one: str, other: str) -> float:
    """Return the similarity of names that may be of institutions, persons or places."""
    found = max(similarity(one, other, NameOf.INSTITUTION), similarity(one, other, NameOf.PERSON))
    if max(len(words(one)), len(words(other))) <= _PLACE_WORDS:
        return max(found, similarity(one, other, NameOf.PLACE))
    return found


def shared_words(one: str, other: str) -> float:
    """Return how much of the shorter wording stands in the other."""
    if east_asian(one) or east_asian(other):
        a, b = set(letters(one)), set(letters(other))
    else:
        a, b = set(words(one)), set(words(other))
    return len(a & b) / max(1, min(len(a), len(b)))


def _same_country(one: str, other: str) -> bool:
    a, b = _country(one), _country(other)
    return bool(a or b) and (a or letters(one)) == (b or letters(other))


def _country(name: str) -> str | None:
    plain = letters(name)
    return _ONE_NAME.get(plain) or _ONE_NAME.get(plain.removeprefix("the"))


def _by_letters(one: str, other: str, name_of: NameOf) -> float:
    if one == other:
        return 1 if one else 0
    short, long = sorted((one, other), key=len)
    enough = _ENOUGH_OF_A_PLACE if name_of is NameOf.PLACE else _ENOUGH
    contained = len(short) > 1 and short in long and len(short) / len(long) >= enough
    return 0.8 if contained else 0


def _by_words(one: str, other: str, name_of: NameOf) -> float:
    a, b = words(one, _IGNORED[name_of]), words(other, _IGNORED[name_of])
    if not a or not b:
        return 0
    if set(a) == set(b) or "".join(a) == "".join(b):
        return 1 if "".join(a) == "".join(b) else 0.95
    short, long = sorted((a, b), key=len)
    if name_of is NameOf.PERSON:
        return _of_persons(short, long)
    found = _by_containment(short, long, name_of)
    if found or name_of is NameOf.PLACE:
        return found
    return 0.8 if _is_acronym(one, b) or _is_acronym(other, a) else _by_common_words(set(a), set(b))


def _of_persons(short: tuple[str, ...], long: tuple[str, ...]) -> float:
    if len(short) == 1:
        return 0.5 if short[0] in (long[0], long[-1]) else 0
    if set(short) <= set(long):
        return 0.85
    initial = short[0][0] == long[0][0] and 1 in (len(short[0]), len(long[0]))
    return 0.8 if initial and short[-1] == long[-1] else 0


def _by_containment(short: tuple[str, ...], long: tuple[str, ...], name_of: NameOf) -> float:
    inner, outer = set(short), set(long)
    share = len(inner) / len(outer)
    place = name_of is NameOf.PLACE
    if not inner <= outer or share < (_ENOUGH_OF_A_PLACE if place else _ENOUGH):
        return 0
    if place or inner - GENERIC:
        return 0.6 + 0.3 * share
    # "Ministry of Law" may stand for "Singapore Ministry of Law", but not for "Ministry of Law and Health".
    return 0.6 if len(inner) > 1 and not (outer - inner) & GENERIC else 0


def _is_acronym(name: str, full: tuple[str, ...]) -> bool:
    capitals = re.sub(r"[^A-Za-z]", "", name)
    initials = "".join(word[0] for word in full)
    return len(capitals) in _ACRONYM and capitals.isupper() and capitals.lower() == initials


def _by_common_words(one: set[str], other: set[str]) -> float:
    common = one & other
    alike = len(common) / len(one | other) >= _MOST
    told_apart = (one ^ other) - GENERIC - LEGAL_FORMS
    return 0.7 if alike and common - GENERIC and not told_apart else 0
