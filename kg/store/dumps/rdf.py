"""Stage 6, the pieces of which files for download are made: runs of whole subjects, RDF without prefixes."""

import zlib
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import RdfFormat, parse, serialize

from kg.errors import StoreError
from kg.store.lines import subject_of

_SUBJECTS = 200
"""How many subjects a piece has on average."""


def pieces_of(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield sorted lines in pieces that end after subjects that the subjects themselves choose.

    So a new subject changes the piece that it is in and leaves all others as they were.
    """
    piece: list[bytes] = []
    last = ""
    for line in lines:
        subject = subject_of(line)
        if piece and subject != last and not zlib.crc32(last.encode()) % _SUBJECTS:
            yield piece
            piece = []
        piece.append(line)
        last = subject
    if piece:
        yield piece


def turtle_of(nquads: Iterable[bytes], prefixes: Mapping[str, str]) -> bytes:
    """Return the triples of lines of N-Quads as Turtle that relies on prefixes declared before it."""
    triples = (quad.triple for quad in parse(b"".join(nquads), RdfFormat.N_QUADS))
    return _bare(serialize(triples, format=RdfFormat.TURTLE, prefixes=dict(prefixes)))


def trig_of(nquads: Iterable[bytes], prefixes: Mapping[str, str]) -> bytes:
    """Return lines of N-Quads of one graph as a block of TriG that relies on prefixes declared before it."""
    quads = parse(b"".join(nquads), RdfFormat.N_QUADS)
    return _bare(serialize(quads, format=RdfFormat.TRIG, prefixes=dict(prefixes)))


def header_of(prefixes: Mapping[str, str]) -> bytes:
    """Return what declares prefixes in Turtle and TriG."""
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(prefixes.items())).encode()


def _bare(document: bytes | None) -> bytes:
    """Return what the engine wrote without the prefixes at its head, which it gives in any order."""
    rest = document or b""
    while rest.startswith(b"@prefix "):
        rest = rest.partition(b"\n")[2]
    if not rest:
        raise StoreError("a piece of a file for download came out empty")
    return rest
