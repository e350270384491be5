"""Stage 6, publish: the site as files for any web server, made by reading each page of the application once.

There is no second renderer: what stands in a file is what the server answers, but for the links, which lead
to files.
"""

import os
import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from markupsafe import escape
from werkzeug.test import Client, TestResponse

from kg.errors import SettingsError, StoreError
from kg.publish.addresses import NEEDS_SERVER, Linking, file_of, known_address, links_of, with_links
from kg.publish.app import create_app
from kg.publish.negotiate import DOCUMENTS
from kg.publish.opened import edition_of, require_whole
from kg.publish.site import Edition
from kg.release import Release, current
from kg.settings import Settings
from kg.store import MANIFEST, Answer, EmbeddedStore, Streamed, open_read_only, read_manifest
from kg.vocabulary import FACTS, Names

MARK = ".accord-site"
"""Says in a folder that it was written by an export, so that the next one may replace it."""
_ACCEPT = {"Accept": "text/html, */*;q=0.5"}
_SEEDS = (
    "/", "/help", "/queries/", "/ns", "/vocab/", "/id/dataset", "/robots.txt", "/favicon.ico",
    "/.well-known/void", NEEDS_SERVER,
)  # fmt: skip
_WELL_KNOWN = "/.well-known/"
_OK, _GONE, _NOT_FOUND = 200, 410, 404
_MOVED = range(300, 400)
_HTML = "text/html"
_REDIRECT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Moved</title>
<meta http-equiv="refresh" content="0; url={0}">
</head>
<body><p>This is <a href="{0}">here</a>.</p></body>
</html>
"""
_OFTEN = 250
_REMEMBERED = 256
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to."""

    release: str
    files: int
    size: int


def export_site(
    directory: Path,
    out: Path,
    *,
    settings: Settings,
    url: str = "",
    server: str = "",
    tell: Tell = lambda _: None,
) -> Exported:
    """Write the current release of a folder as a static site; `out` is there at the end, or as it was.

    With `url` links are full addresses there, else they lead from file to file. With `server` what needs a
    server leads to that one.
    Raises StoreError naming the first page that cannot be had, SettingsError when `out` is something else.
    """
    release = current(directory)
    require_whole(release)
    names = Names(str(release.meta.get("base", settings.base)))
    base = _checked(url, "--url") or (names.base if _is_web(names.base) else "http://localhost/")
    linking = Linking(urlsplit(base).path.rstrip("/"), url, _checked(server, "--server"))
    title = str(release.meta.get("title", settings.title))
    edition = edition_of(release)
    with _beside(out) as folder, closing(open_read_only(release.store, prefixes=names.prefixes())) as store:
        app = create_app(_Here(store), edition, names=names, title=title, static=True, server=server)
        site = _Export(app, base, linking, folder, tell)
        seeds = (*_SEEDS, *_graphs(release, names), *_catalog(edition), *_context(edition))
        site.crawl(seeds, moved=edition.moved, gone=edition.gone)
        site.finish()
        (folder / MARK).write_text(f"{release.id}\n", encoding="utf-8")
        found = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Exported(release.id, len(found), sum(found))


def _graphs(release: Release, names: Names) -> list[str]:
    """Return the addresses of the graphs, but of the consolidated view, which may be large: it is a dump."""
    start, facts = str(names.graph("")), str(names.graph(FACTS))
    graphs = read_manifest(release.dumps / MANIFEST)
    return [
        f"/graph/{graph.removeprefix(start)}"
        for graph in graphs
        if graph.startswith(start) and graph != facts
    ]


def _context(edition: Edition) -> list[str]:
    """Return the address of the context that JSON-LD documents name, where the release has one."""
    return ["/context.jsonld"] if any(file.path.name == "context.jsonld" for file in edition.dumps) else []


def _catalog(edition: Edition) -> list[str]:
    """Return the addresses of the release's description of itself, where it has one."""
    told = any(file.path.name == "catalog.ttl" for file in edition.dumps)
    return [f"/catalog.{known.extension}" for known in DOCUMENTS] if told else []


