"""Stage 6, search: the file of names (SQLite), made once for each release from what is described in it.

What is held in memory is one number a thing: names are sorted in the file's own temporary tables.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from kg.errors import StoreError
from kg.model import DATE_LENGTHS
from kg.search.fold import bag_of, fold, is_han, key_of, tokens
from kg.search.foreign import foreign_id
from kg.search.index import VERSION

CLASSES = ("Agreement", "AgreementSet", "Delegation", "Event", "Institution", "Person", "Place")
Value = tuple[str, str, str, str]
"""Kind (`uri` or `literal`), text, language, datatype."""
Described = Iterable[tuple[str, Sequence[tuple[str, Value]]]]
"""Each thing's IRI once, with its predicates and values."""

_LABELS = ("http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#prefLabel")
_ALIASES = ("http://www.w3.org/2004/02/skos/core#altLabel",)
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SAME = "https://schema.org/sameAs"
_PRECISION = "datePrecision"
_TOLD = ("status", "kind", "startDate", "location", "within", "origin", "country", "party")
"""What a thing is described by in a list, in this order."""
_MOST_TOLD = 4
_SHORTEST_ENDING = 4
_TELL = "INSERT OR IGNORE INTO told VALUES (?, ?, ?)"
_STAGES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
CREATE TEMP TABLE found (path TEXT PRIMARY KEY, class TEXT, links INTEGER DEFAULT 0) WITHOUT ROWID;
CREATE TEMP TABLE called (iri TEXT, rank INTEGER, text TEXT, PRIMARY KEY (iri, rank, text)) WITHOUT ROWID;
CREATE TEMP TABLE named (path TEXT, rank INTEGER, language TEXT, text TEXT,
  PRIMARY KEY (path, rank, language, text)) WITHOUT ROWID;
CREATE TEMP TABLE told (path TEXT, place INTEGER, value TEXT, PRIMARY KEY (path, place, value)) WITHOUT ROWID;
CREATE TEMP TABLE identical (path TEXT, scheme TEXT, id TEXT, PRIMARY KEY (path, scheme, id)) WITHOUT ROWID;
"""
_TABLES = """
CREATE TABLE thing (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, class TEXT NOT NULL,
  label TEXT NOT NULL, chinese TEXT NOT NULL, about TEXT NOT NULL);
CREATE TABLE name (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL, text TEXT NOT NULL,
  key TEXT NOT NULL, bag TEXT NOT NULL);
CREATE TABLE same (scheme TEXT, id TEXT, thing INTEGER, PRIMARY KEY (scheme, id, thing)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5
  (text, content='', detail='none', columnsize=0, tokenize='ascii');
"""
_ENDS = """
CREATE INDEX name_key ON name (key); CREATE INDEX name_bag ON name (bag);
CREATE INDEX name_thing ON name (thing);
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row);
CREATE TABLE word (word TEXT PRIMARY KEY, names INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO word SELECT term, doc FROM temp.vocabulary ORDER BY term;
CREATE TABLE ending (drow TEXT PRIMARY KEY) WITHOUT ROWID;
"""


def write_names(path: Path, described: Described, *, base: str, ontology: str) -> int:
    """Write the file of names of all things of our classes; return how many there are.

    `base` begins the IRI of every thing, `ontology` that of every class and property. Raises StoreError when
    the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.executescript(_STAGES + _TABLES)
            file.execute("BEGIN")
            _collect(file, described, f"{base}id/", ontology)
            count = _fill(file, f"{base}id/")
            file.execute("COMMIT")
            file.executescript(_ENDS)
            file.execute("BEGIN")
            file.executemany("INSERT OR IGNORE INTO ending VALUES (?)", _endings(file))
            file.execute("COMMIT")
            file.execute("INSERT INTO words(words) VALUES ('optimize')")
            file.execute(f"PRAGMA user_version = {VERSION}")
            return count
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: the names cannot be written: {error}") from error


def _collect(file: sqlite3.Connection, described: Described, things: str, ontology: str) -> None:
    links: Counter[str] = Counter()
    told = {ontology + name: place for place, name in enumerate(_TOLD)}
    role = {ontology + name: len(_TOLD) + place for place, name in enumerate(("title", "roleIn"))}
    for iri, values in described:
        path = iri.removeprefix(things) if iri.startswith(things) else ""
        links.update(
            v[1].removeprefix(things) for _, v in values if v[0] == "uri" and v[1].startswith(things)
        )
        labels = [v for p, v in values if p in _LABELS and v[0] == "literal"]
        file.executemany("INSERT OR IGNORE INTO called VALUES (?, ?, ?)",
                         [(iri, _rank(language), text) for _, text, language, _ in labels])  # fmt: skip
        holders = [v[1].removeprefix(things) for p, v in values if p == ontology + "holder"]
        file.executemany(_TELL, [(h, role[p], v[1]) for h in holders for p, v in values if p in role])
        kind = _class_of(values, ontology) if path else ""
        if not kind:
            continue
        file.execute("INSERT OR IGNORE INTO found (path, class) VALUES (?, ?)", (path, kind))
        aliases = [v for p, v in values if p in _ALIASES and v[0] == "literal"]
        for rank, several in enumerate((labels, aliases)):
            rows = [(path, rank, language, text) for _, text, language, _ in several]
            file.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?)", rows)
        precision = next((v[1].rpartition("/")[2] for p, v in values if p == ontology + _PRECISION), "")
        tells = [(path, told[p], _told(v, DATE_LENGTHS.get(precision))) for p, v in values if p in told]
        file.executemany(_TELL, tells)
        others = [foreign_id(v[1]) for p, v in values if p == _SAME]
        same = [(path, other.scheme, other.id) for other in others if other]
        file.executemany("INSERT OR IGNORE INTO identical VALUES (?, ?, ?)", same)
    file.executemany("UPDATE found SET links = ?2 WHERE path = ?1", links.items())


