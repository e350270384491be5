"""The words around a name, read for places: countries, regions and towns, each in its role."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kg.gazetteer import PlaceRecord, demonym, within_chain
from kg.gazetteer import candidates as gazetteer
from kg.link.authority.folding import content, fold, has_han, is_general, words_of
from kg.link.authority.snapshot import Name, Snapshot
from kg.resources import resource

_WORD = re.compile(r"[^\W_](?:[\w'’.\-]*[^\W_])?")
_HAN_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}")
_LONGEST, _LONGEST_HAN = 4, 8
_TOWN = 2
_LARGE = 100_000
"""A town of so many people is meant by its bare name."""
_PEOPLE = (
    r"(?:partners?|visitors?|guests?|counterparts?|delegat\w+|experts?|doctors?|researchers?|officials?|students?|"
    r"staff|colleagues?|teams?|investors?|compan(?:y|ies)|firms|those|peers|specialists|scholars|engineers|"
    r"institutions?|universit(?:y|ies)|hospitals?)"
)
_AWAY_BEFORE = re.compile(
    rf"{_PEOPLE}(?:\s+\w+){{0,2}}?\s+(?:in|of)\s+(?:the\s+)?$|\bfrom\s+(?:the\s+)?$"
    r"|(?<!returned)(?<!back)\s(?:with|between|to|for|via|through|toward|towards)\s+(?:the\s+)?$"
    r"|\b(?:partenaires|socios|partnern|parceiros|partner|партн\w+|gästen|invités)\s+(?:de|du|da|do|des|aus|di|из)\s+$"
    r"|(?:与|和|同|赴|来自|對|对|跟|訪|访问|前往|抵达)$|\b(?:avec|mit|con|com|с|из)\s+$",
    re.IGNORECASE,
)
_AWAY_AFTER = re.compile(
    r"\s+(?:\w+\s+)?(?:partners?|visitors?|guests?|counterparts?|colleagues?|investors?|peers|experts?|clients?)\b"
    r"|的?(?:\w{0,2}合作伙伴|专家|同行|客人|伙伴)",
    re.IGNORECASE,
)
_HOME_AFTER = re.compile(
    r"(?:,?\s+[\d-]{4,10}(?=,|\s))?[\s,(]*(?:(?:is|are|which\s+is)\s+)?(?:(?:based|located|headquartered)\s+)?(?:in|at|near|of|de|à|en|in)?[\s,(]*"
    r"(?:the\s+)?(?:(?:state|province|city|town|district)\s+of\s+)?"
    r"|\s*[,(]\s*(?:a|an|the)\s+(?:[\w-]+\s+){1,3}(?:in|of|from)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_HOME_BEFORE = re.compile(r"(?:['’]s|-based|,?\s+where|:|省|市|的)?\s*(?:the\s+)?", re.IGNORECASE)
_LIKELY_BEFORE = re.compile(
    r",\s+(?:(?:the|a|an)\s+(?:[\w-]+\s+){1,3}(?:of|at|from|for)\s+)?(?:the\s+)?", re.IGNORECASE
)
"""`In Lyon, the director of`: it may be where the body is, or where the talks were."""
_PEOPLE_OF = re.compile(r"\s+(?:[\w-]+\s+){1,4}?(?:from|of|at|by)\s+(?:the\s+)?", re.IGNORECASE)
"""Between a demonym and the body that its people are of."""
_CHAIN = re.compile(r"(?:,?\s+[\d-]{4,10}(?=,|\s))?[\s,(]*(?:in\s+)?(?:the\s+)?", re.IGNORECASE)
HOME, LIKELY, NEAR, AWAY = 1.0, 0.9, 0.75, 0.25
"""How much a place tells of where a thing is: it stands beside its name, somewhere, or is said of others."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One place that a name in the text can mean."""

    country: str
    region: str
    """Folded name of the first-level place it lies in, or is."""
    name: str
    """Folded own name; nothing for a country."""
    rank: int
    """0 a country, 1 a first-level place, 2 any other."""
    people: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place name in the text."""

    start: int
    end: int
    key: str
    role: float
    readings: tuple[Reading, ...]
    sure: bool
    """Whether the likeliest reading may be held against a candidate."""


def spots(text: str, mentions: Sequence[tuple[int, int]], snapshot: Snapshot) -> list[Spot]:
    """Return the places that a text names outside the given stretches, in text order."""
    spans = [span for span in _spans(text) if not any(a < span[1] and span[0] < b for a, b in mentions)]
    known = _readings({key for *_, key in spans}, snapshot)
    found: list[Spot] = []
    for start, end, key in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        told = _joined(_stated(text[start:end]), known.get(key, ()))
        if told and not any(s.start < end and start < s.end for s in found):
            found.append(Spot(start, end, key, _role(text, start, end, mentions), told, sure=True))
    return _settled(text, sorted(found, key=lambda s: s.start))


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    words = list(_WORD.finditer(text))
    for at, first in enumerate(words):
        if not _opens(first.group()):
            continue
        for last in range(at, min(at + _LONGEST, len(words))):
            end = words[last].end()
            if last > at and not re.fullmatch(
                r"\.?[\s\-]+", text[words[last - 1].end() : words[last].start()]
            ):
                break
            if _opens(words[last].group()):
                yield from _span(text, first.start(), end)
    for run in _HAN_RUN.finditer(text):
        for start in range(run.start(), run.end() - 1):
            for end in range(start + 2, min(start + _LONGEST_HAN, run.end()) + 1):
                if text[start:end] not in words_of("not places"):
                    yield start, end, fold(text[start:end])


def _span(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    surface = text[start:end]
    if surface.endswith(("'s", "’s")):
        surface, end = surface[:-2], end - 2
    key = fold(surface)
    if not key or key in words_of("not places") or all(is_general(word) for word in content(key)):
        return
    yield start, end, key
    # Languages with cases change the end of a name.
    if " " not in key and len(key) > 4 and "а" <= key[0] <= "я":  # noqa: PLR2004  short words change more than their end
        yield start, end, key[:-1]


def _opens(word: str) -> bool:
    return word[0].isupper() or (word[0].lower() == word[0].upper() and word[0].isalpha())


def _readings(keys: set[str], snapshot: Snapshot) -> dict[str, tuple[Reading, ...]]:
    named = snapshot.named(keys, type="place")
    rows = snapshot.places(item for items in named.values() for item, kind in items if kind is not Name.SHORT)
    found: dict[str, tuple[Reading, ...]] = {}
    for key, items in named.items():
        told = {_reading(*rows[item]) for item, _ in items if item in rows}
        if told:
            found[key] = tuple(sorted(told, key=lambda r: (r.rank, -r.people, r.country, r.region, r.name)))
    return found


def _reading(label: str, types: str, country: str, region: str, people: int) -> Reading:
    if '"country"' in types:
        return Reading(country, "", "", 0, people)
    own = fold(label)
    rank = 1 if '"subdivision"' in types or (fold(region) == own and not people) else 2
    return Reading(country, own if rank == 1 else fold(region), own, rank, people)


def _joined(stated: tuple[Reading, ...], known: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Put what everyone knows first; the name of a country or region may be a town's too."""
    return (*stated, *(r for r in known if not any(_one_place(r, s) for s in stated)))


