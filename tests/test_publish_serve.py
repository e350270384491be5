"""The server as a process: real requests over loopback, and how it begins and ends."""

import hashlib
import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from itertools import groupby
from pathlib import Path

import pytest
from werkzeug.test import Client

from kg.errors import NotFoundError, SettingsError
from kg.publish import run
from kg.publish.live import Live
from kg.publish.opened import edition_of
from kg.release import current
from kg.search import FILE
from kg.settings import Settings
from kg.store import Shelf
from kg.store.lines import graph_of
from tests.publish_site import DIGEST, NAMES, make_release, nquads_of

TREE = Path(__file__).parent.parent
START = """
import json
import sys
from pathlib import Path
from kg.publish import serve
from kg.settings import Settings

serve(
    Path(sys.argv[1]),
    settings=Settings(port=int(sys.argv[2]), query_seconds=float(sys.argv[3]), **json.loads(sys.argv[4])),
    ready=lambda url: print(url, flush=True),
)
"""
KILLED = "accord_workers_replaced_total"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"


def start(directory, port=0, seconds=5.0, **options):
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(directory), str(port), str(seconds), json.dumps(options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=TREE,
    )
    return process, process.stdout.readline().strip()


def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out + err


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    directory = tmp_path_factory.mktemp("publication")
    make_release(directory)
    return directory


@pytest.fixture(scope="module")
def url(release):
    process, url = start(release, seconds=2.0)
    yield url
    code, said = stop(process)
    assert code == 0
    assert "Traceback" not in said


def get(url, accept="*/*"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def ask(url, query, accept="text/csv"):
    return get(f"{url}sparql?{urllib.parse.urlencode({'query': query})}", accept)


def test_pages_data_and_queries_are_answered(url):
    assert "Training of nurses" in get(url, "text/html")
    assert "agr:nurses-2025" in get(f"{url}id/agreement/nurses-2025", "text/turtle")
    assert ask(url, "SELECT (COUNT(*) AS ?n) WHERE { ?a a kg:Agreement }").split() == ["n", "4"]
    assert get(f"{url}dumps/accord.nt") == "data"
    assert DIGEST in get(f"{url}dumps/SHA256SUMS")
    assert json.loads(get(f"{url}healthz"))["release"] == "2026-11-01-0badcafe"


def figures(url):
    return dict(line.rsplit(" ", 1) for line in get(f"{url}metrics").splitlines() if line[0] != "#")


def test_the_server_counts_what_it_answers_and_what_its_cache_answers(url):
    get(f"{url}page/agreement/nurses-2025", "text/html")
    before = figures(url)
    get(f"{url}page/agreement/nurses-2025", "text/html")
    with pytest.raises(urllib.error.HTTPError):
        ask(url, "SELEKT")
    name = 'accord_queries_total{outcome="refused"}'
    deadline = time.monotonic() + 5
    # An answer is counted when it is out, which may be a moment after it has arrived.
    while (after := figures(url)) and after[name] == before[name] and time.monotonic() < deadline:
        time.sleep(0.05)

    def grown(name):
        return float(after[name]) - float(before[name])

    assert grown('accord_cache_total{result="hit"}') == 1
    assert grown('accord_queries_total{outcome="refused"}') == 1
    assert grown('accord_requests_total{route="page",status="200"}') == 1
    assert after['accord_release_info{release="2026-11-01-0badcafe"}'] == "1.0"


def test_a_query_that_needs_too_much_is_told_what_is_allowed(release):
    process, url = start(release, result_rows=3)
    try:
        with pytest.raises(urllib.error.HTTPError) as told:
            ask(url, "SELECT * { ?a ?b ?c }", "application/json")
        with told.value as answer:
            said = json.loads(answer.read())
        assert figures(url)['accord_queries_total{outcome="too_large"}'] == "1.0"
    finally:
        stop(process)

    assert said["status"] == 422
    assert "more than 3 rows" in said["detail"]
    assert "LIMIT" in said["detail"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_large_result_is_sent_while_it_is_made_and_broken_off_when_it_is_stopped(release, method):
    process, url = start(release, seconds=2.0)
    asked = urllib.parse.urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"})
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
    host = urllib.parse.urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=30)
    begun = time.monotonic()
    place, body = ("/sparql", asked) if method == "POST" else (f"/sparql?{asked}", None)
    connection.request(method, place, body, headers)
    answer = connection.getresponse()
    first = answer.read(1000)
    until_first = time.monotonic() - begun
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()
    stop(process)

    assert answer.status == 200
    assert first.startswith(b'{"head"')
    assert until_first < 1.5 < time.monotonic() - begun


def test_workers_are_counted_those_that_were_killed_too(release):
    process, url = start(release, seconds=0.5)
    try:
        before = figures(url)
        with pytest.raises(urllib.error.HTTPError) as stopped:
            ask(url, SLOW)
        stopped.value.close()
        deadline = time.monotonic() + 10
        while (after := figures(url)) and time.monotonic() < deadline:
            if after["accord_workers"] == before["accord_workers"] and after[KILLED] != before[KILLED]:
                break
            time.sleep(0.1)
    finally:
        stop(process)

    assert float(after[KILLED]) - float(before[KILLED]) == 1
    assert after["accord_workers"] == before["accord_workers"]
    assert float(before["accord_workers"]) >= 4
    assert float(after["accord_workers_resident_bytes"]) > 10_000_000


def test_the_id_of_a_request_is_in_the_answer_and_in_the_problem_document(url):
    given = "6f1c1f0e-8d5a-4a6e-9d7e-2b8f7c3f1a55"
    request = urllib.request.Request(f"{url}sparql?query=SELEKT", headers={"X-Request-Id": given})
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(request, timeout=30)
    with told.value as answer:
        assert answer.headers["X-Request-Id"] == given
        assert json.loads(answer.read())["instance"] == f"urn:uuid:{given}"


def test_the_description_names_the_port_that_was_asked(url):
    assert f"<{url}sparql>" in get(f"{url}sparql", "application/n-triples")


def test_one_slow_query_keeps_nobody_waiting_and_ends_in_time(url):
    ended = {}

    def slow():
        began = time.monotonic()
        try:
            ask(url, SLOW)
        except urllib.error.HTTPError as error:
            with error:
                ended["status"] = error.code
        ended["seconds"] = time.monotonic() - began

    thread = threading.Thread(target=slow)
    thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    assert ask(url, "ASK {}", "application/json")
    assert time.monotonic() - began < 1.5
    thread.join(timeout=30)

    assert ended["status"] == 503
    assert ended["seconds"] < 6


def test_a_body_that_is_too_large_is_refused_before_it_is_read(url):
    host = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=30)
    connection.request("POST", "/sparql", b"x" * 1_500_000, {"Content-Type": "application/sparql-query"})
    answer = connection.getresponse()

    assert answer.status == 413
    assert json.loads(answer.read())["status"] == 413
    connection.close()


def test_many_at_once_are_all_answered(url):
    found = []

    def many():
        for _ in range(10):
            found.append(ask(url, "ASK { ?s a kg:Event }", "application/json"))  # noqa: PERF401  one by one

    threads = [threading.Thread(target=many) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(found) == 60
    assert set(found) == {'{"head":{},"boolean":true}'}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_signal_ends_it_cleanly_after_the_answer_that_was_begun(release, number):
    process, url = start(release, seconds=2.0)
    ended = []

    def slow():
        try:
            ask(url, SLOW)
        except urllib.error.HTTPError as error:
            with error:
                ended.append(error.code)

    thread = threading.Thread(target=slow)
    thread.start()
    time.sleep(0.5)
    code, said = stop(process, number)
    thread.join(timeout=10)

    assert ended == [503]
    assert code == 0
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_one_clear_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=f"port {port}"):
            run(lambda *_: [], host="127.0.0.1", port=port, threads=1, ready=lambda _: None)


def test_a_folder_without_a_release_is_one_clear_error(tmp_path):
    with pytest.raises(NotFoundError, match="kg build"):
        Live(tmp_path, settings=Settings()).open()


def test_a_release_without_an_index_of_names_gets_one_when_it_is_served(tmp_path):
    path = tmp_path / "releases" / make_release(tmp_path)
    lines = sorted(nquads_of(NAMES).splitlines(keepends=True), key=graph_of)
    with Shelf(tmp_path / "fresh") as shelf:
        for graph, quads in groupby(lines, key=graph_of):
            shelf.put(graph[1:-1].decode(), sorted(quads))
        shelf.write(path / "dumps")
    sums = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in (path / "dumps").glob("[ag]*")
    ]
    (path / "dumps/SHA256SUMS").write_text("".join(sums))
    (path / "search" / FILE).write_bytes(b"of another version")
    live = Live(tmp_path, settings=Settings())
    live.open()
    try:
        answer = Client(live).get("/lookup?id=Q999999998", headers={"Accept": "application/json"})
        assert answer.json["found"][0]["id"] == "institution/lowland-harbour-hospital"
    finally:
        live.close()


