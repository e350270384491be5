"""In which country things are: derived for the consolidated view, so that queries need no path."""

from collections.abc import Iterator

from rdflib import Graph
from rdflib.namespace import RDF
from rdflib.term import Node

from kg.vocabulary import KG, KGV


def add_countries(graph: Graph, entities: Graph) -> None:
    """Add `kg:country` to the places, institutions and events of a view.

    A place lies where the graph of entities says; only one that is unknown there lies where an article says.
    """
    countries: dict[Node, Node] = {}
    for place in graph.subjects(RDF.type, KG.Place):
        country = _country_of(place, graph, entities)
        if country is not None:
            countries[place] = country
    for kind in (KG.Institution, KG.Event):
        for thing in set(graph.subjects(RDF.type, kind)):
            for country in _seats(thing, graph, countries):
                graph.add((thing, KG.country, country))
    for place, country in countries.items():
        graph.add((place, KG.country, country))


def _country_of(place: Node, graph: Graph, entities: Graph) -> Node | None:
    """Return the country, nothing where two are told or none."""
    found, wanted, seen = set(), [place], set()
    while wanted:
        here = wanted.pop()
        if here in seen:
            continue
        seen.add(here)
        if (here, KG.kind, KGV.country) in graph:
            found.add(here)
            continue
        known = list(entities.objects(here, KG.within))
        wanted += known or [*graph.objects(here, KG.within), *graph.objects(here, KG.capitalOf)]
    return found.pop() if len(found) == 1 else None


def _seats(thing: Node, graph: Graph, countries: dict[Node, Node]) -> set[Node]:
    """Return the countries of a thing's place or, where it has none, of the body that it is a unit of."""
    for body in _chain(thing, graph):
        if found := {countries[p] for p in graph.objects(body, KG.location) if p in countries}:
            return found
    return set()


def _chain(thing: Node, graph: Graph) -> Iterator[Node]:
    seen: set[Node] = set()
    wanted = [thing]
    while wanted:
        body = wanted.pop(0)
        if body not in seen:
            seen.add(body)
            yield body
            wanted += sorted(graph.objects(body, KG.unitOf), key=str)
