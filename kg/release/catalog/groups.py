"""Stage 7, the files for download in groups by whom they are for, as a page lists them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kg.release.catalog.files import described

_TABLES = "For spreadsheets"
_RDF = "For RDF tools"
_PARTS = "For RDF tools, by year and kind"
_ORDER = (_TABLES, _RDF, _PARTS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to download, in each of its forms."""

    title: str
    description: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Entries for the same readers."""

    title: str
    entries: tuple[Entry, ...]
    folded: bool
    """Whether a page shows the title only, until it is opened."""


def grouped(names: Iterable[str]) -> list[Group]:
    """Return the groups that have files; what only completes a release is in none."""
    found: dict[str, dict[tuple[int, str], list[str]]] = {}
    for name in sorted(names):
        if group := _group(name):
            what = described(name)
            found.setdefault(group, {}).setdefault((what.rank, what.title), []).append(name)
    return [
        Group(title, _entries(found[title]), folded=title == _PARTS) for title in _ORDER if title in found
    ]


def _group(name: str) -> str:
    what = described(name)
    if what.media_type == "text/csv":
        return _TABLES
    if not (what.w3c_format and name.startswith("accord")):
        return ""
    return _PARTS if what.one_of_several else _RDF


def _entries(found: dict[tuple[int, str], list[str]]) -> tuple[Entry, ...]:
    return tuple(
        Entry(title, described(names[0]).description, tuple(names))
        for (_, title), names in sorted(found.items())
    )
