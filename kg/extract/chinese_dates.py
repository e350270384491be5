"""Stage 2, Chinese: calendar dates written in figures or in words such as 昨日, as intervals."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kg.model import Basis

_AHEAD = 60
"""News tells of the past: a date ahead counts as this many days further away."""
_MONTH_WORD = "(?:十[一二]?|[一二三四五六七八九])"
_DAY_WORD = "(?:三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_YEAR = r"(?:(?P<y>(?:19|20)\d\d)年|(?P<ry>去年|今年|明年|前年))"
_MONTH = (
    rf"(?:(?P<m>1[0-2]|0?[1-9]|(?<![第十]){_MONTH_WORD})月(?!份?以[来前后])"
    r"|(?P<rm>上月|上个月|本月|当月|下月|下个月))份?"
)
_DAY = rf"(?P<d>3[01]|[12]\d|0?[1-9]|{_DAY_WORD})"
_TO = r"(?:至|到|—+|–|-|~|～)"
_PATTERN = re.compile(
    rf"{_YEAR}?{_MONTH}{_DAY}[日号]?{_TO}(?:(?P<m2>1[0-2]|0?[1-9])月)?(?P<d2>3[01]|[12]\d|0?[1-9])[日号]"
     rf"|{_YEAR.replace('<y>', '<y1>').replace('<ry>', '<ry1>')}?"
     rf"{_MONTH.replace('<m>', '<m1>').replace('<rm>', '<rm1>')}{_DAY.replace('<d>', '<d1>')}[日号]"
     r"|(?<!\d)(?<!月)(?P<d3>3[01]|[12]\d|[1-9])[日号]" + _TO + r"(?P<d4>3[01]|[12]\d|[1-9])[日号]"
    + r"|(?<![\d月至])(?P<d5>3[01]|[12]\d|[1-9])日(?![本元]|报)"
    + rf"|{_YEAR.replace('<y>', '<y6>').replace('<ry>', '<ry6>')}?"
    + rf"(?<!\d){_MONTH.replace('<m>', '<m6>').replace('<rm>', '<rm6>')}"
    + r"|(?P<same>当天|当日|当晚|同日|同一天|次日|翌日|第二天)"
    + r"|(?P<span>[上本这下])(?:周|星期)(?:(?P<from>[一二三四五六日天])?(?:至|到)(?:本|下)?(?:周|星期)?"
    + r"(?P<to>[一二三四五六日天])|(?![一二三四五六日天]))"
    + r"|(?P<alone>明年|去年|前年)(?!以来|度)"
    + r"|(?P<word>大前天|前天|前日|昨天|昨日|昨晚|今天|今日|今晚|明天|明日|后天)"
    + r"|(?P<which>本|这|上|下)?(?:周|星期|礼拜)(?P<week>[一二三四五六日天])"
    + r"|(?P<y7>(?:19|20)\d\d)年(?!度?以[来前后]|代)"
)  # fmt: skip
_BESIDE = ("、", "和", "及", "与")
_SPACE = re.compile(r"(?<=[\d年月日至])\s(?=[\d年月日号至])")
"""Stands in `2026 年 6 月 24 日` and is no part of the date."""
_WORDS = {"大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今日": 0,
          "今晚": 0, "明天": 1, "明日": 1, "后天": 2}  # fmt: skip
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}


@dataclass(frozen=True, slots=True)
class When:
    """A calendar interval, as exact as the words make it, and where they stand."""

    first: date
    last: date
    precision: str
    basis: Basis
    start: int
    end: int


def dates_in(
    text: str, published: date | None, *, offset: int = 0, told: date | None = None
) -> Iterator[When]:
    """Yield the dates that a text names; relative ones only if the day of publication is known.

    `told` is the day that was told of last: `当天` is that day.
    """
    at = [i for i in range(len(text)) if not _SPACE.match(text, i)]
    plain = "".join(text[i] for i in at)
    ended = -1
    for match in _PATTERN.finditer(plain):
        group = {k: v for k, v in match.groupdict().items() if v}
        beside = told if "d5" in group and plain[ended : match.start()] in _BESIDE else None
        ended = match.end()
        try:
            found = _beside(group["d5"], beside) if beside else None
            found = found or (_same(group["same"], told) if "same" in group else _read(group, published))
        except ValueError:  # no such day, as in 2月30日
            continue
        if found:
            first, last, precision, basis = found
            if first <= last:
                told = last if precision == "to-the-day" else told
                start, end = at[match.start()], at[match.end() - 1] + 1
                yield When(first, last, precision, basis, start + offset, end + offset)


_Found = tuple[date, date, str, Basis]


def _beside(day: str, before: date) -> _Found:
    """Return the day of `12月23日、25日`, which is of the month of the one before."""
    found = before.replace(day=int(day))
    return found, found, "to-the-day", Basis.RESOLVED


def _read(group: dict[str, str], published: date | None) -> _Found | None:
    for relative, names in _RELATIVE:
        if not names.isdisjoint(group):
            return relative(group, published) if published else None
    if "y7" in group:
        year = int(group["y7"])
        return date(year, 1, 1), date(year, 12, 31), "to-the-year", Basis.STATED
    if "m6" in group or "rm6" in group:
        return _month(group, published)
    return _days(group, published)


def _year_alone(group: dict[str, str], published: date) -> _Found:
    year = published.year + _YEARS[group["alone"]]
    return date(year, 1, 1), date(year, 12, 31), "to-the-year", Basis.RESOLVED


def _same(word: str, told: date | None) -> _Found | None:
    if told is None:
        return None
    day = told + timedelta(days=word in ("次日", "翌日", "第二天"))
    return day, day, "to-the-day", Basis.RESOLVED


def _week(group: dict[str, str], published: date) -> _Found:
    """Return `上周`, `本周一到周三` as days."""
    monday = published - timedelta(days=published.weekday() - {"上": -7, "下": 7}.get(group["span"], 0))
    first, last = (
        "一二三四五六日".index(group.get(end, default).replace("天", "日"))
        for end, default in (("from", "一"), ("to", "日"))
    )
    return monday + timedelta(days=first), monday + timedelta(days=last), "to-the-day", Basis.RESOLVED


def _by_word(group: dict[str, str], published: date) -> _Found:
    if "word" in group:
        day = published + timedelta(days=_WORDS[group["word"]])
    else:
        number = "一二三四五六日".index(group["week"].replace("天", "日"))
        week = {"上": -7, "下": 7}.get(group.get("which", ""), 0)
        day = published + timedelta(days=number - published.weekday() + week)
        if "which" not in group and day > published:
            day -= timedelta(days=7)
    return day, day, "to-the-day", Basis.RESOLVED


def _bare_days(group: dict[str, str], published: date) -> _Found:
    last = int(group.get("d4") or group["d5"])
    first = int(group.get("d3") or last)
    candidates = [_shift(published, months) for months in (0, -1, 1)]
    ends = [date(y, m, last) for y, m in candidates if last <= monthrange(y, m)[1]]
    end = min(ends, key=lambda day: _distance(day, published, ahead=20))
    begin = end.replace(day=first) if first <= last else _before(end, first)
    return begin, end, "to-the-day", Basis.RESOLVED


def _number(text: str) -> int:
    """Return the number of a day or month in figures or words."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    digits = "零一二三四五六七八九"
    return (digits.index(tens) if tens else 1) * 10 * bool(ten) + (digits.index(ones) if ones else 0)


