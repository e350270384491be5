"""Stage 7, the checksums of a finished folder: written once, and checked to the byte, both ways.

A release has two lists. `dumps/SHA256SUMS` travels with the files for download; `SHA256SUMS` beside it covers
all else (store, search, report, meta.json) and that first list. Both are what `sha256sum --check` reads.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from kg.checks import Check
from kg.errors import StoreError
from kg.release.generation import SUMS, Release, sha256_of, verify

_LINE = re.compile(r"([0-9a-f]{64})  ([^\n\r]+)")
_DUMPS = "dumps/"
_SHOWN = 12
"""Digits of a checksum that a message shows."""


def own_files(release: Path) -> list[str]:
    """Return the names of what the release's own list covers: all but the files for download."""
    return [n for n in files_of(release) if not n.startswith(_DUMPS) or n == _DUMPS + SUMS]


def files_of(folder: Path) -> list[str]:
    """Return every file in and under a folder but its list of checksums, sorted, by its name from there."""
    found = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return sorted(name for path in found if (name := path.relative_to(folder).as_posix()) != SUMS)


def write_sums(folder: Path, names: Iterable[str]) -> None:
    """Write the list of checksums of these files of a folder into it."""
    (folder / SUMS).write_text(_text({name: sha256_of(folder / name) for name in names}), encoding="utf-8")


def check_sums(folder: Path, names: Iterable[str], *, shown: str = "") -> Check:
    """Compare files with the list in their folder: any other byte, missing or further file is a fault.

    `shown` stands before each name that is told.
    """
    listing = shown + SUMS
    try:
        text = (folder / SUMS).read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        return Check(f"{listing}: the list of checksums", (f"{listing} cannot be read: {_reason(error)}",))
    told, faults = _told(text, listing)
    found = sorted(names)
    faults += [f"{shown}{name} is missing; {listing} lists it" for name in sorted(told.keys() - set(found))]
    sums: dict[str, str] = {}
    size = 0
    for name in found:
        try:
            sums[name], size = sha256_of(folder / name), size + (folder / name).stat().st_size
        except OSError as error:
            faults.append(f"{shown}{name} cannot be read: {_reason(error)}")
    faults += _differing(told, sums, shown, listing)
    if not faults and text != _text(told):
        faults.append(f"{listing} is not written as it was released: order or repetition of lines")
    return Check(f"{listing}: {len(found)} files of {size:,} bytes are those that it lists", tuple(faults))


def damages(release: Release, *, dumps: bool = True) -> list[str]:
    """Return what is wrong with any file of a release, one line a fault; none where it is whole.

    What rests on a release needs its store and its records as they were, not only the files for download
    (without `dumps` those are left out). Raises StoreError when it cannot be looked at.
    """
    try:
        own = check_sums(release.path, own_files(release.path)).faults
        return [*own, *(verify(release) if dumps else ())]
    except OSError as error:
        raise StoreError(f"{release.path} cannot be read: {_reason(error)}") from error


def differs(name: str, digest: str, listing: str, told: str) -> str:
    """Say that a file has another checksum than the list tells."""
    sums = f"its SHA-256 is {digest[:_SHOWN]}..., {listing} says {told[:_SHOWN]}..."
    return f"{name} is not what was released: {sums}"


def _told(text: str, listing: str) -> tuple[dict[str, str], list[str]]:
    told: dict[str, str] = {}
    faults = []
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        if match := _LINE.fullmatch(line):
            told[match[2]] = match[1]
        else:
            faults.append(f"{listing}, line {number}: not a checksum and a name: {line[:80]!r}")
    if text and not text.endswith("\n"):
        faults.append(f"{listing}: its last line is cut")
    return told, faults


def _differing(told: Mapping[str, str], sums: Mapping[str, str], shown: str, listing: str) -> list[str]:
    faults = []
    for name, digest in sums.items():
        if name not in told:
            faults.append(f"{shown}{name} is not part of the release; {listing} does not list it")
        elif told[name] != digest:
            faults.append(differs(shown + name, digest, listing, told[name]))
    return faults


def _text(sums: Mapping[str, str]) -> str:
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
