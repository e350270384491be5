"""Stage 6, HTTP to another server: patient with what passes, and its errors name the place."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit
from urllib.request import (
    AbstractDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
)

from kg.errors import SettingsError, StoreBusyError, StoreError, StoreTimeoutError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

ATTEMPTS = 4
_LONGEST_WAIT = 60.0
_FINE = range(200, 300)
_PASSING = {408, 425, 429, *range(500, 600)}
"""Answers after which the same request may succeed."""
_UNAUTHORIZED = 401
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to the server; without a user, nobody."""

    user: str = ""
    password: str = field(default="", repr=False)


class Client:
    """Requests to one server, each of which may be sent several times: only what is idempotent goes here.

    A redirect is an error, so that credentials and data reach nobody but the server that was named. They are
    sent when that asks for them, and as it asks (Digest or Basic).
    """

    def __init__(
        self, account: Account, *, seconds: float = 300.0, pause: float = 1.0, at_once: int = 1
    ) -> None:
        self._account = account
        self._at_once = at_once
        self._seconds = seconds
        self._pause = pause
        self._pool: PoolManager | None = None
        self._passwords = HTTPPasswordMgrWithDefaultRealm()
        self._digest = AbstractDigestAuthHandler(self._passwords)
        self._challenges: dict[str, str] = {}
        """By address, what the server asked for: so the next body is sent once."""

    def send(
        self,
        method: str,
        url: str,
        body: bytes | Path = b"",
        *,
        media: str = "",
        accept: str = "*/*",
        also: frozenset[int] = frozenset(),
    ) -> bytes:
        """Send a request until it is answered, and return the body of the answer.

        `also` are statuses that are as good as success.
        Raises StoreError when the server stays away or refuses.
        """
        headers = {"Accept": accept} | ({"Content-Type": media} if media else {})
        why = ""
        for attempt in range(ATTEMPTS):
            wait = 0.0
            try:
                response = self._authorized(method, url, body, headers)
            except _unreachable() as error:
                why = f"cannot be reached: {_in_one_line(str(error))}"
            else:
                if response.status in _FINE or response.status in also:
                    return response.data
                why = _told(response)
                wait = _retry_after(response.headers.get("Retry-After", ""))
                if response.status not in _PASSING or wait > _LONGEST_WAIT:
                    raise StoreError(f"{_shown(url)} {why}")
            if attempt + 1 < ATTEMPTS:
                time.sleep(max(wait, self._pause * 2**attempt))
        raise StoreError(f"{_shown(url)} {why} ({ATTEMPTS} attempts)")

    @contextmanager
    def opened(
        self, url: str, body: bytes, *, media: str, accept: str, deadline: float
    ) -> "Iterator[BaseHTTPResponse]":
        """Post a request once and give the answer, of any status, to be read as it comes.

        Raises StoreBusyError when the server cannot be reached, StoreTimeoutError at the deadline (of
        `time.monotonic`), also from within.
        """
        headers = {"Accept": accept, "Content-Type": media, "Accept-Encoding": "identity"}
        host = urlsplit(url).netloc
        try:
            response = self._authorized("POST", url, body, headers, deadline=deadline)
            try:
                yield response
            finally:
                response.close()
        except _unreachable() as error:
            if _is_slow(error):
                raise StoreTimeoutError(f"the store at {host} did not answer in time") from error
            raise StoreBusyError(f"the store at {host} fails: {_in_one_line(str(error))}") from error

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.clear()

    def _authorized(
        self, method: str, url: str, body: bytes | Path, headers: Mapping[str, str], *, deadline: float = 0.0
    ) -> "BaseHTTPResponse":
        place = url.partition("?")[0]
        response = self._sent(method, url, body, headers, deadline)
        challenge = response.headers.get("WWW-Authenticate", "")
        if response.status == _UNAUTHORIZED and challenge and self._account.user:
            self._challenges[place] = challenge
            response.drain_conn()
            response = self._sent(method, url, body, headers, deadline)
        return response

    def _sent(
        self, method: str, url: str, body: bytes | Path, headers: Mapping[str, str], deadline: float
    ) -> "BaseHTTPResponse":
        """Send a request; with a deadline the body of the answer is still to be read."""
        import urllib3  # noqa: PLC0415  only who pushes needs it

        if self._pool is None:
            self._pool = urllib3.PoolManager(retries=False, maxsize=self._at_once)
        with ExitStack() as stack:
            size, source = _opened(body, stack)
            given = {**headers, **self._credentials(method, url)}
            if body:
                given["Content-Length"] = str(size)
            left = max(deadline - time.monotonic(), 0.01) if deadline else self._seconds
            timeout = urllib3.Timeout(connect=min(10.0, left), read=left)
            return self._pool.request(
                method,
                url,
                body=source if body else None,
                headers=given,
                redirect=False,
                timeout=timeout,
                preload_content=not deadline,
            )

    def _credentials(self, method: str, url: str) -> dict[str, str]:
        challenge = self._challenges.get(url.partition("?")[0], "")
        if not challenge:
            return {}
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "digest":
            self._passwords.add_password(None, url, self._account.user, self._account.password)
            asked = parse_keqv_list(parse_http_list(rest))
            told = self._digest.get_authorization(Request(url, method=method), asked)  # noqa: S310  checked by `place_of`
            return {"Authorization": f"Digest {told}"} if told else {}
        if scheme.lower() == "basic":
            import urllib3  # noqa: PLC0415  as above

            pair = f"{self._account.user}:{self._account.password}"
            basic: dict[str, str] = urllib3.make_headers(basic_auth=pair)
            return {"Authorization": basic["authorization"]}
        return {}


def place_of(url: str, what: str) -> str:
    """Return an address that requests may be sent to; raises SettingsError for any other."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"{what} must be an http address, not {url!r}")
    if parts.username or parts.password:
        raise SettingsError(
            f"{what}: give user and password as KG_PUSH_USER and KG_PUSH_PASSWORD, not in the address"
        )
    return url


def _unreachable() -> tuple[type[Exception], ...]:
    try:
        import urllib3  # noqa: PLC0415  as above
    except ImportError as error:
        raise StoreError("urllib3 is missing; pip install 'accord-kg[push]'") from error
    return (urllib3.exceptions.HTTPError, OSError)


def _is_slow(error: Exception) -> bool:
    import urllib3  # noqa: PLC0415  as above

    slow = isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError)
    return slow and not isinstance(error, urllib3.exceptions.NewConnectionError)


def _opened(body: bytes | Path, stack: ExitStack) -> tuple[int, bytes | BinaryIO]:
    if isinstance(body, bytes):
        return len(body), body
    return body.stat().st_size, stack.enter_context(body.open("rb"))


def _told(response: "BaseHTTPResponse") -> str:
    status = f"answers {response.status} {response.reason or ''}".rstrip()
    if "Location" in response.headers:
        return f"{status}: it redirects to {response.headers['Location']}; give that address if you trust it"
    text = _in_one_line(response.data.decode("utf-8", errors="replace"))
    return f"{status}: {text}" if text else status


def _in_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "..."


def _shown(url: str) -> str:
    return url if len(url) <= _SHOWN else url[:_SHOWN] + "..."


def _retry_after(header: str) -> float:
    return float(header) if header.strip().isdigit() else 0.0
