"""Stage 6, publish: /sparql, the query operation of the SPARQL 1.1 Protocol."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from kg.errors import QueryError, StoreTimeoutError
from kg.publish.asking import is_safe, rows
from kg.publish.description import service_description, written
from kg.publish.errors import ProblemError, out_of_time
from kg.publish.links import host_url
from kg.publish.negotiate import GRAPHS, HTML, JSON, SOLUTIONS, TURTLE, Choice, Format, best, named
from kg.publish.pinned import PARAMETER, pinned
from kg.publish.prefixed import PREFIXED, tidied, tidy
from kg.publish.shown import query_page, result_page
from kg.publish.site import Site
from kg.publish.teaching import notices, refused_query
from kg.store import Streamed, kind_of

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_CHARSETS = {"utf-8", "utf8", "us-ascii"}
_FIELDS = 2000
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
Parameters = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as the protocol carries it."""

    sparql: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    seconds: float


def sparql_pages(site: Site) -> Blueprint:
    """Return the endpoint."""
    pages = Blueprint("sparql", __name__)
    pages.add_url_rule(
        "/sparql",
        "endpoint",
        partial(endpoint, site, cache(partial(_graphs, site))),
        methods=list(METHODS),
        provide_automatic_options=True,
    )
    return pages


def endpoint(site: Site, graphs: Callable[[], Sequence[str]]) -> Response:
    """Answer a query; without one, describe the endpoint."""
    parameters = _received(site)
    if "update" in parameters:
        raise no_update()
    if request.method != "POST" and "query" not in parameters:
        return _about(site, graphs)
    asked = _asked(parameters, site.limits.query_seconds)
    try:
        kind = kind_of(asked.sparql)
        choice = _chosen(GRAPHS if kind == "graph" else SOLUTIONS, parameters)
        return _answered(site, asked, kind, choice)
    except StoreTimeoutError as error:
        raise out_of_time(error, asked.seconds) from error
    except QueryError as error:
        raise refused_query(error, asked.sparql, site) from error


def no_update() -> ProblemError:
    """Return the refusal of whatever would change the data."""
    return ProblemError(
        403, "Nothing is changed here", "The data changes with a new release; a release never changes."
    )


def arguments(site: Site) -> Parameters:
    """Return the parameters in the address; raises ProblemError where it is too long or no UTF-8."""
    text = request.environ.get("QUERY_STRING", "")
    if len(text) > site.limits.address_bytes:
        raise ProblemError(
            414,
            "The address is too long",
            f"It may have {site.limits.address_bytes:,} bytes; post the query in a body instead.",
        )
    return _fields(text.encode("latin-1"))


def _received(site: Site) -> Parameters:
    """Return the parameters of a request, those of the address and those of its body together."""
    found = arguments(site)
    if request.method != "POST":
        return found
    media_type = request.mimetype
    if media_type == _UPDATE:
        raise no_update()
    if media_type not in {_FORM, _QUERY}:
        raise ProblemError(
            415,
            "A query is posted as a form or as application/sparql-query",
            members={"accepted": [_FORM, _QUERY]},
        )
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemError(415, "Please send the body as it is, not packed")
    if request.mimetype_params.get("charset", "utf-8").lower() not in _CHARSETS:
        raise ProblemError(415, "Please send the query in UTF-8")
    body = request.get_data()
    if media_type == _QUERY:
        found.add("query", _decoded(body))
        return found
    sent = _fields(body)
    # Not passed over: whoever writes it there would take the answer for that release's.
    if set(sent.getlist(PARAMETER)) - {pinned()}:
        raise ProblemError(400, "The release is named in the address", f"post to /sparql?{PARAMETER}=ID")
    found.update(sent)
    return found


