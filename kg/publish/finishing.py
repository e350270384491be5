"""Stage 6, publish: what every answer says beside its body: for browsers, for caches, of which release it is.

It is done for every answer, so nothing is asked or written twice here.
"""

from datetime import UTC, datetime, time
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from flask import Response, request
from werkzeug.http import http_date

from kg.publish import memento
from kg.publish.cache import TAG
from kg.publish.pinned import pinned, refusal_in, view
from kg.publish.site import Edition
from kg.publish.sparql import METHODS
from kg.publish.told import told_in

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Accord-Notice, Accord-Release, "
    "Accord-Result, Accord-Rows, Allow, Content-Disposition, "
    "Content-Location, Content-Range, ETag, Link, Location, Memento-Datetime, Retry-After, Server-Timing, "
    "X-Request-Id",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer has, unless it says otherwise."""
_FRESH = "public, max-age=60"
# What a release says never changes, but it may be withdrawn: after a day nobody shows it any more. It is not
# called immutable either, so that a reader who reloads is told at once.
_FRESH_PINNED = "public, max-age=86400"
# A part of a file, and that a client has the file, may be kept for as long as the file.
_WITH_CONTENT = {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED}


_CONDITIONS: Final = (
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)


def unchanged(edition: Edition) -> Response | None:
    """Tell a client that it has the answer; only who was given it knows its tag."""
    tag = _tag(edition)
    if not tag or "HTTP_IF_NONE_MATCH" not in request.environ:
        return None
    known = request.if_none_match
    if known.star_tag or not known.contains_weak(tag):
        return None
    response = Response(status=304)
    response.set_etag(tag)
    return response


def finished(edition: Edition, response: Response) -> Response:
    """Return the answer with all that is to be said of it."""
    environ, headers = request.environ, response.headers
    if "Vary" in headers:
        response.vary.add("Accept")
    else:
        headers.add("Vary", "Accept")
    if refusal_in(environ) is None:
        headers["Accord-Release"] = edition.id
    memento.add_headers(response)
    if told_in(environ).get("elsewhere"):
        headers["Cache-Control"] = "no-store"
    method = environ["REQUEST_METHOD"]
    if method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
        headers["Access-Control-Allow-Headers"] = (
            "Accept, Accept-Datetime, Content-Type, If-Modified-Since, If-None-Match, If-Range, Range"
        )
        headers["Access-Control-Max-Age"] = "86400"
    elif response.status_code in _WITH_CONTENT and method in {"GET", "HEAD"}:
        return _cacheable(edition, response)
    return response


def _cacheable(edition: Edition, response: Response) -> Response:
    """Let caches keep what is of this release, and answer 304 when the client has it."""
    headers = response.headers
    kept = headers.get("Cache-Control", "")
    if "no-store" in kept:
        return response
    release = pinned()
    if "max-age" not in kept:
        headers["Cache-Control"] = _FRESH_PINNED if release else _FRESH
    if "Accept-Ranges" in headers or response.status_code == HTTPStatus.NOT_MODIFIED:
        return response  # its room has looked at the conditions
    if "Last-Modified" not in headers:
        seen = view()
        headers["Last-Modified"] = _date(
            (seen and seen.changed) or datetime.combine(edition.issued, time(), UTC)
        )
    if tag := _tag(edition):
        headers["ETag"] = f'"{tag}"'
    elif not response.is_streamed and "ETag" not in headers:
        response.add_etag()
        if release:
            response.set_etag(f"{release}-{response.get_etag()[0]}")
    if response.is_streamed:
        # Else its length would be asked for, and it would be read to its end before the first byte is sent.
        response.implicit_sequence_conversion = False
    if any(name in request.environ for name in _CONDITIONS):
        response.make_conditional(request.environ)
    return response


def _tag(edition: Edition) -> str:
    """Return the tag of the answer to a query, where it is known before the query runs."""
    tag = request.environ.get(TAG, "")
    return f"{edition.id}-{tag}" if tag else ""


@lru_cache(maxsize=16)
def _date(moment: datetime) -> str:
    return http_date(moment)
