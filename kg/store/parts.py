"""Stage 6, a file for download made of parts; those that did not change are copied from an earlier one.

A part is one gzip member or one zstd frame, or plain bytes; such files may be put one behind the other (RFC
1952 section 2.2, RFC 8878 section 3.1). A record of the parts, not for download, is kept elsewhere.
"""

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from kg.store.embedded import clear_errors

_GZIP_LEVEL = 6
_ZSTD_LEVEL = 9
_COPY = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file that depends on nothing but what its key is made of."""

    key: str
    """Without white space: equal keys, equal bytes."""
    write: Callable[[BinaryIO], None]
    """Writes the piece, not packed."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A file made of parts and the record of them; neither need be there."""

    file: Path
    record: Path

    def places(self) -> dict[str, tuple[int, int]]:
        """Return where each part lies and how long it is, by key; nothing when there is no such file."""
        if not (self.file.is_file() and self.record.is_file()):
            return {}
        rows = (line.split("\t") for line in self.record.read_text(encoding="utf-8").splitlines())
        return {key: (int(offset), int(size)) for key, offset, size in rows}


def write_parts(parts: Iterable[Part], into: Parted, *, earlier: Parted | None = None) -> None:
    """Write the parts one behind the other, packed as the ending of the file says (`.gz`, `.zst`, else not).

    Raises StoreError when a file cannot be read or written.
    """
    with clear_errors(str(into.file)), into.file.open("wb") as out, _source(earlier) as (old, places):
        rows = []
        for part in parts:
            offset = out.tell()
            if part.key in places:
                copy_range(old, out, *places[part.key])
            else:
                with packed(out, into.file.suffix) as piece:
                    part.write(piece)
            rows.append(f"{part.key}\t{offset}\t{out.tell() - offset}\n")
        into.record.parent.mkdir(parents=True, exist_ok=True)
        into.record.write_text("".join(rows), encoding="utf-8")


def copy_range(source: BinaryIO, out: BinaryIO, offset: int, size: int) -> None:
    """Copy a stretch of one file to where another one stands."""
    source.seek(offset)
    while size:
        data = source.read(min(size, _COPY))
        if not data:
            raise OSError(f"{source.name} ends too early")
        out.write(data)
        size -= len(data)


@contextmanager
def packed(out: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    """Open a gzip member (without name and time) or zstd frame where the file stands, or the file itself."""
    if suffix == ".gz":
        with gzip.GzipFile("", "wb", _GZIP_LEVEL, out, mtime=0) as member:
            yield cast("BinaryIO", member)
    elif suffix == ".zst":
        packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)
        with packer.stream_writer(out, closefd=False) as frame:
            yield cast("BinaryIO", frame)
    else:
        yield out


@contextmanager
def _source(earlier: Parted | None) -> Iterator[tuple[BinaryIO, dict[str, tuple[int, int]]]]:
    places = earlier.places() if earlier else {}
    path = earlier.file if earlier and places else Path(os.devnull)
    with path.open("rb") as file:
        yield file, places
