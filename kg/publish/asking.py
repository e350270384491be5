"""Stage 6, publish: questions that the pages ask the store, and the terms that come back."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.errors import NotFoundError
from kg.publish.negotiate import JSON
from kg.publish.site import Runner

_SAFE_IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_NAME = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
_NAME_LENGTH = 250
_JSON = JSON.media_types[0]
PREFIXES = """PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <https://schema.org/>
PREFIX kg: <https://w3id.org/accord-kg/ns#>
PREFIX kgv: <https://w3id.org/accord-kg/vocab/>
"""


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """One RDF term of an answer."""

    kind: str
    """`uri`, `literal` or `bnode`."""
    text: str
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Return whether it names something."""
        return self.kind == "uri"


Row = Mapping[str, Value]


def rows(runner: Runner, sparql: str) -> list[Row]:
    """Return the solutions of one of our own queries."""
    answer = runner.run(PREFIXES + sparql, media=_JSON)
    found = json.loads(answer.body)["results"]["bindings"]
    return [{name: _value(cell) for name, cell in row.items()} for row in found]


def _value(cell: Mapping[str, str]) -> Value:
    return Value(cell["type"], cell["value"], cell.get("xml:lang", ""), cell.get("datatype", ""))


def holds(runner: Runner, pattern: str) -> bool:
    """Return whether the store has the pattern."""
    answer = runner.run(f"{PREFIXES}ASK {{ {pattern} }}", media=_JSON)
    return bool(json.loads(answer.body)["boolean"])


def quoted(iri: str) -> str:
    """Return an IRI as it stands in a query.

    Raises NotFoundError for what is no IRI, so that nothing else ever gets into a query.
    """
    if not _SAFE_IRI.fullmatch(iri):
        raise NotFoundError(f"not an IRI: {iri[:200]!r}")
    return f"<{iri}>"


def is_safe(iri: str) -> bool:
    """Return whether a string can stand between angle brackets in a query."""
    return bool(_SAFE_IRI.fullmatch(iri))


def is_name(name: str) -> bool:
    """Return whether a path segment can be the name of a thing."""
    return len(name) <= _NAME_LENGTH and bool(_NAME.fullmatch(name))


def values(variable: str, iris: Iterable[str]) -> str:
    """Return a VALUES block of the IRIs that can stand in one."""
    inside = " ".join(f"<{iri}>" for iri in sorted(set(iris)) if is_safe(iri))
    return f"VALUES ?{variable} {{ {inside} }}"
