"""Links to other data sets: the graph of those nobody confirmed, and what the catalog tells of the others."""

from collections import Counter
from collections.abc import Mapping

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, VOID

from kg.map.terms import STORE, whole, words
from kg.model import Links
from kg.vocabulary import AUTHORITIES, KG, SCHEMA, Names

_SSSOM = URIRef("https://w3id.org/sssom/")


def likely_graph(links: Links, entities: Graph, names: Names) -> Graph:
    """Return what is probably the same thing elsewhere, of the things that stand in the graph of entities."""
    graph = Graph(store=STORE)
    for path, items in links.likely.items():
        thing = names.of_path(path)
        settled = {_authority(str(item)) for item in entities.objects(thing, SCHEMA.sameAs)}
        if (thing, RDF.type, None) in entities:
            for item in items:
                if _authority(item) not in settled:
                    graph.add((thing, KG.likelySameAs, URIRef(item)))
    return graph


def linksets_graph(entities: Graph, names: Names, decisions: str) -> Graph:
    """Return what the catalog tells of the accepted links; `decisions` is the SHA-256 of their table."""
    graph = Graph(store=STORE)
    dataset = names.of_path("dataset")
    counts = Counter(_authority(str(item)) for _, item in entities.subject_objects(SCHEMA.sameAs))
    for each in AUTHORITIES:
        if counts[each.name]:
            linkset = names.of_path(f"dataset/links-{each.name}")
            _add_linkset(graph, linkset, each.title, URIRef(each.home), dataset)
            graph.add((linkset, VOID.triples, whole(counts[each.name])))
    table = names.of_path("dataset/decisions")
    graph.add((dataset, DCAT.distribution, table))
    graph.add((table, RDF.type, DCAT.Distribution))
    graph.add((table, DCTERMS.title, words("Decisions about links to other data sets (SSSOM)", "en")))
    graph.add((table, DCTERMS.conformsTo, _SSSOM))
    # A decision that changes no link changes the release all the same, since it ships with it.
    graph.add((table, DCTERMS.identifier, Literal(f"sha256:{decisions}")))
    return graph


def _add_linkset(graph: Graph, linkset: URIRef, title: str, home: URIRef, dataset: URIRef) -> None:
    graph.add((dataset, VOID.subset, linkset))
    graph.add((linkset, RDF.type, VOID.Linkset))
    graph.add((linkset, DCTERMS.title, words(f"Accepted links to {title}", "en")))
    graph.add((linkset, VOID.linkPredicate, SCHEMA.sameAs))
    graph.add((linkset, VOID.subjectsTarget, dataset))
    graph.add((linkset, VOID.objectsTarget, home))


def _authority(iri: str) -> str:
    return next((each.name for each in AUTHORITIES if iri.startswith(each.items)), "")


def without_record(entities: Graph, accepted: Mapping[str, frozenset[str]]) -> list[tuple[str, str]]:
    """Return the links of the graph that no decision stands behind; things are named by IRI."""
    pairs = ((str(s), str(o)) for s, o in entities.subject_objects(SCHEMA.sameAs))
    return sorted((s, o) for s, o in pairs if o not in accepted.get(s, frozenset()))
