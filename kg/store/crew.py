"""Stage 6, the workers of one pool: started, kept ready in reserve, and replaced; none outlives the crew."""

import logging
import threading
import time
from contextlib import suppress

from kg.errors import StoreError
from kg.store.nursery import Nursery
from kg.store.worker import Duties
from kg.store.worker_handle import WorkerHandle

_log = logging.getLogger(__name__)


class Crew:
    """All worker processes over one store, those in reserve too."""

    def __init__(self, duties: Duties, *, spares: int, nursery: Nursery | None = None) -> None:
        self._duties = duties
        self._wanted = spares
        self._nursery = nursery or Nursery()
        self._own = nursery is None
        self._lock = threading.Lock()
        self._all: set[WorkerHandle] = set()
        self._spares: list[WorkerHandle] = []
        self._open = True
        self.replaced = 0
        """How many workers came to their end before the crew."""

    @property
    def processes(self) -> list[int]:
        """The process ids of all workers."""
        with self._lock:
            return sorted(worker.process for worker in self._all)

    def start(self, count: int, seconds: float) -> list[WorkerHandle]:
        """Return so many workers that have opened the store; raises StoreError when one cannot."""
        deadline = time.monotonic() + seconds
        workers = [self._new() for _ in range(count)]
        for worker in workers:
            worker.wait_ready(deadline)
        return workers

    def instead_of(self, worker: WorkerHandle | None) -> WorkerHandle:
        """Return a worker where there is none, or in place of one, which is ended: a spare, else a new one.

        Raises StoreError when none can be started.
        """
        if worker is not None:
            self._end(worker)
        while True:
            with self._lock:
                spare = self._spares.pop(0) if self._spares else None
            if spare is None:
                return self._new()
            if spare.alive():
                return spare
            self._end(spare)

    def restock(self) -> None:
        """Start what is missing in reserve; it is not waited for."""
        with suppress(StoreError):  # whoever needs one is told
            while self._open and len(self._spares) < self._wanted:
                spare = self._new()
                with self._lock:
                    self._spares.append(spare)

    def close(self) -> None:
        """Kill all; queries that still run end with a StoreError."""
        with self._lock:
            self._open = False
            workers, self._all = self._all, set()
            self._spares = []
        for worker in workers:
            worker.kill()
        if self._own:
            self._nursery.close()

    def lost(self, error: StoreError) -> None:
        """Tell that a worker could not be replaced for now."""
        _log.log(logging.ERROR if self._open else logging.DEBUG, "no worker: %s", error)

    def _end(self, worker: WorkerHandle) -> None:
        worker.kill()
        with self._lock:
            self._all.discard(worker)
            self.replaced += 1

    def _new(self) -> WorkerHandle:
        if not self._open:
            raise StoreError("the query pool is closed")
        worker = WorkerHandle(self._nursery, self._duties)
        with self._lock:  # it may have been closed meanwhile
            if self._open:
                self._all.add(worker)
                return worker
        worker.kill()
        raise StoreError("the query pool is closed")
