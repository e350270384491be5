"""Whom the seeded articles speak of: places, bodies, persons and what they do together, each by number."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from generated_words import ABROAD_SOUNDS, BODIES, GIVEN, HOME_SOUNDS, SURNAMES, TITLES, TOPICS

from kg.gazetteer import PlaceRecord, country_of, lookup, places

_HEAVY, _FLAT = 20, 0.35
"""Of the law by which bodies recur: the first is in about 1.7 % of the draws, and there is no last one."""
_MOST_BODIES = 40**3
_FIRST_DAY = date(2015, 1, 1)


@dataclass(frozen=True, slots=True)
class Body:
    """An institution: its names by language, what it is and where it has its seat."""

    number: int
    names: dict[str, str]
    kind: str
    town: PlaceRecord
    home: bool
    """Its country is China, and its people have Chinese names."""

    @property
    def land(self) -> PlaceRecord:
        found = country_of(self.town.slug)
        assert found is not None  # noqa: S101  `towns` has none without
        return found


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with one post in one body."""

    number: int
    names: dict[str, str]
    titles: dict[str, str]
    body: Body


@dataclass(frozen=True, slots=True)
class Occasion:
    """A visit and what comes of it; several articles may report it."""

    number: int
    host: Body
    guest: Body
    other: Body
    start: date
    end: date
    outcome: str
    """The status of its agreements in the end."""
    announced: bool
    """The first report comes before it."""
    venue: bool
    """It is signed at a conference."""
    edition: int
    heads: int
    """How many are in the delegation."""
    agreements: int
    subject: int

    def person(self, body: Body, place: int) -> Person:
        """Return one of the people of a body; which of them, is this occasion's."""
        return person(body, (self.number // 7 + place) % 5)


def occasion_of(number: int) -> int:
    """Return which occasion an article reports: four in ten report what another one has reported."""
    at = number % 10
    return number - (6 if at == 6 else 7 if at > 6 else 0)


def occasion(number: int, seed: int) -> Occasion:
    random = Random(f"{seed} occasion {number}")  # noqa: S311  the same for ever
    host = body(_drawn(random), seed)
    guest = host
    while guest.land is host.land:
        guest = body(_drawn(random), seed)
    other = guest
    while other.number in {guest.number, host.number}:
        other = body(_drawn(random), seed)
    start = _FIRST_DAY + timedelta(days=random.randrange(4000))
    outcomes = ("signed", "preliminary", "planned", "cancelled", "denied", "in-force")
    return Occasion(
        number, host, guest, other, start, start + timedelta(days=random.randrange(4)),
        outcome=random.choices(outcomes, (70, 10, 7, 4, 4, 5))[0],
        announced=random.random() < 0.3,
        venue=random.random() < 0.3,
        edition=random.randrange(2, 30),
        heads=random.randrange(4, 40),
        agreements=random.randrange(4, 60),
        subject=random.randrange(len(TOPICS)),
    )  # fmt: skip


def _drawn(random: Random) -> int:
    """Return the number of a body: low ones often, so that there are hubs, and always new ones."""
    return int(_HEAVY * ((1 - random.random()) ** (-1 / _FLAT) - 1)) % _MOST_BODIES


@cache
def towns() -> tuple[tuple[PlaceRecord, ...], tuple[PlaceRecord, ...]]:
    """Return the towns abroad and at home that have one name in each language, and a country that has."""
    found: tuple[list[PlaceRecord], list[PlaceRecord]] = ([], [])
    for record in places().values():
        land = country_of(record.slug)
        if record.kind == "city" and land is not None and all(map(_is_clear, (record, land))):
            found[land.iso == "CN"].append(record)
    return tuple(found[0]), tuple(found[1])


def _is_clear(record: PlaceRecord) -> bool:
    return {"en", "zh"} <= record.names.keys() and all(lookup(n) is record for n in record.names.values())


@cache
def body(number: int, seed: int) -> Body:
    random = Random(f"{seed} body {number}")  # noqa: S311
    home = random.random() < 0.5
    code = number * 7919 + seed
    en, zh = _sounds(HOME_SOUNDS if home else ABROAD_SOUNDS, code, 3)
    pattern = random.choice(BODIES)
    names = {"en": pattern[0].format(en.capitalize()), "zh": pattern[1].format(zh)}
    return Body(number, names, pattern[2], random.choice(towns()[home]), home)


def person(body: Body, place: int) -> Person:
    number = body.number * 5 + place
    random = Random(f"person {number} {body.names['en']}")  # noqa: S311
    family, given = random.choice(SURNAMES), random.choice(GIVEN)
    en, zh = _sounds(HOME_SOUNDS if body.home else ABROAD_SOUNDS, random.randrange(10**6), 2)
    if body.home:
        names = {"en": f"{_latin(family)} {en.capitalize()}", "zh": f"{_signs(family)}{zh}"}
    else:
        names = {"en": f"{_latin(given)} {en.capitalize()}", "zh": f"{_signs(given)}·{zh}"}
    title = TITLES[place % len(TITLES)]
    return Person(number, names, dict(zip(("en", "zh"), title, strict=True)), body)


def _sounds(table: list[str], code: int, length: int) -> tuple[str, str]:
    """Return a number's name in Latin letters and in Chinese signs: another number has another one."""
    picked = [table[code // len(table) ** place % len(table)] for place in range(length)]
    return "".join(map(_latin, picked)), "".join(map(_signs, picked))


def _latin(pair: str) -> str:
    return re.sub(r"[^A-Za-z]", "", pair)


def _signs(pair: str) -> str:
    return re.sub(r"[A-Za-z]", "", pair)
