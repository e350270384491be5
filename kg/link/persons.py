"""Persons: one across articles by name and a second fact, never by name alone."""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

from kg.gazetteer import place
from kg.link.clusters import join_equal
from kg.link.matching import Matching
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
_Circumstance = tuple[Any, ...]
"""Of which sort it is, which one, and in which month."""
_Fact = tuple[Hashable, ...]
_HALF_MONTH = timedelta(days=15)
_CROWD = 8
"""In an article that names more than these, who or what stands beside whom says little."""


@dataclass(frozen=True, slots=True)
class _Person:
    """What an article tells of a person."""

    name: str
    names: frozenset[str]
    """The keys of the name."""
    language: str
    bodies: frozenset[MentionId]
    """In which the person has a role."""
    titles: frozenset[str]
    """The words of the titles."""
    keys: frozenset[_Circumstance]
    """Whom and what the person stands beside."""

    def differs(self, other: "_Person") -> bool:
        """Tell whether two persons are said to be of different bodies."""
        return _differ(self.bodies, other.bodies)


@dataclass(slots=True)
class Persons:
    """The persons of a build; private to one run of link."""

    scene: Scene
    matching: Matching[_Person]
    facts: dict[MentionId, list[tuple[str, _Fact]]] = field(default_factory=dict)
    """What each person must share with others to be one of them: a key of the name, and a second fact."""
    asked: int = -1
    """At which join of the clusters that was last gathered."""

    def join(self) -> None:
        """Join persons of one name that have a second fact in common or stand beside the same others."""
        clusters, found = self.scene.clusters, self.scene.book.of(Kind.PERSON)
        for person in found:
            if clusters.changed(person.article.id, self.asked):
                facts = sorted(_second_facts(person, self.scene), key=str)
                self.facts[person.id] = list(product(sorted(person_keys(person.entity.name)), facts))
        self.asked = clusters.joins
        join_equal(clusters, ((fact, person) for person in found for fact in self.facts[person.id]))
        self.matching.join()


def persons(scene: Scene) -> Persons:
    """Join persons of one name within each article; return them to join those of different articles.

    Across articles a name alone is never enough.
    """
    clusters, found = scene.clusters, scene.book.of(Kind.PERSON)
    join_equal(clusters, (((m.article.id, normalise_person(m.entity.name)), m) for m in found))
    for person in found:
        if is_chinese_name(person.entity.name):
            clusters.mark(person.id, "characters", normalise(person.entity.name))
    return Persons(scene, Matching(clusters, found, lambda m: _person(m, scene), _alike, _bearable))


def _person(person: Mention, scene: Scene) -> _Person:
    name, bodies = person.entity.name, _bodies(person, scene)
    around = frozenset(_around(person, bodies, scene))
    return _Person(name, person_keys(name), person.article.language, bodies, _titles(person, scene), around)


def _alike(one: _Person, other: _Person) -> int:
    """Return how much names and what stands around them speak for two persons being one."""
    likeness = _likeness(one, other)
    if likeness < _ALIKE:
        return 0
    shared = one.keys & other.keys
    sorts = {circumstance[0] for circumstance in shared}
    if not sorts & {"role", "event"} and not _in_company(one, other, shared, likeness):
        return 0
    elsewhere = one.differs(other) and "event" not in sorts
    return 0 if elsewhere else round(20 * likeness) + 3 * len(sorts)


def _likeness(one: _Person, other: _Person) -> float:
    return 1.0 if not one.names.isdisjoint(other.names) else person_likeness(one.name, other.name)


def _bearable(one: _Person, other: _Person) -> bool:
    if one.language == other.language and one.differs(other) and _differ(one.titles, other.titles):
        return False
    return _likeness(one, other) >= _ALIKE


def _in_company(one: _Person, other: _Person, shared: frozenset[_Circumstance], likeness: float) -> bool:
    """Tell whether two persons are one by who and what else their articles name.

    In two languages, where titles cannot be compared, two others must be the same.
    """
    if one.differs(other):
        return False
    if one.language == other.language:
        return likeness == 1 and not _differ(one.titles, other.titles)
    return likeness >= _SURE and len({circumstance[1] for circumstance in shared}) > 1


def _differ(one: frozenset[Hashable], other: frozenset[Hashable]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)


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


def _around(person: Mention, bodies: frozenset[MentionId], scene: Scene) -> Iterator[_Circumstance]:
    yield from (("role", root) for root in bodies)
    for event in _events(person, scene):
        yield "event", scene.clusters.root(event.id)
    day = person.article.published
    if day is None:
        return
    months = {(d.year, d.month) for d in (day, day + _HALF_MONTH)}
    others = [m for m in scene.book.beside(person) if m.id != person.id]
    if len(others) <= _CROWD:
        keys = {key for other in others for key in person_keys(other.entity.name)}
        yield from (("beside", key, *month) for key in keys for month in months)
    institutions = scene.book.of_article(person.article.id, Kind.INSTITUTION)
    if len(institutions) <= _CROWD:
        roots = scene.clusters.roots(body.id for body in institutions)
        yield from (("near", root, *month) for root in roots for month in months)


def _events(person: Mention, scene: Scene) -> list[Mention]:
    groups = scene.book.sources(person.id, Relation.MEMBER, Relation.HEAD)
    own = scene.book.sources(person.id, Relation.PARTICIPANT, Relation.HOST)
    return [*own, *(e for g in groups for e in scene.book.sources(g.id, Relation.PARTICIPANT))]


def _is_office(title: str) -> bool:
    words = normalise(title)
    if _OFFICE.search(words) is not None and (_HAN.search(words) or len(words.split()) > 1):
        return True
    return _OF_A_NAME.search(title) is not None


def _second_facts(person: Mention, scene: Scene) -> set[_Fact]:
    facts: set[_Fact] = set()
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
