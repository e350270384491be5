"""Delegations and events: one across articles when time, place and people agree and nothing contradicts."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kg.gazetteer import place, within_chain
from kg.link.clusters import Clusters
from kg.link.matching import Matching
from kg.link.mentions import Book, Mention, MentionId
from kg.link.named import Known
from kg.link.normalise import is_generic, normalise, words_of
from kg.model import Kind, Relation

Interval = tuple[date, date]
PLACE_ONLY = frozenset(("conference", "signing", "ceremony"))
"""Kinds of event that one city and one day tell apart well enough where nobody is named."""
_SLACK = timedelta(days=3)
_PUBLISHED_APART = timedelta(days=120)
"""Of events without a day: when reports of one of that name came out."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is settled before occasions are compared."""

    book: Book
    clusters: Clusters
    known: Known

    def roots(self, mention: Mention, *relations: Relation) -> frozenset[MentionId]:
        """Return the things that a mention's relations point to."""
        return self.clusters.roots(mention.refs(*relations))

    def slugs(self, roots: Iterable[MentionId]) -> frozenset[str]:
        """Return the gazetteer's places among those things."""
        return frozenset(slug for root in roots if (slug := self.known.places.get(root)) is not None)

    def interval(self, event: Mention) -> Interval | None:
        """Return the days that an event is said to take."""
        start, end = event.day(Relation.START_DATE), event.day(Relation.END_DATE)
        first, last = start or end, end or start
        return (first, last) if first and last and first <= last else None


@dataclass(frozen=True, slots=True)
class _Where:
    """The places of one thing, as the gazetteer has them."""

    slugs: frozenset[str]
    above: frozenset[str]
    """They, and all that hold them."""

    def differs(self, other: "_Where") -> bool:
        """Tell whether both are told, and no place of one is, holds or lies in any place of the other."""
        if not self.slugs or not other.slugs:
            return False
        return self.above.isdisjoint(other.slugs) and other.above.isdisjoint(self.slugs)


def _where(roots: Iterable[MentionId], scene: Scene) -> _Where:
    slugs = scene.slugs(roots)
    return _Where(slugs, slugs | {record.slug for slug in slugs for record in within_chain(slug)})


@dataclass(frozen=True, slots=True)
class _Group:
    """What an article tells of a delegation."""

    senders: frozenset[MentionId]
    heads: frozenset[MentionId]
    where: _Where
    days: Interval | None
    keys: frozenset[Hashable]


def delegations(scene: Scene) -> Matching[_Group]:
    """Return the delegations, to join those of one sender and one visit."""
    return Matching(
        scene.clusters, scene.book.of(Kind.DELEGATION), lambda group: _group(group, scene), _same_group
    )


def _group(group: Mention, scene: Scene) -> _Group:
    senders = scene.roots(group, Relation.ORIGIN, Relation.SENT_BY)
    visits = _visits(group, scene)
    months = {(day.year, day.month) for days in visits for day in days}
    return _Group(
        senders,
        scene.roots(group, Relation.HEAD),
        _where(_destinations(group, scene), scene),
        _span(visits),
        frozenset((sender, month) for sender in senders for month in months),
    )


def _visits(group: Mention, scene: Scene) -> list[Interval]:
    events = scene.book.sources(group.id, Relation.PARTICIPANT, Relation.HOST)
    return sorted(days for event in events if (days := scene.interval(event)) is not None)


def _destinations(group: Mention, scene: Scene) -> Iterator[MentionId]:
    events = scene.book.sources(group.id, Relation.PARTICIPANT)
    return (root for event in events for root in scene.roots(event, Relation.LOCATION))


def _same_group(one: _Group, other: _Group) -> int:
    shared, same_head = one.senders & other.senders, bool(one.heads & other.heads)
    if not shared or (one.heads and other.heads and not same_head) or one.where.differs(other.where):
        return 0
    met, told = _overlap(one.days, other.days), bool(one.where.slugs and other.where.slugs)
    score = 4 * met + 3 * same_head + told + len(shared)
    return score if met or (same_head and told) else 0


