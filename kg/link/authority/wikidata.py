"""An entity of a Wikidata JSON dump -> a record, where it is a body, place or person worth keeping."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kg.link.authority.records import Record

LANGUAGES = (
    "en",
    "mul",
    "zh",
    "zh-hans",
    "zh-hant",
    "zh-cn",
    "ja",
    "ko",
    "ru",
    "ar",
    "de",
    "es",
    "fr",
    "it",
    "pt",
)
KEPT = ("organization", "place")
"""What is kept unless asked otherwise: humans are ten million and need `--keep person`."""
_HUMAN = "Q5"
_INTERNAL = frozenset(("Q4167410", "Q4167836", "Q11266439", "Q13406463", "Q17442446"))
"""Disambiguation pages, categories, templates, lists: items about Wikipedia itself."""
_SIGNS: Mapping[str, tuple[bytes, ...]] = {
    # ROR, ISNI with a seat, GRID; GeoNames, ISO 3166-1 and -2.
    "organization": (b'"P6782"', b'"P2427"', b'"P159"'),
    "place": (b'"P1566"', b'"P297"', b'"P300"'),
    "person": (b'"P569"',),
}
_YEAR = re.compile(r"([+-]\d+)-")
_IDS = {"ror": "P6782", "isni": "P213", "geonames": "P1566", "iso3166": "P297", "iso3166-2": "P300"}


def may_be_kept(line: bytes, kept: Collection[str]) -> bool:
    """Tell by its bytes whether a line of the dump is worth parsing; parsing is the dear part."""
    return any(sign in line for kind in kept for sign in _SIGNS[kind])


def read_entity(line: bytes, kept: Collection[str], languages: Collection[str] = LANGUAGES) -> Record | None:
    """Return the record of one line of the dump, or nothing where it is not to be kept.

    Raises ValueError when the line is no entity.
    """
    entity = json.loads(line.strip().rstrip(b","))
    if not isinstance(entity, dict) or "id" not in entity:
        raise ValueError("no entity")
    if entity.get("type") != "item":
        return None
    claims = entity.get("claims") or {}
    classes = tuple(_items(claims, "P31"))
    kind = _kind(claims, classes)
    label = _label(entity, languages)
    if kind not in kept or label is None:
        return None
    return _record(entity, kind, classes, label=label, languages=languages)


def _kind(claims: Mapping[str, Any], classes: Collection[str]) -> str:
    if _INTERNAL & set(classes):
        return ""
    if _HUMAN in classes:
        return "person"
    if any(p in claims for p in ("P297", "P300")) or ("P1566" in claims and "P6782" not in claims):
        return "place"
    return "organization" if any(p in claims for p in ("P6782", "P2427", "P159")) else ""


def _label(entity: Mapping[str, Any], languages: Collection[str]) -> str | None:
    labels = entity.get("labels") or {}
    return next((labels[code]["value"] for code in languages if code in labels), None)


def _record(
    entity: Mapping[str, Any],
    kind: str,
    classes: tuple[str, ...],
    *,
    label: str,
    languages: Collection[str],
) -> Record:
    claims = entity["claims"]
    ids = {name: value for name, p in _IDS.items() if (value := _text(claims, p)) is not None}
    lat, lon = _point(claims)
    finer = {"iso3166": "country", "iso3166-2": "subdivision"} if kind == "place" else {}
    refs = {"country": _first(claims, "P17", "P27"), "within": _first(claims, "P131", "P159")}
    people = _value(claims, "P1082")
    return Record(
        item=entity["id"],
        label=label,
        type=kind,
        types=(*classes, *(word for scheme, word in finer.items() if scheme in ids)),
        lat=lat,
        lon=lon,
        population=int(float(people["amount"])) if people else None,
        start=_year(claims, "P569", "P571"),
        stop=_year(claims, "P570", "P576"),
        description=((entity.get("descriptions") or {}).get("en") or {}).get("value", ""),
        labels={c: v["value"] for c, v in sorted((entity.get("labels") or {}).items()) if c in languages},
        aliases=tuple(
            dict.fromkeys(
                a["value"]
                for code, several in sorted((entity.get("aliases") or {}).items())
                if code in languages
                for a in several
            )
        ),
        country=ids.get("iso3166", ""),
        ids=ids,
        parents=tuple(dict.fromkeys([*_items(claims, "P749"), *_items(claims, "P361")])),
        refs={name: item for name, item in refs.items() if item is not None and "iso3166" not in ids},
        sources=("wikidata",),
    )


def _statements(claims: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the statements that hold: the preferred ones, else the normal ones, never deprecated ones."""
    every = [c for c in claims.get(name, ()) if c.get("rank") != "deprecated"]
    best = [c for c in every if c.get("rank") == "preferred"]
    return [c["mainsnak"] for c in best or every if c["mainsnak"].get("snaktype") == "value"]


def _value(claims: Mapping[str, Any], name: str) -> Any:
    return next((snak["datavalue"]["value"] for snak in _statements(claims, name)), None)


def _items(claims: Mapping[str, Any], name: str) -> Iterator[str]:
    for snak in _statements(claims, name):
        if isinstance(value := snak["datavalue"]["value"], dict) and "id" in value:
            yield value["id"]


def _first(claims: Mapping[str, Any], *names: str) -> str | None:
    return next((item for name in names for item in _items(claims, name)), None)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = _value(claims, name)
    return value if isinstance(value, str) else None


def _year(claims: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        if isinstance(value := _value(claims, name), dict) and (match := _YEAR.match(value.get("time", ""))):
            return int(match[1])
    return None


def _point(claims: Mapping[str, Any]) -> tuple[float | None, float | None]:
    value = _value(claims, "P625")
    return (value["latitude"], value["longitude"]) if isinstance(value, dict) else (None, None)
