"""Map and check each article on its own: what breaks a shape is kept out, with all that only it brought.

An article whose findings, names and surroundings are as in the earlier release is not mapped and checked
again: its graphs are taken over, and so is what was said of them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

from kg import __version__
from kg.errors import KgError
from kg.gazetteer import Registry
from kg.map import ArticleGraphs, Run, article_graphs, catalog_graph, entities_graph, without_claims
from kg.map.terms import NAMED
from kg.model import Findings, Links
from kg.pipeline.described import Descriptions
from kg.pipeline.makers import maker
from kg.pipeline.tracking import Track, untracked
from kg.pipeline.verdicts import Told, Verdict, lines_of
from kg.resources import resource
from kg.store import Shelf, nquads_of, open_store, rows
from kg.validate import (
    Scope,
    SetRule,
    Shapes,
    Violation,
    check_set,
    load_shapes,
    set_rules,
    validate,
    with_descriptions,
)
from kg.vocabulary import CATALOG, KG, Names, article_graph, evidence_graph


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one article, and what stands for all that it depends on."""

    findings: Findings
    key: str

    @property
    def run(self) -> Run:
        """Return how it was found."""
        return Run(self.findings.extractor, {"accord-kg": __version__})


@dataclass(frozen=True, slots=True)
class Checked:
    """The articles that passed, who is who in them, and what was said of all."""

    articles: tuple[Found, ...]
    links: Links
    entities: Graph
    verdicts: tuple[Verdict, ...]
    """Of every article, by id; also of those that did not pass."""
    refused: tuple[str, ...]
    """For the person who builds: what did not pass and why, with the source's name."""


@dataclass(slots=True)
class Desk:
    """What checking works with, and the shelf on which it puts the graphs."""

    names: Names
    registry: Registry
    shelf: Shelf
    known: dict[str, Verdict]
    """By article, those of the earlier release."""
    track: Track = untracked
    withheld: Callable[[str], frozenset[str]] = lambda _: frozenset()
    """The ids of an article's claims that were withdrawn."""
    terms: list[bytes] = field(default_factory=lambda: list(_classes_of_terms()))
    """The classes of the ontology's own terms, as a default graph."""
    shapes: Shapes = field(default_factory=load_shapes)
    rules: tuple[SetRule, ...] = field(
        default_factory=lambda: tuple(rule for rule in set_rules() if rule.scope is Scope.ARTICLE)
    )


def _classes_of_terms() -> Iterator[bytes]:
    for term, kind in Graph().parse(resource("ontology/kg.ttl"), format="turtle").subject_objects(RDF.type):
        if isinstance(term, URIRef):
            yield f"{term.n3()} {RDF.type.n3()} {kind.n3()} .\n".encode()


def check_articles(
    read: Sequence[Found], linked: Callable[[Sequence[Findings]], Links], desk: Desk
) -> Checked:
    """Return the articles whose graph keeps to the shapes, in the order given, and shelve their graphs."""
    verdicts: dict[str, Verdict] = {}
    refused: list[str] = []
    while True:
        links = linked([each.findings for each in read])
        told = [_without_withdrawn(each, links, desk) for each in read]
        entities = entities_graph(links, [each.findings for each in told], desk.registry, desk.names)
        descriptions = Descriptions(entities)
        for each in desk.track(told, "checking", len(told)):
            article = each.findings.article.id
            key = _key(each, links, descriptions, desk.names)
            if article not in verdicts or verdicts[article].key != key:
                verdicts[article] = _verdict(each, key, links, descriptions, desk)
        passed = tuple(each for each in read if verdicts[each.findings.article.id].passed)
        refused += [_message(e, verdicts) for e in read if not verdicts[e.findings.article.id].passed]
        if len(passed) == len(read):
            ordered = tuple(verdicts[article] for article in sorted(verdicts))
            return Checked(tuple(told), links, entities, ordered, tuple(refused))
        # Names and identities may rest on a refused article: the others are linked again without it.
        read = passed


def _without_withdrawn(found: Found, links: Links, desk: Desk) -> Found:
    withheld = desk.withheld(found.findings.article.id)
    if not withheld:
        return found
    # What is left depends on what was withdrawn: so does the key.
    key = hashlib.sha256("\n".join((found.key, *sorted(withheld))).encode()).hexdigest()
    return Found(without_claims(found.findings, links, desk.names, withheld), key)


def _message(found: Found, verdicts: Mapping[str, Verdict]) -> str:
    article = found.findings.article
    verdict = verdicts[article.id]
    return verdict.fault or "\n".join(lines_of(verdict.errors(), article.source))


