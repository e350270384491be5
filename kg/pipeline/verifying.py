"""Check a release, a folder of downloaded files, or what a server gives, and say at once what was found."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg.checks import Check
from kg.errors import KgError, NotFoundError, StoreError
from kg.pipeline.telling import check_meta, check_names, meta_of
from kg.release import (
    Origin,
    ask_endpoint,
    check_sums,
    download,
    files_of,
    origin_of,
    own_files,
    served_release,
)
from kg.store import (
    CATALOG_FILE,
    check_catalog,
    check_counts,
    check_formats,
    check_graphs,
    check_manifest,
    check_store,
    open_read_only,
    rows,
    rows_of,
)
from kg.vocabulary import FACTS, HOME, KG, Names

Tell = Callable[[str], None]
"""Takes one line about how far the work is."""


@dataclass(frozen=True, slots=True)
class Thoroughness:
    """What is looked at beside the bytes and the list of graphs."""

    deep: bool = False
    """Every statement: canonical forms made anew, the other files parsed, the store compared."""
    shapes: bool = False
    """Every article against the shapes, and the rules over all articles."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder that was found to hold a release, or its files for download only."""

    dumps: Path
    release: Path | None
    """The folder of the whole release."""
    expected: str
    """The id that it must have; empty when nothing tells."""

    @property
    def shown(self) -> str:
        """What stands before the names of files for download."""
        return "dumps/" if self.release else ""


def verified(where: str, *, release: str, how: Thoroughness, tell: Tell) -> Iterator[Check]:
    """Yield each check of what is at a path or an address; no fault hides a later one.

    `release` is the id that is meant, where there are several, or that it must have. Raises NotFoundError
    when there is no release, StoreError when the server cannot be reached.
    """
    if "://" not in where:
        yield from _folder(_place(Path(where), release), how)
        return
    origin = origin_of(where, release)
    with tempfile.TemporaryDirectory(prefix="accord-verify-") as temporary:
        folder = Path(temporary)
        known: set[str] = set()
        for check in download(origin, folder, tell=tell):
            known.update(check.faults)
            yield check
        expected = origin.release
        if not expected:
            expected = served_release(origin)
            yield Check(f"{origin.url('healthz')}: serves release {expected}")
        tell("checking what arrived")
        for check in _folder(_Place(folder, None, expected), how):
            yield replace(check, faults=tuple(fault for fault in check.faults if fault not in known))
        yield from _tried(origin.url("sparql"), lambda: [_endpoint(origin, folder)])


def _place(where: Path, release: str) -> _Place:
    if (where / "releases").is_dir():
        path = where / "releases" / release if release else (where / "current").resolve()
        if not path.is_dir():
            raise NotFoundError(f"{where} has no release {release or 'that is current'}")
        return _Place(path / "dumps", path, path.name)
    if (where / "dumps").is_dir():
        path = where.resolve()
        if release and release != path.name:
            raise NotFoundError(f"{where} is the release {path.name}, not {release}")
        return _Place(path / "dumps", path, path.name)
    if not where.is_dir() or not any(where.iterdir()):
        raise NotFoundError(f"{where} holds no release and no files of one")
    return _Place(where, None, release)


def _folder(place: _Place, how: Thoroughness) -> Iterator[Check]:
    """Yield the checks of a folder; what rests on damaged parts is still tried, and may say more."""
    damaged = False
    if place.release:
        own = check_sums(place.release, own_files(place.release))
        damaged = any(fault.startswith("store/") for fault in own.faults)
        yield own
    yield check_sums(place.dumps, files_of(place.dumps), shown=place.shown)
    dumps, shown = place.dumps, place.shown
    yield from _tried(shown, lambda: [check_manifest(dumps, shown=shown)])
    yield from _tried(shown, lambda: [check_graphs(dumps, deep=how.deep, shown=shown)])
    yield from _tried(shown, lambda: check_names(dumps, place.release, place.expected))
    if (dumps / CATALOG_FILE).is_file():
        yield from _tried(shown, lambda: [check_catalog(dumps, shown=shown)])
    meta = meta_of(place.release)
    names = Names(str(meta.get("base", HOME)))
    if place.release:
        yield from _tried("meta.json", lambda: check_meta(meta, dumps, names))
        if not damaged:  # the engine is not asked to open what is known to be broken
            yield from _tried("store", lambda: _store(place, names, how))
    if how.deep:
        facts = str(names.graph(FACTS))
        yield from _tried(shown, lambda: check_formats(dumps, facts=facts, quote=str(KG.quote), shown=shown))
        from kg.pipeline.remaking import check_remade  # noqa: PLC0415  what writes dumps, for this alone

        yield from _tried(shown, lambda: [check_remade(dumps, meta, names, shown=shown)])
    if how.shapes:
        from kg.pipeline.judging import check_shapes  # noqa: PLC0415  rdflib and pyshacl, for this alone

        yield from _tried(shown, lambda: check_shapes(dumps, names))


def _store(place: _Place, names: Names, how: Thoroughness) -> Iterator[Check]:
    if place.release is None:
        return
    store = open_read_only(place.release / "store", prefixes=names.prefixes())
    try:
        facts = str(names.graph(FACTS))
        yield check_counts(lambda sparql: rows(store, sparql), place.dumps, facts=facts, where="store")
        if how.deep:
            yield check_store(store, place.dumps, facts=facts, where="store")
    finally:
        store.close()


def _endpoint(origin: Origin, folder: Path) -> Check:
    facts = _facts(folder)
    return check_counts(
        lambda sparql: rows_of(ask_endpoint(origin, sparql)), folder, facts=facts, where=origin.url("sparql")
    )


def _facts(folder: Path) -> str:
    """Return the graph of the consolidated view, whatever the base of the publication is."""
    from kg.store import MANIFEST, read_manifest  # noqa: PLC0415  named here only

    ending = f"/graph/{FACTS}"
    return next((g for g in read_manifest(folder / MANIFEST) if g.endswith(ending)), ending)


def _tried(what: str, check: Callable[[], Iterator[Check] | list[Check]]) -> Iterator[Check]:
    """Yield what a check says; when it cannot even be made, that is what it says."""
    try:
        yield from check()
    except (KgError, OSError) as error:
        if isinstance(error, StoreError | OSError):
            yield Check(f"{what}: could be read", (str(error),))
        else:
            yield Check(f"{what}: could be checked", (f"{what}: {error}",))
