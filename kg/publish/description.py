"""Stage 6, publish: the endpoint's description of itself (SPARQL 1.1 Service Description)."""

import json
from collections.abc import Sequence
from decimal import Decimal

from rdflib import DCTERMS, RDF, RDFS, VOID, Graph, Literal, Namespace, URIRef

from kg.publish.links import host_url
from kg.publish.negotiate import GRAPHS, JSON_LD, SOLUTIONS, Choice
from kg.publish.site import Site
from kg.release.catalog import release_iri
from kg.vocabulary import FACTS, SCHEMA

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_SIMPLE = URIRef("http://www.w3.org/ns/entailment/Simple")
_LISTED = 200
_ARTICLES = "article/"
_SERVICE = (
    "An answer is whole or an error. Queries only: the data changes with a release.",
    "Graphs are read by the Graph Store Protocol, too. RDF 1.2 triple terms may stand in queries.",
)
_VIEW = "The consolidated view: each thing once; what each article reports stands in the named graphs."
_W3 = "http://www.w3.org/ns/formats/"
_FORMATS = {
    "json": "SPARQL_Results_JSON", "xml": "SPARQL_Results_XML", "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV", "turtle": "Turtle", "ntriples": "N-Triples", "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML", "trig": "TriG", "nquads": "N-Quads",
}  # fmt: skip
_WRITERS = {
    "turtle": "turtle", "ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml", "trig": "turtle",
    "nquads": "nt",
}  # fmt: skip
"""A graph without a name reads the same in TriG as in Turtle, and in N-Quads as in N-Triples."""


def service_description(site: Site, endpoint: str, graphs: Sequence[str]) -> Graph:
    """Return what can be asked of the endpoint at the address by which the client reached it."""
    graph = Graph()
    graph.bind("sd", SD)
    graph.bind("schema", SCHEMA)
    service = URIRef(endpoint)
    graph.add((service, RDF.type, SD.Service))
    graph.add((service, SD.endpoint, service))
    graph.add((service, DCTERMS.title, Literal(site.title)))
    graph.add((service, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((service, SD.defaultEntailmentRegime, _SIMPLE))
    for known in (*SOLUTIONS, *GRAPHS):
        graph.add((service, SD.resultFormat, URIRef(_W3 + _FORMATS[known.name])))
    for text in _SERVICE:
        graph.add((service, DCTERMS.description, Literal(text, lang="en")))
    if allowed := site.limits.services:
        graph.add((service, SD.feature, SD.BasicFederatedQuery))
        text = f"SERVICE may ask {', '.join(allowed)}; what ends with a slash is a beginning."
        graph.add((service, DCTERMS.description, Literal(text, lang="en")))
    for page in ("/help", "/graphs"):
        graph.add((service, RDFS.seeAlso, URIRef(host_url(page))))
    _add_limits(graph, service, site)
    _add_dataset(graph, service, site, graphs)
    return graph


def _add_limits(graph: Graph, service: URIRef, site: Site) -> None:
    limits = site.limits
    for name, value, unit, text in (
        (
            "query_seconds",
            Decimal(str(float(limits.query_seconds))),
            "SEC",
            "Time that a query may take, waiting included",
        ),
        ("result_bytes", limits.result_bytes, "AD", "Size of a result"),
        ("result_rows", limits.result_rows, "C62", "Rows of a result"),
        ("body_bytes", limits.body_bytes, "AD", "Size of a request body"),
        ("address_bytes", limits.address_bytes, "AD", "Length of the query part of an address"),
    ):
        limit = URIRef(f"{service}#limit-{name}")
        graph.add((service, SCHEMA.additionalProperty, limit))
        graph.add((limit, RDF.type, SCHEMA.PropertyValue))
        graph.add((limit, SCHEMA.propertyID, Literal(name)))
        graph.add((limit, SCHEMA.maxValue, Literal(value)))
        graph.add((limit, SCHEMA.unitCode, Literal(unit)))
        graph.add((limit, SCHEMA.description, Literal(f"{text}; more is an error, never cut.", lang="en")))


def _add_dataset(graph: Graph, service: URIRef, site: Site, graphs: Sequence[str]) -> None:
    data, view = URIRef(f"{service}#dataset"), URIRef(f"{service}#default-graph")
    graph.add((service, SD.defaultDataset, data))
    graph.add((data, RDF.type, SD.Dataset))
    graph.add((data, SD.defaultGraph, view))
    graph.add((view, RDF.type, SD.Graph))
    graph.add((view, RDF.type, VOID.Dataset))
    graph.add((view, DCTERMS.description, Literal(_VIEW, lang="en")))
    # The statistics tell of both: the release, and its facts.
    release = release_iri(site.names, site.edition.id)
    graph.add((data, DCTERMS.source, release))
    graph.add((view, DCTERMS.source, release + f"#{FACTS}"))
    graph.add((data, RDFS.seeAlso, URIRef(host_url("/.well-known/void"))))
    articles = [iri for iri in graphs if iri.startswith(str(site.names.graph(_ARTICLES)))]
    listed = graphs if len(graphs) <= _LISTED else [iri for iri in graphs if iri not in set(articles)]
    for iri in listed:
        named = URIRef(f"{service}#graph-{iri.removeprefix(str(site.names.graph('')))}")
        graph.add((data, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(iri)))
    if len(listed) < len(graphs):
        rest = f"Not listed: {len(articles):,} graphs of articles; SELECT ?g {{ GRAPH ?g {{}} }} has all."
        graph.add((data, DCTERMS.description, Literal(rest, lang="en")))


def written(graph: Graph, choice: Choice, *, names: dict[str, str]) -> bytes:
    """Return a small graph of ours in the chosen format, in every process the same bytes."""
    # This store alone gives triples back in the order in which they came.
    ordered = Graph(store="SimpleMemory")
    for prefix, namespace in (*graph.namespaces(), *names.items()):
        ordered.bind(prefix, namespace)
    for triple in sorted(graph):
        ordered.add(triple)
    data = ordered.serialize(format=_WRITERS[choice.format.name], encoding="utf-8")
    return _in_order(data) if choice.format is JSON_LD else data


def _in_order(json_ld: bytes) -> bytes:
    """Return a JSON-LD document with its things sorted: rdflib writes them in the order of a set."""
    things = sorted(json.loads(json_ld), key=lambda thing: str(thing["@id"]))
    return json.dumps(things, ensure_ascii=False, indent=2).encode()
