"""Stage 6, queries of strangers: worker processes that are killed when a query takes too long or too much.

The engine has no time limit that Python could set, so the limit is a process's death. A pool may
be used from many threads; a process that holds one must not be forked.
"""

import logging
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.errors import StoreBusyError, StoreError
from kg.store.contract import Answer
from kg.store.evaluation import Request
from kg.store.formats import media_for
from kg.store.reading import kind_of, refuse_service
from kg.store.streamed import Streamed
from kg.store.worker_handle import WorkerHandle, WorkerLimits

_log = logging.getLogger(__name__)
_START_SECONDS = 30.0
_SPOOL = 256 * 1024


class _Mark(Enum):
    """What stands in the queue in a worker's place."""

    VACANT = "its worker is not yet started, or could not be"
    CLOSED = "the pool is closed"


class QueryPool:
    """A few processes over one finished store, each answering one query at a time."""

    def __init__(
        self,
        path: Path,
        *,
        workers: int,
        seconds: float,
        memory_mb: int,
        result_bytes: int,
        base: str | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        self._path = path
        self._workers = workers
        self._seconds = seconds
        self._limits = WorkerLimits(memory_mb, result_bytes)
        self._base = base
        self._prefixes = dict(prefixes or {})
        self._lock = threading.Lock()
        self._all: set[WorkerHandle] = set()
        self._idle: queue.Queue[WorkerHandle | _Mark] = queue.Queue()
        self._open = False

    def start(self, *, lazily: bool = False) -> Self:
        """Start the workers and wait until each has opened the store; or, lazily, each when it is needed.

        Raises StoreError when one cannot.
        """
        self._open = True
        if lazily:
            for _ in range(self._workers):
                self._idle.put(_Mark.VACANT)
            return self
        try:
            started = [self._new() for _ in range(self._workers)]
            for worker in started:
                worker.wait_ready(time.monotonic() + _START_SECONDS)
        except StoreError:
            self.close()
            raise
        for worker in started:
            self._idle.put(worker)
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
        allowed = self._seconds if seconds is None else seconds
        deadline = time.monotonic() + allowed
        refuse_service(sparql)
        media = media_for(kind_of(sparql), media)
        request = Request(sparql, media, default_graphs, named_graphs, self._base, self._prefixes)
        worker = self._borrow(deadline, allowed)
        try:
            return worker.ask(request, deadline, allowed)
        finally:
            self._give_back(worker)

    def stream(
        self,
        sparql: str,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        seconds: float | None = None,
        client: str = "",
    ) -> Streamed:
        """Return an answer that, where it is large, is sent on as it comes; it must be closed.

        `client` is who asks, so that one cannot take the places of all.
        Raises what `run` raises, and ClientBusyError.
        """
        del client
        answer = self.run(
            sparql, media=media, default_graphs=default_graphs, named_graphs=named_graphs, seconds=seconds
        )
        if len(answer.body) <= _SPOOL:
            return Streamed(answer.kind, answer.media, answer.body)
        pieces = (answer.body[at : at + _SPOOL] for at in range(0, len(answer.body), _SPOOL))
        return Streamed(answer.kind, answer.media, None, pieces)

    def close(self) -> None:
        """Kill the workers; queries that still run end with a StoreError."""
        with self._lock:
            self._open = False
            workers, self._all = self._all, set()
        for worker in workers:
            worker.kill()
        self._idle.put(_Mark.CLOSED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _new(self) -> WorkerHandle:
        if not self._open:
            raise StoreError("the query pool is closed")
        worker = WorkerHandle(self._path, self._limits)
        with self._lock:  # it may have been closed meanwhile
            if self._open:
                self._all.add(worker)
                return worker
        worker.kill()
        raise StoreError("the query pool is closed")

    def _borrow(self, deadline: float, allowed: float) -> WorkerHandle:
        try:
            worker = self._idle.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty as error:
            raise StoreBusyError(f"no query worker came free in {allowed:g} seconds") from error
        if worker is _Mark.CLOSED:
            self._idle.put(worker)  # for the next who waits
            raise StoreError("the query pool is closed")
        if isinstance(worker, WorkerHandle) and worker.alive():
            return worker
        try:
            return self._instead_of(worker)
        except StoreError:
            self._idle.put(_Mark.VACANT)
            raise

    def _instead_of(self, worker: WorkerHandle | _Mark) -> WorkerHandle:
        """Start a worker where there is none, or where one was lost, as when memory ran out."""
        if isinstance(worker, WorkerHandle):
            _log.info("a query worker was lost; another is started")
            worker.kill()
            with self._lock:
                self._all.discard(worker)
        return self._new()

    def _give_back(self, worker: WorkerHandle) -> None:
        """Put a worker back, or start another at once, so that it is warm when it is needed."""
        if worker.usable:
            self._idle.put(worker)
            return
        try:
            self._idle.put(self._instead_of(worker))
        except StoreError as error:  # the next query tries again
            _log.log(logging.ERROR if self._open else logging.DEBUG, "no worker: %s", error)
            self._idle.put(_Mark.VACANT)


def open_pool(
    path: Path,
    *,
    workers: int,
    seconds: float,
    memory_mb: int,
    result_bytes: int,
    base: str | None = None,
    prefixes: Mapping[str, str] | None = None,
    lazily: bool = False,
) -> QueryPool:
    """Return a pool whose workers have opened the store and wait for queries; close it when done.

    Lazily, a worker starts with the first query that needs it, and that query waits for it.
    """
    pool = QueryPool(
        path,
        workers=workers,
        seconds=seconds,
        memory_mb=memory_mb,
        result_bytes=result_bytes,
        base=base,
        prefixes=prefixes,
    )
    return pool.start(lazily=lazily)
