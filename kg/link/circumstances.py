"""What an article says around a body or a person: what two reports share where names alone do not decide."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from kg.link.bodies import Bodies, is_common
from kg.link.footing import Footing
from kg.link.matching import Matching
from kg.link.mentions import Mention
from kg.link.name_parts import Parts, parts_of
from kg.link.normalise import is_acronym
from kg.link.occasions import Scene
from kg.link.person_names import person_keys
from kg.link.sounds import likeness, near, syllables
from kg.model import Relation

Circumstance = tuple[Any, ...]
"""Of which sort it is, which one, and in which month."""
_WEIGHTS = {"seat": 2, "event": 2, "deal": 2, "person": 4, "namesake": 2, "beside": 1}
"""What a sort of circumstance is worth; who is beside a body is worth nothing where they met or agreed."""
_RENDERED, _TRANSLATED = 1, 3
"""What is needed where one name sounds like the other, and where it is at best a translation."""
ALIKE = 0.5
"""From here on a Chinese name is taken for the rendering of a Latin one, if a circumstance supports it."""
_HEADS_ALIKE = 0.5
_CROWD = 8
"""In an article that names more bodies than these, which stands beside which says little."""
_MONTH = timedelta(days=30)
_NUMBERS = frozenset(
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
)


@dataclass(frozen=True, slots=True)
class _Body:
    """What an article tells of an institution."""

    name: str
    footing: Footing
    known: str | None
    """Its slug in the registry."""
    keys: frozenset[Circumstance]


def institutions(scene: Scene, bodies: Bodies) -> Matching[_Body]:
    """Return the institutions, to join those of like names that two articles report the same of."""
    return Matching(
        scene.clusters, bodies.mentions(), lambda body: _body(body, scene, bodies), _alike, _bearable
    )


def _body(body: Mention, scene: Scene, bodies: Bodies) -> _Body:
    known = bodies.known.institutions.get(body.id)
    return _Body(body.entity.name, bodies.footings[body.id], known, frozenset(_around(body, scene)))


def _alike(one: _Body, other: _Body) -> int:
    """Return how much names and what stands around them speak for two bodies being one."""
    if not _bearable(one, other):
        return 0
    sorts = {circumstance[0] for circumstance in one.keys & other.keys}
    weight = _weight(sorts | ({"seat"} if _one_town(one, other) else set()))
    alike = _name_likeness(one.name, other.name)
    bare = is_common(one.name) or is_common(other.name)
    needed = _RENDERED if alike >= ALIKE and not bare else _TRANSLATED
    return round(20 * alike) + weight if weight >= needed else 0


def _one_town(one: _Body, other: _Body) -> bool:
    return one.footing.place == other.footing.place != one.footing.country


def _weight(sorts: set[str]) -> int:
    if sorts & {"event", "deal"}:
        sorts = sorts - {"beside"}
    return sum(_WEIGHTS[sort] for sort in sorts - ({"namesake"} if "person" in sorts else set()))


def _bearable(one: _Body, other: _Body) -> bool:
    """Tell whether nothing in name and place speaks against two mentions being one body."""
    if one.known is not None and other.known is not None:
        return one.known == other.known
    if not one.footing.meets(other.footing):
        return False
    return one.name == other.name or _compatible(one.name, other.name)


@lru_cache(maxsize=500_000)
def _compatible(one: str, other: str) -> bool:
    """Tell whether two different names may be one body's."""
    return is_acronym(one) or is_acronym(other) or not _contradict(parts_of(one), parts_of(other))


def _contradict(one: Parts, other: Parts) -> bool:
    if one.heads & _NUMBERS != other.heads & _NUMBERS and one.chinese == other.chinese:
        return True
    if one.level and other.level and one.level != other.level:
        return True
    union = one.loose | other.loose
    if not union or len(one.loose & other.loose) / len(union) < _HEADS_ALIKE:
        return True
    if one.chinese == other.chinese:
        return one.own != other.own or one.heads != other.heads
    if not one.own or not other.own:
        return one.own != other.own or one.places != other.places
    latin, chinese = (other, one) if one.chinese else (one, other)
    # A romanised Chinese name that is written otherwise is another one, and so is a neighbour by one letter.
    romanised = syllables(latin.own) == len(chinese.own)
    return latin.own != chinese.sound and (near(latin.own, chinese.sound) or romanised)


@lru_cache(maxsize=200_000)
def _name_likeness(one: str, other: str) -> float:
    """Return how far the own words of two names are one by sound; 1 in one language, where they are equal."""
    left, right = parts_of(one), parts_of(other)
    if left.chinese == right.chinese or not left.own:
        return 1.0
    latin, chinese = (right.own, left.own) if left.chinese else (left.own, right.own)
    return likeness(latin, chinese)


def _around(body: Mention, scene: Scene) -> Iterator[Circumstance]:
    own, months = scene.clusters.root(body.id), _months(body.article.published)
    groups = scene.book.sources(body.id, Relation.SENT_BY)
    events = scene.book.sources(body.id, Relation.PARTICIPANT, Relation.HOST)
    for event in [*events, *(e for g in groups for e in scene.book.sources(g.id, Relation.PARTICIPANT))]:
        yield "event", scene.clusters.root(event.id)
        if (days := scene.interval(event)) is not None:
            yield (
                "event",
                (days[0], event.concept(Relation.KIND), scene.slugs(scene.roots(event, Relation.LOCATION))),
            )
    for deal in scene.book.sources(body.id, Relation.PARTY, Relation.SIDE):
        for other in scene.roots(deal, Relation.PARTY, Relation.SIDE) - {own}:
            yield from (("deal", other, *month) for month in months)
    for role in scene.book.sources(body.id, Relation.ROLE_IN, Relation.REPRESENTS):
        for holder in role.refs(Relation.HOLDER):
            yield "person", scene.clusters.root(holder)
            yield from (("namesake", key) for key in person_keys(scene.book.mentions[holder].entity.name))
    beside = scene.book.beside(body)
    if len(beside) <= _CROWD:
        others = scene.clusters.roots(m.id for m in beside) - {own}
        yield from (("beside", other, *month) for other in others for month in months)


def _months(day: date | None) -> set[tuple[int, int]]:
    """Return the month of a day, and the next one where it is near the end."""
    return {(d.year, d.month) for d in (day, day + _MONTH / 2)} if day else set()
