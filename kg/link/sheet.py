"""The queue as a spreadsheet: out for people who decide there, and in again."""

import csv
import io
from collections.abc import Iterable, Iterator

from kg.errors import SourceError
from kg.link.mappings import Row, curie_of
from kg.link.review import Question, Review, Verdict

COLUMNS = ("decision", "subject_id", "name", "kind", "object_id", "object_label", "description", "confidence",
           "tier", "reason", "features", "sentence")  # fmt: skip
_READ = ("decision", "subject_id", "object_id")
_FORMULA = ("=", "+", "-", "@", "\t")


def sheet_of(questions: Iterable[Question], *, delimiter: str) -> str:
    """Return one line a candidate, its `decision` to be filled in: accept, reject, none or unsure."""
    lines = io.StringIO()
    table = csv.writer(lines, delimiter=delimiter, lineterminator="\n")
    table.writerow(COLUMNS)
    for question in questions:
        table.writerows([_safe(cell) for cell in _cells(question, row)] for row in question.candidates)
    return lines.getvalue()


def _cells(question: Question, row: Row) -> Iterator[str]:
    told = row.told
    features = "; ".join(f"{n.removeprefix('+')} {v}" for n, v in told.items() if n.startswith("+"))
    yield from ("", curie_of(question.subject), question.name, question.kind, row.object_id, row.object_label)
    yield from (told.get("description", ""), row.confidence, told.get("tier", ""), told.get("reason", ""))
    yield from (features, question.sentences[0].text if question.sentences else "")


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: names and sentences are words of strangers."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def apply_sheet(review: Review, text: str, *, name: str) -> int:
    """Decide what a sheet says, all of it or nothing; return how many decisions it held.

    Raises SourceError that names the line where one cannot be obeyed.
    """
    decided = list(_decisions(review, text, name))
    for question, verdict, item in decided:
        review.decide(question, verdict, item)
    return len(decided)


def _decisions(review: Review, text: str, name: str) -> Iterator[tuple[Question, Verdict, str]]:
    first = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
    if missing := set(_READ) - set(table.fieldnames or ()):
        raise SourceError(f"{name}: columns missing: {', '.join(sorted(missing))}")
    known = {curie_of(question.subject): question for question in review.questions()}
    seen: dict[str, str] = {}
    for row in table:
        decision, subject, item = ((row.get(column) or "").strip() for column in _READ)
        where = f"{name}, line {table.line_num}"
        if not decision:
            continue
        question = known.get(subject)
        if question is None or item not in {each.object_id for each in question.candidates}:
            raise SourceError(f"{where}: {subject} and {item} are not in the queue")
        yield question, _verdict(decision, subject, seen, where), item


def _verdict(decision: str, subject: str, seen: dict[str, str], where: str) -> Verdict:
    try:
        verdict = Verdict(decision.lower())
    except ValueError as error:
        raise SourceError(f"{where}: decision {decision!r} is none of {', '.join(Verdict)}") from error
    if verdict is not Verdict.REJECT:
        if subject in seen:
            raise SourceError(f"{where}: {subject} is decided in {seen[subject]} as well")
        seen[subject] = where
    return verdict
