"""Stage 6, publish: the web server (uvicorn) around the releases of a folder, and how it begins and ends.

The layers of a request, from the outside: `Connection` (HTTP and its limits), `Bridge` (threads), `watched`
(ids, figures, logs), `AnswerCache`, `Live` (which release), the Flask application of that release.
"""

import asyncio
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import uvicorn

from kg.errors import SettingsError
from kg.publish.bridge import AtHand, Bridge
from kg.publish.cache import AnswerCache
from kg.publish.connections import Connection, quiet_broken_off
from kg.publish.live import LOOK_SECONDS, OLD_AT_ONCE, Live
from kg.publish.logs import log_to
from kg.publish.opened import queries_at_once
from kg.publish.proxies import trusted_proxies
from kg.publish.watching import watched
from kg.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_DRAIN_SECONDS: Final = 15
_THREADS: Final = 6
"""For everything but queries."""
_KEPT_ALIVE_SECONDS: Final = 20
_LOOK_SECONDS: Final = LOOK_SECONDS / 2
"""Often enough that no request finds that it has to look itself."""
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def serve(directory: Path, *, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the current release of a folder until a signal ends it; `ready` is told the address.

    Raises NotFoundError when there is no release, SettingsError when the address cannot be bound.
    """
    log_to(sys.stderr)
    live = Live(directory, settings=settings)
    cache = AnswerCache(live, stamp=live.stamp, total_bytes=settings.cache_bytes)
    ending = threading.Event()
    application = watched(
        cache,
        settings,
        figures=lambda: replace(live.figures(), cache_bytes=cache.size),
        ending=ending.is_set,
    )
    correct = trusted_proxies(settings.trusted_proxies)
    live.open()
    try:
        run(
            application,
            memory=cache,
            host=settings.host,
            port=settings.port,
            threads=queries_at_once(settings) + OLD_AT_ONCE + _THREADS,
            body_bytes=settings.query_body_bytes,
            correct=correct,
            look=live.look,
            ready=ready,
            ending=ending,
        )
    finally:
        live.close()


def run(
    application: "WSGIApplication",
    *,
    memory: AtHand | None = None,
    host: str,
    port: int,
    threads: int,
    ready: Callable[[str], None],
    body_bytes: int = 1_000_000,
    correct: "Callable[[WSGIEnvironment], None] | None" = None,
    look: Callable[[], None] = lambda: None,
    ending: threading.Event | None = None,
) -> None:
    """Serve an application until SIGTERM or SIGINT, then let what has begun come to its end.

    Raises SettingsError when the address cannot be bound.
    """
    listener = _listening(host, port)
    bridge = Bridge(application, memory, threads=threads, body_bytes=body_bytes, correct=correct)
    server = _Server(bridge, look=look, ending=ending or threading.Event())
    try:
        with _signals(server.end):
            ready(_address(listener, host))
            server.run(sockets=[listener])
        _log.info("stopped")
    finally:
        bridge.close()
        listener.close()


class _Server(uvicorn.Server):
    """uvicorn's server; besides, it looks after the connections and calls `look`, every second."""

    def __init__(self, bridge: Bridge, *, look: Callable[[], None], ending: threading.Event) -> None:
        for name in ("uvicorn.error", "uvicorn"):
            logging.getLogger(name).setLevel(logging.ERROR)
        logging.getLogger("uvicorn.error").addFilter(quiet_broken_off)
        super().__init__(
            uvicorn.Config(
                bridge,
                http=Connection,
                ws="none",
                interface="asgi3",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEPT_ALIVE_SECONDS,
                timeout_graceful_shutdown=_DRAIN_SECONDS,
                callback_notify=self._look,
                timeout_notify=int(_LOOK_SECONDS),
            )
        )
        self._looks = look
        self._ending = ending

    def end(self) -> None:
        """Accept nobody more, and end with the last answer that was begun."""
        self._ending.set()
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to us: uvicorn would raise them once more when it has ended."""
        yield

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        for connection in list(self.server_state.connections):
            connection.look(loop.time())  # type: ignore[union-attr]  # all are of our kind
        # Not awaited: to open a release takes longer than a signal may wait.
        loop.run_in_executor(None, self._looks)


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
def _signals(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` at the first signal; a second one must not break the orderly end."""

    def note(number: int, _: FrameType | None) -> None:
        del number
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        end()

    before = {name: signal.signal(name, note) for name in _SIGNALS}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
