"""Stage 6, the process that answers queries, one at a time, until it is killed.

It is started by the pool with a pipe, and imports nothing but the engine. Messages to the pool begin with one
letter: R ready, D a piece of the result, K the result is whole, E an error. When the pool is gone the
pipe ends, and the worker with it; a query that outlives the pool is ended by the alarm.
"""

import contextlib
import io
import json
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph

from kg.errors import KgError, StoreError
from kg.store.embedded import read_only
from kg.store.evaluation import Request, evaluate

READY, DATA, WHOLE, ERROR = b"R", b"D", b"K", b"E"
_PIECE = 256 * 1024
_GRACE = 1.0
"""Seconds that the pool has to kill an overdue worker, before the alarm does."""


class _Out(io.RawIOBase):
    """Sends what is written down the pipe in pieces; refuses more than the limit."""

    def __init__(self, pipe: Connection, limit: int) -> None:
        self._pipe = pipe
        self._limit = limit
        self._size = 0
        self._kept = bytearray()

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the engine writes bytes only
        self._size += len(data)
        if self._size > self._limit:
            raise _TooLargeError(
                f"the result is larger than {self._limit:,} bytes; ask for less, or use LIMIT"
            )
        self._kept += data
        if len(self._kept) >= _PIECE:
            self.send()
        return len(data)

    def send(self) -> None:
        if self._kept:
            self._pipe.send_bytes(DATA + self._kept)
            self._kept.clear()


class _TooLargeError(Exception):
    """Not an OSError, so that no one takes it for the disk's."""


def work(pipe: Connection, path: Path, *, memory: int, result_bytes: int) -> None:
    """Open the store and answer until the pipe ends."""
    try:
        store = read_only(path)
    except StoreError as error:
        _send_error(pipe, error)
        return
    _limit_memory(memory)
    pipe.send_bytes(READY)
    while True:
        try:
            asked = json.loads(pipe.recv_bytes())
        except (EOFError, ConnectionError):
            return
        seconds = asked.pop("seconds")
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0) + _GRACE)
        _answer(pipe, store, Request(**asked), result_bytes)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_memory(more: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    statm = Path("/proc/self/statm")
    if not statm.exists():  # not Linux: no other system holds a process to this limit
        return
    # The engine reserves hundreds of MiB of addresses that it never fills, so the limit counts from here.
    pages = int(statm.read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _answer(pipe: Connection, store: pyoxigraph.Store, request: Request, limit: int) -> None:
    out = _Out(pipe, limit)
    try:
        kind, media = evaluate(store, request, out)  # type: ignore[arg-type]  # it needs `write` only
        out.send()
    except _TooLargeError as error:
        _send_error(pipe, StoreError(str(error)))
    except KgError as error:
        _send_error(pipe, error)
    else:
        pipe.send_bytes(WHOLE + json.dumps([kind, media]).encode())


def _send_error(pipe: Connection, error: KgError) -> None:
    pipe.send_bytes(ERROR + json.dumps([type(error).__name__, str(error)]).encode())


def main(arguments: list[str]) -> None:
    """Run as the pool starts it: the pipe's number, the store's folder, two limits in bytes."""
    handle, path, memory, result_bytes = arguments
    with contextlib.suppress(ConnectionError):  # the pool is gone: nobody is left to be told
        work(Connection(int(handle)), Path(path), memory=int(memory), result_bytes=int(result_bytes))
    # The engine's threads are of no use any more, and a tidy end would wait for them.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
