"""What speaks for an item and against it: its place, kind, dates and size beside what the text says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kg.link.authority.folding import fold
from kg.link.authority.records import Record
from kg.link.linker.surroundings import AWAY, HOME, LIKELY, NEAR, Reading, Spot
from kg.resources import resource

CITY, REGION, COUNTRY, ELSEWHERE = 1.0, 0.85, 0.7, 0.55
"""How much it tells that a text names an item's town, its region, its country, or a town of that."""


_TOWN = 2
_UNLIKELY = 0.7


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """What the places of a text say of one item."""

    support: float = 0.0
    """0..1: how near the places of the text are to the item's."""
    clash: float = 0.0
    """The role of a place in another country that speaks louder than any support."""
    apart: float = 0.0
    """A place beside the name lies in another part of the country: .5 another town, 1 another region."""
    told: bool = False
    """Whether the text names any place."""


def place_evidence(record: Record, spots: Sequence[Spot], text: str) -> PlaceEvidence:
    """Weigh the places of a text for an item."""
    own = _Home(record)
    support, loudest, clash, apart = 0.0, 0.0, 0.0, 0.0
    for spot in spots:
        level = own.best_level(spot)
        value = level * _weight(spot.role)
        if value > support:
            support, loudest = value, spot.role
        # Countries stand beside countries in the news; that one is named says nothing of another.
        if level == 0 and spot.sure and own.country and (own.rank or not own.is_place or spot.role == HOME):
            clash = max(clash, spot.role)
        apart = max(apart, own.apart(spot, level))
    if (literal := own.literal(record, text, spots)) > support:
        support, loudest = literal, max(loudest, NEAR)
    return PlaceEvidence(support, clash if clash > loudest else 0.0, apart, bool(spots))


def _weight(role: float) -> float:
    return {HOME: 1.0, LIKELY: 0.95, NEAR: 0.85, AWAY: 0.35}[role]


class _Home:
    """Where an item is, in comparable form."""

    __slots__ = ("city", "country", "is_place", "names", "rank", "region")

    def __init__(self, record: Record) -> None:
        self.country = record.country
        self.region = fold(record.region)
        self.city = fold(record.city)
        self.is_place = record.type == "place"
        self.names = {fold(name) for name in record.names} if self.is_place else set()
        self.rank = 0 if "country" in record.types else 1 if "subdivision" in record.types else 2

    def literal(self, record: Record, text: str, spots: Sequence[Spot]) -> float:
        """Return how well the text names the item's town or region where no list of places knows them so."""
        roles = {spot.key: spot.role for spot in spots}
        if self.city and not self.is_place and _stands(record.city, text):
            return CITY * 0.9 * _weight(roles.get(self.city, NEAR))
        known = self.region in roles or self.region in self.names
        return REGION * 0.9 if self.region and not known and _stands(record.region, text) else 0.0

    def best_level(self, spot: Spot) -> float:
        """Return how well a place name fits; where it surely means one place, the others hardly count."""
        first = self.level(spot.readings[0], spot.key)
        if spot.sure and spot.readings[0].rank < _TOWN:
            return first
        others = max((self.level(reading, spot.key) for reading in spot.readings[1:]), default=0.0)
        return max(first, others * (_UNLIKELY if spot.sure else 1.0))

    def level(self, reading: Reading, key: str) -> float:
        """Return how well a reading of a place name fits; 0 where it lies elsewhere."""
        if not self.country or reading.country != self.country:
            return 0.0
        if self.is_place:
            return self._place_level(reading)
        if self.city and self.city in (reading.name, key) and reading.rank:
            same = (
                not self.region
                or not reading.region
                or reading.rank == 1
                or _alike(self.region, reading.region)
            )
            return CITY if same else REGION
        if reading.rank == 0:
            return COUNTRY
        return REGION if self.region and _alike(self.region, reading.region) else ELSEWHERE

    def apart(self, spot: Spot, level: float) -> float:
        """Return how surely a place of the text lies in another part of the item's country."""
        if not level or level > ELSEWHERE:
            return 0.0
        if self.is_place:
            return spot.role if self._is_elsewhere(spot) else 0.0
        near = spot.readings[0]
        if not near.rank or not spot.sure or spot.role < HOME or not self.city or self.city == spot.key:
            return 0.0
        return 1.0 if self.region and near.region and not _alike(self.region, near.region) else 0.5

    def _is_elsewhere(self, spot: Spot) -> bool:
        """Tell whether every place of the item's country that a name can mean lies in another region."""
        inside = [r for r in spot.readings if r.country == self.country]
        named = any(r.rank == 1 for r in inside) and all(r.rank for r in inside)
        return bool(self.region) and named and not any(_alike(self.region, r.region) for r in inside)

    def _place_level(self, reading: Reading) -> float:
        if reading.rank == 0:
            return COUNTRY
        if reading.rank == 1 and self.rank == 2:  # noqa: PLR2004  a town in a first-level place
            return CITY if self.region and _alike(self.region, reading.region) else ELSEWHERE
        if self.rank == 1 and reading.region in self.names:
            return REGION
        return REGION if self.region and _alike(self.region, reading.region) else ELSEWHERE


def _alike(one: str, other: str) -> bool:
    """Tell whether two names of regions are one but for a word such as `region` or `province`."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) > 3 and f" {short} " in f" {long} "  # noqa: PLR2004  `ile` is no region


def spoken(language: str, country: str) -> float:
    """Tell whether a text's language is one that bodies of a country have their names in."""
    return float(bool(country) and country in _countries().get(language.partition("-")[0], ()))


@cache
def _countries() -> dict[str, frozenset[str]]:
    lines = resource("linking/languages.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {language: frozenset(codes.split()) for language, _, codes in rows}


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