def _verdict(found: Found, key: str, links: Links, descriptions: Descriptions, desk: Desk) -> Verdict:
    article = found.findings.article.id
    known = desk.known.get(article)
    graphs = [str(desk.names.graph(name)) for name in (article_graph(article), evidence_graph(article))]
    if known is not None and known.key == key and not known.fault:
        if known.passed:
            for graph in graphs:
                desk.shelf.keep(graph)
        return known
    for graph in graphs:
        desk.shelf.drop(graph)
    verdict, lines = _judged(found, key, links, descriptions, desk)
    for graph, told in zip(graphs, lines, strict=False):
        desk.shelf.put(graph, told)
    return verdict


def _key(found: Found, links: Links, descriptions: Descriptions, names: Names) -> str:
    article = found.findings.article.id
    paths = {entity.key: links.paths.get((article, entity.key)) for entity in found.findings.entities}
    named = {paths[entity.key] for entity in found.findings.entities if entity.kind in NAMED}
    labels = {path: links.labels.get(path) for path in named if path is not None}
    known = sorted(descriptions.digest(str(names.of_path(path))) for path in labels)
    who = [sorted(paths.items()), sorted(labels.items()), links.publishers.get(article)]
    told = [found.key, found.run.name, maker("check"), names.base, who, known]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _judged(
    found: Found, key: str, links: Links, descriptions: Descriptions, desk: Desk
) -> tuple[Verdict, list[list[bytes]]]:
    """Return the verdict and, for an article that passed, the lines of its two graphs."""
    findings, names = found.findings, desk.names
    article, issued = findings.article.id, str(findings.article.published or "")
    try:
        graphs = article_graphs(findings, links, names, run=found.run.iri(names))
        iri = str(names.thing("article", article))
        report = validate(with_descriptions(graphs.facts, descriptions.graph), desk.shapes, article=iri)
        lines = [
            nquads_of(str(names.graph(name)), graph.serialize(format="nt", encoding="utf-8"))
            for name, graph in (
                (article_graph(article), graphs.facts),
                (evidence_graph(article), graphs.evidence),
            )
        ]
    except KgError as error:
        return Verdict(article, key, issued, fault=str(error)), []
    shapes = tuple(_told(each, graphs) for each in report.violations)
    verdict = Verdict(article, key, issued, shapes, statements=len(findings.facts))
    if not verdict.passed:
        return verdict, []
    rules = tuple(_told(each, graphs) for each in _broken(found, lines, links, desk))
    return replace(verdict, rules=rules), lines


def _broken(
    found: Found, lines: Sequence[Iterable[bytes]], links: Links, desk: Desk
) -> tuple[Violation, ...]:
    """Return what breaks the rules that look at one article's facts, evidence and entry in the catalog."""
    names = desk.names
    entry = catalog_graph([found.findings.article], [found.run], links, names, title="")
    catalog = nquads_of(str(names.graph(CATALOG)), entry.serialize(format="nt", encoding="utf-8"))
    store = open_store()
    store.load(b"".join(line for graph in (desk.terms, *lines, catalog) for line in graph))
    report = check_set(
        lambda sparql: [{name: str(term) for name, term in row.items()} for row in rows(store, sparql)],
        desk.rules,
    )
    store.close()
    return report.violations


def _told(violation: Violation, graphs: ArticleGraphs) -> Told:
    named = {iri for iri in (violation.focus, violation.value, violation.article) if iri}
    labels = {iri: _label(iri, graphs.facts) for iri in sorted(named)}
    return Told(violation, labels, tuple(words_behind(violation, graphs.evidence)))


def words_behind(violation: Violation, evidence: Graph) -> list[str]:
    """Return the quotations behind the statements that a violation is about, in the order of the text."""
    focus = URIRef(violation.focus)
    claims = [c for c in evidence.subjects(RDF.subject, focus) if _about(c, violation, evidence)]
    passages = {p for claim in claims for p in evidence.objects(claim, KG.supportedBy)}
    placed = sorted(
        (int(str(evidence.value(p, KG.start))), str(evidence.value(p, KG.quote))) for p in passages
    )
    return [quote for _, quote in placed]


def _label(iri: str, facts: Graph) -> str:
    """Return a thing's name, else the end of its IRI."""
    names = sorted(str(name) for name in facts.objects(URIRef(iri), RDFS.label))
    return names[0] if names else local_name(iri)


def local_name(iri: str) -> str:
    """Return the end of an IRI that has no label."""
    return iri.rsplit("#", 1)[-1].rsplit("/id/", 1)[-1]


def _about(claim: Node, violation: Violation, evidence: Graph) -> bool:
    if not violation.path.startswith(str(KG)):
        return True
    return (claim, RDF.predicate, URIRef(violation.path)) in evidence
