"""Decisions about links on their way through a build: read, completed by the linker, applied, recorded."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rdflib import Graph

from kg.errors import NotFoundError, ShapeError, StoreError
from kg.link import Decisions, Registry
from kg.link.decision_log import append_rows, rows_of
from kg.link.decisions import TABLE, decided
from kg.link.link import with_likely
from kg.link.linker import load_linker
from kg.link.mappings import Row, Status, written
from kg.link.proposing import candidate_rows
from kg.link.subjects import FILE, Told, read_subjects, write_subjects
from kg.map.outside import without_record
from kg.pipeline.checking import Checked
from kg.pipeline.subjects import subjects_of
from kg.proposals import Linker, Subject
from kg.resources import resource
from kg.settings import Settings
from kg.vocabulary import KGV, Names

TABLE_FOR_ALL = "accord-links.sssom.tsv"
SNAPSHOT = "authority.sqlite"


@dataclass(frozen=True, slots=True)
class Book:
    """The rows of a publication's decisions and what they come to."""

    folder: Path
    rows: tuple[Row, ...]
    decisions: Decisions
    new: tuple[Row, ...] = ()
    """What is still to be appended."""
    told: tuple[Told, ...] = ()
    """What the articles tell of each thing that an authority may have."""

    def keep(self) -> None:
        """Append what is new to the log, and note what is told of each thing."""
        append_rows(self.folder, self.new)
        write_subjects(self.folder.parent / FILE, self.told)

    def with_new(self, new: Sequence[Row]) -> "Book":
        """Return the book with rows that are still to be appended."""
        rows = (*self.rows, *new)
        return replace(self, rows=rows, decisions=decided(rows), new=(*self.new, *new))


def open_book(state: Path) -> Book:
    """Return the decisions of a publication, after those that ship with the project."""
    rows = tuple(rows_of(state / "decisions", resource(TABLE)))
    return Book(state / "decisions", rows, decided(rows))


def snapshot_of(state: Path, setting: str) -> Path | None:
    """Return where the authority snapshot is: as set, else in the state folder; else nothing."""
    if setting:
        return Path(setting)
    return state / SNAPSHOT if (state / SNAPSHOT).is_file() else None


def told_and_proposed(
    checked: Checked, book: Book, registry: Registry, *, settings: Settings, on: date
) -> tuple[Checked, Book]:
    """Put into the book what is told of each thing; with a snapshot, also what the linker is sure of."""
    state = book.folder.parent
    survivors = [each.findings for each in checked.articles]
    told = subjects_of(survivors, checked.links, registry)
    book = replace(book, told=tuple(told))
    snapshot = snapshot_of(state, settings.authority)
    if snapshot is None:
        return checked, book
    grown = book.with_new(proposed(told, book, load_linker(settings.linker)(snapshot), on=on))
    return replace(checked, links=with_likely(checked.links, grown.decisions)), grown


def proposed(told: Iterable[Told], book: Book, linker: Linker, *, on: date) -> list[Row]:
    """Return the rows that the book lacks to say what a linker proposes."""
    return candidate_rows(linker(open_subjects(told, book)), book.rows, on=on)


def open_subjects(told: Iterable[Told], book: Book) -> list[Subject]:
    """Return the things for which it is open which item of Wikidata they are."""
    settled = book.decisions.absent | {
        row.subject
        for row in book.decisions.rows
        if row.status is Status.ACCEPTED and row.object_id.startswith("wd:")
    }
    return [each.subject for each in told if each.subject.id not in settled]


def told_in(state: Path) -> list[Told]:
    """Return what the last build told of each thing."""
    try:
        return read_subjects(state / FILE)
    except NotFoundError as error:
        raise NotFoundError(f"{state / FILE} is not there; `kg build` makes it") from error


def table_of(book: Book, names: Names) -> str:
    """Return what holds, as the table that ships with a release."""
    return written(book.decisions.rows, title="What was decided about links", base=names.base)


def digest_of(book: Book) -> str:
    """Return the SHA-256 of what people decided: when a linker was asked makes no new release."""
    by_people = (row for row in book.decisions.rows if row.status is not Status.CANDIDATE)
    return hashlib.sha256(written(by_people, header=False).encode()).hexdigest()


def write_table(folder: Path, table: str) -> None:
    """Write the table beside the other files for download."""
    try:
        (folder / TABLE_FOR_ALL).write_text(table, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {folder / TABLE_FOR_ALL}: {error.strerror}") from error


def require_records(entities: Graph, checked: Checked, book: Book, names: Names) -> None:
    """Raise ShapeError where a link is to be published that no decision stands behind."""
    accepted: dict[str, set[str]] = {}
    for row in book.decisions.rows:
        if row.status is Status.ACCEPTED:
            path = checked.links.merged.get(row.subject, row.subject)
            segment, _, name = path.partition("/")
            iri = KGV[name] if segment == "concept" else names.of_path(path)
            accepted.setdefault(str(iri), set()).add(row.target)
    lost = without_record(entities, {iri: frozenset(items) for iri, items in accepted.items()})
    if lost:
        raise ShapeError("; ".join(f"{s} is linked to {o} without a decision" for s, o in lost))
