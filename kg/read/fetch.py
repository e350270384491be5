"""Stage 1, read: one polite download; with links to Wikidata the only outbound HTTP."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from kg.errors import ArticleRefused, SourceError
from kg.read.sources import is_url

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

REDIRECTS = 5
_HEADERS = {
    "User-Agent": "accord-kg (reads news articles that its user names)",
    "Accept": "text/html, application/xhtml+xml, text/plain, text/markdown, application/x-ndjson",
    "Accept-Encoding": "gzip, deflate",
}
_REDIRECT = {301, 302, 303, 307, 308}
_OK = 200
_CHUNK = 65_536
_MEDIA_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/x-jsonlines": "jsonl",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: the bytes, where they were in the end, and what the server says they are."""

    data: bytes
    url: str
    form: str
    """One of the formats of `sources`, or nothing where the server names none."""
    charset: str


def fetch(url: str, *, limit: int, seconds: float = 30.0) -> Page:
    """Return what stands at the address, at most `limit` bytes of it unpacked, in at most about `seconds`.

    Raises SourceError when it cannot be had, ArticleRefused when it is larger than the limit.
    """
    import urllib3  # noqa: PLC0415  only who reads from the web needs it

    with urllib3.PoolManager(retries=False) as pool:
        try:
            return _follow(pool, url, limit, time.monotonic() + seconds)
        except (urllib3.exceptions.HTTPError, ValueError, UnicodeError) as error:
            raise SourceError(f"{url}: cannot be fetched: {_in_one_line(error)}") from error


def _follow(pool: "PoolManager", url: str, limit: int, deadline: float) -> Page:
    place = url
    for _ in range(REDIRECTS + 1):
        response = _get(pool, place, deadline)
        try:
            if response.status not in _REDIRECT:
                return _page(response, url, place, limit, deadline)
            place = urljoin(place, response.headers.get("Location", ""))
        finally:
            response.close()
        if not is_url(place):
            raise SourceError(f"{url}: redirects to {place!r}, which is not an http address")
    raise SourceError(f"{url}: redirects more than {REDIRECTS} times")


def _get(pool: "PoolManager", place: str, deadline: float) -> "BaseHTTPResponse":
    import urllib3  # noqa: PLC0415  as above

    left = max(deadline - time.monotonic(), 0.01)
    timeout = urllib3.Timeout(connect=min(10.0, left), read=min(20.0, left))
    return pool.request(
        "GET", place, headers=_HEADERS, redirect=False, preload_content=False, timeout=timeout
    )


def _page(response: "BaseHTTPResponse", url: str, place: str, limit: int, deadline: float) -> Page:
    if response.status != _OK:
        raise SourceError(f"{url}: the server answers {response.status} {response.reason or ''}".rstrip())
    media, charset = _content_type(response.headers.get("Content-Type", ""))
    form = _MEDIA_TYPES.get(media, "")
    if media and not form and not media.endswith("/octet-stream"):
        raise SourceError(f"{url}: is {media}, which is not read")
    return Page(_body(response, url, limit, deadline), place, form, charset)


def _body(response: "BaseHTTPResponse", url: str, limit: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    # read1 returns what has come: a server that drips must meet the deadline, not fill the chunk first.
    while chunk := response.read1(min(_CHUNK, limit + 1), decode_content=True):
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            raise ArticleRefused(f"{url}: larger than {limit} bytes")
        if time.monotonic() > deadline:
            raise SourceError(f"{url}: is sent too slowly")
    return b"".join(parts)


def _content_type(header: str) -> tuple[str, str]:
    media, _, rest = header.partition(";")
    for part in rest.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return media.strip().lower(), value.strip().strip("\"'")
    return media.strip().lower(), ""


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def host_of(url: str) -> str:
    """Return the address's host without `www.`, or nothing."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
