"""Stage 6, publish: /id/..., its pages and its data (303 See Other, or the format by suffix)."""

from functools import partial

from flask import Blueprint, Response, render_template, request

from kg.errors import NotFoundError
from kg.publish.articles import report_of
from kg.publish.asking import is_name
from kg.publish.documents import document_of, scope_of
from kg.publish.errors import ProblemError
from kg.publish.incoming import incoming
from kg.publish.links import here, host_url
from kg.publish.negotiate import DOCUMENTS, HTML, best, preferred
from kg.publish.site import Site
from kg.publish.statements import outgoing, thing_of

_SUFFIXES = {f.extension: f for f in (*DOCUMENTS, HTML)}


def entity_pages(site: Site) -> Blueprint:
    """Return the pages and data of all things."""
    pages = Blueprint("entity", __name__)
    for path, name, view in (
        ("/id/<segment>/<name>", "thing", thing),
        ("/page/<segment>/<name>", "page", page),
        ("/data/<segment>/<name>", "data", data),
    ):
        pages.add_url_rule(path, name, partial(view, site))
    return pages


def thing(site: Site, segment: str, name: str) -> Response:
    """Send the client from the thing to what tells of it, in the form that it likes."""
    stem, _, suffix = name.rpartition(".")
    if stem and suffix == HTML.extension:
        return page(site, segment, stem)
    if stem and suffix in _SUFFIXES:
        return data(site, segment, name)
    _known(site, segment, name)
    choice = best(request.headers.get("Accept"), (HTML, *DOCUMENTS))
    if choice is None:
        types = [f.media_types[0] for f in (HTML, *DOCUMENTS)]
        raise ProblemError(406, "Things are described in RDF and HTML only", members={"available": types})
    place = f"/page/{segment}/{name}"
    if choice.format is not HTML:
        place = f"/data/{segment}/{name}.{choice.format.extension}"
    response = Response(status=303, headers={"Location": here(place)})
    return _linked(response, segment, name)


def page(site: Site, segment: str, name: str) -> Response:
    """Show one thing to a person."""
    iri, scope = _known(site, segment, name)
    triples = outgoing(site, iri)
    found = {
        "site": site,
        "thing": thing_of(site, iri, triples),
        "incoming": incoming(site, iri, scope=scope),
        "report": report_of(site, iri) if segment == "article" else None,
        "path": f"{segment}/{name}",
        "formats": DOCUMENTS,
    }
    response = Response(render_template("entity.html", **found), content_type="text/html; charset=utf-8")
    return _linked(response, segment, name)


def data(site: Site, segment: str, name: str) -> Response:
    """Give the data of one thing; the suffix says in which format."""
    stem, _, suffix = name.rpartition(".")
    known = _SUFFIXES.get(suffix)
    if not stem or known is None or known is HTML:
        offered = ", ".join(f".{f.extension}" for f in DOCUMENTS)
        raise NotFoundError(f"data has one of the endings {offered}")
    iri, scope = _known(site, segment, stem)
    choice = preferred(known)
    body = document_of(site, iri, choice, scope=scope, address=host_url(f"/data/{segment}/{stem}"))
    return _linked(Response(body, content_type=choice.content_type), segment, stem)


def _known(site: Site, segment: str, name: str) -> tuple[str, str]:
    """Return the IRI of a thing and the scope of its description.

    Raises NotFoundError where there is none, ProblemError where it was withdrawn or has moved.
    """
    path = f"{segment}/{name}"
    if not (is_name(segment) and is_name(name)):
        raise NotFoundError(f"no such thing: {path[:200]}")
    if notice := site.edition.withdrawn.get(path):
        raise ProblemError(410, "This was withdrawn", f"{path}: {notice}")
    if path in site.edition.gone:
        raise ProblemError(410, "This was withdrawn", path)
    if target := site.edition.moved.get(path):
        raise ProblemError(301, "This is the same as another thing", path, location=f"/id/{target}")
    iri = str(site.names.of_path(path))
    scope = scope_of(site, iri)
    if scope is None:
        raise NotFoundError(f"nothing is known of {iri}")
    return iri, scope


def _linked(response: Response, segment: str, name: str) -> Response:
    """Add the links to the other forms (RFC 8288), so that a machine finds them without guessing."""
    links = [f'<{here(f"/page/{segment}/{name}")}>; rel="alternate"; type="text/html"']
    for known in DOCUMENTS:
        address = here(f"/data/{segment}/{name}.{known.extension}")
        links.append(f'<{address}>; rel="alternate"; type="{known.media_types[0]}"')
    response.headers["Link"] = ", ".join(links)
    return response
