"""Delegations and events: one across articles when time, place and people agree and nothing contradicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from kg.gazetteer import place, within_chain
from kg.link.clusters import Clusters, join_best
from kg.link.mentions import Book, Mention, MentionId
from kg.link.named import Known
from kg.link.normalise import is_generic, normalise, words_of
from kg.model import Kind, Relation

Interval = tuple[date, date]
PLACE_ONLY = frozenset(("conference", "signing", "ceremony"))
"""Kinds of event that one city and one day tell apart well enough where nobody is named."""
_SLACK = timedelta(days=3)
_CERTAIN = 2


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


def join_delegations(scene: Scene) -> None:
    """Join delegations of one sender and one visit."""
    groups = scene.book.of(Kind.DELEGATION)
    join_best(
        scene.clusters, groups, lambda m: _delegation_keys(m, scene), lambda a, b: _same_group(a, b, scene)
    )


def _delegation_keys(group: Mention, scene: Scene) -> set[str]:
    senders = scene.roots(group, Relation.ORIGIN, Relation.SENT_BY)
    return {
        f"{s} {day:%Y-%m}" for s in senders for start, end in _visits(group, scene) for day in (start, end)
    }


def _visits(group: Mention, scene: Scene) -> list[Interval]:
    events = scene.book.sources(group.id, Relation.PARTICIPANT, Relation.HOST)
    return sorted(days for event in events if (days := scene.interval(event)) is not None)


def _destinations(group: Mention, scene: Scene) -> frozenset[str]:
    events = scene.book.sources(group.id, Relation.PARTICIPANT)
    return scene.slugs(root for event in events for root in scene.roots(event, Relation.LOCATION))


def _same_group(one: Mention, other: Mention, scene: Scene) -> int:
    senders = [scene.roots(m, Relation.ORIGIN, Relation.SENT_BY) for m in (one, other)]
    heads = [scene.roots(m, Relation.HEAD) for m in (one, other)]
    where = [_destinations(m, scene) for m in (one, other)]
    shared = senders[0] & senders[1]
    if (
        not shared
        or (all(heads) and not heads[0] & heads[1])
        or (all(where) and not _near(where[0], where[1]))
    ):
        return 0
    met = _overlap(_span(_visits(one, scene)), _span(_visits(other, scene)))
    score = 4 * met + 3 * bool(heads[0] & heads[1]) + bool(all(where)) + len(shared)
    return score if met or (heads[0] & heads[1] and all(where)) else 0


def _span(visits: list[Interval]) -> Interval | None:
    return (visits[0][0], max(end for _, end in visits)) if visits else None


def _overlap(one: Interval | None, other: Interval | None) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def _near(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether some place of one is, holds or lies in some place of the other."""
    return bool(_above(one) & other or _above(other) & one)


def _above(slugs: frozenset[str]) -> frozenset[str]:
    return slugs | {record.slug for slug in slugs for record in within_chain(slug)}


def join_events(scene: Scene) -> None:
    """Join events of one kind whose dates agree and that share whom or where."""
    events = scene.book.of(Kind.EVENT)
    join_best(scene.clusters, events, lambda m: _event_keys(m, scene), lambda a, b: _same_event(a, b, scene))


def _event_keys(event: Mention, scene: Scene) -> set[str]:
    kind, days = event.concept(Relation.KIND), scene.interval(event)
    keys = {f"{kind} {days[0]:%Y-%m} {who}" for who in _shareable(event, scene)} if days else set()
    return keys | ({f"named {name}"} if (name := _proper_name(event)) else set())


def _shareable(event: Mention, scene: Scene) -> set[object]:
    places = scene.slugs(scene.roots(event, Relation.LOCATION))
    countries = {slug for slug in places if (record := place(slug)) and record.kind == "country"}
    return {*actors(event, scene), *(places - countries)}


def actors(event: Mention, scene: Scene) -> frozenset[MentionId]:
    """Return who takes part in an event, the parties of what was signed there among them."""
    signed = scene.book.sources(event.id, Relation.SIGNED_AT)
    parties = (root for mention in signed for root in scene.roots(mention, Relation.PARTY))
    return scene.roots(event, Relation.PARTICIPANT, Relation.HOST) | frozenset(parties)


def _proper_name(event: Mention) -> str | None:
    name = normalise(event.entity.name)
    return name if event.entity.named and not is_generic(name) and len(name.split()) != 1 else None


def _named_apart(one: Mention, other: Mention) -> bool:
    """Tell whether two articles in one language give two names, neither the other's longer form."""
    if one.article.language != other.article.language or not (_proper_name(one) and _proper_name(other)):
        return False
    words = words_of(one.entity.name), words_of(other.entity.name)
    return not (words[0] <= words[1] or words[1] <= words[0])


def _same_event(one: Mention, other: Mention, scene: Scene) -> int:
    if one.concept(Relation.KIND) != other.concept(Relation.KIND):
        return 0
    days = [scene.interval(m) for m in (one, other)]
    named = [_proper_name(m) for m in (one, other)]
    same_name = named[0] is not None and named[0] == named[1]
    where = [scene.slugs(scene.roots(m, Relation.LOCATION)) for m in (one, other)]
    if (all(where) and not _near(where[0], where[1])) or _named_apart(one, other):
        return 0
    if all(days) and not (_agree(days[0], days[1]) or (same_name and _close(days[0], days[1]))):
        return 0
    if not all(days):
        return 3 if same_name and _published_near(one, other) else 0
    who = [actors(m, scene) for m in (one, other)]
    shared = len(who[0] & who[1])
    if all(who) and not shared and not same_name:
        return 0
    same_days, same_place = days[0] == days[1], bool(where[0] & where[1])
    return _weigh(one, shared, same_days=same_days, same_place=same_place, same_name=same_name)


def _weigh(one: Mention, shared: int, *, same_days: bool, same_place: bool, same_name: bool) -> int:
    """Return the score of two events that do not contradict each other."""
    if not (same_days or same_place or same_name):
        return 0
    alone = same_days and same_place and one.concept(Relation.KIND) in PLACE_ONLY
    if not (same_name or shared or alone):
        return 0
    return 4 * same_days + 2 * same_place + 3 * same_name + min(shared, 5) + 1


def _agree(one: Interval | None, other: Interval | None) -> bool:
    """Tell whether two intervals can be of one event: one holds the other, give or take a few days."""
    if one is None or other is None or not _overlap(one, other):
        return False
    inside = (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])
    return inside or (abs(one[0] - other[0]) <= _SLACK and abs(one[1] - other[1]) <= _SLACK)


def _close(one: Interval | None, other: Interval | None) -> bool:
    """Tell whether two articles may only differ by some days on when one occasion of that name was."""
    return one is not None and other is not None and abs(one[0] - other[0]) <= _SLACK


def _published_near(one: Mention, other: Mention) -> bool:
    days = (one.article.published, other.article.published)
    return days[0] is not None and days[1] is not None and abs((days[0] - days[1]).days) <= 60 * _CERTAIN
