"""Stage 6, publish: the web server (waitress) around a release, and how it begins and ends."""

import logging
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.server import create_server
from waitress.wasyncore import loop

from kg.errors import SettingsError
from kg.publish.live import Live
from kg.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)
_DRAIN_SECONDS = 15.0
_THREADS = 8
_Sockets = dict[int, Any]
"""waitress's own map: the sockets that listen, and the connections."""


class _StopError(Exception):
    """A signal asked us to end."""


def serve(directory: Path, *, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the current release of a folder until a signal ends it; `ready` is told the address.

    Raises NotFoundError when there is no release, SettingsError when the address cannot be bound.
    """
    live = Live(directory, settings=settings)
    live.open()
    try:
        run(
            live,
            host=settings.host,
            port=settings.port,
            threads=settings.query_workers + _THREADS,
            body_bytes=settings.query_body_bytes,
            ready=ready,
        )
    finally:
        live.close()


def run(
    application: "WSGIApplication",
    *,
    host: str,
    port: int,
    threads: int,
    ready: Callable[[str], None],
    body_bytes: int = 1_000_000,
) -> None:
    """Serve an application until SIGTERM or SIGINT, then let what has begun come to its end.

    Raises SettingsError when the address cannot be bound.
    """
    sockets: _Sockets = {}
    # One byte more than we accept reaches us, so that the refusal is ours and reads like all others.
    server = _bound(
        application, host, port, map=sockets, threads=threads, max_request_body_size=2 * body_bytes
    )
    try:
        with _signals():
            ready(_address(server, host))
            loop(timeout=1.0, use_poll=True, map=sockets)
    except _StopError:
        _drain(sockets, time.monotonic() + _DRAIN_SECONDS)
    finally:
        server.task_dispatcher.shutdown()
        server.close()


def _bound(application: "WSGIApplication", host: str, port: int, **options: Any) -> Any:
    try:
        return create_server(
            application, host=host, port=port, ident=None, clear_untrusted_proxy_headers=True, **options
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"cannot listen on {host} port {port}: {reason}") from error


def _address(server: Any, host: str) -> str:
    """Return where the server is; with port 0 the system chose the port."""
    listening = getattr(server, "effective_listen", None) or [(host, server.effective_port)]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listening[0][1]}/"


def _stop(number: int, _: FrameType | None) -> None:
    # Only once: a second signal must not break the orderly end.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    raise _StopError(signal.Signals(number).name)


@contextmanager
def _signals() -> "Iterator[None]":
    before: Mapping[int, Any] = {name: signal.signal(name, _stop) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            if signal.getsignal(name) is _stop:
                signal.signal(name, handler)


def _drain(sockets: _Sockets, deadline: float) -> None:
    """Accept nobody more, and wait for the answers that were begun."""
    for listener in [s for s in sockets.values() if getattr(s, "accepting", False)]:
        listener.close()
    while time.monotonic() < deadline and any(_busy(s) for s in list(sockets.values())):
        loop(timeout=0.1, use_poll=True, map=sockets, count=1)
    _log.info("stopped")


def _busy(connection: Any) -> bool:
    return bool(getattr(connection, "requests", None) or getattr(connection, "total_outbufs_len", 0))
