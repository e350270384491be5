"""Stage 6, what tables and documents tell of other things: a small index that is kept with the records.

The next release takes it over and changes what changed; that it is of the graph before is told by a mark.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib.namespace import RDF, RDFS

from kg.errors import StoreError
from kg.store.contract import Term
from kg.store.dumps.thing import Thing, things_of
from kg.store.embedded import clear_errors
from kg.store.jsonld import Compactor
from kg.store.lines import subject_of
from kg.store.shelf import Shelf
from kg.vocabulary import KG, SCHEMA

_TOLD = {str(RDF.type), str(RDFS.label), str(SCHEMA.sameAs)}
_WHOLE = {"Role", "ReportedFigure"}
"""What is told whole wherever it is told of."""
_HOLDER = str(KG.holder)
_BACK = (_HOLDER, str(KG.roleIn))
FILE = "index.sqlite"
_QUICK = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON;"
"""What is withdrawn must leave no bytes behind."""
_TABLES = """
CREATE TABLE mark (made TEXT);
CREATE TABLE thing (iri TEXT PRIMARY KEY, class TEXT, label TEXT, value TEXT, qualifier TEXT, node TEXT)
  WITHOUT ROWID;
CREATE TABLE role (target TEXT, property TEXT, iri TEXT, PRIMARY KEY (target, property, iri)) WITHOUT ROWID;
CREATE INDEX role_of ON role (iri);
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


@dataclass(frozen=True, slots=True)
class Touched:
    """Of which things the index tells something else than before."""

    anywhere: frozenset[str]
    """Wherever they are mentioned."""
    alone: frozenset[str]
    """Where they are told of themselves."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index is made, and where an earlier one may be."""

    file: Path
    made: str
    """What tells the code and the context that make it from any other."""
    earlier: Path | None


@contextmanager
def index_of(
    shelf: Shelf, graph: str, place: Place, short: Compactor
) -> Iterator[tuple[Index, Touched | None]]:
    """Make the index of a graph; tell what changed in it, or nothing where none could be taken over.

    Raises StoreError when the disk does not take it.
    """
    with clear_errors(str(place.file)), _clear(place.file):
        place.file.parent.mkdir(parents=True, exist_ok=True)
        taken = _taken_over(place, f"{place.made} {shelf.old_hash_of(graph)}")
        with closing(sqlite3.connect(place.file, isolation_level=None)) as database:
            database.executescript(_QUICK if taken else _QUICK + _TABLES)
            database.execute("BEGIN")
            touched = _renew(database, shelf, graph, short) if taken else None
            if not taken:
                _fill(database, things_of(shelf.lines(graph)), short)
            database.execute("DELETE FROM mark")
            database.execute("INSERT INTO mark VALUES (?)", (f"{place.made} {shelf.hash_of(graph)}",))
            database.execute("COMMIT")
            yield Index(database), touched


def _taken_over(place: Place, mark: str) -> bool:
    """Copy the earlier index, and say whether it is the one that is wanted."""
    place.file.unlink(missing_ok=True)
    if place.earlier is None or not place.earlier.is_file():
        return False
    shutil.copyfile(place.earlier, place.file)
    try:
        with closing(sqlite3.connect(place.file)) as database:
            if database.execute("SELECT made FROM mark").fetchall() == [(mark,)]:
                return True
    except sqlite3.Error:
        pass  # damaged: it holds nothing that cannot be made again
    place.file.unlink()
    return False


def _fill(database: sqlite3.Connection, things: Iterable[Thing], short: Compactor) -> None:
    for thing in things:
        if thing.classes:
            _add(database, thing, short)


def _renew(database: sqlite3.Connection, shelf: Shelf, graph: str, short: Compactor) -> Touched:
    """Tell of the things that changed what is so now; return which others this concerns."""
    changed = {subject_of(line) for _, line in shelf.differences(graph)}
    before = {iri: _told(database, iri) for iri in changed}
    for delete in ("DELETE FROM thing WHERE iri = ?", "DELETE FROM role WHERE iri = ?"):
        database.executemany(delete, ((iri,) for iri in changed))
    lines = (line for line in shelf.lines(graph) if subject_of(line) in changed)
    _fill(database, things_of(lines), short)
    anywhere, alone = set[str](), set[str]()
    for iri, (row, roles) in before.items():
        now, of = _told(database, iri)
        if (now, of) != (row, roles):
            anywhere.add(iri)
            for target, property_ in (*of, *roles):
                (anywhere if property_ == _HOLDER else alone).add(target)
    return Touched(frozenset(anywhere), frozenset(alone))


def _told(database: sqlite3.Connection, iri: str) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    row = database.execute("SELECT * FROM thing WHERE iri = ?", (iri,)).fetchone()
    roles = database.execute(
        "SELECT target, property FROM role WHERE iri = ? ORDER BY 1, 2", (iri,)
    ).fetchall()
    return row or (), roles


@contextmanager
def _clear(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: the index of things cannot be written: {error}") from error


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
