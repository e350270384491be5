"""Stage 6, queries answered by a store on another server to which a release was pushed: whole, or an error.

Each answer is of the release that is served: the record that pushes keep in the store is read before it and
after it.
"""

import io
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pyoxigraph import Store as Engine

from kg.errors import KgError, QueryError, StoreBusyError, StoreError, StoreTimeoutError, TooLargeError
from kg.store.allowance import PoolLimits
from kg.store.contract import Answer
from kg.store.evaluation import Request, evaluate
from kg.store.formats import media_for
from kg.store.gathered import Gathered
from kg.store.overflow import overflow_of
from kg.store.plain import require_plain
from kg.store.prologue import with_prologue
from kg.store.pushed import require_held
from kg.store.reading import dataset_of, iri_ref, kind_of, refuse_service, uses_graphs
from kg.store.rewriting import ASKED, rewrite
from kg.store.streamed import Streamed
from kg.store.turns import Turns, network_of
from kg.store.web import Account, Client, place_of

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_FORM = "application/x-www-form-urlencoded"
_FINE, _REFUSED, _BUSY = 200, 400, {429, 502, 503, 504}
_BELIEVED_SECONDS = 2.0
"""How long the last look at the record stands for the one before an answer."""
_SHOWN = 300
_MOST_NAMED = 5000
_CUT = ("X-SQL-State", "X-SPARQL-Anytime")
"""Headers by which Virtuoso says, with status 200, that it stopped in the middle."""
_MOST_ROWS = "X-SPARQL-MaxRows"


@dataclass(frozen=True, slots=True)
class Held:
    """What the store must hold for its answers to be given."""

    release: str
    """The id of the release."""
    record: str
    """The graph of the record."""
    facts: str
    """The graph of the consolidated view."""
    base: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """Declared for everybody."""
    graphs: Sequence[str] = ()
    """All named graphs of the release."""
    most_rows: int = 0
    """Solutions at which the store cuts a result, if it does."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One query as it goes to the server."""

    sparql: str
    kind: str
    media: str
    default_graphs: Sequence[str] | None
    named_graphs: Sequence[str] | None
    deadline: float


