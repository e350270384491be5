"""Stage 6, publish: what an error means over HTTP, as a problem document (RFC 9457) or a page."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, RequestedRangeNotSatisfiable

from kg import errors
from kg.publish.links import here
from kg.publish.negotiate import HTML, PROBLEM, best
from kg.publish.told import instance_of

log = logging.getLogger(__name__)

STATUS: Final[Mapping[type[errors.KgError], int]] = {
    errors.SettingsError: 500,
    errors.SourceError: 500,
    errors.ArticleRefused: 500,
    errors.ExtractError: 500,
    errors.ShapeError: 500,
    errors.QueryError: 400,
    errors.NotFoundError: 404,
    errors.StateError: 500,
    errors.StoreError: 500,
    errors.StoreTimeoutError: 503,
    errors.StoreBusyError: 503,
    errors.ClientBusyError: 429,
    errors.TooLargeError: 422,
    errors.ServiceError: 502,
}

_TITLES: Final[Mapping[type[errors.KgError], str]] = {
    errors.QueryError: "The query cannot be answered",
    errors.StoreTimeoutError: "The query took longer than it may; nothing of it was sent",
    errors.StoreBusyError: "All workers are busy; please try again",
    errors.TooLargeError: "The query needs more than a query may have here",
    errors.ServiceError: "A server that the query asks by SERVICE did not answer as it should",
    errors.ClientBusyError: "You have too many queries under way; please wait for one to end",
}
_NEAR = 200
_PARAGRAPH = 400
RETRY_SECONDS: Final = 5
_PLACE = re.compile(r"\bline (\d+), column (\d+)\b")


@dataclass(slots=True)
class ProblemError(Exception):
    """A refusal that only the web knows (406, 415, ...)."""

    status: int
    title: str
    detail: str = ""
    members: Mapping[str, object] = field(default_factory=dict)
    location: str = ""
    """Where it is now, for 301."""


def add_handlers(app: Flask) -> None:
    """Answer every error with a problem document or a page."""
    app.register_error_handler(errors.KgError, _ours)
    app.register_error_handler(HTTPException, _of_werkzeug)
    app.register_error_handler(ProblemError, _refusal)


def place_of(message: str) -> tuple[int, int] | None:
    """Return line and column of a syntax error, where the message has them."""
    found = _PLACE.search(message)
    return (int(found[1]), int(found[2])) if found else None


def _ours(error: errors.KgError) -> Response:
    kind = type(error)
    status = next(STATUS[base] for base in kind.__mro__ if base in STATUS)
    title = next((_TITLES[base] for base in kind.__mro__ if base in _TITLES), HTTPStatus(status).phrase)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.log(logging.WARNING if kind in _TITLES else logging.ERROR, "%s: %s", kind.__name__, error)
        return answer(status, title, "", {})
    return answer(status, title, _readable(str(error)), {})


def refused_query(error: errors.QueryError, sparql: str) -> ProblemError:
    """Return what to tell of a query that is wrong: where, and what stands there."""
    members: dict[str, object] = {}
    place = place_of(str(error))
    lines = sparql.splitlines()
    if place and 0 < place[0] <= len(lines):
        members = {"line": place[0], "column": place[1], "near": lines[place[0] - 1].strip()[:_NEAR]}
    return ProblemError(400, _TITLES[errors.QueryError], _readable(str(error)), members)


def _readable(message: str) -> str:
    """Return a parser's message without its lists of characters, which say nothing to a person."""
    short = re.sub(r"\s+", " ", re.sub(r"\[[^\]]*\](?:\s*\|\s*)?", "", message))
    short = re.sub(r"(?:,\s*){2,}", ", ", short).strip(" ,|")
    return short if len(short) <= _PARAGRAPH else short[:_PARAGRAPH].rsplit(",", 1)[0] + ", ..."


def _of_werkzeug(error: HTTPException) -> Response:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST and error.response is None:
        return Response(error.get_body(), status, dict(error.get_headers()))
    response = answer(status, HTTPStatus(status).phrase, error.description or "", {})
    methods = getattr(error, "valid_methods", None)
    if methods:
        response.headers["Allow"] = ", ".join(sorted(methods))
    if isinstance(error, RequestedRangeNotSatisfiable):
        # By this a client that has all of a file knows that it has.
        response.headers["Content-Range"] = f"{error.units} */{error.length}"
    return response


def _refusal(error: ProblemError) -> Response:
    response = answer(error.status, error.title, error.detail, error.members)
    if error.location:
        response.headers["Location"] = here(error.location)
    return response


def answer(status: int, title: str, detail: str, members: Mapping[str, object]) -> Response:
    """Return the error as the client can read it; above 499 nothing of the inside is told."""
    shown = detail if status < HTTPStatus.INTERNAL_SERVER_ERROR else ""
    body: dict[str, object] = {"title": title, "status": status} | ({"detail": shown} if shown else {})
    body |= members
    if instance := instance_of(request.environ):
        body["instance"] = instance
    choice = best(request.headers.get("Accept"), (PROBLEM, HTML))
    if choice and choice.format is HTML:
        response = Response(
            render_template("error.html", problem=body, query=request.args.get("query", "")),
            status,
            content_type="text/html; charset=utf-8",
        )
    else:
        response = Response(json.dumps(body, ensure_ascii=False) + "\n", status)
        response.content_type = PROBLEM.media_types[0]
    response.headers["Cache-Control"] = "no-store"
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
