"""What speaks for a person of an authority: what they do or did, when, and where they stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg.link.authority.folding import fold
from kg.link.authority.records import Record
from kg.resources import resource

_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b(?!s)")
_DECADE = re.compile(
    r"\b(?:(early|mid|late)[\s-]+)?(1[5-9]\d|20\d)0s\b|(?:\b(early|mid|late)[\s-]+)?['’](\d)0s\b"
)
_PARTS = {"early": (0, 3), "mid": (3, 6), "late": (6, 9)}
_SPAN = re.compile(r"(\d{4})\s*[-–—]\s*(\d{4})")
_BORN = re.compile(r"\bborn (?:in )?(\d{4})")
_DIED = re.compile(r"\bdied (?:in )?(\d{4})")
_LIFE, _GROWN = 100, 14
_NEAR = 32
_SIGNS = {
    "born": re.compile(r"\bborn\b|\bbirth"),
    "died": re.compile(r"\bdied\b|\bdeath\b|\bdeceased\b"),
    "began": re.compile(r"\b(?:reached|made|debut\w*|broke into|rookie|since|from|first|joined|entered)\b"),
    "ended": re.compile(r"\b(?:until|till|retired|left|last|final|through)\b"),
}


@dataclass(frozen=True, slots=True)
class PersonEvidence:
    """What a text says of one person."""

    occupation: float = 0.0
    """1 where text and record have a field of work in common, -1 where each has another."""
    dates: float = 0.0
    """1 where the years agree, -1 where they cannot."""


def person_evidence(record: Record, text: str) -> PersonEvidence:
    """Weigh a text for a person of that record."""
    told, known = _fields(text), _fields(f"{record.description} {' '.join(record.types)}")
    occupation = 0.0
    if told and known:
        occupation = (1.0 if told <= known else 0.6) if told & known else -1.0
    return PersonEvidence(occupation, _dates(record, text))


def _dates(record: Record, text: str) -> float:
    years = list(_years(text))
    life = _life(record)
    if not years or life is None:
        return 0.0
    return 1.0 if all(_fits(low, high, told, life) for low, high, told in years) else -1.0


@dataclass(frozen=True, slots=True)
class _Years:
    born: int | None
    died: int | None
    active: tuple[int, int] | None


def _life(record: Record) -> _Years | None:
    described = record.description
    born = record.start or _first(_BORN.search(described))
    died = record.stop or _first(_DIED.search(described))
    spans = [(int(a), int(b)) for a, b in _SPAN.findall(described)]
    lived = [(a, b) for a, b in spans if b - a > 25 and "(" in described]  # noqa: PLR2004  longer than a career's start
    if lived and born is None:
        (born, died), spans = lived[0], spans[1:]
    active = spans[0] if spans else None
    return _Years(born, died, active) if born or died or active else None


def _first(match: re.Match[str] | None) -> int | None:
    return int(match[1]) if match else None


def _fits(low: int, high: int, told: str, life: _Years) -> bool:
    """Tell whether years can be said of a life; what the words before them tell must be exactly so."""
    exact = {"born": life.born, "died": life.died}
    if life.active is not None:
        exact |= {"began": life.active[0], "ended": life.active[1]}
    if (year := exact.get(told)) is not None:
        return low <= year <= high
    if life.active is not None:
        return (low <= life.active[1] and high >= life.active[0]) or _is_end(low, high, life)
    start = life.born or (life.died or 0) - _LIFE
    end = life.died or start + _LIFE
    return high >= start + _GROWN * (told == "") and low <= end


def _is_end(low: int, high: int, life: _Years) -> bool:
    return any(year is not None and low <= year <= high for year in (life.born, life.died))


def _years(text: str) -> Iterator[tuple[int, int, str]]:
    """Return the years and decades of a text as spans, and what the words before them say of them."""
    for match in _YEAR.finditer(text):
        yield int(match[1]), int(match[1]), _told(text, match.start())
    for match in _DECADE.finditer(text):
        decade = int(match[2] or f"19{match[4]}") * 10
        first, last = _PARTS.get(match[1] or match[3] or "", (0, 9))
        yield decade + first, decade + last, _told(text, match.start())


def _told(text: str, at: int) -> str:
    before = text[max(0, at - _NEAR) : at]
    ends = [(m.end(), name) for name, sign in _SIGNS.items() for m in sign.finditer(before)]
    return max(ends, default=(0, ""))[1]


def _fields(text: str) -> frozenset[str]:
    words = f" {fold(text)} "
    return frozenset(
        field for field, signs in _lexicon().items() if any(f" {sign} " in words for sign in signs)
    )


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    lines = resource("linking/fields_of_work.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {field: tuple(fold(sign) for sign in signs.split(",")) for field, _, signs in rows}
