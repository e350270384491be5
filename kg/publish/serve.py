"""Stage 6, publish: the web server (waitress) around a release, and how it begins and ends."""

import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress.server import create_server
from waitress.wasyncore import dispatcher, loop

from kg.errors import SettingsError
from kg.publish.live import OLD_AT_ONCE, Live
from kg.publish.logs import log_to
from kg.publish.opened import queries_at_once
from kg.publish.watching import watched
from kg.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)
_DRAIN_SECONDS = 15.0
_THREADS = 6
"""For everything but queries."""
_CONNECTIONS = 800
_SILENT_SECONDS = 20
_Sockets = dict[int, Any]
"""waitress's own map: the sockets that listen, and the connections."""


def serve(directory: Path, *, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the current release of a folder until a signal ends it; `ready` is told the address.

    Raises NotFoundError when there is no release, SettingsError when the address cannot be bound.
    """
    log_to(sys.stderr)
    live = Live(directory, settings=settings)
    application = watched(live, settings, figures=live.figures)
    live.open()
    try:
        run(
            application,
            host=settings.host,
            port=settings.port,
            threads=queries_at_once(settings) + OLD_AT_ONCE + _THREADS,
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
    listener = _listening(host, port)
    server = create_server(
        application,
        map=sockets,
        sockets=[listener],
        threads=threads,
        # Silent connections must not take the places of others; a process may open 1024 files.
        connection_limit=_CONNECTIONS,
        channel_timeout=_SILENT_SECONDS,
        cleanup_interval=_SILENT_SECONDS // 4,
        ident=None,
        clear_untrusted_proxy_headers=True,
        # More than we accept reaches the application, so that its refusal reads like all others.
        max_request_body_size=2 * body_bytes,
    )
    try:
        with _signals(server.trigger.pull_trigger) as asked_to_end:
            ready(_address(listener, host))
            while not asked_to_end:
                loop(timeout=1.0, use_poll=True, map=sockets, count=1)
        _drain(sockets, time.monotonic() + _DRAIN_SECONDS)
    finally:
        server.task_dispatcher.shutdown()
        server.close()
        listener.close()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"cannot listen on {host} port {port}: {reason}") from error


def _address(listener: socket.socket, host: str) -> str:
    """Return where the server is; with port 0 the system chose the port."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}/"


@contextmanager
def _signals(wake: Callable[[], None]) -> "Iterator[list[int]]":
    """Give a list that a signal to end fills; `wake` makes the loop look at it.

    An exception would not do: raised amid the work of a connection, waitress takes it for that one's fault.
    """
    told: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        # Only once: a second signal must not break the orderly end.
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, signal.SIG_IGN)
        told.append(number)
        wake()

    before: Mapping[int, Any] = {name: signal.signal(name, note) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for name, handler in before.items():
            if signal.getsignal(name) is note:
                signal.signal(name, handler)


def _drain(sockets: _Sockets, deadline: float) -> None:
    """Accept nobody more, and wait for the answers that were begun."""
    for listener in [s for s in sockets.values() if getattr(s, "accepting", False)]:
        # Its own close() would take away the trigger by which threads hand over their answers.
        dispatcher.close(listener)
    while time.monotonic() < deadline and any(_busy(s) for s in list(sockets.values())):
        loop(timeout=0.1, use_poll=True, map=sockets, count=1)
    _log.info("stopped")


def _busy(connection: Any) -> bool:
    return bool(getattr(connection, "requests", None) or getattr(connection, "total_outbufs_len", 0))
