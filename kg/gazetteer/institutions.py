"""The registry: background about institutions that articles need not state; link and map read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kg.errors import SettingsError
from kg.gazetteer.places import place
from kg.resources import resource

TABLE = "registry/institutions.yaml"
_FIELDS = {"slug", "kind", "names", "aliases", "location", "unit_of"}


@dataclass(frozen=True, slots=True)
class InstitutionRecord:
    """What is known about one institution without reading any article."""

    slug: str
    kind: str
    """A concept of `kgv:institution-kind`."""
    names: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    location: str | None = None
    """The slug of the place of its seat."""
    unit_of: str | None = None
    """The slug of the institution it belongs to."""

    @property
    def forms(self) -> tuple[str, ...]:
        """Return every written form, the names first."""
        return (*self.names.values(), *self.aliases)


@dataclass(frozen=True, slots=True)
class Registry:
    """Institutions by slug."""

    institutions: Mapping[str, InstitutionRecord] = field(default_factory=dict)

    def chain(self, slug: str) -> tuple[InstitutionRecord, ...]:
        """Return an institution and those it belongs to, the smallest first."""
        found: list[InstitutionRecord] = []
        record = self.institutions.get(slug)
        while record is not None and record not in found:
            found.append(record)
            record = self.institutions.get(record.unit_of or "")
        return tuple(found)


def load_registry(path: Path | None = None) -> Registry:
    """Return the registry of `path`, or the one that ships with the project.

    Raises SettingsError that names the file and the entry when something in it cannot be used.
    """
    path = path or resource(TABLE)
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: {error}") from error
    if not isinstance(rows, list):
        raise SettingsError(f"{path}: a list of institutions is expected")
    records: dict[str, InstitutionRecord] = {}
    for number, row in enumerate(rows, start=1):
        record = _record(row, f"{path}, entry {number}")
        if record.slug in records:
            raise SettingsError(f"{path}, entry {number}: {record.slug!r} stands twice")
        records[record.slug] = record
    _check(records, path)
    return Registry(records)


def _record(row: Any, where: str) -> InstitutionRecord:
    if not isinstance(row, dict) or not {"slug", "kind", "names"} <= row.keys() <= _FIELDS:
        raise SettingsError(f"{where}: needs slug, kind, names; may have aliases, location, unit_of")
    names, aliases = row["names"], row.get("aliases", [])
    if not isinstance(names, dict) or not names or not isinstance(aliases, list):
        raise SettingsError(f"{where}: names is a mapping of language to name, aliases a list")
    return InstitutionRecord(
        slug=str(row["slug"]),
        kind=str(row["kind"]),
        names={str(language): str(name) for language, name in names.items()},
        aliases=tuple(str(alias) for alias in aliases),
        location=row.get("location"),
        unit_of=row.get("unit_of"),
    )


def _check(records: Mapping[str, InstitutionRecord], path: Path) -> None:
    for record in records.values():
        if record.location is not None and place(record.location) is None:
            raise SettingsError(f"{path}: {record.slug}: unknown place {record.location!r}")
        if record.unit_of is not None and record.unit_of not in records:
            raise SettingsError(f"{path}: {record.slug}: unknown institution {record.unit_of!r}")
