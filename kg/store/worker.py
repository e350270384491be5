"""Stage 6, the process that answers queries, one at a time, until it is killed.

It imports nothing but the engine, and is forked from a process that has no store open. A result is held
until it is whole or larger than the spool; a larger one goes to a file that the pool reads. When the pool is
gone the socket ends, and the worker with it; a query that outlives the pool is ended by the alarm.
"""

import contextlib
import json
import os
import resource
import signal
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyoxigraph

from kg.errors import KgError, StoreError, TooLargeError
from kg.store.counting import RowCounter
from kg.store.embedded import read_only
from kg.store.evaluation import Request, evaluate
from kg.store.frames import END, ERROR, FILE, READY, WHOLE, Channel, Tail
from kg.store.nursery import raise_workers
from kg.store.shut_in import shut_in

_SPOOL = 256 * 1024
_PIECE = 256 * 1024
_GROWTH = 64 * 1024 * 1024
_GRACE = 1.0
"""Seconds that the pool has to kill an overdue worker, before the alarm does."""


@dataclass(frozen=True, slots=True)
class Duties:
    """What a worker is told when it starts."""

    path: str
    memory: int
    """Bytes that a query may use beyond those of the idle worker."""
    result_bytes: int
    result_rows: int
    queries: int
    """How many it answers before it is replaced."""
    way_out: int
    """Port of the relay by which its queries may ask other servers; with 0 it opens no socket."""
    base: str | None
    prefixes: dict[str, str]


class _Out:
    """Holds a small result; writes a large one to a file, and hands that over with its first piece in it."""

    def __init__(self, channel: Channel, media: str, duties: Duties) -> None:
        self._channel = channel
        self._duties = duties
        self._counter = RowCounter(media)
        self._size = 0
        self._file: BinaryIO | None = None
        self._kept = bytearray()

    def write(self, data: bytes) -> int:
        self._size += len(data)
        if self._size > self._duties.result_bytes:
            raise TooLargeError(
                f"the result is larger than {self._duties.result_bytes:,} bytes; ask for less, or use LIMIT"
            )
        self._kept += data
        if len(self._kept) >= (_SPOOL if self._file is None else _PIECE):
            self._counted()
            self._write()
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces are written when they are large enough."""

    def finish(self, kind: str, *, tired: bool) -> None:
        """Send what is held, and that it is whole."""
        rows = self._counted(last=True) if kind == "solutions" else -1
        tail = Tail(rows, tired, time.process_time()).packed()
        if self._file is None:
            self._channel.send(WHOLE, tail + self._kept)
            return
        self._write()
        self.close()
        self._channel.send(END, tail)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _counted(self, *, last: bool = False) -> int:
        rows = self._counter.add(bytes(self._kept), last=last)
        if rows > self._duties.result_rows:
            raise TooLargeError(
                f"the result has more than {self._duties.result_rows:,} rows; ask for less, or use LIMIT"
            )
        return rows

    def _write(self) -> None:
        first = self._file is None
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed with the result
            with memoryview(self._kept) as rest:
                at = 0
                while at < len(rest):
                    at += self._file.write(rest[at:])
        except OSError as error:
            raise StoreError(f"a large result cannot be kept on disk: {error.strerror}") from error
        self._kept.clear()
        if first:
            self._channel.send(FILE, file=self._file.fileno())


class _Weariness:
    """When a worker is to be replaced: after so many queries, or when it has not given memory back."""

    def __init__(self, duties: Duties) -> None:
        self._left = duties.queries
        self._bound = _resident() + max(duties.memory // 4, _GROWTH)

    def tired(self) -> bool:
        self._left -= 1
        # The peak is asked first: it costs a hundredth of the other.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return self._left <= 0 or (peak > self._bound and _resident() > self._bound)


def _resident() -> int:
    return _pages(1) * resource.getpagesize()


def _pages(field: int) -> int:
    """Return a figure of this process's memory; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[field])
    except FileNotFoundError:
        return 0


def work(end: socket.socket) -> None:
    """Learn what to do, open the store and answer until the socket ends."""
    channel = Channel(end)
    with contextlib.suppress(OSError, EOFError):  # the pool is gone: nobody is left to be told
        duties = Duties(**json.loads(channel.receive().payload))
        shut_in(duties.way_out)
        try:
            store = read_only(Path(duties.path))
        except StoreError as error:
            _send_error(channel, error)
            return
        _limit_memory(duties.memory)
        channel.send(READY)
        weariness = _Weariness(duties)
        while True:
            _serve(channel, store, duties, weariness)


def _serve(channel: Channel, store: pyoxigraph.Store, duties: Duties, weariness: _Weariness) -> None:
    asked = json.loads(channel.receive().payload)
    signal.setitimer(signal.ITIMER_REAL, max(asked.pop("seconds"), 0) + _GRACE)
    out = _Out(channel, asked["media"], duties)
    try:
        kind, _ = evaluate(store, Request(**asked, base=duties.base, prefixes=duties.prefixes), out)  # type: ignore[arg-type]  # it needs `write` only
        out.finish(kind, tired=weariness.tired())
    except KgError as error:
        _send_error(channel, error)
    finally:
        out.close()
    signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_memory(more: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = _pages(0)
    if not pages:  # not Linux: no other system holds a process to this limit
        return
    # The engine reserves hundreds of MiB of addresses that it never fills, so the limit counts from here.
    limit = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _send_error(channel: Channel, error: KgError) -> None:
    channel.send(ERROR, json.dumps([type(error).__name__, str(error)]).encode())


def main(arguments: list[str]) -> None:
    """Run as the pool starts it, with the number of the socket that the orders come by."""
    with socket.socket(fileno=int(arguments[0])) as orders, contextlib.suppress(ConnectionError):
        raise_workers(orders, work)
    os._exit(0)
