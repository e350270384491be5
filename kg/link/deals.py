"""Agreements, sets of agreements and roles: who with whom, when, and how far it had come."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from kg.gazetteer import within_chain
from kg.link.clusters import join_best, join_equal
from kg.link.mentions import Mention, MentionId
from kg.link.normalise import normalise, words_of
from kg.link.occasions import Scene
from kg.model import Kind, Relation

DAYS_APART = 60
"""Reports of one agreement lie at most so far apart; a later one may be its renewal."""
SET_DAYS_APART = 14
_PARTIES = 2
_LOOSE_KINDS = frozenset(("formal-agreement", "partnership", None))
"""What an article may call any agreement."""
STATUS_GROUP = {
    "signed": "done", "in-force": "done", "ended": "done",
    "planned": "hoped", "preliminary": "hoped", "cancelled": "off", "denied": "off",
}  # fmt: skip


def join_agreements(scene: Scene) -> None:
    """Join agreements of the same parties at the same time."""
    agreements = scene.book.of(Kind.AGREEMENT)
    join_best(
        scene.clusters,
        agreements,
        lambda m: _party_keys(scene.roots(m, Relation.PARTY)),
        lambda a, b: _same_agreement(a, b, scene),
    )


def _party_keys(parties: frozenset[MentionId]) -> list[str]:
    low = sorted(parties)[:6]
    return [f"{a} {b}" for place, a in enumerate(low) for b in low[place + 1 :]]


def day_of(deal: Mention, scene: Scene) -> date | None:
    """Return the day on which a deal was made, where its article says so."""
    events = [scene.book.mentions[event] for event in deal.refs(Relation.SIGNED_AT)]
    events = events or [scene.book.mentions[event] for event in deal.refs(Relation.OUTCOME_OF)]
    found = [days[1] for event in events if (days := scene.interval(event)) is not None]
    return max(found) if found else None


def _apart(one: Mention, other: Mention, scene: Scene) -> int | None:
    """Return how many days lie between two deals; by publication where an article gives no date."""
    said = day_of(one, scene), day_of(other, scene)
    days = said if all(said) else (said[0] or one.article.published, said[1] or other.article.published)
    return abs((days[0] - days[1]).days) if days[0] is not None and days[1] is not None else None


def _same_agreement(one: Mention, other: Mention, scene: Scene) -> int:
    parties = [scene.roots(m, Relation.PARTY) for m in (one, other)]
    common = parties[0] & parties[1]
    if len(common) < _PARTIES or common not in parties:
        return 0
    same_title = (
        one.entity.named and other.entity.named and normalise(one.entity.name) == normalise(other.entity.name)
    )
    kinds = [m.concept(Relation.KIND) for m in (one, other)]
    if kinds[0] != kinds[1] and not _LOOSE_KINDS & set(kinds) and not same_title:
        return 0
    apart = _apart(one, other, scene)
    if apart is not None and apart > DAYS_APART and not same_title:
        return 0
    if _different_subjects(one, other) and not same_title:
        return 0
    same_event = bool(scene.roots(one, Relation.SIGNED_AT) & scene.roots(other, Relation.SIGNED_AT))
    topics = _topics(one) & _topics(other)
    return 2 + 8 * same_title + 3 * same_event + 2 * (apart == 0) + len(topics) + _alike(one, other)


def _topics(deal: Mention) -> frozenset[str]:
    return frozenset(str(fact.value) for fact in deal.facts_of(Relation.TOPIC))


def _about(deal: Mention) -> frozenset[str]:
    return frozenset(w for text in deal.words(Relation.SUBJECT_MATTER) for w in words_of(text))


def _different_subjects(one: Mention, other: Mention) -> bool:
    """Tell whether two articles in one language differ on what the deal is about, in topics and in words."""
    same_language = one.article.language == other.article.language
    about, topics = (_about(one), _about(other)), (_topics(one), _topics(other))
    told = same_language and all(about) and all(topics)
    return told and not about[0] & about[1] and not topics[0] & topics[1]


def _alike(one: Mention, other: Mention) -> int:
    words = [_about(m) | words_of(m.entity.name) for m in (one, other)]
    union = words[0] | words[1]
    return round(4 * len(words[0] & words[1]) / len(union)) if union else 0


def join_sets(scene: Scene) -> None:
    """Join sets of agreements that two articles count on one occasion."""
    sets = scene.book.of(Kind.AGREEMENT_SET)
    join_best(scene.clusters, sets, lambda m: _set_keys(m, scene), lambda a, b: _same_set(a, b, scene))
    parts = _parts(sets, scene)
    join_best(scene.clusters, sets, lambda m: parts[m.id], lambda a, b: _same_whole(a, b, scene))


def _parts(sets: Iterable[Mention], scene: Scene) -> defaultdict[MentionId, set[str]]:
    """Return the things that are part of each set, once the parts themselves are joined."""
    parts: defaultdict[MentionId, set[str]] = defaultdict(set)
    for part in sets:
        for whole in part.refs(Relation.SUBSET_OF):
            parts[whole].add(f"{scene.clusters.root(part.id)}")
    return parts


def _same_whole(one: Mention, other: Mention, scene: Scene) -> int:
    """Tell whether two sets that have a part in common are one: same sides, come equally far."""
    sides = [_sides(m, scene) for m in (one, other)]
    groups = {STATUS_GROUP.get(m.concept(Relation.STATUS) or "") for m in (one, other)}
    return int(len(groups) == 1 and all(sides) and _sides_agree(sides[0], sides[1], scene))


def _set_keys(counted: Mention, scene: Scene) -> set[str]:
    occasions = {f"at {event}" for event in _occasions(counted, scene)}
    day = day_of(counted, scene) or counted.article.published
    if day is None:
        return occasions
    months = {f"{day:%Y-%m}", f"{date.fromordinal(day.toordinal() + SET_DAYS_APART):%Y-%m}"}
    return occasions | {f"{who} {month}" for who in _sides(counted, scene) for month in months}


def _sides(counted: Mention, scene: Scene) -> frozenset[MentionId]:
    own = scene.roots(counted, Relation.SIDE, Relation.PARTY)
    wholes = (scene.book.mentions[whole] for whole in counted.refs(Relation.SUBSET_OF))
    return own or frozenset(r for whole in wholes for r in scene.roots(whole, Relation.SIDE, Relation.PARTY))


def _occasions(counted: Mention, scene: Scene) -> frozenset[MentionId]:
    return scene.roots(counted, Relation.SIGNED_AT) or scene.roots(counted, Relation.OUTCOME_OF)


def _same_set(one: Mention, other: Mention, scene: Scene) -> int:
    sides = [_sides(m, scene) for m in (one, other)]
    same_occasion = bool(_occasions(one, scene) & _occasions(other, scene))
    shared = bool(sides[0] & sides[1]) and _sides_agree(sides[0], sides[1], scene)
    if (all(sides) and not shared) or not (shared or same_occasion):
        return 0
    apart = _apart(one, other, scene)
    groups = [STATUS_GROUP.get(m.concept(Relation.STATUS) or "") for m in (one, other)]
    same_size = bool(_sizes(one, scene) & _sizes(other, scene))
    if groups[0] != groups[1] and not (same_size and same_occasion):
        return 0
    if not same_occasion and (apart is None or apart > SET_DAYS_APART or not (same_size or apart == 0)):
        return 0
    return 1 + 4 * same_occasion + 3 * (groups[0] == groups[1]) + 2 * same_size + (apart == 0)


def _sides_agree(one: frozenset[MentionId], other: frozenset[MentionId], scene: Scene) -> bool:
    """Tell whether every side of each has a side of the other that it is, holds or lies in."""
    return all(_has_near(side, other, scene) for side in one) and all(_has_near(s, one, scene) for s in other)


def _has_near(side: MentionId, others: frozenset[MentionId], scene: Scene) -> bool:
    if side in others:
        return True
    slug = scene.known.places.get(side)
    slugs = scene.slugs(others)
    if slug is None or not slugs:
        return scene.book.mentions[side].entity.kind is not Kind.PLACE and not slugs
    return any(slug in _chain(o) or o in _chain(slug) for o in slugs)


def _chain(slug: str) -> set[str]:
    return {slug, *(record.slug for record in within_chain(slug))}


def _sizes(counted: Mention, scene: Scene) -> frozenset[int]:
    figures = (scene.book.mentions[figure] for figure in counted.refs(Relation.SIZE))
    return frozenset(n for figure in figures if (n := figure.number(Relation.VALUE)) is not None)


def join_roles(scene: Scene) -> None:
    """Join roles of one person in one institution under one title."""
    roles = scene.book.of(Kind.ROLE)
    join_equal(scene.clusters, ((key, m) for m in roles if (key := _role_key(m, scene)) is not None))


def _bodies(role: Mention, scene: Scene) -> frozenset[MentionId]:
    return frozenset(scene.roots(role, Relation.ROLE_IN) or scene.roots(role, Relation.REPRESENTS))


def _role_key(role: Mention, scene: Scene) -> tuple[object, ...] | None:
    holders, bodies = scene.roots(role, Relation.HOLDER), _bodies(role, scene)
    if not holders or not bodies:
        return None
    return (min(holders), min(bodies), tuple(sorted(normalise(t) for t in role.words(Relation.TITLE))))
