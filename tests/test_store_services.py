"""SERVICE: refused, or sent through the relay to servers on the list, on the public network only."""

import http.server
import io
import ipaddress
import socket
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError, ServiceError, SettingsError, StoreError
from kg.store import open_pool, open_store
from kg.store.evaluation import Request, evaluate
from kg.store.outward import Reach, is_public, post, resolved
from kg.store.relay import Relay
from kg.store.services import Allowed, Way, allowed_of, relayed

DOOR = "s3cret"
RESULT = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"from elsewhere"}}]}}'
MEDIA = "application/sparql-results+json"


@dataclass
class Elsewhere:
    """A real server of somebody else's, which remembers what it was asked."""

    answers: bytes = RESULT
    status: int = 200
    headers: dict = field(default_factory=dict)
    pause: float = 0.0
    asked: list = field(default_factory=list)
    port: int = 0

    @property
    def url(self):
        return f"http://elsewhere.example:{self.port}/sparql"


@contextmanager
def elsewhere(**options):
    other = Elsewhere(**options)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            other.asked.append((self.path, dict(self.headers), body.decode()))
            self.send_response(other.status)
            headers = {"Content-Type": MEDIA, "Content-Length": str(len(other.answers))} | other.headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for at in range(len(other.answers)) if other.pause else ():
                time.sleep(other.pause)
                self.wfile.write(other.answers[at : at + 1])
            if not other.pause:
                self.wfile.write(other.answers)

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        other.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield other
        finally:
            server.shutdown()


def reach(**options):
    given = {
        "resolve": lambda *_: ["127.0.0.1"],
        "may_dial": lambda _: True,
        "seconds": 5.0,
        "most_bytes": 10_000,
    }
    return Reach(**(given | options))


@contextmanager
def relay_to(other, **options):
    with Relay(Allowed((other.url,)), reach(**options), at_once=2, door=DOOR).start() as relay:
        yield relay


def answer(relay, sparql, prefixes=()):
    """Ask as a worker does, of the engine itself."""
    told, names = relayed(sparql, relay.way)

    out = io.BytesIO()
    store = pyoxigraph.Store()
    store.update("INSERT DATA { <http://x/a> <http://x/b> 1 }")
    evaluate(store, Request(told, "", prefixes=dict(prefixes), services=names), out)
    return out.getvalue().decode()


def test_a_server_on_the_list_is_asked_and_its_rows_are_joined():
    with elsewhere() as other, relay_to(other) as relay:
        text = answer(relay, f"SELECT ?a ?x {{ ?a ?b 1 SERVICE <{other.url}> {{ ?s ?p ?x }} }}")

    assert "from elsewhere" in text
    assert "http://x/a" in text
    [(path, headers, body)] = other.asked
    assert path == "/sparql"
    assert headers["Host"] == f"elsewhere.example:{other.port}"
    assert headers["Content-Type"] == "application/sparql-query"
    assert "accord-kg" in headers["User-Agent"]
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)
    assert "?s ?p ?x" in body
    assert "127.0.0.1" not in body


def test_nothing_tells_where_the_relay_is():
    with elsewhere() as other, relay_to(other) as relay:
        turtle = answer(
            relay,
            f"CONSTRUCT {{ <http://x/a> <http://x/b> ?x }} {{ SERVICE <{other.url}> {{ ?s ?p ?x }} }}",
            {"x": "http://x/"},
        )
        with pytest.raises(QueryError) as wrong:
            answer(relay, f"SELECT ?x {{ SERVICE <{other.url}> {{ ?s ?p ?x }} }} ORDER")
        other.status = 500
        with pytest.raises(ServiceError) as failed:
            answer(relay, f"SELECT ?x {{ SERVICE <{other.url}> {{ ?s ?p ?x }} }}")

    assert "x:a" in turtle
    for text in (turtle, str(wrong.value), str(failed.value)):
        assert "127.0.0.1" not in text
        assert "s3cret" not in text


