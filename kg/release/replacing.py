"""Stage 7, a release that takes the place of another one, which then is gone; for what must not stay."""

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kg.errors import NotFoundError, StoreError
from kg.release.draft import Draft, clear_errors, put_in_place, switch, sync
from kg.release.generation import META, SUMS, Release, current, find, ids, name_of, verify
from kg.release.keeping import remove
from kg.release.log import note_made, read_log
from kg.release.sums import files_of, own_files, write_sums

_SUMS_OF_DUMPS = f"dumps/{SUMS}"


def replace_release(
    draft: Draft, old: Release, *, content: str, meta: Mapping[str, Any], on: date, reason: str
) -> Release:
    """Put a draft where another release was, of the same day and place in the order, and remove that one.

    The current release is whole at any moment: it is switched before the old one goes. Where a release of
    that content is there already, that one stays. Raises StoreError when the disk fails.
    """
    directory, name = draft.directory, name_of(old.as_of, content)
    told = {**meta, "id": name, "as_of": old.as_of.isoformat(), "content": content}
    with clear_errors(directory):
        if name == old.id:
            draft.seal(told)
            amend(old, draft.path)
            return find(directory, name)
        final = directory / "releases" / name
        if not _is_whole(directory, name):
            draft.seal(told)
            put_in_place(draft.path, final)
        known = read_log(directory).get(name)
        if known is None or known.removed_on:
            note_made(directory, name, old.as_of, content, instead=old.id)
        if _is_current(directory, old):
            switch(directory, name)
        remove(directory, old, on=on, reason=f"{reason}; replaced by {name}")
    return find(directory, name)


def amend(release: Release, fresh: Path) -> None:
    """Give a release files of another one of the same content, one after the other, each in one step.

    What the other one does not have goes as well. Its store stays, as does all that is the same.
    """
    with clear_errors(release.path):
        wanted = [name for name in files_of(fresh) if not name.startswith("store/")]
        for name in wanted:
            if name != _SUMS_OF_DUMPS:
                _put(fresh / name, release.path / name)
        held = {name for name in files_of(release.path) if not name.startswith("store/")}
        for name in held - set(wanted):
            (release.path / name).unlink()
        _put(fresh / _SUMS_OF_DUMPS, release.path / _SUMS_OF_DUMPS)
        _write_own_sums(release.path)


def renew(release: Release, record: Path, meta: Mapping[str, Any]) -> None:
    """Let the next build rest on a release that another version of the program has found to be the same.

    `record` takes the place of the release's own of that name, and `meta` of what is told of the release.
    Without this, all would be done again by every build until something else changes.
    """
    text = json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    place, told = release.records / record.name, release.path / META
    if place.is_file() and place.read_bytes() == record.read_bytes() and told.read_text("utf-8") == text:
        return
    with clear_errors(release.path):
        place.parent.mkdir(exist_ok=True)
        record.replace(place)
        draft = told.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        draft.replace(told)
        _write_own_sums(release.path)


def put_folder(release: Release, name: str, fresh: Path | None) -> None:
    """Exchange a folder of a release that is not for download, such as that of changes; or take it away."""
    with clear_errors(release.path):
        shutil.rmtree(release.path / name, ignore_errors=True)
        if fresh is not None and fresh.is_dir():
            fresh.rename(release.path / name)
        _write_own_sums(release.path)


def _write_own_sums(path: Path) -> None:
    write_sums(path, own_files(path))
    sync(path / SUMS)


def _put(fresh: Path, place: Path) -> None:
    if place.is_file() and place.read_bytes() == fresh.read_bytes():
        return
    place.parent.mkdir(exist_ok=True)
    fresh.replace(place)


def _is_whole(directory: Path, name: str) -> bool:
    if name not in ids(directory):
        return False
    try:
        return not verify(find(directory, name))
    except (StoreError, NotFoundError):
        return False


def _is_current(directory: Path, release: Release) -> bool:
    try:
        return current(directory).id == release.id
    except (StoreError, NotFoundError):
        return False
