"""Stage 2, model by HTTP: what ontology and shapes allow to be said, as tables and as a JSON schema."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Namespace, URIRef
from rdflib.term import Node

from kg.model import ARTICLE_KEY, Kind, Relation
from kg.resources import resource
from kg.vocabulary import KG, KGV

_SCHEMA = Namespace("https://schema.org/")
_OURS = (Relation.DATE_PRECISION, Relation.ATTESTED_ON)
"""What follows from a date's words, or from the day of publication, is not asked of a model."""
_KINDS = {str(KG[kind]): kind for kind in Kind} | {str(KG.Article): ARTICLE_KEY}
_LISTS = {Kind.AGREEMENT_SET: "agreement", Kind.FIGURE: "figure"}
"""Which list a class has its kinds and statuses from, where it is not named as the class is."""


@dataclass(frozen=True, slots=True)
class Property:
    """One relation as the ontology defines it."""

    relation: Relation
    subjects: frozenset[str]
    """Kinds, or ARTICLE_KEY."""
    values: frozenset[str]
    """Kinds of the entities it leads to; empty where its value is a concept, text, number or date."""
    form: str
    """What its value is: entity, concept, text, number or date."""
    meaning: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """All that may be said, and what must be."""

    properties: Mapping[Relation, Property]
    concepts: Mapping[str, frozenset[str]]
    """Name of a list -> its concepts."""
    meanings: Mapping[str, str]
    """Kind -> its definition."""
    required: frozenset[tuple[str, Relation]]
    """(kind, relation): without it the article would break a shape."""
    single: frozenset[tuple[str, Relation]]
    """(kind, relation): with two values it would."""

    def concepts_for(self, kind: str, relation: Relation) -> frozenset[str]:
        """Return the concepts that a relation of a kind may have as values."""
        return self.concepts.get(_list_of(kind, relation), frozenset())


def _list_of(kind: str, relation: Relation) -> str:
    if relation is Relation.TOPIC:
        return "topics"
    return f"{_LISTS.get(Kind(kind), kind.lower())}-{relation.value}"


@cache
def grammar() -> Grammar:
    """Return the grammar that `ontology/kg.ttl` and `shapes/kg.ttl` give."""
    ontology = Graph().parse(resource("ontology/kg.ttl"))
    shapes = Graph().parse(resource("shapes/kg.ttl"))
    concepts: dict[str, set[str]] = {}
    for concept, scheme in ontology.subject_objects(SKOS.inScheme):
        if str(concept) != str(KGV.disputed):  # the view alone says so, never an article
            concepts.setdefault(_local(scheme), set()).add(_local(concept))
    return Grammar(
        properties={r: _property(ontology, r) for r in Relation if r not in _OURS},
        concepts={name: frozenset(found) for name, found in concepts.items()},
        meanings={kind.value: _meaning(ontology, KG[kind]) for kind in Kind},
        required=frozenset(_counted(shapes, SH.minCount)),
        single=frozenset(_counted(shapes, SH.maxCount, SH.uniqueLang)),
    )


def _property(ontology: Graph, relation: Relation) -> Property:
    term = KG[relation]
    subjects = _kinds(ontology, term, RDFS.domain, _SCHEMA.domainIncludes)
    values = _kinds(ontology, term, RDFS.range, _SCHEMA.rangeIncludes)
    ranges = {_local(r) for p in (RDFS.range, _SCHEMA.rangeIncludes) for r in ontology.objects(term, p)}
    entity = (term, RDF.type, OWL.ObjectProperty) in ontology and "Concept" not in ranges
    forms = {"Concept": "concept", "langString": "text", "integer": "number", "date": "date"}
    form = "entity" if entity else next(forms[name] for name in sorted(ranges) if name in forms)
    return Property(relation, subjects, values, form, _meaning(ontology, term))


def _kinds(ontology: Graph, term: URIRef, *predicates: URIRef) -> frozenset[str]:
    found = (str(o) for p in predicates for o in ontology.objects(term, p))
    return frozenset(_KINDS[iri] for iri in found if iri in _KINDS)


def _counted(shapes: Graph, *counts: URIRef) -> Iterable[tuple[str, Relation]]:
    """Yield the kinds and relations that the shapes count, as far as breaking it keeps the article out."""
    relations = {str(KG[relation]): relation for relation in Relation}
    for shape, kind in shapes.subject_objects(SH.targetClass):
        for rule in shapes.objects(shape, SH.property):
            path = str(shapes.value(rule, SH.path))
            warns = shapes.value(rule, SH.severity) == SH.Warning
            counted = any(shapes.value(rule, count) is not None for count in counts)
            if str(kind) in _KINDS and path in relations and counted and not warns:
                yield _KINDS[str(kind)], relations[path]


def _meaning(ontology: Graph, term: URIRef) -> str:
    said = (str(o) for o in ontology.objects(term, RDFS.comment) if getattr(o, "language", "") == "en")
    return next(iter(sorted(said)), "")


def _local(term: Node) -> str:
    return str(term).rsplit("#", 1)[-1].rsplit("/", 1)[-1]


# The schema of an answer ---------------------------------------------------------------------------


@cache
def answer_schema() -> dict[str, Any]:
    """Return the JSON schema of an answer: entities with their mentions, facts with their quotes."""
    words = {"sentence": {"type": "integer"}, "quote": {"type": "string"}}
    entity = _object(
        {
            "id": {"type": "string"},
            "kind": {"type": "string", "enum": [kind.value for kind in Kind]},
            "name": {"type": "string"},
            **words,
            "mentions": {"type": "array", "items": _object(words)},
        }
    )
    facts = [_fact(properties, words) for _, properties in sorted(_by_value().items())]
    return _object(
        {
            "entities": {"type": "array", "items": entity},
            "facts": {"type": "array", "items": {"anyOf": facts}},
        }
    )


def _by_value() -> dict[str, list[Property]]:
    """Return the properties whose values are written alike, by the name of that form."""
    groups: dict[str, list[Property]] = {}
    for prop in grammar().properties.values():
        name = f"concept-{prop.relation}" if prop.form == "concept" else prop.form
        groups.setdefault(name, []).append(prop)
    return groups


def _fact(properties: list[Property], words: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = {"type": "integer" if properties[0].form == "number" else "string"}
    if properties[0].form == "concept":
        lists = (grammar().concepts_for(s, p.relation) for p in properties for s in p.subjects)
        value["enum"] = sorted(frozenset().union(*lists))
    relations = {"type": "string", "enum": sorted(p.relation.value for p in properties)}
    return _object({"subject": {"type": "string"}, "relation": relations, "value": value, **words})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
