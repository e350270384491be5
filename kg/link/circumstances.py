"""What an article says around a body or a person: what two reports share where names alone do not decide."""

from collections.abc import Hashable, Iterator
from datetime import date, timedelta

from kg.link.bodies import Bodies, is_common
from kg.link.clusters import join_best
from kg.link.mentions import Mention
from kg.link.name_parts import Parts, parts_of
from kg.link.normalise import is_acronym
from kg.link.occasions import Scene
from kg.link.person_names import person_keys
from kg.link.sounds import likeness, near, syllables
from kg.model import Relation

Circumstance = tuple[str, Hashable]
"""Of which sort it is, and which one."""
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


def join_bodies_by_circumstances(scene: Scene, bodies: Bodies) -> None:
    """Join institutions whose names may be one in two languages and that two articles report the same of."""
    around = {m.id: frozenset(_around_body(m, scene)) for m in bodies.mentions()}

    def score(one: Mention, other: Mention) -> int:
        if not _bearable(one, other, bodies):
            return 0
        sorts = {sort for sort, _ in around[one.id] & around[other.id]}
        weight = _weight(sorts | ({"seat"} if sorts and _one_town(one, other, bodies) else set()))
        names = one.entity.name, other.entity.name
        alike = _name_likeness(parts_of(names[0]), parts_of(names[1]))
        bare = any(is_common(name) for name in names)
        needed = _RENDERED if alike >= ALIKE and not bare else _TRANSLATED
        return round(20 * alike) + weight if weight >= needed else 0

    join_best(
        scene.clusters,
        bodies.mentions(),
        lambda m: around[m.id],
        score,
        bearable=lambda one, other: _bearable(one, other, bodies),
    )


def _one_town(one: Mention, other: Mention, bodies: Bodies) -> bool:
    left, right = bodies.footings[one.id], bodies.footings[other.id]
    return left.place == right.place != left.country


def _weight(sorts: set[str]) -> int:
    if sorts & {"event", "deal"}:
        sorts = sorts - {"beside"}
    return sum(_WEIGHTS[sort] for sort in sorts - ({"namesake"} if "person" in sorts else set()))


def _bearable(one: Mention, other: Mention, bodies: Bodies) -> bool:
    """Tell whether nothing in name and place speaks against two mentions being one body."""
    known = bodies.known.institutions
    if one.id in known and other.id in known:
        return known[one.id] == known[other.id]
    if not bodies.footings[one.id].meets(bodies.footings[other.id]):
        return False
    if is_acronym(one.entity.name) or is_acronym(other.entity.name):
        return True
    parts = parts_of(one.entity.name), parts_of(other.entity.name)
    return one.entity.name == other.entity.name or not _contradict(*parts)


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


def _name_likeness(one: Parts, other: Parts) -> float:
    if one.chinese == other.chinese or not one.own:
        return 1.0
    latin, chinese = (other.own, one.own) if one.chinese else (one.own, other.own)
    return likeness(latin, chinese)


def _around_body(body: Mention, scene: Scene) -> Iterator[Circumstance]:
    groups = scene.book.sources(body.id, Relation.SENT_BY)
    events = scene.book.sources(body.id, Relation.PARTICIPANT, Relation.HOST)
    for event in [*events, *(e for g in groups for e in scene.book.sources(g.id, Relation.PARTICIPANT))]:
        yield "event", scene.clusters.root(event.id)
        if (days := scene.interval(event)) is not None:
            yield "event", (days[0], event.concept(Relation.KIND), _where(event, scene))
    for deal in scene.book.sources(body.id, Relation.PARTY, Relation.SIDE):
        own = scene.clusters.root(body.id)
        for other in sorted(scene.roots(deal, Relation.PARTY, Relation.SIDE) - {own}):
            yield from (("deal", (other, month)) for month in _months(body.article.published))
    for role in scene.book.sources(body.id, Relation.ROLE_IN, Relation.REPRESENTS):
        for holder in role.refs(Relation.HOLDER):
            yield "person", scene.clusters.root(holder)
            yield from (("namesake", key) for key in person_keys(scene.book.mentions[holder].entity.name))
    beside = scene.book.beside(body)
    if len(beside) <= _CROWD:
        others = scene.clusters.roots(m.id for m in beside) - {scene.clusters.root(body.id)}
        yield from (
            ("beside", (o, month)) for o in sorted(others) for month in _months(body.article.published)
        )


def _where(event: Mention, scene: Scene) -> tuple[str, ...]:
    return tuple(sorted(scene.slugs(scene.roots(event, Relation.LOCATION))))


def _months(day: date | None) -> list[str]:
    """Return a month by its number, and the next one where a day is near its end."""
    return sorted({f"{d:%Y-%m}" for d in (day, day + _MONTH / 2)}) if day else []
