"""The articles of a publication, the runs that read them and the data set -> the graph of the catalog."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF, RDFS, VOID

from kg.map.terms import STORE, article_iri, day, web_iri, whole, words
from kg.model import Article, Links
from kg.vocabulary import KG, ONTOLOGY, SCHEMA, Names, article_graph

LICENSE = URIRef("https://creativecommons.org/licenses/by/4.0/")


@dataclass(frozen=True, slots=True)
class Run:
    """How articles were read; the same extractor and settings are the same run in every build."""

    extractor: str
    """Name, version and models, as in `Findings.extractor`."""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the run's name in IRIs."""
        told = "\n".join(
            (self.extractor, *(f"{key}={value}" for key, value in sorted(self.settings.items())))
        )
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def iri(self, names: Names) -> URIRef:
        """Return the run's IRI."""
        return names.thing("run", self.name)


def catalog_graph(
    articles: Iterable[Article],
    runs: Iterable[Run],
    links: Links,
    names: Names,
    *,
    title: str,
    as_of: date | None = None,
) -> Graph:
    """Return the graph of the catalog; the order of articles and runs does not matter."""
    graph = Graph(store=STORE)
    _add_dataset(graph, names, title, as_of)
    for run in runs:
        graph.add((run.iri(names), RDF.type, PROV.Activity))
        graph.add((run.iri(names), RDFS.label, Literal(run.extractor)))
        told = "; ".join(f"{key}={value}" for key, value in sorted(run.settings.items()))
        if told:
            graph.add((run.iri(names), DCTERMS.description, Literal(told)))
    for article in articles:
        _add_article(graph, article, links, names)
    return graph


def rights_of(article: Article) -> Literal:
    """Return whose the article's words are: as it says, else its publisher's."""
    if article.rights:
        return words(article.rights, article.language)
    owner = article.publisher or "the publisher"
    return words(f"All rights remain with {owner}; only short quotations are given.", "en")


def _add_dataset(graph: Graph, names: Names, title: str, as_of: date | None) -> None:
    dataset = names.of_path("dataset")
    graph.add((dataset, RDF.type, VOID.Dataset))
    graph.add((dataset, RDF.type, DCAT.Dataset))
    graph.add((dataset, DCTERMS.title, words(title, "en")))
    graph.add((dataset, DCTERMS.license, LICENSE))
    graph.add((dataset, VOID.vocabulary, ONTOLOGY))
    if as_of is not None:
        graph.add((dataset, DCTERMS.issued, day(as_of)))


def _add_article(graph: Graph, article: Article, links: Links, names: Names) -> None:
    iri = article_iri(article, names)
    graph.add((names.graph(article_graph(article.id)), DCTERMS.source, iri))
    graph.add((iri, RDF.type, KG.Article))
    graph.add((iri, DCTERMS.title, words(article.title, article.language)))
    graph.add((iri, DCTERMS.language, Literal(article.language.lower())))
    graph.add((iri, KG.textHash, Literal(article.sha256)))
    graph.add((iri, KG.textLength, whole(len(article.text))))
    if (publisher := links.publishers.get(article.id)) is not None:
        graph.add((iri, DCTERMS.publisher, names.of_path(publisher)))
    if article.published is not None:
        graph.add((iri, DCTERMS.issued, day(article.published)))
    graph.add((iri, DCTERMS.rights, rights_of(article)))
    if (address := web_iri(article.url)) is not None:
        graph.add((iri, SCHEMA.url, address))
    for cited in article.cites:
        graph.add((iri, DCTERMS.references, web_iri(cited) or Literal(cited)))
    if article.fictional:
        graph.add((iri, SCHEMA.genre, words("fictional", "en")))
    if article.supersedes:
        graph.add((iri, DCTERMS.replaces, names.thing("article", article.supersedes)))
