"""Stage 6, the result of another server, read to its end as it comes and written in the form asked for.

A server may send half a result with status 200 (Oxigraph when its time is over, a proxy that was cut off), so
each result is asked for in a form whose end can be seen, parsed, and written anew.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO, Protocol

from pyoxigraph import (
    Literal,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
    serialize,
)

from kg.errors import StoreError
from kg.store.contract import JSON_RESULTS
from kg.store.formats import GRAPH_FORMATS, SOLUTION_FORMATS

N_TRIPLES = "application/n-triples"
ASKED = {"solutions": JSON_RESULTS, "boolean": JSON_RESULTS, "graph": N_TRIPLES}
"""By kind of result, the form that is asked of the other server."""
_READ = 65536
_OF_VIRTUOSO = "__ASK_RETVAL"


class Source(Protocol):
    """What is read."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, as many as there are but no more than that; none at the end."""


def rewrite(source: Source, kind: str, media: str, prefixes: Mapping[str, str], out: BinaryIO) -> None:
    """Write what is read in the form `ASKED` for its kind as `media`.

    Raises StoreError where it is not whole or not in that form; what `out` raises passes.
    """
    try:
        if kind == "graph":
            _graph(source, media, prefixes, out)
        else:
            _solutions(source, kind, media, out)
    except (SyntaxError, ValueError) as error:
        raise StoreError(
            f"the store's answer is cut off or damaged: {' '.join(str(error).split())[:200]}"
        ) from error


def _graph(source: Source, media: str, prefixes: Mapping[str, str], out: BinaryIO) -> None:
    statements = (quad.triple for quad in parse(source, RdfFormat.N_TRIPLES))  # type: ignore[arg-type]  # it needs `read` only
    serialize(statements, output=out, format=GRAPH_FORMATS[media], prefixes=dict(prefixes))


def _solutions(source: Source, kind: str, media: str, out: BinaryIO) -> None:
    results = parse_query_results(source, QueryResultsFormat.JSON)  # type: ignore[arg-type]  # as above
    if kind == "boolean" and isinstance(results, QuerySolutions):
        results = _truth(results)
    if not isinstance(results, QueryBoolean if kind == "boolean" else QuerySolutions):
        raise StoreError("the store answered with another kind of result than was asked for")
    results.serialize(output=out, format=SOLUTION_FORMATS[media])
    for rest in _rest(source):
        if rest.strip():
            raise StoreError(f"the store's answer goes on behind its end: {rest.strip()[:80]!r}")


def _truth(results: QuerySolutions) -> QuerySolutions | QueryBoolean:
    """Return the answer of Virtuoso to ASK, which is a table, as others give it."""
    if [variable.value for variable in results.variables] != [_OF_VIRTUOSO]:
        return results
    said = [row[_OF_VIRTUOSO] for row in results]
    true = any(isinstance(value, Literal) and value.value not in {"0", "false"} for value in said)
    return parse_query_results(
        b'{"head":{},"boolean":%s}' % str(true).lower().encode(), QueryResultsFormat.JSON
    )


def _rest(source: Source) -> Iterator[bytes]:
    while piece := source.read(_READ):
        yield piece
