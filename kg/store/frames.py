"""Stage 6, how a pool and its query workers speak: frames over a local socket, and a file handed over.

A frame is one letter, the length of what follows, and that. The pool asks with Q; a worker says R when it is
ready, W with a whole result, F when it hands over the file of a large one and K when that is whole, E for an
error.
"""

import errno
import os
import socket
import struct
import time
from dataclasses import dataclass

ASK, READY, WHOLE, FILE, END, ERROR = b"Q", b"R", b"W", b"F", b"K", b"E"
_HEAD = struct.Struct("!cI")
_TAIL = struct.Struct("!qBd")
_READ = 64 * 1024
_LEAST_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Frame:
    """One message, with the file that came with it (-1 for none)."""

    letter: bytes
    payload: bytes
    file: int = -1


@dataclass(frozen=True, slots=True)
class Tail:
    """What a worker tells of a result at its end."""

    rows: int
    """-1 where they are not counted."""
    tired: bool
    """Whether the worker is to be replaced."""
    cpu: float
    """Seconds of a core that the worker has had since it began."""

    def packed(self) -> bytes:
        """Return it as it stands before the bytes of the result."""
        return _TAIL.pack(self.rows, self.tired, self.cpu)


def opened(payload: bytes) -> tuple[Tail, bytes]:
    """Return what is told of a result, and the result."""
    rows, tired, cpu = _TAIL.unpack_from(payload)
    return Tail(rows, bool(tired), cpu), payload[_TAIL.size :]


class Channel:
    """One end of the socket; who reads and who writes at a time is one thread."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._kept = bytearray()
        self._files: list[int] = []

    def send(self, letter: bytes, payload: bytes = b"", file: int = -1) -> None:
        """Send a frame; raises OSError when the other end is gone."""
        self._end.settimeout(None)
        data = _HEAD.pack(letter, len(payload)) + payload
        if file < 0:
            self._end.sendall(data)
        else:
            socket.send_fds(self._end, [data], [file])

    def receive(self, deadline: float | None = None) -> Frame:
        """Return the next frame.

        Raises TimeoutError at the deadline, EOFError or another OSError when the other end is gone.
        """
        self._fill(_HEAD.size, deadline)
        letter, length = _HEAD.unpack_from(self._kept)
        whole = _HEAD.size + length
        self._fill(whole, deadline)
        payload = bytes(memoryview(self._kept)[_HEAD.size : whole])
        del self._kept[:whole]
        if letter != FILE:
            return Frame(letter, payload)
        if not self._files:
            raise OSError(errno.EMFILE, "no room for another open file")
        return Frame(letter, payload, self._files.pop(0))

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._kept) < size:
            left = None if deadline is None else max(deadline - time.monotonic(), _LEAST_SECONDS)
            self._end.settimeout(left)
            data, files, _, _ = socket.recv_fds(self._end, _READ, 1)
            self._files += files
            if not data:
                raise EOFError
            self._kept += data

    def close(self) -> None:
        """Close this end."""
        for file in self._files:
            os.close(file)
        self._files.clear()
        self._end.close()
