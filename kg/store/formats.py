"""Stage 6, the formats that results come in."""

from pyoxigraph import QueryResultsFormat, RdfFormat

from kg.errors import QueryError

SOLUTION_FORMATS: dict[str, QueryResultsFormat] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
"""For SELECT and ASK; the first is what is given when nothing is asked."""

GRAPH_FORMATS: dict[str, RdfFormat] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
"""For CONSTRUCT and DESCRIBE; the first is what is given when nothing is asked."""

OFFERED: dict[str, tuple[str, ...]] = {
    "solutions": tuple(SOLUTION_FORMATS),
    "boolean": tuple(SOLUTION_FORMATS),
    "graph": tuple(GRAPH_FORMATS),
}
"""Media types that a result of each kind can have, preferred first."""


def media_for(kind: str, wanted: str) -> str:
    """Return the media type to write; raises QueryError when the kind of result has no such format."""
    offered = OFFERED[kind]
    if wanted and wanted not in offered:
        raise QueryError(f"a result of kind {kind!r} has no format {wanted!r}; it has {', '.join(offered)}")
    return wanted or offered[0]
