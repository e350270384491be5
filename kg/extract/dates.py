"""Stage 2: find dates and turn them into calendar intervals."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from kg.extract.marks import Mention, Sort, When
from kg.model import Basis

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FUTURE_DAYS = 90
"""News tells of the past: a yearless date ahead counts as this much further away."""

_MONTH = (
    r"(?P<{0}>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b(?:(?<=\b[A-Z][a-z][a-z])(?<!May)\.|(?<=\bSept)\.)?"
)
_DAY = r"(?P<{0}>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b"
_YEAR = r"(?:,?\s+(?:of\s+)?(?P<y>(?:19|20)\d\d)\b)?"
_TO = r"\s*(?:-|–|—|to|and|until|till|through)\s*"
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?\s+(?:the\s+)?)?"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])\b"),
    ("range", (rf"\b{_MONTH.format('m')}\s*{_DAY.format('d')}{_TO}"
              rf"{_MONTH.format('m2')}\s*{_DAY.format('d2')}{_YEAR}")),
    ("range", (rf"\b{_DAY.format('d')}\s*{_MONTH.format('m')}{_TO}"
              rf"{_DAY.format('d2')}\s*{_MONTH.format('m2')}{_YEAR}")),
    ("range", rf"\b{_MONTH.format('m')}\s*{_DAY.format('d')}{_TO}{_DAY.format('d2')}{_YEAR}"),
    ("range", rf"\b{_DAY.format('d')}{_TO}{_DAY.format('d2')}\s*(?:of\s+)?{_MONTH.format('m')}{_YEAR}"),
    ("day", rf"\b{_WEEKDAY}{_MONTH.format('m')}\s*{_DAY.format('d')}{_YEAR}"),
    ("day", rf"\b{_WEEKDAY}{_DAY.format('d')}\s*(?:of\s+)?{_MONTH.format('m')}{_YEAR}"),
    ("month", rf"\b{_MONTH.format('m')},?\s+(?:of\s+)?(?P<y>(?:19|20)\d\d)\b"),
    ("month", rf"(?<=\b[Ii]n )(?:early |late |mid-)?{_MONTH.format('m')}"),
    ("relative_week", r"\b(?:(?:later|earlier)\s+)?(?P<w>last|this|next)\s+week(?!-|\w)"),
    ("relative_month", r"\b(?P<w>last|this|next)\s+month\b"),
    ("relative_year", r"\b(?P<w>last|this|next)\s+year\b"),
    ("relative_day",
     r"\b(?P<w>today|yesterday|tomorrow|last night|tonight|this (?:morning|afternoon|evening))\b"),
    ("weekday", r"\b(?P<w>(?:last |next |this )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"),
    ("year", r"(?<=\b[Ii]n )(?P<y>(?:19|20)\d\d)\b(?!\s*[-%])"),
)  # fmt: skip
_COMPILED = tuple(
    (kind, re.compile(pattern, re.IGNORECASE if kind.startswith("relative") else 0))
    for kind, pattern in _PATTERNS
)


def dates_in(text: str, published: date | None, *, offset: int = 0) -> list[Mention]:
    """Return the dates that a stretch of text names, in text order and without overlaps."""
    found: list[Mention] = []
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(text):
            start, end = match.start() + offset, match.end() + offset
            if any(start < m.end and m.start < end for m in found):
                continue
            # One that cannot be read (30 February) still keeps its parts from being read as something else.
            when = _READERS[kind](match, published)
            found.append(Mention(Sort.DATE, start, end, match.group(), when=when))
    return sorted((m for m in found if m.when is not None), key=lambda m: m.start)


def _day(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if day <= monthrange(year, month)[1] else None


def _month(name: str) -> int:
    return next(i for i, full in enumerate(_MONTHS, 1) if full.startswith(name.lower().rstrip(".")[:3]))


def _nearest_year(month: int, day: int, published: date) -> int:
    def distance(year: int) -> int:
        there = date(year, month, min(day, monthrange(year, month)[1]))
        gap = (there - published).days
        return gap + _FUTURE_DAYS if gap > 0 else -gap

    return min((published.year, published.year - 1, published.year + 1), key=distance)


def _year_of(match: re.Match[str], month: int, day: int, published: date | None) -> tuple[int, Basis] | None:
    if match.group("y"):
        return int(match.group("y")), Basis.STATED
    return None if published is None else (_nearest_year(month, day, published), Basis.RESOLVED)


def _read_iso(match: re.Match[str], _published: date | None) -> When | None:
    day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    return When(day, day, "to-the-day", Basis.STATED) if day else None


def _read_day(match: re.Match[str], published: date | None) -> When | None:
    month, number = _month(match["m"]), int(match["d"])
    year = _year_of(match, month, number, published)
    day = year and _day(year[0], month, number)
    return When(day, day, "to-the-day", year[1]) if year and day else None


def _read_range(match: re.Match[str], published: date | None) -> When | None:
    groups = match.groupdict()
    month, first, last = _month(match["m"]), int(match["d"]), int(match["d2"])
    month2 = _month(groups["m2"]) if groups.get("m2") else month
    year = _year_of(match, month, first, published)
    if year is None:
        return None
    start = _day(year[0] - (month2 < month and bool(groups["y"])), month, first)
    end = start and _day(start.year + (month2 < month), month2, last)
    return When(start, end, "to-the-day", year[1]) if start and end and start <= end else None


def _read_month(match: re.Match[str], published: date | None) -> When | None:
    month = _month(match["m"])
    stated = match.groupdict().get("y")
    if stated is None and published is None:
        return None
    # A month without a year is the nearest one by its middle, so that the running month counts as past.
    year = int(stated) if stated else _nearest_year(month, 1, published or date.min)
    return whole_month(year, month, Basis.STATED if stated else Basis.RESOLVED)


def whole_month(year: int, month: int, basis: Basis) -> When:
    """Return a month as an interval."""
    return When(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "to-the-month", basis)


def whole_year(year: int, basis: Basis) -> When:
    """Return a year as an interval."""
    return When(date(year, 1, 1), date(year, 12, 31), "to-the-year", basis)


def _read_year(match: re.Match[str], _published: date | None) -> When | None:
    return whole_year(int(match["y"]), Basis.STATED)


_STEP = {"last": -1, "this": 0, "next": 1}


def _read_relative_month(match: re.Match[str], published: date | None) -> When | None:
    if published is None:
        return None
    months = published.year * 12 + published.month - 1 + _STEP[match["w"].lower()]
    return whole_month(months // 12, months % 12 + 1, Basis.RESOLVED)


def _read_relative_week(match: re.Match[str], published: date | None) -> When | None:
    """Read a week as the month that all its days lie in: its days are not told."""
    if published is None:
        return None
    monday = published - timedelta(days=published.weekday() - 7 * _STEP[match["w"].lower()])
    sunday = monday + timedelta(days=6)
    return whole_month(monday.year, monday.month, Basis.RESOLVED) if monday.month == sunday.month else None


def _read_relative_year(match: re.Match[str], published: date | None) -> When | None:
    step = _STEP[match["w"].lower()]
    return whole_year(published.year + step, Basis.RESOLVED) if published else None


def _read_relative_day(match: re.Match[str], published: date | None) -> When | None:
    if published is None:
        return None
    step = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(match["w"].lower(), 0)
    day = published + timedelta(days=step)
    return When(day, day, "to-the-day", Basis.RESOLVED)


def _read_weekday(match: re.Match[str], published: date | None) -> When | None:
    if published is None:
        return None
    words = match["w"].lower().split()
    wanted = _DAYS.index(words[-1])
    back = (published.weekday() - wanted) % 7
    if words[0] == "next":
        back = -((wanted - published.weekday()) % 7 or 7)
    elif words[0] == "last":
        back = back or 7
    day = published - timedelta(days=back)
    return When(day, day, "to-the-day", Basis.RESOLVED)


def ahead(when: When, published: date | None) -> When:
    """Return a weekday read as past as the one ahead, for what is only announced."""
    if published is None or when.basis is not Basis.RESOLVED or when.start != when.end:
        return when
    days = (published - when.start).days
    step = timedelta(days=7 if 0 < days < 7 else 0)  # noqa: PLR2004  the number is plain here
    return When(when.start + step, when.end + step, when.precision, when.basis)


_READERS: dict[str, Callable[[re.Match[str], date | None], When | None]] = {
    "iso": _read_iso,
    "day": _read_day,
    "range": _read_range,
    "month": _read_month,
    "year": _read_year,
    "relative_week": _read_relative_week,
    "relative_month": _read_relative_month,
    "relative_year": _read_relative_year,
    "relative_day": _read_relative_day,
    "weekday": _read_weekday,
}
