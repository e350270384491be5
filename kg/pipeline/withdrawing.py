"""Withdraw articles and statements: recorded first, then taken out of the state and of every kept release.

A kill at any moment leaves the current release whole; `complete`, which every build calls as well, does what
the record still asks for.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import NotFoundError
from kg.pipeline.deriving import changes_mention, derived, holds, redo_changes
from kg.pipeline.purging import purge_state
from kg.pipeline.targets import found_target
from kg.release import (
    Release,
    Withdrawal,
    locked,
    note_withdrawal,
    read_withdrawals,
    releases,
    remove_leftovers,
)
from kg.release.withdrawals import DONE, UNDO, WITHDRAW
from kg.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

REASON = "withdrawn in part"
"""What the log of releases says of a release that was replaced."""


def withdraw(
    directory: Path,
    targets: Sequence[str],
    *,
    reason: str,
    by: str,
    shown: bool,
    on: date,
    settings: Settings,
    tell: "Callable[[str], None]",
) -> list[str]:
    """Withdraw what is named and take it out of everything; return the paths of the targets.

    Raises NotFoundError for what no release and no state has, StateError when a build works here or the
    record is damaged, StoreError when a release cannot be read or the disk fails.
    """
    with locked(directory):
        known = read_withdrawals(directory)
        found = [found_target(directory, target, settings.base) for target in targets]
        for each in found:
            if each.target not in known.by_target:
                noted = Withdrawal(
                    each.target,
                    WITHDRAW,
                    on.isoformat(),
                    by,
                    reason,
                    "shown" if shown else "",
                    each.article,
                    each.text,
                    each.address,
                )
                note_withdrawal(directory, noted)
    complete(directory, settings=settings, on=on, tell=tell)
    return [each.target for each in found]


def take_back(directory: Path, targets: Sequence[str], *, reason: str, by: str, on: date) -> list[str]:
    """Note that what is named may be read and published again; nothing is written anew by that.

    Raises NotFoundError for what is not withdrawn.
    """
    with locked(directory):
        known = read_withdrawals(directory).by_target
        found = []
        for target in targets:
            ending = target.rstrip("/")
            path = next((p for p in known if ending == p.partition("/")[2] or ending.endswith(p)), "")
            if not path:
                raise NotFoundError(f"{target} is not withdrawn in {directory}")
            note_withdrawal(directory, Withdrawal(path, UNDO, on.isoformat(), by, reason))
            found.append(path)
    return found


def complete(directory: Path, *, settings: Settings, on: date, tell: "Callable[[str], None]") -> None:
    """Take out of everything what the record asks for and what is not done yet."""
    if not read_withdrawals(directory).pending:
        return
    with locked(directory):
        remove_leftovers(directory)
        withdrawals = read_withdrawals(directory)
        purge_state(directory / "state", withdrawals)
        before: Release | None = None
        for release in releases(directory):
            taken = holds(release, withdrawals)
            if taken.articles or taken.claims:
                tell(f"taking what is withdrawn out of release {release.id}")
                before = derived(
                    directory, release, before, taken, withdrawals, on=on, reason=REASON, settings=settings
                )
                continue
            if changes_mention(release, withdrawals):
                redo_changes(directory, before, release)
            before = release
        for target in sorted(withdrawals.pending):
            note_withdrawal(directory, Withdrawal(target, DONE, on.isoformat()))
