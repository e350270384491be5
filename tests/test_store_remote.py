"""A store on another server, as seen over HTTP: what is sent, to whom, how often."""

import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from kg.errors import StoreError
from kg.store import Account, Places, RemoteStore, rows
from kg.store.web import ATTEMPTS

EMPTY = b'{"head": {"vars": ["x"]}, "results": {"bindings": []}}'


@contextmanager
def server(answer):
    """A server that asks `answer(request)` for status, headers and body, and keeps what it was sent."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(
                SimpleNamespace(command=self.command, path=self.path, headers=self.headers, sent=sent)
            )
            told = answer(seen[-1])
            if told is None:
                self.close_connection = True
                return
            status, headers, body = told
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def __getattr__(self, name):
            if name in {"do_PUT", "do_POST", "do_DELETE"}:
                return self.handle_any
            raise AttributeError(name)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}/", seen
        finally:
            running.shutdown()


@contextmanager
def store_at(url, **options):
    store = RemoteStore(Places(url + "query", url + "update", url + "store"), pause=0.01, **options)
    try:
        yield store
    finally:
        store.close()


def test_a_graph_is_put_as_a_file_of_known_length(tmp_path):
    path = tmp_path / "x.nt"
    path.write_bytes(b"<x:y> <x:y> <x:y> .\n" * 5000)
    with server(lambda _: (201, {}, b"")) as (url, seen), store_at(url) as store:
        store.replace("http://x/graph?a&b", path)
        (request,) = seen

    assert request.command == "PUT"
    assert request.path == "/store?graph=http%3A%2F%2Fx%2Fgraph%3Fa%26b"
    assert request.sent == path.read_bytes()
    assert request.headers["Content-Type"] == "application/n-triples"


def test_what_passes_is_tried_again_with_the_whole_body(tmp_path):
    path = tmp_path / "x.nt"
    path.write_bytes(b"<x:y> <x:y> <x:y> .\n")
    answers = [None, (503, {"Retry-After": "0"}, b""), (204, {}, b"")]
    with server(lambda _: answers.pop(0)) as (url, seen), store_at(url) as store:
        store.replace("http://x/g", path)

    assert [r.sent for r in seen] == [path.read_bytes()] * 3


def test_patience_ends_and_the_error_names_address_and_status():
    with server(lambda _: (500, {}, b"out of\n disk")) as (url, seen), store_at(url) as store:
        with pytest.raises(StoreError, match=r"/update answers 500 .*: out of disk \(4 attempts\)"):
            store.update("INSERT DATA {}")

        assert len(seen) == ATTEMPTS


def test_a_server_that_is_not_there_is_named():
    with server(lambda _: (200, {}, b"")) as (url, _):
        pass
    with store_at(url) as store, pytest.raises(StoreError, match=rf"{url}update cannot be reached"):
        store.update("INSERT DATA {}")


def test_a_refusal_is_not_tried_again():
    with server(lambda _: (403, {}, b"")) as (url, seen), store_at(url) as store:
        with pytest.raises(StoreError, match="answers 403 Forbidden"):
            store.remove("http://x/g")

        assert len(seen) == 1


def test_a_graph_that_is_gone_already_counts_as_removed():
    with server(lambda _: (404, {}, b"")) as (url, _), store_at(url) as store:
        store.remove("http://x/g")


def test_a_redirect_is_not_followed():
    with (
        server(lambda _: (200, {}, b"")) as (elsewhere, others),
        server(lambda _: (307, {"Location": elsewhere}, b"")) as (url, _),
        store_at(url, account=Account("me", "secret")) as store,
        pytest.raises(StoreError, match=f"answers 307 .*redirects to {elsewhere}"),
    ):
        store.update("INSERT DATA {}")

    assert others == []


def test_basic_credentials_are_sent_once_they_are_asked_for():
    def answer(request):
        known = request.headers.get("Authorization") == "Basic bWU6c2VjcmV0"  # me:secret
        return (200, {}, EMPTY) if known else (401, {"WWW-Authenticate": 'Basic realm="x"'}, b"")

    with server(answer) as (url, seen), store_at(url, account=Account("me", "secret")) as store:
        rows(store, "SELECT ?x { }")
        rows(store, "SELECT ?x { }")

        assert ["Authorization" in r.headers for r in seen] == [False, True, True]


def _md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_digest_credentials_are_right_and_a_new_nonce_is_taken():
    nonces = ["one", "two"]

    def right(request):
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        told = parse_keqv_list(parse_http_list(rest)) if scheme == "Digest" else {}
        if told.get("nonce") != nonces[0]:
            return False
        one = _md5("me:SPARQL:secret")
        two = _md5(f"{request.command}:{request.path}")
        text = ":".join((one, told["nonce"], told["nc"], told["cnonce"], told["qop"], two))
        return told["response"] == _md5(text)

    def answer(request):
        if right(request):
            return (200, {}, EMPTY)
        return (401, {"WWW-Authenticate": f'Digest realm="SPARQL", nonce="{nonces[0]}", qop="auth"'}, b"")

    with server(answer) as (url, seen), store_at(url, account=Account("me", "secret")) as store:
        for number in range(2):
            store.remove(f"http://x/g{number}")
        nonces.pop(0)
        store.remove("http://x/g3")

        assert len(seen) == 2 + 1 + 2


def test_wrong_credentials_end_at_once():
    with (
        server(lambda _: (401, {"WWW-Authenticate": 'Basic realm="x"'}, b"no")) as (url, seen),
        store_at(url, account=Account("me", "wrong")) as store,
    ):
        with pytest.raises(StoreError, match=r"answers 401 Unauthorized: no$"):
            store.update("INSERT DATA {}")

        assert len(seen) == 2


def test_a_password_is_never_shown():
    assert "secret" not in repr(Account("me", "secret"))
