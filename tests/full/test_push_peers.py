"""Releases in real servers of other makes: killed pushes, counted requests, marks seen by queries."""

import gzip
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph
import pytest

from kg.release import current
from kg.store import Account, RemoteStore, count, places, rows
from kg.store.pushed import counts, loading
from kg.vocabulary import FACTS, Names
from tests.conftest import AS_OF, TREE, kg

pytestmark = pytest.mark.full
NAMES = Names()
RECORD = str(NAMES.graph("release"))
FACTS_GRAPH = str(NAMES.graph(FACTS))
LEFT_OUT = {"porto-memorandum-2025.md", "shanxi-boston-2017.md"}


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory):
    """A folder with a release of some of the articles, and a copy of it with one of all."""
    first = tmp_path_factory.mktemp("first") / "demo"
    some = sorted(path for path in (TREE / "data/articles").iterdir() if path.name not in LEFT_OUT)
    kg("build", *some, "--into", first, "--as-of", "2026-11-20")
    second = first.parent / "later"
    shutil.copytree(first, second, symlinks=True)
    kg("build", TREE / "data/articles", "--into", second, "--as-of", AS_OF)
    return first, second


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(command, address, **options):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture
def oxigraph(tmp_path):
    program = Path(pyoxigraph.__file__).parents[4] / "bin/oxigraph"
    if not program.exists():
        pytest.skip("the oxigraph server is not installed (make setup-dev)")
    port = free_port()
    command = [program, "serve", "--location", tmp_path / "peer", "--bind", f"127.0.0.1:{port}"]
    with running(command, f"http://127.0.0.1:{port}/"):
        yield port


