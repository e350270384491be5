"""Findings and links -> graphs, pure; between link and validate."""

from kg.map.articles import ArticleGraphs, article_graphs
from kg.map.catalog import Run, catalog_graph
from kg.map.entities import entities_graph
from kg.map.view import ArticleReport, consolidated

__all__ = [
    "ArticleGraphs",
    "ArticleReport",
    "Run",
    "article_graphs",
    "catalog_graph",
    "consolidated",
    "entities_graph",
]
