"""Records -> a snapshot: one SQLite file, the same bytes for the same records."""

import contextlib
import hashlib
import itertools
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import StateError
from kg.link.authority.folding import bag, content, fold, has_han, is_short_form, without_legal
from kg.link.authority.records import Record, joined, record_of
from kg.link.authority.snapshot import COLUMNS, JSON, LAYOUT, Manifest, Name

_SCHEMA = f"""
CREATE TABLE items({", ".join(COLUMNS)});
CREATE TABLE names(key TEXT, item INTEGER, kind INTEGER, PRIMARY KEY(key, item)) WITHOUT ROWID;
CREATE TABLE words(word TEXT, item INTEGER, PRIMARY KEY(word, item)) WITHOUT ROWID;
CREATE TABLE vocabulary(word TEXT PRIMARY KEY, items INTEGER) WITHOUT ROWID;
CREATE TABLE ids(value TEXT, scheme TEXT, item INTEGER, PRIMARY KEY(value, scheme, item)) WITHOUT ROWID;
CREATE TABLE manifest(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
_AT_ONCE = 2000
_COMMON = 2000
"""A word of more names than this finds nothing that others do not find better."""
_FIELDS = tuple(column.split()[0] for column in COLUMNS[1:])
_ALIASES = _FIELDS.index("aliases")
_WRITTEN = tuple(_FIELDS.index(name) for name in JSON)
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_OF_WORDS = ("organization", "concept")
"""Types whose names are long enough to be found by some of their words."""
_IDENTITY = ("ror", "geonames", "iso3166", "iso3166-2")
"""Schemes whose identifier names one thing; an ISNI is given to several bodies now and then."""


def write_snapshot(
    records: Iterable[Record],
    path: Path,
    *,
    sources: Sequence[tuple[str, str]],
    date: str,
    tell: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Write the records into `path`, whole or not at all; sources are names and SHA-256.

    Raises StateError when the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(descriptor)
        with contextlib.closing(sqlite3.connect(name)) as db:
            manifest = _fill(db, records, sources, date, tell)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"cannot write {path}: {error}") from error
    return manifest


def _fill(
    db: sqlite3.Connection,
    records: Iterable[Record],
    sources: Sequence[tuple[str, str]],
    date: str,
    tell: Callable[[str], None],
) -> Manifest:
    db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;" + _SCHEMA)
    known = _insert(db, records, tell)
    _resolve(db)
    tell(f"{known} items read; writing names")
    _index(db)
    counts = dict(db.execute("SELECT type, count(*) FROM items GROUP BY type ORDER BY type").fetchall())
    names = db.execute("SELECT count(*) FROM names").fetchone()[0]
    manifest = Manifest(date=date, sources=tuple(sources), items=counts, names=names, layout=LAYOUT)
    db.executemany("INSERT INTO manifest VALUES(?, ?)", sorted(manifest.rows()))
    db.commit()
    db.execute("VACUUM")
    return manifest


def _insert(db: sqlite3.Connection, records: Iterable[Record], tell: Callable[[str], None]) -> int:
    """Insert each item once; what comes again, by item or by another authority's id, completes it."""
    row_of: dict[str, int] = {}
    same: dict[str, int] = {}
    marks = ", ".join("?" * len(COLUMNS))
    for number, record in enumerate(records, start=1):
        keys = [f"{s}:{record.ids[s]}" for s in _IDENTITY if s in record.ids]
        at = row_of.get(record.item) or next((same[k] for k in keys if k in same), None)
        if at is not None and (whole := _complete(db, at, record)) is not None:
            db.execute(f"REPLACE INTO items VALUES({marks})", (at, *_cells(whole)))
        else:
            at = len(row_of) + 1
            db.execute(f"INSERT INTO items VALUES({marks})", (at, *_cells(record)))
        row_of[record.item] = at
        same |= {key: at for key in keys if key not in same}
        if number % 100_000 == 0:
            tell(f"{number} records")
    return len(row_of)


def _complete(db: sqlite3.Connection, at: int, record: Record) -> Record | None:
    """Return the item that stands there, completed; None where it is another item of the same authority."""
    there = db.execute("SELECT * FROM items WHERE id = ?", (at,)).fetchone()
    first = record_of(_row(there), "snapshot")
    if first.item == record.item:
        return joined(first, record)
    if ":" not in first.item and ":" not in record.item:
        return None
    return joined(record, first) if ":" in first.item else joined(first, record)


def _row(cells: Sequence[object]) -> dict[str, object]:
    row = dict(zip((column.split()[0] for column in COLUMNS), cells, strict=True))
    for name in JSON:
        row[name] = json.loads(str(row[name])) if row[name] else None
    return row


