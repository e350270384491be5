"""The gazetteer: read once from `places.tsv`; extract, link and map look places up in it.

The table holds names and what lies within what, both common knowledge, and no identifiers of others' but the
ISO 3166 codes. A territory with an ISO 3166-1 code of its own stands as a country; that says nothing about
its sovereignty.
"""

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from kg.errors import SettingsError
from kg.resources import resource

KINDS = ("country", "province", "city", "locality")
TABLE = "places.tsv"
_SHOUTED = 4
"""From this length on a name in capitals (of a dateline) is taken for the name; `US` is not `Us`."""
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʻ": "'", "ʼ": "'", "`": "'", ".": None, "·": None})


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One place: its slug is its permanent name in IRIs."""

    slug: str
    kind: str
    """`country`, `province` (any first-level place), `city` or, for what spans countries, `locality`."""
    names: Mapping[str, str]
    """Its name by language; always `en`, nearly always `zh`."""
    aliases: tuple[str, ...]
    """Other forms in any language, exactly as they are written."""
    within: str | None
    """The slug of the place it lies in."""
    iso: str
    """ISO 3166-1 alpha-2 or ISO 3166-2 code, or nothing."""
    capital_of: str | None
    """The slug of the country whose capital it is."""
    demonyms: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """Return every written form, the names first."""
        return (*self.names.values(), *self.aliases)


def lookup(name: str) -> PlaceRecord | None:
    """Return the place of that exact name; of several the likeliest (see `candidates`)."""
    found = candidates(name)
    return found[0] if found else None


def candidates(name: str) -> tuple[PlaceRecord, ...]:
    """Return every place of that name: own names before aliases, countries and capitals before the rest."""
    found = _index().get(fold(name), ())
    if not found and len(name) >= _SHOUTED and name.isupper():
        return _shouted().get(fold(name), ())
    return found


def demonym(word: str) -> PlaceRecord | None:
    """Return the place whose people or things are called so, such as `Chinese`."""
    return _demonyms().get(fold(word))


def place(slug: str) -> PlaceRecord | None:
    """Return the place of that slug."""
    return places().get(slug)


@lru_cache(maxsize=10_000)
def within_chain(slug: str) -> tuple[PlaceRecord, ...]:
    """Return the places that a place lies in, the nearest first; nothing for one that is not known."""
    chain: list[PlaceRecord] = []
    record = place(slug)
    while record is not None and record.within is not None:
        record = place(record.within)
        if record is not None:
            chain.append(record)
    return tuple(chain)


@lru_cache(maxsize=10_000)
def country_of(slug: str) -> PlaceRecord | None:
    """Return the country that a place is or lies in."""
    record = place(slug)
    if record is None:
        return None
    return next((p for p in (record, *within_chain(slug)) if p.kind == "country"), None)


def fold(name: str) -> str:
    """Return a name with typographic apostrophes and dots folded; case matters (`US`, not `us`)."""
    plain = unicodedata.normalize("NFKC", name).translate(_APOSTROPHES)
    return " ".join(plain.split())


@cache
def places() -> Mapping[str, PlaceRecord]:
    """Return every place by its slug, in the order of the table."""
    path = resource(TABLE)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))
    records: dict[str, PlaceRecord] = {}
    for number, row in enumerate(rows, start=2):
        record = _record(row)
        known = record.within is None or record.within in records
        if record.kind not in KINDS or record.slug in records or not known:
            raise SettingsError(f"{path}, line {number}: bad or repeated place {record.slug!r}")
        records[record.slug] = record
    return records


def _record(row: Mapping[str, str]) -> PlaceRecord:
    return PlaceRecord(
        slug=row["slug"],
        kind=row["kind"],
        names={language: row[language] for language in ("en", "zh") if row[language]},
        aliases=_several(row["aliases"]),
        within=row["within"] or None,
        iso=row["iso"],
        capital_of=row["capital_of"] or None,
        demonyms=_several(row["demonyms"]),
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("; ") if part)


@cache
def _index() -> Mapping[str, tuple[PlaceRecord, ...]]:
    found: defaultdict[str, list[PlaceRecord]] = defaultdict(list)
    for record in places().values():
        for form in dict.fromkeys(fold(form) for form in record.forms):
            found[form].append(record)
    return {
        form: tuple(sorted(records, key=lambda record: _rank(record, form)))
        for form, records in found.items()
    }


@cache
def _shouted() -> Mapping[str, tuple[PlaceRecord, ...]]:
    return {form.upper(): records for form, records in reversed(list(_index().items())) if not form.isupper()}


def _rank(record: PlaceRecord, form: str) -> tuple[bool, int, str]:
    own_name = form in {fold(name) for name in record.names.values()}
    if record.kind == "city":
        return (not own_name, 1 if record.capital_of else 3, record.slug)
    return (not own_name, 0 if record.kind == "country" else 2, record.slug)


@cache
def _demonyms() -> Mapping[str, PlaceRecord]:
    return {fold(word): record for record in reversed(list(places().values())) for word in record.demonyms}
