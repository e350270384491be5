"""Stage 6, one worker process as the pool sees it: started, asked, and killed when it is overdue."""

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock, RLock

from kg import errors
from kg.errors import KgError, StoreBusyError, StoreError, StoreTimeoutError, TooLargeError
from kg.store.frames import ASK, ERROR, FILE, READY, Channel, Frame, opened
from kg.store.nursery import Nursery
from kg.store.turns import LOOK_SECONDS
from kg.store.worker import Duties

_MIB = 1024 * 1024
_DEATH_MS = 2000
_OVER_QUERY = "died over this query"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query on its way to a worker."""

    sparql: str
    media: str
    default_graphs: Sequence[str] | None
    named_graphs: Sequence[str] | None
    deadline: float
    allowed: float
    """Seconds that it had, for the message."""
    services: Mapping[str, str] = field(default_factory=dict)
    """By what names it asks other servers."""
    gone: Callable[[], bool] | None = None
    """Tells whether whoever asked has gone away."""
    look: float = LOOK_SECONDS
    """How often that is asked, in seconds."""


@dataclass(frozen=True, slots=True)
class Result:
    """A whole result, or the file of a large one that is still being written."""

    body: bytes | None
    file: int
    rows: int


class WorkerHandle:
    """A worker process; when it is no longer usable it is dead."""

    def __init__(self, nursery: Nursery, duties: Duties) -> None:
        self._nursery = nursery
        self._memory = duties.memory
        try:
            mine, theirs = socket.socketpair()
        except OSError as error:
            raise StoreError(f"a query worker cannot be started: {error.strerror}") from error
        try:
            self.process = nursery.start(theirs)
        except StoreError:
            mine.close()
            raise
        finally:
            theirs.close()
        self._socket = mine
        self._channel = Channel(mine)
        self._killing = Lock()
        self._using = RLock()
        self._ready = False
        self._used = 0.0
        self.usable = True
        """Whether it lives, as far as is known."""
        self.tired = False
        """Whether it asked to be replaced."""
        self._send(ASK, json.dumps(asdict(duties)).encode(), "died as it started")

    def wait_ready(self, deadline: float) -> None:
        """Wait until the store is open; raises StoreBusyError at the deadline, StoreError when it fails."""
        if self._ready:
            return
        try:
            frame = self._receive(deadline, "could not start")
        except TimeoutError as error:
            raise StoreBusyError("a query worker did not start in time") from error
        if frame.letter != READY:
            self.kill()
            raise _error_in(frame)
        self._used = self._cpu()
        self._ready = True

    def ask(self, asked: Asked) -> Result:
        """Return the result, or where it is large its file, and then `finish` comes next.

        At the deadline the worker is killed and StoreTimeoutError raised.
        """
        with self._using:
            self.wait_ready(asked.deadline)
            return self._asked(asked)

    def _asked(self, asked: Asked) -> Result:
        question = {
            "sparql": asked.sparql,
            "media": asked.media,
            "default_graphs": asked.default_graphs,
            "named_graphs": asked.named_graphs,
            "services": dict(asked.services),
            "seconds": asked.deadline - time.monotonic(),
        }
        self._send(ASK, json.dumps(question).encode(), "died before this query")
        frame = self._answered(asked)
        if frame.letter == FILE:
            return Result(None, frame.file, -1)
        tail, body = opened(frame.payload)
        self.tired, self._used = tail.tired, tail.cpu
        return Result(body, -1, tail.rows)

    def finish(self, asked: Asked) -> int:
        """Wait until a large result is whole and return its rows; raises as `ask` does."""
        with self._using:
            tail, _ = opened(self._answered(asked).payload)
        self.tired, self._used = tail.tired, tail.cpu
        return tail.rows

    def alive(self) -> bool:
        """Return whether the process still runs, as far as its socket tells."""
        return self.usable and not self._hung_up(0)

    def used(self) -> float:
        """Return the seconds of a core that it has had for the query it is at."""
        return self._cpu() - self._used

    def _cpu(self) -> float:
        """Return those since it began; where the system does not tell, so many that nothing stays long."""
        try:
            told = Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8")
        except OSError:
            return time.monotonic()
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End the process at once, and wait until it has given back what it held."""
        with self._killing:
            if not self.usable:
                return
            self.usable = False
        if not self._hung_up(_DEATH_MS if self._nursery.end(self.process) else 0):
            # The nursery was lost. The worker's socket is open, so the number is still its own.
            os.kill(self.process, signal.SIGKILL)
            self._hung_up(_DEATH_MS)
        with self._using:  # whoever still reads sees its end first
            self._channel.close()

    def _hung_up(self, milliseconds: int) -> bool:
        poll = select.poll()
        poll.register(self._socket, 0)
        return bool(poll.poll(milliseconds))

    def _answered(self, asked: Asked) -> Frame:
        frame = self._awaited(asked)
        # Asked of the clock too: an overdue worker may have ended itself before we looked.
        if frame is None or time.monotonic() > asked.deadline:
            if frame is not None and frame.file >= 0:
                os.close(frame.file)
            self.kill()
            raise StoreTimeoutError(f"the query took longer than {asked.allowed:g} seconds and was stopped")
        if frame.letter == ERROR:
            raise _error_in(frame)
        return frame

    def _awaited(self, asked: Asked) -> Frame | None:
        """Return the next frame, None at the deadline; raises StoreTimeoutError when nobody waits."""
        while True:
            look = asked.deadline
            if asked.gone is not None:
                look = min(look, time.monotonic() + asked.look)
            try:
                return self._receive(look, _OVER_QUERY)
            except TimeoutError:
                if look == asked.deadline:
                    return None
            if asked.gone is not None and asked.gone():
                self.kill()
                raise StoreTimeoutError("who asked has gone away, and the query was stopped")

    def _receive(self, deadline: float, what: str) -> Frame:
        try:
            return self._channel.receive(deadline)
        except TimeoutError:
            raise
        except (OSError, EOFError) as error:
            raise self._lost(what) from error

    def _send(self, letter: bytes, payload: bytes, what: str) -> None:
        try:
            self._channel.send(letter, payload)
        except OSError as error:
            raise self._lost(what) from error

    def _lost(self, what: str) -> StoreError:
        # Where it had not been ended by us, it ran out of what it may use.
        kind = TooLargeError if self.usable and what == _OVER_QUERY else StoreError
        self.kill()
        return kind(f"a query worker {what}: {self._memory // _MIB} MiB of memory are allowed; ask for less")


def _error_in(frame: Frame) -> KgError:
    name, text = json.loads(frame.payload)
    kind: type[KgError] = getattr(errors, name)
    return kind(text)
