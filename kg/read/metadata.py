"""Stage 1, read: what a side file, front matter or a line of JSON says about an article."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import yaml

from kg.errors import SourceError

ID = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_ID_LENGTH = 150
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`/][^\s<>\"{}|\\^`]*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_OPENED = re.compile(r"---[ \t]*\n")
_CLOSED = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_LARGEST = 65_536


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article from beside its text; empty where it is not."""

    id: str = ""
    title: str = ""
    publisher: str = ""
    published: date | None = None
    revised: str = ""
    url: str = ""
    language: str = ""
    rights: str = ""
    cites: tuple[str, ...] = ()
    fictional: bool = False
    supersedes: str = ""

    def or_else(self, other: "Metadata") -> "Metadata":
        """Return this, with what it lacks taken from the other."""
        lacking = {f.name: getattr(other, f.name) for f in fields(self) if not getattr(self, f.name)}
        return replace(self, **lacking)


def of_mapping(values: Mapping[str, Any], where: Callable[[str], str]) -> Metadata:
    """Return the metadata among the values; unknown keys mean nothing.

    `where` names the place of a key. Raises SourceError for a value that cannot be meant.
    """
    found: dict[str, Any] = {}
    for key, (name, meaning) in _KEYS.items():
        value = values.get(key)
        if value is None or found.get(name):
            continue
        try:
            found[name] = meaning(value)
        except ValueError as error:
            raise SourceError(f"{where(key)}: {key}: {error}") from error
    return Metadata(**found)


def of_json(text: str, where: str) -> Metadata:
    """Return what a side file says. Raises SourceError naming file and line when it is not a JSON object."""
    return of_mapping(json_object(text, where), lambda _: where)


def json_object(text: str, where: str, *, line: int = 0) -> dict[str, Any]:
    """Return the object written in the text. Raises SourceError naming the place, `line` where given."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{where}:{line or error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise SourceError(f"{where}: not readable as JSON: {error}") from error
    if not isinstance(values, dict):
        raise SourceError(f"{where}:{line or 1}: not a JSON object")
    return values


def front_matter(text: str, name: str) -> tuple[Metadata, str]:
    """Return what the front matter says, and the text after it; without front matter, the text is all.

    Raises SourceError naming file and line when it is not closed, not YAML or not a table of keys.
    """
    opened = _OPENED.match(text)
    if not opened:
        return Metadata(), text
    closed = _CLOSED.search(text, opened.end())
    if not closed or closed.start() > _LARGEST:
        raise SourceError(f"{name}:1: the front matter that --- opens is not closed by ---")
    head = text[opened.end() : closed.start()]
    return of_mapping(_yaml(head, name), lambda key: f"{name}:{_line_of(key, head)}"), text[closed.end() :]


def _yaml(head: str, name: str) -> dict[str, Any]:
    try:
        values = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SourceError(f"{name}:{mark.line + 2 if mark else 1}: front matter: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SourceError(f"{name}:{_bad_line(head)}: front matter: {_in_one_line(error)}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SourceError(f"{name}:2: front matter: not `key: value` lines")
    return values


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _line_of(key: str, head: str) -> int:
    found = re.search(rf"^[\"']?{re.escape(key)}[\"']?\s*:", head, re.MULTILINE)
    return head.count("\n", 0, found.start()) + 2 if found else 1


def _bad_line(head: str) -> int:
    """Return the line of a value that looks like a date and is none, which YAML reports without a place."""
    for number, line in enumerate(head.split("\n"), 2):
        try:
            yaml.safe_load(line.strip())
        except ValueError:
            return number
        except yaml.YAMLError:
            continue
    return 1


def _words(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"must be words, not {_shown(value)}")  # noqa: TRY004  a value, not a caller's type
    return " ".join(str(value).split())


def _id(value: object) -> str:
    words = _words(value)
    if not ID.fullmatch(words) or len(words) > _ID_LENGTH:
        raise ValueError(f"must be a-z, 0-9 and hyphens, at most {_ID_LENGTH}, not {_shown(value)}")
    return words


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    words = value.strip() if isinstance(value, str) else ""
    try:
        return date.fromisoformat(words) if re.fullmatch(r"\d{4}-\d\d-\d\d", words) else _moment(words).date()
    except ValueError:
        raise ValueError(f"must be a date like 2026-01-31, not {_shown(value)}") from None


def _published(value: object) -> date | None:
    """Return the day of publication; a month or a year is none, and no day is guessed from it."""
    if re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", str(value).strip()):
        return None
    return _date(value)


def _moment(words: str) -> datetime:
    if not re.match(r"\d{4}-\d\d-\d\d[T ]", words):
        raise ValueError(words)
    return datetime.fromisoformat(words)


def _revised(value: object) -> str:
    """Return the time of a version in a form that sorts as time does, within one way of writing it."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[T ]", value):
        value = _moment(value.strip())
    return value.isoformat() if isinstance(value, datetime) else _date(value).isoformat()


def _url(value: object) -> str:
    words = _words(value)
    if words and not _is_address(words):
        raise ValueError(f"must be an http address, not {_shown(value)}")
    return words


def _source_url(value: object) -> str:
    """Return the address, or nothing where a data set says in words where its text is from."""
    words = value.strip() if isinstance(value, str) else ""
    return words if _is_address(words) else ""


def _is_address(words: str) -> bool:
    try:
        return _URL.fullmatch(words) is not None and bool(urlsplit(words).hostname)
    except ValueError:  # such as half an IPv6 address
        return False


def _language(value: object) -> str:
    words = _words(value).lower().replace("_", "-")
    if not _LANGUAGE.fullmatch(words):
        raise ValueError(f"must be a language tag like en or zh, not {_shown(value)}")
    return words


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_shown(value)}")  # noqa: TRY004  as above
    return value


def _cites(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"must be a list, not {_shown(value)}")  # noqa: TRY004  as above
    return tuple(words for item in value if (words := _cited(item)))


def _cited(item: object) -> str:
    """Return one source in words: `Publisher: Title (2017-12-18) https://...`."""
    if not isinstance(item, dict):
        return _words(item)
    said = {key: _words(str(value)) for key, value in item.items() if value is not None}
    head = ": ".join(said[key] for key in ("publisher", "title") if said.get(key))
    return " ".join(
        part for part in (head, said.get("date") and f"({said['date']})", said.get("url")) if part
    )


def _shown(value: object) -> str:
    return value[:60] if isinstance(value, str) else repr(value)[:60]


_KEYS: dict[str, tuple[str, Callable[[object], Any]]] = {
    "id": ("id", _id),
    "title": ("title", _words),
    "publisher": ("publisher", _words),
    "date": ("published", _published),
    "updated": ("revised", _revised),
    "url": ("url", _url),
    "source_url": ("url", _source_url),
    "language": ("language", _language),
    "rights": ("rights", _words),
    "licence": ("rights", _words),
    "license": ("rights", _words),
    "sources": ("cites", _cites),
    "fictional": ("fictional", _truth),
    "supersedes": ("supersedes", _id),
}
"""Key as it is written -> what it sets and what it may be; of two that set the same, the first counts."""
