"""Stage 6, publish: what is known of one thing, in words, each statement with the sentence behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kg.publish.asking import Value, quoted, rows
from kg.publish.labels import Labels, labels_of, name_of, short
from kg.publish.links import href
from kg.publish.quotes import Claim, Quote, claims_about, quote_of, sources_of
from kg.publish.site import Site
from kg.publish.terms import Text
from kg.vocabulary import CATALOG, KG, KGV, LIKELY_LINKS

_OUT = """SELECT DISTINCT ?p ?o WHERE {
  { %(iri)s ?p ?o } UNION { GRAPH <%(catalog)s> { %(iri)s ?p ?o } }
  UNION { GRAPH <%(likely)s> { %(iri)s ?p ?o } }
}"""
_ANYWHERE = "SELECT DISTINCT ?p ?o WHERE { GRAPH ?g { %(iri)s ?p ?o } }"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SAME_AS = ("https://schema.org/sameAs", str(KG) + "likelySameAs")
NAMES = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2004/02/skos/core#altLabel",
    "http://purl.org/dc/terms/title",
    "https://schema.org/alternateName",
)
SECTIONS = (
    ("What", ("status", "kind", "topic", "subjectMatter", "size", "value", "qualifier", "title",
              "disputed")),
    ("Who", ("party", "side", "participant", "host", "head", "member", "origin", "sentBy", "holder",
             "roleIn", "represents")),
    ("When and where", ("startDate", "endDate", "datePrecision", "attestedOn", "location", "within",
                        "capitalOf", "country")),
    ("Part of", ("signedAt", "outcomeOf", "inSet", "subsetOf", "subEventOf", "unitOf")),
)  # fmt: skip
_ORIGINS = {str(KG) + "country": "worked out from where it lies"}
_ORIGIN = "from the project's register, not from an article"
_ARTICLE_META = frozenset(
    f"http://purl.org/dc/terms/{name}" for name in ("issued", "publisher", "rights", "language", "source")
) | {"https://schema.org/url"}
_REGISTER = frozenset(str(KG) + name for name in ("kind", "location", "within", "unitOf", "capitalOf"))


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as a page shows it."""

    texts: tuple[Text, ...]
    href: str = ""
    iri: str = ""
    status: str = ""
    """The local name of a status concept, for its badge."""
    datetime: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One value of a property, and why we believe it."""

    value: Shown
    quotes: tuple[Quote, ...] = ()
    origin: str = ""
    """Where it comes from when it is from no article."""
    only_reported: bool = False
    """An article says so, but the consolidated view has another value."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property and its values."""

    property: str
    labels: tuple[Text, ...]
    href: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Properties that belong together."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """All that a page says about one thing."""

    iri: str
    names: tuple[Text, ...]
    aliases: tuple[Text, ...]
    kinds: tuple[Shown, ...]
    statuses: tuple[Shown, ...]
    sections: tuple[Section, ...]
    same_as: tuple[str, ...]
    likely_same_as: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found of one thing."""

    triples: Sequence[tuple[str, Value]]
    claims: Sequence[Claim]
    labels: Labels


def outgoing(site: Site, iri: str) -> list[tuple[str, Value]]:
    """Return the consolidated triples of a thing; where there are none, those of any graph."""
    graphs = {"catalog": site.names.graph(CATALOG), "likely": site.names.graph(LIKELY_LINKS)}
    given = {"iri": quoted(iri), **graphs}
    found = rows(site.runner, _OUT % given) or rows(site.runner, _ANYWHERE % given)
    return sorted((row["p"].text, row["o"]) for row in found)


def thing_of(site: Site, iri: str, triples: Sequence[tuple[str, Value]]) -> Thing:
    """Return the view of a thing whose triples were found."""
    claims = claims_about(site, iri)
    mentioned = {o.text for _, o in triples if o.is_iri} | {c.object.text for c in claims if c.object.is_iri}
    labels = labels_of(site, {iri, *mentioned, *(p for p, _ in triples), *(c.predicate for c in claims)})
    own = _names(triples, NAMES[:2] + NAMES[3:4]) or labels.get(iri, ())
    return Thing(
        iri=iri,
        names=own or ((short(iri), ""),),
        aliases=tuple(text for text in _names(triples, NAMES) if text not in own),
        kinds=tuple(
            show(site, o, labels) for p, o in triples if p == RDF_TYPE and o.text.startswith(str(KG))
        ),
        statuses=tuple(show(site, o, labels) for p, o in triples if p == str(KG) + "status"),
        sections=_sections(site, iri, _Known(triples, claims, labels)),
        same_as=_same(triples, SAME_AS[0]),
        likely_same_as=_same(triples, SAME_AS[1]),
    )


