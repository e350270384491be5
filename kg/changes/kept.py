"""Stage 7, changes: what a release tells of the changes since the one before it, as its build left them."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kg.changes.summary import CHANGES_FILE, FOLDER, PATCH_FILE

_KEPT = 32
"""Releases whose changes are held in memory: a page and a feed ask for the same ones again and again."""


def changes_of(release: Path) -> Mapping[str, Any] | None:
    """Return what changed with the release in a folder, as `as_json` has it; None where nothing was left."""
    path = release / FOLDER / CHANGES_FILE
    try:
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, ValueError):
        return None


def patch_of(release: Path) -> Path | None:
    """Return the file of the patch that a build left with a release; None where there is none."""
    path = release / FOLDER / PATCH_FILE
    return path if path.is_file() else None


@lru_cache(maxsize=_KEPT)
def _read(path: Path, changed: int, size: int) -> Mapping[str, Any]:
    del changed, size  # another file under the same name is read anew
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told
