"""Persons: one across articles by name and a second fact, never by name alone."""

import re
from collections.abc import Hashable, Iterator
from datetime import timedelta

from kg.gazetteer import place
from kg.link.clusters import join_best, join_equal
from kg.link.mentions import Mention, MentionId
from kg.link.normalise import normalise, normalise_person
from kg.link.occasions import Scene
from kg.link.person_names import is_chinese_name, person_keys, person_likeness
from kg.model import Kind, Relation

_OFFICE = re.compile(
    r"\b(minister|secretary of|foreign secretary|ambassador|governor of|mayor of|senator for|premier of)\b"
    r"|国家主席|总理|总统|外长|大使|省长$|市长$|部长$"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_ALIKE = 0.5
_HALF_MONTH = timedelta(days=15)
_CROWD = 8
"""In an article that names more persons than these, who stands beside whom says little."""


def join_persons(scene: Scene) -> None:
    """Join persons of one name within an article; across articles only with a second fact in common."""
    clusters, persons = scene.clusters, scene.book.of(Kind.PERSON)
    join_equal(clusters, ((("article", m.article.id, normalise_person(m.entity.name)), m) for m in persons))
    for person in persons:
        if is_chinese_name(person.entity.name):
            clusters.mark(person.id, "characters", normalise(person.entity.name))
    keyed = ((m, key) for m in persons for key in sorted(person_keys(m.entity.name)))
    facts = {m.id: sorted(_second_facts(m, scene), key=str) for m in persons}
    join_equal(clusters, (((key, fact), m) for m, key in keyed for fact in facts[m.id]))
    _join_by_circumstances(scene, persons)


def _join_by_circumstances(scene: Scene, persons: list[Mention]) -> None:
    """Join persons whose names are alike in two languages, or who stand beside the same others."""
    names = {m.id: person_keys(m.entity.name) for m in persons}
    around = {m.id: frozenset(_around(m, scene)) for m in persons}
    bodies = {m.id: _bodies(m, scene) for m in persons}

    def score(one: Mention, other: Mention) -> int:
        sorts = {sort for sort, _ in around[one.id] & around[other.id]}
        same = bool(names[one.id] & names[other.id])
        name = 1.0 if same else person_likeness(one.entity.name, other.entity.name)
        elsewhere = bodies[one.id] and bodies[other.id] and not bodies[one.id] & bodies[other.id]
        if name < _ALIKE or not sorts or (elsewhere and "event" not in sorts):
            return 0
        return round(20 * name) + 3 * len(sorts) if same or sorts & {"role", "event"} else 0

    def bearable(one: Mention, other: Mention) -> bool:
        same = names[one.id] & names[other.id]
        return bool(same) or person_likeness(one.entity.name, other.entity.name) >= _ALIKE

    join_best(
        scene.clusters, [m for m in persons if around[m.id]], lambda m: around[m.id], score, bearable=bearable
    )


def _bodies(person: Mention, scene: Scene) -> frozenset[MentionId]:
    roles = scene.book.sources(person.id, Relation.HOLDER)
    return frozenset(
        root for role in roles for root in scene.roots(role, Relation.ROLE_IN, Relation.REPRESENTS)
    )


def _around(person: Mention, scene: Scene) -> Iterator[tuple[str, Hashable]]:
    yield from (("role", root) for root in _bodies(person, scene))
    for event in _events(person, scene):
        yield "event", scene.clusters.root(event.id)
    day = person.article.published
    others = [m for m in scene.book.beside(person) if m.id != person.id]
    if day is None or len(others) > _CROWD:
        return
    months = {f"{d:%Y-%m}" for d in (day, day + _HALF_MONTH)}
    for other in others:
        yield from (("beside", (key, month)) for key in person_keys(other.entity.name) for month in months)


def _events(person: Mention, scene: Scene) -> list[Mention]:
    groups = scene.book.sources(person.id, Relation.MEMBER, Relation.HEAD)
    own = scene.book.sources(person.id, Relation.PARTICIPANT, Relation.HOST)
    return [*own, *(e for g in groups for e in scene.book.sources(g.id, Relation.PARTICIPANT))]


def _is_office(title: str) -> bool:
    words = normalise(title)
    return _OFFICE.search(words) is not None and (bool(_HAN.search(words)) or len(words.split()) > 1)


def _second_facts(person: Mention, scene: Scene) -> set[tuple[Hashable, ...]]:
    facts: set[tuple[Hashable, ...]] = set()
    clusters, book = scene.clusters, scene.book
    for role in book.sources(person.id, Relation.HOLDER):
        titles = role.words(Relation.TITLE)
        # Of one high office and one name there is one person.
        facts |= {("office", normalise(title)) for title in titles if _is_office(title)}
        for target in role.refs(Relation.ROLE_IN, Relation.REPRESENTS):
            whole = _is_country(target, scene)
            facts |= {("in", clusters.root(target), normalise(t)) for t in titles} if whole else set()
            facts |= set() if whole else {("in", clusters.root(target))}
    for event in book.sources(person.id, Relation.PARTICIPANT, Relation.HOST):
        day, kind = event.day(Relation.START_DATE), event.concept(Relation.KIND)
        facts |= {("at", kind, day, clusters.root(t)) for t in event.refs(Relation.LOCATION) if day}
        facts.add(("event", clusters.root(event.id)))
    for group in book.sources(person.id, Relation.MEMBER, Relation.HEAD):
        days = {event.day(Relation.START_DATE) for event in book.sources(group.id, Relation.PARTICIPANT)}
        senders = group.refs(Relation.ORIGIN, Relation.SENT_BY)
        facts |= {("with", clusters.root(t), d.year, d.month) for t in senders for d in days if d}
        facts.add(("group", clusters.root(group.id)))
    return facts


def _is_country(target: MentionId, scene: Scene) -> bool:
    """Tell whether somebody is only said to be of a country, in which there are many of one name."""
    record = place(scene.known.places.get(target, ""))
    return record is not None and record.kind == "country"
