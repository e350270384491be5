"""Stage 6, publish: /ns and /vocab/..., the ontology and its controlled lists."""

from functools import partial

from flask import Blueprint, Response, render_template, request

from kg.errors import NotFoundError
from kg.publish.asking import is_name
from kg.publish.description import written
from kg.publish.documents import IN_VIEW
from kg.publish.errors import ProblemError
from kg.publish.incoming import incoming
from kg.publish.links import href
from kg.publish.negotiate import DOCUMENTS, HTML, TURTLE, Choice, best, preferred
from kg.publish.site import Site
from kg.vocabulary import FIXED_PREFIXES, KGV

_KINDS = (("class", "Classes"), ("property", "Properties"))


def ontology_pages(site: Site) -> Blueprint:
    """Return the pages of the ontology."""
    pages = Blueprint("ontology", __name__)
    pages.add_url_rule("/ns", "ns", partial(ontology, site))
    pages.add_url_rule("/ns.<suffix>", "ns_as", partial(ontology, site))
    pages.add_url_rule("/vocab/", "lists", partial(ontology, site))
    pages.add_url_rule("/vocab/<name>", "term", partial(concept, site))
    return pages


def ontology(site: Site, suffix: str = "") -> Response:
    """Give the ontology."""
    choice = _choice(suffix)
    if choice.format is TURTLE:
        return Response(site.terms.source.read_bytes(), content_type=choice.content_type)
    if choice.format is not HTML:
        return Response(
            written(site.terms.graph, choice, names=FIXED_PREFIXES), content_type=choice.content_type
        )
    schemes = [(scheme, site.terms.concepts_of(scheme.iri)) for scheme in site.terms.of_kind("scheme")]
    kinds = [(title, site.terms.of_kind(kind)) for kind, title in _KINDS]
    return _html(
        "ontology.html", site=site, kinds=kinds, schemes=schemes, href=lambda iri: href(iri, site.names)
    )


def concept(site: Site, name: str) -> Response:
    """Give one concept or list."""
    stem, _, suffix = name.rpartition(".")
    by_suffix = stem and any(f.extension == suffix for f in (*DOCUMENTS, HTML))
    choice = _choice(suffix if by_suffix else "")
    iri = str(KGV) + (stem if by_suffix else name)
    term = site.terms.by_iri.get(iri)
    if term is None or not is_name(name):
        raise NotFoundError(f"there is no concept {name[:200]!r}")
    if choice.format is not HTML:
        graph = site.terms.about(iri)
        return Response(written(graph, choice, names=FIXED_PREFIXES), content_type=choice.content_type)
    used = incoming(site, iri, scope=IN_VIEW)
    members = site.terms.concepts_of(iri)
    return _html(
        "concept.html",
        site=site,
        term=term,
        members=members,
        incoming=used,
        href=lambda i: href(i, site.names),
    )


def _choice(suffix: str) -> Choice:
    offered = (HTML, *DOCUMENTS)
    if suffix:
        found = next((f for f in offered if f.extension == suffix), None)
        if found is None:
            raise NotFoundError(f"there is no format .{suffix[:20]}")
        return preferred(found)
    choice = best(request.headers.get("Accept"), (TURTLE, *DOCUMENTS, HTML))
    if choice is None:
        raise ProblemError(406, "The ontology is given in RDF and HTML only")
    return choice


def _html(template: str, **given: object) -> Response:
    return Response(render_template(template, **given), content_type="text/html; charset=utf-8")
