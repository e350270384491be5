"""A snapshot as it is read: names to items, words to items, identifiers to items; it finds, never decides."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Self

from kg.errors import StateError
from kg.link.authority.records import Record, record_of

LAYOUT = "1"
"""Of the tables; a snapshot of another layout is refused."""
COLUMNS = (
    "id INTEGER PRIMARY KEY",
    "item TEXT",
    "label TEXT",
    "type TEXT",
    "types TEXT",
    "country TEXT",
    "region TEXT",
    "city TEXT",
    "lat REAL",
    "lon REAL",
    "population INTEGER",
    "start INTEGER",
    "stop INTEGER",
    "description TEXT",
    "labels TEXT",
    "aliases TEXT",
    "ids TEXT",
    "parents TEXT",
    "refs TEXT",
    "sources TEXT",
)
_FIELDS = tuple(column.split()[0] for column in COLUMNS)
JSON = ("types", "labels", "aliases", "ids", "parents", "refs", "sources")
"""Columns that hold JSON."""
_AT_ONCE = 500
"""Keys in one query; SQLite takes 32,766."""


class Name(IntEnum):
    """What a key of an item is; of several the least is kept."""

    LABEL = 0
    LANGUAGE = 1
    """Its name in a language."""
    ALIAS = 2
    SHORT = 3
    """An acronym."""
    BAG = 4
    """Its weighty words, sorted."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot was made of; it makes a link repeatable."""

    date: str
    """Of the sources, in ISO form."""
    sources: tuple[tuple[str, str], ...]
    """File names and SHA-256."""
    items: Mapping[str, int]
    """Number by type."""
    names: int
    layout: str

    def rows(self) -> list[tuple[str, str]]:
        """Return it as the table `manifest` holds it."""
        return [
            ("date", self.date),
            ("sources", json.dumps(self.sources)),
            ("items", json.dumps(dict(self.items), sort_keys=True)),
            ("names", str(self.names)),
            ("layout", self.layout),
        ]

    @property
    def version(self) -> str:
        """Name the snapshot in a decision: its date and the start of its sources' hashes."""
        return "+".join([self.date, *(digest[:12] for _, digest in self.sources)])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open snapshot."""

    db: sqlite3.Connection
    manifest: Manifest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def named(self, keys: Collection[str], *, type: str = "") -> dict[str, list[tuple[int, Name]]]:  # noqa: A002  its name in the table
        """Return for each folded name the items that bear it."""
        wanted, found = sorted(set(keys)), dict[str, list[tuple[int, Name]]]()
        narrow = ("JOIN items ON items.id = names.item AND items.type = ?", [type]) if type else ("", [])
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            query = (
                f"SELECT key, names.item, kind FROM names {narrow[0]}"  # noqa: S608  no words of others
                f" WHERE key IN ({','.join('?' * len(some))})"
            )
            for key, item, kind in self.db.execute(query, [*narrow[1], *some]):
                found.setdefault(key, []).append((item, Name(kind)))
        return found

    def beginning(self, key: str, limit: int) -> list[tuple[str, int]]:
        """Return names that begin with that key and a space, and their items."""
        query = "SELECT key, item FROM names WHERE key >= ? AND key < ? AND kind < 4 LIMIT ?"
        return self.db.execute(query, (key + " ", key + "!", limit)).fetchall()

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """Return in how many items each word stands, as far as it is known."""
        some = sorted(set(words))
        query = f"SELECT word, items FROM vocabulary WHERE word IN ({','.join('?' * len(some))})"  # noqa: S608  as above
        return dict(self.db.execute(query, some).fetchall())

    def words_beginning(self, start: str, lengths: range) -> list[str]:
        """Return the known words that begin so and have one of those lengths."""
        query = "SELECT word FROM vocabulary WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ?"
        ends = start[:-1] + chr(ord(start[-1]) + 1)
        rows = self.db.execute(query, (start, ends, lengths.start, lengths.stop - 1))
        return [word for (word,) in rows]

    def with_words(self, words: Sequence[str], limit: int) -> list[int]:
        """Return the items that have some of those words, those with the rarest and most of them first."""
        query = (
            "SELECT words.item FROM words JOIN vocabulary USING (word)"  # noqa: S608  as above
            f" WHERE word IN ({','.join('?' * len(words))})"
            " GROUP BY words.item ORDER BY sum(1.0 / vocabulary.items) DESC, words.item LIMIT ?"
        )
        return [item for (item,) in self.db.execute(query, [*words, limit])]

    def identified(self, value: str, scheme: str = "") -> list[int]:
        """Return the items that have that identifier of another authority."""
        query = "SELECT item FROM ids WHERE value = ? AND (? = '' OR scheme = ?) ORDER BY item"
        return [item for (item,) in self.db.execute(query, (value, scheme, scheme))]

    def records(self, numbers: Iterable[int]) -> dict[int, Record]:
        """Return the records of those rows."""
        some = sorted(set(numbers))
        found: dict[int, Record] = {}
        for start in range(0, len(some), _AT_ONCE):
            part = some[start : start + _AT_ONCE]
            query = f"SELECT * FROM items WHERE id IN ({','.join('?' * len(part))})"  # noqa: S608  as above
            for cells in self.db.execute(query, part):
                row = dict(zip(_FIELDS, cells, strict=True))
                row |= {name: json.loads(row[name]) for name in JSON if row[name]}
                found[cells[0]] = record_of(row, "snapshot")
        return found

    def places(self, numbers: Iterable[int]) -> dict[int, tuple[str, str, str, str, int]]:
        """Return label, types, country, region and population of those rows; quicker than the records."""
        some = sorted(set(numbers))
        found: dict[int, tuple[str, str, str, str, int]] = {}
        for start in range(0, len(some), _AT_ONCE):
            part = some[start : start + _AT_ONCE]
            query = (
                "SELECT id, label, types, country, region, population FROM items"  # noqa: S608  as above
                f" WHERE id IN ({','.join('?' * len(part))})"
            )
            for number, label, types, country, region, people in self.db.execute(query, part):
                found[number] = (label, types or "", country or "", region or "", people or 0)
        return found


def open_snapshot(path: Path) -> Snapshot:
    """Open a snapshot for reading; StateError says what is wrong with the file."""
    if not path.is_file():
        raise StateError(f"{path}: there is no authority snapshot; `kg authority build` makes one")
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        rows = dict(db.execute("SELECT key, value FROM manifest").fetchall())
        if rows["layout"] != LAYOUT:
            raise StateError(f"{path}: layout {rows['layout']}, not {LAYOUT}; build it again")
        sources = tuple((str(name), str(digest)) for name, digest in json.loads(rows["sources"]))
        items = json.loads(rows["items"])
        return Snapshot(db, Manifest(rows["date"], sources, items, int(rows["names"]), rows["layout"]))
    except (sqlite3.Error, KeyError, ValueError) as error:
        raise StateError(f"{path}: not an authority snapshot: {error}") from error
