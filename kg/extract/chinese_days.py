"""Stage 2, Chinese: the days of events written down, and what they tell of whether an event was."""

from datetime import date

from kg.extract.chinese_dates import When
from kg.extract.chinese_notebook import Notebook
from kg.model import Basis, Concept, Evidence, Relation


def status_on(mood: str, when: When | None, published: date | None) -> str:
    """Return planned, denied or cancelled as the words say; what is of a later day is planned."""
    if mood:
        return mood
    ahead = when and published and when.first > published
    return "planned" if ahead else "happened"


def dated(key: str, when: When, evidence: Evidence, book: Notebook) -> None:
    """Write down when an event was; a date that stands in an earlier clause holds by inference."""
    day = Evidence(when.start, when.end)
    basis = Basis.INFERRED if when.end <= evidence.start else when.basis
    for relation, value in ((Relation.START_DATE, when.first), (Relation.END_DATE, when.last)):
        book.state(key, relation, value, day, rule="zh-date", confidence=0.9, basis=basis)
    if when.precision != "to-the-day":
        book.state(
            key,
            Relation.DATE_PRECISION,
            Concept(when.precision),
            day,
            rule="zh-date",
            confidence=0.9,
            basis=basis,
        )