@contextmanager
def between(port):
    """A server in the middle: hands requests on, counts them, and may end a process at one of them."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            middle.seen.append((self.command, self.path, body))
            middle.at(len(middle.seen), "before")
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            headers = {n: v for n, v in self.headers.items() if n.lower() != "host"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
            connection.close()
            middle.at(len(middle.seen), "after")
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def __getattr__(self, name):
            if name in {"do_GET", "do_PUT", "do_POST", "do_DELETE"}:
                return self.handle_any
            raise AttributeError(name)

        def log_message(self, *arguments):
            pass

    class Middle(ThreadingHTTPServer):
        victim = None
        when = (0, "")

        def at(self, number, moment):
            if self.victim and (number, moment) == self.when:
                self.victim.send_signal(signal.SIGKILL)
                self.victim.wait()

        def handle_error(self, request, client_address):
            pass  # the victim's connection is gone

    with Middle(("127.0.0.1", 0), Handler) as middle:
        middle.seen = []
        threading.Thread(target=middle.serve_forever, daemon=True).start()
        try:
            middle.url = f"http://127.0.0.1:{middle.server_address[1]}/query"
            yield middle
        finally:
            middle.shutdown()


def command(directory, url, *options):
    return [sys.executable, "-m", "kg", "push", str(directory), url, *options]


def release_of(directory):
    return sorted(gzip.decompress((current(directory).dumps / "accord.nq.gz").read_bytes()).splitlines())


def held_by(port):
    """All named graphs of an Oxigraph server, but the record."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/store", headers={"Accept": "application/n-quads"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        lines = answer.read().splitlines()
    return sorted(
        line for line in lines if line.endswith(b"> .") and not line.endswith(f"<{RECORD}> .".encode())
        and line.count(b"<") and b"/graph/" in line.rsplit(b" ", 2)[1]
    )  # fmt: skip


def test_only_changed_graphs_are_sent(two_releases, oxigraph):
    first, second = two_releases
    with between(oxigraph) as middle:
        kg("push", first, middle.url)
        assert held_by(oxigraph) == release_of(first)

        middle.seen.clear()
        assert "was there already" in kg("push", first, middle.url).stdout
        assert all(b"update=" not in body and method == "POST" for method, _, body in middle.seen)

        middle.seen.clear()
        told = kg("push", second, middle.url).stdout
        puts = [path for method, path, _ in middle.seen if method == "PUT"]

    before, after = (
        dict(
            line.split("\t")[0::2][:2] for line in (current(d).dumps / "graphs.tsv").read_text().splitlines()
        )
        for d in two_releases
    )
    changed = {graph for graph in after if before.get(graph) != after[graph]}
    assert held_by(oxigraph) == release_of(second)
    assert 4 < len(puts) <= len(changed) < len(after)
    assert f"{len(after) - 1 - len(changed)} as before" in told


def test_killed_pushes_are_made_whole_by_the_next(two_releases, oxigraph):
    chance = random.Random(5)  # noqa: S311  no secret
    with between(oxigraph) as middle:
        for directory in two_releases:
            middle.seen.clear()
            kg("push", directory, middle.url, "--default-graph")
        requests = len(middle.seen)
        assert requests > 10
        kills, there = 0, two_releases[1]
        for turn in range(14):
            directory = next(other for other in two_releases if other is not there)
            middle.seen.clear()
            middle.when = (chance.randint(4, requests), chance.choice(["before", "after"]))
            middle.victim = subprocess.Popen(
                command(directory, middle.url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            killed = middle.victim.wait() == -signal.SIGKILL
            middle.victim = None
            store = RemoteStore(places(middle.url))
            if killed:
                kills += 1
                assert loading(store, RECORD) == current(directory).id or middle.when == (requests, "after")
                directory = chance.choice(two_releases)
                kg("push", directory, middle.url)

            assert loading(store, RECORD) == ""
            there = directory
            assert held_by(oxigraph) == release_of(there), (turn, middle.when)
            (row,) = rows(store, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
            assert {FACTS_GRAPH: int(str(row["n"]))} == counts(store, [FACTS_GRAPH])
            store.close()
        assert kills >= 10


@pytest.fixture
def virtuoso(tmp_path):
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("Virtuoso is not installed (sudo make setup-full)")
    port = free_port()
    (tmp_path / "v.ini").write_text(
        f"""[Database]
DatabaseFile={tmp_path}/v.db
ErrorLogFile={tmp_path}/v.log
LockFile={tmp_path}/v.lck
TransactionFile={tmp_path}/v.trx
xa_persistent_file={tmp_path}/v.pxa
[TempDatabase]
DatabaseFile={tmp_path}/t.db
TransactionFile={tmp_path}/t.trx
[Parameters]
ServerPort=127.0.0.1:{free_port()}
NumberOfBuffers=10000
MaxDirtyBuffers=6000
[HTTPServer]
ServerPort=127.0.0.1:{port}
ServerThreads=5
[SPARQL]
ResultSetMaxRows=10000
"""
    )
    with running([program, "-f", "-c", tmp_path / "v.ini"], f"http://127.0.0.1:{port}/sparql", cwd=tmp_path):
        yield f"http://127.0.0.1:{port}/"


def test_virtuoso_holds_as_many_statements_of_each_graph(two_releases, virtuoso, monkeypatch):
    monkeypatch.setenv("KG_PUSH_USER", "dba")
    monkeypatch.setenv("KG_PUSH_PASSWORD", "dba")
    at = (f"{virtuoso}sparql-auth", f"{virtuoso}sparql-graph-crud-auth")
    for directory in two_releases:
        kg("push", directory, at[0], "--update", at[0], "--graph-store", at[1])
    store = RemoteStore(places(at[0], update=at[0], graphs=at[1]), account=Account("dba", "dba"))
    wanted = [
        line.split("\t") for line in (current(two_releases[1]).dumps / "graphs.tsv").read_text().splitlines()
    ]

    assert counts(store, [row[0] for row in wanted[1:]]) == {row[0]: int(row[1]) for row in wanted[1:]}
    assert loading(store, RECORD) == ""
    answer = store.query("ASK { ?s ?p ?o }", default_graphs=[FACTS_GRAPH]).body
    assert b"true" in answer
    assert count(store, RECORD) == len(wanted) - 1 + 2
    store.close()
