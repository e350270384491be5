"""Compare two releases, and leave with a release what changed since the one before it."""

import gzip
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from kg.changes import CHANGES_FILE, FOLDER, PATCH_FILE, Side, as_json, summary, write_patch
from kg.errors import NotFoundError, StoreError
from kg.release import Draft, Release, name_of
from kg.store import MANIFEST, NQUADS, content_of, read_graph, read_manifest
from kg.vocabulary import FACTS, HOME, Names

_TOLD = 200
"""Things of a kind and change that are told in a release's own file."""


def compared(first: Path, second: Path, *, limit: int = 0) -> dict[str, Any]:
    """Return what changed between two folders of releases or of files for download, as plain data.

    Raises NotFoundError when there is no release in one, StoreError when one cannot be read or they are of
    different publications.
    """
    before, after = (side_of(path) for path in (first, second))
    return as_json(summary(before, after, _names(before, after), limit=limit))


def write_patch_file(first: Path, second: Path, out: BinaryIO) -> None:
    """Write the RDF Patch that makes the quads of the first those of the second."""
    write_patch(side_of(first), side_of(second), out)


def packed_patch(first: Path, second: Path, out: BinaryIO) -> None:
    """Write that patch as gzip, the same bytes for the same patch."""
    _write_packed(side_of(first), side_of(second), out)


def write_changes(
    draft: Draft, before: Release | None, *, content: str, meta: Mapping[str, Any], as_of: date
) -> None:
    """Write into a draft what changed since the release before it; nothing where that is the same or none.

    These files depend on what was published before, so they are no files for download: those are the same
    however a state was reached. Raises StoreError when a graph cannot be read or a file not be written.
    """
    if before is None or before.content == content:
        return
    told = {**meta, "id": name_of(as_of, content), "as_of": as_of.isoformat()}
    _write_changes(draft.path / FOLDER, side_of(before.path), _side(draft.dumps, told), meta)


def changes_between(first: Release, second: Release, folder: Path) -> None:
    """Write into a folder what changed from one release to another."""
    _write_changes(folder, side_of(first.path), side_of(second.path), second.meta)


def _write_changes(folder: Path, before: Side, after: Side, meta: Mapping[str, Any]) -> None:
    found = as_json(summary(before, after, Names(str(meta.get("base", HOME))), limit=_TOLD))
    try:
        folder.mkdir(exist_ok=True)
        text = json.dumps(found, ensure_ascii=False, indent=1)
        (folder / CHANGES_FILE).write_text(text + "\n", encoding="utf-8")
        with (folder / PATCH_FILE).open("wb") as file:
            _write_packed(before, after, file)
    except OSError as error:
        raise StoreError(f"cannot write {error.filename or folder}: {error.strerror or error}") from error


def _write_packed(before: Side, after: Side, file: BinaryIO) -> None:
    with (
        gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
        io.BufferedWriter(cast("io.RawIOBase", packed)) as out,
    ):
        write_patch(before, after, out)


def side_of(path: Path) -> Side:
    """Return the release in a folder, of a publication, a release or files for download.

    Raises NotFoundError when there is none.
    """
    if (path / "current").exists():
        path = path / "current"
    if (path / "dumps").is_dir():
        path = path.resolve()
        return _side(path / "dumps", {"id": path.name, **_meta(path)})
    if not (path / MANIFEST).is_file():
        raise NotFoundError(f"{path} holds no release: it has no {MANIFEST}")
    return _side(path, {})


def _side(dumps: Path, told: Mapping[str, Any]) -> Side:
    entries = read_manifest(dumps / MANIFEST)
    return Side(
        content=content_of(entries.values()),
        hashes={graph: entry.sha256 for graph, entry in entries.items()},
        lines=lambda graph: read_graph(dumps / NQUADS, entries[graph]),
        id=str(told.get("id", "")),
        as_of=str(told.get("as_of", "")),
        moved={str(old): str(new) for old, new in dict(told.get("moved", {})).items()},
    )


def _meta(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((path / "meta.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path / 'meta.json'} cannot be read: {error}") from error


def _names(before: Side, after: Side) -> Names:
    """Return how things are named, from the graph of the consolidated view, which both must have alike."""
    ending = f"graph/{FACTS}"
    bases = {
        graph.removesuffix(ending)
        for side in (before, after)
        for graph in side.hashes
        if graph.endswith(ending)
    }
    if len(bases) > 1:
        raise StoreError(f"these are of different publications: {' and '.join(sorted(bases))}")
    return Names(bases.pop() if bases else HOME)