def test_places_in_messages_are_those_of_the_text_that_was_sent():
    query = "SELECT ?x { SERVICE <https://other.example/a/long/address> { ?s ?p ?x } . ?s ?p }"
    told, names = relayed(query, Way(Allowed(("https://other.example/",)), "http://127.0.0.1:1/s/"))

    assert len(told) == len(query)
    assert told.index("{ ?s") == query.index("{ ?s")
    assert names == {"s0": "http://127.0.0.1:1/s/https://other.example/a/long/address"}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <https://evil.example/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://good.example/sparql2> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://good.example/sparql?x> { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://good.example/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://GOOD.example/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://tree.example/a/../b> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://tree.example/a/%2e%2e/b> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://tree.example/a/..> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://tree.example@evil.example/a/> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://good.example/\\u0073parql> { ?s ?p ?o } }",
        "SELECT * { VALUES ?e { <https://good.example/sparql> } SERVICE ?e { ?s ?p ?o } }",
        "PREFIX g: <https://good.example/> SELECT * { SERVICE g:sparql { ?s ?p ?o } }",
        "PREFIX s0: <http://127.0.0.1/> SELECT * { SERVICE s0: { ?s ?p ?o } }",
        "BASE <https://good.example/> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://good.example/sparql> { SERVICE <https://tree.example/a/> { ?s ?p 1 }}}",
        "SELECT * { SERVICE SILENT <https://evil.example/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE",
        "SELECT * { SERVICE SILENT",
        "SELECT * { ?a < ?b . service:x ?b ?c }",
        "SELECT * { SERVICE # <https://good.example/sparql>\n <https://evil.example/> { ?s ?p ?o } }",
    ],
)
def test_what_is_not_on_the_list_is_refused(query):
    allowed = allowed_of("https://good.example/sparql https://tree.example/a/")

    with pytest.raises(QueryError, match="SERVICE is not allowed"):
        relayed(query, Way(allowed, "http://127.0.0.1:1/s/"))
    with pytest.raises(QueryError, match="SERVICE is not allowed"):
        relayed(query, Way())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <https://good.example/sparql> { ?s ?p ?o } }",
        "SELECT * { service silent<https://tree.example/a/b?x=1>{ ?s ?p ?o } }",
        "PREFIX s0: <http://x/> SELECT * { SERVICE <https://good.example/sparql> { ?s s0:p ?o } }",
        "SELECT * { SERVICE <https://good.example/sparql> {} SERVICE <https://tree.example/a/> { } }",
        'SELECT * { ?s ?p "SERVICE <https://evil.example/> {" }',
    ],
)
def test_what_is_on_the_list_is_sent_to_the_relay_only(query):
    allowed = allowed_of("https://good.example/sparql, https://tree.example/a/")
    told, names = relayed(query, Way(allowed, "http://127.0.0.1:1/s/"))

    assert all(iri.startswith("http://127.0.0.1:1/s/https://") for iri in names.values())
    assert len(names) == query.lower().count("service") - query.count('"SERVICE')
    assert len(told) == len(query)
    assert "good.example/sparql>" not in told


@pytest.mark.parametrize(
    "wrong",
    ["ftp://x/", "https://", "/sparql", "https://u:p@x/", "https://x/#a", "https://x:99999/", "https://x"],
)
def test_a_list_that_names_no_endpoints_is_a_wrong_setting(wrong):
    with pytest.raises(SettingsError, match="service_allowed"):
        allowed_of(f"https://fine.example/ {wrong}")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0." + "0",
        "100.64.0.1", "192.0.2.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "198.18.0.1",
        "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%lo", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "100::1", "localhost", "", "0x7f.1", "2130706433",
    ],
)  # fmt: skip
def test_no_address_but_a_public_one_is_dialled(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "91.198.174.192", "2620:0:862:ed1a::1", "2a02:2e0::1"]
)
def test_public_addresses_are_dialled(address):
    assert is_public(address)


@given(st.ip_addresses())
def test_what_is_called_public_is_global_and_nothing_special(address):
    if is_public(str(address)):
        assert address.is_global
        assert not any((address.is_private, address.is_multicast, address.is_reserved, address.is_loopback))


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]"])
def test_every_spelling_of_this_machine_is_found_out_when_it_is_resolved(host):
    with elsewhere() as other, pytest.raises(StoreError, match="not a host of the public network"):
        post(f"http://{host}:{other.port}/", b"", MEDIA, reach(resolve=resolved, may_dial=is_public))

    assert other.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    mixed = reach(resolve=lambda *_: ["8.8.8.8", "127.0.0.1"], may_dial=is_public)

    with pytest.raises(StoreError, match="not a host of the public network"):
        post("http://mixed.example/", b"", MEDIA, mixed)


