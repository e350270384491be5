"""Stage 7, a release in the making: one rename makes it a release, and one more the current one.

A build that is killed at any moment leaves the current release as it was; the next build removes its draft.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from kg.errors import NotFoundError, StateError, StoreError
from kg.release.generation import META, SUMS, Release, current, name_of, sha256_of, verify
from kg.release.log import note_made
from kg.release.sums import damages, own_files, write_sums

_DRAFT = ".draft-"
_GONE = ".gone-"
_LINK = ".current-"


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a draft came to."""

    release: Release
    changed: bool
    """False where the current release has the same content: it stays, and the draft is dropped."""


class Draft:
    """A release in the making; it holds the lock of its folder until it is published or dropped."""

    def __init__(self, directory: Path, path: Path, lock: BinaryIO | None, earlier: Release | None) -> None:
        self.directory = directory
        self.earlier = earlier
        """The release that is current, where its files for download are whole; see `rest_on_whole`."""
        self.path = path
        self.store = path / "store"
        self.dumps = path / "dumps"
        self.report = path / "report"
        self.search = path / "search"
        self.records = path / "records"
        self._lock = lock

    def rest_on_whole(self) -> None:
        """Forget the earlier release where any file of it is damaged: to be called before one is taken over.

        Its store and records take long to read, which a build that finds nothing new need not wait for.
        Raises StoreError when it cannot be read.
        """
        if self.earlier is not None and damages(self.earlier, dumps=False):
            self.earlier = None

    def publish(self, *, as_of: date, content: str, meta: Mapping[str, Any]) -> Published:
        """Make the draft a release and the current one; does nothing when that has the same content.

        Raises StoreError when the disk is full or cannot be written; the current release is then as before.
        """
        if self.earlier is not None and self.earlier.content == content:
            return Published(self.earlier, changed=False)
        name = name_of(as_of, content)
        told = {**meta, "id": name, "as_of": as_of.isoformat(), "content": content}
        final = self.directory / "releases" / name
        with clear_errors(self.directory):
            self.seal(told)
            # Noted first: what is noted and not there is merely gone, what is there is in its order.
            note_made(self.directory, name, as_of, content)
            put_in_place(self.path, final)
            switch(self.directory, name)
        return Published(current(self.directory), changed=True)

    def close(self) -> None:
        """Remove what was not published and let the next build begin."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def seal(self, meta: Mapping[str, Any]) -> None:
        """Write checksums and what the release tells of itself, and see all of it on the disk."""
        sums = [
            f"{sha256_of(path)}  {path.name}\n" for path in sorted(self.dumps.iterdir()) if path.name != SUMS
        ]
        (self.dumps / SUMS).write_text("".join(sums), encoding="utf-8")
        text = json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True)
        (self.path / META).write_text(text + "\n", encoding="utf-8")
        write_sums(self.path, own_files(self.path))
        # Bottom up: a folder's entries are safe once what they name is.
        for folder, _, names in os.walk(self.path, topdown=False):
            for each in names:
                sync(Path(folder) / each)
            sync(Path(folder))


def begin(directory: Path) -> Draft:
    """Begin a release in a folder, which is made when it is not there; use it as a context manager.

    Raises StateError when another build runs there, StoreError when the folder cannot be written.
    """
    with clear_errors(directory):
        (directory / "state").mkdir(parents=True, exist_ok=True)
        (directory / "releases").mkdir(exist_ok=True)
        lock = _locked(directory)
        try:
            remove_leftovers(directory)
            path = _folder(directory)
            earlier = _whole_or_none(directory)
        except OSError:
            lock.close()
            raise
    return Draft(directory, path, lock, earlier)


def derive(directory: Path, release: Release) -> Draft:
    """Begin a release that is to take the place of another one; the caller has locked the folder."""
    with clear_errors(directory):
        return Draft(directory, _folder(directory), None, release)


def put_in_place(draft: Path, final: Path) -> None:
    """Rename a draft to what it is called from now on; what was called so, as one that is damaged, goes.

    Whoever looks sees the one or the other whole, but for a moment in which there is none.
    """
    gone = final.with_name(f"{_GONE}{final.name}")
    shutil.rmtree(gone, ignore_errors=True)
    if final.exists():
        final.rename(gone)
    draft.rename(final)
    sync(final.parent)
    shutil.rmtree(gone, ignore_errors=True)


def _folder(directory: Path) -> Path:
    path = directory / "releases" / f"{_DRAFT}{os.getpid()}"
    for part in ("store", "dumps", "report", "search", "records"):
        (path / part).mkdir(parents=True)
    return path


def switch(directory: Path, release: str) -> None:
    """Make a release the current one, in one step."""
    link = directory / f"{_LINK}{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / release, target_is_directory=True)
    link.replace(directory / "current")
    sync(directory)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep builds out of a folder; raises StateError when one works there."""
    with _locked(directory):
        yield


def _locked(directory: Path) -> BinaryIO:
    path = directory / "state" / "build.lock"
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise StateError(f"{path}: another build is running here; wait until it is done") from error
    except OSError:
        file.close()
        raise
    return file


def remove_leftovers(directory: Path) -> None:
    """Remove what builds that were killed have left; the caller has locked the folder."""
    # The lock is ours, so whoever made these is dead.
    for leftover in (f"{_DRAFT}*", f"{_GONE}*"):
        for path in (directory / "releases").glob(leftover):
            shutil.rmtree(path)
    for path in directory.glob(f"{_LINK}*"):
        path.unlink()


def _whole_or_none(directory: Path) -> Release | None:
    try:
        release = current(directory)
        return None if verify(release) else release
    except (NotFoundError, StoreError):  # a damaged one is replaced
        return None


def sync(path: Path) -> None:
    """See a file or folder on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def clear_errors(directory: Path) -> Iterator[None]:
    """Turn what the disk refuses into a StoreError that names the place."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot write {error.filename or directory}: {error.strerror or error}") from error
