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
from kg.publish.links import here, plain_url
from kg.publish.negotiate import HTML, PROBLEM, TEXT, best
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

REFUSED_QUERY: Final = "The query cannot be answered"
_TITLES: Final[Mapping[type[errors.KgError], str]] = {
    errors.QueryError: REFUSED_QUERY,
    errors.StoreTimeoutError: "The query took longer than it may; nothing of it was sent",
    errors.StoreBusyError: "All workers are busy; please try again",
    errors.TooLargeError: "The query needs more than a query may have here",
    errors.ServiceError: "A server that the query asks by SERVICE did not answer as it should",
    errors.ClientBusyError: "You have too many queries under way; please wait for one to end",
}
_PARAGRAPH = 400
RETRY_SECONDS: Final = 5


@dataclass(slots=True)
class ProblemError(Exception):
    """A refusal that only the web knows (406, 415, ...)."""

    status: int
    title: str
    detail: str = ""
    members: Mapping[str, object] = field(default_factory=dict)
    location: str = ""
    """Where it is now, for 301."""
    kind: str = ""
    """Where the help page tells of it, when not by its status."""


def add_handlers(app: Flask) -> None:
    """Answer every error with a problem document or a page."""
    app.register_error_handler(errors.KgError, _ours)
    app.register_error_handler(HTTPException, _of_werkzeug)
    app.register_error_handler(ProblemError, _refusal)


def _ours(error: errors.KgError) -> Response:
    kind = type(error)
    status = next(STATUS[base] for base in kind.__mro__ if base in STATUS)
    title = next((_TITLES[base] for base in kind.__mro__ if base in _TITLES), HTTPStatus(status).phrase)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.log(logging.WARNING if kind in _TITLES else logging.ERROR, "%s: %s", kind.__name__, error)
        return answer(status, title, "", {})
    return answer(status, title, readable(str(error)), {})


def readable(message: str) -> str:
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
    response = answer(error.status, error.title, error.detail, error.members, kind=error.kind)
    if error.location:
        response.headers["Location"] = here(error.location)
    return response


def out_of_time(error: errors.StoreTimeoutError, seconds: float) -> ProblemError:
    """Return what to tell of a query that took too long, with the limit that it had."""
    log.warning("%s: %s", type(error).__name__, error)
    return ProblemError(503, _TITLES[errors.StoreTimeoutError], members={"limit_seconds": seconds})


def answer(
    status: int, title: str, detail: str, members: Mapping[str, object], *, kind: str = ""
) -> Response:
    """Return the error as the client can read it; above 499 nothing of the inside is told."""
    shown = detail if status < HTTPStatus.INTERNAL_SERVER_ERROR else ""
    body: dict[str, object] = {"type": plain_url(f"/help#{kind or f'status-{status}'}")}
    body |= {"title": title, "status": status} | ({"detail": shown} if shown else {})
    body |= members
    if instance := instance_of(request.environ):
        body["instance"] = instance
    waits = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    if waits:
        body["retry_after"] = RETRY_SECONDS
    response = _written(status, body)
    response.headers["Cache-Control"] = "no-store"
    if waits:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _written(status: int, body: Mapping[str, object]) -> Response:
    choice = best(request.headers.get("Accept"), (PROBLEM, HTML, TEXT))
    if choice and choice.format is HTML:
        page = render_template("error.html", problem=body, query=request.args.get("query", ""))
        return Response(page, status, content_type="text/html; charset=utf-8")
    if choice and choice.format is TEXT:
        return Response(_as_text(body), status, content_type=choice.content_type)
    written = json.dumps(body, ensure_ascii=False) + "\n"
    return Response(written, status, content_type=PROBLEM.media_types[0])


def _as_text(body: Mapping[str, object]) -> str:
    lines = [f"{body['status']} {body['title']}"]
    for name, value in body.items():
        if name not in {"status", "title"}:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            lines.append(str(shown) if name == "detail" else f"{name.replace('_', ' ')}: {shown}")
    return "\n".join(lines) + "\n"
