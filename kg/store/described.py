"""Stage 6, things with their statements, one after another, from a file of sorted N-Quads (plain or gzip)."""

import gzip
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from pyoxigraph import Literal, RdfFormat, parse

from kg.store.contract import Term
from kg.store.embedded import clear_errors
from kg.store.sorting import graph_of

_BATCH = 2000
"""Lines that are parsed at once."""


def described(nquads: Path, graph: str) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
    """Yield each thing that a graph describes, with predicates and values.

    Raises StoreError when the file cannot be read.
    """
    wanted = f"<{graph}>".encode()
    with clear_errors(str(nquads)), _opened(nquads) as file:
        lines = (line for line in file if graph_of(line) == wanted)
        statements = itertools.chain.from_iterable(
            parse(b"".join(batch), RdfFormat.N_QUADS) for batch in _batches(lines)
        )
        for subject, quads in itertools.groupby(statements, key=lambda quad: quad.subject):
            yield getattr(subject, "value", ""), [(q.predicate.value, _term(q.object)) for q in quads]


def _opened(nquads: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(nquads)) if nquads.suffix == ".gz" else nquads.open("rb")


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(itertools.islice(lines, _BATCH)):
        yield batch


def _term(term: object) -> Term:
    if isinstance(term, Literal):
        return Term("literal", term.value, term.language or "", term.datatype.value)
    return Term("uri", getattr(term, "value", ""))
