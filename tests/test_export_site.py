"""The site as files: every page that the server has, no link that leads nowhere, the same bytes each time."""

import functools
import os
import re
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from datetime import date
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from urllib.parse import urldefrag, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SettingsError, StoreError
from kg.publish import Dump, Edition, create_app
from kg.publish.addresses import Linking, file_of, known_address, links_of, with_links
from kg.publish.export import MARK, export_site
from kg.release import begin
from kg.settings import Settings
from kg.store import open_store
from kg.store.shelf import Shelf
from kg.vocabulary import FACTS
from tests.publish_site import NAMES, nquads_of, open_site

SETTINGS = Settings(title="A made-up release")
ADDRESS = "https://static.example/some/where/"


def release_in(folder, **meta):
    """A release of the small sample data, as a build writes it."""
    with begin(folder) as draft:
        store = open_store(draft.store)
        store.load(nquads_of(NAMES))
        store.copy_to_default(str(NAMES.graph(FACTS)))
        store.close()
        lines = sorted(nquads_of(NAMES).splitlines(keepends=True), key=lambda q: (q.rsplit(b" ", 2)[1], q))
        with Shelf(draft.path / ".fresh") as shelf:
            for graph, quads in groupby(lines, key=lambda q: q.rsplit(b" ", 2)[1]):
                shelf.put(graph[1:-1].decode(), quads)
            content = shelf.write(draft.dumps)
        told = {"base": NAMES.base, "title": SETTINGS.title, **meta}
        draft.publish(as_of=date(2026, 11, 24), content=content, meta=told)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    meta = {"moved": {"place/old-name": "place/lowland"}, "gone": ["person/nobody"]}
    return release_in(tmp_path_factory.mktemp("release"), **meta)