class RemoteEndpoint:
    """A store on another server; it may be used from many threads."""

    def __init__(self, url: str, held: Held, limits: PoolLimits, *, account: Account | None = None) -> None:
        self._url = place_of(url, "endpoint_url")
        self._held = held
        self._limits = limits
        self._client = Client(account or Account(), at_once=2 * limits.workers)
        self._turns: Turns[int] = Turns(per_client=limits.per_client, in_all=limits.in_all)
        for seat in range(limits.workers):
            self._turns.give(seat)
        self._looked = float("-inf")
        self._copied = False
        """Whether the store's default graph was a copy of the view when we last looked."""
        self._names_stay: bool | None = None
        """Whether the store shows its named graphs beside a default graph that is asked for."""

    def run(
        self,
        sparql: str,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the whole answer; raises QueryError, StoreTimeoutError, StoreBusyError or StoreError."""
        with self.stream(
            sparql, media=media, default_graphs=default_graphs, named_graphs=named_graphs, seconds=seconds
        ) as result:
            body = b"".join(result) if result.body is None else result.body
            return Answer(result.kind, result.media, body)

    def stream(
        self,
        sparql: str,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        seconds: float | None = None,
        client: str = "",
        gone: Callable[[], bool] | None = None,
    ) -> Streamed:
        """Return an answer that, where it is large, is sent on as it comes; it must be closed.

        `gone` tells whether whoever asked went away. Raises what `run` raises, and ClientBusyError.
        """
        allowed = min(seconds or self._limits.seconds, self._limits.seconds)
        refuse_service(sparql)
        kind = kind_of(sparql)
        require_plain(sparql, self._held.base, self._held.prefixes)
        asked = _Asked(
            sparql, kind, media_for(kind, media), default_graphs, named_graphs, time.monotonic() + allowed
        )
        who = network_of(client)
        with ExitStack() as stack:
            self._turns.enter(who, cheap=False)
            stack.callback(self._turns.leave, who, cheap=False)
            begun = time.monotonic()
            seat = self._turns.take(who, cheap=False, deadline=asked.deadline, gone=gone)
            waited = time.monotonic() - begun
            if seat is None:
                raise StoreBusyError(f"no place for the query came free in {allowed:g} seconds")
            found = self._fetched(seat, asked)
            if not found.wait(asked.deadline, gone=gone):
                raise StoreTimeoutError(f"the query took longer than {allowed:g} seconds and was stopped")
            if found.spool is None:
                return Streamed(kind, asked.media, found.body, found.rows, waited=waited)
            stack.callback(found.spool.close)
            pieces, ended = found.spool.pieces(), stack.pop_all().close
            return Streamed(kind, asked.media, None, -1, pieces, ended, waited)

    def query(self, sparql: str, /, *, media: str = "") -> Answer:
        """Return the answer whatever the store holds; what `kg.store.pushed` asks the record by."""
        kind = kind_of(sparql)
        asked = _Asked(
            sparql, kind, media_for(kind, media), None, None, time.monotonic() + self._limits.seconds
        )
        out = io.BytesIO()
        self._ask(asked, [("query", sparql)], out)
        return Answer(kind, asked.media, out.getvalue())

    def look(self) -> None:
        """Raise StoreBusyError unless the store holds the release, whole, and can be asked for it."""
        copied = require_held(self, self._held.record, self._held.release)
        if not copied and self._names_stay is None:
            self._names_stay = self._shows_names()
        self._copied = copied
        self._looked = time.monotonic()

    def close(self) -> None:
        """Close the connections; queries that wait end with a StoreError."""
        self._turns.close()
        self._client.close()

    def _shows_names(self) -> bool:
        record = iri_ref(self._held.record)
        asked = _Asked("", "boolean", ASKED["boolean"], None, None, time.monotonic() + self._limits.seconds)
        out = io.BytesIO()
        form = [
            ("query", f"ASK {{ GRAPH {record} {{ ?s ?p ?o }} }}"),
            ("default-graph-uri", self._held.facts),
        ]
        self._ask(asked, form, out)
        return b"true" in out.getvalue()

    def _fetched(self, seat: int, asked: _Asked) -> Gathered:
        """Let a thread ask, which frees the seat when the server has answered."""
        found = Gathered(
            asked.media, most_bytes=self._limits.result_bytes, most_rows=self._limits.result_rows
        )
        threading.Thread(
            target=self._follow, args=(seat, asked, found), name="remote query", daemon=True
        ).start()
        return found

    def _follow(self, seat: int, asked: _Asked, found: Gathered) -> None:
        error: KgError | None = None
        try:
            if time.monotonic() - self._looked > _BELIEVED_SECONDS:
                self.look()
            self._refuse_cut(asked)
            self._ask(asked, self._form(asked), found)  # type: ignore[arg-type]  # it needs `write` only
            self.look()
        except KgError as problem:
            self._looked = float("-inf")
            # Without its frames: they hold a result of the engine, which no other thread may drop.
            error = type(problem)(*problem.args)
        finally:
            found.end(error)
            found.close()
            self._turns.give(seat)

    def _refuse_cut(self, asked: _Asked) -> None:
        """Raise StoreError where a graph rests on more solutions than the store gives of any query."""
        if not self._held.most_rows or asked.kind != "graph":
            return
        if more := overflow_of(asked.sparql, self._held.most_rows):
            out = io.BytesIO()
            first = replace(asked, sparql=more, kind="solutions", media="text/csv")
            self._ask(first, self._form(first), out)
            if out.getvalue().count(b"\n") > 1:
                raise TooLargeError(
                    f"the store gives no more than {self._held.most_rows} solutions; ask for fewer with LIMIT"
                )

    def _form(self, asked: _Asked) -> list[tuple[str, str]]:
        form = [("query", with_prologue(asked.sparql, self._held.base, self._held.prefixes))]
        default, named = asked.default_graphs, asked.named_graphs
        asks = dataset_of(asked.sparql)
        own = default is None and named is None and not asks.default and not asks.named
        if own and not self._copied:
            default = [self._held.facts]
            if not self._names_stay and uses_graphs(asked.sparql):
                named = self._named()
        form += [("default-graph-uri", iri) for iri in default or ()]
        return form + [("named-graph-uri", iri) for iri in named or ()]

    def _named(self) -> Sequence[str]:
        """Return the graphs that must be named one by one, since the protocol shows no others."""
        if len(self._held.graphs) > _MOST_NAMED:
            raise StoreError(
                f"of this store, GRAPH can be asked for up to {_MOST_NAMED} graphs; push with --default-graph"
            )
        return self._held.graphs

    def _ask(self, asked: _Asked, form: list[tuple[str, str]], out: io.BytesIO) -> None:
        body, accept = urlencode(form).encode(), ASKED[asked.kind]
        with self._client.opened(
            self._url, body, media=_FORM, accept=accept, deadline=asked.deadline
        ) as response:
            if response.status != _FINE:
                raise self._refusal(asked, response)
            if cut := next((name for name in _CUT if name in response.headers), ""):
                raise StoreTimeoutError(f"the store stopped in the middle: {cut}: {response.headers[cut]}")
            if asked.kind == "solutions" and _MOST_ROWS in response.headers:
                most = response.headers[_MOST_ROWS]
                raise TooLargeError(f"the store gives no more than {most} rows; ask for fewer with LIMIT")
            rewrite(_Body(response, asked.deadline), asked.kind, asked.media, self._held.prefixes, out)

    def _refusal(self, asked: _Asked, response: "BaseHTTPResponse") -> KgError:
        held = self._held
        told = " ".join(response.read(4 * _SHOWN).decode("utf-8", errors="replace").split())[:_SHOWN]
        if response.status == _REFUSED:
            try:
                # Ours says line and column; what it takes for whole does no more than look at an empty store.
                evaluate(
                    Engine(), Request(asked.sparql, base=held.base, prefixes=held.prefixes), io.BytesIO()
                )
            except QueryError as error:
                return error
            return QueryError(f"the store cannot answer this query: {told}")
        said = f"the store answers {response.status}: {told}"
        return StoreBusyError(said) if response.status in _BUSY else StoreError(said)


class _Body:
    """The body of an answer, read before a deadline; one that ends before its end is an error."""

    def __init__(self, response: "BaseHTTPResponse", deadline: float) -> None:
        self._response = response
        self._deadline = deadline

    def read(self, size: int = -1, /) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise StoreTimeoutError("the query took longer than it may and was stopped")
        connection = self._response.connection
        if connection is not None and getattr(connection, "sock", None) is not None:
            connection.sock.settimeout(left)  # type: ignore[attr-defined]  # a socket, of which urllib3 says nothing
        piece = self._response.read1(size if size > 0 else None)
        if not piece and self._response.length_remaining:
            raise StoreError("the store's answer is cut off")
        return bytes(piece)
