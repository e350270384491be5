"""One record of an authority, as it stands in a snapshot; the unit that every source is turned into."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.errors import SourceError

TYPES = ("organization", "place", "person", "concept", "other")
QID = re.compile(r"Q[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Record:
    """An item of Wikidata, or of ROR or GeoNames where Wikidata is not known to have one."""

    item: str
    """`Q46913`, or `ror:057ckzt47`, `geonames:1793511`, `iso3166-2:CN-SX`."""
    label: str
    type: str
    types: tuple[str, ...] = ()
    """Finer types of the source."""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    region: str = ""
    """Name of the first-level place it lies in."""
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    population: int | None = None
    start: int | None = None
    """Year of birth or foundation."""
    stop: int | None = None
    """Year of death or end."""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Name by language."""
    aliases: tuple[str, ...] = ()
    """Other names in any language, acronyms included."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """`ror`, `isni`, `geonames`, `iso3166`, `iso3166-2` -> identifier."""
    parents: tuple[str, ...] = ()
    """Items it is a part of."""
    refs: Mapping[str, str] = field(default_factory=dict)
    """`country` and `within` as items, resolved when the snapshot is finished."""
    sources: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name once, the label first."""
        return tuple(dict.fromkeys((self.label, *self.labels.values(), *self.aliases)))


def record_of(row: object, where: str) -> Record:
    """Return the record of a JSON object of the lines format; SourceError names what is wrong."""
    if not isinstance(row, dict):
        raise SourceError(f"{where}: not a JSON object")
    item, label, kind = (row.get("item") or row.get("qid")), row.get("label"), row.get("type")
    if not isinstance(item, str) or not item or not isinstance(label, str) or not label.strip():
        raise SourceError(f"{where}: needs qid (or item) and label")
    if kind not in TYPES:
        raise SourceError(f"{where}: type is {kind!r}, not one of {', '.join(TYPES)}")
    try:
        return Record(
            item=item,
            label=label.strip(),
            type=kind,
            types=_words(row.get("types")),
            country=str(row.get("country") or ""),
            region=str(row.get("region") or ""),
            city=str(row.get("city") or ""),
            lat=_number(row.get("lat")),
            lon=_number(row.get("lon")),
            population=_whole(row.get("population")),
            start=_whole(row.get("start")),
            stop=_whole(row.get("stop")),
            description=str(row.get("description") or ""),
            labels=_named(row.get("labels")),
            aliases=_words(row.get("aliases")),
            ids={k: v.removeprefix("https://ror.org/") for k, v in _named(row.get("ids")).items()},
            parents=_words(row.get("parents")),
            refs=_named(row.get("refs")),
            sources=_words(row.get("sources")),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise SourceError(f"{where}: {error}") from error


def as_row(record: Record) -> dict[str, Any]:
    """Return the record as the lines format writes it; what is unknown is left out."""
    row: dict[str, Any] = {"item": record.item, "label": record.label, "type": record.type}
    for name in ("country", "region", "city", "lat", "lon", "population", "start", "stop", "description"):
        if (value := getattr(record, name)) not in (None, ""):
            row[name] = value
    for name in ("types", "aliases", "parents", "sources"):
        if value := getattr(record, name):
            row[name] = list(value)
    for name in ("labels", "ids", "refs"):
        if value := getattr(record, name):
            row[name] = dict(sorted(value.items()))
    return row


def joined(one: Record, other: Record) -> Record:
    """Return one record of two of the same item: the first one's facts, completed from the second."""
    known = {name for name in one.names if name}
    more = tuple(name for name in other.names if name not in known)
    values = {name: getattr(one, name) for name in one.__slots__}
    for name in ("country", "region", "city", "description", "lat", "lon", "population", "start", "stop"):
        if values[name] in (None, ""):
            values[name] = getattr(other, name)
    values["labels"] = {**other.labels, **one.labels}
    values["ids"] = {**other.ids, **one.ids}
    values["refs"] = {**other.refs, **one.refs}
    values["aliases"] = (*one.aliases, *more)
    for name in ("types", "parents", "sources"):
        values[name] = tuple(dict.fromkeys((*getattr(one, name), *getattr(other, name))))
    return Record(**values)


def _words(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise TypeError(f"{value!r} is not a list of strings")
    return tuple(value)


def _named(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return {str(key): str(part) for key, part in value.items()}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
