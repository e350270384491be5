"""Stage 7, the releases that a folder keeps, and those that were taken away, as a long reader sees them."""

import logging
from pathlib import Path

from kg.errors import NotFoundError, StateError, StoreError
from kg.release.generation import Release, find, ids
from kg.release.log import Noted, read_log

_log = logging.getLogger(__name__)


class Kept:
    """The releases of a folder; each is read once, since it never changes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._by_id: dict[str, Release] = {}
        self._damaged: frozenset[str] = frozenset()
        self._noted: dict[str, Noted] = {}
        self._complaint = ""
        self.releases: tuple[Release, ...] = ()
        """Oldest first; those of one day in the order in which they were made."""
        self.gone: dict[str, Noted] = {}
        """Those that were removed, by id."""
        self.changes = 0
        """How often the list has changed: who remembers what was made of it compares this."""

    def look(self) -> None:
        """Notice what has come and what has gone; what is damaged is logged once and passed over."""
        self._read_log()
        names = ids(self._directory)
        self.gone = {
            name: noted for name, noted in self._noted.items() if noted.removed_on and name not in names
        }
        if names == self._by_id.keys():
            return
        known, damaged = {}, set()
        for name in names:
            try:
                known[name] = self._by_id.get(name) or find(self._directory, name)
            except NotFoundError:  # gone since we looked
                continue
            except StoreError as error:
                damaged.add(name)
                if name not in self._damaged:
                    _log.error("not listed: %s", error)
        self._damaged = frozenset(damaged)
        if known == self._by_id:
            return
        self._by_id = known
        places = {name: place for place, name in enumerate(self._noted)}
        self.releases = tuple(
            sorted(known.values(), key=lambda r: (r.as_of, places.get(r.id, len(places)), r.id))
        )
        self.changes += 1

    def get(self, name: str) -> Release:
        """Return a release by its id; raises NotFoundError when there is none, or none any more."""
        release = self._by_id.get(name)
        if release is None or not release.path.is_dir():
            raise NotFoundError(f"there is no release {name[:100]!r}")
        return release

    def _read_log(self) -> None:
        try:
            self._noted = read_log(self._directory)
            self._complaint = ""
        except StateError as error:
            if str(error) != self._complaint:
                _log.error("what was known of removed releases is believed on: %s", error)
            self._complaint = str(error)