def _span(visits: list[Interval]) -> Interval | None:
    return (visits[0][0], max(end for _, end in visits)) if visits else None


def _overlap(one: Interval | None, other: Interval | None) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What an article tells of an event."""

    kind: str | None
    days: Interval | None
    name: str | None
    """A proper name."""
    words: frozenset[str]
    language: str
    published: date | None
    where: _Where
    who: frozenset[MentionId]
    keys: frozenset[Hashable]


def events(scene: Scene) -> Matching[_Occasion]:
    """Return the events, to join those of one kind whose dates agree and that share whom or where."""
    return Matching(
        scene.clusters, scene.book.of(Kind.EVENT), lambda event: _occasion(event, scene), _same_event
    )


def _occasion(event: Mention, scene: Scene) -> _Occasion:
    kind, days, name = event.concept(Relation.KIND), scene.interval(event), _proper_name(event)
    where, who = _where(scene.roots(event, Relation.LOCATION), scene), _actors(event, scene)
    countries = {slug for slug in where.slugs if (record := place(slug)) and record.kind == "country"}
    keys: set[Hashable] = {("named", name)} if name else set()
    if days is not None:
        keys |= {(kind, days[0].year, days[0].month, one) for one in (*who, *(where.slugs - countries))}
    return _Occasion(
        kind,
        days,
        name,
        words_of(event.entity.name),
        event.article.language,
        event.article.published,
        where,
        who,
        frozenset(keys),
    )


def _actors(event: Mention, scene: Scene) -> frozenset[MentionId]:
    """Return who takes part in an event, the parties of what was signed there among them."""
    signed = scene.book.sources(event.id, Relation.SIGNED_AT)
    parties = (root for mention in signed for root in scene.roots(mention, Relation.PARTY))
    return scene.roots(event, Relation.PARTICIPANT, Relation.HOST) | frozenset(parties)


def _proper_name(event: Mention) -> str | None:
    name = normalise(event.entity.name)
    return name if event.entity.named and not is_generic(name) and len(name.split()) != 1 else None


def _named_apart(one: _Occasion, other: _Occasion) -> bool:
    """Tell whether two articles in one language give two names, neither the other's longer form."""
    if one.language != other.language or not (one.name and other.name):
        return False
    return not (one.words <= other.words or other.words <= one.words)


def _same_event(one: _Occasion, other: _Occasion) -> int:
    if one.kind != other.kind or one.where.differs(other.where) or _named_apart(one, other):
        return 0
    same_name = one.name is not None and one.name == other.name
    if one.days is None or other.days is None:
        return 3 if same_name and _published_near(one, other) else 0
    if not (_agree(one.days, other.days) or (same_name and _close(one.days, other.days))):
        return 0
    shared = len(one.who & other.who)
    if one.who and other.who and not shared and not same_name:
        return 0
    same_days, same_place = one.days == other.days, not one.where.slugs.isdisjoint(other.where.slugs)
    return _weigh(one, shared, same_days=same_days, same_place=same_place, same_name=same_name)


def _weigh(one: _Occasion, shared: int, *, same_days: bool, same_place: bool, same_name: bool) -> int:
    """Return the score of two events that do not contradict each other."""
    if not (same_days or same_place or same_name):
        return 0
    alone = same_days and same_place and one.kind in PLACE_ONLY
    if not (same_name or shared or alone):
        return 0
    return 4 * same_days + 2 * same_place + 3 * same_name + min(shared, 5) + 1


def _agree(one: Interval, other: Interval) -> bool:
    """Tell whether two intervals can be of one event: one holds the other, give or take a few days."""
    if not _overlap(one, other):
        return False
    inside = (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])
    return inside or (abs(one[0] - other[0]) <= _SLACK and abs(one[1] - other[1]) <= _SLACK)


def _close(one: Interval, other: Interval) -> bool:
    """Tell whether two articles may only differ by some days on when one occasion of that name was."""
    return abs(one[0] - other[0]) <= _SLACK


def _published_near(one: _Occasion, other: _Occasion) -> bool:
    days = (one.published, other.published)
    return days[0] is not None and days[1] is not None and abs(days[0] - days[1]) <= _PUBLISHED_APART
