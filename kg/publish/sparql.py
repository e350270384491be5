"""Stage 6, publish: /sparql, the query operation of the SPARQL 1.1 Protocol."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from kg.errors import QueryError
from kg.publish.asking import is_safe
from kg.publish.description import service_description, written
from kg.publish.errors import ProblemError, refused_query
from kg.publish.links import host_url, href
from kg.publish.negotiate import GRAPHS, HTML, JSON, SOLUTIONS, TURTLE, Choice, Format, best, named
from kg.publish.pinned import PARAMETER, pinned
from kg.publish.site import Site
from kg.store import Answer, kind_of

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_FORBIDDEN = re.compile("this is an update|SERVICE is not allowed")
_SHOWN_ROWS = 1000
_SHOWN_BYTES = 300_000
METHODS = ("GET", "HEAD", "POST", "OPTIONS")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as the protocol carries it."""

    sparql: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


def sparql_pages(site: Site) -> Blueprint:
    """Return the endpoint."""
    pages = Blueprint("sparql", __name__)
    pages.add_url_rule(
        "/sparql",
        "endpoint",
        partial(endpoint, site),
        methods=list(METHODS),
        provide_automatic_options=True,
    )
    return pages


def endpoint(site: Site) -> Response:
    """Answer a query; without one, describe the endpoint."""
    parameters, sparql = _received()
    if "update" in parameters:
        raise ProblemError(403, "This endpoint answers queries only; the data changes with a new release")
    if request.method != "POST" and "query" not in parameters:
        return _about(site)
    asked = _asked(parameters, sparql)
    try:
        kind = kind_of(asked.sparql)
        choice = _chosen(GRAPHS if kind == "graph" else SOLUTIONS, parameters)
        return _answered(site, asked, kind, choice)
    except QueryError as error:
        if _FORBIDDEN.search(str(error)):
            raise ProblemError(403, "This is not allowed here", str(error)) from error
        raise refused_query(error, asked.sparql) from error


def _received() -> tuple[MultiDict[str, str], list[str]]:
    """Return the parameters, and the queries given."""
    if request.method != "POST":
        return request.args, request.args.getlist("query")
    media_type = request.mimetype
    if media_type == _UPDATE:
        raise ProblemError(403, "This endpoint answers queries only; the data changes with a new release")
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise ProblemError(415, "Please send the query in UTF-8")
    if media_type == _QUERY:
        return request.args, [_decoded(request.get_data()), *request.args.getlist("query")]
    if media_type == _FORM:
        # Not passed over: whoever writes it there would take the answer for that release's.
        if set(request.form.getlist(PARAMETER)) - {pinned()}:
            raise ProblemError(400, "The release is named in the address", f"post to /sparql?{PARAMETER}=ID")
        return request.form, [*request.form.getlist("query"), *request.args.getlist("query")]
    raise ProblemError(
        415,
        "A query is posted as a form or as application/sparql-query",
        members={"accepted": [_FORM, _QUERY]},
    )


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(400, "The query is not UTF-8", f"byte {error.start}") from error


def _asked(parameters: MultiDict[str, str], queries: Sequence[str]) -> _Asked:
    if len(queries) != 1:
        raise ProblemError(400, "Please give one query", f"the request has {len(queries)} of them")
    if "\x00" in queries[0] or not queries[0].strip():
        raise ProblemError(400, "Please give one query", "it is empty or has a NUL character")
    default, inside = (tuple(parameters.getlist(f"{name}-graph-uri")) for name in ("default", "named"))
    for iri in default + inside:
        if not is_safe(iri):
            raise ProblemError(400, "A graph is named by an absolute IRI", iri[:200])
    return _Asked(queries[0], default, inside)


def _chosen(formats: Sequence[Format], parameters: MultiDict[str, str]) -> Choice:
    """Return the format that the client wants: by `format=`, else by its Accept header."""
    offered = (*formats, HTML)
    wanted = parameters.get("format", "")
    choice = named(wanted, offered) if wanted else best(request.headers.get("Accept"), offered)
    if choice is None:
        types = [f.media_types[0] for f in offered]
        raise ProblemError(406, "This kind of result has no such format", members={"available": types})
    return choice


def _answered(site: Site, asked: _Asked, kind: str, choice: Choice) -> Response:
    page = choice.format is HTML
    inner = (TURTLE if kind == "graph" else JSON) if page else choice.format
    graphs = asked.default_graphs or asked.named_graphs
    result = site.endpoint.stream(
        asked.sparql,
        media=inner.media_types[0],
        default_graphs=asked.default_graphs if graphs else None,
        named_graphs=asked.named_graphs if graphs else None,
        seconds=site.limits.query_seconds,
        client=request.remote_addr or "",
        gone=request.environ.get("accord.gone"),
    )
    if page:
        with result:
            return _page(site, asked, Answer(result.kind, result.media, b"".join(result)))
    if result.body is not None:
        return Response(result.body, content_type=choice.content_type)
    response = Response(iter(result), content_type=choice.content_type)
    response.call_on_close(result.close)
    return response


def _about(site: Site) -> Response:
    choice = best(request.headers.get("Accept"), (*GRAPHS, HTML))
    if choice is None:
        raise ProblemError(406, "The endpoint is described in RDF and HTML only")
    if choice.format is HTML:
        return _html("sparql.html", site=site, sparql="")
    graph = service_description(site, host_url("/sparql"))
    return Response(written(graph, choice, names={}), content_type=choice.content_type)


def _page(site: Site, asked: _Asked, answer: Answer) -> Response:
    formats = GRAPHS if answer.kind == "graph" else SOLUTIONS
    shown = {"site": site, "sparql": asked.sparql, "kind": answer.kind, "formats": formats}
    if answer.kind == "graph":
        text = answer.body.decode()
        return _html("sparql.html", **shown, text=text[:_SHOWN_BYTES], more=len(text) > _SHOWN_BYTES)
    found = json.loads(answer.body)
    if answer.kind == "boolean":
        return _html("sparql.html", **shown, truth=found["boolean"])
    bindings = found["results"]["bindings"]
    return _html(
        "sparql.html",
        **shown,
        columns=found["head"]["vars"],
        rows=bindings[:_SHOWN_ROWS],
        count=len(bindings),
        more=len(bindings) > _SHOWN_ROWS,
        href=lambda iri: href(iri, site.names),
    )


def _html(template: str, **given: object) -> Response:
    return Response(render_template(template, **given), content_type="text/html; charset=utf-8")
