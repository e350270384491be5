"""Sets of agreements that articles count: one where sides, occasion and size agree, or a part is shared."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from kg.gazetteer import within_chain
from kg.link.deals import dated, days_between
from kg.link.matching import Matching
from kg.link.mentions import Mention, MentionId
from kg.link.occasions import Scene
from kg.model import Kind, Relation

DAYS_APART = 14
STATUS_GROUP = {
    "signed": "done", "in-force": "done", "ended": "done",
    "planned": "hoped", "preliminary": "hoped", "cancelled": "off", "denied": "off",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Set:
    """What an article tells of a set of agreements."""

    sides: frozenset[MentionId]
    occasions: frozenset[MentionId]
    reached: str | None
    """How far it came."""
    sizes: frozenset[int]
    day: date | None
    keys: frozenset[Hashable]


def join_sets(scene: Scene) -> None:
    """Join sets counted on one occasion, then those of the same sides with a part in common."""
    sets = scene.book.of(Kind.AGREEMENT_SET)
    Matching(scene.clusters, sets, lambda m: _set(m, scene), lambda a, b: _same_set(a, b, scene)).join()
    parts = _parts(sets, scene)
    Matching(
        scene.clusters,
        sets,
        lambda m: replace(_set(m, scene), keys=frozenset(parts[m.id])),
        lambda a, b: _same_whole(a, b, scene),
    ).join()


def _set(counted: Mention, scene: Scene) -> _Set:
    sides, day = _sides(counted, scene), dated(counted, scene)
    occasions = scene.roots(counted, Relation.SIGNED_AT) or scene.roots(counted, Relation.OUTCOME_OF)
    months = {(d.year, d.month) for d in (day, day + timedelta(DAYS_APART))} if day else set()
    return _Set(
        sides,
        occasions,
        STATUS_GROUP.get(counted.concept(Relation.STATUS) or ""),
        _sizes(counted, scene),
        day,
        frozenset((*occasions, *((side, month) for side in sides for month in months))),
    )


def _sides(counted: Mention, scene: Scene) -> frozenset[MentionId]:
    own = scene.roots(counted, Relation.SIDE, Relation.PARTY)
    wholes = (scene.book.mentions[whole] for whole in counted.refs(Relation.SUBSET_OF))
    return own or frozenset(r for whole in wholes for r in scene.roots(whole, Relation.SIDE, Relation.PARTY))


def _sizes(counted: Mention, scene: Scene) -> frozenset[int]:
    figures = (scene.book.mentions[figure] for figure in counted.refs(Relation.SIZE))
    return frozenset(n for figure in figures if (n := figure.number(Relation.VALUE)) is not None)


def _parts(sets: Iterable[Mention], scene: Scene) -> defaultdict[MentionId, set[MentionId]]:
    """Return the things that are part of each set, once the parts themselves are joined."""
    parts: defaultdict[MentionId, set[MentionId]] = defaultdict(set)
    for part in sets:
        for whole in part.refs(Relation.SUBSET_OF):
            parts[whole].add(scene.clusters.root(part.id))
    return parts


def _same_set(one: _Set, other: _Set, scene: Scene) -> int:
    same_occasion, same_size = bool(one.occasions & other.occasions), bool(one.sizes & other.sizes)
    shared = bool(one.sides & other.sides) and _sides_agree(one, other, scene)
    if (one.sides and other.sides and not shared) or not (shared or same_occasion):
        return 0
    apart, as_far = days_between(one.day, other.day), one.reached == other.reached
    if not as_far and not (same_size and same_occasion):
        return 0
    if not same_occasion and (apart is None or apart > DAYS_APART or not (same_size or apart == 0)):
        return 0
    return 1 + 4 * same_occasion + 3 * as_far + 2 * same_size + (apart == 0)


def _same_whole(one: _Set, other: _Set, scene: Scene) -> int:
    """Tell whether two sets that have a part in common are one: same sides, come equally far."""
    told = one.sides and other.sides and one.reached == other.reached
    return int(bool(told) and _sides_agree(one, other, scene))


def _sides_agree(one: _Set, other: _Set, scene: Scene) -> bool:
    """Tell whether every side of each has a side of the other that it is, holds or lies in."""
    pairs = ((one.sides, other.sides), (other.sides, one.sides))
    return all(_has_near(side, others, scene) for sides, others in pairs for side in sides)


def _has_near(side: MentionId, others: frozenset[MentionId], scene: Scene) -> bool:
    if side in others:
        return True
    slug = scene.known.places.get(side)
    slugs = scene.slugs(others)
    if slug is None or not slugs:
        return scene.book.mentions[side].entity.kind is not Kind.PLACE and not slugs
    return any(slug in _chain(o) or o in _chain(slug) for o in slugs)


@lru_cache(maxsize=100_000)
def _chain(slug: str) -> frozenset[str]:
    return frozenset((slug, *(record.slug for record in within_chain(slug))))
