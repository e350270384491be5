"""Put the graphs that no single article makes on the shelf: entities, likely links, the catalog."""

from collections.abc import Iterable, Iterator

from rdflib import Graph

from kg.map import catalog_graph, likely_graph, linksets_graph
from kg.pipeline.checking import Checked
from kg.pipeline.decisions import Book, digest_of, require_records
from kg.resources import resource
from kg.settings import Settings
from kg.store import Shelf, nquads_of
from kg.vocabulary import CATALOG, ENTITIES, FACTS, LIKELY_LINKS, Names, article_graph, evidence_graph


def shelve_graphs(shelf: Shelf, checked: Checked, book: Book, *, settings: Settings) -> None:
    """Put them there, and take back what the shelf has of articles that are not published.

    Raises ShapeError where a link would be published that no decision stands behind.
    """
    names = Names(settings.base)
    require_records(checked.entities, checked, book, names)
    for name, graph in _graphs(checked, book, names, settings):
        iri = str(names.graph(name))
        shelf.put(iri, nquads_of(iri, graph.serialize(format="nt", encoding="utf-8")))
    published = {each.findings.article.id for each in checked.articles}
    for verdict in checked.verdicts:
        if verdict.article not in published:
            for name in (article_graph(verdict.article), evidence_graph(verdict.article)):
                shelf.drop(str(names.graph(name)))


def _graphs(checked: Checked, book: Book, names: Names, settings: Settings) -> Iterator[tuple[str, Graph]]:
    articles = [each.findings.article for each in checked.articles]
    runs = {each.run.name: each.run for each in checked.articles}.values()
    catalog = catalog_graph(articles, runs, checked.links, names, title=settings.title)
    catalog += linksets_graph(checked.entities, names, digest_of(book))
    yield ENTITIES, checked.entities
    yield LIKELY_LINKS, likely_graph(checked.links, checked.entities, names)
    yield CATALOG, catalog


def ontology_lines(names: Names) -> list[bytes]:
    """Return the ontology as it stands in the view.

    Who queries the view finds the labels of kinds and statuses there, and the terms themselves.
    """
    graph = Graph().parse(resource("ontology/kg.ttl"), format="turtle")
    return nquads_of(str(names.graph(FACTS)), graph.serialize(format="nt", encoding="utf-8"))


def instances(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Yield each thing of a graph with its class."""
    typed = b" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    for line in lines:
        if typed in line:
            subject, _, value, _ = line.split(b" ", 3)
            yield subject[1:-1].decode(), value[1:-1].decode()
