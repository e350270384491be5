"""Files of others as streams of lines or records: plain, .gz, .bz2, .zip or standard input."""

import bz2
import gzip
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from kg.errors import SourceError
from kg.link.authority.records import Record, record_of


def opened(path: Path) -> BinaryIO:
    """Open a file by its ending; of a .zip its largest .json member."""
    try:
        if path.suffix == ".gz":
            return cast("BinaryIO", gzip.open(path, "rb"))
        if path.suffix == ".bz2":
            return cast("BinaryIO", bz2.open(path, "rb"))
        if path.suffix == ".zip":
            return _member(path)
        return path.open("rb")
    except (OSError, zipfile.BadZipFile) as error:
        raise SourceError(f"{path}: {error}") from error


def _member(path: Path) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    members = [info for info in archive.infolist() if info.filename.endswith(".json")]
    if not members:
        raise SourceError(f"{path}: holds no .json file")
    best = max(members, key=lambda info: ("v2" in info.filename, info.file_size))
    return cast("BinaryIO", archive.open(best))


def read_lines(path: Path) -> Iterator[Record]:
    """Return the records of a JSON lines file, one object a line."""
    try:
        with opened(path) as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield record_of(_parsed(line, path, number), f"{path}, line {number}")
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: {error}") from error


def _parsed(line: bytes, path: Path, number: int) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        raise SourceError(f"{path}, line {number}: not JSON: {error}") from error
