"""Stage 6, one thing of the facts, read from its lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdflib.namespace import RDF

from kg.store.contract import Term
from kg.store.lines import by_subject, statement_of
from kg.vocabulary import KG

_TYPE = str(RDF.type)
_OWN = str(KG)


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing with what is said of it, in the order of the lines."""

    iri: str
    statements: list[tuple[str, Term]]
    values: dict[str, list[Term]]
    """The same by property."""

    @property
    def classes(self) -> list[str]:
        """The classes of the ontology that it is of, by their short names."""
        kinds = (term.value for term in self.values.get(_TYPE, ()))
        return [kind.removeprefix(_OWN) for kind in kinds if kind.startswith(_OWN)]


def things_of(lines: Iterable[bytes]) -> Iterator[Thing]:
    """Yield each subject of sorted lines."""
    for iri, group in by_subject(lines):
        statements = [statement_of(line) for line in group]
        values: dict[str, list[Term]] = {}
        for predicate, value in statements:
            values.setdefault(predicate, []).append(value)
        yield Thing(iri, statements, values)
