"""Stage 7: what a release says of itself, as files in it: DCAT, VoID, provenance, coverage, citation."""

from kg.release.catalog.citing import Cited
from kg.release.catalog.dcat import catalog_graph
from kg.release.catalog.told import CATALOG, COVERAGE, ONTOLOGY, SHAPES, VOID, File, Made, Publication, Told
from kg.release.catalog.void import void_graph
from kg.release.catalog.writing import jsonld, turtle, write_all

__all__ = [
    "CATALOG",
    "COVERAGE",
    "ONTOLOGY",
    "SHAPES",
    "VOID",
    "Cited",
    "File",
    "Made",
    "Publication",
    "Told",
    "catalog_graph",
    "jsonld",
    "turtle",
    "void_graph",
    "write_all",
]
