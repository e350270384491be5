"""Agreements and roles: who with whom, when, and under which title."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from kg.link.clusters import join_equal
from kg.link.matching import Matching
from kg.link.mentions import Mention, MentionId
from kg.link.normalise import normalise, words_of
from kg.link.occasions import Scene
from kg.model import Kind, Relation

DAYS_APART = 60
"""Reports of one agreement lie at most so far apart; a later one may be its renewal."""
_PARTIES = 2
_COMPARED = 6
"""Of how many parties every pair is looked for elsewhere."""
_LOOSE_KINDS = frozenset(("formal-agreement", "partnership", None))
"""What an article may call any agreement."""


@dataclass(frozen=True, slots=True)
class _Deal:
    """What an article tells of an agreement."""

    parties: frozenset[MentionId]
    events: frozenset[MentionId]
    """Where it was signed."""
    kind: str | None
    title: str | None
    """Its own name, made comparable."""
    day: date | None
    language: str
    topics: frozenset[Hashable]
    about: frozenset[str]
    """The words on its subject."""
    words: frozenset[str]
    """Those, and its name."""
    keys: frozenset[Hashable]


def agreements(scene: Scene) -> Matching[_Deal]:
    """Return the agreements, to join those of the same parties at the same time."""
    return Matching(
        scene.clusters, scene.book.of(Kind.AGREEMENT), lambda deal: _deal(deal, scene), _same_agreement
    )


def _deal(deal: Mention, scene: Scene) -> _Deal:
    parties, name = scene.roots(deal, Relation.PARTY), deal.entity.name
    about = frozenset(w for text in deal.words(Relation.SUBJECT_MATTER) for w in words_of(text))
    return _Deal(
        parties,
        scene.roots(deal, Relation.SIGNED_AT),
        deal.concept(Relation.KIND),
        normalise(name) if deal.entity.named else None,
        dated(deal, scene),
        deal.article.language,
        frozenset(fact.value for fact in deal.facts_of(Relation.TOPIC)),
        about,
        about | words_of(name),
        frozenset(combinations(sorted(parties)[:_COMPARED], _PARTIES)),
    )


def day_of(deal: Mention, scene: Scene) -> date | None:
    """Return the day on which a deal was made, where its article says so."""
    events = [scene.book.mentions[event] for event in deal.refs(Relation.SIGNED_AT)]
    events = events or [scene.book.mentions[event] for event in deal.refs(Relation.OUTCOME_OF)]
    found = [days[1] for event in events if (days := scene.interval(event)) is not None]
    return max(found) if found else None


def dated(deal: Mention, scene: Scene) -> date | None:
    """Return the day of a deal; that of publication where its article gives no date."""
    return day_of(deal, scene) or deal.article.published


def days_between(one: date | None, other: date | None) -> int | None:
    """Return how many days lie between two; nothing where one is not known."""
    return abs((one - other).days) if one is not None and other is not None else None


def _same_agreement(one: _Deal, other: _Deal) -> int:
    common = one.parties & other.parties
    if len(common) < _PARTIES or common not in (one.parties, other.parties):
        return 0
    same_title = one.title is not None and one.title == other.title
    apart = days_between(one.day, other.day)
    late = apart is not None and apart > DAYS_APART
    if not same_title and (late or _other_kind(one, other) or _other_subject(one, other)):
        return 0
    same_event, topics = bool(one.events & other.events), one.topics & other.topics
    return 2 + 8 * same_title + 3 * same_event + 2 * (apart == 0) + len(topics) + _alike(one, other)


def _other_kind(one: _Deal, other: _Deal) -> bool:
    return one.kind != other.kind and _LOOSE_KINDS.isdisjoint((one.kind, other.kind))


def _other_subject(one: _Deal, other: _Deal) -> bool:
    """Tell whether two articles in one language differ on what the deal is about, in topics and in words."""
    told = one.about and other.about and one.topics and other.topics and one.language == other.language
    return bool(told) and one.about.isdisjoint(other.about) and one.topics.isdisjoint(other.topics)


def _alike(one: _Deal, other: _Deal) -> int:
    union = one.words | other.words
    return round(4 * len(one.words & other.words) / len(union)) if union else 0


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
