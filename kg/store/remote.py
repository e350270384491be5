"""Stage 6, a store on another server that speaks SPARQL 1.1 Protocol, Update and Graph Store Protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from kg.store.contract import JSON_RESULTS, Answer
from kg.store.reading import iri_ref, kind_of
from kg.store.web import Account, Client, place_of

_FORM = "application/x-www-form-urlencoded"
_N_TRIPLES = "application/n-triples"
_GONE = frozenset({404})


@dataclass(frozen=True, slots=True)
class Places:
    """The three addresses of a server; every make names them in its own way."""

    query: str
    update: str
    graphs: str
    """Of the Graph Store Protocol: `?graph=IRI` is put behind it."""


def places(query: str, *, update: str | None = None, graphs: str | None = None) -> Places:
    """Return the addresses; those not given are Oxigraph's names beside an address that ends with `/query`.

    Raises SettingsError when one cannot be used, or must be given.
    """
    beside = query.removesuffix("query") if query.endswith("/query") else ""
    return Places(
        place_of(query, "the query address"),
        place_of(update or (beside and f"{beside}update"), "--update"),
        place_of(graphs or (beside and f"{beside}store"), "--graph-store"),
    )


class RemoteStore:
    """Graphs on another server. Each request may be sent again, so only what is idempotent is asked of it."""

    def __init__(
        self, at: Places, *, account: Account | None = None, seconds: float = 300.0, pause: float = 1.0
    ) -> None:
        self.at = at
        self._client = Client(account or Account(), seconds=seconds, pause=pause)

    def query(
        self,
        sparql: str,
        /,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Answer a query; raises StoreError, also when the server finds fault with it."""
        kind = kind_of(sparql)
        wanted = media or (_N_TRIPLES if kind == "graph" else JSON_RESULTS)
        form = [("query", sparql)]
        form += [("default-graph-uri", iri) for iri in default_graphs or ()]
        form += [("named-graph-uri", iri) for iri in named_graphs or ()]
        body = self._client.send("POST", self.at.query, urlencode(form).encode(), media=_FORM, accept=wanted)
        return Answer(kind, wanted, body)

    def update(self, sparql: str, /) -> None:
        """Carry out an update, which must be one that may be carried out twice."""
        self._client.send("POST", self.at.update, urlencode({"update": sparql}).encode(), media=_FORM)

    def replace(self, graph: str, ntriples: bytes | Path, /) -> None:
        """Make the named graph hold exactly these triples."""
        self._client.send("PUT", self._graph(graph), ntriples, media=_N_TRIPLES)

    def remove(self, graph: str, /) -> None:
        """Remove the named graph, if it is there."""
        self._client.send("DELETE", self._graph(graph), also=_GONE)

    def copy_to_default(self, graph: str, /) -> None:
        """Make the default graph hold exactly what the named graph holds."""
        self.update(f"COPY {iri_ref(graph)} TO DEFAULT")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _graph(self, graph: str) -> str:
        sign = "&" if "?" in self.at.graphs else "?"
        return f"{self.at.graphs}{sign}{urlencode({'graph': graph})}"
