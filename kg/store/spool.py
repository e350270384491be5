"""Stage 6, a large result on disk under no name, between the worker that writes it and who reads it.

So the worker is free when the query is done, however slowly the client reads, and nothing fills memory.
"""

import os
import threading
from collections.abc import Iterator

from kg.errors import KgError, StoreError

_PIECE = 256 * 1024
_LOOK_SECONDS = 0.02


class Spool:
    """The file of one result, read while it grows."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._changed = threading.Condition()
        self._ended = False
        self._error: KgError | None = None

    @property
    def ended(self) -> bool:
        """Whether the worker is done with it."""
        return self._ended

    def end(self, error: KgError | None = None) -> None:
        """Say that the result is whole, or why it will never be."""
        with self._changed:
            self._ended = True
            self._error = error
            self._changed.notify_all()

    def pieces(self) -> Iterator[bytes]:
        """Yield the result as it comes; raises the error when it was stopped, though more could be read."""
        at = 0
        while True:
            with self._changed:
                if self._file < 0:
                    raise StoreError("the result was given back before it was read to its end")
                if self._error is not None:
                    raise self._error
                ended = self._ended
                piece = os.pread(self._file, _PIECE, at)
                if not piece and not ended:
                    self._changed.wait(_LOOK_SECONDS)
            if piece:
                at += len(piece)
                yield piece
            elif ended:
                return

    def close(self) -> None:
        """Give the disk back; it may be called twice."""
        with self._changed:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
