"""Stage 6, publish: one answer of the application: what may be kept of it, in which codings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import mktime_tz, parsedate_tz
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wsgi import ClosingIterator

from kg.publish.packing import Coding, can_be_packed, packed, packed_stream, tagged

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]
_OF_BODY: Final = frozenset({"content-type", "content-length", "content-encoding"})
_OVERHEAD: Final = 2000
"""Memory that an answer takes beside its body, about."""


@dataclass(frozen=True, slots=True)
class Variant:
    """An answer in one coding, and what of it is said to a client that has it."""

    headers: Headers
    bare: Headers
    body: bytes
    etag: str
    modified: float

    def sent(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Send it, or that the client has it."""
        if _is_known(environ, self.etag, self.modified):
            start_response("304 NOT MODIFIED", list(self.bare))
            return []
        start_response("200 OK", list(self.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


def variant(headers: Headers, body: bytes, coding: Coding) -> Variant:
    """Return an answer in a coding; the headers are those of the plain one."""
    mine = [(n, v) for n, v in headers if n.lower() not in {"content-length", "etag"}]
    etag = tagged(_value(headers, "etag"), coding)
    mine.append(("Content-Length", str(len(body))))
    if etag:
        mine.append(("ETag", etag))
    if coding:
        mine.append(("Content-Encoding", coding))
    bare = [(n, v) for n, v in mine if n.lower() not in _OF_BODY]
    return Variant(mine, bare, body, etag, _moment(_value(headers, "last-modified")))


@dataclass(slots=True)
class Kept:
    """An answer that is remembered, in each coding that was asked for."""

    plain: Variant
    packable: bool
    size: int
    others: dict[str, Variant] = field(default_factory=dict)

    def at_hand(self, coding: Coding) -> Variant | None:
        """Return the answer in a coding, if it is there."""
        return self.others.get(coding) if coding and self.packable else self.plain

    def pack(self, coding: Coding) -> Variant:
        """Return the answer in a coding that is not there."""
        return variant(self.plain.headers, packed(self.plain.body, coding), coding)


class Answer:
    """What the application said to one request."""

    def __init__(self, application: "WSGIApplication", environ: "WSGIEnvironment") -> None:
        self.status = ""
        self.headers: Headers = []
        self.body: Iterable[bytes] = application(environ, self._start)
        self.packable = can_be_packed(self.headers)
        if self.packable:
            _vary(self.headers)
        self._plain = self.headers
        """As they are for who wants nothing packed."""

    def _start(self, status: str, headers: Headers, *_: Any) -> Callable[[bytes], object]:
        # Its date is the server's to say, as what is kept is sent at another time.
        self.status, self.headers = status, [(n, v) for n, v in headers if n.lower() != "date"]
        return _refuse_write

    def can_be_kept(self, *, posted: bool) -> bool:
        """Return whether it says of itself that it stays the same; what was posted has no tag to say so."""
        return (
            self.status.startswith("200")
            and (posted or _value(self.headers, "etag").startswith('"'))
            and "no-store" not in _value(self.headers, "cache-control")
            and not _value(self.headers, "accept-ranges")
        )

    def kept(self, body: bytes) -> Kept:
        """Return it with its whole body."""
        packable = can_be_packed(self._plain, len(body))
        return Kept(variant(self._plain, body, ""), packable, len(body) + _OVERHEAD)

    def copied(self, keep: Callable[[bytes], object], most: int) -> None:
        """Give the body to `keep` as well, when it comes to its end and is not larger than that."""
        self.body = ClosingIterator(_copied(self.body, keep, most), _closer(self.body))

    def sent(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        *,
        coding: Coding,
        own: bool,
    ) -> Iterable[bytes]:
        """Send it on as it comes, packed where that is liked.

        With `own` the application was not told the conditions of the request, so they are looked at here.
        """
        head = environ["REQUEST_METHOD"] == "HEAD"
        if own and self.status.startswith("200") and (unchanged := self._unchanged(environ, coding)):
            start_response("304 NOT MODIFIED", unchanged)
            return ClosingIterator(iter(()), _closer(self.body))
        if self.status.startswith("304"):
            self._name_as_known(environ.get("HTTP_IF_NONE_MATCH", ""), coding)
        elif coding and self.packable and not head:
            self._pack(coding)
        start_response(self.status, self.headers)
        if head and not isinstance(self.body, list):
            return ClosingIterator(iter(()), _closer(self.body))
        return [] if head else self.body

    def _unchanged(self, environ: "WSGIEnvironment", coding: Coding) -> Headers | None:
        """Return what is said to a client that has it; None to one that has not."""
        etag = tagged(_value(self.headers, "etag"), coding if self.packable else "")
        if not etag or not _is_known(environ, etag, _moment(_value(self.headers, "last-modified"))):
            return None
        kept = [(n, v) for n, v in self.headers if n.lower() not in _OF_BODY | {"etag"}]
        return [*kept, ("ETag", etag)]

    def _pack(self, coding: Coding) -> None:
        whole = b"".join(self.body) if isinstance(self.body, list) else None
        if whole is not None and not can_be_packed(self.headers, len(whole)):
            return
        etag = _value(self.headers, "etag")
        self.headers = [(n, v) for n, v in self.headers if n.lower() not in {"content-length", "etag"}]
        self.headers.append(("Content-Encoding", coding))
        if etag:
            self.headers.append(("ETag", tagged(etag, coding)))
        if whole is None:
            self.body = ClosingIterator(packed_stream(self.body, coding), _closer(self.body))
        else:
            body = packed(whole, coding)
            self.headers.append(("Content-Length", str(len(body))))
            self.body = [body]

    def _name_as_known(self, known: str, coding: Coding) -> None:
        """Call what the client has by the tag that it has."""
        etag = tagged(_value(self.headers, "etag"), coding)
        if coding and etag in known:
            self.headers = [(n, etag if n.lower() == "etag" else v) for n, v in self.headers]


def _is_known(environ: "WSGIEnvironment", etag: str, modified: float) -> bool:
    """Return whether the client has what it asks for."""
    if environ["REQUEST_METHOD"] == "POST":
        return False
    if (known := environ.get("HTTP_IF_NONE_MATCH")) is not None:
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return etag in tags or tags == ["*"]
    return 0 < modified <= _moment(environ.get("HTTP_IF_MODIFIED_SINCE", ""))


def _copied(body: Iterable[bytes], keep: Callable[[bytes], object], most: int) -> Iterator[bytes]:
    copy: list[bytes] | None = []
    size = 0
    for piece in body:
        size += len(piece)
        if size > most:
            copy = None
        elif copy is not None:
            copy.append(piece)
        yield piece
    if copy is not None:
        keep(b"".join(copy))


def _closer(body: Iterable[bytes]) -> list[Callable[[], None]]:
    close = getattr(body, "close", None)
    return [close] if close is not None else []


def _vary(headers: Headers) -> None:
    told = _value(headers, "vary")
    if "accept-encoding" not in told.lower():
        headers[:] = [(n, v) for n, v in headers if n.lower() != "vary"]
        headers.append(("Vary", f"{told}, Accept-Encoding" if told else "Accept-Encoding"))


def _value(headers: Headers, name: str) -> str:
    return next((value for each, value in headers if each.lower() == name), "")


def _moment(text: str) -> float:
    found = parsedate_tz(text) if text else None
    try:
        return float(mktime_tz(found)) if found else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _refuse_write(_: bytes) -> None:
    raise NotImplementedError("Flask returns its body; it never writes")