@pytest.fixture(scope="module")
def files(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("files") / "site"
    export_site(folder, out, settings=SETTINGS)
    return out


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with open_site(tmp_path_factory.mktemp("live") / "x") as app:
        yield app.test_client()


@contextmanager
def file_server(folder):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()


class Page(HTMLParser):
    """The links of a page and what can be led to within it, found without our own code."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.links += [told[name] for name in ("href", "src", "action") if told.get(name) is not None]
        self.ids |= {told["id"]} if told.get("id") else set()


def crawled(start):
    """Every address on this server that can be reached, with the type and the text of what is there."""
    seen, queue = {}, [start]
    while queue:
        url = urldefrag(queue.pop())[0]
        if url in seen or not url.startswith(start):
            continue
        with urllib.request.urlopen(url, timeout=20) as answer:
            media, text = answer.headers.get_content_type(), answer.read()
        seen[url] = (media, text)
        if media == "text/html":
            queue += [urljoin(url, link) for link in Page(text.decode()).links]
    return seen


def test_no_link_between_files_leads_nowhere(files):
    with file_server(files) as start:
        seen = crawled(start)
        page_ids = {u: Page(t.decode()).ids for u, (m, t) in seen.items() if m == "text/html"}
        for url in page_ids:
            for link in Page(seen[url][1].decode()).links:
                to, fragment = urldefrag(urljoin(url, link))
                assert not fragment or to not in page_ids or fragment in page_ids[to], (url, link)

    assert len(seen) > 100
    unreached = {str(p.relative_to(files)) for p in files.rglob("*") if p.is_file()} - {
        url.removeprefix(start) for url in seen
    }
    assert {name.split("/")[0] for name in unreached} <= {
        MARK, ".well-known", "favicon.ico", "graph", "id", "index.html", "needs-server", "page", "robots.txt",
        "vocab",
    }  # fmt: skip


def main_of(html):
    """What a page says, without where its links lead."""
    (main,) = re.findall(r"<main.*</main>", html, re.DOTALL)
    return re.sub(r'(href|src|action)="[^"]*"', r'\1=""', main)


def test_a_page_says_what_the_server_says(files, live):
    pages = sorted(
        p for kind in ("page", "browse", "vocab", "ns") for p in files.glob(f"{kind}/**/index.html")
    )
    compared = 0
    for path in pages:
        name = path.parent.relative_to(files).as_posix()
        if name in {"page/place/old-name", "page/person/nobody"}:
            continue
        answer = live.get(f"/{name}" if name != "vocab" else "/vocab/", headers={"Accept": "text/html"})
        assert answer.status_code == 200, name
        assert main_of(answer.text) == main_of(path.read_text(encoding="utf-8")), name
        compared += 1

    assert compared > 30


def test_data_are_the_bytes_that_the_server_gives(files, live):
    for name in (
        "data/place/lowland.ttl",
        "data/place/lowland.jsonld",
        "graph/catalog.ttl",
        "ns.nt",
        "vocab/signed.rdf",
    ):
        told = live.get(f"/{name}", base_url=NAMES.base)
        assert told.status_code == 200, name
        assert told.data == (files / name).read_bytes()


def test_a_name_leads_to_the_page_of_what_it_names(files):
    page = (files / "page/place/lowland/index.html").read_bytes()

    assert (files / "id/place/lowland/index.html").read_bytes() == page
    assert "url=../lowland/index.html" in (files / "page/place/old-name/index.html").read_text()
    assert "withdrawn" in (files / "id/person/nobody/index.html").read_text()
    assert (files / ".well-known/void").read_bytes() == (files / "graph/catalog.ttl").read_bytes()


def test_nothing_asks_a_program_that_is_not_there(files):
    for path in files.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert not re.search(
            r'(href|action)="[^"]*(sparql|reconcile|lookup|\?)', html.split("<main", 1)[0]
        ), path
        for link in links_of(html):
            assert link.startswith(("https://", "http://")) or "?" not in link, (path, link)


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_two_exports_are_the_same_bytes_and_the_second_replaces_the_first(folder, files, tmp_path):
    out = tmp_path / "site"
    export_site(folder, out, settings=SETTINGS)
    (out / "left-over.html").write_text("x")
    export_site(folder, out, settings=SETTINGS)

    assert tree(out) == tree(files)
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


WRITE_THE_ONTOLOGY = """
import sys
from kg.publish.description import written
from kg.publish.negotiate import DOCUMENTS, preferred
from kg.publish.terms import load_terms
from kg.resources import resource
from kg.vocabulary import FIXED_PREFIXES

terms = load_terms(resource("ontology/kg.ttl"))
for graph in (terms.graph, terms.about("https://w3id.org/accord-kg/vocab/signed")):
    for known in DOCUMENTS:
        sys.stdout.buffer.write(written(graph, preferred(known), names=FIXED_PREFIXES))
"""


def test_the_ontology_is_the_same_bytes_in_every_process():
    runs = [
        subprocess.run(
            [sys.executable, "-c", WRITE_THE_ONTOLOGY],
            env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True,
        ).stdout
        for seed in "123"
    ]  # fmt: skip

    assert len(runs[0]) > 100_000
    assert runs[0] == runs[1] == runs[2]


@pytest.mark.parametrize("server", ["", "https://live.example/kg/"])
def test_no_endpoint_is_told_of_where_there_is_none(tmp_path, server):
    file = tmp_path / "void.ttl"
    addresses = f"void:sparqlEndpoint <{NAMES.base}sparql> ; void:dataDump <{NAMES.base}dumps/x>"
    told = f"<{NAMES.base}id/dataset> {addresses} ."
    file.write_text(f"@prefix void: <http://rdfs.org/ns/void#> .\n{told}\n")
    edition = Edition("2026-11-24-0badcafe", date(2026, 11, 24), (Dump(file, 1, "0" * 64),))
    app = create_app(None, edition, names=NAMES, title="x", static=True, server=server)
    text = app.test_client().get("/.well-known/void", base_url=ADDRESS).text

    assert f"<{ADDRESS}dumps/x>" in text
    assert re.findall(r"sparqlEndpoint <(\S*)>", text) == ([f"{server}sparql"] if server else [])


def test_with_an_address_all_links_are_full_and_lead_to_files(folder, tmp_path):
    out = tmp_path / "site"
    export_site(folder, out, settings=SETTINGS, url=ADDRESS, server="https://live.example/kg/")
    html = {p.relative_to(out).as_posix(): p.read_text(encoding="utf-8") for p in out.rglob("*.html")}
    links = {link for text in html.values() for link in links_of(text) if not link.startswith("#")}

    assert "404.html" in html
    assert "https://live.example/kg/sparql" in links
    assert "needs-server" not in {link.removeprefix(ADDRESS).rstrip("/") for link in links}
    assert all(link.startswith(("https://", "http://")) for link in links)
    ours = {urldefrag(link)[0].removeprefix(ADDRESS) for link in links if link.startswith(ADDRESS)}
    assert len(ours) > 50
    led = {f"{link}index.html" if not link or link.endswith("/") else link for link in ours}
    assert [file for file in led if not (out / file).is_file()] == []
    assert f"<{ADDRESS}data/place/lowland>" in (out / "data/place/lowland.ttl").read_text()


def test_the_first_page_that_cannot_be_had_ends_the_export_and_nothing_is_changed(tmp_path):
    folder = release_in(tmp_path / "release", moved={"place/old": "place/never-was"})
    out = tmp_path / "site"
    out.mkdir()
    (out / MARK).write_text("before")
    with pytest.raises(
        StoreError, match=r"/page/place/never-was, to which /page/place/old leads, answers 404"
    ):
        export_site(folder, out, settings=SETTINGS)

    assert tree(out) == {MARK: b"before"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["release", "site"]


def test_a_folder_that_is_something_else_is_not_replaced(folder, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(SettingsError, match="not written by an export"):
        export_site(folder, tmp_path, settings=SETTINGS)
    with pytest.raises(SettingsError, match="ends with a slash"):
        export_site(folder, tmp_path / "x", settings=SETTINGS, url="https://host/prefix")


SEGMENTS = st.lists(st.text("abé .%?#&=", min_size=1).filter(lambda s: s.strip(". ")), min_size=1, max_size=4)


@given(SEGMENTS, SEGMENTS)
def test_a_relative_link_resolves_to_its_file(here, there):
    within, file = "/".join([*here, "index.html"]), "/".join([*there, "index.html"])
    link = Linking("").to_file(file, within=within)
    at = urllib.request.pathname2url(within)

    assert urllib.request.url2pathname(urljoin(f"http://h/{at}", link).removeprefix("http://h/")) == file


@given(st.text('ab<>"=& /\nhrefsc', max_size=80))
def test_text_that_is_no_link_is_left_as_it_is(text):
    shown = text.replace('"', "")
    html = f'<p title="{shown}">x</p>\n<a class="c" href="/x?a&amp;b">y</a>\u2028<img src="/z">'

    assert with_links(html, lambda link: link) == html
    assert with_links(html, lambda _: "q&").endswith('href="q&amp;">y</a>\u2028<img src="q&amp;">')


@pytest.mark.parametrize("address", ["/a/../b", "/a//b", "/a/%2e%2e/b", "/a/%00"])
def test_an_address_never_leads_out_of_the_folder(address):
    with pytest.raises(StoreError):
        file_of(address, "text/plain")


def test_addresses_have_the_files_that_a_reader_expects():
    assert file_of("/", "text/html") == "index.html"
    assert file_of("/browse/Event?start=100", "text/html") == "browse/Event/start=100/index.html"
    assert file_of("/dumps/SHA256SUMS", "application/octet-stream") == "dumps/SHA256SUMS"
    assert file_of("/changes", "application/atom+xml") == "changes.atom"
    assert known_address("/id/place/lowland") == "/page/place/lowland"
    assert known_address("/graph/article/x/evidence") == "/graph/article/x/evidence.ttl"
    assert known_address("/sparql?query=ASK%7B%7D") == known_address("/page/a/b?x=1") == "/needs-server/"
