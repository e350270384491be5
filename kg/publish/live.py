"""Stage 6, publish: the current release of a folder as a web site; it follows when that changes."""

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KgError, StoreError
from kg.publish.app import create_app
from kg.publish.site import Dump, Edition, Limits
from kg.release import Release, current, verify
from kg.release.generation import SUMS, sha256_of
from kg.search import FILE, NameIndex, is_current, open_names, write_names
from kg.settings import Settings
from kg.store import MANIFEST, NQUADS, QueryPool, described, open_pool, read_graph, read_manifest
from kg.vocabulary import FACTS, KG, Names

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Opened:
    release: Release
    pools: ExitStack
    """Closes the query workers and the index of names."""
    application: "WSGIApplication"


class Live:
    """A WSGI application that serves whichever release is current; it looks every few seconds."""

    def __init__(
        self, directory: Path, *, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._old: list[tuple[float, _Opened]] = []
        self._looked = 0.0

    def open(self) -> None:
        """Open the current release.

        Raises NotFoundError when there is none, StoreError when it is damaged.
        """
        self._opened = self._open(current(self._directory))
        self._looked = self._clock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from the current release."""
        if self._clock() - self._looked > _LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        if self._opened is None:
            raise RuntimeError("open() comes first")
        return self._opened.application(environ, start_response)

    def close(self) -> None:
        """Stop the query workers."""
        with self._lock:
            for _, opened in self._old:
                opened.pools.close()
            if self._opened is not None:
                self._opened.pools.close()

    def _look(self) -> None:
        now = self._looked = self._clock()
        # A query of the old release may still run for as long as any query may.
        ended = [pair for pair in self._old if now - pair[0] > self._settings.query_seconds + 1]
        self._old = [pair for pair in self._old if pair not in ended]
        for _, opened in ended:
            opened.pools.close()
        try:
            release = current(self._directory)
            if self._opened is None or release.path == self._opened.release.path:
                return
            before, self._opened = self._opened, self._open(release)
        except KgError as error:
            _log.error("the earlier release is served on: %s", error)
            return
        self._old.append((now, before))
        _log.info("now serving release %s", release.id)

    def _open(self, release: Release) -> _Opened:
        if faults := verify(release):
            raise StoreError(f"{release.path} is damaged: {'; '.join(faults)}; build again, or restore it")
        settings = self._settings
        names = Names(str(release.meta.get("base", settings.base)))
        limits = Limits(
            query_seconds=settings.query_seconds,
            queries_at_once=queries_at_once(settings),
            body_bytes=settings.query_body_bytes,
        )
        with ExitStack() as stack:
            # The pages have workers of their own, which no query of a stranger can hold up.
            strangers = stack.enter_context(self._pool(release, names))
            pages = stack.enter_context(self._pool(release, names))
            edition = edition_of(release)
            app = create_app(
                strangers,
                edition,
                names=names,
                title=str(release.meta.get("title", settings.title)),
                limits=limits,
                own=pages,
                index=_names_of(release, names, stack),
            )
            return _Opened(release, stack.pop_all(), app)

    def _pool(self, release: Release, names: Names) -> QueryPool:
        return open_pool(
            release.store,
            workers=self._settings.query_workers,
            seconds=self._settings.query_seconds,
            memory_mb=self._settings.query_memory_mb,
            result_bytes=self._settings.result_bytes,
            base=names.base,
            prefixes=names.prefixes(),
        )


def _names_of(release: Release, names: Names, stack: ExitStack) -> NameIndex:
    """Return the index of names; where the release has none that we can read, made from its own dump."""
    path = release.search / FILE
    if not is_current(path):
        _log.info("release %s has no index of names of this version; making one", release.id)
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / FILE
        entry = read_manifest(release.dumps / MANIFEST)[str(names.graph(FACTS))]
        facts = described(read_graph(release.dumps / NQUADS, entry))
        write_names(path, facts, base=names.base, ontology=str(KG))
    return stack.enter_context(closing(open_names(path)))


def queries_at_once(settings: Settings) -> int:
    """Return how many queries may run or wait: as many again as run may wait, and a few more."""
    return 2 * settings.query_workers + 4


def edition_of(release: Release) -> Edition:
    """Return what the site tells of a release: its files with sizes and checksums."""
    sums = release.dumps / SUMS
    dumps = []
    if sums.is_file():
        for line in sums.read_text(encoding="utf-8").splitlines():
            digest, _, name = line.partition("  ")
            path = release.dumps / name
            if path.is_file():
                dumps.append(Dump(path, path.stat().st_size, digest))
        dumps.append(Dump(sums, sums.stat().st_size, sha256_of(sums)))
    return Edition(
        release.id,
        release.as_of,
        tuple(dumps),
        moved={str(old): str(new) for old, new in dict(release.meta.get("moved", {})).items()},
        gone=frozenset(map(str, release.meta.get("gone", ()))),
    )
