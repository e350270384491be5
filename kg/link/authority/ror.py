"""A ROR release (schema 1 or 2, .json or the .zip as published) -> records."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.errors import SourceError
from kg.link.authority.lines import opened
from kg.link.authority.records import QID, Record

_SUFFIX = re.compile(r" \([^()]+\)$")
"""ROR tells branches of a company apart by a country in brackets; the name is what stands before."""


def read_ror(path: Path) -> Iterator[Record]:
    """Return the active bodies of a release, each by its Wikidata item where ROR has exactly one.

    Raises SourceError when the file is not a ROR release.
    """
    try:
        with opened(path) as stream:
            rows = json.load(stream)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: {error}") from error
    if not isinstance(rows, list):
        raise SourceError(f"{path}: not a ROR release: no list of records")
    for number, row in enumerate(rows, start=1):
        try:
            record = _second(row) if "names" in row else _first(row)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise SourceError(f"{path}, record {number}: not a ROR record: {error!r}") from error
        if row.get("status", "active") == "active":
            yield record


def _second(row: Mapping[str, Any]) -> Record:
    names = row["names"]
    shown = next(n["value"] for n in names if "ror_display" in n["types"])
    place = (row.get("locations") or [{}])[0]
    details = place.get("geonames_details") or {}
    externals = {e["type"]: (e.get("all") or [], e.get("preferred")) for e in row.get("external_ids", [])}
    return _record(
        row,
        label=shown,
        labels={n["lang"]: n["value"] for n in names if "label" in n["types"] and n.get("lang")},
        others=[n["value"] for n in names],
        place=(
            details.get("country_code") or "",
            details.get("country_subdivision_name") or "",
            details.get("name") or "",
            details.get("lat"),
            details.get("lng"),
        ),
        externals=externals,
    )


def _first(row: Mapping[str, Any]) -> Record:
    address = (row.get("addresses") or [{}])[0]
    city = address.get("geonames_city") or {}
    region = (city.get("geonames_admin1") or {}).get("name") or address.get("state") or ""
    externals = {
        name.lower(): (_several(e.get("all")), e.get("preferred")) for name, e in row["external_ids"].items()
    }
    labels = {n["iso639"]: n["label"] for n in row.get("labels", []) if n.get("iso639")}
    return _record(
        row,
        label=row["name"],
        labels=labels,
        others=[*row.get("aliases", []), *row.get("acronyms", [])],
        place=(
            (row.get("country") or {}).get("country_code") or "",
            region,
            address.get("city") or city.get("city") or "",
            address.get("lat"),
            address.get("lng"),
        ),
        externals=externals,
    )


def _record(
    row: Mapping[str, Any],
    *,
    label: str,
    labels: dict[str, str],
    others: list[str],
    place: tuple[str, str, str, float | None, float | None],
    externals: Mapping[str, tuple[list[str], str | None]],
) -> Record:
    ror = row["id"].removeprefix("https://ror.org/")
    every, preferred = externals.get("wikidata", ([], None))
    items = [preferred] if preferred else every
    item = items[0] if len(items) == 1 and QID.fullmatch(items[0]) else f"ror:{ror}"
    isni, _ = externals.get("isni", ([], None))
    plain = _SUFFIX.sub("", label)
    country, region, city, lat, lon = place
    return Record(
        item=item,
        label=plain,
        type="organization",
        types=tuple(sorted(kind.lower() for kind in row.get("types", []))),
        country=country,
        region=region,
        city=city,
        lat=lat,
        lon=lon,
        start=row.get("established"),
        labels=dict(sorted(labels.items())),
        aliases=tuple(name for name in dict.fromkeys(others) if name not in (label, plain)),
        ids={"ror": ror} | ({"isni": isni[0]} if len(isni) == 1 else {}),
        parents=tuple(
            "ror:" + r["id"].removeprefix("https://ror.org/")
            for r in row.get("relationships", [])
            if r["type"].lower() == "parent"
        ),
        sources=("ror",),
    )


def _several(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []
