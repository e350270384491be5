"""The server in front: broken answers stay broken through a proxy, and a release is changed under load."""

import http.client
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from kg.errors import StoreError
from tests.conftest import Served, start, stop
from tests.publish_site import make_release

pytestmark = pytest.mark.full
NGINX, CURL = shutil.which("nginx"), shutil.which("curl")
needs_peers = pytest.mark.skipif(not (NGINX and CURL), reason="nginx or curl is not installed")
LARGE = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CONF = """
pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass {url}; {version} proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; {more} }}
  }}
}}
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def limited(sample, tmp_path_factory):
    """The sample release, with a second for each query."""
    folder = tmp_path_factory.mktemp("limited")
    shutil.copytree(sample / "releases", folder / "releases")
    (folder / "current").symlink_to((sample / "current").readlink())
    (folder / "kg.toml").write_text("query_seconds = 1.0\ntrusted_proxies = '127.0.0.1'\n")
    server = start(folder)
    yield server
    stop(server)


@pytest.fixture(
    params=["", "proxy_http_version 1.1; proxy_buffering off;"], ids=["nginx", "nginx-unbuffered"]
)
def proxied(request, limited, tmp_path):
    port = free_port()
    config = tmp_path / "nginx.conf"
    config.write_text(
        CONF.format(folder=tmp_path, port=port, url=limited.url.rstrip("/"), version=request.param, more="")
    )
    process = subprocess.Popen([NGINX, "-c", config, "-p", tmp_path, "-e", tmp_path / "error.log"])
    url = f"http://127.0.0.1:{port}/"
    deadline = time.monotonic() + 10
    while subprocess.run([CURL, "-s", "-o", "/dev/null", url], check=False).returncode:
        assert time.monotonic() < deadline, (tmp_path / "error.log").read_text()
        time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(timeout=10)


def fetched(url, *options):
    query = urllib.parse.urlencode({"query": LARGE})
    return subprocess.run(
        [CURL, "-s", "-S", *options, "-H", "Accept: application/sparql-results+json", f"{url}sparql?{query}"],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip


@needs_peers
@pytest.mark.parametrize("options", [(), ("--compressed",)], ids=["plain", "packed"])
def test_a_stopped_stream_is_seen_as_broken_by_curl(limited, options):
    run = fetched(limited.url, *options)

    assert run.returncode == 18, run.stderr
    assert len(run.stdout) > 100_000
    assert not run.stdout.rstrip().endswith(b"]}}")


@needs_peers
@pytest.mark.parametrize("options", [(), ("--compressed",)], ids=["plain", "packed"])
def test_a_stopped_stream_is_seen_as_broken_behind_nginx(proxied, options):
    run = fetched(proxied, *options)

    assert run.returncode in {18, 92}, run.stderr
    assert len(run.stdout) > 100_000


@needs_peers
def test_behind_nginx_the_host_of_the_client_is_the_one_in_addresses(proxied):
    told = subprocess.run(
        [CURL, "-s", "-H", "Accept: application/n-triples", f"{proxied}sparql"],
        capture_output=True,
        check=True,
    ).stdout.decode()

    assert f"<{proxied}sparql>" in told


APPLICATION = """
import sys
from kg.errors import StoreError
from kg.publish import run

def broken(start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    def pieces():
        yield b"a" * 70000
        raise {error}
    return pieces()

run(lambda environ, start: broken(start), host="127.0.0.1", port=0, threads=2,
    ready=lambda url: print(url, flush=True))
"""


@needs_peers
@pytest.mark.parametrize("error", ["StoreError('stopped')", "ZeroDivisionError", "KeyboardInterrupt"])
@pytest.mark.parametrize("version", ["--http1.1", "--http1.0"])
def test_whatever_is_raised_after_the_first_byte_breaks_the_answer(error, version):
    process = subprocess.Popen(
        [sys.executable, "-c", APPLICATION.format(error=error)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        url = process.stdout.readline().strip()
        run = subprocess.run([CURL, "-s", version, url], capture_output=True, check=False, timeout=30)
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)

    assert run.returncode == 18
    assert len(run.stdout) == 70000
    assert ("Traceback" in said) == (error != "StoreError('stopped')")
    assert StoreError.__name__ not in said


SIZES = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


class Load(threading.Thread):
    """A client on one kept-alive connection, which notes every answer that it would not expect."""

    def __init__(self, server, ended):
        super().__init__()
        self.server, self.ended = server, ended
        self.wrong, self.count, self.releases = [], 0, set()

    def run(self):
        place = urllib.parse.urlsplit(self.server.url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
        paths = [
            "/sparql?" + urllib.parse.urlencode({"query": SIZES}),
            "/page/agreement/labs-2026",
            "/data/agreement/nurses-2025.ttl",
            "/",
        ]
        while not self.ended.is_set():
            path = paths[self.count % len(paths)] + ("&" if "?" in paths[self.count % len(paths)] else "?")
            fresh = f"{path}x={self.count}" if self.count % 3 else path
            try:
                connection.request("GET", fresh, headers={"Accept": "*/*"})
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{fresh}: {error!r}")
                connection.close()
                continue
            self.count += 1
            release = answer.headers["Accord-Release"]
            self.releases.add(release)
            if answer.status != 200 or (path.startswith("/?") and release.encode() not in body):
                self.wrong.append(f"{fresh}: {answer.status} {release} {body[:200]!r}")
        connection.close()


def workers(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == pid:
            found.append(int(stat.parent.name))
    return [*found, *(each for child in found for each in workers(child))]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to count processes")
def test_releases_switch_every_second_under_load_without_a_failed_request(tmp_path):
    names = [make_release(tmp_path, number) for number in (1, 2, 3)]
    server = start(tmp_path)
    assert isinstance(server, Served)
    before = len(workers(server.process.pid))
    ended = threading.Event()
    clients = [Load(server, ended) for _ in range(6)]
    try:
        for client in clients:
            client.start()
        for step in range(15):
            link = tmp_path / ".next"
            link.symlink_to(Path("releases") / names[step % 3])
            link.rename(tmp_path / "current")
            time.sleep(1)
        ended.set()
        for client in clients:
            client.join(timeout=60)

        assert [wrong for client in clients for wrong in client.wrong] == []
        assert set.union(*(client.releases for client in clients)) == set(names)
        assert sum(client.count for client in clients) > 200
        deadline = time.monotonic() + 20
        while len(workers(server.process.pid)) > before and time.monotonic() < deadline:
            time.sleep(0.2)
        assert len(workers(server.process.pid)) <= before
        assert json.loads(server.sparql("ASK {}", "application/json"))["boolean"] is True
    finally:
        ended.set()
        stop(server)


def test_a_query_that_runs_while_the_release_changes_ends_with_the_old_one(tmp_path):
    first, second = make_release(tmp_path, 1), make_release(tmp_path, 2)
    link = tmp_path / "current"
    link.unlink()
    link.symlink_to(Path("releases") / first)
    server = start(tmp_path)
    told = []

    def slow():
        query = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f)) }"
        address = f"{server.url}sparql?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            told.append((answer.headers["Accord-Release"], answer.status, len(answer.read())))

    try:
        thread = threading.Thread(target=slow)
        thread.start()
        time.sleep(0.1)
        link.unlink()
        link.symlink_to(Path("releases") / second)
        deadline = time.monotonic() + 20
        while second not in server.get("healthz") and time.monotonic() < deadline:
            time.sleep(0.1)
        thread.join(timeout=60)

        assert told[0][:2] == (first, 200)
        assert second in server.get("healthz")
    finally:
        stop(server)
