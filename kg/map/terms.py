"""Values of findings as RDF terms, in the canonical form that Oxigraph keeps."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from kg.errors import ExtractError
from kg.model import ARTICLE_KEY, Article, Concept, Kind, Links, Ref, Text, Value
from kg.vocabulary import KGV, Names

NAMED = frozenset((Kind.INSTITUTION, Kind.PERSON, Kind.PLACE))
"""What has its name in the graph of entities."""
STORE = "SimpleMemory"
"""rdflib's store without contexts: these graphs have none, and it is faster."""
_IRI_SAFE = "/:?#[]@!$&'()*+,;=%~-._"


def thing_iri(article: Article, key: str, links: Links, names: Names) -> URIRef:
    """Return the IRI of an article's entity, or of the article itself.

    Raises ExtractError when the entity was never linked: a fact speaks of what is not there.
    """
    if key == ARTICLE_KEY:
        return article_iri(article, names)
    path = links.paths.get((article.id, key))
    if path is None:
        raise ExtractError(f"{article.source}: a fact speaks of {key!r}, which is not there")
    return names.of_path(path)


def article_iri(article: Article, names: Names) -> URIRef:
    """Return the IRI of an article."""
    return names.thing("article", article.id)


def term_of(value: Value, article: Article, links: Links, names: Names) -> URIRef | Literal:
    """Return the term for a fact's value."""
    match value:
        case Ref(key):
            return thing_iri(article, key, links, names)
        case Concept(name):
            return KGV[name]
        case Text(text, language):
            return words(text, language)
        case date():
            return day(value)
        case _:
            return whole(value)


def words(text: str, language: str) -> Literal:
    """Return a text with its language."""
    return Literal(text, lang=language.lower()) if language else Literal(text)


def day(value: date) -> Literal:
    """Return an `xsd:date`."""
    return Literal(value.isoformat(), datatype=XSD.date)


def whole(value: int) -> Literal:
    """Return an `xsd:integer`."""
    return Literal(str(value), datatype=XSD.integer)


def share(value: float) -> Literal:
    """Return a number from 0 to 1 as a canonical `xsd:decimal` of at most three digits."""
    exact = Decimal(str(round(value, 3))).normalize()
    return Literal(f"{exact:f}", datatype=XSD.decimal, normalize=False)


def web_iri(url: str) -> URIRef | None:
    """Return the IRI of a web address, nothing for what is none."""
    if not url.startswith(("http://", "https://")):
        return None
    return URIRef(quote(url, safe=_IRI_SAFE))


def label_in(labels: Mapping[str, str], language: str) -> Literal | None:
    """Return the name in a language or, where there is none, in the first that there is."""
    if language in labels:
        return words(labels[language], language)
    return next((words(text, tongue) for tongue, text in sorted(labels.items())), None)
