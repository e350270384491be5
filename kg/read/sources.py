"""Stage 1, read: which files, addresses or streams the words on the command line mean."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

STDIN = "-"
FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
"""File ending -> format; the one table of what can be read."""


class SourceKind(StrEnum):
    """Where a source is."""

    FILE = "file"
    URL = "url"
    STREAM = "stream"
    MISSING = "missing"
    """There is nothing to read; reading it says why, so that the others go on."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to read: a file, an address, standard input, or a name that leads nowhere."""

    name: str
    """As it is shown in messages."""
    kind: SourceKind
    problem: str = ""
    """Why there is nothing to read."""
    stream: BinaryIO | None = field(default=None, compare=False)


def sources(
    names: Sequence[str], *, stdin: BinaryIO | None = None, notice: Callable[[str], None] | None = None
) -> list[Source]:
    """Return what the names mean, in a fixed order and each once; never raises for a single bad name.

    A name is a file, a folder (read to its depths), a pattern, a URL, or `-` for `stdin`. In folders and
    patterns, files that cannot be articles are passed over: each is told to `notice`, save hidden ones.
    """
    tell = notice or _silent
    found: dict[str, Source] = {}
    for name in names:
        for source in _meant(name, stdin, tell):
            found.setdefault(_identity(source), source)
    return sorted(found.values(), key=lambda source: (source.name, source.kind))


def format_of(name: str) -> str:
    """Return the format that a file name or address ends in, or nothing."""
    return FORMATS.get(os.path.splitext(name)[1].lower(), "")  # noqa: PTH122  also for addresses


def is_url(name: str) -> bool:
    """Return whether the name is an address on the web."""
    return name.lower().startswith(("http://", "https://"))


def _silent(_: str) -> None:
    pass


def _identity(source: Source) -> str:
    return os.path.realpath(source.name) if source.kind is SourceKind.FILE else f"{source.kind} {source.name}"


def _meant(name: str, stdin: BinaryIO | None, tell: Callable[[str], None]) -> Iterable[Source]:
    if name == STDIN:
        return [_standard_input(stdin)]
    if is_url(name):
        return [Source(name, SourceKind.URL)]
    if "\0" in name or not name:
        return [_missing(repr(name), "not the name of a file")]
    return _on_disk(name, tell)


def _on_disk(name: str, tell: Callable[[str], None]) -> Iterable[Source]:
    if os.path.isdir(name):  # noqa: PTH112  a name that cannot be looked at is "missing", not an exception
        return _in_folder(name, tell)
    if os.path.lexists(name):
        return [_named(name)]
    if glob.has_magic(name):
        return _matching(name, tell)
    return [_missing(name, "no such file")]


def _standard_input(stdin: BinaryIO | None) -> Source:
    if stdin is None:
        return _missing(STDIN, "standard input is not available here")
    return Source(STDIN, SourceKind.STREAM, stream=stdin)


def _missing(name: str, problem: str) -> Source:
    return Source(name, SourceKind.MISSING, problem)


def _named(name: str) -> Source:
    if not os.path.exists(name):  # noqa: PTH110  a dangling link, or a folder that may not be entered
        return _missing(name, "no such file (a link that leads nowhere?)")
    if not os.path.isfile(name):  # noqa: PTH113  as above
        return _missing(name, "not a regular file; pipe it in and name it -")
    if not format_of(name):
        return _missing(name, f"its ending is not one of {' '.join(FORMATS)}")
    return Source(name, SourceKind.FILE)


def _matching(pattern: str, tell: Callable[[str], None]) -> Iterator[Source]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  patterns as the shell knows them
    if not matches:
        yield _missing(pattern, "no file matches this pattern")
    for match in matches:
        if os.path.isdir(match):  # noqa: PTH112  a folder link may be matched too
            yield from _in_folder(match, tell)
        elif _wanted(Path(match), tell):
            yield _named(match)


def _in_folder(folder: str, tell: Callable[[str], None]) -> Iterator[Source]:
    faults: list[OSError] = []
    empty = True
    for place, folders, names in os.walk(folder, onerror=faults.append):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            path = Path(place, name)
            if _wanted(path, tell):
                empty = False
                yield _named(str(path))
    for fault in faults:
        yield _missing(str(fault.filename), f"the folder cannot be listed: {fault.strerror}")
    if empty and not faults:
        tell(f"{folder}: no article in this folder")


def _wanted(path: Path, tell: Callable[[str], None]) -> bool:
    if _hidden(path.name) or path.stem.upper() == "README" or _is_side_file(path):
        return False
    if not format_of(path.name):
        tell(f"{path}: passed over, its ending is not one of {' '.join(FORMATS)}")
        return False
    return True


def _hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _is_side_file(path: Path) -> bool:
    return path.suffix == ".json" and any(path.with_suffix(ending).is_file() for ending in FORMATS)
