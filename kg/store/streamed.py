"""Stage 6, a result that is sent on as it comes: whole when it is small, else in pieces."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Streamed:
    """One result, to be closed by whoever got it; iterating it yields the bytes, once."""

    kind: str
    """`solutions`, `boolean` or `graph`."""
    media: str
    body: bytes | None
    """The whole result; None where it is large, so that only iterating tells whether it comes to its end."""
    rows: int = -1
    """How many solutions it has, where that is known; -1 for a large one, and where there are none."""
    pieces: Iterator[bytes] = field(default_factory=lambda: iter(()))
    """Of a large one; raises StoreError (StoreTimeoutError, ...) when the query is stopped in the middle."""
    ended: Callable[[], None] | None = None
    """Gives back what the result holds; it may be called twice."""
    waited: float = 0.0
    """Seconds that the query waited for a worker."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces; when this raises, what was yielded is not the whole and must not look like it."""
        return self.pieces if self.body is None else iter((self.body,))

    def close(self) -> None:
        """Stop the query if it still runs, and give back what it holds."""
        if self.ended is not None:
            self.ended()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
