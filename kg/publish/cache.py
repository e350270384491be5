"""Stage 6, publish: finished answers, kept before Flask; a layer around `Live`.

What one release answers to a request is always the same, so an answer is kept until something about the
releases changes; then all are forgotten.
"""

import hashlib
import io
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from kg.publish.answers import Answer, Kept, Variant
from kg.publish.packing import coding_for, untagged
from kg.publish.pinned import PARAMETER
from kg.publish.told import told_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TAG: Final = "accord.tag"
"""Key in the environment: what tells the answers of one release to queries apart, known before they run."""
_AT_HAND: Final = "accord.at_hand"
_KEY: Final = "accord.key"
_ENDPOINT: Final = "/sparql"
_PLACES: Final = ("/page/", "/data/", "/id/", "/vocab/", "/queries/")
_WHOLE: Final = ("/", "/ns", "/help", "/.well-known/void")
_FILES: Final = "/dumps/"
_NEVER: Final = ("/healthz", "/readyz", "/metrics")
_POSTED: Final = ("application/x-www-form-urlencoded", "application/sparql-query")
_NAMES: Final = ("wsgi.url_scheme", "SCRIPT_NAME", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "HTTP_ACCEPT")
_CONDITIONS: Final = frozenset(
    {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE"}
)
_CHANGING: Final = re.compile(r"\b(?:now|rand|uuid|struuid|bnode|service)\b|\\u", re.IGNORECASE)
"""What could make a query answer otherwise the next time, wherever it stands."""
_MAKES_NODES: Final = re.compile(r"\[|_:")
_PART: Final = 8
"""One answer may take this part of the memory."""
_Key = tuple[str, ...]


class AnswerCache:
    """A WSGI layer that answers again what it answered before; it forgets what was not asked for longest.

    `stamp` is another one whenever answers may have changed.
    """

    def __init__(
        self, inner: "WSGIApplication", *, total_bytes: int, stamp: Callable[[], object] = lambda: None
    ) -> None:
        self._inner = inner
        self._total = total_bytes
        self._now = stamp
        self._stamp = stamp()
        self._size = 0
        self._kept: OrderedDict[_Key, Kept] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return self._size

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from memory, or let the application answer."""
        variant: Variant | None = environ.pop(_AT_HAND, None)
        key = self.key(environ) if variant is None else None
        if key is not None and (kept := self._find(key)) is not None:
            variant = self._packed(key, kept, environ)
        if variant is not None:
            told_in(environ)["cache"] = "hit"
            return variant.sent(environ, start_response)
        if key is not None:
            told_in(environ)["cache"] = "miss"
        return self._asked(key, environ, start_response)

    def at_hand(self, environ: "WSGIEnvironment") -> bool:
        """Return whether this request will be answered from memory; the answer is then held for it."""
        key = _key_in(environ)
        kept = self._find(key) if key is not None else None
        variant = kept.at_hand(coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))) if kept else None
        if variant is None:
            return False
        environ[_AT_HAND] = variant
        return True

    def key(self, environ: "WSGIEnvironment") -> _Key | None:
        """Return what all requests with the same answer have in common; None when it is not to be kept."""
        key = _key_in(environ)
        return None if key is not None and key[1] == _ENDPOINT and _changes(environ) else key

    def _asked(
        self, key: _Key | None, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        stamp, coding = self._now(), coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        answer = Answer(self._inner, _inside(key, environ))
        if key is None or not answer.can_be_kept(posted=key[0] == "POST"):
            return answer.sent(environ, start_response, coding=coding, own=key is not None)
        if not isinstance(answer.body, list):
            keep = partial(self._keep_body, key, answer, stamp)
            answer.copied(keep, self._total // _PART)
            return answer.sent(environ, start_response, coding=coding, own=key is not None)
        kept = self._keep_body(key, answer, stamp, b"".join(answer.body))
        return self._packed(key, kept, environ).sent(environ, start_response)

    def _find(self, key: _Key) -> Kept | None:
        stamp = self._now()
        with self._lock:
            if stamp != self._stamp:
                self._kept.clear()
                self._size, self._stamp = 0, stamp
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
            return kept

    def _keep_body(self, key: _Key, answer: Answer, stamp: object, body: bytes) -> Kept:
        kept = answer.kept(body)
        kept.size += sum(map(len, key))
        with self._lock:
            # What was asked before a switch may be an answer of before it.
            if kept.size <= self._total // _PART and stamp == self._now() == self._stamp:
                self._size += kept.size - (self._kept[key].size if key in self._kept else 0)
                self._kept[key] = kept
                self._make_room()
        return kept

    def _packed(self, key: _Key, kept: Kept, environ: "WSGIEnvironment") -> Variant:
        coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if (variant := kept.at_hand(coding)) is not None:
            return variant
        variant = kept.pack(coding)
        with self._lock:
            if coding not in kept.others:
                kept.others[coding] = variant
                kept.size += len(variant.body)
                if self._kept.get(key) is kept:
                    self._size += len(variant.body)
                    self._make_room()
        return variant

    def _make_room(self) -> None:
        while self._size > self._total:
            _, oldest = self._kept.popitem(last=False)
            self._size -= oldest.size


def _inside(key: _Key | None, environ: "WSGIEnvironment") -> "WSGIEnvironment":
    """Return the request as the application is to see it."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if key is None:
        return environ if known is None else environ | {"HTTP_IF_NONE_MATCH": untagged(known)}
    # The application must answer whole, since the next client may have nothing yet.
    whole = {n: v for n, v in environ.items() if n not in _CONDITIONS} | {"REQUEST_METHOD": _method(environ)}
    if environ["PATH_INFO"] == _ENDPOINT:
        whole[TAG] = _tag(key)
        if known is not None:
            # By this tag it is known that the client has the answer, before the query runs.
            whole["HTTP_IF_NONE_MATCH"] = untagged(known)
    return whole


def _method(environ: "WSGIEnvironment") -> str:
    method: str = environ["REQUEST_METHOD"]
    return "GET" if method == "HEAD" else method


def _tag(key: _Key) -> str:
    return hashlib.blake2b("\0".join(key).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def _key_in(environ: "WSGIEnvironment") -> _Key | None:
    """Return the key, which is made once for each request."""
    if _KEY not in environ:
        environ[_KEY] = _key(environ)
    found: _Key | None = environ[_KEY]
    return found


def _changes(environ: "WSGIEnvironment") -> bool:
    """Return whether a query may answer otherwise the next time; told by its text, so rather too often."""
    text = environ.get("QUERY_STRING", "") + (_posted(environ) or b"").decode("latin-1")
    text = unquote_plus(text)
    return bool(_CHANGING.search(text) or ("construct" in text.lower() and _MAKES_NODES.search(text)))


def _key(environ: "WSGIEnvironment") -> _Key | None:
    method, path, query = _method(environ), environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    body = ""
    if path == _ENDPOINT:
        posted = _posted(environ) if method == "POST" else b""
        if posted:
            body = hashlib.sha256(posted).hexdigest() + environ["CONTENT_TYPE"]
    elif path in _WHOLE or path.startswith(_PLACES):
        # These read no query; it must not make a page look new.
        query = "&".join(filter(_names_release, query.split("&"))) if query else ""
    if method not in {"GET", "POST"} or (method == "POST" and not body):
        return None
    if path.startswith(_NEVER) or _FILES in path:
        return None
    # What leads to another release by its date is not an answer of this one.
    if "HTTP_ACCEPT_DATETIME" in environ:
        return None
    return (method, path, query, body, *(environ.get(name, "") for name in _NAMES))


def _names_release(part: str) -> bool:
    return unquote_plus(part.partition("=")[0]) == PARAMETER


def _posted(environ: "WSGIEnvironment") -> bytes | None:
    """Return the body of a posted query, which stays to be read; None where it is something else."""
    body = environ.get("wsgi.input")
    media = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    return body.getvalue() if media in _POSTED and isinstance(body, io.BytesIO) else None
