"""Stage 6, how many statements a file holds, and a number that tells whether two files hold the same ones.

The number is the sum of the hashes of all statements: the order does not matter, and nothing is kept.
"""

import gzip
import hashlib
import itertools
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from pyoxigraph import Quad, RdfFormat, parse, serialize

from kg.errors import StoreError

_BATCH = 2000
_FORMATS = {
    ".nq": RdfFormat.N_QUADS,
    ".nt": RdfFormat.N_TRIPLES,
    ".trig": RdfFormat.TRIG,
    ".ttl": RdfFormat.TURTLE,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
}
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class Tally:
    """Equal where two files hold the same statements."""

    count: int = 0
    total: int = 0


def tally(lines: Iterable[bytes]) -> Tally:
    """Return the tally of lines of canonical N-Quads or N-Triples."""
    count = total = 0
    for line in lines:
        count += 1
        total += int.from_bytes(hashlib.sha256(line).digest())
    return Tally(count, total % _MODULUS)


def rdf_format(path: Path) -> RdfFormat | None:
    """Return the format of a file of RDF by its name, packed or not; None for any other file."""
    name = path.name.removesuffix(".gz").removesuffix(".zst")
    return _FORMATS.get(Path(name).suffix)


def tally_of(path: Path) -> Tally:
    """Return the tally of a file of RDF, whatever its format.

    Raises StoreError when it cannot be read or is not well-formed.
    """
    form = rdf_format(path)
    if form is None:
        raise StoreError(f"{path.name}: no format of RDF has this ending")
    try:
        with opened(path) as file:
            return tally(_written(parse(file, form)))
    except (SyntaxError, ValueError) as error:
        raise StoreError(f"{path.name} is not well-formed: {error}") from error
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise StoreError(f"{path.name} cannot be read: {error}") from error


def triple_of(line: bytes) -> bytes:
    """Return a line of N-Quads without its graph."""
    return line.rsplit(b" ", 2)[0] + b" .\n"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked."""
    with path.open("rb") as file:
        if path.suffix == ".gz":
            with gzip.open(file) as unpacked:
                yield cast("BinaryIO", unpacked)
        elif path.suffix == ".zst":
            with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as frames:
                yield cast("BinaryIO", frames)
        else:
            yield file


def _written(statements: Iterable[Quad]) -> Iterator[bytes]:
    source = iter(statements)
    while batch := list(itertools.islice(source, _BATCH)):
        yield from (serialize(batch, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
