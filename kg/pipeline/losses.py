"""A release that suddenly holds much less than the one before is not published unasked."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.errors import NotFoundError, ShapeError, StoreError
from kg.release import current

_MOST_LOST = 0.2
"""Share of what there was that may be lost."""
_FEWEST = 10
"""Where there were fewer, any share may be lost: it says nothing."""


def refuse_losses(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise ShapeError when articles, statements or a class of things fell by more than a fifth.

    Both are what builds told of themselves (`meta.json`).
    """
    lost = [
        f"{name} fell from {old} to {new}"
        for name, old, new in _counts(before, now)
        if old >= _FEWEST and new < (1 - _MOST_LOST) * old
    ]
    if lost:
        raise ShapeError(f"not published: {'; '.join(lost)}; if that is right, build with --shrink")


def meta_before(directory: Path) -> Mapping[str, Any] | None:
    """Return what the current release tells of itself, whole or damaged otherwise; nothing without one."""
    try:
        return current(directory).meta
    except (NotFoundError, StoreError):
        return None


def _counts(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    for name in ("articles", "statements"):
        yield name, int(before.get(name, 0)), int(now.get(name, 0))
    for name, old in dict(before.get("things", {})).items():
        yield f"things of the class {name}", int(old), int(now["things"].get(name, 0))
