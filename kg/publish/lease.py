"""Stage 6, publish: a release in use; when it was replaced it is closed with the end of its last answer."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

from kg.publish.opened import Opened


class Lease:
    """Counts who needs an opened release."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self._users = 0
        self._ended = False
        self._lock = Lock()

    def held(self) -> AbstractContextManager[Opened] | None:
        """Hold the release open until this is left; None when it was replaced, and may be closed."""
        with self._lock:
            if self._ended:
                return None
            self._users += 1
        return self._holding()

    def end(self) -> None:
        """Close it, when nobody needs it any more."""
        with self._lock:
            self._ended = True
            idle = not self._users
        if idle:
            self.opened.close()

    @contextmanager
    def _holding(self) -> Iterator[Opened]:
        try:
            yield self.opened
        finally:
            with self._lock:
                self._users -= 1
                last = self._ended and not self._users
            if last:
                self.opened.close()
