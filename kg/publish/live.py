"""Stage 6, publish: a folder of releases as a web site: the current one, and older ones by `?release=ID`."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from kg.errors import KgError, NotFoundError, StoreBusyError
from kg.publish.errors import ProblemError
from kg.publish.metrics import Figures
from kg.publish.opened import Opened, open_current, open_old, require_whole
from kg.publish.past import Past
from kg.publish.pinned import PARAMETER, View, give
from kg.publish.releases import absent
from kg.release import Kept, Release, current
from kg.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 2.0
OLD_AT_ONCE = 4
"""How many requests may be with old releases at once, so that they never hold up the current one."""
_TIMELESS = ("/healthz", "/readyz", "/robots.txt", "/favicon.ico", "/static/")
_NOW_ONLY = ("/reconcile", "/lookup")
_SECOND_MARK = re.compile(r"((?:^|&)release=[^&?]*)\?")
_DUMP = re.compile(r"/releases/([^/]+)(/dumps/[^/]*)")


class Live:
    """A WSGI application that serves whichever release is current; it looks every few seconds."""

    def __init__(
        self, directory: Path, *, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: Opened | None = None
        self._replaced: list[tuple[float, Opened]] = []
        self._looked = 0.0
        self._switches = 0
        self._kept = Kept(directory)
        self._seats = threading.BoundedSemaphore(OLD_AT_ONCE)
        self._past = Past(
            lambda release: open_old(release, settings),
            check=require_whole,
            most=settings.old_releases_open,
            clock=clock,
        )

    def open(self) -> None:
        """Open the current release.

        Raises NotFoundError when there is none, StoreError when it is damaged.
        """
        release = current(self._directory)
        require_whole(release)
        self._opened = open_current(release, self._settings)
        self._look_around()
        self._looked = self._clock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from the release that is asked for, else from the current one."""
        if self._clock() - self._looked > _LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        # Read once: everything in one answer is of one release, whatever becomes current meanwhile.
        opened = self._opened
        if opened is None:
            raise RuntimeError("open() comes first")
        view = View(opened.release, self._kept.releases, self._kept.gone, self._kept.changes)
        try:
            return self._answer(opened, view, environ, start_response)
        except (KgError, ProblemError) as refusal:
            # The pages say it, so that it reads like every other refusal.
            give(environ, view, refusal)
            return opened.application(environ, start_response)

    def figures(self) -> Figures:
        """Return what the metrics tell of this moment."""
        opened = self._opened
        return Figures(release=opened.release.id if opened else "", switches=self._switches)

    def close(self) -> None:
        """Stop the query workers."""
        self._past.close()
        with self._lock:
            for _, opened in self._replaced:
                opened.close()
            if self._opened is not None:
                self._opened.close()

    def _answer(
        self, opened: Opened, view: View, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        wanted, environ = _asked(environ)
        if not wanted or wanted == opened.release.id:
            give(environ, replace(view, pinned=wanted))
            return opened.application(environ, start_response)
        release = self._kept_or_told(wanted, view, environ)
        if not self._seats.acquire(blocking=False):
            raise StoreBusyError("too many at once ask for old releases")
        try:
            with self._past.open(release) as old:
                give(environ, replace(view, pinned=wanted))
                return old.application(environ, start_response)
        finally:
            self._seats.release()

    def _kept_or_told(self, wanted: str, view: View, environ: "WSGIEnvironment") -> Release:
        """Return a release by its id; raises ProblemError that tells which there are."""
        try:
            return self._kept.get(wanted)
        except NotFoundError as error:
            root, path = str(environ.get("SCRIPT_NAME", "")), str(environ.get("PATH_INFO", ""))
            raise absent(wanted, view, root=root, path=path) from error

    def _look(self) -> None:
        now = self._looked = self._clock()
        # A query of the old release may still run for as long as any query may.
        ended = [pair for pair in self._replaced if now - pair[0] > self._settings.query_seconds + 1]
        self._replaced = [pair for pair in self._replaced if pair not in ended]
        for _, opened in ended:
            opened.close()
        self._look_around()
        try:
            release = current(self._directory)
            if self._opened is None or release.path == self._opened.release.path:
                return
            require_whole(release)
            before, self._opened = self._opened, open_current(release, self._settings)
        except KgError as error:
            _log.error("the earlier release is served on: %s", error)
            return
        self._replaced.append((now, before))
        self._switches += 1
        _log.info("now serving release %s", release.id)

    def _look_around(self) -> None:
        try:
            self._kept.look()
        except OSError as error:
            _log.error("what was known of other releases is believed on: %s", error)
        self._past.keep_only({release.id for release in self._kept.releases})


def _asked(environ: "WSGIEnvironment") -> tuple[str, "WSGIEnvironment"]:
    """Return the id of the release that a request names, if any, and the request as the pages know it.

    Raises ProblemError when it names two, or one where there is no choice.
    """
    path = str(environ.get("PATH_INFO", ""))
    if path.startswith(_TIMELESS):
        return "", environ
    # SPARQLWrapper and rdflib put `?query=` behind any address, also behind one that has a question mark.
    text, mended = _SECOND_MARK.subn(r"\1&", environ.get("QUERY_STRING", ""))
    if mended:
        environ = {**environ, "QUERY_STRING": text}
    names = set(parse_qs(text, keep_blank_values=True).get(PARAMETER, ()))
    if found := _DUMP.fullmatch(path):
        names.add(found[1])
        environ = {**environ, "PATH_INFO": found[2]}
    if len(names) > 1:
        raise ProblemError(400, "Please name one release", f"the address has {len(names)} of them")
    if names and path.startswith(_NOW_ONLY):
        raise ProblemError(400, "Names are looked up in the current release only")
    if names == {""}:
        raise ProblemError(400, "Please name a release", "release= is empty")
    return next(iter(names), ""), environ
