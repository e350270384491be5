"""Stage 6, one result that a thread writes while another waits: in memory while small, else in a file."""

import os
import tempfile
import threading
import time
from collections.abc import Callable
from typing import BinaryIO

from kg.errors import KgError, StoreError, TooLargeError
from kg.store.counting import RowCounter
from kg.store.spool import Spool
from kg.store.turns import LOOK_SECONDS

_SPOOL = 256 * 1024


class Gathered:
    """Takes the bytes of one result; refuses more of them, or more rows, than allowed."""

    def __init__(self, media: str, *, most_bytes: int, most_rows: int) -> None:
        self._counter = RowCounter(media)
        self._most_bytes = most_bytes
        self._most_rows = most_rows
        self._changed = threading.Condition()
        self._kept = bytearray()
        self._size = 0
        self._file: BinaryIO | None = None
        self._whole = False
        self._error: KgError | None = None
        self.spool: Spool | None = None
        """Where a large result can be read; set once it is large."""
        self.rows = -1

    def write(self, data: bytes) -> int:
        """Take the next bytes; raises StoreError when it is too much."""
        self._size += len(data)
        if self._size > self._most_bytes:
            raise TooLargeError(
                f"the result is larger than {self._most_bytes:,} bytes; ask for less, or use LIMIT"
            )
        self._kept += data
        if len(self._kept) >= _SPOOL:
            self._count()
            self._to_disk()
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces are written when they are large enough."""

    def end(self, error: KgError | None = None) -> None:
        """Say that it is whole, or why it never will be."""
        if error is None:
            try:
                self._count(last=True)
                if self._file is not None:
                    self._to_disk()
            except KgError as late:
                error = late
        with self._changed:
            self._whole, self._error = error is None, error
            if self.spool is not None:
                self.spool.end(error)
            self._changed.notify_all()

    def wait(self, deadline: float, *, gone: Callable[[], bool] | None = None) -> bool:
        """Wait until it is whole or large; False at the deadline, and when whoever asked has gone.

        Raises what it ended with.
        """
        with self._changed:
            while not self._told() and (left := deadline - time.monotonic()) > 0 and not (gone and gone()):
                self._changed.wait_for(self._told, left if gone is None else min(left, LOOK_SECONDS))
            if self._error is not None:
                raise self._error
            return self._whole or self.spool is not None

    def _told(self) -> bool:
        return self._whole or self._error is not None or self.spool is not None

    @property
    def body(self) -> bytes | None:
        """The whole result; None while it is not whole, and where it is large."""
        return bytes(self._kept) if self._whole and self.spool is None else None

    def _count(self, *, last: bool = False) -> None:
        self.rows = self._counter.add(bytes(self._kept), last=last)
        if self.rows > self._most_rows:
            raise TooLargeError(
                f"the result has more than {self._most_rows:,} rows; ask for less, or use LIMIT"
            )

    def _to_disk(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  the spool has it from now on
                with self._changed:
                    self.spool = Spool(os.dup(self._file.fileno()))
                    self._changed.notify_all()
            rest = memoryview(bytes(self._kept))
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            raise StoreError(f"a large result cannot be kept on disk: {error.strerror}") from error
        self._kept.clear()

    def close(self) -> None:
        """Give the writer's hold of the file back."""
        if self._file is not None:
            self._file.close()
