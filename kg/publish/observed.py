"""Stage 6, publish: the outermost layer of the server: gives each request its id, times, counts and logs it.

It sees what the caches answer too, so its own cost is kept to some microseconds a request.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kg.publish.told import TOLD, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Ended = Callable[["WSGIEnvironment", "Seen"], None]
_Headers = list[tuple[str, str]]


class Seen:
    """One request and its answer, as the counters and the log want them."""

    __slots__ = ("begun", "complete", "seconds", "size", "status", "told")

    def __init__(self, told: dict[str, Any], begun: float) -> None:
        self.told = told
        self.begun = begun
        self.status = 500
        self.size = 0
        self.seconds = 0.0
        self.complete = True


class Observed:
    """A WSGI layer around the whole application; `ended` is told of each request when its answer is out."""

    def __init__(
        self,
        inner: "WSGIApplication",
        ended: Ended,
        *,
        clock: Callable[[], float] = time.perf_counter,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._inner = inner
        self._ended = ended
        self._clock = clock
        self._entropy = entropy

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Let the application answer, and watch it."""
        begun = self._clock()
        name = request_id(environ.get("HTTP_X_REQUEST_ID", ""), self._entropy(16))
        told: dict[str, Any] = {"id": name}
        environ[TOLD] = told
        seen = Seen(told, begun)

        def start(status: str, headers: _Headers, *error: Any) -> Callable[[bytes], object]:
            seen.status = int(status[:3])
            ours = [("X-Request-Id", name), ("Server-Timing", self._timing(seen))]
            return start_response(status, [*headers, *ours], *error)

        answered = False
        try:
            answer = self._inner(environ, start)
            answered = True
        finally:
            if not answered:
                seen.status = 500  # whatever it had begun to say
                self._end(environ, seen)
        if isinstance(answer, list):
            seen.size = sum(map(len, answer))
            self._end(environ, seen)
            return answer
        return _Watched(answer, seen, lambda: self._end(environ, seen))

    def _timing(self, seen: Seen) -> str:
        told = seen.told
        if told.get("cache") == "hit":
            return "cache;desc=hit"
        parts = [(name, told[name]) for name in ("queue", "query") if name in told]
        rest = max(self._clock() - seen.begun - sum(seconds for _, seconds in parts), 0.0)
        return ", ".join(f"{name};dur={seconds * 1000:.1f}" for name, seconds in (*parts, ("render", rest)))

    def _end(self, environ: "WSGIEnvironment", seen: Seen) -> None:
        seen.seconds = self._clock() - seen.begun
        self._ended(environ, seen)


class _Watched:
    """The body of an answer, counted while it is sent."""

    def __init__(self, body: Iterable[bytes], seen: Seen, ended: Callable[[], None]) -> None:
        self._body = body
        self._seen = seen
        self._ended: Callable[[], None] | None = ended
        self._pieces = iter(body)
        seen.complete = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._seen.complete = True
            raise
        self._seen.size += len(piece)
        return piece

    def close(self) -> None:
        """Close the body, which is then at its end, whole or not."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            ended, self._ended = self._ended, None
            if ended is not None:
                ended()
