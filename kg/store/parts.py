"""Stage 6, a file for download made of parts; those that did not change are copied from an earlier one.

A part is one gzip member or one zstd frame, or plain bytes; such files may be put one behind the other (RFC
1952 section 2.2, RFC 8878 section 3.1). A record of the parts, not for download, is kept elsewhere.
"""

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import zstandard

from kg.store.embedded import clear_errors

_GZIP_LEVEL = 6
_ZSTD_LEVEL = 6
_COPY = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file that depends on nothing but what its key is made of."""

    key: str
    """Without white space: equal keys, equal bytes."""
    write: Callable[[BinaryIO], object]
    """Writes the piece, not packed."""
    ready: bool = False
    """Whether it writes what is packed already."""
    anew: bool = False
    """Whether what an earlier file has under its key is no longer so."""


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


class PartsFile:
    """A file that takes its parts one behind the other; use it as a context manager."""

    def __init__(self, into: Parted, *, earlier: Parted | None = None) -> None:
        """Begin the file, packed as its ending says (`.gz`, `.zst`, else not).

        Raises StoreError when a file cannot be read or written, as all methods do.
        """
        self._into = into
        with ExitStack() as stack, clear_errors(str(into.file)):
            self._places = earlier.places() if earlier else {}
            into.record.parent.mkdir(parents=True, exist_ok=True)
            self._out = stack.enter_context(into.file.open("wb"))
            self._rows = stack.enter_context(into.record.open("w", encoding="utf-8"))
            old = earlier.file if earlier and self._places else Path(os.devnull)
            self._old = stack.enter_context(old.open("rb"))
            self._stack = stack.pop_all()
        self._copied = (0, 0)
        """The stretch of the earlier file that is still to be copied: parts that lie together go together."""

    def add(self, part: Part) -> None:
        """Write a part, or copy it from the earlier file when that has it."""
        with clear_errors(str(self._into.file)):
            start, length = self._copied
            offset = self._out.tell() + length
            if part.key in self._places and not part.anew:
                place, size = self._places[part.key]
                if place != start + length:
                    self._copy()
                    start, length = place, 0
                self._copied = (start, length + size)
            else:
                self._copy()
                size = self._written(part)
            self._rows.write(f"{part.key}\t{offset}\t{size}\n")

    def _written(self, part: Part) -> int:
        offset = self._out.tell()
        if part.ready:
            part.write(self._out)
        else:
            with packed(self._out, self._into.file.suffix) as piece:
                part.write(piece)
        return self._out.tell() - offset

    def _copy(self) -> None:
        copy_range(self._old, self._out, *self._copied)
        self._copied = (0, 0)

    def close(self) -> None:
        """Finish the file; one without parts is an empty member or frame, since some readers want one."""
        with clear_errors(str(self._into.file)):
            self._copy()
            if not self._out.tell():
                with packed(self._out, self._into.file.suffix):
                    pass
            self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        with suppress(OSError):  # the first error is the one to tell
            self._stack.close()


def write_parts(parts: Iterable[Part], into: Parted, *, earlier: Parted | None = None) -> None:
    """Write the parts one behind the other.

    Raises StoreError when a file cannot be read or written.
    """
    with PartsFile(into, earlier=earlier) as file:
        for part in parts:
            file.add(part)


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
