"""Stage 6, publish: /catalog and /.well-known/void, by which the release tells what it is."""

from functools import lru_cache, partial
from pathlib import Path

from flask import Blueprint, Response, redirect, request
from rdflib import DCAT, FOAF, RDF, VOID, Graph, URIRef
from rdflib.term import Node
from werkzeug.wrappers import Response as AnyResponse

from kg.errors import NotFoundError, StoreError
from kg.publish.description import written
from kg.publish.entity import thing
from kg.publish.errors import ProblemError
from kg.publish.links import here, host_url, in_release, plain_url
from kg.publish.negotiate import DOCUMENTS, HTML, JSON_LD, TURTLE, Choice, Format, best, preferred
from kg.publish.pinned import view
from kg.publish.releases import absent
from kg.publish.site import Site
from kg.release import is_id
from kg.release.catalog import CATALOG, PREFIXES, jsonld, release_iri
from kg.release.catalog import VOID as STATISTICS

_ADDRESSES = frozenset({
    DCAT.downloadURL, DCAT.accessURL, DCAT.endpointURL, DCAT.endpointDescription, DCAT.landingPage,
    VOID.dataDump, VOID.sparqlEndpoint, FOAF.homepage,
})  # fmt: skip
"""What leads to a server; the files name it below the base, and here it is the host that was asked."""
_OF_PROGRAMS = frozenset({DCAT.endpointURL, DCAT.endpointDescription, VOID.sparqlEndpoint})
"""What files cannot be: a site of files tells the address of its server, or none."""
_BEFORE = (URIRef(f"{DCAT}previousVersion"), URIRef(f"{DCAT}prev"))
_DESCRIPTION = "/.well-known/void"


def catalog_pages(site: Site) -> Blueprint:
    """Return the pages of the catalog."""
    pages = Blueprint("catalog", __name__)
    for path, name, answer in (
        ("/catalog", "catalog", catalog),
        ("/catalog.<suffix>", "catalog_as", catalog),
        (_DESCRIPTION, "void", void),
        ("/id/catalog", "catalog_thing", about_all),
        ("/id/dataset", "dataset", about_all),
        ("/id/dataset/<name>", "release", about_release),
    ):
        pages.add_url_rule(path, name, partial(answer, site))
    return pages


def catalog(site: Site, suffix: str = "") -> AnyResponse:
    """Give the catalog; a browser is shown the front page, which says the same to people."""
    choice = _choice(suffix, (TURTLE, *DOCUMENTS, HTML))
    if choice.format is HTML:
        return redirect(here("/"), code=303)
    graph = _hosted(graph_in(site, CATALOG), site)
    if before := _before(site):
        for predicate in _BEFORE:
            graph.add((release_iri(site.names, site.edition.id), predicate, release_iri(site.names, before)))
    return _given(graph, choice)


def void(site: Site) -> AnyResponse:
    """Give the statistics of the release; of one that has none, what the graph of the catalog tells."""
    if not has(site, STATISTICS):
        return redirect(here("/graph/catalog"), code=302)
    choice = _choice("", (TURTLE, *DOCUMENTS))
    graph = _hosted(graph_in(site, STATISTICS), site)
    page = URIRef(host_url(_DESCRIPTION))
    graph.add((page, RDF.type, VOID.DatasetDescription))
    graph.add((page, FOAF.primaryTopic, release_iri(site.names, site.edition.id)))
    return _given(graph, choice)


def about_all(site: Site) -> AnyResponse:
    """Send the client from the publication to what tells of it, in the form that it likes."""
    place = "/catalog" if has(site, CATALOG) else "/graph/catalog"
    choice = best(request.headers.get("Accept"), (HTML, *DOCUMENTS))
    return redirect(here("/" if choice and choice.format is HTML else place), code=303)


def about_release(site: Site, name: str) -> AnyResponse:
    """Send the client from the name of a release to what tells of it; other data sets are in the store."""
    seen = view()
    if seen and name in {release.id for release in seen.kept}:
        choice = best(request.headers.get("Accept"), (HTML, *DOCUMENTS))
        place = "/" if choice and choice.format is HTML else "/catalog"
        return redirect(request.script_root + in_release(place, name), code=303)
    if name == site.edition.id:
        return about_all(site)
    if seen and is_id(name):
        raise absent(name, seen, root=request.script_root, path="/")
    return thing(site, "dataset", name)


def has(site: Site, name: str) -> bool:
    """Return whether the release has a catalog, or statistics, of its own."""
    return any(file.path.name == f"{name}.ttl" for file in site.edition.dumps)


def graph_in(site: Site, name: str) -> Graph:
    """Return the graph of a file of the release; raises NotFoundError where it has none."""
    found = next((file.path for file in site.edition.dumps if file.path.name == f"{name}.ttl"), None)
    if found is None:
        raise NotFoundError("this release has no catalog; it was made by an earlier version")
    return _parsed(found)


@lru_cache(maxsize=8)
def _parsed(path: Path) -> Graph:
    # A release never changes, so what was read once stays true.
    try:
        return Graph().parse(path, format="turtle")
    except (OSError, SyntaxError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def _hosted(graph: Graph, site: Site) -> Graph:
    found = Graph()
    for subject, predicate, value in graph:
        if site.static and predicate in _OF_PROGRAMS:
            if site.server:
                found.add(
                    (subject, predicate, URIRef(site.server + str(value).removeprefix(site.names.base)))
                )
            continue
        found.add((subject, predicate, hosted(value, site) if predicate in _ADDRESSES else value))
    return found


def hosted(address: Node, site: Site) -> Node:
    """Return an address below the base as this host gives it; others stay."""
    text, base = str(address), site.names.base
    if not text.startswith(base):
        return address
    path = "/" + text.removeprefix(base)
    return URIRef(plain_url(path) if path.startswith("/releases/") else host_url(path))


def _before(site: Site) -> str:
    """Return the id of the release before this one, where it is kept."""
    kept = [release.id for release in seen.kept] if (seen := view()) else []
    place = kept.index(site.edition.id) if site.edition.id in kept else 0
    return kept[place - 1] if place else ""


def _choice(suffix: str, offered: tuple[Format, ...]) -> Choice:
    if suffix:
        known = next((form for form in DOCUMENTS if form.extension == suffix), None)
        if known is None:
            raise NotFoundError(f"there is no format .{suffix[:20]}")
        return preferred(known)
    choice = best(request.headers.get("Accept"), offered)
    if choice is None:
        types = [form.media_types[0] for form in DOCUMENTS]
        raise ProblemError(406, "The catalog is given in RDF only", members={"available": types})
    return choice


def _given(graph: Graph, choice: Choice) -> Response:
    if choice.format is JSON_LD:
        return Response(jsonld(graph), content_type=choice.content_type)
    return Response(written(graph, choice, names=PREFIXES), content_type=choice.content_type)
