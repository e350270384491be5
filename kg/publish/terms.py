"""Stage 6, publish: the words of the ontology, held in memory since every page needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from kg.errors import SettingsError
from kg.vocabulary import KG, KGV

Text = tuple[str, str]
"""Words and their language tag (empty when there is none)."""
_NAMES = (SKOS.prefLabel, RDFS.label)


@dataclass(frozen=True, slots=True)
class Term:
    """One class, property or concept."""

    iri: str
    name: str
    kind: str
    """`class`, `property`, `concept` or `scheme`."""
    labels: tuple[Text, ...]
    definitions: tuple[Text, ...]
    notes: tuple[Text, ...]
    links: tuple[tuple[str, tuple[str, ...]], ...]
    """What it is tied to by: words -> IRIs."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Every term of the ontology by IRI, in its order, and the graph that they stand in."""

    by_iri: Mapping[str, Term]
    graph: Graph
    source: Path
    prefixes: Mapping[str, str]
    """Prefix -> namespace, as the file declares them."""

    def labels(self, iri: str) -> tuple[Text, ...]:
        """Return the labels of a term, none when it is not ours."""
        term = self.by_iri.get(iri)
        return term.labels if term else ()

    def of_kind(self, kind: str) -> list[Term]:
        """Return the terms of one kind in the order of the ontology."""
        return [term for term in self.by_iri.values() if term.kind == kind]

    def concepts_of(self, scheme: str) -> list[Term]:
        """Return the concepts of a scheme."""
        members = {str(s) for s in self.graph.subjects(SKOS.inScheme, URIRef(scheme))}
        return [term for iri, term in self.by_iri.items() if iri in members]

    def compact(self, iri: str) -> str:
        """Return an IRI with the prefix that the ontology file gives it; the IRI where it gives none."""
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return iri

    def about(self, iri: str) -> Graph:
        """Return the triples of one term."""
        found = Graph()
        found += self.graph.triples((URIRef(iri), None, None))
        return found


_KINDS = {
    OWL.Class: "class",
    OWL.ObjectProperty: "property",
    OWL.DatatypeProperty: "property",
    SKOS.Concept: "concept",
    SKOS.ConceptScheme: "scheme",
}
_LINKS = (
    ("narrower than", RDFS.subClassOf),
    ("narrower than", RDFS.subPropertyOf),
    ("of", RDFS.domain),
    ("of", URIRef("https://schema.org/domainIncludes")),
    ("to", RDFS.range),
    ("to", URIRef("https://schema.org/rangeIncludes")),
    ("broader", SKOS.broader),
    ("list", SKOS.inScheme),
    ("same as", URIRef("https://schema.org/sameAs")),
    ("close to", SKOS.closeMatch),
)


def load_terms(path: Path) -> Terms:
    """Return the terms of an ontology file.

    Raises SettingsError when it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        graph = Graph().parse(data=text, format="turtle")
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    found = {
        str(s): _term(graph, s, kind)
        for rdf_type, kind in _KINDS.items()
        for s in graph.subjects(RDF.type, rdf_type)
        if isinstance(s, URIRef) and str(s).startswith((str(KG), str(KGV)))
    }
    order = {iri: text.find(_compact(iri) + " a ") for iri in found}
    ordered = {iri: found[iri] for iri in sorted(found, key=lambda i: (order[i], i))}
    prefixes = {prefix: str(namespace) for prefix, namespace in sorted(graph.namespaces()) if prefix}
    return Terms(ordered, graph, path, prefixes)


def _compact(iri: str) -> str:
    return iri.replace(str(KG), "kg:").replace(str(KGV), "kgv:")


def _term(graph: Graph, subject: URIRef, kind: str) -> Term:
    links: dict[str, list[str]] = {}
    for words, predicate in _LINKS:
        values = sorted(str(o) for o in graph.objects(subject, predicate))
        if values:
            links.setdefault(words, []).extend(values)
    return Term(
        iri=str(subject),
        name=_compact(str(subject)),
        kind=kind,
        labels=_texts(graph, subject, _NAMES),
        definitions=_texts(graph, subject, (SKOS.definition,)),
        notes=_texts(graph, subject, (SKOS.scopeNote,)),
        links=tuple((words, tuple(iris)) for words, iris in links.items()),
    )


def _texts(graph: Graph, subject: URIRef, predicates: Sequence[URIRef]) -> tuple[Text, ...]:
    found = {
        (str(o), o.language or "")
        for predicate in predicates
        for o in graph.objects(subject, predicate)
        if isinstance(o, Literal)
    }
    return tuple(sorted(found, key=lambda text: (text[1] != "en", text[1], text[0])))
