"""Findings and links -> graphs, pure; between link and validate."""

from kg.map.articles import ArticleGraphs, Review, article_graphs, claim_id, without_claims
from kg.map.catalog import Run, catalog_graph
from kg.map.country import add_countries
from kg.map.entities import entities_graph, kind_told
from kg.map.outside import likely_graph, linksets_graph
from kg.map.view import ArticleReport, consolidated, settled

__all__ = [
    "ArticleGraphs",
    "ArticleReport",
    "Review",
    "Run",
    "add_countries",
    "article_graphs",
    "catalog_graph",
    "claim_id",
    "consolidated",
    "entities_graph",
    "kind_told",
    "likely_graph",
    "linksets_graph",
    "settled",
    "without_claims",
]
