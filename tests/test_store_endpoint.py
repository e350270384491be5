"""A store on another server behind our door: whole answers of the release served, or an error in time."""

import io
import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph
import pytest

from kg.errors import (
    QueryError,
    StoreBusyError,
    StoreError,
    StoreTimeoutError,
    TooLargeError,
)
from kg.store import PoolLimits
from kg.store.endpoint import Held, RemoteEndpoint
from kg.store.evaluation import Request, evaluate
from kg.store.overflow import overflow_of
from kg.store.prologue import with_prologue
from kg.store.pushed import Record
from tests.push_store import MemoryStore

BASE = "https://news.example/kg/"
RECORD, FACTS = f"{BASE}graph/release", f"{BASE}graph/facts"
HELD = Held("r1", RECORD, FACTS, base=BASE, prefixes={"x": f"{BASE}x#"})
LIMITS = PoolLimits(workers=2, seconds=5.0, memory_mb=0, result_bytes=20_000_000, per_client=2, in_all=4)
JSON, CSV, TURTLE = "application/sparql-results+json", "text/csv", "text/turtle"
ROWS = 20_000


def filled():
    """A store with a release: a view of many statements, and its record."""
    store = MemoryStore()
    lines = "".join(f'<{BASE}id/{n}> <{BASE}x#p> "{n} 中" .\n' for n in range(ROWS))
    store.inner.load(lines.encode(), pyoxigraph.RdfFormat.N_TRIPLES, to_graph=pyoxigraph.NamedNode(FACTS))
    store.copy_to_default(FACTS)
    record = Record(store, RECORD)
    record.default("some hash")
    record.end("r1", "content")
    return store


