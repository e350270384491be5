"""Stage 6, whether the dump of all graphs is what its list of graphs says, to the byte and to the statement.

Read as a stream: memory holds the list of graphs and one batch of lines. No member may be followed by bytes
that unpack to nothing, so gzip's own reader, which passes over zeros, will not do here.
"""

import hashlib
import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

from kg.checks import Check
from kg.errors import StoreError
from kg.store.manifest import MANIFEST, NQUADS, Entry, manifest_text, read_manifest

_IRI = rb'<[^\x00-\x20<>"{}|^`\\]+>'
_LITERAL = rb'"(?:[^"\\\n\r]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^' + _IRI + rb")?"
_TRIPLE = re.compile(rb"%b %b (?:%b|%b)" % (_IRI, _IRI, _IRI, _LITERAL))
_CHUNK = 1 << 18
_BATCH = 50_000
"""Lines whose canonical form is made at once; without blank nodes that of a whole is that of its parts."""
_SHOWN = 120


@dataclass(slots=True)
class _Read:
    """What one graph's stretch of the file proved to hold."""

    quads: int = 0
    sha256: str = ""
    wrong: int = 0
    first: str = ""
    """The first thing that is wrong with its lines."""

    def note(self, fault: str) -> None:
        self.wrong += 1
        self.first = self.first or fault


def check_manifest(folder: Path, *, shown: str = "") -> Check:
    """Check that the list of graphs is well written and tells each byte of the dump."""
    listing, path = shown + MANIFEST, folder / NQUADS
    entries = list(read_manifest(folder / MANIFEST).values())
    said = f"{listing}: {len(entries):,} graphs tell each byte of {shown}{NQUADS}"
    faults = []
    if (folder / MANIFEST).read_bytes() != manifest_text(entries).encode():
        faults.append(f"{listing} is not written as it was released: a graph twice, or a line badly written")
    if [each.graph for each in entries] != sorted(each.graph for each in entries):
        faults.append(f"{listing} is not in the order of its graphs")
    at = 0
    for entry in entries:
        if entry.offset != at or entry.size <= 0:
            faults.append(f"{listing}: {entry.graph} begins at {entry.offset}, where {at} was to be")
        at = entry.offset + entry.size
    size = path.stat().st_size if path.is_file() else 0
    if size != at:
        faults.append(f"{shown}{NQUADS} has {size:,} bytes; {listing} tells {at:,} of them")
    return Check(said, tuple(faults))


def check_graphs(folder: Path, *, deep: bool = False, shown: str = "") -> Check:
    """Check each graph of the dump against the list; `deep` makes its canonical form anew as well.

    Raises StoreError when list or dump cannot be read.
    """
    entries = read_manifest(folder / MANIFEST)
    faults: list[str] = []
    quads = 0
    try:
        with (folder / NQUADS).open("rb") as file:
            for entry in entries.values():
                read = _read(file, entry, deep=deep)
                quads += read.quads
                faults += [f"{shown}{fault}" for fault in _faults(entry, read, shown + MANIFEST)]
    except OSError as error:
        raise StoreError(f"{shown}{NQUADS} cannot be read: {error.strerror or error}") from error
    how = "canonical form made anew (RDFC-1.0)" if deep else "sorted lines hashed"
    said = f"{shown}{NQUADS}: {len(entries):,} graphs with {quads:,} quads are as listed, {how}"
    return Check(said, tuple(faults))


def _faults(entry: Entry, read: _Read, listing: str) -> Iterator[str]:
    where = f"{NQUADS}, graph {entry.graph}"
    if read.wrong:
        more = f"; {read.wrong - 1:,} more such lines" if read.wrong > 1 else ""
        yield f"{where}: {read.first}{more}"
    if read.quads != entry.quads:
        yield f"{where}: it holds {read.quads:,} quads, {listing} says {entry.quads:,}"
    if read.sha256 != entry.sha256:
        yield f"{where}: its hash is {read.sha256[:12]}..., {listing} says {entry.sha256[:12]}..."


def _read(file: BinaryIO, entry: Entry, *, deep: bool) -> _Read:
    read, hashed = _Read(), hashlib.sha256()
    suffix = f" <{entry.graph}> .\n".encode()
    last = b""
    try:
        for batch in batches(_lines(file, entry), _BATCH):
            for line in batch:
                hashed.update(line)
                if fault := _fault(line, last, suffix):
                    read.note(f"{fault}: {line[:_SHOWN]!r}")
                last = line
            read.quads += len(batch)
            if deep and not read.wrong and (fault := _not_canonical(batch)):
                read.note(fault)
    except (zlib.error, EOFError) as error:
        read.note(f"its gzip members are damaged: {error}")
    read.sha256 = hashed.hexdigest()
    return read


def _fault(line: bytes, last: bytes, suffix: bytes) -> str:
    """Return what is wrong with a line, given the one before it and how each line of the graph must end."""
    if not line.endswith(suffix):
        return "a line that is not of this graph"
    if line <= last:
        return "a line twice" if line == last else "a line out of order"
    triple = line[: -len(suffix)]
    if _TRIPLE.fullmatch(triple):
        return ""
    return "a blank node" if triple.startswith(b"_:") or b"> _:" in triple else "a line that is no statement"


def _not_canonical(batch: Sequence[bytes]) -> str:
    """Return what is wrong when the engine does not write these statements in the very same bytes."""
    try:
        dataset = Dataset(parse(b"".join(batch), RdfFormat.N_QUADS))
    except (SyntaxError, ValueError) as error:
        return f"a line that is no statement: {error}"
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    made = sorted((serialize(dataset, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True))
    if made == list(batch):
        return ""
    line = next(iter(sorted(set(batch) - set(made))), batch[-1])
    return f"a line that is not in canonical form: {line[:_SHOWN]!r}"


def batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """Yield the lines, so many at once."""
    source = iter(lines)
    while batch := list(itertools.islice(source, size)):
        yield batch


def _lines(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Yield the lines in a stretch of gzip members; what is cut or followed by anything else is an error."""
    rest = b""
    for data in _unpacked(file, entry):
        whole, newline, tail = (rest + data).rpartition(b"\n")
        yield from (whole + newline).splitlines(keepends=True) if newline else ()
        rest = tail
    if rest:
        yield rest


def _unpacked(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    file.seek(entry.offset)
    left, data = entry.size, b""
    while left > 0 or data:
        member = zlib.decompressobj(wbits=31)  # one gzip member, with its header and checksum
        while not member.eof:
            if not data:
                data = file.read(min(left, _CHUNK))
                left -= len(data)
            if not data:
                raise EOFError("the file ends within one")
            unpacked, data = member.decompress(data), member.unused_data
            yield unpacked
