"""Stage evaluate, its lesson: the table of rules that tells an extractor how sure it may be."""

import json
from collections.abc import Iterable
from pathlib import Path

from kg.errors import SourceError
from kg.evaluate.items import document
from kg.precision import Record, record

_HEAD = """\
# How often what a rule says was right, on annotated articles that nobody had looked at: right/cases, a line
# for each rule and relation. Written by `kg calibrate`.
"""


def rule_records(evaluations: Iterable[Path]) -> dict[str, Record]:
    """Return the sums of what several evaluations (`kg eval --json`) say of each rule and relation.

    Raises SourceError for a file that is no such evaluation, naming the rule that is wrong.
    """
    found: dict[str, Record] = {}
    for path in evaluations:
        rules = document(path).get("rules")
        if not isinstance(rules, dict):
            raise SourceError(f"{path}: no evaluation with rules (`kg eval --json` writes one)")
        for rule, text in rules.items():
            found[rule] = found.get(rule, Record(0, 0)) + _record(path, rule, text)
    return dict(sorted(found.items()))


def as_yaml(records: dict[str, Record]) -> str:
    """Return the records as the table that the extractor reads."""
    return _HEAD + "".join(f"{json.dumps(rule)}: {record}\n" for rule, record in records.items())


def _record(path: Path, rule: str, text: object) -> Record:
    try:
        return record(str(text))
    except ValueError as error:
        raise SourceError(f"{path}: rules: {rule}: {error}") from error
