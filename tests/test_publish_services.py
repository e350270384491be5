"""SERVICE at the endpoint: by default nobody is dialled, and with a list nobody on a private network."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager, suppress

import pytest

from tests.publish_site import make_release


@contextmanager
def trap():
    """A server on this machine that nobody is to come to; gives its port, and who came."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        came = []
        yield listener.getsockname()[1], came
        with suppress(TimeoutError):
            came.append(listener.accept()[1])


@contextmanager
def serving(directory, allowed):
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", str(directory), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"KG_SERVICE_ALLOWED": allowed},
    )  # fmt: skip
    line = process.stdout.readline()
    try:
        yield re.search(r"http://\S+/", line).group(), process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def get(url, accept):
    with urllib.request.urlopen(
        urllib.request.Request(url, headers={"Accept": accept}), timeout=30
    ) as answer:
        return answer.read().decode()


def ask(url, query):
    request = urllib.request.Request(f"{url}sparql?{urllib.parse.urlencode({'query': query})}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    directory = tmp_path_factory.mktemp("publication")
    make_release(directory)
    return directory


def test_by_default_no_server_is_asked(release):
    with trap() as (port, came), serving(release, "") as (url, _):
        status, _, told = ask(url, f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")
        assert "BasicFederatedQuery" not in get(f"{url}sparql", "text/turtle")

    assert status == 403
    assert "SERVICE" in told["detail"]
    assert came == []


def test_a_server_on_the_list_is_not_dialled_where_it_is_on_a_private_network(release):
    with trap() as (port, came):
        allowed = f"http://127.0.0.1:{port}/ http://localhost:{port}/sparql"
        with serving(release, allowed) as (url, _):
            described = get(f"{url}sparql", "text/turtle")
            page = get(f"{url}help", "text/html")
            for host in ("127.0.0.1", "localhost"):
                query = f"SELECT * {{ SERVICE <http://{host}:{port}/sparql> {{ ?s ?p ?o }} }}"
                status, headers, told = ask(url, query)
                assert status == 502
                assert headers["Cache-Control"] == "no-store"
                assert "127.0.0.1" not in json.dumps(told).replace(url, "/")
            silent = "SELECT (1 AS ?x) { SERVICE SILENT <http://localhost:%d/sparql> { ?s ?p ?o } }"
            status, headers, told = ask(url, silent % port)
            other = ask(url, "SELECT * { SERVICE <https://example.org/sparql> { ?s ?p ?o } }")

    assert "sd:feature sd:BasicFederatedQuery" in described
    assert f"http://localhost:{port}/sparql" in described
    assert f"http://localhost:{port}/sparql" in page
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers
    assert len(told["results"]["bindings"]) == 1
    assert other[0] == 403
    assert f"http://localhost:{port}/sparql" in other[2]["detail"]
    assert came == []


def test_a_wrong_list_ends_the_start_with_its_reason(release):
    done = subprocess.run(
        [sys.executable, "-m", "kg", "serve", str(release), "--port", "0"],
        capture_output=True, text=True, check=False, env=os.environ | {"KG_SERVICE_ALLOWED": "ftp://x/"},
    )  # fmt: skip

    assert done.returncode == 2
    assert "service_allowed" in done.stderr
