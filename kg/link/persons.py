"""Persons: one across articles by name and a second fact, never by name alone."""

import re
from collections.abc import Hashable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from kg.gazetteer import place
from kg.link.clusters import join_best, join_equal
from kg.link.mentions import Mention, MentionId
from kg.link.normalise import normalise, normalise_person, words_of
from kg.link.occasions import Scene
from kg.link.person_names import is_chinese_name, person_keys, person_likeness
from kg.model import Kind, Relation

_OFFICE = re.compile(
    r"\b(minister|secretary of|foreign secretary|ambassador|governor of|mayor of|senator for|premier of)\b"
    r"|国家主席|总理|总统|外长|大使|省长$|市长$|部长$"
)
_OF_A_NAME = re.compile(r"\b(?:of|at|for) (?:the )?[A-Z][\w’'-]+")
"""A title that says of what: `mayor of Ellsworth`, `chief executive of the Port of Ostmar`."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_ALIKE, _SURE = 0.5, 0.6
"""How much names must sound alike with a body or event in common, and without."""
_Circumstance = tuple[str, Any]
_HALF_MONTH = timedelta(days=15)
_CROWD = 8
"""In an article that names more than these, who or what stands beside whom says little."""


_Told = tuple[frozenset[MentionId], frozenset[str]]
"""The bodies in which a person has a role, and the words of the titles."""


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
    told = {m.id: (_bodies(m, scene), _titles(m, scene)) for m in persons}

    def score(one: Mention, other: Mention) -> int:
        shared = around[one.id] & around[other.id]
        sorts = {sort for sort, _ in shared}
        same = bool(names[one.id] & names[other.id])
        name = 1.0 if same else person_likeness(one.entity.name, other.entity.name)
        if name < _ALIKE or not sorts:
            return 0
        if not sorts & {"role", "event"} and not _in_company(one, other, shared, name, told):
            return 0
        elsewhere = _differ(told[one.id][0], told[other.id][0]) and "event" not in sorts
        return 0 if elsewhere else round(20 * name) + 3 * len(sorts)

    def bearable(one: Mention, other: Mention) -> bool:
        left, right = told[one.id], told[other.id]
        same_language = one.article.language == other.article.language
        if same_language and _differ(left[0], right[0]) and _differ(left[1], right[1]):
            return False
        same = names[one.id] & names[other.id]
        return bool(same) or person_likeness(one.entity.name, other.entity.name) >= _ALIKE

    join_best(scene.clusters, persons, lambda m: around[m.id], score, bearable=bearable)


def _in_company(
    one: Mention,
    other: Mention,
    shared: frozenset[_Circumstance],
    name: float,
    told: Mapping[MentionId, _Told],
) -> bool:
    """Tell whether two persons are one by who and what else their articles name.

    In two languages, where titles cannot be compared, two others must be the same.
    """
    if one.article.language == other.article.language:
        return name == 1 and not _clash(told[one.id], told[other.id])
    known = {key[0] for _, key in shared}
    return name >= _SURE and len(known) > 1 and not _differ(told[one.id][0], told[other.id][0])


def _clash(one: _Told, other: _Told) -> bool:
    """Tell whether what two persons are said to be differs."""
    return any(_differ(left, right) for left, right in zip(one, other, strict=True))


def _differ(one: frozenset[Any], other: frozenset[Any]) -> bool:
    return bool(one) and bool(other) and not one & other


def _titles(person: Mention, scene: Scene) -> frozenset[str]:
    roles = scene.book.sources(person.id, Relation.HOLDER)
    return frozenset(
        word for role in roles for title in role.words(Relation.TITLE) for word in words_of(title)
    )


def _bodies(person: Mention, scene: Scene) -> frozenset[MentionId]:
    roles = scene.book.sources(person.id, Relation.HOLDER)
    return frozenset(
        root for role in roles for root in scene.roots(role, Relation.ROLE_IN, Relation.REPRESENTS)
    )


def _around(person: Mention, scene: Scene) -> Iterator[_Circumstance]:
    yield from (("role", root) for root in _bodies(person, scene))
    for event in _events(person, scene):
        yield "event", scene.clusters.root(event.id)
    day = person.article.published
    if day is None:
        return
    months = {f"{d:%Y-%m}" for d in (day, day + _HALF_MONTH)}
    others = [m for m in scene.book.beside(person) if m.id != person.id]
    if len(others) <= _CROWD:
        keys = {key for other in others for key in person_keys(other.entity.name)}
        yield from (("beside", (key, month)) for key in keys for month in months)
    bodies = scene.book.of_article(person.article.id, Kind.INSTITUTION)
    if len(bodies) <= _CROWD:
        roots = scene.clusters.roots(body.id for body in bodies)
        yield from (("near", (root, month)) for root in roots for month in months)


def _events(person: Mention, scene: Scene) -> list[Mention]:
    groups = scene.book.sources(person.id, Relation.MEMBER, Relation.HEAD)
    own = scene.book.sources(person.id, Relation.PARTICIPANT, Relation.HOST)
    return [*own, *(e for g in groups for e in scene.book.sources(g.id, Relation.PARTICIPANT))]


def _is_office(title: str) -> bool:
    words = normalise(title)
    if _OFFICE.search(words) is not None and (_HAN.search(words) or len(words.split()) > 1):
        return True
    return _OF_A_NAME.search(title) is not None


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
