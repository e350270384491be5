"""Stage evaluate, its reader: annotated and predicted facts of one article, checked once."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.errors import SourceError

CLASSES = ("institutions", "persons", "places", "events", "delegations", "agreements", "counts")
Item = Mapping[str, Any]
Facts = Mapping[str, tuple[Item, ...]]
"""The items of each class."""

_LISTS = frozenset(("aliases", "parties", "participants", "members", "visited", "from", "head"))
_WORDS = (_LISTS | {"quote", "type", "status"}) - {"aliases"}
_DATED = frozenset(("start", "end", "date"))
_TEXTS = _DATED | {"name", "description", "subject", "place", "what", "value", "role", "affiliation"}
_CHECKED = _LISTS | _WORDS | _TEXTS
"""Fields that are read; whatever else an item has is left alone."""
_IN_BRACKETS = re.compile(r"\s*[(（][^)）]*[)）]")


def document(path: Path) -> dict[str, Any]:
    """Return a JSON object that a file holds."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SourceError(f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise SourceError(f"{path}: must hold a JSON object")
    return value


def facts_in(value: Mapping[str, Any], source: Path) -> Facts:
    """Return the items of a document class by class; SourceError where it is malformed."""
    return {name: _items(value.get(name), f"{source}: {name}") for name in CLASSES}


def text_of(item: Item, *fields: str) -> str:
    """Return what stands in these fields, with a space between."""
    return " ".join(str(item.get(field) or "") for field in fields)


def several(item: Item, *fields: str) -> list[str]:
    """Return what stands in these fields, as a list or divided by semicolons."""
    found: list[str] = []
    for field in fields:
        value = item.get(field)
        if isinstance(value, list):
            found += value
        elif value and isinstance(value, str):
            found += re.split(r";\s*", value)
    return found


def names_of(item: Item) -> tuple[str, ...]:
    """Return every name of a thing, with and without what is added in brackets."""
    name = text_of(item, "name") or text_of(item, "description")
    names = [n for n in (name, *(item.get("aliases") or ())) if n]
    return (*names, *filter(None, (_IN_BRACKETS.sub("", n).strip() for n in names)))


def _items(value: object, where: str) -> tuple[Item, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise SourceError(f"{where} must be a list")
    return tuple(_item(item, f"{where}, item {number}") for number, item in enumerate(value, start=1))


def _item(value: object, where: str) -> Item:
    if not isinstance(value, dict):
        raise SourceError(f"{where} must be an object")
    for field, content in value.items():
        if field in _CHECKED and not _usable(field, content):
            raise SourceError(f"{where}: {field} must not be {content!r}")
    return value


def _usable(field: str, content: object) -> bool:
    if content is None:
        return True
    if isinstance(content, list):
        return field in _LISTS and all(isinstance(part, str) for part in content)
    if field in _WORDS:
        return isinstance(content, str)
    return field != "aliases" and not isinstance(content, dict)
