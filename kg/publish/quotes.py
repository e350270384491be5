"""Stage 6, publish: the sentences behind statements, with the words marked that say so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from kg.publish.asking import Row, Value, quoted, rows, values
from kg.publish.labels import Labels, labels_of, name_of
from kg.publish.links import href
from kg.publish.site import Site
from kg.publish.terms import Text
from kg.vocabulary import KGV

_CLAIMS = """SELECT ?claim ?s ?p ?o ?ev ?quote ?start ?end ?article ?confidence ?basis ?review WHERE {
  GRAPH ?g {
    ?claim %s %s ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; kg:supportedBy ?ev .
    OPTIONAL { ?claim kg:confidence ?confidence }
    OPTIONAL { ?claim kg:basis ?basis }
    OPTIONAL { ?claim kg:review ?review }
    ?ev kg:source ?article .
    OPTIONAL { ?ev kg:quote ?quote }
    OPTIONAL { ?ev kg:start ?start ; kg:end ?end }
  }
} ORDER BY ?article ?start ?ev ?claim LIMIT %d"""
_ABOUT, _NAMING = ("rdf:subject", 5000), ("rdf:object", 500)
_ARTICLES = """SELECT ?article ?title ?publisher ?issued ?language WHERE { %s
  GRAPH <%s> { ?article dcterms:title ?title .
    OPTIONAL { ?article dcterms:publisher ?publisher } OPTIONAL { ?article dcterms:issued ?issued }
    OPTIONAL { ?article dcterms:language ?language } } }"""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One article, as a quotation names it."""

    href: str
    title: str
    outlet: str
    issued: str
    language: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that support one statement."""

    html: Markup
    source: Source
    start: str
    end: str
    claim_href: str
    evidence_href: str
    confidence: str
    basis: str
    review: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement as an article makes it, not yet made into words."""

    predicate: str
    object: Value
    row: Row


def _claims(iri: str, part: str, limit: int) -> str:
    return _CLAIMS % (part, quoted(iri), limit)


def claims_about(site: Site, iri: str) -> list[Claim]:
    """Return what articles claim about a thing, with the evidence."""
    return [Claim(row["p"].text, row["o"], row) for row in rows(site.runner, _claims(iri, *_ABOUT))]


def claims_naming(site: Site, iri: str) -> list[Claim]:
    """Return what articles claim of other things with this one as the value."""
    value = Value("uri", iri)
    return [Claim(row["p"].text, value, row) for row in rows(site.runner, _claims(iri, *_NAMING))]


def sources_of(site: Site, articles: Iterable[str]) -> dict[str, Source]:
    """Return the articles by IRI, as quotations name them."""
    wanted = sorted(set(articles))
    if not wanted:
        return {}
    query = _ARTICLES % (values("article", wanted), site.names.graph("catalog"))
    answers = sorted(rows(site.runner, query), key=lambda row: row["title"])
    outlets = labels_of(site, (row["publisher"].text for row in answers if "publisher" in row))
    found: dict[str, Source] = {}
    for row in answers:
        found.setdefault(row["article"].text, _source(site, row, outlets))
    for iri in wanted:
        found.setdefault(iri, Source(href(iri, site.names), name_of(iri, {}), "", "", ""))
    return found


def _source(site: Site, row: Row, outlets: Labels) -> Source:
    return Source(
        href=href(row["article"].text, site.names),
        title=row["title"].text,
        outlet=name_of(row["publisher"].text, outlets) if "publisher" in row else "",
        issued=row["issued"].text if "issued" in row else "",
        language=row["language"].text if "language" in row else "",
    )


def quote_of(site: Site, claim: Claim, source: Source, texts: Sequence[Text]) -> Quote:
    """Return a claim's words, those marked that name its value."""
    row = claim.row
    words = words_for(claim.object, texts)
    return Quote(
        html=marked(row["quote"].text, words) if "quote" in row else Markup(""),
        source=source,
        start=_text(row, "start"),
        end=_text(row, "end"),
        claim_href=href(row["claim"].text, site.names),
        evidence_href=href(row["ev"].text, site.names),
        confidence=_text(row, "confidence"),
        basis=_concept(row, "basis", "stated"),
        review=_concept(row, "review", "unreviewed"),
    )


def _text(row: Row, name: str) -> str:
    return row[name].text if name in row else ""


def _concept(row: Row, name: str, default: str) -> str:
    concept = _text(row, name).removeprefix(str(KGV))
    return "" if concept == default else concept


def words_for(value: Value, texts: Sequence[Text]) -> list[str]:
    """Return the words that may name a value in a sentence."""
    if value.is_iri:
        numbers = "/id/figure/" in value.text
        return [word for text, _ in texts for word in (_variants(text) if numbers else [text])]
    if value.datatype.endswith("#date"):
        return _dates(value.text)
    return [value.text]


def _variants(label: str) -> list[str]:
    # A figure's label says `about 28 agreements`; the sentence surely has the number.
    return [label, *re.findall(r"\b\d[\d,.]*\b", label)]


def _dates(text: str) -> list[str]:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return []
    months = {_MONTHS[day.month - 1], _MONTHS[day.month - 1][:3], _MONTHS[day.month - 1][:3] + "."}
    english = [form for m in sorted(months) for form in (f"{m} {day.day}", f"{day.day} {m}")]
    return [*english, f"{day.month}月{day.day}日", f"{day.day}日", text]


def marked(quote: str, words: Iterable[str]) -> Markup:
    """Return the quotation as HTML with the words marked; nothing of it is ever taken for HTML."""
    found = sorted({word for word in words if word.strip()}, key=lambda word: (-len(word), word))
    if not found:
        return escape(quote)
    pattern = re.compile("|".join(_bounded(word) for word in found), re.IGNORECASE)
    pieces, last = [], 0
    for match in pattern.finditer(quote):
        pieces += [escape(quote[last : match.start()]), Markup("<mark>%s</mark>") % match.group()]
        last = match.end()
    return Markup("").join([*pieces, escape(quote[last:])])


def _bounded(word: str) -> str:
    # `Chi` must not be marked in `China`; Chinese has no spaces, so there nothing bounds a word.
    left = r"(?<![A-Za-z0-9])" if word[0].isascii() else ""
    right = r"(?![A-Za-z0-9])" if word[-1].isascii() else ""
    return left + re.escape(word) + right
