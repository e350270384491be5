"""Stage 6, publish: what an article page adds: the passages that are used, and what each of them says."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kg.publish.asking import Row, Value, quoted, rows
from kg.publish.labels import Labels, labels_of
from kg.publish.links import href
from kg.publish.quotes import marked, words_for
from kg.publish.site import Site
from kg.publish.statements import NAMES, RDF_TYPE, Shown, in_words, show

_META = """SELECT ?p ?o WHERE { GRAPH <%s> { %s ?p ?o } }"""
_PASSAGES = """SELECT ?ev ?start ?end ?quote ?s ?p ?o WHERE { GRAPH ?g {
  ?ev kg:source %s . ?claim kg:supportedBy ?ev ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o .
  OPTIONAL { ?ev kg:start ?start ; kg:end ?end } OPTIONAL { ?ev kg:quote ?quote }
} } ORDER BY ?ev ?s ?p ?o LIMIT 10000"""
_DCTERMS = "http://purl.org/dc/terms/"
_ORIGINALS = (
    _DCTERMS + "source",
    "https://schema.org/url",
    _DCTERMS + "identifier",
    "http://xmlns.com/foaf/0.1/page",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a passage says of one thing: properties and values, in words."""

    subject: Shown
    facts: tuple[tuple[Shown, Shown], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words of the article, and what they say."""

    href: str
    start: str
    end: str
    html: Markup
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """An article, without its text."""

    outlet: Shown | None
    issued: str
    language: str
    rights: str
    fictional: bool
    originals: tuple[str, ...]
    passages: tuple[Passage, ...]


def report_of(site: Site, iri: str) -> Report:
    """Return what an article's page shows besides its statements."""
    meta: dict[str, list[Value]] = {}
    for row in rows(site.runner, _META % (site.names.graph("catalog"), quoted(iri))):
        meta.setdefault(row["p"].text, []).append(row["o"])
    outlets = sorted(meta.get(_DCTERMS + "publisher", []))
    labels = labels_of(site, (outlet.text for outlet in outlets))
    addresses = {
        o.text for p in _ORIGINALS for o in meta.get(p, []) if o.text.startswith(("https://", "http://"))
    }
    return Report(
        outlet=show(site, outlets[0], labels) if outlets else None,
        issued=in_words(_first(meta, "issued")),
        language=_first(meta, "language"),
        rights=_first(meta, "rights"),
        fictional=any(value.text == "fictional" for value in meta.get("https://schema.org/genre", ())),
        originals=tuple(sorted(a for a in addresses if not a.startswith(site.names.base))),
        passages=_passages(site, rows(site.runner, _PASSAGES % quoted(iri))),
    )


def _first(meta: dict[str, list[Value]], name: str) -> str:
    return min((value.text for value in meta.get(_DCTERMS + name, [])), default="")


def _passages(site: Site, found: Sequence[Row]) -> tuple[Passage, ...]:
    mentioned = {row[name].text for row in found for name in ("s", "p", "o") if row[name].is_iri}
    labels = labels_of(site, mentioned)
    by_passage: dict[str, list[Row]] = {}
    for row in found:
        by_passage.setdefault(row["ev"].text, []).append(row)
    made = [_passage(site, iri, told, labels) for iri, told in by_passage.items()]
    return tuple(sorted(made, key=lambda p: (int(p.start or 0), int(p.end or 0), p.href)))


def _passage(site: Site, iri: str, told: Sequence[Row], labels: Labels) -> Passage:
    first = told[0]
    words = [word for row in told for word in words_for(row["o"], labels.get(row["o"].text, ()))]
    return Passage(
        href=href(iri, site.names),
        start=first["start"].text if "start" in first else "",
        end=first["end"].text if "end" in first else "",
        html=marked(first["quote"].text, words) if "quote" in first else Markup(""),
        told=_told(site, told, labels),
    )


def _told(site: Site, found: Sequence[Row], labels: Labels) -> tuple[Told, ...]:
    figures = f"{site.names.base}id/figure/"
    by_subject: dict[Value, list[tuple[Shown, Shown]]] = {}
    for row in found:
        # A figure is told where it is used, as `size about 28`.
        if row["p"].text not in (RDF_TYPE, *NAMES) and not row["s"].text.startswith(figures):
            pair = (show(site, row["p"], labels), show(site, row["o"], labels))
            by_subject.setdefault(row["s"], []).append(pair)
    return tuple(Told(show(site, subject, labels), tuple(facts)) for subject, facts in by_subject.items())
