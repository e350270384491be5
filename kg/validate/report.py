"""Stage 5: what was found wrong, as values, as text for a person and as RDF."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SH

from kg.vocabulary import KGS


class Severity(StrEnum):
    """A violation keeps the article, or the release, back; a warning does not."""

    VIOLATION = "violation"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Wording:
    """One sentence in both languages of the project."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that breaks one shape or rule; a text is empty where there is nothing to say."""

    severity: Severity
    article: str
    """IRI of the article, where it is known."""
    focus: str
    """IRI of the thing that is wrong."""
    shape: str
    """IRI of the shape or rule."""
    path: str
    """IRI of the property, or a property path in words such as `party|side`."""
    value: str
    """The value that is wrong: an IRI or the text of a literal."""
    message: Wording
    advice: Wording


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found, violations first, in a fixed order."""

    violations: tuple[Violation, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings are allowed."""
        return not self.errors

    @property
    def errors(self) -> tuple[Violation, ...]:
        """The violations proper."""
        return tuple(v for v in self.violations if v.severity is Severity.VIOLATION)

    @property
    def warnings(self) -> tuple[Violation, ...]:
        """What is only incomplete or doubtful."""
        return tuple(v for v in self.violations if v.severity is Severity.WARNING)


def report_lines(
    report: Report,
    *,
    article: str = "",
    quotes: Callable[[Violation], Sequence[str]] = lambda _: (),
    label: Callable[[str], str] = lambda iri: iri,
    language: str = "en",
) -> Iterator[str]:
    """Yield the report for a person: article, statement in words, sentence, rule, what to do.

    `article` says how to call the article, else its IRI is labelled; `quotes` finds its words behind a
    violation, `label` the name of a thing.
    """
    for violation in report.violations:
        where = article or (label(violation.article) if violation.article else "")
        value = f" = {label(violation.value)}" if violation.value else ""
        path = f" [{_local(violation.path)}{value}]" if violation.path else value
        yield f"{violation.severity}: {where + ': ' if where else ''}{label(violation.focus)}{path}"
        yield f"  {getattr(violation.message, language)} ({_local(violation.shape)})"
        yield from (f"  “{quote}”" for quote in quotes(violation))
        yield f"  -> {getattr(violation.advice, language)}"


def report_graph(report: Report, iri: str) -> Graph:
    """Return the report as a `sh:ValidationReport` named `iri`; results get IRIs made from what they say."""
    graph = Graph()
    whole = URIRef(iri)
    graph.add((whole, RDF.type, SH.ValidationReport))
    graph.add((whole, SH.conforms, Literal(report.conforms)))
    for violation in report.violations:
        result = URIRef(f"{iri}/{_fingerprint(violation)}")
        graph.add((whole, SH.result, result))
        for predicate, value in _result(violation):
            graph.add((result, predicate, value))
    return graph


def _result(violation: Violation) -> Iterator[tuple[URIRef, URIRef | Literal]]:
    severe = violation.severity is Severity.VIOLATION
    yield RDF.type, SH.ValidationResult
    yield SH.resultSeverity, SH.Violation if severe else SH.Warning
    yield SH.focusNode, URIRef(violation.focus)
    yield SH.sourceShape, URIRef(violation.shape)
    if violation.article:
        yield DCTERMS.source, URIRef(violation.article)
    if _is_iri(violation.path):
        yield SH.resultPath, URIRef(violation.path)
    if violation.value:
        yield SH.value, URIRef(violation.value) if _is_iri(violation.value) else Literal(violation.value)
    for language in ("en", "zh"):
        yield SH.resultMessage, Literal(getattr(violation.message, language), lang=language)
        yield KGS.advice, Literal(getattr(violation.advice, language), lang=language)


def _fingerprint(violation: Violation) -> str:
    parts = (violation.article, violation.focus, violation.shape, violation.path, violation.value)
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _is_iri(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not set(text) & set(' <>"{}|^`\\')


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1]
