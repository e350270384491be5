"""Check the statements of a release against the shapes and against the rules over all articles."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from rdflib import Graph

from kg.checks import Check
from kg.store import MANIFEST, NQUADS, lines_of, open_store, read_graph, read_manifest, rows, triple_of
from kg.validate import Severity, Violation, check_set, load_shapes, set_rules, validate, with_descriptions
from kg.vocabulary import ENTITIES, FACTS, Names

_EVIDENCE = "/evidence"


def check_shapes(dumps: Path, names: Names) -> Iterator[Check]:
    """Check each article's statements against the shapes, and all of them against the rules over all."""
    articles = str(names.graph("article/"))
    graphs = [
        g for g in read_manifest(dumps / MANIFEST) if g.startswith(articles) and not g.endswith(_EVIDENCE)
    ]
    shapes, entities = load_shapes(), _graph(dumps, str(names.graph(ENTITIES)))
    faults = []
    for graph in graphs:
        article = str(names.thing("article", graph.removeprefix(articles)))
        report = validate(with_descriptions(_graph(dumps, graph), entities), shapes, article=article)
        faults += [_words(violation) for violation in report.errors]
    yield Check(f"shapes: the statements of {len(graphs):,} articles keep to them", tuple(faults))
    yield _rules(dumps, names)


def _rules(dumps: Path, names: Names) -> Check:
    rules = set_rules()
    with tempfile.TemporaryDirectory(prefix="accord-verify-") as temporary:
        store = open_store(Path(temporary) / "store", prefixes=names.prefixes())
        try:
            store.load(lines_of(dumps))
            store.copy_to_default(str(names.graph(FACTS)))
            report = check_set(
                lambda sparql: [
                    {name: str(term) for name, term in row.items()} for row in rows(store, sparql)
                ],
                rules,
            )
        finally:
            store.close()
    faults = tuple(_words(each) for each in report.violations if each.severity is Severity.VIOLATION)
    warnings = len(report.violations) - len(faults)
    more = f"; {warnings:,} warnings" if warnings else ""
    return Check(f"rules: {len(rules)} of them over all articles hold{more}", faults)


def _words(violation: Violation) -> str:
    where = f"{violation.article}: " if violation.article else ""
    return f"{where}{violation.focus}: {violation.message.en}"


def _graph(dumps: Path, graph: str) -> Graph:
    entry = read_manifest(dumps / MANIFEST).get(graph)
    triples = b"".join(map(triple_of, read_graph(dumps / NQUADS, entry))) if entry else b""
    return Graph().parse(data=triples, format="nt")
