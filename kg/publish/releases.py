"""Stage 6, publish: /releases/, the list of the releases that are kept, with their files."""

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, json, redirect, render_template, request
from rdflib import DCTERMS, RDF, XSD, Graph, Literal, URIRef
from werkzeug.wrappers import Response as AnyResponse

from kg.errors import NotFoundError
from kg.publish.description import written
from kg.publish.errors import ProblemError
from kg.publish.links import in_release, plain_url
from kg.publish.memento import MAP, in_scope
from kg.publish.negotiate import DOCUMENTS, HTML, JSON_LD, PLAIN_JSON, best
from kg.publish.pinned import View, view
from kg.publish.site import Site
from kg.release import Release
from kg.release.catalog import release_iri
from kg.release.catalog.dcat import DCAT

_COUNTS = ("articles", "statements", "quads")
_OFFERED = (HTML, PLAIN_JSON, *DOCUMENTS)


@dataclass(frozen=True, slots=True)
class Listed:
    """One release as the list tells it."""

    release: Release
    is_current: bool
    counts: dict[str, int]
    files: tuple[tuple[str, int], ...]
    """Name and size."""


def release_pages(site: Site) -> Blueprint:
    """Return the list, and a permalink of each release."""
    pages = Blueprint("releases", __name__)
    pages.add_url_rule("/releases/", "list", partial(listed, site))
    pages.add_url_rule("/releases/<name>/", "one", one)
    return pages


def listed(site: Site) -> Response:
    """List the releases that are kept, the newest first."""
    seen = _seen()
    found = [_listed(release, seen) for release in reversed(seen.kept)]
    choice = best(request.headers.get("Accept"), _OFFERED)
    if choice is None:
        types = [f.media_types[0] for f in _OFFERED]
        raise ProblemError(406, "The list is given in RDF, JSON and HTML", members={"available": types})
    if choice.format is HTML:
        page = render_template("releases.html", site=site, found=found)
        return Response(page, content_type="text/html; charset=utf-8")
    if choice.media_type in PLAIN_JSON.media_types and choice.format is not JSON_LD:
        told = {"current": seen.current.id, "releases": [_told(each) for each in found]}
        return Response(json.dumps(told, indent=1, sort_keys=False) + "\n", content_type=choice.content_type)
    return Response(written(_graph(site, found), choice, names={}), content_type=choice.content_type)


def one(name: str) -> AnyResponse:
    """Lead to the front page of a release."""
    seen = _seen()
    if name not in {release.id for release in seen.kept}:
        raise absent(name, seen, root=request.script_root, path="/")
    return redirect(request.script_root + in_release("/", name), code=302)


def absent(wanted: str, seen: View, *, root: str, path: str) -> ProblemError:
    """Return what to tell of a release that is not there: 410 where it was, and the ids of those that are."""
    members: dict[str, object] = {
        "release": wanted[:100],
        "releases": [release.id for release in seen.kept],
        "list": f"{root}/releases/",
    }
    if in_scope(path):
        members["timemap"] = f"{root}{MAP}{path}"
    gone = seen.gone.get(wanted)
    if gone is None:
        return ProblemError(404, "There is no such release", f"none is called {wanted[:100]!r}", members)
    detail = f"release {gone.id} was removed on {gone.removed_on}"
    if gone.reason:
        detail += f": {gone.reason}"
    return ProblemError(410, "This release was removed", detail, members)


def _seen() -> View:
    seen = view()
    if seen is None:
        raise NotFoundError("no other release is known here")
    return seen


def _listed(release: Release, seen: View) -> Listed:
    counts = {name: int(release.meta[name]) for name in _COUNTS if isinstance(release.meta.get(name), int)}
    try:
        files = sorted((path.name, path.stat().st_size) for path in release.dumps.iterdir())
    except OSError:  # removed while we look
        files = []
    return Listed(release, release.id == seen.current.id, counts, tuple(files))


def _told(each: Listed) -> dict[str, object]:
    release = each.release
    return {
        "id": release.id,
        "as_of": release.as_of.isoformat(),
        "content": release.content,
        "current": each.is_current,
        **each.counts,
        "page": plain_url(in_release("/", release.id)),
        "sparql": plain_url(in_release("/sparql", release.id)),
        "files": [
            {"name": name, "bytes": size, "url": plain_url(f"/releases/{release.id}/dumps/{name}")}
            for name, size in each.files
        ],
    }


def _graph(site: Site, found: list[Listed]) -> Graph:
    graph = Graph()
    graph.bind("dcat", DCAT)
    for each in found:
        release = each.release
        node = release_iri(site.names, release.id)
        graph.add((node, RDF.type, DCAT.Dataset))
        graph.add((node, DCAT.inSeries, site.names.of_path("dataset")))
        graph.add((node, DCTERMS.issued, Literal(release.as_of)))
        graph.add((node, DCAT.version, Literal(release.id)))
        graph.add((node, DCAT.landingPage, URIRef(plain_url(in_release("/", release.id)))))
        for name, size in each.files:
            file = URIRef(plain_url(f"/releases/{release.id}/dumps/{name}"))
            graph.add((node, DCAT.distribution, file))
            graph.add((file, RDF.type, DCAT.Distribution))
            graph.add((file, DCTERMS.title, Literal(name)))
            graph.add((file, DCAT.downloadURL, file))
            graph.add((file, DCAT.byteSize, Literal(size, datatype=XSD.nonNegativeInteger)))
    return graph
