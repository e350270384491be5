"""What mapping and checking came to for each article, kept with a release for the next build."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.errors import StoreError
from kg.validate import Report, Severity, Violation, Wording, report_lines

FILE = "articles.jsonl"


@dataclass(frozen=True, slots=True)
class Told:
    """A violation with what a person needs to understand it."""

    violation: Violation
    labels: Mapping[str, str]
    """The names of the things in it, by IRI."""
    quotes: tuple[str, ...]
    """The sentences behind it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one article."""

    article: str
    """Its id."""
    key: str
    """Stands for all that its graphs and this verdict depend on."""
    issued: str
    """The day of publication, in ISO form."""
    shapes: tuple[Told, ...] = ()
    """What breaks a shape."""
    rules: tuple[Told, ...] = ()
    """What breaks a rule that looks at evidence as well; it keeps nothing out unless the build is strict."""
    fault: str = ""
    """Why no graph could be made of it."""
    statements: int = 0
    """How many were found in it that are published."""

    @property
    def passed(self) -> bool:
        """Whether it may be published."""
        return not self.fault and Report(tuple(each.violation for each in self.shapes)).conforms

    def errors(self) -> tuple[Told, ...]:
        """Return what keeps it out."""
        return tuple(each for each in self.shapes if each.violation.severity is Severity.VIOLATION)


def lines_of(told: Iterable[Told], where: str = "") -> Iterator[str]:
    """Yield violations in words; `where` is what their article is called."""
    for each in told:
        yield from _lines(each, where)


def _lines(told: Told, where: str) -> Iterator[str]:
    return report_lines(
        Report((told.violation,)),
        article=where,
        quotes=lambda _: told.quotes,
        label=lambda iri: told.labels.get(iri, iri),
    )


def save(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Write one verdict a line; raise StoreError when the disk fails."""
    try:
        with path.open("w", encoding="utf-8") as file:
            for verdict in verdicts:
                file.write(json.dumps(asdict(verdict), ensure_ascii=False, sort_keys=True) + "\n")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def load(path: Path) -> dict[str, Verdict]:
    """Return the verdicts of a file by article; none where it is not there or not of this version."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {verdict.article: verdict for verdict in map(_verdict, lines)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _verdict(line: str) -> Verdict:
    row = json.loads(line)
    return Verdict(**(row | {name: tuple(map(_told, row[name])) for name in ("shapes", "rules")}))


def _told(row: dict[str, Any]) -> Told:
    said = row["violation"]
    wordings = {name: Wording(**said[name]) for name in ("message", "advice")}
    violation = Violation(**(said | wordings | {"severity": Severity(said["severity"])}))
    return Told(violation, row["labels"], tuple(row["quotes"]))
