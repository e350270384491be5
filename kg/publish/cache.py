"""Stage 6, publish: the finished pages of one release, kept before Flask; they never grow old."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from kg.publish.pinned import given, refusal_in
from kg.publish.told import told_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PLACES = ("/page/", "/data/", "/id/", "/browse/", "/vocab/", "/queries/")
_WHOLE = ("/", "/ns", "/help", "/.well-known/void")
_Headers = list[tuple[str, str]]
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    status: str
    headers: _Headers
    body: bytes
    etag: str


class PageCache:
    """A WSGI layer that answers again what it answered before; it forgets what was not asked for longest."""

    def __init__(
        self, inner: "WSGIApplication", *, total_bytes: int = 64_000_000, page_bytes: int = 1_000_000
    ) -> None:
        self._inner = inner
        self._total = total_bytes
        self._page = page_bytes
        self._size = 0
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from memory, or let the application answer."""
        key = _key(environ)
        if key is None:
            return self._inner(environ, start_response)
        kept = self._find(key)
        told_in(environ)["cache"] = "miss" if kept is None else "hit"
        if kept is None:
            # The application must answer whole, since the next client may have nothing yet.
            plain = {n: v for n, v in environ.items() if n not in _CONDITIONS}
            kept = _captured(self._inner, plain)
            self._keep(key, kept)
        return _sent(kept, environ, start_response)

    def _find(self, key: _Key) -> _Kept | None:
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
            return kept

    def _keep(self, key: _Key, kept: _Kept) -> None:
        if not kept.status.startswith("200") or not kept.etag or len(kept.body) > self._page:
            return
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = kept
            self._size += len(kept.body)
            while self._size > self._total:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest.body)


_CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE"}


def _key(environ: "WSGIEnvironment") -> _Key | None:
    path = environ.get("PATH_INFO", "")
    if environ["REQUEST_METHOD"] != "GET" or not (path in _WHOLE or path.startswith(_PLACES)):
        return None
    view = given(environ)
    pinned = bool(view and view.pinned)
    # What is refused, or leads to another release, is not a page of this one.
    if refusal_in(environ) or ("HTTP_ACCEPT_DATETIME" in environ and not pinned):
        return None
    names = ("wsgi.url_scheme", "SCRIPT_NAME", "HTTP_ACCEPT", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT")
    # Only lists read their query; elsewhere it must not make a page look new.
    query = environ.get("QUERY_STRING", "") if path.startswith("/browse/") else ""
    return (path, query, view.stamp if view else "", *(str(environ.get(name, "")) for name in names))


def _captured(inner: "WSGIApplication", environ: "WSGIEnvironment") -> _Kept:
    status, headers = "", []

    def start(
        given: str,
        fields: _Headers,
        _: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
        /,
    ) -> Callable[[bytes], object]:
        nonlocal status, headers
        status, headers = given, fields
        return _refuse_write

    answer = inner(environ, start)
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    etag = next((value for name, value in headers if name.lower() == "etag"), "")
    return _Kept(status, headers, body, etag)


def _refuse_write(_: bytes) -> None:
    raise NotImplementedError("Flask returns its body; it never writes")


def _sent(kept: _Kept, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    known = [tag.strip().removeprefix("W/") for tag in environ.get("HTTP_IF_NONE_MATCH", "").split(",")]
    if kept.etag and kept.status.startswith("200") and (kept.etag in known or known == ["*"]):
        bare = {"content-type", "content-length"}
        start_response("304 NOT MODIFIED", [(n, v) for n, v in kept.headers if n.lower() not in bare])
        return []
    start_response(kept.status, list(kept.headers))
    return [kept.body]
