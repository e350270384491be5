"""A web page of another host reconciles, and shows previews, in a real browser."""

import http.server
import json
import threading

import pytest

from tests.full.browser import PROGRAM, browsing

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium here (sudo make setup-full)"),
]
PAGE = b"<!doctype html><html lang='en'><head><title>Other</title></head><body></body></html>"
ASK = """fetch(%s, {method: 'POST', body: new URLSearchParams({queries: JSON.stringify({q: {query: %s}})})})
  .then(answer => answer.json()).then(told => told.q.result[0].id)"""
FRAME = """new Promise(done => {
  const frame = document.createElement('iframe'); frame.width = %d; frame.height = %d;
  frame.onload = () => done(true); frame.src = %s; document.body.append(frame) })"""


class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def other():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(tmp_path, other):
    with browsing(tmp_path) as browser:
        browser.go(other)
        browser.complaints.clear()
        yield browser


def test_a_page_of_another_host_may_reconcile(page, served):
    found = page.do(ASK % (json.dumps(served.url + "reconcile"), json.dumps("Yale School of Medicine")))

    assert found == "institution/yale-school-of-medicine"
    assert page.complaints == []


def test_a_preview_is_shown_in_the_frame_of_another_page_with_its_style(page, served):
    manifest = json.loads(served.get("reconcile"))["preview"]
    address = manifest["url"].replace("{{id}}", "place%2Fchina")
    page.requests.clear()

    assert page.do(FRAME % (manifest["width"], manifest["height"], json.dumps(address)))
    assert address in page.requests
    assert any(url.endswith("/static/preview.css") for url in page.requests)
    assert page.complaints == []


def test_a_preview_fits_its_frame(page, served):
    page.size(400, 100)
    page.go(served.url + "reconcile/preview?id=institution/harvard-medical-school-office-of-global-education")

    assert page.do("document.documentElement.scrollWidth") <= 400
    assert page.do("document.documentElement.scrollHeight") <= 100
    assert page.do("getComputedStyle(document.querySelector('.name')).fontWeight") == "600"
