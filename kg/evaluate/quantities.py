"""Stage evaluate, its sense of dates and numbers in annotated and predicted items."""

import re

from kg.evaluate.items import Item, text_of
from kg.evaluate.names import folded

_ISO = re.compile(r"\d{4}(?:-\d\d)?(?:-\d\d)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SCALE = re.compile(r"\s*(?:(trillion|billion|bn|million|m|thousand)\b|(亿|万))")
_TIMES = {
    "trillion": 1e12,
    "billion": 1e9,
    "bn": 1e9,
    "million": 1e6,
    "m": 1e6,
    "thousand": 1e3,
    "亿": 1e8,
    "万": 1e4,
}
_YEAR, _MONTH = len("YYYY"), len("YYYY-MM")


def interval(item: Item) -> tuple[str, str] | None:
    """Return the first and last date of an event or agreement, each as exact as it is given."""
    start = _iso(text_of(item, "start") or text_of(item, "date"))
    return (start, _iso(text_of(item, "end")) or start) if start else None


def dates_agree(one: Item, other: Item) -> bool | None:
    """Return whether the dates of two items can be the same; None where one has none."""
    a, b = interval(one), interval(other)
    if a is None or b is None:
        return None
    return _first_day(a[0]) <= _last_day(b[1]) and _first_day(b[0]) <= _last_day(a[1])


def number(value: object) -> float | None:
    """Return a number given in digits, with or without a word such as `million` behind."""
    if isinstance(value, int | float):
        return float(value)
    text = folded(str(value or "")).replace(",", "").strip()
    found = _NUMBER.search(text)
    if found is None:
        return None
    scale = _SCALE.match(text, found.end())
    return float(found.group()) * (_TIMES[scale.group(1) or scale.group(2)] if scale else 1)


def _iso(value: str) -> str | None:
    found = _ISO.fullmatch(value.strip()[: len("YYYY-MM-DD")])
    return found.group() if found else None


def _first_day(given: str) -> str:
    return f"{given}-01-01" if len(given) == _YEAR else f"{given}-01" if len(given) == _MONTH else given


def _last_day(given: str) -> str:
    return f"{given}-12-31" if len(given) == _YEAR else f"{given}-31" if len(given) == _MONTH else given
