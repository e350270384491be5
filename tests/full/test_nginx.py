"""The example configuration in a real nginx, before a real server: nothing is lost, hidden or forged."""

import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from contextlib import contextmanager

import pytest

from tests.conftest import TREE

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
EXAMPLE = TREE / "docs/deploy/nginx.conf"
MAIN = """daemon off; pid {folder}/pid; error_log {folder}/error.log info; events {{}}
http {{
  types {{}}
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {example}
}}
"""
JOIN = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"
OURS = (
    "content-type",
    "etag",
    "vary",
    "cache-control",
    "link",
    "access-control-allow-origin",
    "accord-release",
)

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        NGINX is None or shutil.which("curl") is None,
        reason="no nginx or no curl here (sudo make setup-full)",
    ),
]


@pytest.fixture(scope="module")
def server(sample, tmp_path_factory):
    """The sample, served with limits that are soon reached; its access log is written to a file."""
    log = tmp_path_factory.mktemp("log") / "access"
    settings = {
        "KG_TRUSTED_PROXIES": "127.0.0.1", "KG_QUERY_SECONDS": "3", "KG_ACCESS_LOG": "json",
        "KG_QUERIES_PER_CLIENT": "100",
    }  # fmt: skip
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve", str(sample), "--port", "0"],
            stdout=out, stderr=subprocess.DEVNULL, env=os.environ | settings,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not (found := re.search(r"http://127.0.0.1:(\d+)/", log.read_text())):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield int(found[1]), log
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@contextmanager
def nginx(folder, port, change=lambda text: text):
    """Start nginx with the example; return its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = free.getsockname()[1]
    example = change(EXAMPLE.read_text())
    for before, after in (
        ("listen 80;", f"listen 127.0.0.1:{own};"),
        ("127.0.0.1:8000", f"127.0.0.1:{port}"),
    ):
        assert before in example
        example = example.replace(before, after)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, example=example))
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", own)).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.05)
        yield own
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def proxy(server, tmp_path_factory):
    with nginx(tmp_path_factory.mktemp("nginx"), server[0]) as port:
        yield port


def get(port, path, source="127.0.0.1", **headers):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    line.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def asking(query):
    return "/sparql?" + urllib.parse.urlencode({"query": query})


def curl(port, query, *options):
    command = ["curl", "-sS", "-o", "-", "-H", "Accept: application/sparql-results+json", *options]
    return subprocess.run(
        [*command, f"http://127.0.0.1:{port}{asking(query)}"], capture_output=True, check=False
    )


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/page/place/china",
        "/data/place/china.ttl",
        "/ns",
        "/dumps/SHA256SUMS",
        "/nothing",
        asking("ASK {}"),
    ],
)
def test_an_answer_is_the_same_through_the_proxy(server, proxy, path):
    headers = {"Accept": "text/turtle, text/html;q=0.9, */*;q=0.5", "Host": "kg.example.org"}
    plain, through = (get(port, path, **headers) for port in (server[0], proxy))

    assert through[0] == plain[0]
    assert through[2] == plain[2]
    assert [through[1].get(name) for name in OURS] == [plain[1].get(name) for name in OURS]


def test_addresses_in_answers_are_those_by_which_one_came(proxy):
    _, _, body = get(proxy, "/sparql", Accept="text/turtle", Host=f"kg.example.org:{proxy}")

    assert f"<http://kg.example.org:{proxy}/sparql>" in body.decode()


def test_an_answer_is_packed_once(proxy):
    _, headers, body = get(proxy, "/page/place/china", Accept_Encoding="gzip", Accept="text/html")

    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).lstrip().startswith(b"<!doctype html>")


def test_who_asked_is_in_the_log_and_cannot_be_forged(server, proxy):
    _, headers, _ = get(
        proxy, "/help?from-afar", "127.0.0.77", X_Forwarded_For="203.0.113.9", Forwarded="for=203.0.113.9",
        X_Request_Id="6f1c1f0e-8d5a-4a6e-9d7e-2b8f7c3f1a55",
    )  # fmt: skip
    time.sleep(0.2)
    lines = [json.loads(line) for line in server[1].read_text().splitlines() if line.startswith("{")]
    [line] = [line for line in lines if line["target"].startswith("/help")]

    assert line["client"] == "127.0.0.77"
    assert line["id"] == headers["x-request-id"] != "6f1c1f0e-8d5a-4a6e-9d7e-2b8f7c3f1a55"


def test_figures_are_not_to_be_had_through_the_proxy(server, proxy):
    assert get(proxy, "/metrics")[0] == 404
    assert get(server[0], "/metrics")[0] == 200
    assert get(proxy, "/readyz")[0] == 200


def test_a_query_that_is_stopped_is_our_problem_document(proxy):
    status, headers, body = get(proxy, asking(SLOW), Accept="application/json")

    assert status == 503
    assert headers["content-type"].startswith("application/problem+json")
    assert headers["retry-after"]
    assert json.loads(body)["status"] == 503


def test_a_result_that_is_stopped_in_the_middle_is_seen_as_broken(proxy):
    done = curl(proxy, JOIN)

    assert done.returncode in {18, 56}, done.stderr
    assert len(done.stdout) > 300_000
    with pytest.raises(ValueError, match="line"):
        json.loads(done.stdout)


def test_the_same_is_so_with_the_older_http_between_them(server, tmp_path):
    # It is what nginx speaks when it is told nothing, and where the end of a connection may be an answer's.
    with nginx(tmp_path, server[0], lambda text: text.replace("proxy_http_version 1.1;", "")) as port:
        assert curl(port, JOIN).returncode in {18, 56}


def test_who_asks_too_often_is_told_so(proxy):
    statuses = {get(proxy, asking("ASK {}"), "127.0.0.99")[0] for _ in range(200)}

    assert statuses == {200, 429}
