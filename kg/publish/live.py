"""Stage 6, publish: a folder of releases as a web site: the current one, and older ones by `?release=ID`."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from werkzeug.wsgi import ClosingIterator

from kg.errors import KgError, NotFoundError, StoreBusyError
from kg.publish.doors import require_pushed
from kg.publish.errors import ProblemError
from kg.publish.lease import Lease
from kg.publish.metrics import Figures
from kg.publish.opened import Opened, mark_of, open_current, open_old, require_whole
from kg.publish.past import Past
from kg.publish.pinned import PARAMETER, View, give
from kg.publish.releases import absent
from kg.publish.workforce import workforce_of
from kg.release import Kept, Release, current
from kg.settings import Settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_log = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
"""How old what is known of the folder may become."""
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
        self._looking = threading.Lock()
        self._lease: Lease | None = None
        self._looked = 0.0
        self._switches = 0
        self._stamp = 0
        self._changed = datetime.fromtimestamp(0, UTC)
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
        self._lease = Lease(open_current(release, self._settings))
        self._look_around()
        self._note_change()
        self._looked = self._clock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from the release that is asked for, else from the current one."""
        if self._clock() - self._looked > LOOK_SECONDS:
            self.look()
        with ExitStack() as stack:
            # Taken once: everything in one answer is of one release, whatever becomes current meanwhile.
            opened = stack.enter_context(self._current())
            view = View(
                opened.release,
                self._kept.releases,
                self._kept.gone,
                self._kept.changes,
                changed=self._changed,
            )
            try:
                body = self._answer(opened, view, stack, environ, start_response)
            except (KgError, ProblemError) as refusal:
                # The pages say it, so that it reads like every other refusal.
                give(environ, view, refusal)
                body = opened.application(environ, start_response)
            if isinstance(body, (list, environ.get("wsgi.file_wrapper", list))):
                return body  # it needs nothing of the release any more
            return ClosingIterator(body, [stack.pop_all().close])

    def look(self) -> None:
        """Turn to the release that is current now; who finds another looking goes on."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            self._look()
        finally:
            self._looking.release()

    def stamp(self) -> int:
        """Return a number that is another one whenever an answer may be another one."""
        return self._stamp

    def figures(self) -> Figures:
        """Return what the metrics tell of this moment."""
        lease = self._lease
        if lease is None:
            return Figures(switches=self._switches)
        opened = lease.opened
        return Figures(opened.release.id, self._switches, workforce_of(opened.pools))

    def close(self) -> None:
        """Stop the query workers; queries that still run end with an error."""
        self._past.close()
        with self._looking:
            if self._lease is not None:
                self._lease.opened.close()

    def _current(self) -> "AbstractContextManager[Opened]":
        while (lease := self._lease) is not None:
            if (held := lease.held()) is not None:
                return held
        raise RuntimeError("open() comes first")

    def _answer(
        self,
        opened: Opened,
        view: View,
        stack: ExitStack,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        wanted, environ = _asked(environ)
        if not wanted or wanted == opened.release.id:
            give(environ, replace(view, pinned=wanted))
            return opened.application(environ, start_response)
        release = self._kept_or_told(wanted, view, environ)
        if not self._seats.acquire(blocking=False):
            raise StoreBusyError("too many at once ask for old releases")
        stack.callback(self._seats.release)
        old = stack.enter_context(self._past.open(release))
        give(environ, replace(view, pinned=wanted))
        return old.application(environ, start_response)

    def _kept_or_told(self, wanted: str, view: View, environ: "WSGIEnvironment") -> Release:
        """Return a release by its id; raises ProblemError that tells which there are."""
        try:
            return self._kept.get(wanted)
        except NotFoundError as error:
            root, path = str(environ.get("SCRIPT_NAME", "")), str(environ.get("PATH_INFO", ""))
            raise absent(wanted, view, root=root, path=path) from error

    def _look(self) -> None:
        before = self._kept.changes
        try:
            self._look_around()
            release = current(self._directory)
            if self._lease is not None and mark_of(release) != self._lease.opened.mark:
                self._turn_to(release)
        except KgError as error:
            _log.error("the earlier release is served on: %s", error)
        self._looked = self._clock()
        if self._kept.changes != before:
            self._note_change()

    def _turn_to(self, release: Release) -> None:
        require_whole(release)
        require_pushed(release, self._settings)
        before, self._lease = self._lease, Lease(open_current(release, self._settings))
        self._switches += 1
        self._note_change()
        _log.info("now serving release %s", release.id)
        if before is not None:
            before.end()

    def _look_around(self) -> None:
        try:
            self._kept.look()
        except OSError as error:
            _log.error("what was known of other releases is believed on: %s", error)
        self._past.keep_only({release.id for release in self._kept.releases})

    def _note_change(self) -> None:
        """Remember when the folder changed, by its own marks, so that it is the same after a restart."""
        marks = (self._directory / "current", self._directory / "releases")
        try:
            latest = max(mark.lstat().st_mtime for mark in marks)
        except OSError:
            latest = time.time()
        # HTTP knows seconds only: a second change within one is told as the next.
        moment = datetime.fromtimestamp(int(latest), UTC)
        self._changed = max(moment, self._changed + timedelta(seconds=1))
        self._stamp += 1


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
    fields = (part.partition("=") for part in text.split("&"))
    names = {unquote_plus(value) for name, _, value in fields if unquote_plus(name) == PARAMETER}
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
