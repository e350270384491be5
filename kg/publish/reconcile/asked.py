"""Stage 6, publish: what a client asks to reconcile; what is wrong with it is said in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from kg.publish.errors import ProblemError
from kg.publish.reconcile.properties import Property, class_called, property_called

BATCH = 50
"""Queries that may be sent at once."""
MOST_CANDIDATES = 40
_CANDIDATES = 10
_MOST_PROPERTIES = 10
_MOST_VALUES = 10
_STRICT = ("any", "should", "all")
_KNOWN = ("query", "type", "limit", "properties", "type_strict")


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A value of a property, as the client has it."""

    text: str
    id: str = ""
    """Where the client knows the thing that it is."""


@dataclass(frozen=True, slots=True)
class Given:
    """A property and the values that the client has for it."""

    name: str
    property: Property | None
    """None where we know no such property: it then tells nothing."""
    values: tuple[GivenValue, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query."""

    text: str
    kinds: tuple[str, ...]
    """The classes that are wanted; any when there is none."""
    strict: str
    limit: int
    given: tuple[Given, ...]

    @property
    def filter(self) -> tuple[str, ...]:
        """Return the classes without which nothing is a candidate."""
        return () if self.strict == "should" else self.kinds


def json_of(text: str, what: str) -> Any:
    """Return what a JSON text says.

    Raises ProblemError when it is none.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error)[:200] or "it is nested too deeply"
        raise ProblemError(400, f"{what} is not JSON", reason) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def asked_of(query: object, properties: Mapping[str, Property]) -> Asked:
    """Return a query of a batch.

    Raises ProblemError when it is none.
    """
    if not isinstance(query, dict):
        raise ProblemError(400, "A query is a JSON object")
    if strange := sorted(set(query) - set(_KNOWN)):
        raise ProblemError(400, f"A query has no {clean(strange[0])[:60]!r}; it has {', '.join(_KNOWN)}")
    text = query.get("query", "")
    if not isinstance(text, str):
        raise ProblemError(400, "query is a string")
    asked = Asked(
        text=clean(text).strip(),
        kinds=_kinds(query.get("type")),
        strict=_strict(query.get("type_strict")),
        limit=_limit(query.get("limit")),
        given=_given(query.get("properties"), properties),
    )
    if not asked.text and not asked.given:
        raise ProblemError(400, "A query has a query or properties, or both")
    return asked


def clean(text: str) -> str:
    """Return a text without halves of characters, which JSON allows and nothing else does."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")


def _kinds(given: object) -> tuple[str, ...]:
    several = given if isinstance(given, list) else [given]
    if given is None or given in ("", []):
        return ()
    if not all(isinstance(each, str) for each in several):
        raise ProblemError(400, "type is a string or a list of strings")
    return tuple(sorted({class_called(clean(each)) for each in several if isinstance(each, str)}))


def _strict(given: object) -> str:
    if given is None:
        return "any"
    if not isinstance(given, str) or given not in _STRICT:
        raise ProblemError(400, f"type_strict is one of {', '.join(_STRICT)}")
    return given


def _limit(given: object) -> int:
    if given is None:
        return _CANDIDATES
    if isinstance(given, bool) or not isinstance(given, int | float) or not given >= 1:
        raise ProblemError(400, "limit is a number from 1")
    return int(min(given, MOST_CANDIDATES))


def _given(found: object, properties: Mapping[str, Property]) -> tuple[Given, ...]:
    if found is None:
        return ()
    if not isinstance(found, list) or len(found) > _MOST_PROPERTIES:
        raise ProblemError(400, f"properties is a list of at most {_MOST_PROPERTIES}")
    several: dict[str, Given] = {}
    for each in (_one_given(one, properties) for one in found):
        before = several.get(each.name)
        # Two columns of a table may be of one property.
        several[each.name] = replace(each, values=before.values + each.values) if before else each
    return tuple(several.values())


def _one_given(found: object, properties: Mapping[str, Property]) -> Given:
    if not isinstance(found, dict) or not isinstance(found.get("pid"), str) or "v" not in found:
        raise ProblemError(400, 'A property is an object with "pid", a string, and "v"')
    name = clean(found["pid"])
    several = found["v"] if isinstance(found["v"], list) else [found["v"]]
    if len(several) > _MOST_VALUES:
        raise ProblemError(400, f"A property has at most {_MOST_VALUES} values")
    return Given(name, property_called(properties, name), tuple(map(_value, several)))


def _value(found: object) -> GivenValue:
    if isinstance(found, dict) and isinstance(found.get("id"), str):
        name = found.get("name")
        return GivenValue(clean(name) if isinstance(name, str) else "", clean(found["id"]))
    if isinstance(found, bool):
        return GivenValue(str(found).lower())
    if isinstance(found, str | int | float):
        return GivenValue(clean(str(found)).strip())
    raise ProblemError(400, 'A value is a string, number, boolean, or an object with an "id"')
