"""Stage 6, what the tables for download hold, for machines: CSV on the Web (W3C, 2015)."""

import json
from collections.abc import Sequence
from typing import Any

from rdflib.namespace import RDF

from kg.store.dumps.cells import SEPARATOR
from kg.store.dumps.columns import Column, Kind, Table
from kg.store.dumps.folder import Folder
from kg.store.dumps.listed import EVIDENCE, TABLES
from kg.store.embedded import clear_errors
from kg.vocabulary import KG, KGV

_CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
_LABELS = {Kind.LABEL, Kind.QUALIFIER, Kind.FIGURE}
"""What stands in another table, or in none."""
_TERMS = {Kind.CLASS, Kind.CONCEPT, Kind.ITEM, Kind.THING}
"""What is an IRI in RDF, which the format has no way to say of several values in one cell."""


def write_descriptions(folder: Folder) -> None:
    """Write the description of the tables, and beside it that of the evidence when it is unpacked."""
    evidence = (EVIDENCE, *(table for table in TABLES if table.name == "articles"))
    for name, tables in (("csv-metadata.json", TABLES), (f"{EVIDENCE.url}-metadata.json", evidence)):
        text = json.dumps(described(tables), ensure_ascii=False, indent=1)
        with clear_errors(str(folder.files)):
            (folder.files / name).write_text(text + "\n", encoding="utf-8")


def described(tables: Sequence[Table]) -> dict[str, Any]:
    """Return the description of a group of tables."""
    return {
        "@context": _CONTEXT,
        "tables": [_table(table, {each.name for each in tables}) for table in tables],
    }


def _table(table: Table, group: set[str]) -> dict[str, Any]:
    keys = [
        {
            "columnReference": column.name,
            "reference": {"resource": f"{column.to}.csv", "columnReference": "id"},
        }
        for column in table.columns
        if column.to in group and column.needed  # else a processor would want an empty cell to lead somewhere
    ]
    schema: dict[str, Any] = {
        "aboutUrl": f"{{+{table.columns[0].name}}}",
        "columns": [_column(column) for column in table.columns],
        "primaryKey": list(table.key) if len(table.key) > 1 else table.key[0],
    }
    titles = [{"@value": table.en, "@language": "en"}, {"@value": table.zh, "@language": "zh"}]
    return {
        "url": table.url,
        "dc:title": titles,
        "tableSchema": schema | ({"foreignKeys": keys} if keys else {}),
    }


def _column(column: Column) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        "titles": {"en": list(dict.fromkeys((column.name, column.name.replace("_", " ")))), "zh": column.zh},
        "dc:description": column.told.replace("`", ""),
        "datatype": column.kind.datatype,
    }
    if column.needed:
        told["required"] = True
    if column.several:
        told["separator"] = SEPARATOR
    if column.language:
        told["lang"] = column.language
    return told | _meaning(column)


def _meaning(column: Column) -> dict[str, Any]:
    """Return what a column is in RDF; one that only repeats or names gives no triples."""
    meant: dict[str, Any] = {"propertyUrl": column.property} if column.property else {}
    if not meant or column.kind in _LABELS or (column.several and column.kind in _TERMS):
        return meant | {"suppressOutput": True}
    if column.kind is Kind.THING:
        return meant | {"valueUrl": f"{{+{column.name}}}"}
    if column.kind in _TERMS:
        space = KG if column.kind is Kind.CLASS or column.property == str(RDF.predicate) else KGV
        return meant | {"valueUrl": f"{space}{{{column.name}}}"}
    return meant
