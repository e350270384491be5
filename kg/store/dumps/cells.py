"""Stage 6, the cells of tables for download: values as texts that spreadsheets show and never run."""

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from kg.errors import StoreError
from kg.store.contract import Term
from kg.store.dumps.columns import Column, Kind, Table
from kg.store.dumps.index import Index
from kg.store.dumps.thing import Thing
from kg.vocabulary import KG, KGV

SEPARATOR = " | "
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")


def write_row(out: TextIO, cells: Iterable[str]) -> None:
    """Write one row as RFC 4180 has it."""
    csv.writer(out).writerow(cells)


def guarded(text: str) -> str:
    """Return a text with an apostrophe before what a spreadsheet would take for a formula.

    A text that begins with an apostrophe gets one too, so that taking one away gives back any text.
    """
    return "'" + text if text.startswith(_RISKY) else text


def joined(values: Sequence[str], *, several: bool) -> str:
    """Return the values of one cell as one text; where there may be several, a bar in a value is marked.

    Raises ValueError for more than one where there may be one only: whoever reads would take them for one.
    """
    if several:
        return SEPARATOR.join(value.replace("|", "\\|") for value in values)
    if len(values) > 1:
        raise ValueError(f"{len(values)} values where one is promised: {', '.join(sorted(values))}")
    return values[0] if values else ""


def row_of(table: Table, thing: Thing, index: Index) -> list[str]:
    """Return the row of a thing; raises StoreError that names the column that cannot say what it must."""
    row = []
    for column in table.columns:
        try:
            row.append(_cell(column, thing, index, table))
        except ValueError as error:
            raise StoreError(f"{table.url}, column {column.name}, {thing.iri}: {error}") from error
    return row


def short_of(iri: str) -> str:
    """Return a term of our lists, or a property or class of our ontology, by its short name."""
    return iri.removeprefix(str(KGV)).removeprefix(str(KG))


def text_of(terms: Iterable[Term], language: str) -> str:
    """Return a text in a language: the one whose tag is just that, else the first of a region."""
    fitting = [term for term in terms if term.language.partition("-")[0] == language]
    return min(fitting, key=lambda term: (term.language, term.value)).value if fitting else ""


def _cell(column: Column, thing: Thing, index: Index, table: Table) -> str:
    if column.kind is Kind.SELF:
        return thing.iri
    if column.kind is Kind.CLASS:
        return joined([each for each in table.classes if each in thing.classes], several=False)
    terms = thing.values.get(column.property, [])
    if column.kind is Kind.TEXT:
        texts = [text_of(terms, column.language)] if column.language else [term.value for term in terms]
        return guarded(joined(texts, several=column.several))
    values = list(_values(column, [term.value for term in terms], index))
    if column.kind is Kind.LABEL:
        return guarded(joined(values, several=column.several))
    return joined(values, several=column.several)


def _values(column: Column, values: list[str], index: Index) -> Iterable[str]:
    if column.kind is Kind.CONCEPT:
        return map(short_of, values)
    if column.kind is Kind.ITEM:
        found = (value.removeprefix(column.items) for value in values if value.startswith(column.items))
        return (value.strip("/") for value in found)
    if column.kind is Kind.LABEL:
        return (index.label(value) for value in values)
    if column.kind is Kind.FIGURE:
        return (index.figure(value)[0] for value in values)
    if column.kind is Kind.QUALIFIER:
        return (short_of(index.figure(value)[1]) for value in values)
    return values