def _one_place(one: Reading, other: Reading) -> bool:
    same = one.country == other.country and one.rank == other.rank
    return same and (one.rank == 0 or one.region == other.region)


def _stated(surface: str) -> tuple[Reading, ...]:
    """Return what a demonym, a well-known place or a region's short form says."""
    found = demonym(surface)
    records = gazetteer(surface) or ((found,) if found is not None else ())
    readings = [r for record in records if (r := _known(record)) is not None]
    short = _regions().get(surface.rstrip("."), ())
    return tuple(
        dict.fromkeys([*readings, *(r for r in short if not any(_one_place(r, s) for s in readings))])
    )


def _known(record: PlaceRecord) -> Reading | None:
    chain = (record, *within_chain(record.slug))
    code = next((p.iso for p in chain if p.kind == "country"), "")
    if not code:
        return None
    if record.kind == "country":
        return Reading(code, "", "", 0)
    region = next((fold(p.names["en"]) for p in chain if p.kind == "province"), "")
    people = _LARGE if record.capital_of else 0
    return Reading(code, region, fold(record.names["en"]), 1 if record.kind == "province" else 2, people)


@cache
def _regions() -> dict[str, tuple[Reading, ...]]:
    with resource("linking/regions.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines, delimiter="\t") if not row[0].startswith("#")]
    found: dict[str, tuple[Reading, ...]] = {}
    for country, name, forms in rows:
        for form in (name, *forms.split("; ")):
            found[form] = (*found.get(form, ()), Reading(country, fold(name), fold(name), 1))
    return found


def _role(text: str, start: int, end: int, mentions: Sequence[tuple[int, int]]) -> float:
    for low, high in mentions:
        if high <= start and _HOME_AFTER.fullmatch(text, high, start):
            return HOME
        if end <= low and _HOME_BEFORE.fullmatch(text, end, low):
            return HOME
        if end <= low and _PEOPLE_OF.fullmatch(text, end, low) and demonym(text[start:end]) is not None:
            return HOME
    if any(end <= low and _LIKELY_BEFORE.fullmatch(text, end, low) for low, _ in mentions):
        return LIKELY
    if _AWAY_BEFORE.search(text[max(0, start - 60) : start]) or _AWAY_AFTER.match(text[end : end + 20]):
        return AWAY
    return NEAR


def _settled(text: str, found: list[Spot]) -> list[Spot]:
    """Narrow each place to what its neighbour, the other places and its size say it is."""
    settled: list[Spot] = []
    for number, spot in enumerate(found):
        after = found[number + 1] if number + 1 < len(found) else None
        chained = after is not None and _CHAIN.fullmatch(text, spot.end, after.start) is not None
        inside = [r for r in spot.readings if after is not None and chained and _within(r, after.readings)]
        others = [o for o in found if o is not spot]
        near = [r for r in spot.readings if any(_within(r, o.readings) for o in others)]
        told = inside or near
        likely = told[0] if told else spot.readings[0]
        sure = bool(told) or _is_sure(spot.readings)
        kept = tuple(inside) or spot.readings
        settled.append(replace(spot, readings=(likely, *(r for r in kept if r != likely)), sure=sure))
    return _same_role(text, settled)


def _is_sure(readings: Sequence[Reading]) -> bool:
    large = {r.country for r in readings if r.rank < _TOWN}
    if len(large) > 1:  # Georgia is a country and a state
        return False
    first = readings[0]
    return first.rank < _TOWN or first.people >= _LARGE or len({r.country for r in readings}) == 1


def _within(inner: Reading, outer: Sequence[Reading]) -> bool:
    return any(
        inner.country == o.country and inner.rank > o.rank and (o.rank == 0 or inner.region == o.region)
        for o in outer
    )


def _same_role(text: str, found: list[Spot]) -> list[Spot]:
    """In `Nashville, the United States` both are as near to the name as the first."""
    for at in range(len(found) - 1):
        one, two = found[at], found[at + 1]
        if _CHAIN.fullmatch(text, one.end, two.start) and any(_within(r, two.readings) for r in one.readings):
            found[at + 1] = replace(two, role=one.role)
    return found


def is_foreign_script(text: str) -> bool:
    """Tell whether a text is written in other letters than Latin."""
    return has_han(text) or any(c > "\u02af" and c.isalpha() for c in text[:20])
