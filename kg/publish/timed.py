"""Stage 6, publish: the doors to the store, which tell how long a query took and how it ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from flask import has_request_context, request

from kg import errors
from kg.publish.site import Endpoint, Runner
from kg.publish.told import told_in
from kg.store import Answer, Streamed

_OUTCOMES: Final[dict[type[errors.KgError], str]] = {
    errors.QueryError: "refused",
    errors.StoreTimeoutError: "timeout",
    errors.StoreBusyError: "busy",
    errors.ClientBusyError: "busy",
    errors.TooLargeError: "too_large",
    errors.StoreError: "failed",
}


class TimedPages:
    """Passes on what the pages ask; where a request is under way, it is told of the time."""

    def __init__(self, inner: Runner) -> None:
        self._inner = inner

    def run(self, sparql: str, **given: Any) -> Answer:
        """Return the whole answer."""
        with _timed(_told()):
            return self._inner.run(sparql, **given)


class TimedEndpoint:
    """Passes on what strangers ask; the request is told of the query, its time and how it ended."""

    def __init__(self, inner: Endpoint) -> None:
        self._inner = inner

    def run(self, sparql: str, **given: Any) -> Answer:
        """Return the whole answer."""
        told = _told()
        told["sparql"] = sparql
        with _timed(told), _ending(told):
            return self._inner.run(sparql, **given)

    def stream(self, sparql: str, **given: Any) -> Streamed:
        """Return an answer that is sent on as it comes; it must be closed."""
        told = _told()
        told["sparql"] = sparql
        # What another server says today is not for a cache.
        told["elsewhere"] = "service" in sparql.lower()
        with _timed(told), _ending(told):
            result = self._inner.stream(sparql, **given)
        told["queue"] = result.waited
        told["query"] = max(told["query"] - result.waited, 0.0)
        return result if result.body is not None else replace(result, pieces=_pieces(result, told))


def _told() -> dict[str, Any]:
    return told_in(request.environ) if has_request_context() else {}


def _pieces(result: Streamed, told: dict[str, Any]) -> Iterator[bytes]:
    with _timed(told), _ending(told):
        yield from result.pieces


@contextmanager
def _timed(told: dict[str, Any]) -> Iterator[None]:
    begun = time.perf_counter()
    try:
        yield
    finally:
        told["query"] = told.get("query", 0.0) + time.perf_counter() - begun


@contextmanager
def _ending(told: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except errors.KgError as error:
        told["outcome"] = next(
            (_OUTCOMES[kind] for kind in type(error).__mro__ if kind in _OUTCOMES), "failed"
        )
        raise
