"""What stages did in earlier builds, by all that it depends on; the file may be deleted at any time."""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.errors import StoreError

CACHE = Path("cache") / "stages.sqlite"


class StageCache:
    """Stage and key -> text, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = _opened(path)
        except sqlite3.DatabaseError:  # damaged: it holds nothing that cannot be done again
            with _told(path):
                path.unlink(missing_ok=True)
                self._file = _opened(path)

    def find(self, stage: str, key: str) -> str | None:
        """Return what stands under a key, nothing where it is not known."""
        asked = "SELECT done FROM work WHERE stage = ? AND key = ?"
        try:
            row = self._file.execute(asked, (stage, key)).fetchone()
            return zlib.decompress(row[0]).decode() if row else None
        except (sqlite3.DatabaseError, zlib.error, ValueError):
            return None

    def keep(self, stage: str, key: str, done: str) -> None:
        """Remember what was done."""
        with _told(self._path):
            packed = zlib.compress(done.encode(), 1)
            self._file.execute("INSERT OR REPLACE INTO work VALUES (?, ?, ?)", (stage, key, packed))

    def forget_all_but(self, stage: str, keys: Iterable[str]) -> None:
        """Forget what stands under other keys, so that the file does not grow for ever."""
        with _told(self._path):
            self._file.execute("CREATE TEMP TABLE used (key TEXT PRIMARY KEY)")
            self._file.executemany("INSERT OR IGNORE INTO used VALUES (?)", ((key,) for key in keys))
            gone = "DELETE FROM work WHERE stage = ? AND key NOT IN (SELECT key FROM used)"
            self._file.execute(gone, (stage,))
            self._file.execute("DROP TABLE used")
            self._file.commit()

    def forget_for_good(self, is_meant: Callable[[str, str], bool]) -> None:
        """Forget what is meant, given its stage and itself, so that its bytes are gone from the file."""
        with _told(self._path):
            self._file.execute("PRAGMA secure_delete = ON")
            meant = [
                (stage, key)
                for stage, key, done in self._file.execute("SELECT stage, key, done FROM work")
                if is_meant(stage, _unpacked(done))
            ]
            self._file.executemany("DELETE FROM work WHERE stage = ? AND key = ?", meant)
            self._file.commit()
            self._file.execute("VACUUM")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What was done stays done, whatever else went wrong.
        with closing(self._file), _told(self._path):
            self._file.commit()


def _unpacked(done: bytes) -> str:
    """Return what was kept; an empty text where it is damaged."""
    try:
        return zlib.decompress(done).decode()
    except (zlib.error, ValueError):
        return ""


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StoreError(f"cannot write {path}: {error}") from error


def _opened(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write {path.parent}: {error.strerror}") from error
    file = sqlite3.connect(path)
    file.execute("PRAGMA synchronous = OFF")  # a lost cache costs time only
    made = "CREATE TABLE IF NOT EXISTS work (stage TEXT, key TEXT, done BLOB, PRIMARY KEY (stage, key))"
    file.execute(f"{made} WITHOUT ROWID")
    return file
