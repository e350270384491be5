"""Places, institutions and persons that the surviving articles speak of -> the graph of entities.

It holds what is known besides the articles (gazetteer, registry, accepted links), the one name by language,
and nothing that only a rejected article brought.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SKOS

from kg.gazetteer import InstitutionRecord, PlaceRecord, Registry, place, within_chain
from kg.map.articles import Triple
from kg.map.terms import NAMED, STORE, label_in, words
from kg.model import Concept, Entity, Fact, Findings, Kind, Links, Relation
from kg.vocabulary import KG, KGV, SCHEMA, Names

_HAN = re.compile(r"[\u3400-\u9fff]")
_CLASS = {"place": Kind.PLACE, "institution": Kind.INSTITUTION, "person": Kind.PERSON}


@dataclass(frozen=True, slots=True)
class _Told:
    """What the surviving articles say of one thing."""

    forms: frozenset[tuple[str, str]]
    """Written form and language."""
    kinds: tuple[tuple[str, float], ...]
    """Kind and confidence, one for each statement."""
    publishes: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known without the articles, and how it is named."""

    links: Links
    registry: Registry
    names: Names
    paths_of: Mapping[tuple[str, str], str]
    """Path by segment and slug, where it is not simply made of the two."""

    def path(self, segment: str, slug: str) -> str:
        return self.paths_of.get((segment, slug), f"{segment}/{slug}")

    def slug(self, path: str) -> str:
        """Return the slug in gazetteer or registry; what no article names has the path that its slug says."""
        return self.links.records.get(path, "" if path in self.links.labels else path.partition("/")[2])

    def record(self, path: str) -> PlaceRecord | InstitutionRecord | None:
        if path.startswith("place/"):
            return place(self.slug(path))
        return self.registry.institutions.get(self.slug(path)) if path.startswith("institution/") else None


def entities_graph(links: Links, survivors: Sequence[Findings], registry: Registry, names: Names) -> Graph:
    """Return the graph of entities; the order of the articles does not matter."""
    told = _told(links, survivors)
    paths_of = {(path.partition("/")[0], slug): path for path, slug in links.records.items()}
    known = _Known(links, registry, names, paths_of)
    graph = Graph(store=STORE)
    for path in sorted(_used(told, known)):
        for triple in _description(path, told.get(path), known):
            graph.add(triple)
        for item in links.same_as.get(path, ()):
            graph.add((names.of_path(path), SCHEMA.sameAs, URIRef(item)))
    for concept in {f.value.name for found in survivors for f in found.facts if isinstance(f.value, Concept)}:
        for item in links.concepts.get(concept, ()):
            graph.add((KGV[concept], SCHEMA.sameAs, URIRef(item)))
    return graph


def _told(links: Links, survivors: Sequence[Findings]) -> dict[str, _Told]:
    forms: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    kinds: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    publishers: set[str] = set()
    for found in survivors:
        article = found.article
        for entity in found.entities:
            if entity.kind in NAMED:
                forms[links.paths[article.id, entity.key]] |= _forms(entity, article.language)
        for fact in found.facts:
            if fact.relation is Relation.KIND and isinstance(fact.value, Concept):
                kinds[links.paths[article.id, fact.subject]].append(_kind(fact))
        if (path := links.publishers.get(article.id)) is not None:
            publishers.add(path)
            forms[path].add((article.publisher, article.language))
    return {p: _Told(frozenset(forms[p]), tuple(sorted(kinds[p])), p in publishers) for p in forms}


def _forms(entity: Entity, language: str) -> set[tuple[str, str]]:
    return {(form, language) for form in (entity.name, *entity.aliases) if form.strip()}


def _kind(fact: Fact) -> tuple[str, float]:
    return (fact.value.name if isinstance(fact.value, Concept) else "", fact.confidence)


def _used(told: Iterable[str], known: _Known) -> set[str]:
    """Return the things that are spoken of, and what they belong to or lie in."""
    used = set(told)
    bodies = [path for path in used if path.startswith("institution/")]
    for record in (r for path in bodies for r in known.registry.chain(known.slug(path))):
        used.add(known.path("institution", record.slug))
        used |= {known.path("place", slug) for slug in (record.location,) if slug}
    slugs = {known.slug(path) for path in used if path.startswith("place/")}
    return used | {known.path("place", record.slug) for slug in slugs for record in within_chain(slug)}


def _description(path: str, told: _Told | None, known: _Known) -> Iterator[Triple]:
    iri, kind, record = known.names.of_path(path), _CLASS[path.partition("/")[0]], known.record(path)
    yield iri, RDF.type, KG[kind]
    yield from ((iri, *pair) for pair in _names(path, told, record, known.links))
    if concept := _concept(kind, told, record):
        yield iri, KG.kind, KGV[concept]
    for relation, segment, target in _relations(record):
        yield iri, KG[relation], known.names.of_path(known.path(segment, target))


def _names(
    path: str, told: _Told | None, record: PlaceRecord | InstitutionRecord | None, links: Links
) -> Iterator[tuple[URIRef, Literal]]:
    known = dict(record.names) if record is not None else {}
    spoken = {language for _, language in told.forms} if told else set()
    labels = {tongue: text for tongue, text in links.labels.get(path, {}).items() if tongue in spoken} | known
    for tongue, text in labels.items():
        yield RDFS.label, words(text, tongue)
    if not labels and (first := label_in(links.labels.get(path, {}), "")) is not None:
        yield RDFS.label, first
    aliases = {(a, "zh" if _HAN.search(a) else "en") for a in record.aliases} if record is not None else set()
    for form, tongue in aliases | (told.forms if told else frozenset()):
        if labels.get(tongue) != form:
            yield SKOS.altLabel, words(form, tongue)


def _concept(kind: Kind, told: _Told | None, record: PlaceRecord | InstitutionRecord | None) -> str:
    """Return the kind: what is known, else what most articles say, else the kind for all others."""
    if record is not None:
        return record.kind
    if kind is Kind.PERSON:
        return ""
    return kind_told(kind, told.kinds if told else (), publishes=told is not None and told.publishes)


def kind_told(kind: Kind, told: Iterable[tuple[str, float]], *, publishes: bool) -> str:
    """Return the kind that most articles say a thing is of, else the kind for all others of its class.

    `told` is the kind and the confidence of each statement.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    for name, confidence in told:
        weights[name] += confidence
    if weights:
        return min(weights, key=lambda name: (-round(weights[name], 6), name))
    if kind is Kind.PERSON:
        return ""
    if kind is Kind.PLACE:
        return "locality"
    return "publisher" if publishes else "other-institution"


def _relations(record: PlaceRecord | InstitutionRecord | None) -> Iterator[tuple[Relation, str, str]]:
    if isinstance(record, PlaceRecord):
        found = [(Relation.WITHIN, "place", record.within), (Relation.CAPITAL_OF, "place", record.capital_of)]
    elif record is not None:
        found = [
            (Relation.LOCATION, "place", record.location),
            (Relation.UNIT_OF, "institution", record.unit_of),
        ]
    else:
        found = []
    yield from ((relation, segment, slug) for relation, segment, slug in found if slug)