def _told(value: Value, length: int | None) -> str:
    # A date says no more than is known.
    return value[1][:length] if value[3].endswith("#date") else value[1]


def _class_of(values: Sequence[tuple[str, Value]], ontology: str) -> str:
    types = {v[1].removeprefix(ontology) for p, v in values if p == _TYPE and v[1].startswith(ontology)}
    return min(types.intersection(CLASSES), default="")


def _rank(language: str) -> int:
    return 0 if language == "en" else 2 if language == "zh" else 1


def _fill(file: sqlite3.Connection, things: str) -> int:
    # What is linked to most comes first, so that a search that stops early has found the best known.
    query = "SELECT path, class FROM found ORDER BY links DESC, path"
    number = count = 0
    for count, (path, kind) in enumerate(file.execute(query), 1):
        names = file.execute("SELECT language, text FROM named WHERE path = ? ORDER BY rank, language, text",
                             (path,)).fetchall()  # fmt: skip
        labels = dict(
            reversed(file.execute("SELECT rank, text FROM called WHERE iri = ?", (things + path,)).fetchall())
        )
        label = labels[min(labels)] if labels else path.rpartition("/")[2].replace("-", " ")
        row = (count, path, kind, label, labels.get(2, ""), _about(file, path))
        file.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?)", row)
        for text in dict.fromkeys(text for _, text in names):
            folded = fold(text)
            if folded:
                number += 1
                file.execute("INSERT INTO name VALUES (?, ?, ?, ?, ?)",
                             (number, count, text, key_of(folded), bag_of(folded)))  # fmt: skip
                words = " ".join(tokens(folded))
                file.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (number, words))
        file.execute(
            "INSERT OR IGNORE INTO same SELECT scheme, id, ? FROM identical WHERE path = ?", (count, path)
        )
    return count


def _about(file: sqlite3.Connection, path: str) -> str:
    query = """SELECT place,
        COALESCE((SELECT text FROM called WHERE iri = value ORDER BY rank, text LIMIT 1), value)
      FROM told WHERE path = ? ORDER BY place, 2"""
    found = dict.fromkeys(text for _, text in file.execute(query, (path,)) if "://" not in text)
    return ", ".join(list(found)[:_MOST_TOLD])


def _endings(file: sqlite3.Connection) -> Iterator[tuple[str]]:
    for (word,) in file.execute("SELECT word FROM word"):
        if len(word) >= _SHORTEST_ENDING and not is_han(word):
            yield (word[::-1],)
