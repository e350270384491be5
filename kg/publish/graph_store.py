"""Stage 6, publish: /graphs and /graph/..., reading by the SPARQL 1.1 Graph Store Protocol."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, request

from kg.errors import NotFoundError, QueryError, StoreTimeoutError
from kg.publish.asking import holds, is_name, is_safe, quoted
from kg.publish.errors import ProblemError, out_of_time
from kg.publish.negotiate import GRAPHS, HTML, JSON_LD, N_TRIPLES, Choice, best, named, preferred
from kg.publish.site import Site
from kg.publish.sparql import Parameters, arguments, no_update, not_acceptable, passed_on
from kg.store import Streamed, jsonld_of

_READS = ("GET", "HEAD", "OPTIONS")
_WRITES = ("POST", "PUT", "DELETE", "PATCH")
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { %s }"


def graph_pages(site: Site) -> Blueprint:
    """Return the two ways to a graph: by its IRI, and at its own address."""
    pages = Blueprint("graphs", __name__)
    for path, name, view in (("/graphs", "by_iri", by_iri), ("/graph/<path:name>", "named", by_name)):
        # Writes come here too, to be told why not; what may be done is reading only.
        methods = [*_READS, *_WRITES]
        pages.add_url_rule(
            path, name, partial(_read, view, site), methods=methods, provide_automatic_options=False
        )
    return pages


def _read(view: Callable[..., Response], site: Site, **given: str) -> Response:
    if request.method in _WRITES:
        raise no_update()
    if request.method == "OPTIONS":
        return Response(headers={"Allow": ", ".join(_READS)})
    return view(site, **given)


def by_iri(site: Site) -> Response:
    """Give the graph that the address names: `?graph=IRI`, or `?default`."""
    parameters = arguments(site)
    iris, default = parameters.getlist("graph"), parameters.getlist("default")
    if len(iris) + len(default) != 1 or "".join(default):
        raise ProblemError(400, "Please name one graph", "the address ends in ?graph=IRI or in ?default")
    choice = _chosen(parameters)
    if not iris:
        return _given(site, "?s ?p ?o", choice)
    if not is_safe(iris[0]):
        raise ProblemError(400, "A graph is named by an absolute IRI", iris[0][:200])
    return _named(site, iris[0], choice)


def by_name(site: Site, name: str) -> Response:
    """Give a graph at its own address, in the format of the suffix or of the Accept header."""
    stem, _, suffix = name.rpartition(".")
    by_suffix = next((f for f in GRAPHS if stem and f.extension == suffix), None)
    choice = preferred(by_suffix) if by_suffix else _chosen(arguments(site))
    path = stem if by_suffix else name
    if not all(is_name(part) for part in path.split("/")):
        raise NotFoundError(f"no such graph: {path[:200]}")
    return _named(site, str(site.names.graph(path)), choice)


def _chosen(parameters: Parameters) -> Choice:
    offered = (*GRAPHS, HTML)
    wanted = parameters.get("format", "")
    choice = named(wanted, offered) if wanted else best(request.headers.get("Accept"), offered)
    if choice is None:
        raise not_acceptable("Graphs are given in RDF only", GRAPHS)
    # A graph is data; a browser gets it as text that it can show.
    return Choice(GRAPHS[0], "text/plain") if choice.format is HTML else choice


def _named(site: Site, iri: str, choice: Choice) -> Response:
    """Give a named graph.

    Raises NotFoundError where there is none, ProblemError where it was withdrawn.
    """
    name = iri.removeprefix(str(site.names.graph("")))
    if name != iri and (notice := site.edition.withdrawn.get(name.removesuffix("/evidence"))):
        raise ProblemError(410, "This was withdrawn", f"graph/{name}: {notice}")
    pattern = f"GRAPH {quoted(iri)} {{ ?s ?p ?o }}"
    if not holds(site.runner, pattern):
        raise NotFoundError(f"no such graph: {iri}")
    return _given(site, pattern, choice)


def _given(site: Site, pattern: str, choice: Choice) -> Response:
    try:
        response = passed_on(_result(site, pattern, choice), choice)
    except StoreTimeoutError as error:
        raise out_of_time(error, site.limits.query_seconds) from error
    digest = hashlib.sha256(f"{pattern} {choice.content_type} {response.is_streamed}".encode()).hexdigest()
    response.set_etag(f"{site.edition.id}-{digest[:32]}")
    return response


def _result(site: Site, pattern: str, choice: Choice) -> Streamed:
    """Return the triples: JSON-LD in our own short names where it is small, in full names else."""
    if choice.format is not JSON_LD:
        return _asked(site, pattern, choice.format.media_types[0])
    result = _asked(site, pattern, N_TRIPLES.media_types[0])
    if result.body is not None:
        return replace(result, body=jsonld_of(result.body, context=site.context))
    result.close()
    return _asked(site, pattern, JSON_LD.media_types[0])


def _asked(site: Site, pattern: str, media: str) -> Streamed:
    try:
        return site.endpoint.stream(
            _ALL % pattern,
            media=media,
            seconds=site.limits.query_seconds,
            client=request.remote_addr or "",
        )
    except QueryError as error:  # such as an IRI that is spelt like one and is none
        raise NotFoundError("no such graph") from error