class Peer(ThreadingHTTPServer):
    """A SPARQL server that can be told to spoil the answers to queries, but not those about the record."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, store):
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = store
        self.spoil = None
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/query"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        (query,) = form["query"]
        about_record = RECORD in query
        if not about_record:
            self.server.asked.append(form)
        if self.server.spoil is not None and not about_record:
            self.server.spoil(self)
            return
        out = io.BytesIO()
        request = Request(
            query, self.headers["Accept"], form.get("default-graph-uri"), form.get("named-graph-uri")
        )
        try:
            evaluate(self.server.store.inner, request, out)
        except QueryError as error:
            self.send(400, str(error).encode())
            return
        self.send(200, out.getvalue(), self.headers["Accept"])

    def send(self, status, body, media="text/plain", length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def peer():
    with Peer(filled()) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def door(peer, held=HELD, limits=LIMITS):
    remote = RemoteEndpoint(peer if isinstance(peer, str) else peer.url, held, limits)
    try:
        yield remote
    finally:
        remote.close()


COUNT = "SELECT (COUNT(*) AS ?n) { ?s x:p ?o }"


def test_our_prefixes_are_known_to_a_store_that_does_not_have_them(peer):
    with door(peer) as remote:
        assert remote.run(COUNT, media=CSV).body.split() == [b"n", str(ROWS).encode()]
        assert (
            remote.run(f"ASK {{ <id/7> <{BASE}x#p> ?o }}", media=JSON).body == b'{"head":{},"boolean":true}'
        )


def test_a_large_result_comes_in_pieces_and_whole(peer):
    with door(peer) as remote, remote.stream("SELECT ?s ?o { ?s x:p ?o }", media=JSON) as result:
        assert result.body is None
        assert len(json.loads(b"".join(result))["results"]["bindings"]) == ROWS


def test_a_graph_comes_in_the_format_asked_for(peer):
    with door(peer) as remote:
        body = remote.run("CONSTRUCT { ?s x:p ?o } { ?s x:p ?o } LIMIT 5", media=TURTLE).body

    assert len(list(pyoxigraph.parse(body, pyoxigraph.RdfFormat.TURTLE))) == 5


def cut(at):
    def spoil(handler):
        whole = json.dumps(
            {"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "literal", "value": "a"}}] * 9}}
        )
        handler.send(200, whole.encode()[:at] + b"\nThe query timed out", JSON)

    return spoil


def short(handler):
    handler.send(200, b'{"head":{"vars":["s"]},"results":{"bindings":[]}}', JSON, length=999)
    handler.close_connection = True


def stopped(handler):
    handler.send(200, b'{"head":{"vars":["s"]},"results":{"bindings":[]}}', JSON, X_SQL_State="S1TAT")


def capped(handler):
    handler.send(200, b'{"head":{"vars":["s"]},"results":{"bindings":[]}}', JSON, X_SPARQL_MaxRows="10")


def page(handler):
    handler.send(200, b"<html>Welcome</html>", "text/html")


@pytest.mark.parametrize(
    ("spoil", "fault", "told"),
    [
        (cut(30), StoreError, "cut off or damaged"),
        (cut(200), StoreError, "cut off or damaged"),
        (short, StoreBusyError, "fails"),
        (stopped, StoreTimeoutError, "X-SQL-State"),
        (capped, TooLargeError, "no more than 10 rows"),
        (page, StoreError, "cut off or damaged"),
        (lambda handler: handler.send(500, b"secret internals"), StoreError, "answers 500: secret internals"),
        (lambda handler: handler.send(503, b"later"), StoreBusyError, "answers 503"),
        (lambda handler: handler.send(302, b"", Location="http://127.0.0.1:1/"), StoreError, "answers 302"),
    ],
    ids=["early", "late", "short", "stopped", "capped", "page", "500", "503", "redirect"],
)
def test_what_is_not_a_whole_answer_is_an_error(peer, spoil, fault, told):
    peer.spoil = spoil
    with door(peer) as remote, pytest.raises(fault, match=told):
        remote.run("SELECT ?s { ?s ?p ?o }", media=CSV)


def until_error(pieces, kind):
    """Yield what comes before the error that must come."""
    with pytest.raises(kind, match="cut off"):
        yield from pieces


def test_a_large_answer_that_breaks_off_ends_in_an_error_and_never_in_its_last_bytes(peer):
    def spoil(handler):
        row = b'{"s":{"type":"literal","value":"' + b"a" * 100 + b'"}}'
        body = b'{"head":{"vars":["s"]},"results":{"bindings":[' + b",".join([row] * 20_000)
        handler.send(200, body, JSON)

    peer.spoil = spoil
    got = b""
    with door(peer) as remote, remote.stream("SELECT ?s { ?s ?p ?o }", media=JSON) as result:
        for piece in until_error(result, StoreError):
            got += piece
    assert len(got) > 1_000_000
    assert not got.endswith(b"]}}")


def test_a_store_that_does_not_answer_is_given_up_at_the_limit(peer):
    peer.spoil = lambda handler: time.sleep(3)
    began = time.monotonic()
    with door(peer) as remote, pytest.raises(StoreTimeoutError):
        remote.run("SELECT ?s { ?s ?p ?o }", seconds=0.5)
    assert time.monotonic() - began < 1.5


def test_a_store_that_answers_drop_by_drop_is_given_up_at_the_limit(peer):
    def spoil(handler):
        handler.send(200, b"", JSON, length=10_000)
        for byte in b'{"head":{"vars":["s"]},"results":{"bindings":[' + b" " * 900:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)

    peer.spoil = spoil
    began = time.monotonic()
    with door(peer) as remote, pytest.raises(StoreTimeoutError):
        remote.run("SELECT ?s { ?s ?p ?o }", seconds=0.5)
    assert time.monotonic() - began < 1.5


def test_a_store_that_is_down_is_busy_and_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with door(f"http://{address}/query") as remote, pytest.raises(StoreBusyError, match=address):
        remote.run(COUNT)


def test_nothing_is_answered_while_a_release_is_brought_or_when_another_is_there(peer):
    with door(peer) as remote:
        assert remote.run(COUNT)
        record = Record(peer.store, RECORD)
        record.begin("r2")
        with pytest.raises(StoreBusyError, match="being brought"):
            remote.run(COUNT)
        record.end("r2", "other")
        with pytest.raises(StoreBusyError, match="does not hold release r1"):
            remote.run(COUNT)


def test_an_answer_during_which_a_push_began_is_not_given(peer):
    record = Record(peer.store, RECORD)

    def spoil(handler):
        record.begin("r2")
        handler.send(200, b'{"head":{"vars":["s"]},"results":{"bindings":[]}}', JSON)

    with door(peer) as remote:
        assert remote.run(COUNT)
        peer.spoil = spoil
        with pytest.raises(StoreBusyError, match="being brought"):
            remote.run("SELECT ?s { ?s ?p ?o }", media=JSON)


def test_the_view_is_asked_for_by_name_of_a_store_whose_default_graph_is_another(peer):
    Record(peer.store, RECORD).default("")
    peer.store.inner.update(f"DELETE WHERE {{ ?s ?p ?o }} ; INSERT DATA {{ <urn:a> <{BASE}x#p> <urn:b> }}")
    held = replace(HELD, graphs=(FACTS,))
    with door(peer, held) as remote:
        assert remote.run(COUNT, media=CSV).body.split() == [b"n", str(ROWS).encode()]
        found = remote.run(
            "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s x:p ?o } } GROUP BY ?g", media=CSV
        ).body

    assert found.splitlines()[1:] == [f"{FACTS},{ROWS}".encode()]
    assert [form.get("named-graph-uri") for form in peer.asked] == [None, [FACTS]]


def test_a_query_with_its_own_data_set_is_handed_on_as_it_is(peer):
    with door(peer) as remote:
        remote.run(COUNT, default_graphs=[f"{BASE}graph/other"], named_graphs=[FACTS])
        remote.run(f"SELECT ?s FROM <{FACTS}> {{ ?s x:p ?o }} LIMIT 1")  # noqa: S608  SPARQL

    assert peer.asked[0]["default-graph-uri"] == [f"{BASE}graph/other"]
    assert peer.asked[0]["named-graph-uri"] == [FACTS]
    assert "default-graph-uri" not in peer.asked[1]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "DROP ALL",
        "SELECT ?s { ?s ?p ",
        'DEFINE get:soft "soft" SELECT ?s { ?s ?p ?o }',
        "SELECT (<bif:file_to_string>('/etc/passwd') AS ?x) { }",
        "SELECT (<\\u0062if:exec>('x') AS ?x) { }",
        "ASK { } ASK { }",
    ],
)
def test_what_may_not_run_is_refused_as_by_our_own_store(peer, query):
    with door(peer) as remote, pytest.raises(QueryError, match="line 1, column"):
        remote.run(query)
    # Of one that merely lacks its end the other server is asked.
    assert len(peer.asked) == query.startswith("SELECT ?s")


def test_more_rows_or_bytes_than_allowed_are_refused(peer):
    for few in ({"result_rows": 100}, {"result_bytes": 10_000}):
        limits = PoolLimits(workers=1, seconds=5.0, memory_mb=0, **({"result_bytes": 10**8} | few))
        with door(peer, limits=limits) as remote, pytest.raises(TooLargeError):
            remote.run("SELECT ?s ?o { ?s x:p ?o } LIMIT 3000")


def test_a_graph_that_the_store_would_cut_without_a_word_is_refused(peer):
    held = Held("r1", RECORD, FACTS, base=BASE, prefixes=HELD.prefixes, most_rows=10)
    with door(peer, held) as remote:
        assert remote.run("CONSTRUCT { ?s x:p ?o } { ?s x:p ?o } LIMIT 10")
        for query in ("CONSTRUCT { ?s x:p ?o } { ?s x:p ?o } LIMIT 11", "CONSTRUCT WHERE { ?s x:p ?o }"):
            with pytest.raises(TooLargeError, match="no more than 10 solutions"):
                remote.run(query)


@pytest.mark.parametrize(
    ("query", "solutions"),
    [
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", 3),
        ("PREFIX a: <urn:> CONSTRUCT { ?s a:q ?o . ?o a:q ?s } WHERE { ?s ?p ?o } LIMIT 2 # two", 2),
        ("CONSTRUCT WHERE { ?s ?p ?o }", 3),
        ("CONSTRUCT { } FROM <urn:g> WHERE { ?s ?p ?o }", 1),
        ("CONSTRUCT FROM <urn:g> WHERE { ?s ?p ?o }", 1),
        ("DESCRIBE ?s FROM <urn:g> { ?s ?p ?o }", 1),
        ("DESCRIBE ?s { ?s ?p ?o } OFFSET 1", 2),
    ],
)
def test_a_query_for_a_graph_is_known_to_have_more_solutions_than_a_number(query, solutions):
    store = pyoxigraph.Store()
    store.load(
        b"".join(b"<urn:%d> <urn:p> <urn:o> .\n" % n for n in range(3)), pyoxigraph.RdfFormat.N_TRIPLES
    )
    store.load(b"<urn:a> <urn:p> <urn:o> <urn:g> .\n", pyoxigraph.RdfFormat.N_QUADS)
    for most in range(4):
        assert len(list(store.query(overflow_of(query, most)))) == (most < solutions)


def test_describing_a_name_has_no_solutions_to_count():
    assert overflow_of("DESCRIBE <urn:a>", 5) == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ASK { ?s x:p ?o }", "BASE <b:> PREFIX x: <x:> ASK { ?s x:p ?o }"),
        ("PREFIX x: <y:>\nASK { ?s x:p ?o }", "BASE <b:> PREFIX x: <y:>\nASK { ?s x:p ?o }"),
        ("BASE <c:> ASK { ?s ?p 'x:p' } # x:p", "BASE <c:> ASK { ?s ?p 'x:p' } # x:p"),
    ],
)
def test_only_what_a_query_uses_and_does_not_declare_is_declared_for_it(query, expected):
    assert with_prologue(query, "b:", {"x": "x:", "z": "z:"}) == expected