class _Here:
    """The store in this process, without the limits that are for strangers."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        # The page of a thing and its documents ask much the same, one right after the other.
        self._asked = lru_cache(maxsize=_REMEMBERED)(lambda sparql, media: store.query(sparql, media=media))

    def run(
        self,
        sparql: str,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        del seconds
        if default_graphs is None and named_graphs is None:
            return self._asked(sparql, media)
        return self._store.query(
            sparql, media=media, default_graphs=default_graphs, named_graphs=named_graphs
        )

    def stream(self, sparql: str, *, client: str = "", **options: Any) -> Streamed:
        del client
        answer = self.run(sparql, **options)
        return Streamed(answer.kind, answer.media, answer.body)


class _Export:
    """Reads every address that pages lead to and writes what is answered; links once all files are known."""

    def __init__(self, app: Flask, base: str, linking: Linking, folder: Path, tell: Tell) -> None:
        self._client = Client(app, use_cookies=False)
        self._base = base
        self._linking = linking
        self._folder = folder
        self._tell = tell
        self._files: dict[str, str] = {}
        self._leads: dict[str, str] = {}
        """From an address to where it redirects."""
        self._queue: deque[tuple[str, str]] = deque()

    def crawl(self, seeds: Sequence[str], *, moved: Mapping[str, str], gone: Collection[str]) -> None:
        """Read all that can be reached; raises StoreError for the first address that has no answer."""
        for address in (*seeds, *(f"/page/{path}" for path in sorted(moved))):
            self._found(address, "")
        for path in sorted(gone):
            self._read(f"/page/{path}", "", _GONE)
        if self._linking.url:
            self._read("/404.html", "", _NOT_FOUND)  # many servers show it where there is nothing
        while self._queue:
            self._read(*self._queue.popleft(), _OK)
            if len(self._files) % _OFTEN == 0:
                self._tell(
                    f"{len(self._files) - len(self._queue)} of {len(self._files)} known addresses read"
                )

    def finish(self) -> None:
        """Write the links, what redirects, and the pages under the names of the things."""
        for file in sorted(set(self._files.values())):
            if file.endswith(".html") and (self._folder / file).is_file():
                self._relink(file)
        for address, target in sorted(self._leads.items()):
            self._lead(address, target)
        for page in sorted(self._folder.glob("page/*/*/index.html")):
            name = self._folder / "id" / page.relative_to(self._folder / "page")
            name.parent.mkdir(parents=True, exist_ok=True)
            _copy(page, name)

    def _found(self, address: str, page: str) -> None:
        known = known_address(address)
        if known not in self._files:
            self._files[known] = ""
            self._queue.append((known, page))

    def _read(self, address: str, page: str, expected: int) -> None:
        response = self._client.open(address, base_url=self._base, headers=_ACCEPT)
        try:
            if response.status_code in _MOVED:
                self._leads[address] = self._target(address, response.headers.get("Location", ""), page)
                self._files[address] = file_of(address, _HTML if not address.startswith(_WELL_KNOWN) else "")
            elif response.status_code == expected:
                self._write(address, response)
            else:
                led = f", to which {page} leads" if page else ""
                raise StoreError(f"{address}{led}, answers {response.status}: nothing was exported")
        finally:
            response.close()

    def _target(self, address: str, location: str, page: str) -> str:
        inside = self._linking.internal(urlsplit(urljoin(self._base, location)).path)
        if not inside:
            raise StoreError(f"{address}, to which {page or 'no page'} leads, redirects to {location!r}")
        self._found(inside, address)
        return known_address(inside)

    def _write(self, address: str, response: TestResponse) -> None:
        media = response.mimetype or ""
        file = self._files[address] = file_of(address, media)
        path = self._folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if media == _HTML:
            html = response.get_data(as_text=True)
            path.write_bytes(html.encode())
            for link in links_of(html):
                if inside := self._linking.internal(link):
                    self._found(inside, address)
            if address.startswith("/vocab/") and not address.endswith("/"):
                for known in DOCUMENTS:
                    self._found(f"{address}.{known.extension}", address)
        else:
            with path.open("wb") as out:
                out.writelines(response.iter_encoded())

    def _relink(self, file: str) -> None:
        path = self._folder / file
        html = path.read_bytes().decode()
        new = with_links(html, lambda link: self._linking.written(link, self._file, within=file))
        path.write_bytes(new.encode())

    def _file(self, address: str) -> str:
        return self._files[address]

    def _lead(self, address: str, target: str) -> None:
        path = self._folder / self._files[address]
        path.parent.mkdir(parents=True, exist_ok=True)
        if address.startswith(_WELL_KNOWN):
            _copy(self._folder / self._files[target], path)
            return
        link = self._linking.to_file(self._files[target], within=self._files[address])
        path.write_text(_REDIRECT.format(escape(link)), encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    """Make the same file stand in a second place; on most disks it takes no room there."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a folder to write in that takes the place of `out` when all is written."""
    if out.exists() and not (out / MARK).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsError(f"{out} is there and was not written by an export; name another folder")
    folder, old = (out.parent / f".{out.name}.{word}" for word in ("new", "old"))
    try:
        for left in (folder, old):
            shutil.rmtree(left, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        if out.exists():
            out.rename(old)
        folder.rename(out)
    except OSError as error:
        raise StoreError(f"cannot write {error.filename or out}: {error.strerror or error}") from error
    finally:
        for left in (folder, old):
            shutil.rmtree(left, ignore_errors=True)


def _checked(url: str, what: str) -> str:
    if url and not (_is_web(url) and url.endswith("/")):
        raise SettingsError(f"{what} must be an http address that ends with a slash, not {url!r}")
    return url


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
