"""Stage 6, one query over one embedded store, its result written where the caller says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)

from kg.errors import QueryError, ServiceError, StoreError
from kg.store.explaining import fault_of
from kg.store.formats import GRAPH_FORMATS, SOLUTION_FORMATS, media_for
from kg.store.reading import dataset_of, kind_of, refuse_service

_POSITION = re.compile(r"error at (\d+):(\d+): ")
_CHARACTERS = re.compile(r"\[(?:'[^]]*|_)\](?:, )?")
"""Classes of characters, which tell a person nothing."""
_MESSAGE = 200
"""Longest message: the engine lists every token that it would have accepted."""

_Results = QuerySolutions | QueryBoolean | QueryTriples


@dataclass(frozen=True, slots=True)
class Request:
    """A query, and how it is to be understood and answered."""

    sparql: str
    media: str = ""
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    base: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    """Prefixes by which alone SERVICE may name whom it asks; they are in no answer."""


def evaluate(store: Store, request: Request, out: BinaryIO) -> tuple[str, str]:
    """Write the whole result to `out` and return its kind and media type.

    Raises QueryError when the query is at fault, StoreError when the store is; what `out` raises passes.
    """
    refuse_service(request.sparql, but=request.services)
    kind = kind_of(request.sparql)
    media = media_for(kind, request.media)
    try:
        _write(_results(store, request), media, request.prefixes, out)
    except SyntaxError as error:
        raise QueryError(_explained(request, error)) from error
    except (RuntimeError, ValueError) as error:
        raise QueryError(_clear(error)) from error
    except OSError as error:
        if request.services:
            raise ServiceError(
                "a server that the query asks by SERVICE did not answer as it should"
            ) from error
        raise StoreError(f"the store cannot be read: {error}") from error
    return kind, media


def _write(results: _Results, media: str, prefixes: Mapping[str, str], out: BinaryIO) -> None:
    if isinstance(results, QueryTriples):
        # This call alone takes prefixes; the result's own does not.
        serialize(results, output=out, format=GRAPH_FORMATS[media], prefixes=dict(prefixes))
    else:
        results.serialize(output=out, format=SOLUTION_FORMATS[media])


def _results(store: Store, request: Request) -> _Results:
    default, named = _dataset(store, request)
    if default is not None and len(default) > 1:
        store, default = _merged(store, default, named or []), [DefaultGraph()]
    return store.query(
        request.sparql,
        base_iri=request.base,
        prefixes={**request.prefixes, **request.services},
        default_graph=default,
        named_graphs=named,
    )


_Default = list[NamedNode | BlankNode | DefaultGraph]
_Named = list[NamedNode | BlankNode]


def _dataset(store: Store, request: Request) -> tuple[_Default | None, _Named | None]:
    """Return the data set that the protocol or the query asks for; None is the store's own."""
    if request.default_graphs is None and request.named_graphs is None:
        return _own_dataset(store, request)
    default: _Default = [NamedNode(iri) for iri in sorted(set(request.default_graphs or ()))]
    return default, [NamedNode(iri) for iri in request.named_graphs or ()]


def _own_dataset(store: Store, request: Request) -> tuple[_Default | None, _Named | None]:
    asked = dataset_of(request.sparql)
    if len(asked.default) < 2:  # noqa: PLR2004  the engine is right about one graph
        return None, None
    resolve = f"{asked.prologue} SELECT DISTINCT ?g {{ VALUES ?g {{ %s }} }}"
    graphs: list[_Named] = []
    for names in (asked.default, asked.named):
        found = store.query(resolve % " ".join(names), base_iri=request.base, prefixes=dict(request.prefixes))
        graphs.append([NamedNode(row["g"].value) for row in found])  # type: ignore[union-attr]  # a SELECT
    return list(graphs[0]), graphs[1]


def _merged(store: Store, default: _Default, named: _Named) -> Store:
    """Return a copy in which the default graph is the merge of several.

    The engine does not drop duplicates over several graphs: the same triple in two of them would be two rows.
    """
    merged = Store()
    for graph in default:
        triples = store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph)
        merged.load(triples, RdfFormat.N_TRIPLES, to_graph=DefaultGraph())
    for graph in named:
        triples = store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph)
        merged.load(triples, RdfFormat.N_TRIPLES, to_graph=graph)
    return merged


def _explained(request: Request, error: SyntaxError) -> str:
    """Return what is wrong with a query that the engine cannot read."""
    empty = Store()
    prefixes = {**request.prefixes, **request.services}

    def complaint(text: str) -> str:
        try:
            empty.query(text, base_iri=request.base, prefixes=prefixes)
        except SyntaxError as fault:
            return str(fault)
        return ""

    fault = fault_of(request.sparql, str(error), complaint)
    return str(fault) if fault else _clear(error)


def _clear(error: Exception) -> str:
    text = _POSITION.sub(r"line \1, column \2: ", " ".join(str(error).split()))
    text = _CHARACTERS.sub("", text).rstrip(", ")
    return text if len(text) <= _MESSAGE else text[: _MESSAGE - 1] + "…"
