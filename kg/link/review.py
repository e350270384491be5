"""The queue of proposed links and what a person decides about them; terminal and page both stand on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from kg.link.decision_log import append_rows, rows_of
from kg.link.mappings import (
    LIKELY,
    NONE,
    REVIEWED,
    SAME,
    UNSPECIFIED,
    Row,
    Status,
    curie_of,
    pairs_of,
    standing,
)
from kg.link.subjects import Sentence, Told

_CHAINED = "semapv:MappingChaining"
_TIERS = {"review": 0, "auto": 1, "none": 2}
"""What nobody would say unseen comes first; what is hardly likely comes last."""


class Verdict(StrEnum):
    """What a person can decide."""

    ACCEPT = "accept"
    REJECT = "reject"
    NONE = "none"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing, and the items that it could be."""

    subject: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    candidates: tuple[Row, ...]
    """The likeliest first; what is reached through another stands after it."""

    @property
    def first(self) -> Row:
        """Return the candidate that is asked about."""
        return self.candidates[0]


class Review:
    """A person at work on the queue of one publication."""

    def __init__(
        self, decisions: Path, told: Iterable[Told], *, shipped: Path, reviewer: str, on: date
    ) -> None:
        """Open the queue of a folder of decisions; `told` is what the articles say of each thing."""
        self._decisions, self._reviewer, self._on = decisions, reviewer, on
        self._told = {each.subject.id: each for each in told}
        self._rows = rows_of(decisions, shipped)
        self._done: list[list[Row]] = []

    def questions(self) -> list[Question]:
        """Return what is open: things with candidates of an authority that is not settled for them."""
        by_subject: dict[str, list[Row]] = {}
        settled: set[tuple[str, str]] = set()
        for row in standing(self._rows):
            if row.status in (Status.ACCEPTED, Status.ABSENT):
                settled.add((row.subject, _authority(row)))
            elif row.status is Status.CANDIDATE:
                by_subject.setdefault(row.subject, []).append(row)
        found = [
            self._question(subject, [row for row in rows if _is_open(row, settled)])
            for subject, rows in by_subject.items()
        ]
        return sorted((q for q in found if q.candidates), key=_urgency)

    def question(self, subject: str) -> Question | None:
        """Return what is open about one thing, if anything."""
        return next((each for each in self.questions() if each.subject == subject), None)

    def _question(self, subject: str, rows: Sequence[Row]) -> Question:
        told = self._told.get(subject)
        return Question(
            subject,
            told.subject.name if told else (rows[0].subject_label if rows else subject),
            told.subject.kind if told else "",
            told.subject.aliases if told else (),
            told.sentences if told else (),
            tuple(sorted(rows, key=_likeliest)),
        )

    def decide(self, question: Question, verdict: Verdict, item: str = "") -> None:
        """Append what was decided about a thing; `item` is the candidate meant, the first when not given.

        Accepting takes along what is reached through the item; rejecting leaves the other candidates open.
        """
        meant = [row for row in question.candidates if row.object_id == item] or [question.first]
        through = [
            row
            for row in question.candidates
            if row.told.get("via") == meant[0].object_id and row not in meant
        ]
        match verdict:
            case Verdict.ACCEPT:
                rows = [*(self._judged(r, Status.ACCEPTED) for r in meant), *map(self._chained, through)]
            case Verdict.REJECT:
                rows = [self._judged(row, Status.REJECTED) for row in (*meant, *through)]
            case Verdict.NONE:
                absent = self._absent(question)
                # No item is told of one authority: what others proposed is refused one by one.
                others = [row for row in question.candidates if _authority(row) != _authority(absent)]
                rows = [absent, *(self._judged(row, Status.REJECTED) for row in others)]
            case Verdict.UNSURE:
                rows = [self._judged(row, Status.UNSURE) for row in question.candidates]
        self._append(rows)
        self._done.append(rows)

    def undo(self) -> str:
        """Take the last decision of this sitting back; return the thing it was about, or nothing."""
        if not self._done:
            return ""
        rows = self._done.pop()
        before = {(row.subject, row.target): row for row in standing(self._rows_before(rows))}
        self._append([self._restored(row, before.get((row.subject, row.target))) for row in rows])
        return rows[0].subject

    def _rows_before(self, rows: Sequence[Row]) -> list[Row]:
        gone = {id(row) for row in rows}
        return [row for row in self._rows if id(row) not in gone]

    def _append(self, rows: list[Row]) -> None:
        append_rows(self._decisions, rows)
        self._rows += rows

    def _judged(self, row: Row, status: Status) -> Row:
        plain = status in (Status.ACCEPTED, Status.REJECTED)
        return replace(
            row,
            predicate_id=SAME if plain else LIKELY,
            predicate_modifier="Not" if status is Status.REJECTED else "",
            mapping_justification=REVIEWED,
            reviewer_label=self._reviewer,
            mapping_date=self._on.isoformat(),
            other=row.other if plain else pairs_of({**row.told, "status": status.value}),
        )

    def _chained(self, row: Row) -> Row:
        return replace(self._judged(row, Status.ACCEPTED), mapping_justification=_CHAINED)

    def _absent(self, question: Question) -> Row:
        return Row(
            subject_id=curie_of(question.subject),
            subject_label=question.name,
            predicate_id=SAME,
            object_id=NONE,
            mapping_justification=REVIEWED,
            reviewer_label=self._reviewer,
            mapping_date=self._on.isoformat(),
            object_source_version=question.first.object_source_version,
        )

    def _restored(self, row: Row, before: Row | None) -> Row:
        now = {
            "reviewer_label": self._reviewer,
            "mapping_date": self._on.isoformat(),
            "comment": "taken back",
        }
        if before is not None:
            return replace(before, **now)
        other = pairs_of({"status": Status.WITHDRAWN.value})
        return replace(
            row,
            predicate_id=LIKELY,
            predicate_modifier="",
            mapping_justification=UNSPECIFIED,
            other=other,
            **now,
        )


def _is_open(row: Row, settled: set[tuple[str, str]]) -> bool:
    """Tell whether a candidate is still one; what is reached through another item is settled with it."""
    authority = "wd" if "via" in row.told else _authority(row)
    return not {(row.subject, authority), (row.subject, _authority(row))} & settled


def _authority(row: Row) -> str:
    return "wd" if row.object_id == NONE else row.object_id.partition(":")[0]


def _likeliest(row: Row) -> tuple[bool, float, str]:
    return ("via" in row.told, -_share(row), row.object_id)


def _urgency(question: Question) -> tuple[int, float, str]:
    tier = _TIERS.get(question.first.told.get("tier", ""), 1)
    return (tier, -_share(question.first), question.subject)


def _share(row: Row) -> float:
    return float(row.confidence or 0)