def _fields(encoded: bytes) -> Parameters:
    """Return what a form or the query of an address says, strictly: no character is put in for another."""
    try:
        return MultiDict(
            parse_qsl(_decoded(encoded), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
        )
    except UnicodeDecodeError as error:
        raise ProblemError(400, "The request is not UTF-8", f"byte {error.start} of a value") from error
    except ValueError as error:
        raise ProblemError(400, "The request has too many parameters", f"at most {_FIELDS}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProblemError(400, "The query is not UTF-8", f"byte {error.start}") from error


def _asked(parameters: Parameters, most: float) -> _Asked:
    queries = parameters.getlist("query")
    if len(queries) != 1:
        raise ProblemError(400, "Please give one query", f"the request has {len(queries)} of them")
    if "\x00" in queries[0] or not queries[0].strip():
        raise ProblemError(400, "Please give one query", "it is empty or has a NUL character")
    default, inside = (tuple(parameters.getlist(f"{name}-graph-uri")) for name in ("default", "named"))
    for iri in default + inside:
        if not is_safe(iri):
            raise ProblemError(400, "A graph is named by an absolute IRI", iri[:200])
    if len(set(parameters.getlist("timeout"))) > 1:
        raise ProblemError(400, "Please give one timeout")
    return _Asked(queries[0], default, inside, _seconds(parameters.get("timeout", ""), most))


def _seconds(wanted: str, most: float) -> float:
    """Return how long a query may take: as the client wishes, within our limit."""
    if not wanted:
        return most
    try:
        seconds = float(wanted)
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise ProblemError(400, "timeout is a number of seconds above 0", wanted[:200])
    return min(seconds, most)


def _chosen(formats: Sequence[Format], parameters: Parameters) -> Choice:
    """Return the format that the client wants: by `format=`, else by its Accept header."""
    offered = (*formats, HTML)
    wanted = [name for name in parameters.getlist("format") if name]
    if not wanted:
        choice = best(request.headers.get("Accept"), offered)
    else:
        # SPARQLWrapper names one format in several ways, some of which nobody knows.
        known = [found for name in wanted if (found := named(name, offered))]
        if len({found.format for found in known}) > 1:
            raise ProblemError(400, "Please give one format", ", ".join(wanted)[:200])
        choice = known[0] if known else None
    if choice is None:
        raise not_acceptable("This kind of result has no such format", offered)
    return choice


def not_acceptable(title: str, offered: Sequence[Format]) -> ProblemError:
    """Return the refusal of a format, with those that there are."""
    return ProblemError(406, title, members={"available": [f.media_types[0] for f in offered]})


def _answered(site: Site, asked: _Asked, kind: str, choice: Choice) -> Response:
    page = choice.format is HTML
    inner = (TURTLE if kind == "graph" else JSON) if page else choice.format
    graphs = asked.default_graphs or asked.named_graphs
    told = notices(asked.sparql, site)
    result = site.endpoint.stream(
        asked.sparql,
        media=inner.media_types[0],
        default_graphs=asked.default_graphs if graphs else None,
        named_graphs=asked.named_graphs if graphs else None,
        seconds=asked.seconds,
        client=request.remote_addr or "",
        gone=request.environ.get("accord.gone"),
    )
    if page:
        with result:
            response = result_page(site, asked.sparql, result, told)
    else:
        response = passed_on(result, choice)
    for notice in told:
        response.headers.add("Accord-Notice", notice)
    return response


def passed_on(result: Streamed, choice: Choice) -> Response:
    """Return a result as it comes; the headers tell whether it was whole before its first byte."""
    prefixed = choice.format in PREFIXED
    if result.body is not None:
        result.close()
        body = tidy(result.body) if prefixed else result.body
        response = Response(body, content_type=choice.content_type)
        response.headers["Accord-Result"] = "whole"
        if result.rows >= 0:
            response.headers["Accord-Rows"] = str(result.rows)
        return response
    pieces = tidied(iter(result)) if prefixed else iter(result)
    response = Response(pieces, content_type=choice.content_type)
    response.call_on_close(result.close)
    response.automatically_set_content_length = False  # to count the bytes, it would read them all
    response.headers["Accord-Result"] = "streamed"
    return response


def _graphs(site: Site) -> Sequence[str]:
    return sorted(row["g"].text for row in rows(site.runner, "SELECT ?g { GRAPH ?g {} }"))


def _about(site: Site, graphs: Callable[[], Sequence[str]]) -> Response:
    choice = best(request.headers.get("Accept"), (*GRAPHS, HTML))
    if choice is None:
        raise not_acceptable("The endpoint is described in RDF and HTML only", (*GRAPHS, HTML))
    if choice.format is HTML:
        return query_page(site)
    graph = service_description(site, host_url("/sparql"), graphs())
    return Response(written(graph, choice, names={}), content_type=choice.content_type)
