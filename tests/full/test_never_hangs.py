"""Queries without end from several clients at once: each ends in time, and nobody else waits."""

import json
import shutil
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import start, stop

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count processes"),
]
LIMIT = 1.0
SLACK = 2.0
"""Seconds more for a machine whose cores are all busy."""
CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"
PATHS = "SELECT (COUNT(*) AS ?n) WHERE { ?a (!<urn:x>)* ?b . ?c (!<urn:y>)* ?d }"
BEGUN = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nquery="
LARGE = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SORTED = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?c ?f LIMIT 1"
REGEX = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), '(a+)+$')) }"
)


@pytest.fixture(scope="module")
def small(sample, tmp_path_factory):
    """The sample, served with a small limit."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(sample / "releases", folder / "releases")
    (folder / "current").symlink_to((sample / "current").readlink())
    (folder / "kg.toml").write_text(f"query_seconds = {LIMIT}\nquery_memory_mb = 256\n")
    server = start(folder)
    yield server
    stop(server)


def asked(server, query, codes):
    began = time.monotonic()
    url = server.url + "sparql?" + urllib.parse.urlencode({"query": query})
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            codes.append((answer.status, time.monotonic() - began, {}))
            answer.read()
    except urllib.error.HTTPError as error:
        with error:
            told = json.loads(error.read()) | {"type": error.headers["Content-Type"]}
            codes.append((error.code, time.monotonic() - began, told))


def client(server, queries, codes):
    for query in queries:
        asked(server, query, codes)


def children(pid):
    """The processes that a process started and that still run, zombies among them."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "stat").read_text() if entry.name.isdigit() else ""
        except (FileNotFoundError, ProcessLookupError):
            continue
        if told and int(told.rpartition(")")[2].split()[1]) == pid:
            found.append(int(entry.name))
    return found


def handles(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def settled(measure, wanted):
    """Wait a little for connections to be closed and workers to be started anew."""
    deadline = time.monotonic() + 10
    while measure() != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    return measure()


def test_ten_cross_joins_of_five_clients_end_in_time_and_the_others_are_answered(small):
    small.sparql("ASK {}", "application/json")
    pid = small.process.pid
    workers = len(children(pid))
    opened = settled(lambda: handles(pid), handles(pid))
    codes, waits = [], []
    threads = [threading.Thread(target=client, args=(small, [CROSS] * 2, codes)) for _ in range(5)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        began = time.monotonic()
        assert "China" in small.get("page/place/china", "text/html")
        assert "ok" in small.get("healthz")
        waits.append(time.monotonic() - began)
        time.sleep(0.1)
    for thread in threads:
        thread.join()

    assert [code for code, _, _ in codes] == [503] * 10
    assert max(seconds for _, seconds, _ in codes) < LIMIT + 1 + SLACK
    assert {(body["status"], body["type"]) for _, _, body in codes} == {(503, "application/problem+json")}
    assert all(body["title"] for _, _, body in codes)
    assert len(waits) > 5
    assert max(waits) < 1 + SLACK
    assert settled(lambda: len(children(pid)), workers) == workers
    assert settled(lambda: handles(pid), opened) == opened
    assert json.loads(small.sparql("ASK {}", "application/json"))["boolean"] is True


@pytest.mark.parametrize("query", [PATHS, LARGE, SORTED, REGEX], ids=["paths", "large", "sorted", "regex"])
def test_whatever_is_slow_or_large_is_an_error_in_time(small, query):
    codes = []
    asked(small, query, codes)
    ((code, seconds, _),) = codes

    assert code in (422, 503)
    assert seconds < LIMIT + 1 + SLACK
    assert settled(lambda: small.sparql("ASK {}", "text/csv"), "true").strip() == "true"


def test_a_client_that_goes_away_holds_no_worker(small):
    url = urllib.parse.urlsplit(small.url)
    query = urllib.parse.urlencode({"query": CROSS})
    for _ in range(8):
        with socket.create_connection((url.hostname, url.port)) as connection:
            connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
    time.sleep(LIMIT * 2 + SLACK)

    assert json.loads(small.sparql("ASK {}", "application/json"))["boolean"] is True


def test_clients_that_send_slowly_or_nothing_hold_up_nobody(small):
    url = urllib.parse.urlsplit(small.url)
    idle = [socket.create_connection((url.hostname, url.port)) for _ in range(200)]
    try:
        for number, connection in enumerate(idle):
            connection.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nquery="[: 5 + number]
            )
        began = time.monotonic()
        assert "China" in small.get("page/place/china", "text/html")
        assert small.sparql("ASK {}", "text/csv").strip() == "true"
        assert time.monotonic() - began < 1 + SLACK
    finally:
        for connection in idle:
            connection.close()