def test_a_name_is_resolved_once_and_that_address_is_dialled():
    # As in an attack: the second answer of the name server leads to this machine.
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    dialled = []
    with elsewhere() as other:
        post(
            other.url, b"q", MEDIA,
            reach(resolve=lambda *_: next(answers), may_dial=lambda a: dialled.append(a) or True),
        )  # fmt: skip

    assert dialled == ["127.0.0.1"]
    assert next(answers) == ["127.0.0.2"]


def test_a_redirect_is_not_followed():
    with elsewhere() as trap, elsewhere(status=302) as other:
        other.headers = {"Location": f"http://127.0.0.1:{trap.port}/"}
        with pytest.raises(StoreError, match="answers 302"):
            post(other.url, b"q", MEDIA, reach())

    assert trap.asked == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"answers": b"x" * 10_001}, "larger than 10,000 bytes"),
        ({"headers": {"Content-Length": "999"}}, "ends before its end"),
        ({"headers": {"Content-Encoding": "gzip"}}, "packs"),
        ({"status": 500}, "answers 500"),
        ({"pause": 0.05}, "elsewhere"),
    ],
)
def test_an_answer_that_is_not_whole_in_time_is_none(options, reason):
    began = time.monotonic()
    with elsewhere(**options) as other, pytest.raises(StoreError, match=reason):
        post(other.url, b"q", MEDIA, reach(seconds=1.0))

    assert time.monotonic() - began < 3


def test_a_failure_elsewhere_is_an_error_and_with_silent_it_is_not():
    with elsewhere(status=503) as other, relay_to(other) as relay:
        with pytest.raises(ServiceError):
            answer(relay, f"SELECT ?x {{ SERVICE <{other.url}> {{ ?s ?p ?x }} }}")
        silent = answer(relay, f"SELECT ?a {{ ?a ?b 1 SERVICE SILENT <{other.url}> {{ ?s ?p ?x }} }}")

    assert "http://x/a" in silent


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "store"
    made = open_store(path)
    made.load(b"<http://x/a> <http://x/b> <http://x/c> <http://x/g> .\n")
    made.close()
    return path


LIMITS = {"workers": 1, "seconds": 10, "memory_mb": 512, "result_bytes": 1_000_000}


def test_a_pool_asks_a_server_on_the_list_and_no_other(store):
    with elsewhere() as other, relay_to(other) as relay, open_pool(store, way=relay.way, **LIMITS) as pool:
        found = pool.run(f"SELECT ?x {{ GRAPH ?g {{ ?a ?b ?c }} SERVICE <{other.url}> {{ ?s ?p ?x }} }}")
        with pytest.raises(QueryError, match="not allowed for"):
            pool.run("SELECT ?x { SERVICE <http://127.0.0.1/sparql> { ?s ?p ?x } }")
        other.status = 500
        with pytest.raises(ServiceError):
            pool.run(f"SELECT ?x {{ SERVICE <{other.url}> {{ ?s ?p ?x }} }}")

    assert b"from elsewhere" in found.body
    assert len(other.asked) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="what is asked here is Linux's")
def test_workers_of_a_pool_are_shut_in_with_a_list_and_without(store):
    with (
        open_pool(store, **LIMITS) as shut,
        open_pool(store, way=Way(Allowed(("http://x/",)), "http://127.0.0.1:9/s/"), **LIMITS) as free,
    ):
        modes = [
            [
                Path(f"/proc/{pid}/status").read_text().split("Seccomp:")[1].split()[0]
                for pid in pool.processes
            ]
            for pool in (shut, free)
        ]
        assert b"true" in shut.run("ASK { GRAPH ?g { ?a ?b ?c } }").body
        assert b"true" in free.run("ASK { GRAPH ?g { ?a ?b ?c } }").body

    assert modes == [["2"], ["2"]]


def test_the_relay_serves_nobody_who_does_not_know_its_secret():
    with elsewhere() as other, relay_to(other) as relay:
        port = int(relay.way.relay.split(":")[2].split("/")[0])
        for path in ("/", f"/wrong!/{other.url}", "/s3cret/http://127.0.0.1/", f"/{other.url}"):
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(f"POST {path} HTTP/1.0\r\nContent-Length: 0\r\n\r\n".encode())
                assert line.recv(100).startswith(b"HTTP/1.0 404")

    assert other.asked == []
    assert ipaddress.ip_address(relay.way.relay.split("/")[2].split(":")[0]).is_loopback
