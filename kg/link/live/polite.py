"""Requests as servers ask for them: saying who we are, waiting when told, three tries, a cache."""

import hashlib
import http.client
import json
import logging
import math
import platform
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kg import __version__
from kg.errors import SettingsError, StoreError

TRIES = 3
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 120.0
"""Who asks us to wait longer is not asked again in this run."""
_TRANSIENT = frozenset((408, 429, 500, 502, 503, 504))
_MOST_BYTES = 20_000_000
_OK = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What a server answered."""

    status: int
    body: Any
    """The JSON; nothing where the status says that there is none."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A look-up that came to nothing: it says nothing about whether there is an item."""

    about: str
    why: str


class Polite:
    """A client; `pause` waits, and tests put a shorter one there."""

    def __init__(
        self,
        contact: str,
        *,
        cache: Path | None = None,
        pause: Callable[[float], None] = time.sleep,
        seconds: float = 60.0,
    ) -> None:
        """Make a client that says who it is; raise SettingsError when nobody can be reached so."""
        if "@" not in contact and not contact.startswith(("http://", "https://")):
            raise SettingsError(
                "contact is not set: give a mail or web address by which servers can reach you"
            )
        if not contact.isprintable() or not contact.isascii():
            raise SettingsError(f"contact cannot be sent: {contact!r}")
        self._agent = f"accord-kg/{__version__} ({contact}) python-urllib/{platform.python_version()}"
        self._cache, self._pause, self._seconds = cache, pause, seconds
        self._banned = ""

    def get(self, url: str, *, fresh: bool = False) -> Found | Failed:
        """Return what stands at an address; from the cache, unless it is to be `fresh`."""
        return self._asked(url, None, fresh=fresh)

    def post(self, url: str, fields: Mapping[str, str]) -> Found | Failed:
        """Return what a form sent to an address is answered."""
        return self._asked(url, urlencode(fields).encode(), fresh=False)

    def _asked(self, url: str, body: bytes | None, *, fresh: bool) -> Found | Failed:
        if not url.startswith(("http://", "https://")):
            raise SettingsError(f"{url!r} is no http address")
        kept = self._kept(url, body)
        if not fresh and kept is not None and kept.is_file():
            return _read(kept)
        answer = self._tried(url, body)
        if kept is not None and isinstance(answer, Found) and answer.status == _OK:
            _write(kept, answer)
        return answer

    def _kept(self, url: str, body: bytes | None) -> Path | None:
        name = hashlib.sha256(url.encode() + b"\n" + (body or b"")).hexdigest()
        return self._cache / f"{name}.json" if self._cache is not None else None

    def _tried(self, url: str, body: bytes | None) -> Found | Failed:
        why = self._banned
        for attempt in range(TRIES):
            if self._banned:
                break
            answer, wait = self._once(url, body)
            if isinstance(answer, Found):
                return answer
            why = answer.why
            if wait is None:
                break
            self._wait(wait if wait > 0 else _FIRST_PAUSE * 2**attempt, why, last=attempt == TRIES - 1)
        return Failed(url, why)

    def _wait(self, seconds: float, why: str, *, last: bool) -> None:
        if seconds > _LONGEST_PAUSE:
            self._banned = f"{why}; asked to wait {seconds:.0f} seconds, so nothing more was asked"
        elif not last:
            _log.info("%s: waiting %.0f seconds", why, seconds)
            self._pause(seconds)

    def _once(self, url: str, body: bytes | None) -> tuple[Found | Failed, float | None]:
        """Return the answer, and where it failed how long to wait: 0 if we may choose, None for ever."""
        headers = {"User-Agent": self._agent, "Accept": "application/json"}
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310  http, looked at above
        try:
            with urllib.request.urlopen(request, timeout=self._seconds) as response:  # noqa: S310  as above
                return _json(url, response.status, response.read(_MOST_BYTES + 1)), None
        except urllib.error.HTTPError as error:
            with error:
                why = f"the server answers {error.code}"
                if error.code in _TRANSIENT:
                    return Failed(url, why), _told_to_wait(error.headers.get("Retry-After", ""))
                return Found(error.code, None), None
        except (urllib.error.URLError, OSError, http.client.HTTPException, ValueError) as error:
            return Failed(url, f"no answer: {' '.join(str(error).split()) or type(error).__name__}"), 0.0


def _json(url: str, status: int, data: bytes) -> Found | Failed:
    if len(data) > _MOST_BYTES:
        return Failed(url, f"answers more than {_MOST_BYTES} bytes")
    try:
        return Found(status, json.loads(data))
    except (ValueError, RecursionError):
        return Failed(url, "answers what is no JSON")


def _told_to_wait(text: str) -> float:
    """Return the seconds of a Retry-After header, given as such or as a date; 0 when it tells none."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return max(seconds, 0.0) if math.isfinite(seconds) else 0.0


def _read(path: Path) -> Found | Failed:
    try:
        return Found(_OK, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: {error}; remove it to ask again") from error


def _write(path: Path, answer: Found) -> None:
    draft = path.with_suffix(".draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(answer.body, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
