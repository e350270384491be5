"""Stage 6, what tables and documents tell of other things: a small index on disk, gone afterwards."""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rdflib.namespace import RDF, RDFS

from kg.errors import StoreError
from kg.store.contract import Term
from kg.store.dumps.thing import Thing
from kg.store.embedded import clear_errors
from kg.store.jsonld import Compactor
from kg.vocabulary import KG, SCHEMA

_TOLD = {str(RDF.type), str(RDFS.label), str(SCHEMA.sameAs)}
_WHOLE = {"Role", "ReportedFigure"}
"""What is told whole wherever it is told of."""
_BACK = tuple(str(KG[each]) for each in ("holder", "roleIn"))
_TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
CREATE TABLE thing (iri TEXT PRIMARY KEY, class TEXT, label TEXT, value TEXT, qualifier TEXT, node TEXT)
  WITHOUT ROWID;
CREATE TABLE role (target TEXT, property TEXT, iri TEXT, PRIMARY KEY (target, property, iri)) WITHOUT ROWID;
"""
_ROLES = "SELECT node FROM role JOIN thing USING (iri) WHERE target = ? AND property = ? ORDER BY iri"


class Index:
    """The names, classes and short documents of all things."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take a database that `index_of` filled."""
        self._database = database

    def label(self, iri: str) -> str:
        """Return the English name of a thing, else its Chinese one, else any; empty where it has none."""
        return self._one("label", iri)

    def class_of(self, iri: str) -> str:
        """Return the class of a thing; empty where the facts do not tell."""
        return self._one("class", iri)

    def figure(self, iri: str) -> tuple[str, str]:
        """Return the value and the qualifier of a reported figure."""
        return self._one("value", iri), self._one("qualifier", iri)

    def node(self, iri: str) -> dict[str, Any] | None:
        """Return a thing as it stands within another."""
        text = self._one("node", iri)
        return json.loads(text) if text else None

    def roles(self, iri: str, property_: str) -> list[dict[str, Any]]:
        """Return the roles that name a thing by a property, whole."""
        return [json.loads(node) for (node,) in self._database.execute(_ROLES, (iri, property_))]

    def _one(self, column: str, iri: str) -> str:
        row = self._database.execute(f"SELECT {column} FROM thing WHERE iri = ?", (iri,)).fetchone()  # noqa: S608  ours
        return str(row[0]) if row else ""


@contextmanager
def index_of(things: Iterable[Thing], folder: Path, short: Compactor) -> Iterator[Index]:
    """Fill an index of things in a folder, and remove it at the end.

    Raises StoreError when the disk does not take it.
    """
    with clear_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=folder) as place,
            _clear(folder),
            closing(sqlite3.connect(Path(place) / "index.sqlite", isolation_level=None)) as database,
        ):
            database.executescript(_TABLES)
            database.execute("BEGIN")
            for thing in things:
                if thing.classes:
                    _add(database, thing, short)
            yield Index(database)


@contextmanager
def _clear(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{folder}: the index of things cannot be written: {error}") from error


def _add(database: sqlite3.Connection, thing: Thing, short: Compactor) -> None:
    classes = thing.classes
    told = [pair for pair in thing.statements if pair[0] in _TOLD or _WHOLE.intersection(classes)]
    node = json.dumps(short.node(thing.iri, told), ensure_ascii=False)
    figure = (_first(thing, str(KG.value)), _first(thing, str(KG.qualifier)))
    row = (thing.iri, classes[0], _label(thing.values.get(str(RDFS.label), [])), *figure, node)
    database.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?, ?, ?)", row)
    if "Role" in classes:
        roles = [(term.value, each, thing.iri) for each in _BACK for term in thing.values.get(each, ())]
        database.executemany("INSERT OR REPLACE INTO role VALUES (?, ?, ?)", roles)


def _first(thing: Thing, property_: str) -> str:
    terms = thing.values.get(property_, [])
    return terms[0].value if terms else ""


def _label(terms: list[Term]) -> str:
    """Return a name: an English one before a Chinese one before any other."""
    order = {"en": 0, "zh": 1}
    ranked = [(order.get(term.language.partition("-")[0], 2), term.language, term.value) for term in terms]
    return min(ranked)[2] if ranked else ""