def _names(triples: Sequence[tuple[str, Value]], predicates: Sequence[str]) -> tuple[Text, ...]:
    found = {(o.text, o.language) for p, o in triples if p in predicates and not o.is_iri}
    return tuple(sorted(found, key=lambda text: (text[1] != "en", text[1], text[0])))


def _same(triples: Sequence[tuple[str, Value]], predicate: str) -> tuple[str, ...]:
    # Only the web: any other scheme could run something when it is followed.
    web = ("https://", "http://")
    return tuple(o.text for p, o in triples if p == predicate and o.is_iri and o.text.startswith(web))


def show(site: Site, value: Value, labels: Labels) -> Shown:
    """Return a term as a page shows it."""
    if not value.is_iri:
        return _literal(value)
    texts = labels.get(value.text) or ((short(value.text), ""),)
    status = value.text.removeprefix(str(KGV)) if _is_status(site, value.text) else ""
    return Shown(texts, href(value.text, site.names), value.text, status)


def _is_status(site: Site, iri: str) -> bool:
    term = site.terms.by_iri.get(iri)
    schemes = dict(term.links).get("list", ()) if term else ()
    return any(scheme.endswith("-status") and "review" not in scheme for scheme in schemes)


def _literal(value: Value) -> Shown:
    if value.datatype.endswith("#date"):
        return Shown(((in_words(value.text), ""),), datetime=value.text)
    return Shown(((value.text, value.language),))


def in_words(day: str) -> str:
    """Return an ISO date as a person writes it; anything else as it is."""
    try:
        when = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{when.day} {when:%B} {when.year}"


def _sections(site: Site, iri: str, known: _Known) -> tuple[Section, ...]:
    hidden = {RDF_TYPE, *NAMES, *SAME_AS}
    if iri.startswith(f"{site.names.base}id/article/"):
        hidden |= _ARTICLE_META
    lines = {line.property: line for line in _lines(site, iri, known) if line.property not in hidden}
    found = []
    for title, names in SECTIONS:
        inside = [lines.pop(str(KG) + name) for name in names if str(KG) + name in lines]
        found.append(Section(title, tuple(inside)))
    found.append(Section("More", tuple(lines.values())))
    return tuple(section for section in found if section.lines)


def _lines(site: Site, iri: str, known: _Known) -> list[Line]:
    labels = known.labels
    quotes = _quotes(site, known)
    held = set(known.triples)
    found: dict[str, list[Statement]] = {}
    for predicate, value in sorted(held | quotes.keys(), key=lambda pair: _order(pair, labels)):
        given = tuple(quotes.get((predicate, value), ()))
        origin = "" if given else _origin(site, iri, predicate)
        made = Statement(
            show(site, value, labels), given, origin, only_reported=(predicate, value) not in held
        )
        found.setdefault(predicate, []).append(made)
    return [_line(site, predicate, made, labels) for predicate, made in sorted(found.items())]


def _quotes(site: Site, known: _Known) -> dict[tuple[str, Value], list[Quote]]:
    sources = sources_of(site, (claim.row["article"].text for claim in known.claims))
    quotes: dict[tuple[str, Value], list[Quote]] = {}
    for claim in known.claims:
        texts = known.labels.get(claim.object.text, ())
        quote = quote_of(site, claim, sources[claim.row["article"].text], texts)
        quotes.setdefault((claim.predicate, claim.object), []).append(quote)
    return quotes


def _origin(site: Site, iri: str, predicate: str) -> str:
    """Return where a statement comes from that no article makes."""
    registered = iri.startswith(
        tuple(f"{site.names.base}id/{segment}/" for segment in ("institution", "place"))
    )
    return _ORIGINS.get(predicate, _ORIGIN if registered and predicate in _REGISTER else "")


def _order(pair: tuple[str, Value], labels: Labels) -> tuple[str, str, Value]:
    predicate, value = pair
    return (predicate, name_of(value.text, labels).casefold() if value.is_iri else value.text, value)


def _line(site: Site, predicate: str, statements: Iterable[Statement], labels: Labels) -> Line:
    ordered = sorted(statements, key=lambda statement: statement.only_reported)
    texts = labels.get(predicate) or ((short(predicate), ""),)
    return Line(predicate, texts, href(predicate, site.names), tuple(ordered))
