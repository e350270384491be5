"""Stage 6, publish: one release opened for serving, its query workers and the site over them."""

import logging
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import StateError, StoreError
from kg.publish.app import create_app
from kg.publish.doors import doors_of, doors_of_old
from kg.publish.site import Dump, Edition, Limits
from kg.release import Release, read_withdrawals, verify
from kg.release.catalog import ONTOLOGY
from kg.release.generation import SUMS, sha256_of
from kg.search import FILE, NameIndex, is_current, open_names, write_names
from kg.settings import Settings
from kg.store import MANIFEST, NQUADS, QueryPool, described, read_graph, read_manifest
from kg.vocabulary import FACTS, KG, Names

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A release that can be asked; close it when nobody asks it any more."""

    release: Release
    application: "WSGIApplication"
    mark: tuple[str, int]
    """What tells it from itself after files of it were exchanged, as when something is withdrawn."""
    parts: ExitStack
    """The query workers and the index of names."""
    pools: tuple[QueryPool, ...] = ()
    """The workers of strangers and of the pages; none where another server answers."""

    def close(self) -> None:
        """Stop the query workers."""
        self.parts.close()


def mark_of(release: Release) -> tuple[str, int]:
    """Return the id of a release, and when its list of files was written: last of all, whatever changes."""
    try:
        return release.id, (release.path / SUMS).stat().st_mtime_ns
    except OSError:  # a release made by hand has none
        return release.id, 0


def require_whole(release: Release) -> None:
    """Raise StoreError when the files of a release are not what was released."""
    faults = verify(release)
    if not release.store.is_dir():
        faults.append("store is missing")
    if faults:
        raise StoreError(f"{release.path} is damaged: {'; '.join(faults)}; build again, or restore it")


def open_current(release: Release, settings: Settings) -> Opened:
    """Open a release with all its workers at once, and with the index of names.

    Raises StoreError when it cannot be read.
    """
    names = _names(release, settings)
    mark = mark_of(release)
    with ExitStack() as stack:
        doors = doors_of(release, names, settings, stack)
        index = _names_of(release, names, stack)
        app = create_app(
            doors.strangers,
            edition_of(release),
            names=names,
            title=_title(release, settings),
            limits=replace(_limits(settings), services=doors.services),
            own=doors.pages,
            index=index,
        )
        return Opened(release, app, mark, stack.pop_all(), doors.pools)


def open_old(release: Release, settings: Settings) -> Opened:
    """Open a release that few ask for: a worker starts when it is needed, and names are not looked up.

    Raises StoreError when it cannot be read.
    """
    names, mark = _names(release, settings), mark_of(release)
    with ExitStack() as stack:
        doors = doors_of_old(release, names, settings, stack)
        app = create_app(
            doors.strangers,
            edition_of(release),
            names=names,
            title=_title(release, settings),
            limits=_limits(settings),
            own=doors.pages,
            ontology=_ontology_of(release),
        )
        return Opened(release, app, mark, stack.pop_all(), doors.pools)


def queries_at_once(settings: Settings) -> int:
    """Return how many queries may run or wait, those that look cheap among them."""
    return 2 * settings.queries_at_once


def _ontology_of(release: Release) -> Path | None:
    """Return the ontology as it was in that release, where it has one of its own."""
    path = release.dumps / ONTOLOGY
    return path if path.is_file() else None


def _names(release: Release, settings: Settings) -> Names:
    return Names(str(release.meta.get("base", settings.base)))


def _title(release: Release, settings: Settings) -> str:
    return str(release.meta.get("title", settings.title))


def _limits(settings: Settings) -> Limits:
    return Limits(
        query_seconds=settings.query_seconds,
        body_bytes=settings.query_body_bytes,
        result_bytes=settings.result_bytes,
        result_rows=settings.result_rows,
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
        withdrawn=_withdrawn(release),
    )


def _withdrawn(release: Release) -> dict[str, str]:
    """Return what is told of what was withdrawn: by the release, and since then by the record beside it."""
    told = dict(release.meta.get("withdrawn", {})).items()
    known = {str(path): str(each["notice"]) for path, each in told}
    try:
        record = read_withdrawals(release.path.parent.parent)
    except StateError as error:
        _log.error("what a release tells of withdrawals is believed: %s", error)
        return known
    return known | {target: each.notice for target, each in record.by_target.items()}
