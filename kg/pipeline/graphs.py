"""Write every graph of a release into one file of sorted N-Quads."""

from collections.abc import Iterator
from pathlib import Path

from rdflib import Graph

from kg.gazetteer import Registry
from kg.map import (
    ArticleReport,
    catalog_graph,
    consolidated,
    entities_graph,
    likely_graph,
    linksets_graph,
)
from kg.pipeline.checking import Checked
from kg.pipeline.decisions import Book, digest_of, require_records
from kg.resources import resource
from kg.settings import Settings
from kg.store import write_nquads
from kg.vocabulary import CATALOG, ENTITIES, FACTS, LIKELY_LINKS, Names, article_graph, evidence_graph


def write_graphs(path: Path, checked: Checked, registry: Registry, book: Book, *, settings: Settings) -> int:
    """Write the graphs of the articles that passed; return how many quads there are.

    Raises ShapeError where a link would be published that no decision stands behind.
    """
    return write_nquads(_graphs(checked, registry, book, settings), path)


def _graphs(
    checked: Checked, registry: Registry, book: Book, settings: Settings
) -> Iterator[tuple[str, bytes]]:
    names = Names(settings.base)
    survivors = [each.findings for each in checked.articles]
    entities = entities_graph(checked.links, survivors, registry, names)
    articles = [findings.article for findings in survivors]
    runs = {each.run.name: each.run for each in checked.articles}.values()
    reports = [
        ArticleReport(e.findings.article.id, e.findings.article.published, e.graphs.facts)
        for e in checked.articles
    ]
    require_records(entities, checked, book, names)
    yield names.graph(ENTITIES), _ntriples(entities)
    yield names.graph(LIKELY_LINKS), _ntriples(likely_graph(checked.links, entities, names))
    yield names.graph(CATALOG), _ntriples(linksets_graph(entities, names, digest_of(book)))
    yield (
        names.graph(CATALOG),
        _ntriples(catalog_graph(articles, runs, checked.links, names, title=settings.title)),
    )
    for each in checked.articles:
        yield names.graph(article_graph(each.findings.article.id)), _ntriples(each.graphs.facts)
        yield names.graph(evidence_graph(each.findings.article.id)), _ntriples(each.graphs.evidence)
    yield names.graph(FACTS), _ntriples(consolidated(reports, entities))
    # The view is whole: who queries it finds the labels of kinds and statuses, and the terms themselves.
    yield names.graph(FACTS), _ntriples(Graph().parse(resource("ontology/kg.ttl"), format="turtle"))


def _ntriples(graph: Graph) -> bytes:
    return graph.serialize(format="nt", encoding="utf-8")
