"""Stage 6, publish: a WSGI application behind an event loop: what is at hand is answered at once."""

import asyncio
import contextlib
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol, Self
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_BODY_SECONDS: Final = 60.0
"""Time within which a body must have arrived."""
_FOLLOW_SECONDS: Final = 0.5
"""How long a request waits for an equal one that was there before it, before it goes its own way."""
_BLOCK: Final = 256 * 1024
GONE: Final = "accord.gone"
"""Key in the environment: a function that tells whether the client has gone away."""


class AtHand(Protocol):
    """What can tell that an answer needs no waiting, and which requests have the same answer."""

    def at_hand(self, environ: "WSGIEnvironment") -> bool:
        """Return whether the application will answer this request from memory."""

    def key(self, environ: "WSGIEnvironment") -> object | None:
        """Return what equal requests have in common; None when the answer is for one only."""


@dataclass(frozen=True, slots=True)
class _Begun:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: Iterable[bytes]


class Bridge:
    """An ASGI application that asks a WSGI one; bodies of requests are read before it is asked."""

    def __init__(
        self,
        application: "WSGIApplication",
        memory: AtHand | None,
        *,
        threads: int,
        body_bytes: int,
        correct: "Callable[[WSGIEnvironment], None] | None" = None,
    ) -> None:
        self._application = application
        self._memory = memory
        self._body_bytes = body_bytes
        self._correct = correct
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._flights: dict[object, asyncio.Event] = {}

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer one request."""
        environ = _environ(scope)
        if self._correct is not None:
            self._correct(environ)
        close = False
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            try:
                async with asyncio.timeout(_BODY_SECONDS):
                    close = not await self._read(environ, receive)
            except TimeoutError:
                await _refuse_slow(send)
                return
        known = self._is_at_hand(environ)
        begun = _begin(self._application, environ) if known else await self._asked(environ)
        headers = [*begun.headers, (b"connection", b"close")] if close else begun.headers
        await send({"type": "http.response.start", "status": begun.status, "headers": headers})
        if isinstance(begun.body, list):
            await send({"type": "http.response.body", "body": b"".join(begun.body)})
        else:
            await self._stream(begun.body, scope, send)

    def close(self) -> None:
        """Let no thread begin anything more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _asked(self, environ: "WSGIEnvironment") -> _Begun:
        """Ask the application, but of equal requests at once only one, whose answer may then be kept."""
        key = self._memory.key(environ) if self._memory else None
        if key is not None and (flight := self._flights.get(key)) is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FOLLOW_SECONDS):
                    await flight.wait()
            if self._is_at_hand(environ):
                return _begin(self._application, environ)
        if key is None or key in self._flights:
            return await self._begun(environ)
        self._flights[key] = landed = asyncio.Event()
        try:
            return await self._begun(environ)
        finally:
            del self._flights[key]
            landed.set()

    def _is_at_hand(self, environ: "WSGIEnvironment") -> bool:
        return self._memory is not None and self._memory.at_hand(environ)

    async def _begun(self, environ: "WSGIEnvironment") -> _Begun:
        begun: _Begun = await self._in_thread(_begin, self._application, environ)
        return begun

    async def _read(self, environ: "WSGIEnvironment", receive: _Receive) -> bool:
        """Put the body into the environment; false when it is too large to be read to its end.

        Somewhat more than is allowed is read, so that the refusal reads like every other.
        """
        most = 2 * self._body_bytes
        told = environ.get("CONTENT_LENGTH", "0")
        if told.isdecimal() and int(told) > most:
            return False
        body, more = bytearray(), True
        while more and len(body) <= most:
            message = await receive()
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return not more

    async def _stream(self, body: Iterable[bytes], scope: _Scope, send: _Send) -> None:
        """Send the pieces; what they raise passes, and the server then ends the connection in the middle."""
        gone: Callable[[], bool] = scope[GONE]
        pieces = iter(body)
        try:
            while (piece := await self._in_thread(next, pieces, None)) is not None:
                if gone():
                    return
                if piece:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            if (close := getattr(body, "close", None)) is not None:
                await self._in_thread(close)

    def _in_thread(self, function: Callable[..., Any], *given: Any) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._threads, function, *given)


class FileBody:
    """A file as the body of an answer, in larger pieces than werkzeug's."""

    def __init__(self, file: BinaryIO, block: int = _BLOCK) -> None:
        self._file = file
        self._block = max(block, _BLOCK)
        self.seekable, self.seek, self.tell = file.seekable, file.seek, file.tell

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if piece := self._file.read(self._block):
            return piece
        raise StopIteration

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _begin(application: "WSGIApplication", environ: "WSGIEnvironment") -> _Begun:
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        said[:] = status, headers
        return _refuse_write

    body = application(environ, start)
    status, headers = said
    encoded = [(name.encode("latin-1").lower(), value.encode("latin-1")) for name, value in headers]
    return _Begun(int(status[:3]), encoded, body)


def _refuse_write(_: bytes) -> None:
    raise NotImplementedError("Flask returns its body; it never writes")


_FIXED: Final[dict[str, Any]] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "wsgi.file_wrapper": FileBody,
}
_NAMES: Final[dict[bytes, str]] = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_MANY_NAMES: Final = 1000


def _environ(scope: _Scope) -> "WSGIEnvironment":
    """Return the environment of a request, without headers with an underscore: they could pass for others."""
    server, client, raw = scope["server"] or ("", 0), scope["client"], scope["raw_path"]
    environ = _FIXED | {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": (unquote_to_bytes(raw) if b"%" in raw else raw).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
        GONE: scope[GONE],
    }
    for name, value in scope["headers"]:
        known = _NAMES.get(name) or _name(name)
        if known in environ:
            environ[known] += "," + value.decode("latin-1")
        elif known:
            environ[known] = value.decode("latin-1")
    return environ


def _name(name: bytes) -> str:
    if b"_" in name:
        return ""
    known = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
    if len(_NAMES) < _MANY_NAMES:  # strangers invent names
        _NAMES[name] = known
    return known


async def _refuse_slow(send: _Send) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 408, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
