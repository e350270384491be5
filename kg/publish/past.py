"""Stage 6, publish: the old releases that are open, a few at a time; who asks longest ago is closed first."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kg.errors import StoreBusyError, StoreError
from kg.publish.opened import Opened, mark_of
from kg.release import Release

_log = logging.getLogger(__name__)
_WAIT_SECONDS = 5.0
_AGAIN_SECONDS = 30.0
"""A release that could not be opened is not tried again before: to find out, all its files are read."""


@dataclass(slots=True)
class _Place:
    opened: Opened | None = None
    """None while it is being opened."""
    users: int = 0
    leaving: bool = False
    """It is no longer kept: the last user closes it."""


class Past:
    """A few open releases; `check` is asked once before the first opening of each, `opener` opens it."""

    def __init__(
        self,
        opener: Callable[[Release], Opened],
        *,
        check: Callable[[Release], None],
        most: int,
        wait_seconds: float = _WAIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opener = opener
        self._check = check
        self._most = most
        self._wait_seconds = wait_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._whole: set[str] = set()
        self._failed: dict[str, tuple[float, str]] = {}
        self._ended = False

    @contextmanager
    def open(self, release: Release) -> Iterator[Opened]:
        """Give a release that stays open until it is given back; several who ask at once open it once.

        Raises StoreBusyError when all places are in use, StoreError when it is damaged.
        """
        place = self._enter(release)
        try:
            if place.opened is None:
                raise StoreError(f"release {release.id} is not open")
            yield place.opened
        finally:
            with self._changed:
                place.users -= 1
                if place.leaving and not place.users:
                    _close(place)
                self._changed.notify_all()

    def keep_only(self, ids: Collection[str]) -> None:
        """Close what is not among these, or is another by now, each as soon as nobody asks it."""
        with self._changed:
            self._whole &= set(ids)
            for name in [name for name, place in self._places.items() if name not in ids or _is_other(place)]:
                self._leave(name)
            self._changed.notify_all()

    def close(self) -> None:
        """Close all at once; queries that still run end with an error."""
        with self._changed:
            self._ended = True
            for place in self._places.values():
                _close(place)
            self._places.clear()
            self._changed.notify_all()

    def _enter(self, release: Release) -> _Place:
        """Return the place of a release that is open, opening it where nobody else does."""
        deadline = time.monotonic() + self._wait_seconds
        with self._changed:
            while True:
                if self._ended:
                    raise StoreError("the server is closing")
                place = self._places.get(release.id)
                if place is not None and place.opened is not None:
                    place.users += 1
                    self._places.move_to_end(release.id)
                    return place
                if place is None and self._has_room():
                    self._refuse_failed(release)
                    place = self._places[release.id] = _Place(users=1)
                    break
                if not self._changed.wait(deadline - time.monotonic()):
                    raise StoreBusyError(f"release {release.id}: no place came free")
        return self._fill(release, place)

    def _has_room(self) -> bool:
        """Return whether another release may be opened, closing the one that was not asked for longest."""
        if len(self._places) < self._most:
            return True
        idle = next((n for n, p in self._places.items() if p.opened is not None and not p.users), None)
        if idle is None:
            return False
        self._leave(idle)
        return True

    def _leave(self, name: str) -> None:
        place = self._places.pop(name)
        place.leaving = True
        if not place.users:
            _log.info("release %s is closed", name)
            _close(place)

    def _refuse_failed(self, release: Release) -> None:
        when, why = self._failed.get(release.id, (0.0, ""))
        if why and self._clock() - when < _AGAIN_SECONDS:
            raise StoreError(why)
        self._failed.pop(release.id, None)

    def _fill(self, release: Release, place: _Place) -> _Place:
        # Not under the lock: others go on asking what is open.
        try:
            if release.id not in self._whole:
                self._check(release)
            opened = self._opener(release)
        except BaseException as error:
            with self._changed:
                if isinstance(error, StoreError):
                    self._failed[release.id] = (self._clock(), str(error))
                if self._places.get(release.id) is place:
                    del self._places[release.id]
                self._changed.notify_all()
            raise
        _log.info("release %s is open", release.id)
        with self._changed:
            self._whole.add(release.id)
            place.opened = opened
            if self._ended:
                _close(place)
            self._changed.notify_all()
        return place


def _is_other(place: _Place) -> bool:
    return place.opened is not None and place.opened.mark != mark_of(place.opened.release)


def _close(place: _Place) -> None:
    if place.opened is not None:
        place.opened.close()
