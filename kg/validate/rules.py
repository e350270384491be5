"""Stage 5: rules over the whole store, one SPARQL query each, in `kg/resources/rules`.

A rule selects what is wrong: `?focus` and, where they help, `?article`, `?path` and `?value`. No row: all is
well. SHACL's own SPARQL constraints say the same, at a thousand times the cost.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kg.errors import ShapeError
from kg.resources import resource
from kg.validate.report import Report, Severity, Violation, Wording
from kg.vocabulary import KGS

Row = Mapping[str, str]
"""One answer: variable name without `?` -> IRI or text of the literal; an unbound variable is left out."""

_HEADER = re.compile(r"# (title|severity|scope|message|advice)(?: (zh))?: (.+)")


class Scope(StrEnum):
    """What a rule has to see."""

    ARTICLE = "article"
    """One article's facts, evidence and entry in the catalog: it can be tried on each article alone."""
    STORE = "store"
    """The consolidated view or the graph of entities."""


@dataclass(frozen=True, slots=True)
class SetRule:
    """One rule: its name (the file's), what it says and the query that finds what breaks it."""

    name: str
    severity: Severity
    scope: Scope
    title: Wording
    message: Wording
    advice: Wording
    sparql: str


def set_rules() -> tuple[SetRule, ...]:
    """Return the rules that ship with the package, by name.

    Raises ShapeError naming the file whose header is incomplete.
    """
    return tuple(_read(path) for path in sorted(resource("rules").glob("*.rq")))


def check_set(query: Callable[[str], Iterable[Row]], rules: Iterable[SetRule]) -> Report:
    """Return what breaks the rules in the store that `query` asks.

    Raises ShapeError for a rule that does not say what is wrong; what `query` raises passes through.
    """
    return Report(tuple(sorted({found for rule in rules for found in _broken(query(rule.sparql), rule)})))


def _broken(rows: Iterable[Row], rule: SetRule) -> Iterator[Violation]:
    for row in rows:
        if not row.get("focus"):
            raise ShapeError(f"rules/{rule.name}.rq: an answer without ?focus")
        yield Violation(
            severity=rule.severity,
            article=row.get("article", ""),
            focus=row["focus"],
            shape=str(KGS[rule.name]),
            path=row.get("path", ""),
            value=row.get("value", ""),
            message=rule.message,
            advice=rule.advice,
        )


def _read(path: Path) -> SetRule:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ShapeError(f"{path.name}: {error}") from error
    said = {(key, language): words for key, language, words in _HEADER.findall(text)}
    try:
        wordings = {k: Wording(said[k, ""], said[k, "zh"]) for k in ("title", "message", "advice")}
        severity, scope = Severity(said["severity", ""]), Scope(said["scope", ""])
    except (KeyError, ValueError) as error:
        raise ShapeError(f"{path.name}: the header lacks or misspells {error}") from error
    return SetRule(path.stem, severity, scope, **wordings, sparql=text)
