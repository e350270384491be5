"""Stage 7: what a release says of itself, as files in it: DCAT, VoID, provenance, coverage, citation."""

from kg.release.catalog.citing import Cited
from kg.release.catalog.dcat import SPDX, catalog_graph
from kg.release.catalog.told import (
    CATALOG,
    COVERAGE,
    ONTOLOGY,
    SHAPES,
    VOID,
    File,
    Made,
    Publication,
    Told,
    release_iri,
)
from kg.release.catalog.void import void_graph
from kg.release.catalog.writing import PREFIXES, jsonld, turtle, write_all

__all__ = [
    "CATALOG",
    "COVERAGE",
    "ONTOLOGY",
    "PREFIXES",
    "SHAPES",
    "SPDX",
    "VOID",
    "Cited",
    "File",
    "Made",
    "Publication",
    "Told",
    "catalog_graph",
    "jsonld",
    "release_iri",
    "turtle",
    "void_graph",
    "write_all",
]
