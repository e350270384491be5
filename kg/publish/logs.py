"""Stage 6, publish: what the server writes about itself, and about each request when that is asked for.

Whatever a stranger sent, no line of a log can be made to look like two, or like another's: control characters
and all that is not ASCII are written as escapes.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO
from urllib.parse import quote

from flask import has_request_context, request

from kg.errors import SettingsError
from kg.publish.observed import Seen
from kg.publish.told import told_in

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FORMATS: Final = ("", "combined", "json")
_QUERY_CHARACTERS: Final = 10_000
"""Longer queries are logged up to here; `sparql_length` then tells how long they are."""


class _Lines(logging.Formatter):
    """One record a line; the lines of a traceback are set in, so that none looks like a record."""

    def format(self, record: logging.LogRecord) -> str:
        first, *more = super().format(record).splitlines() or [""]
        return "\n".join(map(_plain, [first, *("    " + line for line in more)]))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  logging's name
        del datefmt
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def log_to(stream: TextIO) -> None:
    """Write what the server says of itself, one record a line, each with the id of its request."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"))
    handler.addFilter(_with_request)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger("kg").setLevel(logging.INFO)


def _with_request(record: logging.LogRecord) -> bool:
    record.request = told_in(request.environ).get("id", "-") if has_request_context() else "-"
    record.msg = str(record.getMessage()).translate(_BREAKS)
    record.args = None
    return True


_BREAKS: Final = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028", 0x2029: "\\u2029",
}  # fmt: skip


def _plain(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode("ascii").translate(_BREAKS)


def access_log(
    style: str, *, queries: bool, stream: TextIO | None = None, now: Callable[[], datetime] | None = None
) -> "Callable[[WSGIEnvironment, Seen], None] | None":
    """Return what writes one line a request, in the style asked for; None when none is.

    Raises SettingsError for a style that there is not.
    """
    if style not in FORMATS:
        raise SettingsError(f"access_log must be combined or json, not {style!r}")
    if not style:
        return None
    line = partial(_combined if style == "combined" else _json, queries=queries)
    out, clock = stream or sys.stdout, now or (lambda: datetime.now(UTC))

    def write(environ: "WSGIEnvironment", seen: Seen) -> None:
        out.write(line(environ, seen, clock()) + "\n")
        out.flush()

    return write


def _combined(environ: "WSGIEnvironment", seen: Seen, now: datetime, *, queries: bool) -> str:
    """Return Apache's combined format, and behind it the request's id and its seconds."""
    day = f"{now:%d}/{_MONTHS[now.month - 1]}/{now:%Y:%H:%M:%S %z}"
    parts = [environ.get("HTTP_REFERER", ""), environ.get("HTTP_USER_AGENT", "")]
    referrer, agent = (_quoted(part or "-") for part in (_without_query(parts[0], queries=queries), parts[1]))
    target = _target(environ, queries=queries)
    asked = f"{environ['REQUEST_METHOD']} {target} {environ.get('SERVER_PROTOCOL', '-')}"
    client = _quoted(environ.get("REMOTE_ADDR") or "-")
    return (
        f'{client} - - [{day}] "{_quoted(asked)}" {seen.status} {seen.size} '
        f'"{referrer}" "{agent}" {seen.told["id"]} {seen.seconds:.4f}'
    )


_SAFE: Final = "/:;,@!$&'()*+=~"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _json(environ: "WSGIEnvironment", seen: Seen, now: datetime, *, queries: bool) -> str:
    told = seen.told
    said: dict[str, object] = {
        "time": now.isoformat(timespec="milliseconds"),
        "id": told["id"],
        "client": environ.get("REMOTE_ADDR", ""),
        "method": environ["REQUEST_METHOD"],
        "target": _target(environ, queries=queries),
        "protocol": environ.get("SERVER_PROTOCOL", ""),
        "status": seen.status,
        "bytes": seen.size,
        "seconds": round(seen.seconds, 4),
        "complete": seen.complete,
        "referrer": _without_query(environ.get("HTTP_REFERER", ""), queries=queries),
        "agent": environ.get("HTTP_USER_AGENT", ""),
    }
    said |= {name: told[name] for name in ("cache", "outcome") if name in told}
    if queries and "sparql" in told:
        text = told["sparql"]
        said["sparql"] = text[:_QUERY_CHARACTERS]
        said["sparql_length"] = len(text)
    return json.dumps(said).translate(_BREAKS)


def _target(environ: "WSGIEnvironment", *, queries: bool) -> str:
    """Return what was asked for; what stands behind the `?` may be a query, and is left out unless wanted."""
    path = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), _SAFE, encoding="latin-1")
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query if queries else '...'}" if query else path


def _without_query(address: str, *, queries: bool) -> str:
    return address if queries else address.partition("?")[0]


def _quoted(text: str) -> str:
    return _plain(text.replace("\\", "\\\\").replace('"', '\\"'))
