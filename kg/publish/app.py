"""Stage 6, publish: the Flask application, put together from its rooms."""

from datetime import UTC, date, datetime, time
from functools import partial
from http import HTTPStatus
from pathlib import Path
from re import compile as pattern
from typing import Any

from flask import Flask, Response, request

from kg.publish import memento
from kg.publish.browse import browse_pages
from kg.publish.cache import TAG
from kg.publish.catalog import catalog_pages
from kg.publish.changes import change_pages
from kg.publish.downloads import download_pages
from kg.publish.entity import entity_pages
from kg.publish.errors import ProblemError, add_handlers
from kg.publish.examples import load_examples
from kg.publish.graph_store import graph_pages
from kg.publish.health import health_pages
from kg.publish.home import home_pages
from kg.publish.labels import short
from kg.publish.links import here, plain_path
from kg.publish.lookup import lookup_pages
from kg.publish.memento import memento_pages
from kg.publish.ontology import ontology_pages
from kg.publish.pinned import PARAMETER, pinned, refusal_in, view
from kg.publish.reconcile import reconcile_pages
from kg.publish.releases import release_pages
from kg.publish.site import Edition, Endpoint, Limits, Runner, Site
from kg.publish.sparql import METHODS, sparql_pages
from kg.publish.statements import in_words
from kg.publish.terms import load_terms
from kg.publish.timed import TimedEndpoint, TimedPages
from kg.publish.told import told_in
from kg.publish.whole import Whole
from kg.resources import resource
from kg.search import NameIndex
from kg.store import context_of
from kg.vocabulary import Names

_HOST = pattern(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Accord-Notice, Accord-Release, "
    "Accord-Result, Accord-Rows, Allow, Content-Disposition, "
    "Content-Location, Content-Range, ETag, Link, Location, Memento-Datetime, Retry-After, Server-Timing, "
    "X-Request-Id",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FRESH = "public, max-age=60"
# What a release says never changes, but it may be withdrawn: after a day nobody shows it any more. It is not
# called immutable either, so that a reader who reloads is told at once.
_FRESH_PINNED = "public, max-age=86400"
# A part of a file, and that a client has the file, may be kept for as long as the file.
_WITH_CONTENT = {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED}


def create_app(
    runner: Endpoint,
    edition: Edition,
    *,
    names: Names,
    title: str,
    limits: Limits | None = None,
    own: Runner | None = None,
    index: NameIndex | None = None,
    ontology: Path | None = None,
    questions: Path | None = None,
    static: bool = False,
    server: str = "",
) -> Flask:
    """Return the web site of one release.

    `own` answers the questions of the pages, so that strangers' slow queries never hold them up; it is the
    same door when none is given. Without an `index` of names there is no /reconcile and no /lookup. With
    `static` the pages are for a site of files, whose queries `server` answers if there is one. Ontology and
    example queries are the package's own when none are given.
    Raises SettingsError when the ontology cannot be read.
    """
    vocabulary = ontology or resource("ontology/kg.ttl")
    site = Site(
        runner=TimedPages(own or runner),
        endpoint=TimedEndpoint(runner),
        edition=edition,
        names=names,
        title=title,
        terms=load_terms(vocabulary),
        context=context_of(vocabulary.read_bytes(), names.prefixes()),
        examples=load_examples(questions or Path(resource("questions"))),
        limits=limits or Limits(),
        static=static,
        server=server,
    )
    app = _site_of(site, index)
    app.wsgi_app = Whole(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    return app


def _site_of(site: Site, index: NameIndex | None) -> Flask:
    app = Flask("kg.publish", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = site.limits.body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = site.limits.body_bytes
    app.jinja_env.filters["short"] = short
    app.jinja_env.globals |= {"here": here, "view": view, "plain_path": plain_path, "words": _words}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    rooms = (
        home_pages,
        health_pages,
        download_pages,
        browse_pages,
        entity_pages,
        graph_pages,
        ontology_pages,
        sparql_pages,
        catalog_pages,
        release_pages,
        change_pages,
        memento_pages,
    )
    for room in rooms:
        app.register_blueprint(room(site))
    if index is not None:
        app.register_blueprint(reconcile_pages(site, index))
        app.register_blueprint(lookup_pages(site, index))
    add_handlers(app)
    app.url_defaults(_same_release)
    for first in (
        _refuse_strange_hosts,
        _refuse_what_the_server_refuses,
        memento.negotiated,
        partial(_unchanged, site.edition),
    ):
        app.before_request(first)
    app.after_request(partial(_finished, site.edition))
    return app


def _words(day: date) -> str:
    return in_words(day.isoformat())


def _refuse_strange_hosts() -> None:
    # The host stands in addresses that we write, so it must be one.
    if not _HOST.fullmatch(request.host):
        raise ProblemError(400, "The Host header is not a host")


def _refuse_what_the_server_refuses() -> None:
    if refusal := refusal_in(request.environ):
        raise refusal


def _tag(edition: Edition) -> str:
    """Return the tag of the answer to a query, where it is known before the query runs."""
    tag = request.environ.get(TAG, "")
    return f"{edition.id}-{tag}" if tag else ""


def _unchanged(edition: Edition) -> Response | None:
    """Tell a client that it has the answer; only who was given it knows its tag."""
    tag, known = _tag(edition), request.if_none_match
    if not tag or known.star_tag or not known.contains_weak(tag):
        return None
    response = Response(status=304)
    response.set_etag(tag)
    return response


def _same_release(endpoint: str, values: dict[str, Any]) -> None:
    """Let every link within the site lead on in the release that is being read."""
    if endpoint != "static" and (release := pinned()):
        values.setdefault(PARAMETER, release)


def _finished(edition: Edition, response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.vary.add("Accept")
    if refusal_in(request.environ) is None:
        response.headers["Accord-Release"] = edition.id
    memento.add_headers(response)
    if told_in(request.environ).get("elsewhere"):
        response.headers["Cache-Control"] = "no-store"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
        response.headers["Access-Control-Allow-Headers"] = (
            "Accept, Accept-Datetime, Content-Type, If-Range, Range"
        )
        response.headers["Access-Control-Max-Age"] = "86400"
    elif response.status_code in _WITH_CONTENT and request.method in {"GET", "HEAD"}:
        return _cacheable(edition, response)
    return response


def _cacheable(edition: Edition, response: Response) -> Response:
    """Let caches keep what is of this release, and answer 304 when the client has it."""
    kept = response.headers.get("Cache-Control", "")
    if "no-store" in kept:
        return response
    release = pinned()
    if "max-age" not in kept:
        response.headers["Cache-Control"] = _FRESH_PINNED if release else _FRESH
    if "Accept-Ranges" in response.headers or response.status_code == HTTPStatus.NOT_MODIFIED:
        return response  # its room has looked at the conditions
    if response.last_modified is None:
        seen = view()
        response.last_modified = (seen and seen.changed) or datetime.combine(edition.issued, time(), UTC)
    if tag := _tag(edition):
        response.set_etag(tag)
    if not response.is_streamed and "ETag" not in response.headers:
        response.add_etag()
        if release:
            response.set_etag(f"{release}-{response.get_etag()[0]}")
    if response.is_streamed:
        # Else its length would be asked for, and it would be read to its end before the first byte is sent.
        response.implicit_sequence_conversion = False
    response.make_conditional(request.environ)
    return response
