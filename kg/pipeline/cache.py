"""Findings of earlier builds, by all that they depend on; the file may be deleted at any time."""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from kg.errors import StoreError
from kg.model import Article, Findings
from kg.pipeline import kept
from kg.pipeline.findings_json import from_json, to_json
from kg.pipeline.makers import maker_of_extractor
from kg.settings import Options


class FindingsCache:
    """Key -> findings, in one SQLite file; what a build did not use is forgotten."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = _opened(path)
        except sqlite3.DatabaseError:  # damaged: it holds nothing that cannot be found again
            path.unlink()
            self._file = _opened(path)

    def find(self, key: str, article: Article) -> Findings | None:
        """Return what was found in the article, nothing where that is not known."""
        row = self._file.execute("SELECT found FROM findings WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        try:
            return from_json(zlib.decompress(row[0]).decode(), article)
        except (zlib.error, ValueError, KeyError, TypeError):
            return None

    def keep(self, key: str, found: Findings) -> None:
        """Remember findings."""
        packed = zlib.compress(to_json(found).encode(), 1)
        try:
            self._file.execute("INSERT OR REPLACE INTO findings VALUES (?, ?)", (key, packed))
        except sqlite3.DatabaseError as error:
            raise StoreError(f"cannot write the cache of findings: {error}") from error

    def forget_all_but(self, keys: Iterable[str]) -> None:
        """Forget what stands under other keys."""
        try:
            self._file.execute("CREATE TEMP TABLE used (key TEXT PRIMARY KEY)")
            self._file.executemany("INSERT OR IGNORE INTO used VALUES (?)", ((key,) for key in keys))
            self._file.execute("DELETE FROM findings WHERE key NOT IN (SELECT key FROM used)")
            self._file.commit()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"cannot write the cache of findings: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What was found stays found, whatever else went wrong.
        with closing(self._file):
            self._file.commit()


def _opened(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write {path.parent}: {error.strerror}") from error
    file = sqlite3.connect(path)
    file.execute("PRAGMA synchronous = OFF")  # a lost cache costs time only
    file.execute("CREATE TABLE IF NOT EXISTS findings (key TEXT PRIMARY KEY, found BLOB) WITHOUT ROWID")
    return file


def article_digest(article: Article) -> str:
    """Return the SHA-256 of an article, wherever it was read."""
    return hashlib.sha256(kept.to_json(replace(article, source="")).encode()).hexdigest()


def findings_key(article: Article, extractor: str, options: Options, least: float) -> str:
    """Return what stands for all that the findings in an article depend on."""
    told = [article_digest(article), extractor, maker_of_extractor(extractor), list(options), least]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
