"""The W3C's SPARQL 1.1 test suite: its manifests read, and results compared as the suite means them.

The suite is no part of the project; tests use it where it lies beside the tree.
"""

import csv
import io
import math
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, Namespace

SUITE = Path(__file__).parent.parent.parent / "shared/w3c/sparql11"
BASE = "http://suite.example/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
CNT = Namespace("http://www.w3.org/2011/content#")
QUERY_FOLDERS = (
    "aggregates", "bind", "bindings", "cast", "construct", "csv-tsv-res", "exists", "functions", "grouping",
    "json-res", "negation", "project-expression", "property-path", "subquery",
)  # fmt: skip
_EVALUATIONS = {MF.QueryEvaluationTest, MF.CSVResultFormatTest}
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = {
    _XSD + name
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt",
        "nonPositiveInteger", "negativeInteger",
    )
}  # fmt: skip
_FLOATS = {_XSD + "double", _XSD + "float"}
_FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML}
_RESULTS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One query over some files, and the file with what it should give."""

    name: str
    query: Path
    data: str
    """IRI of the file that is the default graph; empty when there is none."""
    graphs: tuple[str, ...]
    result: Path

    @property
    def sparql(self):
        """The query, told where it stands, since some name files beside it."""
        return f"BASE <{iri_of(self.query)}>\n{self.query.read_text(encoding='utf-8')}"

    @property
    def media(self):
        """The format in which the result is asked for."""
        if self.result.suffix == ".ttl" and b"rs:ResultSet" not in self.result.read_bytes():
            return "application/n-triples"
        known = {".csv": "text/csv", ".tsv": "text/tab-separated-values"}
        return known.get(self.result.suffix, "application/sparql-results+json")


def iri_of(path):
    return BASE + path.relative_to(SUITE).as_posix()


def file_of(iri):
    return SUITE / iri.removeprefix(BASE)


def manifest(folder, name="manifest.ttl"):
    """Return the entries of a manifest in its order, and its graph."""
    path = SUITE / folder / name
    graph = rdflib.Graph().parse(path, format="turtle", publicID=iri_of(path))
    head = next(graph.subjects(RDF.type, MF.Manifest))
    entries = graph.value(head, MF.entries)
    return list(Collection(graph, entries)) if entries else [], graph


@cache
def evaluations():
    """Return every query evaluation test."""
    found = []
    for folder in QUERY_FOLDERS:
        entries, graph = manifest(folder)
        for entry in entries:
            if graph.value(entry, RDF.type) in _EVALUATIONS:
                found += [_evaluation(folder, entry, graph)]
    return tuple(found)


def _evaluation(folder, entry, graph):
    action = graph.value(entry, MF.action)
    data = graph.value(action, QT.data)
    return Evaluation(
        f"{folder}/{str(entry).rpartition('#')[2]}",
        file_of(str(graph.value(action, QT.query))),
        str(data) if data else "",
        tuple(sorted(str(iri) for iri in graph.objects(action, QT.graphData))),
        file_of(str(graph.value(entry, MF.result))),
    )


@cache
def syntaxes():
    """Return (name, file, whether it is a query) of every test of syntax."""
    entries, graph = manifest("syntax-query")
    kinds = {MF.PositiveSyntaxTest11: True, MF.NegativeSyntaxTest11: False}
    return tuple(
        (
            str(entry).rpartition("#")[2],
            file_of(str(graph.value(entry, MF.action))),
            kinds[graph.value(entry, RDF.type)],
        )
        for entry in entries
    )


def load(store, iri, *, graph=None):
    """Put a file of the suite into a graph of a store."""
    path = file_of(iri)
    store.load(path.read_bytes(), _FORMATS[path.suffix], base_iri=iri, to_graph=graph or ox.DefaultGraph())


def agrees(test, body):
    """Return whether a result, as the bytes of the test's media type, is the expected one."""
    expected = test.result.read_bytes()
    if b"rs:ResultSet" in expected:
        return _same(_rows(body, ox.QueryResultsFormat.JSON), _result_set(test.result), ordered=False)
    if test.result.suffix == ".ttl":
        ours = rdflib.Graph().parse(data=body, format="nt")
        theirs = rdflib.Graph().parse(data=expected, format="turtle", publicID=iri_of(test.result))
        return isomorphic(_by_value(ours), _by_value(theirs))
    if test.result.suffix == ".csv":
        return _same(_csv_rows(body), _csv_rows(expected), ordered=False)
    form = ox.QueryResultsFormat.TSV if test.media.startswith("text/tab") else ox.QueryResultsFormat.JSON
    ours, theirs = _rows(body, form), _rows(expected, _RESULTS[test.result.suffix])
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    return _same(ours, theirs, ordered=b"ORDER BY" in test.query.read_bytes().upper())


def _rows(body, form):
    results = ox.parse_query_results(body, form)
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]
    return [
        {name: _value(solution[name]) for name in names if solution[name] is not None} for solution in results
    ]


