"""Stage 6, publish: a connection as the server speaks it (HTTP/1.1), with limits on what it may take.

uvicorn bounds neither the head of a request nor the time in which it must come or an answer be fetched.
"""

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Any, Final

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kg.errors import KgError
from kg.publish.bridge import GONE

_URL_BYTES: Final = 64_000
_HEAD_BYTES: Final = 128_000
_HEAD_SECONDS: Final = 20.0
"""Time within which the head of a request must have come."""
_STILL_SECONDS: Final = 60.0
"""Time after which a client that takes nothing of its answer is given up."""
MOST_CONNECTIONS: Final = 800


class Connection(HttpToolsProtocol):
    """One connection; `look` is called every few seconds."""

    _began: float | None = None
    """When the head that is still incomplete began."""
    _head = 0
    _left = 0
    """How much of an answer had not been fetched, and since when it is as much."""
    _left_since = 0.0
    url = b""
    _status = HTTPStatus.BAD_REQUEST

    def connection_made(self, transport: Any) -> None:
        """Begin; where there are too many, end at once."""
        super().connection_made(_Gathered(transport, self.loop))  # type: ignore[arg-type]  # it is one to uvicorn
        self._began = self.loop.time()
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._began is None and (self.cycle is None or self.cycle.response_complete):
            self._began = self.loop.time()
        super().data_received(data)
        if self._began is not None:
            self._head += len(data)
            if self._head > _HEAD_BYTES and not self.transport.is_closing():
                too_long = len(self.url) > _URL_BYTES
                self._status = (
                    HTTPStatus.REQUEST_URI_TOO_LONG
                    if too_long
                    else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                )
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Let the application ask whether the client has gone away."""
        super().on_message_begin()
        self.scope[GONE] = self.transport.is_closing  # type: ignore[typeddict-unknown-key]  # a room of our own

    def on_headers_complete(self) -> None:
        """Start the application, unless the head is too large."""
        self._began, self._head = None, 0
        if len(self.url) > _URL_BYTES:
            self._status = HTTPStatus.REQUEST_URI_TOO_LONG
            raise HttpParserError("the address is too long")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or too large a one."""
        title = msg if self._status is HTTPStatus.BAD_REQUEST else self._status.phrase
        status = self._status
        body = json.dumps({"title": title, "status": int(status)}).encode() + b"\n"
        head = f"HTTP/1.1 {int(status)} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
        head += f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.close()

    def look(self, now: float) -> None:
        """End the connection of who neither asks nor takes its answer."""
        left = self.transport.get_write_buffer_size()
        if left != self._left:
            self._left, self._left_since = left, now
        silent = self._began is not None and now - self._began > _HEAD_SECONDS
        if silent or (left and now - self._left_since > _STILL_SECONDS):
            self.transport.abort()


class _Gathered:
    """A transport that sends the head of an answer together with its body, which halves the packets."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold what comes first, at most until the loop turns."""
        if self._held:
            self._held.append(data)
            self._send()
        else:
            self._held.append(data)
            self._loop.call_soon(self._send)

    def close(self) -> None:
        """Send what is held, and end."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        held, self._held = self._held, []
        if held and not self._transport.is_closing():
            self._transport.writelines(held)


def quiet_broken_off(record: logging.LogRecord) -> bool:
    """Say of an answer that was broken off one line, not where in the program it happened."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, KgError):
        record.msg, record.args, record.exc_info = "an answer was broken off: %s", (error,), None
    return True
