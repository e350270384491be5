"""Stage 6, publish: the front page, example queries, and what machines look for first."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Blueprint, Response, render_template

from kg.publish.about import about
from kg.publish.asking import rows, values
from kg.publish.downloads import groups_of
from kg.publish.labels import labels_of, name_of
from kg.publish.links import host_url, href, plain_url
from kg.publish.negotiate import DOCUMENTS
from kg.publish.site import Site
from kg.publish.statements import Shown, in_words, show
from kg.vocabulary import KG

SHOWN_CLASSES = ("Agreement", "AgreementSet", "Event", "Delegation", "Institution", "Person", "Place")
_COUNTS = "SELECT ?class (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a ?class } GROUP BY ?class"
_ARTICLES = "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { GRAPH <%s> { ?x a kg:Article } }"
_CLAIMS = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?x a kg:Claim } }"
_NEWEST = """SELECT ?x ?status (MIN(?d) AS ?day) WHERE { ?x a kg:Agreement ; kg:status ?status .
  OPTIONAL { ?x (kg:signedAt|kg:outcomeOf)/kg:startDate ?d } } GROUP BY ?x ?status
  ORDER BY DESC(?day) ?x LIMIT 8"""
_PARTIES = "SELECT DISTINCT ?x ?party WHERE { %s ?x kg:party ?party }"
_ROBOTS = (
    "User-agent: *\nDisallow: /sparql\nDisallow: /graph/\nDisallow: /graphs\n"
    "Disallow: /data/\nDisallow: /*?*release=\n"
    "Allow: /\n"
)


@dataclass(frozen=True, slots=True)
class Deal:
    """One agreement in a list."""

    value: Shown
    status: Shown
    day: str
    parties: tuple[Shown, ...]


def home_pages(site: Site) -> Blueprint:
    """Return the front page and what stands beside it."""
    pages = Blueprint("home", __name__)
    for path, name, view in (
        ("/", "front", front),
        ("/queries/", "queries", queries),
        ("/help", "help", manual),
        ("/robots.txt", "robots", robots),
        ("/favicon.ico", "favicon", favicon),
    ):
        pages.add_url_rule(path, name, partial(view, site))
    if site.static:
        pages.add_url_rule("/needs-server/", "needs_server", partial(needs_server, site))
    return pages


def front(site: Site) -> Response:
    """Show what is in here."""
    counts = {row["class"].text: int(row["n"].text) for row in rows(site.runner, _COUNTS) if "class" in row}
    classes = [
        (name, site.terms.labels(str(KG[name])), counts.get(str(KG[name]), 0)) for name in SHOWN_CLASSES
    ]
    articles = int(rows(site.runner, _ARTICLES % site.names.graph("catalog"))[0]["n"].text)
    told = about(site)
    page = _html(
        "home.html",
        site=site,
        about=told,
        classes=[*classes, ("Article", site.terms.labels(str(KG.Article)), articles)],
        claims=int(rows(site.runner, _CLAIMS)[0]["n"].text),
        newest=_newest(site),
        groups=groups_of(site),
        sizes={file.path.name: file.size for file in site.edition.dumps},
    )
    if told.links:
        page.headers["Link"] = ", ".join(told.links)
    return page


def _newest(site: Site) -> list[Deal]:
    found = [row for row in rows(site.runner, _NEWEST) if "x" in row]
    parties: dict[str, list[str]] = {}
    for row in rows(site.runner, _PARTIES % values("x", (row["x"].text for row in found))):
        parties.setdefault(row["x"].text, []).append(row["party"].text)
    mentioned = {row[name].text for row in found for name in ("x", "status")}
    labels = labels_of(site, mentioned | {party for several in parties.values() for party in several})
    return [
        Deal(
            value=show(site, row["x"], labels),
            status=show(site, row["status"], labels),
            day=in_words(row["day"].text) if "day" in row else "",
            parties=tuple(
                Shown(labels.get(party, ((party, ""),)), href(party, site.names), party)
                for party in sorted(parties.get(row["x"].text, ()), key=lambda iri: name_of(iri, labels))
            ),
        )
        for row in found
    ]


def queries(site: Site) -> Response:
    """List the example queries."""
    return _html("queries.html", site=site)


def manual(site: Site) -> Response:
    """Say how to use the site, and what its limits are."""
    return _html(
        "help.html", site=site, address=plain_url("/"), endpoint=host_url("/sparql"), formats=DOCUMENTS
    )


def needs_server(site: Site) -> Response:
    """Say, in a site of files, that something is answered by a program only."""
    return _html("needs-server.html", site=site)


def robots(site: Site) -> Response:
    """Tell crawlers to read the pages and leave the endpoint alone."""
    del site
    return Response(_ROBOTS, content_type="text/plain; charset=utf-8")


def favicon(site: Site) -> Response:
    """Give the icon."""
    del site
    icon = Path(__file__).parent / "static" / "icon.svg"
    return Response(icon.read_bytes(), content_type="image/svg+xml")


def _html(template: str, **given: object) -> Response:
    return Response(render_template(template, **given), content_type="text/html; charset=utf-8")
