"""Stage 5: SHACL Core on one article's graph; the only file that imports pyshacl.

The graph must be a plain rdflib graph in memory: on Oxigraph pyshacl misjudges `sh:in` with strings.
pyshacl switches rdflib's literal normalisation off and on while it takes up the shapes, in the whole
process: so one validation at a time in a process, with no other thread parsing RDF.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH, SKOS
from rdflib.term import Node

from kg.errors import ShapeError
from kg.resources import resource
from kg.validate.report import Report, Severity, Violation, Wording
from kg.vocabulary import KGS


@dataclass(frozen=True, slots=True)
class _Rule:
    severity: Severity
    path: str
    message: Wording
    advice: Wording


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes, the lists that they refer to, and what each says in words; load once and keep."""

    graph: Graph
    """Without the words, since pyshacl would look through them for constraints again and again."""
    lists: Graph
    """Which concept is in which list, from the ontology."""
    rules: Mapping[str, _Rule]


def load_shapes() -> Shapes:
    """Return the shapes that ship with the package.

    Raises ShapeError when a file is missing, does not parse or a shape lacks its words.
    """
    try:
        graph = Graph().parse(resource("shapes/kg.ttl"), format="turtle")
        ontology = Graph().parse(resource("ontology/kg.ttl"), format="turtle")
    except (OSError, SyntaxError) as error:
        raise ShapeError(f"cannot read the shapes or the ontology: {error}") from error
    rules = {str(shape): _rule(graph, shape) for shape in _worded(graph)}
    for words in (SH.message, KGS.advice):
        graph.remove((None, words, None))
    lists = Graph()
    for triple in ontology.triples((None, SKOS.inScheme, None)):
        lists.add(triple)
    return Shapes(graph, lists, rules)


def validate(graph: Graph, shapes: Shapes, *, article: str = "") -> Report:
    """Return what is wrong with an article's facts and the descriptions they use (`with_descriptions`).

    `article` is its IRI, which every violation then carries. Raises ShapeError when pyshacl cannot work.
    """
    from pyshacl import validate as run  # noqa: PLC0415  half a second to import, and only building needs it
    from pyshacl.errors import ReportableRuntimeError  # noqa: PLC0415  as above

    data = Graph()
    data += graph
    data += shapes.lists
    try:
        _, found, text = run(data, shacl_graph=shapes.graph, inference="none", advanced=False)
    except ReportableRuntimeError as error:
        raise ShapeError(f"pyshacl: {error.message}") from error
    if not isinstance(found, Graph):
        raise ShapeError(f"pyshacl: {text}")
    results = found.objects(None, SH.result)  # not by class: what breaks inside a shape is a result as well
    return Report(tuple(sorted({_violation(found, result, shapes, article) for result in results})))


def with_descriptions(facts: Graph, entities: Graph) -> Graph:
    """Return the facts and, from `entities`, the description of all that they use, however far away."""
    whole = Graph()
    whole += facts
    seen: set[Node] = set()
    wanted = set(facts.subjects()) | set(facts.objects())
    while wanted:
        node = wanted.pop()
        seen.add(node)
        for triple in entities.triples((node, None, None)):
            whole.add(triple)
            if isinstance(triple[2], URIRef) and triple[2] not in seen:
                wanted.add(triple[2])
    return whole


def _violation(found: Graph, result: Node, shapes: Shapes, article: str) -> Violation:
    shape = str(found.value(result, SH.sourceShape))
    rule = shapes.rules.get(shape)
    if rule is None:
        raise ShapeError(f"the shape {shape} was broken and has no words of its own")
    return Violation(
        severity=rule.severity,
        article=article,
        focus=str(found.value(result, SH.focusNode)),
        shape=shape,
        path=rule.path,
        value=str(found.value(result, SH.value) or ""),
        message=rule.message,
        advice=rule.advice,
    )


def _worded(graph: Graph) -> Iterator[URIRef]:
    yield from (shape for shape in graph.subjects(KGS.advice) if isinstance(shape, URIRef))


def _rule(graph: Graph, shape: URIRef) -> _Rule:
    severity = graph.value(shape, SH.severity)
    return _Rule(
        severity=Severity.WARNING if severity == SH.Warning else Severity.VIOLATION,
        path=_path_in_words(graph, graph.value(shape, SH.path)),
        message=_wording(graph, shape, SH.message),
        advice=_wording(graph, shape, KGS.advice),
    )


def _wording(graph: Graph, shape: URIRef, predicate: URIRef) -> Wording:
    words = {w.language: str(w) for w in graph.objects(shape, predicate) if isinstance(w, Literal)}
    if set(words) != {"en", "zh"}:
        raise ShapeError(f"shapes/kg.ttl: {shape} needs {predicate} in English and Chinese")
    return Wording(words["en"], words["zh"])


def _path_in_words(graph: Graph, path: Node | None) -> str:
    if path is None or isinstance(path, URIRef):
        return str(path or "")
    for predicate, joint in ((SH.alternativePath, "|"), (SH.inversePath, "^")):
        inner = graph.value(path, predicate)
        if inner is not None:
            return joint.join(_steps(graph, inner)) if joint == "|" else f"^{_local(inner)}"
    return "/".join(_steps(graph, path))


def _steps(graph: Graph, steps: Node) -> list[str]:
    return [_local(step) for step in cast("Iterator[Node]", Collection(graph, steps))]


def _local(iri: Node) -> str:
    return str(iri).rsplit("#", 1)[-1]
