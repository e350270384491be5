"""Stage 6, the small process that query workers are forked from, so that a new one costs almost nothing.

It has loaded the engine and opened no store, so it has one thread and may be forked. It ends with its socket,
and it alone knows which of its children still live, so that no other process is ever killed in their stead.
"""

import gc
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable

from kg.errors import StoreError

_MESSAGE = struct.Struct("!cq")
_START, _END = b"S", b"K"
_REAP_MS = 20
# The caller's import path is handed on, since the package may stand anywhere; its main module is not.
_CODE = (
    "import sys; sys.path[:] = sys.argv[1].split('\\n'); from kg.store.worker import main; main(sys.argv[2:])"
)


class Nursery:
    """The process as the pool sees it; it is started when it is needed, and again when it was lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._closed = False

    def start(self, end: socket.socket) -> int:
        """Start a worker that has this end of a socket, and return its process id.

        Raises StoreError when that cannot be.
        """
        with self._lock:
            try:
                return self._asked(end)
            except (OSError, EOFError):
                self._stop()  # it was lost, as when memory ran out
            try:
                return self._asked(end)
            except (OSError, EOFError) as error:
                self._stop()
                reason = getattr(error, "strerror", None) or error
                raise StoreError(f"a query worker cannot be started: {reason}") from error

    def end(self, worker: int) -> bool:
        """Kill a worker that this process started, if it still lives; return whether that could be asked."""
        with self._lock:
            if self._socket is None:
                return False
            try:
                self._socket.sendall(_MESSAGE.pack(_END, worker))
            except OSError:
                self._stop()
                return False
            return True

    def close(self) -> None:
        """End the process, and so all its workers."""
        with self._lock:
            self._closed = True
            self._stop()

    def _asked(self, end: socket.socket) -> int:
        if self._closed:
            raise EOFError("the query pool is closed")
        if self._socket is None:
            self._launch()
        if self._socket is None:
            raise EOFError
        socket.send_fds(self._socket, [_MESSAGE.pack(_START, 0)], [end.fileno()])
        answer = self._socket.recv(_MESSAGE.size, socket.MSG_WAITALL)
        if len(answer) < _MESSAGE.size:
            raise EOFError
        letter, value = _MESSAGE.unpack(answer)
        if letter != _START:
            raise OSError(value, os.strerror(value))
        return int(value)

    def _launch(self) -> None:
        mine, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter, our own module
                [sys.executable, "-c", _CODE, "\n".join(sys.path), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C is the server's to answer
            )
        except OSError:
            mine.close()
            raise
        finally:
            theirs.close()
        self._socket = mine

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()  # it kills its children and ends
            self._socket = None
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def raise_workers(orders: socket.socket, work: Callable[[socket.socket], None]) -> None:
    """Fork a worker for each end of a socket that comes, until the orders end; the children die with it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the server ends in order, and this with it
    gc.freeze()  # what is shared with the children stays shared
    living: set[int] = set()
    ending: set[int] = set()
    poll = select.poll()
    poll.register(orders, select.POLLIN)
    try:
        while True:
            ready = poll.poll(_REAP_MS if ending else None)
            for child in [c for c in ending if os.waitpid(c, os.WNOHANG)[0]]:
                living.discard(child)
                ending.discard(child)
            if ready and not _obey(orders, work, living, ending):
                return
    finally:
        for child in living:  # not reaped, so these are still ours
            os.kill(child, signal.SIGKILL)
        for child in living:
            os.waitpid(child, 0)


def _obey(
    orders: socket.socket, work: Callable[[socket.socket], None], living: set[int], ending: set[int]
) -> bool:
    data, files, _, _ = socket.recv_fds(orders, _MESSAGE.size, 1)
    if len(data) < _MESSAGE.size:
        return False
    letter, value = _MESSAGE.unpack(data)
    if letter == _END:
        if value in living:
            os.kill(value, signal.SIGKILL)
            ending.add(value)
        return True
    with socket.socket(fileno=files[0]) as end:
        try:
            child = os.fork()
        except OSError as error:
            orders.sendall(_MESSAGE.pack(_END, error.errno))
            return True
        if not child:
            _be_born(orders, end, work)
    living.add(child)
    orders.sendall(_MESSAGE.pack(_START, child))
    return True


def _be_born(orders: socket.socket, end: socket.socket, work: Callable[[socket.socket], None]) -> None:
    status = 1
    try:
        orders.close()
        work(end)
        status = 0
    finally:
        # The engine's threads are of no use any more, and a tidy end would wait for them.
        os._exit(status)
