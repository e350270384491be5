"""Stage 6, the file for download with one JSON-LD document a line, each with the things it names inside."""

from typing import Any

from kg.store.dumps.index import Index
from kg.store.dumps.thing import Thing
from kg.store.jsonld import Compactor, json_of
from kg.vocabulary import KG, Names

DOCUMENTS = "accord-documents.jsonl.gz"
_CLASSES = {"Agreement", "AgreementSet", "Event", "Delegation", "Institution"}
_HOLDER, _ROLE_IN = str(KG.holder), str(KG.roleIn)


class Documents:
    """Makes documents."""

    def __init__(self, index: Index, short: Compactor, names: Names) -> None:
        """Take what is known of the things that are named, and what shortens."""
        self._index = index
        self._short = short
        self._context = context_url(names)

    def of(self, thing: Thing) -> bytes:
        """Return the document of a thing as a line; nothing where its class has no documents."""
        classes = _CLASSES.intersection(thing.classes)
        if not classes:
            return b""
        linked = {term.value for _, term in thing.statements if term.kind == "uri"}
        inner = {iri: node for iri in sorted(linked - {thing.iri}) if (node := self._inner(iri))}
        document = {"@context": self._context} | self._short.node(thing.iri, thing.statements, inner)
        if "Institution" in classes:
            document |= self._back(thing.iri, _ROLE_IN)
        return json_of(document) + b"\n"

    def _inner(self, iri: str) -> dict[str, Any] | None:
        node = self._index.node(iri)
        if node and self._index.class_of(iri) == "Person":
            node |= self._back(iri, _HOLDER)
        return node

    def _back(self, iri: str, property_: str) -> dict[str, Any]:
        """Return the roles that name a thing, as JSON-LD has what points the other way."""
        roles = self._index.roles(iri, property_)
        return {"@reverse": {property_.removeprefix(str(KG)): roles}} if roles else {}


def context_url(names: Names) -> str:
    """Return the address of the context of a publication's documents."""
    return f"{names.base}context.jsonld"
