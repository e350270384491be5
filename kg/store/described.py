"""Stage 6, things with their statements, one after another, from sorted N-Quads."""

from collections.abc import Iterable, Iterator

from kg.store.contract import Term
from kg.store.lines import by_subject, statement_of


def described(lines: Iterable[bytes]) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
    """Yield each thing that the sorted lines of a graph describe, with predicates and values.

    Raises StoreError when a line is no N-Quads of ours.
    """
    for subject, told in by_subject(lines):
        yield subject, list(map(statement_of, told))
