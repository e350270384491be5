"""Features of one candidate -> points: what each kind of evidence is worth, shown with each link."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kg.link.authority.folding import content, has_han
from kg.link.authority.records import Record
from kg.link.linker.evidence import PlaceEvidence
from kg.link.linker.finding import Found, Way
from kg.link.linker.persons import PersonEvidence
from kg.link.linker.surroundings import AWAY, HOME, LIKELY, NEAR
from kg.resources import resource

_CLASH = {HOME: "clash beside", LIKELY: "clash likely", NEAR: "clash near", AWAY: "clash away"}
_SMALL_TOWN = 3000
_GREAT = 5_000_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its features and their sum."""

    found: Found
    features: Mapping[str, float]
    """Name of the feature -> its value times its weight."""
    values: Mapping[str, float]
    points: float


def weigh(found: Found, values: Mapping[str, float]) -> Weighed:
    """Return the candidate with what each feature adds."""
    weights = _weights()[_group(found.record.type)]
    told = {"any": 1.0, f"name: {found.way}": 1.0, **values}
    told = {name: round(value, 4) for name, value in told.items() if value}
    added = {name: round(weights.get(name, 0.0) * value, 3) for name, value in told.items()}
    return Weighed(found, {n: v for n, v in added.items() if v}, told, round(sum(added.values()), 3))


def _group(kind: str) -> str:
    return kind if kind in _weights() else "other"


@cache
def _weights() -> dict[str, dict[str, float]]:
    groups: dict[str, dict[str, float]] = json.loads(
        resource("linking/weights.json").read_text(encoding="utf-8")
    )
    return groups


def place_values(evidence: PlaceEvidence) -> dict[str, float]:
    """Return the features of an item that has a place."""
    values = {"support": evidence.support, "apart": evidence.apart, "silent": float(not evidence.told)}
    if evidence.clash:
        values[_CLASH[evidence.clash]] = 1.0
    if not evidence.support and evidence.told:
        values["unsupported"] = 1.0
    return values


def body_values(found: Found, key: str, support: float) -> dict[str, float]:
    """Return the features of a body's name: how telling it is, how exact."""
    short = float(found.way is Way.SHORT)
    foreign = has_han(key) or any(c > "\u02af" for c in key if c.isalpha())
    words = min(len(key) / 2, 5) if has_han(key) else min(len(content(key)), 5)
    return {
        "rarity": found.rarity,
        "words": words / 5,
        "general": float(found.rarity == 0),
        "slips": float(found.slips),
        "short supported": short * support,
        "short, few letters": short * float(len(key) < 4),  # noqa: PLR2004  every such pair stands for many
        "script": float(foreign and found.way in (Way.LABEL, Way.LANGUAGE, Way.ALIAS)),
    }


def size_values(record: Record) -> dict[str, float]:
    """Return the features of a place's size: a bare name means the large one."""
    country = "country" in record.types
    people = record.population or (_GREAT if country else _SMALL_TOWN)
    region = "subdivision" in record.types
    return {
        "people": max(0.0, math.log10(max(people, 100)) - 3.5),
        "country": float(country),
        "region": float(region),
        "unknown size": float(record.population is None and not country and not region),
    }


def person_values(evidence: PersonEvidence) -> dict[str, float]:
    """Return the features of a person."""
    return {
        "occupation": max(0.0, evidence.occupation),
        "other occupation": float(evidence.occupation < 0),
        "dates": max(0.0, evidence.dates),
        "other dates": float(evidence.dates < 0),
        "occupation and dates": float(evidence.occupation > 0 and evidence.dates > 0),
    }


def ranked(weighed: Sequence[Weighed]) -> list[Weighed]:
    """Return the candidates by points, the older item first where they are equal."""
    return sorted(weighed, key=lambda w: (-w.points, len(w.found.record.item), w.found.record.item))
