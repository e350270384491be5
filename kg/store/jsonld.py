"""Stage 6, JSON-LD that people like to read: short names from our own context, one node a line, as a stream.

The engine writes expanded JSON-LD only, and a general processor compacts a hundred articles a second; our
data has no blank nodes, lists or nested graphs, so a page of code does. Tests hold it against a general one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, parse

from kg.errors import StoreError
from kg.store.contract import Term
from kg.store.embedded import term_of

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE = _RDF + "type"
_STRING = _XSD + "string"
_INTEGER = _XSD + "integer"
_BOOLEAN = _XSD + "boolean"
_SMALL = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Integers that are the same in every JSON reader, as they are usually written."""
_KINDS = {
    "http://www.w3.org/2002/07/owl#Class": "class",
    "http://www.w3.org/2002/07/owl#ObjectProperty": "object",
    "http://www.w3.org/2002/07/owl#DatatypeProperty": "data",
}
_RANGES = frozenset({"http://www.w3.org/2000/01/rdf-schema#range", "https://schema.org/rangeIncludes"})
_BORROWED: dict[str, dict[str, str]] = {
    "label": {"@id": "rdfs:label", "@container": "@language"},
    "altLabel": {"@id": "skos:altLabel", "@container": "@language"},
    "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
    "sameAs": {"@id": "schema:sameAs", "@type": "@id"},
}
"""Terms of other vocabularies that get a short name."""

_REMEMBERED = 20_000
"""How many short forms are kept at hand."""

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Term:
    name: str
    type: str = ""
    languages: bool = False


class Compactor:
    """Shortens IRIs and values as a context says."""

    def __init__(
        self, prefixes: Iterable[tuple[str, str]], terms: Mapping[str, _Term], names: frozenset[str]
    ) -> None:
        """Take namespaces with prefixes, the longest namespace first, and all names that have a meaning."""
        self._prefixes = tuple(prefixes)
        self._terms = terms
        self._names = names
        self.iri = lru_cache(_REMEMBERED)(self._short)

    def _short(self, iri: str) -> str:
        """Return an IRI in its short form, or as it is."""
        for namespace, prefix in self._prefixes:
            if iri.startswith(namespace):
                local = iri[len(namespace) :]
                if local and not local.startswith("//"):
                    return f"{prefix}:{local}"
        scheme, _, rest = iri.partition(":")
        if scheme in self._names and not rest.startswith("//"):
            raise StoreError(f"{iri}: its scheme is a prefix of ours, so JSON-LD would misread it")
        return iri

    def node(
        self,
        subject: str,
        statements: Iterable[tuple[str, Term]],
        inner: Mapping[str, Any] = MappingProxyType({}),
    ) -> dict[str, Any]:
        """Return the JSON object of one subject from its predicates and objects.

        `inner` holds the JSON objects of things that stand within it, by their IRIs.
        """
        found: dict[str, list[Any]] = {}
        maps: dict[str, dict[str, list[str]]] = {}
        types: list[str] = []
        for predicate, value in statements:
            if value.kind == "uri" and value.value in inner and predicate != _TYPE:
                term = self._terms.get(predicate, _Term(self.iri(predicate)))
                found.setdefault(term.name, []).append(inner[value.value])
                continue
            self._add(predicate, value, types, found, maps)
        node: dict[str, Any] = {"id": self.iri(subject)}
        if types:
            node["type"] = _one_or_all(types)
        values: dict[str, Any] = {key: _one_or_all(found[key]) for key in found}
        for key, languages in maps.items():
            values[key] = {tag: _one_or_all(languages[tag]) for tag in sorted(languages)}
        return node | dict(sorted(values.items()))

    def _add(
        self,
        predicate: str,
        value: Term,
        types: list[str],
        found: dict[str, list[Any]],
        maps: dict[str, dict[str, list[str]]],
    ) -> None:
        if predicate == _TYPE and value.kind == "uri":
            term = self._terms.get(value.value)
            types.append(term.name if term else self.iri(value.value))
            return
        term = self._terms.get(predicate, _Term(self.iri(predicate)))
        if term.languages:
            if value.language:
                maps.setdefault(term.name, {}).setdefault(value.language, []).append(value.value)
                return
            term = _Term(self.iri(predicate))  # the short name is for language maps only
        found.setdefault(term.name, []).append(self._value(value, term.type))

    def _value(self, value: Term, wanted: str) -> Any:
        if value.kind == "uri":
            short = self.iri(value.value)
            return short if wanted == "@id" else {"@id": short}
        if value.language:
            return {"@value": value.value, "@language": value.language}
        datatype = value.datatype
        if datatype == _STRING:
            return {"@value": value.value} if wanted else value.value
        if (native := _native(value.value, datatype)) is not None and wanted in {"", datatype}:
            return native
        return value.value if wanted == datatype else {"@value": value.value, "@type": self.iri(datatype)}


