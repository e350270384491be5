"""Stage 6, publish: the endpoint's description of itself (SPARQL 1.1 Service Description)."""

import json

from rdflib import DCTERMS, RDF, RDFS, VOID, Graph, Literal, Namespace, URIRef

from kg.publish.links import host_url
from kg.publish.negotiate import GRAPHS, JSON_LD, SOLUTIONS, Choice
from kg.publish.site import Site
from kg.release.catalog import release_iri
from kg.vocabulary import FACTS

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
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


def service_description(site: Site, endpoint: str) -> Graph:
    """Return what can be asked of the endpoint at the address by which the client reached it."""
    graph = Graph()
    graph.bind("sd", SD)
    service, data = URIRef(endpoint), URIRef(endpoint + "#dataset")
    view = URIRef(endpoint + "#default-graph")
    graph.add((service, RDF.type, SD.Service))
    graph.add((service, SD.endpoint, service))
    graph.add((service, DCTERMS.title, Literal(site.title)))
    graph.add((service, SD.supportedLanguage, SD.SPARQL11Query))
    for known in (*SOLUTIONS, *GRAPHS):
        graph.add((service, SD.resultFormat, URIRef(_W3 + _FORMATS[known.name])))
    seconds = f"A query may take {site.limits.query_seconds:g} seconds; an answer is whole or an error."
    graph.add((service, DCTERMS.description, Literal(seconds, lang="en")))
    graph.add((service, SD.defaultDataset, data))
    graph.add((data, RDF.type, SD.Dataset))
    graph.add((data, SD.defaultGraph, view))
    graph.add((view, RDF.type, SD.Graph))
    graph.add((view, RDF.type, VOID.Dataset))
    about = "The consolidated view: each thing once; what each article reports stands in the named graphs."
    graph.add((view, DCTERMS.description, Literal(about, lang="en")))
    # The statistics tell of both: the release, and its facts.
    release = release_iri(site.names, site.edition.id)
    graph.add((data, DCTERMS.source, release))
    graph.add((view, DCTERMS.source, release + f"#{FACTS}"))
    graph.add((data, RDFS.seeAlso, URIRef(host_url("/.well-known/void"))))
    return graph


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
