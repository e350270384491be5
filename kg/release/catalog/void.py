"""Stage 7, the statistics of a release in VoID: what there is of which class, and what is said of it."""

import hashlib
import re

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, VOID, XSD

from kg.counts import Counted, Uses
from kg.release.catalog.dcat import FORMATS, LICENSE
from kg.release.catalog.told import Told
from kg.vocabulary import AUTHORITIES, FACTS, FIXED_PREFIXES, KG, ONTOLOGY, SCHEMA

_PARTS = {
    FACTS: "The consolidated view: each thing once.",
    "entities": "Places, institutions and persons.",
    "catalog": "The articles and the runs that read them.",
    "reports": "What each article reports.",
    "evidence": "The claims, and the passages that say so.",
    "links/likely": "Links to other data sets that nobody has confirmed.",
}
_STATES = {"accepted": ("Accepted", SCHEMA.sameAs), "likely": ("Likely", KG.likelySameAs)}
_DUMPS = {
    "": r"accord\.(nq|trig)\..*",
    FACTS: r"accord\.(ttl|jsonld)\..*",
    "reports": r"accord-reports\..*",
    "evidence": r"accord-evidence\..*",
}
_LOCAL = re.compile(r"\w+", re.ASCII)


def void_graph(told: Told) -> Graph:
    """Return the statistics of a release; a partition of the facts is named by its class and property."""
    graph = Graph()
    release = told.release
    graph.add((release, RDF.type, VOID.Dataset))
    graph.add((release, DCTERMS.title, Literal(f"{told.publication.title}, release {told.id}", lang="en")))
    graph.add((release, DCTERMS.license, LICENSE))
    graph.add((release, VOID.triples, _number(told.survey.quads)))
    graph.add((release, VOID.sparqlEndpoint, told.address("sparql")))
    graph.add((release, VOID.uriSpace, Literal(f"{told.names.base}id/")))
    for name in ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "N-Quads", "TriG"):
        graph.add((release, VOID.feature, FORMATS[name]))
    for members in told.survey.facts.classes.values():
        if members.example.startswith(f"{told.names.base}id/"):
            graph.add((release, VOID.exampleResource, URIRef(members.example)))
    for vocabulary in _vocabularies(told.survey.facts):
        graph.add((release, VOID.vocabulary, vocabulary))
    _add_dumps(graph, told, release, "")
    _add_parts(graph, told)
    _add_facts(graph, told)
    _add_links(graph, told)
    return graph


def _number(count: int) -> Literal:
    return Literal(count, datatype=XSD.integer)


def _vocabularies(facts: Counted) -> list[URIRef]:
    used = {*facts.classes, *facts.properties}
    spaces = {space for space in FIXED_PREFIXES.values() if any(iri.startswith(space) for iri in used)}
    return sorted(ONTOLOGY if space == str(KG) else URIRef(space) for space in spaces)


def _add_dumps(graph: Graph, told: Told, dataset: URIRef, part: str) -> None:
    for file in told.files:
        if part in _DUMPS and re.fullmatch(_DUMPS[part], file.name):
            graph.add((dataset, VOID.dataDump, told.download(file.name)))


def _add_parts(graph: Graph, told: Told) -> None:
    for name, part in told.survey.parts.items():
        subset = told.part(_part(name))
        graph.add((told.release, VOID.subset, subset))
        graph.add((subset, RDF.type, VOID.Dataset))
        graph.add((subset, DCTERMS.title, Literal(f"{name}, release {told.id}", lang="en")))
        about = _PARTS.get(name, "Other graphs.") + (f" {part.graphs:,} graphs." if part.graphs > 1 else "")
        graph.add((subset, DCTERMS.description, Literal(about, lang="en")))
        graph.add((subset, VOID.triples, _number(part.quads)))
        _add_dumps(graph, told, subset, name)


def _part(name: str) -> str:
    return name.replace("/", "-")


def _add_facts(graph: Graph, told: Told) -> None:
    facts, subset = told.survey.facts, told.part(FACTS)
    graph.add((subset, VOID.entities, _number(facts.entities)))
    graph.add((subset, VOID.classes, _number(len(facts.classes))))
    graph.add((subset, VOID.properties, _number(len(facts.properties))))
    graph.add((subset, VOID.distinctSubjects, _number(facts.subjects)))
    graph.add((subset, VOID.distinctObjects, _number(facts.objects)))
    graph.add((subset, VOID.uriSpace, Literal(f"{told.names.base}id/")))
    for iri, uses in facts.properties.items():
        partition = told.part(f"property-{_name(iri)}")
        _add_property(graph, subset, partition, iri, uses)
        graph.add((partition, VOID.distinctObjects, _number(uses.objects)))
    for kind, members in facts.classes.items():
        name = _name(kind)
        partition = told.part(f"class-{name}")
        graph.add((subset, VOID.classPartition, partition))
        graph.add((partition, RDF.type, VOID.Dataset))
        graph.add((partition, VOID["class"], URIRef(kind)))
        graph.add((partition, VOID.entities, _number(members.entities)))
        graph.add((partition, VOID.exampleResource, URIRef(members.example)))
        for iri, uses in members.properties.items():
            _add_property(graph, partition, told.part(f"class-{name}-property-{_name(iri)}"), iri, uses)


def _add_property(graph: Graph, dataset: URIRef, partition: URIRef, iri: str, uses: Uses) -> None:
    graph.add((dataset, VOID.propertyPartition, partition))
    graph.add((partition, RDF.type, VOID.Dataset))
    graph.add((partition, VOID.property, URIRef(iri)))
    graph.add((partition, VOID.triples, _number(uses.triples)))
    graph.add((partition, VOID.distinctSubjects, _number(uses.subjects)))


def _add_links(graph: Graph, told: Told) -> None:
    for (state, name), count in told.survey.coverage.links.items():
        authority = next(each for each in AUTHORITIES if each.name == name)
        word, predicate = _STATES[state]
        linkset = told.part(f"links-{state}-{name}")
        graph.add((told.release, VOID.subset, linkset))
        graph.add((linkset, RDF.type, VOID.Linkset))
        graph.add((linkset, DCTERMS.title, Literal(f"{word} links to {authority.title}", lang="en")))
        graph.add((linkset, VOID.linkPredicate, predicate))
        graph.add((linkset, VOID.subjectsTarget, told.release))
        graph.add((linkset, VOID.objectsTarget, URIRef(authority.home)))
        graph.add((linkset, VOID.triples, _number(count)))


def _name(iri: str) -> str:
    """Return a name that tells an IRI apart and that a person can read where its prefix is known."""
    for prefix, space in FIXED_PREFIXES.items():
        if iri.startswith(space) and _LOCAL.fullmatch(iri[len(space) :]):
            return f"{prefix}-{iri[len(space) :]}"
    return hashlib.sha256(iri.encode()).hexdigest()[:16]
