"""Stage 6, one worker process as the pool sees it: started, asked, and killed when it is overdue."""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from multiprocessing import Pipe
from pathlib import Path
from threading import Lock

from kg import errors
from kg.errors import KgError, StoreBusyError, StoreError, StoreTimeoutError
from kg.store.contract import Answer
from kg.store.evaluation import Request
from kg.store.worker import DATA, ERROR, READY

_MIB = 1024 * 1024
# The caller's import path is handed on, since the package may stand anywhere; its main module is not.
_CODE = (
    "import sys; sys.path[:] = sys.argv[1].split('\\n'); from kg.store.worker import main; main(sys.argv[2:])"
)


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What one query may use: memory beyond an idle worker's, and the size of its result."""

    memory_mb: int
    result_bytes: int


class WorkerHandle:
    """A worker process; when it is no longer usable it is dead, and its end was awaited."""

    def __init__(self, path: Path, limits: WorkerLimits) -> None:
        self._limits = limits
        self._pipe, theirs = Pipe()
        numbers = [str(theirs.fileno()), str(path), str(limits.memory_mb * _MIB), str(limits.result_bytes)]
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter, our own module
                [sys.executable, "-c", _CODE, "\n".join(sys.path), *numbers],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C is the server's to answer
            )
        except OSError as error:
            self._pipe.close()
            raise StoreError(f"a query worker cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
        self._ready = False
        self._killing = Lock()
        self.usable = True

    def wait_ready(self, deadline: float) -> None:
        """Wait until the store is open; raises StoreBusyError at the deadline, StoreError when it fails."""
        if self._ready:
            return
        if not self._wait(deadline):
            raise StoreBusyError("a query worker did not start in time")
        message = self._receive("could not start")
        if message[:1] != READY:
            self.kill()
            raise _error_in(message)
        self._ready = True

    def ask(self, request: Request, deadline: float, allowed: float) -> Answer:
        """Return the whole answer; at the deadline the worker is killed and StoreTimeoutError raised."""
        self.wait_ready(deadline)
        asked = asdict(request) | {"seconds": deadline - time.monotonic()}
        self._send(json.dumps(asked).encode())
        pieces: list[bytes] = []
        while True:
            # Asked of the clock too: an overdue worker may have ended itself before we looked.
            if not self._wait(deadline) or time.monotonic() > deadline:
                self.kill()
                raise StoreTimeoutError(f"the query took longer than {allowed:g} seconds and was stopped")
            message = self._receive("died over this query")
            if message[:1] == ERROR:
                raise _error_in(message)
            if message[:1] != DATA:
                kind, media = json.loads(message[1:])
                return Answer(kind, media, b"".join(pieces))
            pieces.append(message[1:])

    def alive(self) -> bool:
        """Return whether the process still runs."""
        return self.usable and self._process.poll() is None

    def kill(self) -> None:
        """End the process at once, and wait for its end so that no zombie stays."""
        with self._killing:
            if not self.usable:
                return
            self.usable = False
            self._process.kill()
            self._process.wait()
            self._pipe.close()

    def _wait(self, deadline: float) -> bool:
        try:
            return self._pipe.poll(max(deadline - time.monotonic(), 0))
        except (OSError, EOFError) as error:
            raise self._lost("was stopped", error) from error

    def _send(self, data: bytes) -> None:
        try:
            self._pipe.send_bytes(data)
        except (OSError, EOFError) as error:
            raise self._lost("died before this query", error) from error

    def _receive(self, what: str) -> bytes:
        try:
            return self._pipe.recv_bytes()
        except (OSError, EOFError) as error:
            raise self._lost(what, error) from error

    def _lost(self, what: str, error: Exception) -> StoreError:
        del error  # it only says that the pipe ended
        self.kill()
        return StoreError(
            f"a query worker {what}: {self._limits.memory_mb} MiB of memory are allowed; ask for less"
        )


def _error_in(message: bytes) -> KgError:
    name, text = json.loads(message[1:])
    kind: type[KgError] = getattr(errors, name)
    return kind(text)
