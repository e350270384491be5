"""Stage 6, search: what a name, the beginning of one or a foreign id could mean, from the file of names.

Every question reads a bounded number of rows, so it takes as long over a million things as over a thousand.
"""

import json
import math
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue

from kg.errors import StoreError
from kg.search.fold import bag_of, fold, fold_begun, is_han, key_of, tokens
from kg.search.foreign import Foreign
from kg.search.typos import within_one

VERSION = 1
"""Of the tables, and of how names are folded."""
FILE = "names.sqlite"
_SAME_NAMES = 100
"""Names that are looked at of those that are equal, or equal but for the order of words."""
_RARE = 300
"""Names that may have a word which is looked up by itself."""
_RAREST, _TOGETHER = 4, 5
_BEST_KNOWN = 200_000
"""Names, the best known first, among which those that have several frequent words are looked for."""
_ALL = 1 << 62
_ENOUGH = 60
_RANGE, _RANGE_OF_KINDS = 200, 1000
_BEGUN = 30
"""Words that are tried for one that is only begun."""
_SHORTEST_BEGUN = 2
_NEAR_WORDS = 4
_MISSPELT = 4
"""Words of a name, the longest, that are tried as slips."""
_NEAR_LOOKED_AT = 1500
_SHORTEST_MISSPELT = 4
_KEY = "SELECT id FROM name WHERE key = ? ORDER BY id LIMIT ?"
_BAG = "SELECT id FROM name WHERE bag = ? ORDER BY id LIMIT ?"
_BAGS = """SELECT name.id, bag, class FROM name JOIN thing ON thing.id = name.thing
  WHERE name.id IN (SELECT value FROM json_each(?))"""
