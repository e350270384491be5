"""Map and check each article on its own: what breaks a shape is kept out, with all that only it brought."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

from kg import __version__
from kg.errors import KgError
from kg.gazetteer import Registry
from kg.map import ArticleGraphs, Run, article_graphs, entities_graph
from kg.model import Findings, Links
from kg.validate import Report, Shapes, Violation, load_shapes, report_lines, validate, with_descriptions
from kg.vocabulary import KG, Names


@dataclass(frozen=True, slots=True)
class Mapped:
    """One article that passed: what was found, its graphs and what is only incomplete."""

    findings: Findings
    graphs: ArticleGraphs
    run: Run
    report: Report
    """Warnings only."""

    def readable(self, where: str) -> Iterator[str]:
        """Yield the report in words, with the sentences behind it; `where` names the article."""
        return report_lines(
            self.report,
            article=where,
            quotes=lambda violation: words_behind(violation, self.graphs.evidence),
            label=lambda iri: label_in((self.graphs.facts,), iri),
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """One article that did not pass, and why."""

    message: str
    """Names the source, for the person who builds."""
    in_words: str
    """Names the article by its id, for the release, which knows no paths."""
    report: Report


@dataclass(frozen=True, slots=True)
class Checked:
    """The articles that passed, who is who in them, and those that did not pass."""

    articles: tuple[Mapped, ...]
    links: Links
    refused: tuple[Refused, ...]


def check_articles(
    read: Sequence[Findings],
    linked: Callable[[Sequence[Findings]], Links],
    registry: Registry,
    names: Names,
) -> Checked:
    """Return the articles whose graph keeps to the shapes, in the order given."""
    shapes = load_shapes()
    refused: list[Refused] = []
    while True:
        links = linked(read)
        entities = entities_graph(links, read, registry, names)
        verdicts = [_verdict(findings, links, entities, shapes, names) for findings in read]
        passed = tuple(verdict for verdict in verdicts if isinstance(verdict, Mapped))
        refused += [verdict for verdict in verdicts if isinstance(verdict, Refused)]
        if len(passed) == len(read):
            return Checked(passed, links, tuple(refused))
        # Names and identities may rest on a refused article: the others are linked again without it.
        read = [each.findings for each in passed]


def _verdict(
    findings: Findings, links: Links, entities: Graph, shapes: Shapes, names: Names
) -> Mapped | Refused:
    run = Run(findings.extractor, {"accord-kg": __version__})
    try:
        graphs = article_graphs(findings, links, names, run=run.iri(names))
        article = str(names.thing("article", findings.article.id))
        report = validate(with_descriptions(graphs.facts, entities), shapes, article=article)
    except KgError as error:
        return Refused(str(error), f"{findings.article.id}: cannot be mapped", Report())
    if report.conforms:
        return Mapped(findings, graphs, run, report)
    errors = Mapped(findings, graphs, run, Report(report.errors))
    message, in_words = (
        "\n".join(errors.readable(where)) for where in (findings.article.source, findings.article.id)
    )
    return Refused(message, in_words, report)


def readable(report: Report, checked: Checked) -> Iterator[str]:
    """Yield what the rules over all articles found, in words, with the sentences behind it."""
    graphs = [each.graphs for each in checked.articles]
    return report_lines(
        report,
        quotes=lambda violation: [q for each in graphs for q in words_behind(violation, each.evidence)],
        label=lambda iri: label_in([each.facts for each in graphs], iri),
    )


def words_behind(violation: Violation, evidence: Graph) -> list[str]:
    """Return the quotations behind the statements that a violation is about, in the order of the text."""
    focus = URIRef(violation.focus)
    claims = [c for c in evidence.subjects(RDF.subject, focus) if _about(c, violation, evidence)]
    passages = {p for claim in claims for p in evidence.objects(claim, KG.supportedBy)}
    placed = sorted(
        (int(str(evidence.value(p, KG.start))), str(evidence.value(p, KG.quote))) for p in passages
    )
    return [quote for _, quote in placed]


def label_in(graphs: Sequence[Graph], iri: str) -> str:
    """Return a thing's name in the first of the graphs that has one, else the end of its IRI."""
    for graph in graphs:
        names = sorted(str(name) for name in graph.objects(URIRef(iri), RDFS.label))
        if names:
            return names[0]
    return iri.rsplit("#", 1)[-1].rsplit("/id/", 1)[-1]


def _about(claim: Node, violation: Violation, evidence: Graph) -> bool:
    if not violation.path.startswith(str(KG)):
        return True
    return (claim, RDF.predicate, URIRef(violation.path)) in evidence