def _before(end: date, day: int) -> date:
    year, month = _shift(end, -1)
    return date(year, month, day)


def _shift(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def _distance(day: date, published: date, *, ahead: int = _AHEAD) -> int:
    gap = (day - published).days
    return gap + ahead if gap > 0 else -gap


def _year_month(
    group: dict[str, str], tail: str, published: date | None
) -> tuple[int | None, int, Basis] | None:
    """Return the year (None: to be found), the month and how they are known."""
    relative = group.get("rm" + tail)
    if relative:
        if not published:
            return None
        year, month = _shift(published, {"上": -1, "下": 1}.get(relative[0], 0))
        return year, month, Basis.RESOLVED
    month = _number(group["m" + tail])
    if year_word := group.get("y" + tail):
        return int(year_word), month, Basis.STATED
    if not published:
        return None
    if relative_year := group.get("ry" + tail):
        return published.year + _YEARS[relative_year], month, Basis.RESOLVED
    return None, month, Basis.RESOLVED


def _month(group: dict[str, str], published: date | None) -> _Found | None:
    known = _year_month(group, "6", published)
    if known is None:
        return None
    year, month, basis = known
    if year is None:
        year = _nearest_year(month, 1, published)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1]), "to-the-month", basis


def _days(group: dict[str, str], published: date | None) -> _Found | None:
    tail = "1" if "d1" in group else ""
    known = _year_month(group, tail, published)
    if known is None:
        return None
    year, month, basis = known
    day = _number(group["d" + tail])
    if year is None:
        year = _nearest_year(month, day, published)
    first = date(year, month, day)
    if tail:
        return first, first, "to-the-day", basis
    month2 = int(group.get("m2") or month)
    return first, date(year + (month2 < month), month2, int(group["d2"])), "to-the-day", basis


def _nearest_year(month: int, day: int, published: date | None) -> int:
    if published is None:  # callers know better
        raise ValueError
    years = [published.year + step for step in (0, -1, 1)]
    fitting = [date(year, month, day) for year in years if day <= monthrange(year, month)[1]]
    if not fitting:
        raise ValueError
    return min(fitting, key=lambda d: _distance(d, published)).year


_RELATIVE: tuple[tuple[Callable[[dict[str, str], date], _Found], frozenset[str]], ...] = (
    (_by_word, frozenset({"word", "week"})),
    (_week, frozenset({"span"})),
    (_year_alone, frozenset({"alone"})),
    (_bare_days, frozenset({"d3", "d5"})),
)
"""How dates are read that mean nothing without the day of publication, by the groups of the pattern."""
