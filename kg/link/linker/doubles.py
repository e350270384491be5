"""A town and the district around it have one name: a bare name means the town, if it is most of it."""

from collections.abc import Sequence

from kg.link.authority.folding import fold
from kg.link.authority.records import Record
from kg.link.linker.finding import Found

_NEAR = 0.5
"""Degrees between a town and the middle of its district."""
_MOST_OF_IT = 0.25
"""Share of a province's people from which its name means the town: so in Moscow, not in Jilin."""


def doubled(found: Sequence[Found]) -> set[int]:
    """Return the rows of places that a town of the same name among the candidates stands for."""
    places = [one for one in found if one.record.type == "place" and "country" not in one.record.types]
    return {
        one.number
        for one in places
        if any(_stands_for(other.record, one.record) for other in places if other is not one)
    }


def _stands_for(town: Record, around: Record) -> bool:
    if town.country != around.country or _rank(town) >= _rank(around):
        return False
    near = _is_near(town, around) or fold(town.region) in {fold(around.label), fold(around.region)}
    share = (town.population or 0) / around.population if around.population else 1.0
    return near and share >= _MOST_OF_IT


def _rank(record: Record) -> int:
    town, part = "city" in record.types, "subdivision" in record.types
    return (0 if not part else 1) if town else 2


def _is_near(one: Record, other: Record) -> bool:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return False
    return abs(one.lat - other.lat) < _NEAR and abs(one.lon - other.lon) < _NEAR