def _cells(record: Record) -> list[object]:
    # What stands among the labels need not stand among the aliases too.
    shown = {record.label, *record.labels.values()}
    aliases = [name for name in dict.fromkeys(record.aliases) if name not in shown]
    cells: list[object] = [getattr(record, name) for name in _FIELDS]
    cells[_ALIASES] = aliases
    for at in _WRITTEN:
        cells[at] = _write(cells[at]) if cells[at] else None
    return [None if cell == "" else cell for cell in cells]


def _resolve(db: sqlite3.Connection) -> None:
    """Turn references to other items (of a dump) into the code of the country and the name of the region."""
    rows = db.execute("SELECT id, refs, country, region FROM items WHERE refs IS NOT NULL").fetchall()
    if not rows:
        return
    db.execute("CREATE INDEX by_item ON items(item)")
    for number, refs, *held in rows:
        told = json.loads(refs)
        code, name = _country(db, told.get("country")), _name(db, told.get("within"))
        given = (held[0] or code, held[1] or name, number)
        db.execute("UPDATE items SET country = ?, region = ? WHERE id = ?", given)
    db.execute("DROP INDEX by_item")


def _country(db: sqlite3.Connection, item: str | None) -> str | None:
    found = db.execute("SELECT country FROM items WHERE item = ?", (item or "",)).fetchone()
    return found[0] if found else None


def _name(db: sqlite3.Connection, item: str | None) -> str | None:
    found = db.execute("SELECT label FROM items WHERE item = ?", (item or "",)).fetchone()
    return found[0] if found else None


def _index(db: sqlite3.Connection) -> None:
    """Sorting is left to SQLite, which does it on disk: the names of all of Wikidata fit in no memory."""
    db.executescript("CREATE TEMP TABLE raw(key, item, kind); CREATE TEMP TABLE told(word, item);")
    with contextlib.closing(db.cursor()) as cursor:
        for some in _batches(_forms(db), _AT_ONCE):
            cursor.executemany("INSERT INTO raw VALUES(?, ?, ?)", _name_rows(some))
            cursor.executemany("INSERT INTO told VALUES(?, ?)", _word_rows(some))
            ids = ((value, scheme, form.item) for form in some for scheme, value in form.ids.items())
            cursor.executemany("INSERT OR IGNORE INTO ids VALUES(?, ?, ?)", ids)
    db.execute("INSERT INTO names SELECT key, item, min(kind) FROM raw GROUP BY key, item ORDER BY key, item")
    db.execute("INSERT INTO words SELECT DISTINCT word, item FROM told ORDER BY word, item")
    db.executescript("DROP TABLE raw; DROP TABLE told;")
    db.execute("INSERT INTO vocabulary SELECT word, count(*) FROM words GROUP BY word ORDER BY word")
    db.execute(f"DELETE FROM words WHERE word IN (SELECT word FROM vocabulary WHERE items > {_COMMON})")  # noqa: S608  our number


def _name_rows(forms: Iterable["_Forms"]) -> Iterator[tuple[str, int, int]]:
    for form in forms:
        for name, key, rank in form.names:
            for other, kind in _keys(name, key, rank, form.type):
                yield other, form.item, kind


def _word_rows(forms: Iterable["_Forms"]) -> Iterator[tuple[str, int]]:
    for form in forms:
        if form.type in _OF_WORDS:
            found = {word for _, key, _ in form.names if not has_han(key) for word in content(key)}
            yield from ((word, form.item) for word in found if len(word) > 1)


def _batches(forms: Iterator["_Forms"], size: int) -> Iterator[list["_Forms"]]:
    while batch := list(itertools.islice(forms, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class _Forms:
    item: int
    type: str
    names: list[tuple[str, str, Name]]
    """As written, folded, and what it is."""
    ids: Mapping[str, str]


def _forms(db: sqlite3.Connection) -> Iterator[_Forms]:
    for number, kind, label, labels, aliases, ids in db.execute(
        "SELECT id, type, label, labels, aliases, ids FROM items ORDER BY id"
    ):
        ranks = dict.fromkeys(json.loads(aliases) if aliases else (), Name.ALIAS)
        ranks |= dict.fromkeys(json.loads(labels).values() if labels else (), Name.LANGUAGE)
        ranks[label] = Name.LABEL
        names = [(name, fold(name), rank) for name, rank in ranks.items()]
        yield _Forms(number, kind, names, json.loads(ids) if ids else {})


def _keys(form: str, key: str, rank: Name, kind: str) -> Iterator[tuple[str, Name]]:
    if not key:
        return
    short = rank is not Name.LABEL and kind != "person" and is_short_form(form)
    yield key, Name.SHORT if short else rank
    if kind == "organization" and " " in key:
        plain = without_legal(key)
        if plain != key:
            yield plain, Name.ALIAS
        yield bag(key), Name.BAG


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
