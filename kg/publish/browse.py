"""Stage 6, publish: all things of one class, page by page."""

from functools import partial

from flask import Blueprint, Response, render_template, request

from kg.errors import NotFoundError
from kg.publish.asking import rows
from kg.publish.errors import ProblemError
from kg.publish.home import SHOWN_CLASSES
from kg.publish.incoming import items_of
from kg.publish.site import Site
from kg.vocabulary import CATALOG, KG

PAGE = 100
_LAST = 1_000_000
# The label is made inside, since Virtuoso sorts by nothing that SELECT makes of a group.
_LIST = """SELECT ?x ?label WHERE { { SELECT ?x (MIN(?l) AS ?label) WHERE { %s
  OPTIONAL { ?x rdfs:label|dcterms:title ?l FILTER(LANG(?l) = "en") } } GROUP BY ?x } }
  ORDER BY (!BOUND(?label)) ?label ?x LIMIT %d OFFSET %d"""
_TITLES = """SELECT ?x (MIN(?l) AS ?label) WHERE { GRAPH <%s> { ?x a kg:Article ; dcterms:title ?l ;
  dcterms:issued ?day } } GROUP BY ?x ?day ORDER BY DESC(?day) ?x LIMIT %d OFFSET %d"""


def browse_pages(site: Site) -> Blueprint:
    """Return the lists."""
    pages = Blueprint("browse", __name__)
    pages.add_url_rule("/browse/<name>", "list", partial(listed, site))
    return pages


def listed(site: Site, name: str) -> Response:
    """List the things of one class."""
    if name not in (*SHOWN_CLASSES, "Article"):
        raise NotFoundError(f"there is no list of {name[:100]!r}")
    start = _start()
    if name == "Article":
        query = _TITLES % (site.names.graph(CATALOG), PAGE + 1, start)
    else:
        query = _LIST % (f"?x a kg:{name} .", PAGE + 1, start)
    found = [row["x"] for row in rows(site.runner, query) if "x" in row]
    given = {
        "site": site,
        "name": name,
        "labels": site.terms.labels(str(KG[name])),
        "definition": site.terms.by_iri[str(KG[name])].definitions
        if str(KG[name]) in site.terms.by_iri
        else (),
        "things": items_of(site, found[:PAGE]),
        "start": start,
        "before": max(start - PAGE, 0) if start else None,
        "after": start + PAGE if len(found) > PAGE else None,
    }
    return Response(render_template("browse.html", **given), content_type="text/html; charset=utf-8")


def _start() -> int:
    text = request.args.get("start", "0")
    if not (text.isascii() and text.isdigit() and int(text) <= _LAST):
        raise ProblemError(400, "start is a number from 0", text[:40])
    return int(text)
