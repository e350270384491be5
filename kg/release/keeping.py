"""Stage 7, which releases are kept, and going back to one."""

import logging
import shutil
from datetime import date
from pathlib import Path

from kg.errors import NotFoundError, StoreError
from kg.release.draft import clear_errors, locked, switch
from kg.release.generation import Release, current, current_id, find, in_order
from kg.release.log import Noted, note_removed, read_log
from kg.release.sums import damages

_log = logging.getLogger(__name__)


def tidy(directory: Path, *, keep: int, on: date) -> list[str]:
    """Remove all but the newest releases, so many as are to be kept; return the ids of those removed.

    The current one always stays, whatever its age, and so does one that is damaged: a person may want to
    restore it. Raises StoreError when one cannot be removed.
    """
    now = current(directory).id
    old = [release for release in _whole_ones(directory) if release.id != now]
    removed = old[: max(len(old) - (keep - 1), 0)]
    for release in removed:
        remove(directory, release, on=on, reason=f"only the newest {keep} are kept")
    return [release.id for release in removed]


def _whole_ones(directory: Path) -> list[Release]:
    """Return the releases that are kept, in the order in which they were made; damaged ones are logged."""
    found = []
    for name in in_order(directory):
        try:
            found.append(find(directory, name))
        except StoreError as error:
            _log.error("passed over: %s", error)
    return found


def remove(directory: Path, release: Release, *, on: date, reason: str) -> None:
    """Remove a release that is not the current one, and note why."""
    with clear_errors(directory):
        known = read_log(directory).get(release.id)
        note_removed(
            directory,
            known or Noted(release.id, release.as_of.isoformat(), release.content),
            on=on,
            reason=reason,
        )
        # Out of the way in one step: whoever looks sees it whole or not at all.
        gone = release.path.with_name(f".gone-{release.id}")
        release.path.rename(gone)
        shutil.rmtree(gone)


def roll_back(directory: Path, release: str | None = None) -> Release:
    """Make an earlier release the current one: the one named, else the one made before the current one.

    Raises NotFoundError when there is no such release, StoreError when it is damaged, StateError when a build
    works there.
    """
    with clear_errors(directory), locked(directory):
        known = in_order(directory)
        wanted = release or _before(known, current_id(directory))
        if wanted not in known:
            raise NotFoundError(f"{directory} has no release {wanted}; it has: {', '.join(known) or 'none'}")
        found = find(directory, wanted)
        if faults := damages(found):
            raise StoreError(f"{wanted} is damaged: {'; '.join(faults)}")
        switch(directory, wanted)
    return found


def _before(ids: list[str], now: str) -> str:
    place = ids.index(now) if now in ids else 0
    if place == 0:
        raise NotFoundError(f"there is no release before {now}")
    return ids[place - 1]
