"""YASGUI, as anybody has it in a page of their own, asks our endpoint from another origin."""

import functools
import http.server
import json
import re
import threading
import time
import urllib.parse

import pytest

from tests.conftest import TREE
from tests.full.browser import PROGRAM, browsing

BUILD = TREE / "tests/full/yasgui/node_modules/@zazuko/yasgui/build"
ITS_OWN = {"prefix.cc", "lov.linkeddata.es"}
"""Whom YASGUI asks of itself, to complete prefixes and names; nobody answers here, nor does it need them."""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Somebody's page</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="yasgui.min.css"><div id="here"></div>
<script src="yasgui.min.js"></script>
<script>
window.yasgui = new Yasgui(document.getElementById("here"), {requestConfig: {endpoint: "%s"}})
</script>
"""
SHOWN = "document.querySelector('.tabPanel.active .yasr_results')"
BUTTON = "document.querySelector('.tabPanel.active .yasqe_queryButton')"

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        PROGRAM is None or not BUILD.exists(), reason="no Chromium or no YASGUI here (sudo make setup-full)"
    ),
]


@pytest.fixture(scope="module")
def page(served, tmp_path_factory):
    """The address of a page with YASGUI, on another origin than the endpoint."""
    folder = tmp_path_factory.mktemp("page")
    for name in ("yasgui.min.js", "yasgui.min.css"):
        (folder / name).write_bytes((BUILD / name).read_bytes())
    (folder / "index.html").write_text(PAGE % f"{served.url}sparql")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def yasgui(page, tmp_path_factory):
    with browsing(tmp_path_factory.mktemp("profile")) as browser:
        browser.size(1280, 1000)
        browser.call("Network.setBlockedURLs", urls=[f"*://{host}/*" for host in sorted(ITS_OWN)])
        browser.go(page)
        yield browser


def run(browser, query):
    """Write a query and press the button, as a person does; return what is then shown below."""
    browser.do(f"yasgui.addTab(true).setQuery({json.dumps(query)}); 0")
    browser.do(f"{BUTTON}.click()")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if shown := browser.do(f"{SHOWN} && !{BUTTON}.classList.contains('busy') && {SHOWN}.innerText"):
            return shown
        time.sleep(0.1)
    raise AssertionError("nothing was shown in half a minute")


def test_a_select_shows_its_rows(yasgui, served):
    query = "SELECT ?c (COUNT(*) AS ?n) { ?x a ?c } GROUP BY ?c ORDER BY DESC(?n) ?c LIMIT 3"
    run(yasgui, query)
    rows = yasgui.do(
        "[...document.querySelectorAll('.tabPanel.active .yasr_results tbody tr')]"
        ".map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText.trim()))"
    )
    expected = [line.split(",") for line in served.sparql(query).split()[1:]]
    pairs = ((rows, -2), (expected, 0))

    assert [row[-1].split('"')[1] for row in rows] == [row[-1] for row in expected]
    names = [[re.split("[#:/]", row[at].strip("<>"))[-1] for row in found] for found, at in pairs]
    assert names[0] == names[1]


def test_an_ask_shows_yes_or_no(yasgui):
    assert "true" in run(yasgui, "ASK { ?x a kg:Agreement }").lower()
    assert "false" in run(yasgui, "ASK { ?x a kg:Nothing }").lower()


def test_a_construct_shows_its_graph(yasgui):
    shown = run(yasgui, "CONSTRUCT { <http://x/a> rdfs:label '山西' } WHERE {}")

    assert "http://x/a" in shown
    assert "山西" in shown


def test_a_wrong_query_shows_what_is_wrong(yasgui):
    shown = run(yasgui, "SELECT ?x WHERE { ?x a kg:Agreement ")

    assert "400" in shown
    assert "line 1" in shown


def test_nobody_is_asked_but_the_page_the_endpoint_and_whom_it_asks_of_itself(yasgui, page, served):
    run(yasgui, "SELECT * { ?s ?p ?o } LIMIT 1")
    asked = {urllib.parse.urlsplit(url).netloc for url in yasgui.requests if url.startswith("http")}
    ours = {urllib.parse.urlsplit(url).netloc for url in (page, served.url)}

    assert ours <= asked
    assert asked - ours <= ITS_OWN
