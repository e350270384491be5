"""Stage 6, publish: what is counted about the server, for Prometheus; no query, no name of a thing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from kg.publish.observed import Seen
from kg.publish.workforce import Workforce

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_ROUTES: Final = {
    name: name
    for name in (
        "browse", "catalog", "changes", "data", "dumps", "graph", "graphs", "healthz", "id", "lookup",
        "metrics", "ns", "page", "queries", "readyz", "reconcile", "releases", "sparql", "static",
        "timemap", "vocab",
    )
}  # fmt: skip
OUTCOMES: Final = ("answered", "refused", "timeout", "busy", "too_large", "failed", "cut")
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_TOO_MANY: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Figures:
    """What is so at this moment, and what was counted elsewhere."""

    release: str = ""
    switches: int = 0
    workers: Workforce = field(default_factory=Workforce)
    cache_bytes: int = 0


class Metrics:
    """The counters of one server, in a registry of their own."""

    def __init__(self, figures: Callable[[], Figures] = Figures) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._requests = self._counter(
            "requests", "Requests by kind of address and status.", "route", "status"
        )
        self._seconds = self._histogram("request", "From the request to the end of its answer.", "route")
        self._bytes = self._counter("answer_bytes", "Bytes of the bodies of answers.", "route")
        self._incomplete = self._counter("answers_cut", "Answers that ended before they were whole.")
        self._cache = self._counter("cache", "Requests that a cache could answer: did it?", "result")
        self._queries = self._counter("queries", "Queries to the endpoint by how they ended.", "outcome")
        self._query_seconds = self._histogram("query", "Time of queries that a worker answered.")
        self._queue_seconds = self._histogram("queue", "Time that such queries waited for a worker.")
        ProcessCollector(registry=self.registry)
        self.registry.register(_Now(figures))
        # All are there from the start, so that a rate of them can be watched before the first.
        self._cached = {result: self._cache.labels(result) for result in ("hit", "miss")}
        self._ended = {outcome: self._queries.labels(outcome) for outcome in OUTCOMES}
        # Looking a counter up by its labels costs more than counting.
        self._of: dict[tuple[str, int], tuple[Counter, Histogram, Counter]] = {}

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"accord_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(f"accord_{name}_seconds", told, labels, buckets=_SECONDS, registry=self.registry)

    def count(self, environ: "WSGIEnvironment", seen: Seen) -> None:
        """Count one request, when its answer is out."""
        route = route_of(environ.get("PATH_INFO", ""))
        found = self._of.get((route, seen.status))
        if found is None:
            found = (
                self._requests.labels(route, str(seen.status)),
                self._seconds.labels(route),
                self._bytes.labels(route),
            )
            self._of[route, seen.status] = found
        requests, seconds, size = found
        requests.inc()
        seconds.observe(seen.seconds)
        size.inc(seen.size)
        if not seen.complete:
            self._incomplete.inc()
        told = seen.told
        if "cache" in told:
            self._cached[told["cache"]].inc()
        if route == "sparql":
            self._count_query(environ, seen)

    def _count_query(self, environ: "WSGIEnvironment", seen: Seen) -> None:
        told = seen.told
        asked = environ["REQUEST_METHOD"] == "POST" or "query=" in environ.get("QUERY_STRING", "")
        if asked and environ["REQUEST_METHOD"] != "OPTIONS":
            self._ended[_outcome(seen)].inc()
        if "query" in told:
            self._query_seconds.observe(told["query"])
        if "queue" in told:
            self._queue_seconds.observe(told["queue"])

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)


def route_of(path: str) -> str:
    """Return the kind of an address; there are some twenty, whatever strangers ask for."""
    first = path[1:].partition("/")[0]
    return _ROUTES.get(first.partition(".")[0], "other") if first else "front"


def _outcome(seen: Seen) -> str:
    told: str = seen.told.get("outcome", "")
    if told:
        return told
    if not seen.complete:
        return "cut"
    if seen.status in _TOO_MANY:
        return "busy"
    if seen.status < HTTPStatus.BAD_REQUEST:
        return "answered"
    return "refused" if seen.status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed"


class _Now(Collector):
    """What is asked for when somebody looks, rather than counted all the time."""

    def __init__(self, figures: Callable[[], Figures]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        now = self._figures()
        workers = now.workers
        yield InfoMetricFamily("accord_release", "The release that is served.", {"release": now.release})
        for name, told, value in (
            ("workers", "Query workers that run, those in reserve too.", workers.running),
            (
                "workers_resident_bytes",
                "Their memory; what they share counts for each.",
                workers.resident_bytes,
            ),
            ("cache_bytes", "Memory of answers that are kept.", now.cache_bytes),
        ):
            yield GaugeMetricFamily(f"accord_{name}", told, value)
        for name, told, value in (
            ("workers_replaced", "Workers that were killed at a limit, lost, or tired.", workers.replaced),
            ("release_switches", "How often another release became current.", now.switches),
        ):
            yield CounterMetricFamily(f"accord_{name}", told, value)
