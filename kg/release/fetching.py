"""Stage 7, the files of a release from a server that publishes it, each checked as it arrives.

Only http and https, only the host that was named, only what the list of checksums names, and never more than
the server announced and the disk has room for.
"""

import hashlib
import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from kg.checks import Check
from kg.errors import StoreError
from kg.release.generation import SUMS
from kg.release.sums import differs

_LISTED = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]*)")
"""A plain name: nothing that a server says may lead out of the folder."""
_SECONDS = 30.0
_QUERY_SECONDS = 120.0
_CHUNK = 1 << 20
_LISTING_BYTES = 10_000_000
_ANSWER_BYTES = 200_000_000
_SPARE = 64 << 20
"""Bytes of disk that are left free."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """A server of releases, and which of them is meant; none is the current one."""

    root: str
    """Ends with a slash."""
    release: str = ""

    def url(self, path: str, **query: str) -> str:
        """Return an address of this release."""
        given = query | ({"release": self.release} if self.release else {})
        return urljoin(self.root, path) + (f"?{urlencode(given)}" if given else "")


def origin_of(url: str, release: str = "") -> Origin:
    """Return the server and release that an address means, such as `https://host/?release=ID`.

    Raises StoreError for any other kind of address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise StoreError(f"{url}: not an address of http or https")
    told = parse_qs(parts.query).get("release", [""])[-1]
    if told and release and told != release:
        raise StoreError(f"{url}: the address names another release than {release}")
    path = parts.path if parts.path.endswith("/") else parts.path + "/"
    return Origin(f"{parts.scheme}://{parts.netloc}{path}", release or told)


def download(origin: Origin, folder: Path, *, tell: Tell) -> Iterator[Check]:
    """Fetch every file for download into a folder; yield what each proved to be as soon as it is there.

    Raises StoreError when the list of checksums cannot be had.
    """
    with _opened(origin.url(f"dumps/{SUMS}"), origin) as answer:
        text = _limited(answer, _LISTING_BYTES).decode(errors="replace")
    (folder / SUMS).write_text(text, encoding="utf-8", newline="")
    listed = [match for line in text.splitlines() if (match := _LISTED.fullmatch(line))]
    for number, match in enumerate(listed, start=1):
        tell(f"fetching {match[2]} ({number} of {len(listed)})")
        yield _fetched(origin, folder / match[2], match[1])


def ask_endpoint(origin: Origin, sparql: str) -> list[dict[str, Any]]:
    """Return the solutions of a SELECT query, as SPARQL's JSON results have them.

    Raises StoreError when the endpoint does not answer it.
    """
    body = urlencode({"query": sparql}).encode()
    headers = {"Accept": "application/sparql-results+json"}
    with _opened(origin.url("sparql"), origin, body=body, headers=headers) as answer:
        data = _limited(answer, _ANSWER_BYTES)
    try:
        return list(json.loads(data)["results"]["bindings"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{origin.url('sparql')}: not the results of a query") from error


def served_release(origin: Origin) -> str:
    """Return the id of the release that a server says it serves.

    Raises StoreError when it does not say.
    """
    url = origin.url("healthz")
    with _opened(url, origin) as answer:
        data = _limited(answer, _LISTING_BYTES)
    try:
        return str(json.loads(data)["release"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{url}: it does not say which release is served") from error


def _fetched(origin: Origin, path: Path, expected: str) -> Check:
    hashed, size = hashlib.sha256(), 0
    try:
        with _opened(origin.url(f"dumps/{path.name}"), origin) as answer, path.open("wb") as out:
            announced = _announced(answer, path)
            while data := answer.read(_CHUNK):
                size += len(data)
                hashed.update(data)
                out.write(data)
    except (StoreError, OSError, HTTPException) as error:
        return Check(f"{path.name}: fetched", (f"{path.name} cannot be fetched: {error}",))
    if size != announced:
        return Check(f"{path.name}: fetched", (f"{path.name} was cut: {size:,} of {announced:,} bytes came",))
    wrong = differs(path.name, hashed.hexdigest(), SUMS, expected)
    return Check(
        f"{path.name}: {size:,} bytes arrived whole", () if hashed.hexdigest() == expected else (wrong,)
    )


def _announced(answer: HTTPResponse, path: Path) -> int:
    text = answer.headers.get("Content-Length", "")
    if not (text.isascii() and text.isdigit()):
        raise StoreError("the server does not say how long it is")
    free = shutil.disk_usage(path.parent).free - _SPARE
    if int(text) > free:
        raise StoreError(f"it has {int(text):,} bytes, and the disk has room for {max(free, 0):,}")
    return int(text)


def _limited(answer: HTTPResponse, limit: int) -> bytes:
    data = answer.read(limit + 1)
    if len(data) > limit:
        raise StoreError(f"{answer.url}: more than {limit:,} bytes")
    return data


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to the host that was named."""

    def __init__(self, origin: Origin) -> None:
        self._netloc = urlsplit(origin.root).netloc

    def redirect_request(  # noqa: PLR0917  the library's own signature
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        """Return the request to go on with."""
        parts = urlsplit(newurl)
        if parts.scheme not in {"http", "https"} or parts.netloc != self._netloc:
            raise StoreError(f"{req.full_url}: redirects to another host: {newurl[:200]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@contextmanager
def _opened(
    url: str, origin: Origin, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Iterator[HTTPResponse]:
    request = urllib.request.Request(url, body, {"User-Agent": "accord-kg verify", **(headers or {})})  # noqa: S310  origin_of lets only http through
    opener = urllib.request.build_opener(_SameHost(origin))
    try:
        with opener.open(request, timeout=_QUERY_SECONDS if body else _SECONDS) as answer:
            yield cast("HTTPResponse", answer)
    except urllib.error.HTTPError as error:
        with error:
            raise StoreError(f"{url}: status {error.code}") from error
    except (OSError, HTTPException) as error:
        raise StoreError(f"{url}: {getattr(error, 'reason', None) or error}") from error
