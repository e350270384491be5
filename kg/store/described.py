"""Stage 6, things with their statements, one after another, from sorted N-Quads."""

import itertools
from collections.abc import Iterable, Iterator

from pyoxigraph import RdfFormat, parse

from kg.store.contract import Term
from kg.store.embedded import clear_errors, term_of

_BATCH = 2000
"""Lines that are parsed at once."""


def described(lines: Iterable[bytes]) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
    """Yield each thing that the sorted lines of a graph describe, with predicates and values.

    Raises StoreError when a line is no N-Quads.
    """
    with clear_errors("a graph"):
        statements = itertools.chain.from_iterable(
            parse(b"".join(batch), RdfFormat.N_QUADS) for batch in _batches(iter(lines))
        )
        for subject, quads in itertools.groupby(statements, key=lambda quad: quad.subject):
            yield getattr(subject, "value", ""), [(q.predicate.value, term_of(q.object)) for q in quads]


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(itertools.islice(lines, _BATCH)):
        yield batch
