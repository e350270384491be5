"""Beside the river: short reports in which every mention says which thing it is, to measure identity on.

    - id: port-2023-a
      language: en                      # en where it is not said
      published: 2023-05-16
      publisher: Harbour Weekly
      text: The Port of Ostmar signed in Hamburg.
      places: {hamburg: Hamburg}
      institutions: {ostmar: {name: Port of Ostmar, kind: company}}
      events: {signing-23: {kind: signing, in: hamburg, start: 2023-05-15, who: [ostmar]}}

The key of a mention is the thing's name in the whole set; `ostmar/2` is a second mention of it in the report.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kg.errors import SourceError
from kg.model import (
    Article,
    Concept,
    Entity,
    Evidence,
    Fact,
    Findings,
    Kind,
    Ref,
    Relation,
    Text,
    Value,
    Zone,
    ZoneKind,
)

_LISTS = {
    "places": Kind.PLACE,
    "institutions": Kind.INSTITUTION,
    "persons": Kind.PERSON,
    "delegations": Kind.DELEGATION,
    "events": Kind.EVENT,
    "agreements": Kind.AGREEMENT,
}
_REFS = {
    "in": Relation.LOCATION,
    "within": Relation.WITHIN,
    "unit_of": Relation.UNIT_OF,
    "from": Relation.SENT_BY,
    "head": Relation.HEAD,
    "members": Relation.MEMBER,
    "who": Relation.PARTICIPANT,
    "host": Relation.HOST,
    "party": Relation.PARTY,
    "side": Relation.SIDE,
    "at": Relation.SIGNED_AT,
    "of": Relation.OUTCOME_OF,
}
_CONCEPTS = {"kind": Relation.KIND, "status": Relation.STATUS, "topic": Relation.TOPIC}
_DATES = {"start": Relation.START_DATE, "end": Relation.END_DATE}
_TEXTS = {"about": Relation.SUBJECT_MATTER}
_OTHER = {"name", "also", "roles"}
_HEAD = {"id", "language", "published", "publisher", "text"}
_NEEDED = {"id", "published", "publisher", "text"}

Truth = dict[tuple[str, str], str]
"""The thing that each (article id, key) is a mention of."""


@dataclass(frozen=True, slots=True)
class IdentityGold:
    """Reports and who is who in them."""

    findings: tuple[Findings, ...]
    truth: Truth
    kinds: Mapping[str, Kind]
    """The class of every thing."""


def load_identity_gold(folder: Path) -> IdentityGold:
    """Return the reports of every YAML file below a folder.

    Raises SourceError that names file and report when one cannot be used.
    """
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        raise SourceError(f"{folder}: no *.yaml file there")
    return identity_gold(row for path in files for row in _rows(path))


def identity_gold(rows: Iterable[tuple[Mapping[str, Any], str]]) -> IdentityGold:
    """Return reports that were read or made otherwise, each with where it stands, for messages."""
    findings = [_findings(row, where) for row, where in rows]
    truth: Truth = {}
    kinds: dict[str, Kind] = {}
    for found in findings:
        for entity in found.entities:
            if entity.kind is Kind.ROLE:
                continue
            thing = entity.key.partition("/")[0]
            truth[found.article.id, entity.key] = thing
            if kinds.setdefault(thing, entity.kind) is not entity.kind:
                raise SourceError(f"{found.article.source}: {thing} is of another class elsewhere")
    return IdentityGold(tuple(findings), truth, kinds)


def _rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceError(f"{path}: {error}") from error
    for number, row in enumerate(rows if isinstance(rows, list) else [None], start=1):
        where = f"{path}, report {number}"
        if not isinstance(row, dict) or not row.keys() >= _NEEDED or not row.keys() <= _HEAD | _LISTS.keys():
            raise SourceError(
                f"{where}: needs {', '.join(sorted(_NEEDED))}; may have language, {', '.join(_LISTS)}"
            )
        if not isinstance(row["published"], date):
            raise SourceError(f"{where}: published is no date: {row['published']!r}")
        yield row, where


def _findings(row: Mapping[str, Any], where: str) -> Findings:
    article = _article(row, where)
    entities: list[Entity] = []
    facts: list[Fact] = []
    for section, kind in _LISTS.items():
        for key, told in (row.get(section) or {}).items():
            told = told if isinstance(told, dict) else {"name": told}  # noqa: PLW2901  the short form
            entities.append(_entity(str(key), kind, told, article))
            facts += _facts(str(key), told, article)
            for number, (body, title) in enumerate((told.get("roles") or {}).items(), start=1):
                role = Entity(f"{key} role {number}", Kind.ROLE, str(title), _whole(article), (), named=False)
                entities.append(role)
                facts += _role(role, str(key), str(body), article)
    known = {entity.key for entity in entities}
    for fact in facts:
        if isinstance(fact.value, Ref) and fact.value.key not in known:
            raise SourceError(f"{where}: {fact.subject} speaks of unknown {fact.value.key!r}")
    return Findings(article, tuple(entities), tuple(facts), "hand")


def _article(row: Mapping[str, Any], where: str) -> Article:
    text = str(row["text"])
    return Article(
        id=str(row["id"]),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        language=str(row.get("language", "en")),
        zones=(Zone(ZoneKind.BODY, 0, len(text)),),
        title=text.strip()[:60],
        publisher=str(row["publisher"]),
        published=row["published"],
        url=f"https://news.example/{row['id']}",
        source=where,
        fictional=True,
    )


def _whole(article: Article) -> tuple[Evidence, ...]:
    return (Evidence(0, len(article.text.rstrip())),)


def _entity(key: str, kind: Kind, told: Mapping[str, Any], article: Article) -> Entity:
    if unknown := set(told) - _REFS.keys() - _CONCEPTS.keys() - _DATES.keys() - _TEXTS.keys() - _OTHER:
        raise SourceError(f"{article.source}: {key}: unknown {', '.join(sorted(unknown))}")
    name = str(told.get("name", ""))
    start = article.text.find(name) if name else -1
    if not name or (start < 0 and kind is Kind.DELEGATION):
        label = name or str(told.get("about") or told.get("kind") or key)
        return Entity(key, kind, label, _whole(article), (), named=False)
    if start < 0:
        raise SourceError(f"{article.source}: {key}: the text does not say {name!r}")
    aliases = tuple(str(alias) for alias in told.get("also", ()))
    named = kind is not Kind.DELEGATION or name[:1].isupper()
    return Entity(key, kind, name, (Evidence(start, start + len(name)),), aliases, named=named)


def _facts(key: str, told: Mapping[str, Any], article: Article) -> Iterator[Fact]:
    for name, given in told.items():
        for one in given if isinstance(given, list) else [given]:
            if name in _REFS:
                yield _fact(key, _REFS[name], Ref(str(one)), article)
            elif name in _CONCEPTS:
                yield _fact(key, _CONCEPTS[name], Concept(str(one)), article)
            elif name in _TEXTS:
                yield _fact(key, _TEXTS[name], Text(str(one), article.language), article)
            elif name in _DATES:
                yield _fact(key, _DATES[name], _day(one, key, article), article)


def _day(given: object, key: str, article: Article) -> date:
    if not isinstance(given, date):
        raise SourceError(f"{article.source}: {key}: no date: {given!r}")
    return given


def _role(role: Entity, holder: str, body: str, article: Article) -> Iterator[Fact]:
    yield _fact(role.key, Relation.HOLDER, Ref(holder), article)
    yield _fact(role.key, Relation.ROLE_IN, Ref(body), article)
    yield _fact(role.key, Relation.TITLE, Text(role.name, article.language), article)


def _fact(subject: str, relation: Relation, value: Value, article: Article) -> Fact:
    return Fact(subject, relation, value, _whole(article), "hand", 1.0)