_MATCH = "SELECT rowid FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid LIMIT ?"
_BEGINS = "SELECT id, key FROM name WHERE key >= ? AND key < ? ORDER BY key, id LIMIT ?"
_BEGUN_WORDS = "SELECT word FROM word WHERE word >= ? AND word < ? ORDER BY word LIMIT ?"
_BEGIN = "SELECT word FROM word WHERE word >= ? AND word < ? AND LENGTH(word) BETWEEN ? AND ? LIMIT ?"
_END = "SELECT drow FROM ending WHERE drow >= ? AND drow < ? AND LENGTH(drow) BETWEEN ? AND ? LIMIT ?"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of the release that has a name."""

    path: str
    """Its IRI after `BASE/id/`."""
    kind: str
    """Its class."""
    label: str
    chinese: str
    about: str
    """What tells it from its namesakes."""


class NameIndex:
    """The names of one release; safe to ask from several threads."""

    def __init__(self, path: Path, names: int) -> None:
        self._path = path
        self._names = names
        self._free: LifoQueue[sqlite3.Connection] = LifoQueue()

    def named(self, name: str, kinds: Collection[str] = ()) -> list[tuple[Thing, str]]:
        """Return the things that could be meant, each with the names of it that were found."""
        folded = fold(name)
        if not folded:
            return []
        with self._file() as file:
            equal = list(dict.fromkeys(_equal(file, folded)))
            more = _likely(file, tokens(folded), kinds)
            return _things_of_names(file, list(dict.fromkeys(equal + more)), kinds)

    def beginning(self, prefix: str, kinds: Collection[str] = (), *, limit: int) -> list[tuple[Thing, str]]:
        """Return the things of which a name, or words of it, begin like this, the best known first."""
        folded = fold_begun(prefix)
        if not folded:
            return []
        with self._file() as file:
            key = key_of(folded)
            most = _RANGE_OF_KINDS if kinds else _RANGE
            begins = file.execute(_BEGINS, (key, key + "\U0010ffff", most)).fetchall()
            # A name that is whole comes first, then the best known.
            begins.sort(key=lambda pair: (pair[1] != key, pair[0]))
            first = _things_of_names(file, [number for number, _ in begins], kinds)
            rest = _things_of_names(file, _inside(file, tokens(folded)), kinds)
        best: dict[str, tuple[Thing, str]] = {}
        for thing, text in (*first, *rest):
            best.setdefault(thing.path, (thing, text))
        return list(best.values())[:limit]

    def at(self, path: str) -> Thing | None:
        """Return the thing of a path, if there is one."""
        return self.all_at((path,)).get(path)

    def all_at(self, paths: Collection[str]) -> dict[str, Thing]:
        """Return the things of the paths that there are."""
        query = """SELECT path, class, label, chinese, about FROM thing
          WHERE path IN (SELECT value FROM json_each(?))"""
        with self._file() as file:
            return {row[0]: Thing(*row) for row in file.execute(query, (json.dumps(sorted(set(paths))),))}

    def same_as(self, foreign: Foreign) -> list[Thing]:
        """Return the things that are accepted as what a foreign id names."""
        query = """SELECT path, class, label, chinese, about FROM same JOIN thing ON thing.id = same.thing
          WHERE scheme = ? AND same.id = ? ORDER BY path"""
        with self._file() as file:
            return [Thing(*row) for row in file.execute(query, (foreign.scheme, foreign.id))]

    def names_of(self, path: str) -> list[str]:
        """Return every name of a thing."""
        query = "SELECT text FROM name JOIN thing ON thing.id = name.thing WHERE path = ? ORDER BY name.id"
        with self._file() as file:
            return [text for (text,) in file.execute(query, (path,))]

    def weights(self, words: Collection[str]) -> dict[str, float]:
        """Return how much each word tells: little when many names have it."""
        with self._file() as file:
            counts = {word: _names_with(file, word) for word in words}
        return {word: math.log1p((self._names + 1) / (count + 1)) for word, count in counts.items()}

    def close(self) -> None:
        """Close the file."""
        while True:
            try:
                self._free.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        try:
            file = self._free.get_nowait()
        except Empty:
            file = _open(self._path)
        try:
            yield file
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}") from error
        finally:
            self._free.put(file)


def open_names(path: Path) -> NameIndex:
    """Open a file of names.

    Raises StoreError when there is none, or it is of another version.
    """
    if not is_current(path):
        raise StoreError(f"{path} is no file of names of version {VERSION}")
    return NameIndex(path, _count(path))


def is_current(path: Path) -> bool:
    """Tell whether there is a file of names that this program can read."""
    if not path.is_file():
        return False
    try:
        file = _open(path)
        try:
            (version,) = file.execute("PRAGMA user_version").fetchone()
        finally:
            file.close()
    except (StoreError, sqlite3.Error):
        return False
    return bool(version == VERSION)


def _count(path: Path) -> int:
    file = _open(path)
    try:
        (count,) = file.execute("SELECT COALESCE(MAX(id), 0) FROM name").fetchone()
    finally:
        file.close()
    return int(count)


def _open(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error


def _equal(file: sqlite3.Connection, folded: str) -> Iterator[int]:
    for query, value in ((_KEY, key_of(folded)), (_BAG, bag_of(folded))):
        yield from (number for (number,) in file.execute(query, (value, _SAME_NAMES)))


def _likely(file: sqlite3.Connection, asked: Sequence[str], kinds: Collection[str]) -> list[int]:
    """Return the names that share most with what is asked: of those with its rarest words, or best known."""
    groups = [{word: count} for word in asked if (count := _names_with(file, word))]
    unknown = sorted((word for word in asked if not _names_with(file, word)), key=len, reverse=True)
    groups += [group for word in unknown[:_MISSPELT] if (group := _meant(file, word))]
    groups.sort(key=lambda group: (sum(group.values()), sorted(group)))
    rare = [group for group in groups if sum(group.values()) <= _RARE][:_RAREST]
    found = [number for group in rare for number in _matching(file, [_any_of(group)], _RARE)]
    if not rare:
        terms = [_any_of(group) for group in groups[:_TOGETHER]]
        for size in dict.fromkeys((len(terms), (len(terms) * 2 + 2) // 3, 2, 1)):
            found += _matching(file, terms[:size], _RARE) if len(found) < _ENOUGH else []
    return _most_shared(file, list(dict.fromkeys(found)), groups, kinds)


def _most_shared(
    file: sqlite3.Connection, names: list[int], groups: list[dict[str, int]], kinds: Collection[str]
) -> list[int]:
    """Return those of the names that have the most, and the rarest, of the words."""
    weights = [(tuple(group), 1 / (1 + math.log1p(sum(group.values())))) for group in groups]
    shared = {
        number: sum(weight for words, weight in weights if any(word in bag for word in words))
        for number, bag, kind in file.execute(_BAGS, (json.dumps(names),))
        if not kinds or kind in kinds
    }
    return sorted(shared, key=lambda number: (-shared[number], number))[:_ENOUGH]


def _inside(file: sqlite3.Connection, asked: Sequence[str]) -> list[int]:
    """Return names that have all the words, the last of which may be only begun."""
    if not asked or len(asked[-1]) < _SHORTEST_BEGUN:
        return []
    *whole, last = asked
    begun = [word for (word,) in file.execute(_BEGUN_WORDS, (last, last + "\U0010ffff", _BEGUN))]
    if not begun:
        return []
    terms = [*(f'"{word}"' for word in whole), _any_of(dict.fromkeys(begun, 0))]
    return _matching(file, terms, _RANGE)


def _meant(file: sqlite3.Connection, word: str) -> dict[str, int]:
    """Return the words that one may be a slip for, each with the number of names that have it."""
    near = {each: _names_with(file, each) for each in _near(file, word)}
    return dict(sorted(near.items(), key=lambda pair: (-pair[1], pair[0]))[:_NEAR_WORDS])


def _near(file: sqlite3.Connection, word: str) -> list[str]:
    """Return the words that one slip makes this one: either their first or their last half is the same."""
    if len(word) < _SHORTEST_MISSPELT or is_han(word) or any(c.isdigit() for c in word):
        return []
    half = max((len(word) - 1) // 2, 1)
    found: set[str] = set()
    for query, start, forwards in ((_BEGIN, word[:half], 1), (_END, word[::-1][:half], -1)):
        given = (start, start + "\U0010ffff", len(word) - 1, len(word) + 1, _NEAR_LOOKED_AT)
        for (each,) in file.execute(query, given):
            candidate = each[::forwards]
            if within_one(word, candidate):
                found.add(candidate)
    return sorted(found)


def _names_with(file: sqlite3.Connection, word: str) -> int:
    row = file.execute("SELECT names FROM word WHERE word = ?", (word,)).fetchone()
    return int(row[0]) if row else 0


def _any_of(group: Mapping[str, int]) -> str:
    return "(" + " OR ".join(f'"{word}"' for word in group) + ")"


def _matching(file: sqlite3.Connection, terms: Sequence[str], limit: int) -> list[int]:
    """Return the names that have all terms; where that could be many, only of the best known."""
    if not terms:
        return []
    best = (" AND ".join(terms), _BEST_KNOWN, limit) if len(terms) > 1 else (terms[0], _ALL, limit)
    return [number for (number,) in file.execute(_MATCH, best)]


def _things_of_names(
    file: sqlite3.Connection, names: Sequence[int], kinds: Collection[str]
) -> list[tuple[Thing, str]]:
    """Return thing and text of each name, in the order given."""
    query = """SELECT name.id, text, path, class, label, chinese, about FROM name
      JOIN thing ON thing.id = name.thing WHERE name.id IN (SELECT value FROM json_each(?))"""
    found = {
        number: (Thing(*thing), text)
        for number, text, *thing in file.execute(query, (json.dumps(names),))
        if not kinds or thing[1] in kinds
    }
    return [found[number] for number in names if number in found]
