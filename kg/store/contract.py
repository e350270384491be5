"""Stage 6, what a store is: the few things that a build and a server ask of any of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from kg.errors import StoreError

JSON_RESULTS = "application/sparql-results+json"


class Term(NamedTuple):
    """One value of a solution; `str()` gives its value."""

    kind: str
    """`uri`, `literal` or `bnode`, as SPARQL's JSON results call them."""
    value: str
    language: str = ""
    datatype: str = ""

    def __str__(self) -> str:
        return self.value


Row = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole result of a query, never a cut one."""

    kind: str
    """`solutions`, `boolean` or `graph`."""
    media: str
    body: bytes


class Queried(Protocol):
    """What answers our own queries: a store here, or one on another server."""

    def query(self, sparql: str, /, *, media: str = "") -> Answer:
        """Answer any read-only query."""


class Store(Protocol):
    """Named graphs and a default graph that SPARQL can ask; embedded, or any server's with a Graph Store."""

    def load(self, nquads: bytes | Path, /) -> None:
        """Add the quads of an N-Quads document or file."""

    def replace(self, graph: str, ntriples: bytes, /) -> None:
        """Make the named graph hold exactly these triples; readers see the old ones or the new ones."""

    def copy_to_default(self, graph: str, /) -> None:
        """Make the default graph hold exactly what the named graph holds."""

    def query(
        self,
        sparql: str,
        /,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Answer any read-only query; raises QueryError when the query is at fault, else StoreError."""

    def dump(self, out: BinaryIO, /) -> None:
        """Write every quad of the named graphs as N-Quads, in no promised order."""

    def close(self) -> None:
        """Give back what is held; the store answers nothing more."""


def rows(store: Queried, sparql: str) -> list[Row]:
    """Return the solutions of a SELECT query; a variable without a value is absent from its row."""
    return rows_of(json.loads(store.query(sparql, media=JSON_RESULTS).body)["results"]["bindings"])


def rows_of(bindings: Iterable[Mapping[str, dict[str, Any]]]) -> list[Row]:
    """Return the solutions of SPARQL's JSON results."""
    return [{name: _term(value) for name, value in binding.items()} for binding in bindings]


def count(store: Queried, graph: str | None = None) -> int:
    """Return how many quads the named graphs hold, or how many triples one of them."""
    where = "GRAPH ?g { ?s ?p ?o }" if graph is None else f"GRAPH <{graph}> {{ ?s ?p ?o }}"
    (row,) = rows(store, f"SELECT (COUNT(*) AS ?n) WHERE {{ {where} }}")
    return int(row["n"].value)


def fill(store: Store, nquads: Path, *, quads: int, default: str) -> None:
    """Load a file of so many quads into an empty store; its default graph becomes a copy of `default`.

    Raises StoreError when the store does not hold what was loaded.
    """
    store.load(nquads)
    if (held := count(store)) != quads:
        raise StoreError(
            f"the store holds {held} of {quads} quads; are some equal but for how a number is written?"
        )
    store.copy_to_default(default)


def _term(value: dict[str, str]) -> Term:
    return Term(value["type"], value["value"], value.get("xml:lang", ""), value.get("datatype", ""))