def compactor(context: Context) -> Compactor:
    """Return what shortens by a context that `context_of` made."""
    prefixes = {name: iri for name, iri in context.items() if _is_prefix(iri)}
    terms = {}
    for name, given in context.items():
        if name.startswith("@") or name in prefixes or (isinstance(given, str) and given.startswith("@")):
            continue
        meant = {"@id": given} if isinstance(given, str) else given
        kind = meant.get("@type", "")
        languages = meant.get("@container") == "@language"
        terms[_expanded(meant["@id"], prefixes)] = _Term(name, _expanded(kind, prefixes), languages)
    longest = sorted(((iri, name) for name, iri in prefixes.items()), key=lambda pair: (-len(pair[0]), pair))
    return Compactor(longest, terms, frozenset(context))


def context_of(ontology: bytes, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON-LD context of an ontology in Turtle: its classes and properties by their short names.

    `prefixes` names the ontology's own namespace `kg`.
    """
    kinds: dict[str, str] = {}
    ranges: dict[str, set[str]] = {}
    for quad in parse(ontology, RdfFormat.TURTLE):
        if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
            continue
        if quad.predicate.value == _TYPE and quad.object.value in _KINDS:
            kinds[quad.subject.value] = _KINDS[quad.object.value]
        elif quad.predicate.value in _RANGES:
            ranges.setdefault(quad.subject.value, set()).add(quad.object.value)
    own = prefixes["kg"]
    terms: dict[str, Any] = {
        iri.removeprefix(own): _definition("kg:" + iri.removeprefix(own), kind, ranges.get(iri, set()))
        for iri, kind in kinds.items()
        if iri.startswith(own)
    }
    fixed: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"} | dict(sorted(prefixes.items()))
    return fixed | {name: meant for name, meant in sorted((_BORROWED | terms).items()) if name not in fixed}


def jsonld_of(ntriples: bytes, *, context: Context) -> bytes:
    """Return N-Triples as one JSON-LD document, whose context holds only what the document uses."""
    lines = b"".join(sorted(set(ntriples.splitlines(keepends=True))))
    short = compactor(context)
    nodes = [
        short.node(subject.value, ((quad.predicate.value, term_of(quad.object)) for quad in group))
        for subject, group in groupby(parse(lines, RdfFormat.N_TRIPLES), key=lambda quad: quad.subject)
        if isinstance(subject, NamedNode)
    ]
    whole = {"@context": _used(context, nodes), "@graph": nodes}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def json_of(value: Any) -> bytes:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False).encode()


def _used(context: Context, nodes: Any) -> dict[str, Any]:
    """Return the part of a context that a document needs; a text that looks like a name may keep more."""
    used = {"@version", "id", "type", *_names(nodes)}
    used |= set(_names({name: meant for name, meant in context.items() if name in used}))
    return {name: meant for name, meant in context.items() if name in used}


def _names(value: Any) -> Iterator[str]:
    """Yield every name, and the prefix of every short IRI, in a JSON value."""
    if isinstance(value, str):
        yield from (value, value.partition(":")[0])
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _names(name)
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def _definition(iri: str, kind: str, ranges: set[str]) -> Any:
    if kind == "object":
        return {"@id": iri, "@type": "@id"}
    (only,) = ranges if len(ranges) == 1 else ("",)
    if kind == "data" and only == _RDF + "langString":
        return {"@id": iri, "@container": "@language"}
    if kind == "data" and only.startswith(_XSD) and only != _STRING:
        return {"@id": iri, "@type": "xsd:" + only.removeprefix(_XSD)}
    return iri


def _is_prefix(meant: Any) -> bool:
    return isinstance(meant, str) and "://" in meant and meant[-1] in "/#"


def _expanded(short: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = short.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else short


def _native(lexical: str, datatype: str) -> int | bool | None:
    if datatype == _BOOLEAN and lexical in {"true", "false"}:
        return lexical == "true"
    if datatype == _INTEGER and _SMALL.fullmatch(lexical):
        return int(lexical)
    return None


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
