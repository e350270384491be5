"""Stage 6, publish: the one table of formats, and the choice among them (RFC 9110, section 12.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["solutions", "graph", "page", "problem"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write something; the first media type is the one we prefer to answer with."""

    name: str
    kind: Kind
    extension: str
    title: str
    media_types: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    """What clients write in `format=` for it, besides (SPARQLWrapper, Virtuoso's users)."""


JSON = Format(
    "json", "solutions", "srj", "JSON", ("application/sparql-results+json", "application/json", "text/json")
)
XML = Format(
    "xml", "solutions", "srx", "XML", ("application/sparql-results+xml", "application/xml", "text/xml")
)
CSV = Format("csv", "solutions", "csv", "CSV", ("text/csv",))
TSV = Format("tsv", "solutions", "tsv", "TSV", ("text/tab-separated-values",))
TURTLE = Format("turtle", "graph", "ttl", "Turtle", ("text/turtle", "application/x-turtle"), ("n3",))
N_TRIPLES = Format("ntriples", "graph", "nt", "N-Triples", ("application/n-triples",))
JSON_LD = Format(
    "jsonld", "graph", "jsonld", "JSON-LD", ("application/ld+json", "application/json"), ("json-ld", "json")
)
RDF_XML = Format(
    "rdfxml", "graph", "rdf", "RDF/XML",
    ("application/rdf+xml", "application/xml", "text/xml"), ("rdf+xml", "xml"),
)  # fmt: skip
TRIG = Format("trig", "graph", "trig", "TriG", ("application/trig",))
N_QUADS = Format("nquads", "graph", "nq", "N-Quads", ("application/n-quads",))
HTML = Format("html", "page", "html", "HTML", ("text/html", "application/xhtml+xml"))
PLAIN_JSON = Format("plain-json", "page", "json", "JSON", ("application/json",))
LINK_FORMAT = Format("links", "page", "links", "Links", ("application/link-format",))
TEXT = Format("text", "problem", "txt", "Text", ("text/plain",))
PROBLEM = Format("problem", "problem", "json", "Problem", ("application/problem+json", "application/json"))

SOLUTIONS = (JSON, XML, CSV, TSV)
GRAPHS = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, TRIG, N_QUADS)
DOCUMENTS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
"""The formats in which every thing is offered, in the order they are shown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A format, and the media type under which the client asked for it."""

    format: Format
    media_type: str

    @property
    def content_type(self) -> str:
        """Return the header's value; every text type says that it is UTF-8."""
        textual = self.media_type.startswith("text/") or self.media_type.endswith("xml")
        return f"{self.media_type}; charset=utf-8" if textual else self.media_type


def preferred(chosen: Format) -> Choice:
    """Return the format under the media type that we prefer."""
    return Choice(chosen, chosen.media_types[0])


def named(name: str, offered: Sequence[Format]) -> Choice | None:
    """Return the offered format of that name, extension or media type."""
    for candidate in offered:
        if name in (candidate.name, candidate.extension, *candidate.aliases):
            return preferred(candidate)
        if name in candidate.media_types:
            return Choice(candidate, name)
    return None


def best(accept: str | None, offered: Sequence[Format]) -> Choice | None:
    """Return what the client likes most among what is offered; None when it accepts nothing of it.

    Of several liked equally, the one offered first wins; no header, or an empty one, accepts everything.
    """
    ranges = _ranges(accept or "*/*")
    quality, chosen = 0.0, None
    for choice in _choices(offered):
        if (liked := _quality(choice.media_type, ranges)) > quality:
            quality, chosen = liked, choice
    return chosen


def _choices(offered: Sequence[Format]) -> list[Choice]:
    # Preferred types come before all aliases, so that `application/*` never picks an alias.
    first = [preferred(candidate) for candidate in offered]
    return first + [Choice(f, alias) for f in offered for alias in f.media_types[1:]]


@dataclass(frozen=True, slots=True)
class _Range:
    media_type: str
    quality: float


def _ranges(accept: str) -> list[_Range]:
    found = []
    for part in accept.lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _q(parameters)
        if media_type.count("/") == 1 and quality is not None:
            found.append(_Range(media_type, quality))
    return found


def _q(parameters: Sequence[str]) -> float | None:
    """Return the weight among a range's parameters: 1 when there is none, None when it is no number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return None
            return quality if 0 <= quality <= 1 else None
    return 1.0


def _quality(media_type: str, ranges: Sequence[_Range]) -> float:
    """Return how much a type is liked: the most specific range that covers it decides."""
    group = media_type.partition("/")[0]
    for pattern in (media_type, f"{group}/*", "*/*"):
        covering = [r.quality for r in ranges if r.media_type == pattern]
        if covering:
            return max(covering)
    return 0.0