def _result_set(path):
    graph = rdflib.Graph().parse(path, format="turtle", publicID=iri_of(path))
    return [
        {
            str(graph.value(binding, RS.variable)): _of_rdflib(graph.value(binding, RS.value))
            for binding in graph.objects(solution, RS.binding)
        }
        for solution in graph.objects(None, RS.solution)
    ]


def _of_rdflib(term):
    if isinstance(term, rdflib.URIRef):
        return ("iri", str(term))
    kind = str(term.datatype or _XSD + "string")
    return ("literal", kind, _number(str(term), kind), term.language or "")


def _csv_rows(body):
    header, *rows = list(csv.reader(io.StringIO(body.decode())))
    return [
        {
            name: ("bnode", text[2:]) if text.startswith("_:") else ("text", text)
            for name, text in zip(header, row, strict=True)
        }
        for row in rows
    ]


def _value(term):
    """Return a term so that numbers of one type are equal by value, and blank nodes are known as such."""
    if isinstance(term, ox.BlankNode):
        return ("bnode", term.value)
    if isinstance(term, ox.NamedNode):
        return ("iri", term.value)
    if isinstance(term, ox.Triple):
        return ("triple", *map(_value, (term.subject, term.predicate, term.object)))
    kind = term.datatype.value
    return ("literal", kind, _number(term.value, kind), (term.language or "").lower())


def _number(text, kind):
    try:
        if kind in _INTEGERS or kind == _XSD + "decimal":
            return Decimal(text)
        if kind == _XSD + "boolean":
            return {"1": "true", "0": "false"}.get(text, text)
        if kind in _FLOATS:
            number = float(text.replace("INF", "inf"))
            return (
                "NaN" if math.isnan(number) else float(f"{number:.6g}") if kind.endswith("float") else number
            )
    except (ValueError, InvalidOperation):
        pass
    return text


def _same(ours, theirs, *, ordered):
    """Return whether two tables are equal up to the names of blank nodes."""
    if len(ours) != len(theirs):
        return False
    if Counter(map(_shape, ours)) != Counter(map(_shape, theirs)):
        return False
    if ordered and list(map(_shape, ours)) != list(map(_shape, theirs)):
        return False
    return _matched(ours, theirs, {}, {})


def _shape(row):
    return tuple(sorted((name, _blanked(value)) for name, value in row.items()))


def _blanked(value):
    if value[0] == "triple":
        return ("triple", *map(_blanked, value[1:]))
    return ("bnode",) if value[0] == "bnode" else value


def _matched(ours, theirs, there, back):
    """Find names for the blank nodes by trying each row with each."""
    if not ours:
        return True
    first, rest = ours[0], ours[1:]
    for number, candidate in enumerate(theirs):
        if _shape(first) != _shape(candidate):
            continue
        tried, tried_back = dict(there), dict(back)
        if all(
            _paired(value, candidate[name], tried, tried_back) for name, value in first.items()
        ) and _matched(rest, theirs[:number] + theirs[number + 1 :], tried, tried_back):
            return True
    return False


def _paired(ours, theirs, there, back):
    if ours[0] == "triple":
        return all(_paired(a, b, there, back) for a, b in zip(ours[1:], theirs[1:], strict=True))
    if ours[0] != "bnode":
        return True
    return there.setdefault(ours, theirs) == theirs and back.setdefault(theirs, ours) == ours


def _by_value(graph):
    """Return a graph whose numbers are written in one way."""
    same = rdflib.Graph()
    for triple in graph:
        same.add(tuple(map(_written_alike, triple)))
    return same


def _written_alike(term):
    if not isinstance(term, rdflib.Literal) or term.datatype is None:
        return term
    return rdflib.Literal(str(_number(str(term), str(term.datatype))), datatype=term.datatype)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a protocol test, and what must come back."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statuses: frozenset[str]
    """Such as `OK` or `StatusCode4xx`."""
    boolean: bool | None
    answer: bytes
    """The graph that must come back, as Turtle; empty when none is told."""


def requests_of(entry, graph):
    """Return the requests of a test in their order."""
    action = graph.value(entry, MF.action)
    return [_request(node, graph) for node in Collection(graph, graph.value(action, HT.requests))]


def _request(node, graph):
    response = graph.value(node, HT.resp)
    expected = graph.value(response, MF.expectedBoolean)
    return Request(
        str(graph.value(node, HT.methodName)),
        str(graph.value(node, HT.absolutePath)),
        tuple(_headers(node, graph)),
        _body(node, graph),
        frozenset(str(s).rpartition("#")[2] for s in graph.objects(response, MF.expectedStatus)),
        None if expected is None else bool(expected.toPython()),
        _body(response, graph),
    )


def _headers(node, graph):
    listed = graph.value(node, HT.headers)
    for header in Collection(graph, listed) if listed else ():
        yield str(graph.value(header, HT.fieldName)), str(graph.value(header, HT.fieldValue))


def _body(node, graph):
    body = graph.value(node, HT.body)
    if body is None:
        return b""
    text = str(graph.value(body, CNT.chars))
    return text.encode(str(graph.value(body, CNT.characterEncoding) or "utf-8"))
