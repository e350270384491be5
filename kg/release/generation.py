"""Stage 7, finished releases: where their parts are, which is current, and whether they are whole.

`DIR/current` is a symbolic link to `DIR/releases/ID`; `DIR/state` is not part of any release.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kg.errors import NotFoundError, StoreError
from kg.release.log import read_log

META = "meta.json"
SUMS = "SHA256SUMS"
_ID = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Release:
    """One immutable generation of the publication."""

    id: str
    path: Path
    as_of: date
    content: str
    """SHA-256 of the sorted N-Quads: the same data, the same content."""
    meta: dict[str, Any]
    """What the build told about itself, such as counts."""

    @property
    def store(self) -> Path:
        """The folder of the store."""
        return self.path / "store"

    @property
    def dumps(self) -> Path:
        """The folder of the files for download."""
        return self.path / "dumps"

    @property
    def report(self) -> Path:
        """The folder of what validation said."""
        return self.path / "report"

    @property
    def search(self) -> Path:
        """The folder of what finds things by their names."""
        return self.path / "search"

    @property
    def records(self) -> Path:
        """The folder of what the next build can take over; not for download."""
        return self.path / "records"


def name_of(as_of: date, content: str) -> str:
    """Return the id of a release: its date and the first digits of its content."""
    return f"{as_of.isoformat()}-{content[:8]}"


def is_id(name: str) -> bool:
    """Return whether a name could be that of a release."""
    return bool(_ID.fullmatch(name))


def current(directory: Path) -> Release:
    """Return the release that is served from a folder.

    Raises NotFoundError when there is none yet, StoreError when it is damaged.
    """
    return _release(_current(directory))


def current_id(directory: Path) -> str:
    """Return the id of the current release, whole or not; raises NotFoundError when there is none yet."""
    return _current(directory).name


def _current(directory: Path) -> Path:
    link = directory / "current"
    if not link.is_symlink() and not link.exists():
        raise NotFoundError(
            f"{directory} holds no release; make one with: kg build SOURCE... --into {directory}"
        )
    return link.resolve()


def releases(directory: Path) -> list[Release]:
    """Return every release that is kept in a folder, in the order in which they were made.

    Raises StoreError when one is damaged.
    """
    return [_release(directory / "releases" / name) for name in in_order(directory)]


def in_order(directory: Path) -> list[str]:
    """Return the ids of the releases that are kept, whole or not, in the order in which they were made."""
    places = {name: place for place, name in enumerate(read_log(directory))}
    return sorted(ids(directory), key=lambda name: (places.get(name, len(places)), name))


def ids(directory: Path) -> set[str]:
    """Return the ids of the releases that are kept in a folder, whole or not."""
    folder = directory / "releases"
    if not folder.is_dir():
        return set()
    return {path.name for path in folder.iterdir() if _ID.fullmatch(path.name)}


def find(directory: Path, name: str) -> Release:
    """Return a release by its id.

    Raises NotFoundError when there is none, StoreError when it is damaged.
    """
    path = directory / "releases" / name
    if not _ID.fullmatch(name) or not path.is_dir():
        raise NotFoundError(f"{directory} has no release {name[:100]!r}")
    return _release(path)


def verify(release: Release) -> list[str]:
    """Return what is wrong with the files for download, one line a fault; none when they are whole."""
    try:
        expected = dict(_sums(release))
        found = {path.name for path in release.dumps.iterdir()} - {SUMS}
    except (OSError, ValueError) as error:
        return [f"{SUMS} cannot be read: {error}"]
    faults = [f"{name} is missing" for name in expected.keys() - found]
    faults += [f"{name} is not part of the release" for name in found - expected.keys()]
    for name in expected.keys() & found:
        try:
            if sha256_of(release.dumps / name) != expected[name]:
                faults.append(f"{name} is not what was released")
        except OSError as error:
            faults.append(f"{name} cannot be read: {error.strerror or error}")
    return sorted(faults)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sums(release: Release) -> Iterator[tuple[str, str]]:
    for line in (release.dumps / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _release(path: Path) -> Release:
    try:
        meta = json.loads((path / META).read_text(encoding="utf-8"))
        return Release(path.name, path, date.fromisoformat(meta["as_of"]), meta["content"], meta)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is no whole release ({error}); build again, or restore it") from error
