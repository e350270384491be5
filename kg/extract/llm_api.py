"""Stage 2, model by HTTP: one question to an OpenAI-compatible chat endpoint, with limits and patience."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.errors import ExtractError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

ATTEMPTS = 4
_LARGEST = 4_000_000
"""Bytes of an answer; a larger one is no answer."""
_LONGEST_WAIT = 60.0
"""Seconds that a server may ask us to wait; one that asks for more is an error that a person should see."""
_CHUNK = 65_536
_OK = 200
_BAD_REQUEST = 400
_PASSING = {408, 425, 429, 500, 502, 503, 504, 529}
"""Answers after which the same question may succeed."""
_SHOWN = 200


class _Passing(Exception):  # noqa: N818  a signal inside this file, never seen outside
    """The question may be asked again, after so many seconds if the server says so."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to ask; the key is never shown."""

    url: str
    key: str = field(default="", repr=False)
    seconds: float = 120.0
    pause: float = 1.0
    """Seconds before the second attempt; doubled before each further one."""

    def ask(self, body: dict[str, Any], usable: Callable[[str], bool]) -> str:
        """Return the text of the first usable answer.

        Raises ExtractError when the server refuses, stays away, or answers nothing usable.
        """
        try:
            import urllib3  # noqa: PLC0415  a build whose answers are all kept needs no HTTP
        except ImportError as error:
            raise ExtractError("urllib3 is missing; pip install 'accord-kg[llm]'") from error
        with urllib3.PoolManager(retries=False) as pool:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return self._asked(pool, body, usable)
                except _Passing as passing:
                    why, wait = str(passing), passing.wait
                if wait is not None and wait > _LONGEST_WAIT:
                    raise self._error(f"{why}, and asks to wait {wait:.0f} seconds")
                if attempt < ATTEMPTS:
                    time.sleep(self.pause * 2 ** (attempt - 1) if wait is None else wait)
        raise self._error(f"{why} ({ATTEMPTS} attempts)")

    def _asked(self, pool: "PoolManager", body: dict[str, Any], usable: Callable[[str], bool]) -> str:
        import urllib3  # noqa: PLC0415  as above

        deadline = time.monotonic() + self.seconds
        try:
            status, headers, data = self._posted(pool, body, deadline)
            if status == _BAD_REQUEST and b"response_format" in data:
                # An older server knows no schemas; the instructions hold it too, and answers are checked.
                plain = {name: value for name, value in body.items() if name != "response_format"}
                status, headers, data = self._posted(pool, plain, deadline)
        except (urllib3.exceptions.HTTPError, ValueError, UnicodeError) as error:
            raise _Passing(
                f"cannot be asked: {' '.join(str(error).split()) or type(error).__name__}"
            ) from error
        if status in _PASSING:
            raise _Passing(f"answers {status}{_message(data)}", _retry_after(headers.get("retry-after", "")))
        if status != _OK:
            raise self._error(f"answers {status}{_message(data)}")
        text = self._content(data)
        if not usable(text):
            raise _Passing("the model's answer is not JSON of the form that was asked for")
        return text

    def _posted(
        self, pool: "PoolManager", body: dict[str, Any], deadline: float
    ) -> tuple[int, dict[str, str], bytes]:
        import urllib3  # noqa: PLC0415  as above

        left = max(deadline - time.monotonic(), 0.01)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        response = pool.request(
            "POST", f"{self.url.rstrip('/')}/chat/completions",
            body=json.dumps(body).encode(), headers=headers, redirect=False, preload_content=False,
            timeout=urllib3.Timeout(connect=min(10.0, left), read=left),
        )  # fmt: skip
        try:
            known = {name.lower(): value for name, value in response.headers.items()}
            return response.status, known, self._read(response, deadline)
        finally:
            response.close()

    def _read(self, response: "BaseHTTPResponse", deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while chunk := response.read1(_CHUNK, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            if size > _LARGEST:
                raise self._error(f"answers more than {_LARGEST} bytes")
            if time.monotonic() > deadline:
                raise _Passing(f"did not answer within {self.seconds:g} seconds")
        return b"".join(parts)

    def _content(self, data: bytes) -> str:
        """Return the words of the model in an answer of the server."""
        try:
            choice = json.loads(data)["choices"][0]
            message, finish = choice["message"], choice.get("finish_reason")
            content, refusal = message.get("content"), message.get("refusal")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise self._error("does not answer as a chat endpoint does") from error
        if finish == "length":
            raise self._error("the model's answer was cut: it may write too little for this article")
        if refusal or finish == "content_filter" or not isinstance(content, str):
            raise self._error(f"the model refuses: {_cut(str(refusal or finish or 'no content'))}")
        return content

    def _error(self, what: str) -> ExtractError:
        said = what.replace(self.key, "[key]") if self.key else what
        return ExtractError(f"llm at {self.url}: {said}")


def _message(data: bytes) -> str:
    """Return what the server says of an error, in one short line."""
    try:
        told = json.loads(data)
        told = told.get("error", told)
        text = told.get("message", "") if isinstance(told, dict) else str(told)
    except (ValueError, AttributeError):
        text = ""
    return f": {_cut(str(text))}" if text else ""


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "..."


def _retry_after(header: str) -> float | None:
    """Return the seconds that a Retry-After header gives; a date there is not worth a clock."""
    return float(header) if header.strip().isdigit() else None
