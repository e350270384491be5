"""What was too unsure to be asserted, as a table for a person who decides."""

import csv
import io
from collections.abc import Iterable, Iterator

from kg.model import ARTICLE_KEY, Concept, Entity, Fact, Findings, Ref, Text, Value

COLUMNS = ("article", "subject", "relation", "value", "confidence", "rule", "quote")


def review_table(read: Iterable[Findings]) -> str:
    """Return the held facts of all articles as tab-separated lines, those most likely right first."""
    rows = sorted((row for findings in read for row in _rows(findings)), key=_surest_first)
    lines = io.StringIO()
    table = csv.writer(lines, delimiter="\t", lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(rows)
    return lines.getvalue()


def _rows(findings: Findings) -> Iterator[tuple[str, ...]]:
    entities = {entity.key: entity for entity in (*findings.entities, *findings.doubted)}
    for fact in findings.held:
        yield (
            findings.article.id,
            _name(fact.subject, entities),
            fact.relation.value,
            _words(fact.value, entities),
            f"{fact.confidence:.3f}",
            fact.rule,
            _quote(findings.article.text, fact),
        )


def _surest_first(row: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
    return -float(row[COLUMNS.index("confidence")]), row


def _name(key: str, entities: dict[str, Entity]) -> str:
    return "the article" if key == ARTICLE_KEY else " ".join(entities[key].name.split())


def _words(value: Value, entities: dict[str, Entity]) -> str:
    match value:
        case Ref(key):
            return _name(key, entities)
        case Concept(name):
            return name
        case Text(words, _):
            return " ".join(words.split())
        case _:
            return str(value)


def _quote(text: str, fact: Fact) -> str:
    first = min(fact.evidence)
    return " ".join(text[first.start : first.end].split())
