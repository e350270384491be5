"""Articles from the web: a real server on loopback."""

import contextlib
import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kg.errors import ArticleRefused, SourceError
from kg.read import outcomes, read, sources
from kg.read.fetch import fetch

TEXT = "Hospital signs\n\nThe hospital’s director signed a memorandum with the school – on Monday.\n"
PAGE = f"<html><head><meta charset=gb2312></head><body><article><p>{TEXT * 4}</p></article></body></html>"
ANSWERS = {
    "/a.txt": (200, {"Content-Type": "text/plain; charset=utf-8"}, TEXT.encode()),
    "/wrong.txt": (200, {"Content-Type": "text/plain; charset=ISO-8859-1"}, TEXT.encode()),
    "/page": (200, {"Content-Type": "text/html"}, PAGE.encode("gb18030")),
    "/zip": (
        200,
        {"Content-Type": "text/plain", "Content-Encoding": "gzip"},
        gzip.compress(b"word " * 10**7),
    ),
    "/cut": (200, {"Content-Type": "text/plain", "Content-Length": "1000"}, TEXT.encode()),
    "/zipped.txt": (
        200,
        {"Content-Type": "text/plain", "Content-Encoding": "gzip", "Connection": "close"},
        gzip.compress(TEXT.encode()),
    ),
    "/broken": (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, b"not gzip"),
    "/pdf": (200, {"Content-Type": "application/pdf"}, b"%PDF"),
    "/feed": (
        200,
        {"Content-Type": "application/x-ndjson"},
        b'{"id":"a","text":"The hospital signed it."}\nnope\n',
    ),
    "/chunked": (200, {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"}, b""),
    "/gone": (410, {}, b""),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/moved": (301, {"Location": "a.txt"}, b""),
    "/file": (302, {"Location": "file:///etc/hosts"}, b""),
    "/nowhere": (302, {}, b""),
}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        with contextlib.suppress(OSError):  # a reader may hang up, as it should
            self.answer()

    def answer(self):
        if self.path in {"/endless", "/slow"}:
            self.answer_for_ever()
            return
        status, headers, body = ANSWERS[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not {"Transfer-Encoding", "Content-Length"} & set(headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path == "/zipped.txt":
            for place in range(len(body)):
                self.wfile.write(body[place : place + 1])
                time.sleep(0.002)
        else:
            self.wfile.write(body or self.chunks())
        self.close_connection = self.path == "/cut"

    def chunks(self):
        data = TEXT.encode()
        pieces = [data[n : n + 7] for n in range(0, len(data), 7)] if self.path == "/chunked" else []
        return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""]) if pieces else b""

    protocol_version = "HTTP/1.1"

    def answer_for_ever(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(500 if self.path == "/slow" else 5000):
            self.wfile.write(b"x" * (10_000 if self.path == "/endless" else 10))
            time.sleep(0 if self.path == "/endless" else 0.02)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def only(url, limit=100_000):
    (source,) = sources([url])
    (article,) = read(source, limit=limit)
    return article


@pytest.mark.parametrize("path", ["/a.txt", "/wrong.txt", "/chunked", "/zipped.txt"])
def test_a_text_is_read_even_under_a_wrong_charset(site, path):
    article = only(site + path)

    assert article.text == TEXT
    assert article.url == article.source == site + path
    assert article.publisher == "127.0.0.1"


def test_a_page_is_read_by_its_media_type(site):
    assert "director signed a memorandum with the school – on Monday." in only(site + "/page").text


def test_a_redirect_is_followed_and_the_article_is_where_it_ends(site):
    article = only(site + "/moved")

    assert (article.source, article.url) == (site + "/moved", site + "/a.txt")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/loop", "redirects more than 5 times"),
        ("/file", "which is not an http address"),
        ("/nowhere", "redirects more than 5 times"),
        ("/gone", "the server answers 410"),
        ("/pdf", "is application/pdf, which is not read"),
        ("/broken", "cannot be fetched"),
        ("/cut", "cannot be fetched"),
    ],
)
def test_what_cannot_be_had_is_named(site, path, message):
    with pytest.raises(SourceError, match=message) as caught:
        only(site + path)
    assert str(caught.value).startswith(site + path)
    assert not isinstance(caught.value, ArticleRefused)


@pytest.mark.parametrize("path", ["/endless", "/zip", "/page"])
def test_a_body_is_refused_once_it_is_larger_than_the_limit(site, path):
    started = time.monotonic()

    with pytest.raises(ArticleRefused, match="larger than 100 bytes"):
        only(site + path, limit=100)
    assert time.monotonic() - started < 5


def test_a_body_that_drips_is_given_up(site):
    started = time.monotonic()

    with pytest.raises(SourceError, match=r"too slowly|timed out"):
        fetch(site + "/slow", limit=10**6, seconds=0.5)
    assert time.monotonic() - started < 5


def test_lines_of_json_from_the_web_go_on_after_a_bad_one(site):
    (source,) = sources([site + "/feed"])
    results = list(outcomes(source, limit=1000))

    assert results[0].id == "a"
    assert str(results[1]).startswith(f"{site}/feed:2: not JSON")


def test_an_address_where_nobody_listens_is_an_error():
    with pytest.raises(SourceError, match=r"^http://127\.0\.0\.1:9/x: cannot be fetched"):
        only("http://127.0.0.1:9/x")


@pytest.mark.parametrize("url", ["http://", "http://[bad/x", "https://:0/"])
def test_a_malformed_address_is_an_error(url):
    with pytest.raises(SourceError):
        only(url)
