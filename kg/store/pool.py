"""Stage 6, queries of strangers: worker processes that are killed when a query takes long or too much.

The engine has no time limit that Python could set, so the limit is a process's death. A pool may be used
from many threads.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from kg.errors import KgError, StoreBusyError, StoreError, StoreTimeoutError
from kg.store.allowance import Limited, PoolLimits
from kg.store.cheap import is_cheap
from kg.store.contract import Answer
from kg.store.crew import Crew
from kg.store.formats import media_for
from kg.store.nursery import Nursery
from kg.store.reading import kind_of
from kg.store.services import Way, relayed
from kg.store.spool import Spool
from kg.store.streamed import Streamed
from kg.store.turns import Turns, network_of
from kg.store.worker import Duties
from kg.store.worker_handle import Asked, Result, WorkerHandle

_START_SECONDS = 30.0
_CHEAP_SECONDS = 0.05
"""Seconds of a core that a query may take of the worker kept for cheap ones while such a one waits."""
_MIB = 1024 * 1024


@dataclass(slots=True)
class _Seat:
    """A place for a worker; the worker changes, the place stays."""

    kept: bool
    """Whether it is for cheap queries only."""
    worker: WorkerHandle | None = None
    """None while it is vacant: not yet started, or not to be had."""
    waited: float = 0.0
    """How long who has it now waited for it."""


class _Overstay:
    """Tells when a query that looked cheap holds up another; a machine that is busy is no fault of its."""

    def __init__(self, seat: _Seat, asked: Asked, turns: Turns[_Seat]) -> None:
        self._seat = seat
        self._asked = asked
        self._turns = turns
        self.told = False
        """Whether it did."""

    def __call__(self) -> bool:
        if self._asked.gone is not None and self._asked.gone():
            return True
        worker = self._seat.worker
        self.told = worker is not None and self._turns.cheap_wait() and worker.used() > _CHEAP_SECONDS
        return self.told


class QueryPool:
    """A few processes over one finished store, each answering one query at a time."""

    def __init__(
        self,
        path: Path,
        limits: PoolLimits,
        *,
        base: str | None = None,
        prefixes: Mapping[str, str] | None = None,
        nursery: Nursery | None = None,
        way: Way | None = None,
    ) -> None:
        self._seconds = limits.seconds
        self._way = way or Way()
        duties = Duties(
            path=str(path),
            memory=limits.memory_mb * _MIB,
            result_bytes=limits.result_bytes,
            result_rows=limits.result_rows,
            queries=limits.worker_queries,
            way_out=self._way.port,
            base=base,
            prefixes=dict(prefixes or {}),
        )
        self._crew = Crew(duties, spares=limits.spares, nursery=nursery)
        seats = limits.workers + limits.cheap_workers
        self._seats = [_Seat(kept=number >= limits.workers) for number in range(seats)]
        self._keeps = limits.cheap_workers > 0
        self._turns: Turns[_Seat] = Turns(per_client=limits.per_client, in_all=limits.in_all)

    def start(self, *, lazily: bool = False) -> Self:
        """Start the workers and wait until each has opened the store; or, lazily, each when it is needed.

        Raises StoreError when one cannot.
        """
        if not lazily:
            try:
                workers = self._crew.start(len(self._seats), _START_SECONDS)
            except StoreError:
                self.close()
                raise
            for seat, worker in zip(self._seats, workers, strict=True):
                seat.worker = worker
            self._crew.restock()
        for seat in self._seats:
            self._turns.give(seat, kept=seat.kept)
        return self

    def run(
        self,
        sparql: str,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the whole answer; the time counts from here, waiting for a worker included.

        Raises QueryError (the query is wrong, or has no such format), StoreTimeoutError, StoreBusyError, or
        StoreError (too large, too much memory, a store that cannot be read).
        """
        # A large one goes by the disk too, and is read when it is whole or was stopped.
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

        `client` is the address of who asks, so that one cannot take the places of all; ours have none. `gone`
        tells whether they went away, so that nobody works on for them.
        Raises what `run` raises, and ClientBusyError.
        """
        allowed = self._seconds if seconds is None else min(seconds, self._seconds)
        deadline = time.monotonic() + allowed
        text, services = relayed(sparql, self._way)
        kind = kind_of(sparql)
        media = media_for(kind, media)
        asked = Asked(text, media, default_graphs, named_graphs, deadline, allowed, services, gone)
        cheap = self._keeps and default_graphs is None and named_graphs is None and is_cheap(sparql)
        who = network_of(client)
        with ExitStack() as stack:
            self._turns.enter(who, cheap=cheap)
            stack.callback(self._turns.leave, who, cheap=cheap)
            seat, result = self._answered(who, asked, cheap=cheap)
            waited = seat.waited
            if result.body is None:
                pieces, ended = self._spooled(seat, asked, result.file, stack)
                return Streamed(kind, media, None, -1, pieces, ended, waited)
            self._give_back(seat)
            return Streamed(kind, media, result.body, result.rows, waited=waited)

    @property
    def processes(self) -> list[int]:
        """The process ids of its workers, those in reserve among them."""
        return self._crew.processes

    @property
    def replaced(self) -> int:
        """How many workers were replaced: killed at a limit, lost, or tired."""
        return self._crew.replaced

    def close(self) -> None:
        """Kill the workers; queries that still run end with a StoreError."""
        self._turns.close()
        self._crew.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answered(self, client: str, asked: Asked, *, cheap: bool) -> tuple[_Seat, Result]:
        seat = self._seated(client, asked, cheap=cheap)
        if seat.kept:
            if (result := self._briefly(seat, asked)) is not None:
                return seat, result
            seat = self._seated(client, asked, cheap=False)
        return seat, self._ask(seat, asked)

    def _seated(self, client: str, asked: Asked, *, cheap: bool) -> _Seat:
        begun = time.monotonic()
        seat = self._turns.take(client, cheap=cheap, deadline=asked.deadline, gone=asked.gone)
        if seat is None:
            if asked.gone is not None and asked.gone():
                raise StoreTimeoutError("who asked has gone away before there was a worker")
            raise StoreBusyError(f"no query worker came free in {asked.allowed:g} seconds")
        seat.waited = time.monotonic() - begun
        return seat

    def _briefly(self, seat: _Seat, asked: Asked) -> Result | None:
        """Ask the worker that is kept for cheap queries; None where this proves to be none of them."""
        overstays = _Overstay(seat, asked, self._turns)
        try:
            result = self._ask(seat, replace(asked, gone=overstays, look=_CHEAP_SECONDS))
        except StoreTimeoutError:
            if not overstays.told:
                raise
            return None
        if result.body is None:
            os.close(result.file)
            self._give_back(seat, stop=True)
            return None
        return result

    def _ask(self, seat: _Seat, asked: Asked) -> Result:
        try:
            if seat.worker is None or not seat.worker.alive():
                seat.worker = self._crew.instead_of(seat.worker)
            return seat.worker.ask(asked)
        except BaseException as error:
            # After anything but an error of ours the worker may still be at it.
            self._give_back(seat, stop=not isinstance(error, KgError))
            raise

    def _spooled(
        self, seat: _Seat, asked: Asked, file: int, stack: ExitStack
    ) -> tuple[Iterator[bytes], Callable[[], None]]:
        """Let a thread wait for the end of a large result, which frees the worker; return its pieces."""
        spool = Spool(file)
        stack.callback(spool.close)
        if (worker := seat.worker) is not None:
            stack.callback(lambda: None if spool.ended else worker.kill())
        try:
            threading.Thread(target=self._follow, args=(seat, asked, spool), name="large result").start()
        except RuntimeError as error:  # the system gives no more threads
            self._give_back(seat, stop=True)
            raise StoreBusyError("no thread could be started for a large result") from error
        return spool.pieces(), stack.pop_all().close

    def _follow(self, seat: _Seat, asked: Asked, spool: Spool) -> None:
        try:
            if seat.worker is not None:
                seat.worker.finish(asked)
            spool.end()
        except KgError as error:
            spool.end(error)
        finally:
            self._give_back(seat)

    def _give_back(self, seat: _Seat, *, stop: bool = False) -> None:
        """Hand the seat on, with another worker where its own is dead, tired or to be stopped."""
        worker = seat.worker
        if worker is not None and worker.usable and not worker.tired and not stop:
            self._turns.give(seat, kept=seat.kept)
            return
        try:
            seat.worker = self._crew.instead_of(worker)
        except StoreError as error:  # the next query tries again
            seat.worker = None
            self._crew.lost(error)
        self._turns.give(seat, kept=seat.kept)
        self._crew.restock()


def open_pool(
    path: Path,
    *,
    base: str | None = None,
    prefixes: Mapping[str, str] | None = None,
    nursery: Nursery | None = None,
    lazily: bool = False,
    way: Way | None = None,
    **limits: Unpack[Limited],
) -> QueryPool:
    """Return a pool whose workers have opened the store and wait for queries; close it when done.

    Lazily, a worker starts with the first query that needs it, and that query waits for it. Several pools may
    share a `nursery`, which is then closed after them. Queries ask other servers by the `way` only.
    """
    pool = QueryPool(path, PoolLimits(**limits), base=base, prefixes=prefixes, nursery=nursery, way=way)
    return pool.start(lazily=lazily)
