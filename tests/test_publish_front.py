"""The server in front: limits on what a connection may take, forwarding headers, equal requests."""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SettingsError
from kg.publish import connections
from kg.publish.proxies import trusted_proxies
from kg.settings import Settings
from tests.publish_site import make_release

TREE = Path(__file__).parent.parent
START = """
import sys
from pathlib import Path
from kg.publish import connections, serve
from kg.settings import Settings

connections._HEAD_SECONDS = 1.5
connections._STILL_SECONDS = 1.5
serve(
    Path(sys.argv[1]), settings=Settings(port=0, trusted_proxies="127.0.0.1", result_bytes=500_000_000),
    ready=lambda url: print(url, flush=True),
)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    directory = tmp_path_factory.mktemp("publication")
    make_release(directory)
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(directory)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TREE,
    )  # fmt: skip
    url = urllib.parse.urlsplit(process.stdout.readline().strip())
    yield url.hostname, url.port
    process.terminate()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in said


def raw(place, data, wait=5.0):
    """Send bytes, and return all that comes back until the server ends the connection."""
    with socket.create_connection(place, timeout=wait) as connection:
        connection.sendall(data)
        found = bytearray()
        try:
            while piece := connection.recv(65536):
                found += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return bytes(found)


def asked(place, path, method="GET", body=None, **headers):
    connection = http.client.HTTPConnection(*place, timeout=30)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


HOST = b"Host: x\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        (b"GET /?" + b"a" * 65_000, HOST, 414),
        (b"GET /?" + b"a" * 300_000, HOST, 414),
        (b"GET /", HOST + b"X-Large: " + b"a" * 300_000 + b"\r\n", 431),
        (b"GET /", HOST + b"".join(b"X-%d: a\r\n" % n for n in range(30_000)), 431),
        (b"GET /", b"Connection: close\r\nHost: not a host\r\n", 400),
        (b"POST /sparql", HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        (b"GET /healthz", HOST + b"Content-Length: -1\r\n", 400),
        (b"NONSENSE", b"", 400),
    ],
)
def test_heads_that_are_too_large_or_wrong_are_refused(place, request_line, headers, status):
    version = b"" if request_line == b"NONSENSE" else b" HTTP/1.1"
    answer = raw(place, request_line + version + b"\r\n" + headers + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"problem+json" in answer
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["status"] == status


def dribble(connection):
    for _ in range(40):
        connection.sendall(b"a")
        time.sleep(0.2)


def test_a_client_that_says_nothing_or_dribbles_is_let_go(place):
    begun = time.monotonic()
    assert raw(place, b"", wait=10) == b""
    assert raw(place, b"GET / HTTP/1.1\r\nX-", wait=10) == b""
    with socket.create_connection(place, timeout=10) as connection, pytest.raises(OSError):
        dribble(connection)
    assert time.monotonic() - begun < 15


def test_a_client_that_takes_nothing_of_its_answer_is_let_go_and_others_are_answered(place):
    query = urllib.parse.urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 600000"})
    with socket.create_connection(place, timeout=30) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        deadline = time.monotonic() + 20
        while b"accord_answers_cut_total 0.0" in asked(place, "/metrics")[2] and time.monotonic() < deadline:
            time.sleep(0.2)
        assert b"accord_answers_cut_total 1.0" in asked(place, "/metrics")[2]


def test_too_many_connections_are_turned_away_and_the_others_go_on(place):
    assert asked(place, "/healthz")[0] == 200
    crowd = []
    try:
        for _ in range(connections.MOST_CONNECTIONS // 2):
            crowd.append(socket.create_connection(place, timeout=10))  # noqa: PERF401  kept to be closed
        assert asked(place, "/healthz")[0] == 200
    finally:
        for connection in crowd:
            connection.close()


@pytest.mark.parametrize(
    "path", ["/", "/page/agreement/labs-2026", "/sparql?query=ASK%7B%7D", "/ns", "/healthz", "/dumps/"]
)
def test_head_says_what_get_says_without_a_body(place, path):
    changing = {"x-request-id", "server-timing", "date"}
    (status, headers, body), (again, told, nothing) = asked(place, path), asked(place, path, "HEAD")

    assert (status, again, nothing) == (200, 200, b"")
    assert body
    assert {n: v for n, v in headers.items() if n not in changing} == {
        n: v for n, v in told.items() if n not in changing
    }


@pytest.mark.parametrize("path", ["/", "/page/agreement/labs-2026", "/healthz", "/dumps/", "/ns", "/metrics"])
def test_another_method_is_refused_with_those_there_are(place, path):
    status, headers, _ = asked(place, path, "DELETE")

    assert status == 405
    assert "GET" in headers["Allow"]


def test_any_web_page_may_ask_and_send_what_it_has(place):
    status, headers, _ = asked(
        place, "/sparql", "OPTIONS", Origin="https://a.example", Access_Control_Request_Method="POST"
    )

    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "POST" in headers["Access-Control-Allow-Methods"]


def test_a_body_is_waited_for_when_the_client_asks_first(place):
    body = b"ASK {}"
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    with socket.create_connection(place, timeout=10) as connection:
        connection.sendall(head + b"Expect: 100-continue\r\nContent-Length: 6\r\nConnection: close\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_a_chunked_body_counts_by_what_it_has(place):
    small = asked(place, "/sparql", "POST", iter([b"ASK", b" {}"]), Content_Type="application/sparql-query")
    large = asked(
        place, "/sparql", "POST", iter([b"x" * 500_000] * 3), Content_Type="application/sparql-query"
    )

    assert small[0] == 200
    assert large[0] == 413


def test_several_requests_sent_at_once_are_answered_in_their_order(place):
    one = b"GET /sparql?query=ASK%7B%7D&x=@ HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = raw(place, b"".join(one.replace(b"@", b"%d" % n) for n in (1, 2, 1, 2)) + last)

    assert answer.count(b"HTTP/1.1 200 OK") == 5
    assert answer.count(b"\r\n\r\ntrue") == 4
    assert b'"status": "ok"' in answer.rpartition(b"\r\n\r\n")[2]


def test_an_equal_query_is_answered_from_memory_and_a_known_one_not_at_all(place):
    path = "/sparql?" + urllib.parse.urlencode({"query": "SELECT * { ?s a kg:Event } ORDER BY ?s"})
    _, first, body = asked(place, path, Accept="text/csv")
    _, second, again = asked(place, path, Accept="text/csv")
    status, _, nothing = asked(place, path, Accept="text/csv", If_None_Match=first["ETag"])
    other = path + "&y=never-asked-before"
    fresh = asked(place, other, Accept="text/csv")[1]["ETag"]

    assert again == body
    assert "cache;desc=hit" not in first["Server-Timing"]
    assert second["Server-Timing"] == "cache;desc=hit"
    assert second["ETag"] == first["ETag"] != fresh
    assert (status, nothing) == (304, b"")


def test_equal_queries_at_once_are_all_answered_alike(place):
    path = "/sparql?" + urllib.parse.urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }"})
    found = []
    threads = [threading.Thread(target=lambda: found.append(asked(place, path)[2])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_proxy_that_is_trusted_says_who_asks_and_by_which_address(place):
    said = {"X_Forwarded_Host": "kg.example", "X_Forwarded_Proto": "https", "X_Forwarded_For": "203.0.113.7"}
    description = asked(place, "/sparql", Accept="application/n-triples", **said)[2]

    assert b"<https://kg.example/sparql>" in description
    assert asked(place, "/metrics", **said)[0] == 403
    assert asked(place, "/metrics")[0] == 200


def corrected(trusted, **environ):
    found = {"REMOTE_ADDR": "10.0.0.1", "wsgi.url_scheme": "http", "HTTP_HOST": "inside"} | environ
    if (correct := trusted_proxies(trusted)) is not None:
        correct(found)
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"], found["HTTP_HOST"]


FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "198.51.100.9, 203.0.113.7, 10.0.0.2",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "kg.example",
}


@pytest.mark.parametrize(
    ("trusted", "said", "expected"),
    [
        ("", {}, ("10.0.0.1", "http", "inside")),
        ("192.0.2.0/24", {}, ("10.0.0.1", "http", "inside")),
        ("10.0.0.1", {}, ("10.0.0.2", "https", "kg.example")),
        ("10.0.0.0/8", {}, ("203.0.113.7", "https", "kg.example")),
        ("10.0.0.0/8", {"HTTP_X_FORWARDED_FOR": "nobody, 10.0.0.3"}, ("10.0.0.3", "https", "kg.example")),
        ("10.0.0.0/8", {"HTTP_X_FORWARDED_FOR": "[2001:db8::1]:443"}, ("2001:db8::1", "https", "kg.example")),
        ("10.0.0.0/8", {"HTTP_X_FORWARDED_FOR": "203.0.113.7:1"}, ("203.0.113.7", "https", "kg.example")),
        ("10.0.0.0/8", {"HTTP_X_FORWARDED_PROTO": "javascript"}, ("203.0.113.7", "http", "kg.example")),
        ("10.0.0.0/8", {"REMOTE_ADDR": "::ffff:10.0.0.1"}, ("203.0.113.7", "https", "kg.example")),
        ("10.0.0.0/8", {"REMOTE_ADDR": "203.0.113.99"}, ("203.0.113.99", "http", "inside")),
    ],
)
def test_only_a_trusted_proxy_is_believed(trusted, said, expected):
    assert corrected(trusted, **FORWARDED | said) == expected


@given(st.text("0123456789.,: abc[]/", max_size=60))
def test_whatever_is_forwarded_the_address_is_one(text):
    address, _, _ = corrected("10.0.0.0/8", HTTP_X_FORWARDED_FOR=text)

    assert all(part.isalnum() for part in address.replace(":", ".").split(".") if part)


def test_a_wrong_network_is_told_at_the_start():
    with pytest.raises(SettingsError, match="trusted_proxies"):
        trusted_proxies(Settings(trusted_proxies="10.0.0.1/8").trusted_proxies)
