"""What a release tells of what was withdrawn: which paths, and what may be said of it."""

from collections.abc import Mapping
from typing import Any

from kg.release import Withdrawals

Tombstones = dict[str, dict[str, str]]
"""By path: the target that it went with, and what everybody may know of it."""


def tombstones(withdrawals: Withdrawals, earlier: Mapping[str, Any] | None) -> Tombstones:
    """Return those of a release, given what an earlier one told of itself: what it named stays named."""
    targets = {target: target for target in withdrawals.by_target}
    named = {path: str(told["of"]) for path, told in dict((earlier or {}).get("withdrawn", {})).items()}
    return {
        path: {"of": target, "notice": withdrawals.by_target[target].notice}
        for path, target in sorted((named | targets).items())
        if target in withdrawals.by_target
    }
