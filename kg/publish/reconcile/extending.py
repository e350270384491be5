"""Stage 6, publish: values of properties for a list of things, as columns of a table."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from kg.publish.asking import Value
from kg.publish.errors import ProblemError
from kg.publish.labels import labels_of, short
from kg.publish.reconcile.answering import type_of
from kg.publish.reconcile.asked import clean
from kg.publish.reconcile.evidence import Held, held, paths_called
from kg.publish.reconcile.properties import Property, class_called, property_called
from kg.publish.site import Site
from kg.search import NameIndex, Thing, foreign_id

MOST_IDS = 200
_MOST_PROPERTIES = 20
_NUMBERS = ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger", "positiveInteger")
SETTINGS = [
    {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": "How many values to take at most; 0 takes all",
    }
]


def extended(
    site: Site, index: NameIndex, properties: Mapping[str, Property], asked: object
) -> dict[str, Any]:
    """Return the values of the properties that were asked for, a row for each id.

    Raises ProblemError for what is no such question.
    """
    ids, wanted = _ids(asked), _wanted(asked, properties)
    path_of = {each: next(iter(paths_called(site, index, clean(each))), "") for each in ids}
    paths = sorted({path for path in path_of.values() if path})
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {each: {} for each in ids}
    for name, (known, limit) in wanted.items():
        found = held(site, known, paths) if paths else {}
        cells = _cells(site, index, known, found)
        for each, path in path_of.items():
            rows[each][name] = cells.get(path, [])[: limit or None]
    return {"meta": [_meta(site, name, known) for name, (known, _) in wanted.items()], "rows": rows}


def proposed(properties: Mapping[str, Property]) -> dict[str, Any]:
    """Return the properties that things of a class can have."""
    kind = class_called(clean(request.args.get("type", "")))
    text = request.args.get("limit", "")
    limit = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004  fits an int
    found = [
        {"id": p.id, "name": p.name, "description": p.description}
        for p in properties.values()
        if not kind or kind in p.classes
    ]
    told: dict[str, Any] = {"properties": found[: limit or None]}
    return told | ({"type": kind} if kind else {}) | ({"limit": limit} if limit else {})


def _ids(asked: object) -> list[str]:
    found = asked.get("ids") if isinstance(asked, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ProblemError(400, 'extend is an object with "ids", a list of strings, and "properties"')
    if len(found) > MOST_IDS:
        raise ProblemError(413, f"At most {MOST_IDS} ids at once; there are {len(found)}")
    return list(dict.fromkeys(found))


def _wanted(asked: object, properties: Mapping[str, Property]) -> dict[str, tuple[Property, int]]:
    found = asked.get("properties") if isinstance(asked, dict) else None
    if not isinstance(found, list) or len(found) > _MOST_PROPERTIES:
        raise ProblemError(400, f"properties is a list of at most {_MOST_PROPERTIES} objects")
    wanted: dict[str, tuple[Property, int]] = {}
    for each in found:
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            raise ProblemError(400, 'A property is an object with an "id"')
        known = property_called(properties, each["id"])
        if known is None:
            raise ProblemError(400, f"There is no property {clean(each['id'])[:100]!r}")
        wanted[each["id"]] = (known, _limit(each.get("settings")))
    return wanted


def _limit(settings: object) -> int:
    given = settings.get("limit", 0) if isinstance(settings, dict) else 0
    try:
        return max(int(float(given or 0)), 0)
    except (TypeError, ValueError, OverflowError) as error:
        raise ProblemError(400, "limit is a number") from error


def _meta(site: Site, name: str, known: Property) -> dict[str, Any]:
    return {"id": name, "name": known.name} | ({"type": type_of(site, known.to)} if known.to else {})


def _cells(
    site: Site, index: NameIndex, known: Property, found: Mapping[str, Sequence[Held]]
) -> dict[str, list[dict[str, Any]]]:
    base = f"{site.names.base}id/"
    iris = {h.value.text for several in found.values() for h in several if h.value.is_iri and not h.number}
    things = index.all_at([iri.removeprefix(base) for iri in iris if iri.startswith(base)])
    labels = labels_of(site, (iri for iri in iris if iri.removeprefix(base) not in things))
    words = {iri: texts[0][0] for iri, texts in labels.items() if texts}
    return {
        path: [_cell(known, each, things.get(each.value.text.removeprefix(base)), words) for each in several]
        for path, several in found.items()
    }


def _cell(known: Property, found: Held, thing: Thing | None, words: Mapping[str, str]) -> dict[str, Any]:
    if known.scheme and (other := foreign_id(found.value.text)):
        return {"str": other.text}
    if thing is not None:
        return {"id": thing.path, "name": thing.label}
    if found.value.is_iri and found.number is None:
        return {"str": words.get(found.value.text, short(found.value.text))}
    return _literal(found, found.number or found.value)


def _literal(found: Held, value: Value) -> dict[str, Any]:
    if found.day:
        # Only a date that is known to the day: a first of January that is none would look like one.
        whole = len(found.day) == len("2026-11-24")
        return {"date": f"{found.day}T00:00:00Z"} if whole else {"str": found.day}
    if value.datatype.rpartition("#")[2] not in _NUMBERS:
        return {"str": value.text}
    try:
        return {"int": int(value.text)}
    except ValueError:
        number = float(value.text)
        return {"float": number} if math.isfinite(number) else {"str": value.text}
