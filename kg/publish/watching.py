"""Stage 6, publish: counters, log and `/metrics` around the application, as the settings want them."""

import json
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from kg.errors import SettingsError
from kg.publish.logs import access_log
from kg.publish.metrics import CONTENT_TYPE, Figures, Metrics
from kg.publish.observed import Observed, Seen
from kg.publish.told import instance_of, told_in
from kg.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Networks = tuple[IPv4Network | IPv6Network, ...]
_FORWARDED: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def watched(
    application: "WSGIApplication",
    settings: Settings,
    *,
    figures: Callable[[], Figures],
    ending: Callable[[], bool] = lambda: False,
) -> "WSGIApplication":
    """Return the application with all that watches over it; this is what the server runs.

    Raises SettingsError when a setting of it is wrong.
    """
    metrics = Metrics(figures)
    inside = _Door(application, metrics, networks(settings.metrics_from, "metrics_from"), ending)
    write = access_log(settings.access_log, queries=settings.log_queries)
    if write is None:
        return Observed(inside, metrics.count)

    def ended(environ: "WSGIEnvironment", seen: Seen) -> None:
        metrics.count(environ, seen)
        write(environ, seen)

    return Observed(inside, ended)


def networks(text: str, setting: str) -> Networks:
    """Return the networks that a setting names; raises SettingsError for what is none."""
    try:
        return tuple(ip_network(word) for word in text.replace(",", " ").split())
    except ValueError as error:
        raise SettingsError(f"{setting}: {error}") from error


class _Door:
    """Answers `/metrics`, to whom it may; everything else is the application's."""

    def __init__(
        self, inner: "WSGIApplication", metrics: Metrics, trusted: Networks, ending: Callable[[], bool]
    ) -> None:
        self._inner = inner
        self._metrics = metrics
        self._trusted = trusted
        self._ending = ending

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/readyz" and self._ending():
            told_in(environ)["ending"] = True
        if path != "/metrics":
            return self._inner(environ, start_response)
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _refused(environ, start_response, "405 METHOD NOT ALLOWED", "/metrics is only read")
        if not self._may_read(environ):
            return _refused(
                environ, start_response, "403 FORBIDDEN", "The figures of this server are its own"
            )
        body = self._metrics.text()
        start_response("200 OK", _headers(CONTENT_TYPE, body))
        return [body] if environ["REQUEST_METHOD"] == "GET" else []

    def _may_read(self, environ: "WSGIEnvironment") -> bool:
        # A proxy on this machine is near, but whom it speaks for is not.
        if any(name in environ for name in _FORWARDED):
            return False
        try:
            client = ip_address(environ.get("REMOTE_ADDR", ""))
        except ValueError:
            return False
        client = getattr(client, "ipv4_mapped", None) or client
        return any(client in network for network in self._trusted)


def _refused(
    environ: "WSGIEnvironment", start_response: "StartResponse", status: str, title: str
) -> Iterable[bytes]:
    said = {"title": title, "status": int(status[:3]), "instance": instance_of(environ)}
    body = json.dumps(said).encode() + b"\n"
    allow = [("Allow", "GET, HEAD")] if status.startswith("405") else []
    start_response(status, _headers("application/problem+json", body) + allow)
    return [body] if environ["REQUEST_METHOD"] != "HEAD" else []


def _headers(media: str, body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", media), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
