"""Stage 1, read: the day of publication as articles print it; a date that could be two days is none."""

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        1,
    )
    for name in names
}
MONTH = r"(?:" + "|".join(sorted(_MONTHS, key=lambda name: (-len(name), name))) + r")"
_DATE = re.compile(
    rf"""
    (?<!\d)(?P<y1>\d{{4}})(?P<sep>[-/.])(?P<m1>\d{{1,2}})(?P=sep)(?P<d1>\d{{1,2}})(?!\d)
  | (?<!\d)(?P<y2>\d{{4}})\s*年\s*(?P<m2>\d{{1,2}})\s*月\s*(?P<d2>\d{{1,2}})\s*日
  | (?<!\d)(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m3>{MONTH})\b\.?,?\s+(?P<y3>\d{{4}})(?!\d)
  | \b(?P<m4>{MONTH})\b\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y4>\d{{4}})(?!\d)
  | (?<!\d)(?P<d5>\d{{1,2}})\.(?P<m5>\d{{1,2}})\.(?P<y5>\d{{4}})(?!\d)
  | (?<!\d)(?P<a6>\d{{1,2}})/(?P<b6>\d{{1,2}})/(?P<y6>\d{{4}})(?!\d)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ZONE = r"\(?\b(?:GMT|UTC|CST|EST|EDT|BST|CET|NZ[SD]?T)\b(?:[+-]\d+)?\)?"
_TIME = rf"\b\d{{1,2}}:\d{{2}}(?::\d{{2}})?\s*(?:[ap]\.?m\b\.?)?(?:\s*{_ZONE})?"
_WEEKDAY = (
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|(?:星期|周)[一二三四五六日天]"
)
_LABEL = (
    r"\b(?:(?:last\s+)?updated?|modified|(?:first\s+)?published|posted|released?|issued|date)(?:\s+(?:on|at))?\b"
    r"|(?:发布|更新|发表|发稿)?(?:时间|日期)|发布于|更新于"
)
UPDATED = re.compile(r"\b(?:last\s+)?(?:updated?|modified)\b|更新", re.IGNORECASE)
_AROUND = re.compile(f"{_TIME}|{_WEEKDAY}|{_LABEL}", re.IGNORECASE)


def first_date(text: str) -> date | None:
    """Return the first date in the text that can mean one day only, or None."""
    for match in _DATE.finditer(text):
        if found := _day(match):
            return found
    return None


def without_dates(text: str) -> str:
    """Return the text without its dates, times, weekdays and labels such as `Updated`."""
    return _AROUND.sub(" ", _DATE.sub(" ", text))


def leading_date(text: str, start: int) -> int:
    """Return where a date that begins at `start` ends, or `start` where none begins."""
    match = _DATE.match(text, start)
    return match.end() if match and _day(match) else start


def _day(match: re.Match[str]) -> date | None:
    parts = {key[0]: value for key, value in match.groupdict().items() if value and key != "sep"}
    if "a" in parts:
        return _slashed(int(parts["y"]), int(parts["a"]), int(parts["b"]))
    month = _MONTHS.get(parts["m"].lower()) or int(parts["m"])
    return _valid(int(parts["y"]), month, int(parts["d"]))


def _slashed(year: int, first: int, second: int) -> date | None:
    """Return the day of 18/12/2017 or 12/18/2017; 5/12/2017 may be two days, so it is none."""
    readings = {_valid(year, first, second), _valid(year, second, first)} - {None}
    return readings.pop() if len(readings) == 1 else None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
