"""Stage 6, the relay through which SERVICE goes: a door on this machine only, whose address is a secret.

The engine dials the relay instead of the server that a query names; the relay asks that server, if it is on
the list and on the public network, and hands on its answer when it is whole.
"""

import hmac
import logging
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from kg.errors import StoreError
from kg.store.outward import Reach, is_public, post, resolved
from kg.store.services import Allowed, Way

_log = logging.getLogger(__name__)
_BODY_BYTES = 4_000_000
_IDLE_SECONDS = 5.0


class Relay:
    """A small server on a port of its own; close it when no query runs any more."""

    def __init__(self, allowed: Allowed, reach: Reach, *, at_once: int, door: str) -> None:
        self._reach = reach
        self._places = threading.BoundedSemaphore(at_once)
        self._secret = f"/{door}/"
        self._server = _Server(self)
        url = f"http://127.0.0.1:{self._server.server_port}{self._secret}"
        self.way = Way(allowed, url)

    def start(self) -> Self:
        """Answer from now on."""
        threading.Thread(target=self._server.serve_forever, name="relay", daemon=True).start()
        return self

    def answer(self, path: str, body: bytes, accept: str) -> tuple[int, str, bytes]:
        """Return status, media type and body for a request to the relay."""
        secret, address = path[: len(self._secret)], path[len(self._secret) :]
        if not hmac.compare_digest(secret.encode(), self._secret.encode()) or not self.way.allowed.has(
            address
        ):
            return 404, "text/plain", b""
        if not self._places.acquire(blocking=False):
            return 503, "text/plain", b"too many at once"
        try:
            media, whole = post(address, body, accept, self._reach)
        except StoreError as error:
            _log.warning("SERVICE: %s", error)
            return 502, "text/plain", b"the server cannot be asked"
        finally:
            self._places.release()
        return 200, media, whole

    def close(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_relay(allowed: Allowed, *, seconds: float, most_bytes: int, at_once: int) -> Relay:
    """Return a relay that answers; close it when done."""
    reach = Reach(resolved, is_public, seconds, most_bytes)
    return Relay(allowed, reach, at_once=at_once, door=secrets.token_urlsafe(24)).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        super().__init__(("127.0.0.1", 0), _Asked)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say little of a worker that was killed while it waited."""
        del request, client_address
        _log.debug("a request to the relay broke off", exc_info=True)


class _Asked(BaseHTTPRequestHandler):
    server: _Server
    timeout = _IDLE_SECONDS

    def do_POST(self) -> None:
        """Answer one query of the engine."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _BODY_BYTES:
            self.send_error(413)
            return
        body = self.rfile.read(int(length))
        status, media, whole = self.server.relay.answer(self.path, body, self.headers.get("Accept", "*/*"))
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(whole)))
        self.end_headers()
        self.wfile.write(whole)

    def log_message(self, form: str, *parts: object) -> None:
        """Write nothing: the query would be in it."""
        del form, parts
