"""What was found in an article, as JSON for the cache; the article itself is kept elsewhere."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from kg.model import (
    Article,
    Basis,
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
)

_KINDS = {each.value: each for each in Kind}
_RELATIONS = {each.value: each for each in Relation}
_BASES = {each.value: each for each in Basis}
"""Looked up, since a large publication reads a million of them in every build."""
_MAKERS: dict[str, Callable[..., Value]] = {
    "ref": Ref,
    "concept": Concept,
    "text": Text,
    "date": date.fromisoformat,
    "number": int,
}


def to_json(found: Findings) -> str:
    """Return all but the article."""
    rows = {
        # Whose it is, so that it can be found when the article is withdrawn.
        "article": [found.article.id, found.article.sha256],
        "entities": [_of_entity(each) for each in found.entities],
        "facts": [_of_fact(each) for each in found.facts],
        "extractor": found.extractor,
        "rejected": found.rejected,
        "held": [_of_fact(each) for each in found.held],
        "doubted": [_of_entity(each) for each in found.doubted],
    }
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str, article: Article) -> Findings:
    """Return what was found in the article; raise ValueError, KeyError or TypeError where it is damaged."""
    rows = json.loads(text)
    return Findings(
        article,
        tuple(map(_entity, rows["entities"])),
        tuple(map(_fact, rows["facts"])),
        rows["extractor"],
        tuple(rows["rejected"]),
        tuple(map(_fact, rows["held"])),
        tuple(map(_entity, rows["doubted"])),
    )


def _of_entity(entity: Entity) -> list[Any]:
    spans = _of_spans(entity.evidence)
    return [entity.key, entity.kind.value, entity.name, spans, entity.aliases, entity.named]


def _entity(row: list[Any]) -> Entity:
    key, kind, name, spans, aliases, named = row
    return Entity(key, _KINDS[kind], name, _spans(spans), tuple(aliases), named)


def _of_fact(fact: Fact) -> list[Any]:
    return [
        fact.subject,
        fact.relation.value,
        _of_value(fact.value),
        _of_spans(fact.evidence),
        fact.rule,
        fact.confidence,
        fact.basis.value,
    ]


def _fact(row: list[Any]) -> Fact:
    subject, relation, value, spans, rule, confidence, basis = row
    return Fact(subject, _RELATIONS[relation], _value(value), _spans(spans), rule, confidence, _BASES[basis])


def _of_value(value: Value) -> list[str | int]:
    match value:
        case Ref(key):
            return ["ref", key]
        case Concept(name):
            return ["concept", name]
        case Text(words, language):
            return ["text", words, language]
        case date():
            return ["date", value.isoformat()]
        case _:
            return ["number", value]


def _value(row: list[Any]) -> Value:
    kind, value, *language = row
    if kind == "number" and not isinstance(value, int):
        raise ValueError(f"not a value: {row}")
    return _MAKERS[kind](value, *language)


def _of_spans(spans: Iterable[Evidence]) -> list[int]:
    return [place for span in spans for place in (span.start, span.end)]


def _spans(places: list[int]) -> tuple[Evidence, ...]:
    if len(places) == 2:  # noqa: PLR2004  one span, as nearly always
        return (Evidence(*places),)
    return tuple(Evidence(start, end) for start, end in zip(places[::2], places[1::2], strict=True))
