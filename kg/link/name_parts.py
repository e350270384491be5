"""Names of institutions taken apart, so that two of them can be compared in one language or across two."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from kg.errors import SettingsError
from kg.gazetteer import PlaceRecord, demonym, lookup, place, within_chain
from kg.link.normalise import is_acronym, normalise
from kg.link.sounds import pinyin
from kg.resources import resource

TABLE = "registry/head_words.tsv"
_HAN = re.compile(r"[\u3400-\u9fff]")
_SMALL = frozenset(
    ("of", "for", "and", "the", "in", "at", "on", "to", "a", "an", "with", "de", "la", "du", "des")
)
_LEVEL = "level-"
_LIGHT = ("firm",)
_WORDS, _SIGNS, _PLACE_SIGNS = 6, 12, 8


@dataclass(frozen=True, slots=True)
class Parts:
    """What a name is made of."""

    chinese: bool
    heads: frozenset[str]
    """What it says the body is, as concepts of the table; without levels."""
    level: str
    """`province`, `city`, `county`, ... where it says of what."""
    places: frozenset[str]
    """The gazetteer's places that it names, by slug."""
    own: str
    """What is left: its own words, joined."""
    order: tuple[str, ...]
    """Its comparable words in their order, without levels."""

    sound: str
    """Its own words in Latin letters."""
    loose: frozenset[str]
    """The heads, with one for all those that translators exchange, without the light ones."""

    @property
    def regions(self) -> frozenset[str]:
        """Return its places without countries, and without those that hold another one of them."""
        outer = {record.slug for slug in self.places for record in within_chain(slug)}
        countries = {s for s in self.places if (record := place(s)) is not None and record.kind == "country"}
        return self.places - outer - countries


@dataclass(frozen=True, slots=True)
class _Heads:
    """The table of head words."""

    english: Mapping[tuple[str, ...], tuple[str, ...]]
    chinese: Mapping[str, tuple[str, ...]]
    loose: Mapping[str, str]


@lru_cache(maxsize=200_000)
def parts_of(name: str) -> Parts:
    """Return the parts of an institution's name."""
    return _chinese(name) if _HAN.search(name) else _latin(name)


def _chinese(name: str) -> Parts:
    text, heads, places, own = normalise(name), list[str](), set[str](), list[str]()
    order: list[str] = []
    table, at = _table().chinese, 0
    while at < len(text):
        record, size = _place_at(text, at) if not own and not heads else (None, 0)
        if record is not None:
            places.add(record.slug)
            order.append(record.slug)
        else:
            size, found = _head_at(text, at, table)
            heads += found
            own += [] if found else [text[at]]
            order += found or (text[at],)
        at += size
    return _parts(heads, places, "".join(own), tuple(order), chinese=True)


def _place_at(text: str, at: int) -> tuple[PlaceRecord | None, int]:
    for size in range(min(_PLACE_SIGNS, len(text) - at - (at == 0)), 1, -1):
        if (record := lookup(text[at : at + size])) is not None:
            return record, size
    return None, 0


def _head_at(text: str, at: int, table: Mapping[str, tuple[str, ...]]) -> tuple[int, tuple[str, ...]]:
    for size in range(min(_SIGNS, len(text) - at), 0, -1):
        found = table.get(text[at : at + size])
        # One sign alone opens no name: it is a syllable of a word of its own.
        if found and (size > 1 or at > 0):
            return size, found
    return 1, ()


def _latin(name: str) -> Parts:
    words = _words(name)
    heads, places, own, order = list[str](), set[str](), list[str](), list[str]()
    at = 0
    while at < len(words):
        size, record, found = _latin_at(words, at)
        if record is not None:
            places.add(record.slug)
            order.append(record.slug)
        elif found:
            heads += found
            order += found
        elif (word := normalise(words[at])) and word not in _SMALL:
            own.append(word)
            order.append(word)
        at += size
    return _parts(heads, places, "".join(own), tuple(order), chinese=False)


def _words(name: str) -> list[str]:
    text = re.sub(r"['’‘`]s\b", "", unicodedata.normalize("NFKC", name).replace("&", " and "))
    return [word for word in re.split(r"[\s,;:()/\"“”\-–—]+", text) if word and normalise(word)]


def _latin_at(words: list[str], at: int) -> tuple[int, PlaceRecord | None, tuple[str, ...]]:
    for size in range(min(_WORDS, len(words) - at), 0, -1):
        part = words[at : at + size]
        plain = tuple(normalise(word) for word in part)
        if found := _table().english.get(plain):
            return size, None, found
        text = " ".join(part)
        if size < len(words) and text[0].isupper() and not is_acronym(text):
            record = lookup(text) or (demonym(text) if size == 1 else None)
            if record is not None:
                return size, record, ()
    return 1, None, ()


def _parts(heads: list[str], places: set[str], own: str, order: tuple[str, ...], *, chinese: bool) -> Parts:
    loose = _table().loose
    levels = [loose[head] for head in heads if loose.get(head, "").startswith(_LEVEL)]
    kept = frozenset(head for head in heads if not loose.get(head, "").startswith(_LEVEL))
    if "government" in kept:
        kept -= {"people"}
    level = levels[0].removeprefix(_LEVEL) if levels else ""
    told = tuple(word for word in order if not loose.get(word, "").startswith(_LEVEL))
    sound = pinyin(own) if chinese else own
    return Parts(chinese, kept, level, frozenset(places), own, told, sound, _loose(kept))


def _loose(heads: frozenset[str]) -> frozenset[str]:
    loose = frozenset(_table().loose.get(head, head) for head in heads)
    return loose.difference(_LIGHT) or loose


@cache
def _table() -> _Heads:
    path = resource(TABLE)
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = list(
        csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", strict=True)
    )
    english: dict[tuple[str, ...], tuple[str, ...]] = {}
    chinese: dict[str, tuple[str, ...]] = {}
    loose: dict[str, str] = {}
    for row in rows:
        if None in row.values() or None in row:
            raise SettingsError(f"{path}: {row['concept']}: four columns are needed")
        concepts = tuple(row["concept"].split())
        if row["loose"]:
            loose[concepts[0]] = row["loose"]
        for form in _forms(row["english"]):
            english[tuple(normalise(form).split())] = concepts
        for form in _forms(row["chinese"]):
            if form in chinese:
                raise SettingsError(f"{path}: {form} stands twice")
            chinese[form] = concepts
    return _Heads(english, chinese, loose)


def _forms(cell: str) -> Iterator[str]:
    return (form for form in cell.split(";") if form)
