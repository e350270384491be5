"""A publication's queue of proposed links, filled from what the last build told and opened for review."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kg.errors import NotFoundError
from kg.link.decision_log import append_rows
from kg.link.decisions import TABLE
from kg.link.linker import load_linker
from kg.link.live import Checked, Failed, LiveLinker, Polite, check_items
from kg.link.live.verifying import stale_rows
from kg.link.mappings import Status
from kg.link.review import Review
from kg.link.subjects import Told
from kg.pipeline.decisions import open_book, open_subjects, proposed, snapshot_of, told_in
from kg.proposals import Linker
from kg.resources import resource
from kg.settings import Settings


@dataclass(frozen=True, slots=True)
class Filled:
    """What asking the linker came to."""

    asked: int
    candidates: int
    """New in the log."""
    withdrawn: int
    failed: tuple[Failed, ...] = ()
    """Look-ups that came to nothing; nothing is said of those things."""


def fill_queue(directory: Path, *, settings: Settings, on: date, snapshot: Path | None = None) -> Filled:
    """Ask the linker about every thing whose item is open, and append what is new to the log.

    Raises NotFoundError where nothing was built or there is no snapshot.
    """
    state = directory / "state"
    told = told_in(state)
    found = snapshot or snapshot_of(state, settings.authority)
    if found is None:
        raise NotFoundError(
            f"{state / 'authority.sqlite'} is not there; make it with: kg authority build, or give --pool"
        )
    return propose_with(load_linker(settings.linker)(found), told, state, on=on)


def fill_live(directory: Path, *, settings: Settings, on: date) -> Filled:
    """Ask the reconciliation service of the settings instead; nothing that it says is likely by itself.

    Raises SettingsError without a contact, or where the service cannot be used.
    """
    state = directory / "state"
    told = told_in(state)
    client = Polite(settings.contact, cache=state / "lookups")
    linker = LiveLinker(client, settings.reconcile_url, day=on.isoformat())
    filled = propose_with(linker, told, state, on=on)
    return replace(filled, failed=tuple(linker.failed))


def verify_links(directory: Path, *, settings: Settings, on: date, write: bool) -> list[Checked]:
    """Ask what became of each accepted item of Wikidata; with `write`, take back what is stale.

    Raises SettingsError without a contact.
    """
    book = open_book(directory / "state")
    checked = list(check_items(book.decisions.rows, Polite(settings.contact), settings.entity_url))
    if write:
        append_rows(book.folder, stale_rows(checked, on=on))
    return checked


def propose_with(linker: Linker, told: Sequence[Told], state: Path, *, on: date) -> Filled:
    """Ask a linker about the things whose item is open, and append what is new to the log."""
    book = open_book(state)
    grown = book.with_new(proposed(told, book, linker, on=on))
    grown.keep()
    withdrawn = sum(row.status is Status.WITHDRAWN for row in grown.new)
    return Filled(len(open_subjects(told, book)), len(grown.new) - withdrawn, withdrawn)


def open_review(directory: Path, *, reviewer: str, on: date) -> Review:
    """Return the queue of a publication, for a person; raise NotFoundError where nothing was built."""
    state = directory / "state"
    return Review(state / "decisions", told_in(state), shipped=resource(TABLE), reviewer=reviewer, on=on)