def test_a_new_release_is_served_without_a_restart_and_a_damaged_one_is_not(tmp_path):
    make_release(tmp_path, 1)
    now = [0.0]
    live = Live(tmp_path, settings=Settings(query_workers=1), clock=lambda: now[0])
    live.open()
    try:
        assert release_of(live) == "2026-11-01-0badcafe"
        make_release(tmp_path, 2)
        assert release_of(live) == "2026-11-01-0badcafe"
        now[0] += 10
        assert release_of(live) == "2026-11-02-0badcafe"
        make_release(tmp_path, 3)
        shutil.rmtree(tmp_path / "releases/2026-11-03-0badcafe/store")
        now[0] += 20
        assert release_of(live) == "2026-11-02-0badcafe"
        name = make_release(tmp_path, 4)
        (tmp_path / "releases" / name / "dumps/accord.nt").write_text("dat")
        now[0] += 20
        assert release_of(live) == "2026-11-02-0badcafe"
        unreadable = tmp_path / "releases" / make_release(tmp_path, 5) / "dumps/accord.nt"
        unreadable.unlink()
        unreadable.mkdir()  # no user can read it, not even root
        now[0] += 20
        assert release_of(live) == "2026-11-02-0badcafe"
    finally:
        live.close()


def test_files_of_the_current_release_that_are_exchanged_are_given_with_their_own_tags(tmp_path):
    """As `kg withdraw` does where the data stay the same."""
    release = tmp_path / "releases" / make_release(tmp_path, 1)
    now = [0.0]
    live = Live(tmp_path, settings=Settings(query_workers=1), clock=lambda: now[0])
    live.open()
    try:
        before = fetched(live, "/dumps/accord.nt")
        (release / "dumps/accord.nt").write_text("some other data")
        digest = hashlib.sha256(b"some other data").hexdigest()
        (release / "dumps/SHA256SUMS").write_text(f"{digest}  accord.nt\n")
        (release / "SHA256SUMS").write_text("")
        now[0] += 10
        body, headers = fetched(live, "/dumps/accord.nt")
    finally:
        live.close()

    assert before[0] == b"data"
    assert body == b"some other data"
    assert (headers["ETag"], headers["Content-Length"]) == (f'"{digest}"', "15")


def release_of(live):
    return json.loads(fetched(live, "/healthz")[0])["release"]


def fetched(live, path):
    told = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "wsgi.url_scheme": "http", "HTTP_HOST": "localhost",
    }  # fmt: skip
    answer = live(environ, lambda status, headers, *_: told.extend((status, dict(headers))))
    body = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    assert told[0] == "200 OK"
    return body, told[1]


def test_a_crowd_of_slow_queries_is_turned_away_and_the_pages_stay_quick(url):
    codes, began = [], time.monotonic()

    def slow():
        try:
            ask(url, SLOW)
        except urllib.error.HTTPError as error:
            with error:
                codes.append((error.code, time.monotonic() - began))

    threads = [threading.Thread(target=slow) for _ in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    asked = time.monotonic()
    assert "Joint laboratory" in get(f"{url}page/agreement/labs-2026", "text/html")
    waited = time.monotonic() - asked
    for thread in threads:
        thread.join(timeout=30)

    assert waited < 1.0
    assert sorted(code for code, _ in codes) == [429] * 12 + [503] * 8
    assert sum(seconds < 1.5 for _, seconds in codes) >= 12


def test_what_a_release_tells_of_itself_is_what_the_site_knows(tmp_path):
    name = make_release(tmp_path, moved={"person/a": "person/b"}, gone=["person/c"])
    edition = edition_of(current(tmp_path))

    assert edition.id == name
    assert (edition.dumps[0].path.name, edition.dumps[0].size) == ("accord.nt", 4)
    assert edition.dumps[0].sha256 == DIGEST
    assert edition.moved == {"person/a": "person/b"}
    assert edition.gone == {"person/c"}


def test_it_ends_when_the_signal_comes_in_the_middle_of_other_work(release):
    process, url = start(release, seconds=2.0)
    address = (urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port)
    try:
        crowd = [socket.create_connection(address) for _ in range(300)]
        for connection in crowd:
            connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        ask(url, "ASK {}")
        for connection in crowd:
            connection.close()
        code, said = stop(process)
    finally:
        process.kill()

    assert code == 0
    assert "Traceback" not in said
