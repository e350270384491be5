"""Stage 6, publish: the Flask application, put together from its rooms."""

from datetime import date
from functools import partial
from pathlib import Path
from re import compile as pattern
from typing import Any

from flask import Flask, request

from kg.publish import memento
from kg.publish.browse import browse_pages
from kg.publish.catalog import catalog_pages
from kg.publish.changes import change_pages
from kg.publish.downloads import download_pages
from kg.publish.entity import entity_pages
from kg.publish.errors import ProblemError, add_handlers
from kg.publish.examples import load_examples
from kg.publish.finishing import ALWAYS, finished, unchanged
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
from kg.publish.sparql import sparql_pages
from kg.publish.statements import in_words
from kg.publish.terms import load_terms
from kg.publish.timed import TimedEndpoint, TimedPages
from kg.publish.whole import Whole
from kg.resources import resource
from kg.search import NameIndex
from kg.store import context_of
from kg.vocabulary import Names

_HOST = pattern(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


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
    app.wsgi_app = Whole(app.wsgi_app, ALWAYS)  # type: ignore[method-assign]  # Flask's own way
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
        partial(unchanged, site.edition),
    ):
        app.before_request(first)
    app.after_request(partial(finished, site.edition))
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


def _same_release(endpoint: str, values: dict[str, Any]) -> None:
    """Let every link within the site lead on in the release that is being read."""
    if endpoint != "static" and (release := pinned()):
        values.setdefault(PARAMETER, release)
