"""Stage 6, publish: the prefixes before a Turtle document, which the engine writes all and in any order."""

from collections.abc import Iterator

from kg.publish.negotiate import TRIG, TURTLE

PREFIXED = frozenset({TURTLE, TRIG})


def tidy(document: bytes) -> bytes:
    """Return a document with its prefixes sorted and without those that it does not use."""
    declared, rest = _parted(document)
    return b"\n".join([*sorted(line for line in declared if line.split()[1] in rest), rest])


def tidied(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces of a large document with all its prefixes sorted, so that it is always the same."""
    declared, rest = _parted(next(pieces, b""))
    yield b"\n".join([*sorted(declared), rest])
    yield from pieces


def _parted(document: bytes) -> tuple[list[bytes], bytes]:
    lines = document.split(b"\n")
    count = next((i for i, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines))
    return lines[:count], b"\n".join(lines[count:])
