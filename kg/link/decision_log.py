"""The log of a publication's decisions about links: rows are added, never changed."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from kg.errors import StateError, StoreError
from kg.link.mappings import COLUMNS, Row, checked, parsed, read_rows, written

LOG = "links.sssom.tsv"


def tables(decisions: Path) -> list[Path]:
    """Return the tables of a folder of decisions, in the order in which they are obeyed."""
    return sorted(decisions.glob("*.sssom.tsv"))


def append_rows(decisions: Path, rows: Sequence[Row]) -> None:
    """Append rows to the log in a folder of decisions, all of them or none.

    Raises StateError when a row could not be obeyed or the log has other columns, StoreError when the disk
    fails.
    """
    if not rows:
        return
    path = decisions / LOG
    for row in rows:
        checked(row)
    try:
        decisions.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as log:
            # Review and build may both be at work here.
            fcntl.flock(log, fcntl.LOCK_EX)
            _append(path, log.fileno(), rows)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from error


def _append(path: Path, log: int, rows: Sequence[Row]) -> None:
    size = os.fstat(log).st_size
    if size:
        _check_columns(path)
    text = written(rows, header=not size).encode()
    # Tables are read before links are made of them: what we write must be readable, or it stops all builds.
    list(parsed(text.decode() if not size else f"{_first_line()}{text.decode()}", str(path)))
    try:
        done = 0
        while done < len(text):
            done += os.write(log, text[done:])
        os.fsync(log)
    except OSError:
        os.ftruncate(log, size)
        raise


def _first_line() -> str:
    return "\t".join(COLUMNS) + "\n"


def _check_columns(path: Path) -> None:
    text = path.read_bytes()
    first = next((line for line in text.splitlines() if line and not line.startswith(b"#")), b"")
    if first.decode("utf-8", "replace") + "\n" != _first_line():
        raise StateError(f"{path}: has other columns than a log of ours; move it to another name")
    if not text.endswith(b"\n"):
        raise StateError(f"{path}: the last line is cut off; complete or remove it")


def rows_of(decisions: Path, *first: Path) -> list[Row]:
    """Return the rows of `first` and of a folder of decisions, in the order in which they are obeyed."""
    return [row for path in (*first, *tables(decisions)) for row in read_rows(path)]
