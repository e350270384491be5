"""What watches over the server: ids, times, figures and logs of each request, on small real applications."""

import io
import json
import logging
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder

from kg.errors import SettingsError
from kg.publish.logs import access_log, log_to
from kg.publish.metrics import OUTCOMES, Figures, route_of
from kg.publish.observed import Observed
from kg.publish.told import instance_of, request_id, told_in
from kg.publish.watching import watched
from kg.settings import Settings

MADE = "00112233-4455-4677-8899-aabbccddeeff"
ENTROPY = bytes.fromhex("00112233445566778899aabbccddeeff")
FIGURES = Figures(release="2026-11-24-0badcafe", switches=3)
NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)


def application(environ, start_response):
    """Answers as the real one does: from a cache, by a query, in a stream that may break."""
    path, told = environ["PATH_INFO"], told_in(environ)
    if path == "/page/kept":
        told["cache"] = "hit"
    if path.startswith("/sparql"):
        told |= {"queue": 0.25, "query": 0.5, "sparql": "SELECT secret"}
    if path == "/sparql/slow":
        told["outcome"] = "timeout"
    start_response("503 SERVICE UNAVAILABLE" if path == "/sparql/slow" else "200 OK", [("X-Inner", "1")])
    if path.endswith("/stream"):
        return stream(breaks="breaks" in environ["QUERY_STRING"])
    if path == "/bug":
        raise ValueError(path)
    return [b"hello"]


def stream(*, breaks):
    yield b"one"
    if breaks:
        raise OSError("the worker is gone")
    yield b"two"


def site(settings=None, **options):
    return Client(watched(application, settings or Settings(), figures=lambda: FIGURES, **options))


def figures(client):
    text = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_an_id_from_a_proxy_is_taken_over_when_it_is_a_uuid():
    plain = MADE.replace("-", "")

    assert request_id(MADE, ENTROPY) == MADE
    assert request_id(plain, b"0" * 16) == plain
    assert instance_of({"accord.told": {"id": plain}}) == f"urn:uuid:{MADE}"
    assert instance_of({}) == ""


@given(st.text() | st.text("0123456789abcdefABCDEF-{}\r\n", min_size=30, max_size=40))
def test_no_other_id_is_taken_over(offered):
    taken = request_id(offered, ENTROPY)

    assert re.fullmatch(r"[0-9a-f-]{32,36}", taken)
    assert UUID(taken).version == 4 or taken == offered


@given(st.binary(min_size=16, max_size=16))
def test_a_made_id_is_a_random_uuid(entropy):
    assert request_id("", entropy) == UUID(bytes=entropy, version=4).hex


def test_every_answer_has_an_id_and_times():
    client = site()
    answer = client.get("/anything", headers={"X-Request-Id": MADE})

    assert answer.headers["X-Request-Id"] == MADE
    assert answer.headers["X-Inner"] == "1"
    assert len({client.get("/").headers["X-Request-Id"] for _ in range(9)}) == 9
    timing = client.get("/sparql").headers["Server-Timing"]
    assert re.fullmatch(r"queue;dur=250\.0, query;dur=500\.0, render;dur=\d+\.\d", timing)
    assert client.get("/page/kept").headers["Server-Timing"] == "cache;desc=hit"


def test_requests_are_counted_by_kind_of_address_and_status():
    client = site()
    for path in ("/page/a/b", "/page/c", "/page/kept", "/sparql?query=x", "/sparql", "/nonsense/%00"):
        client.get(path)
    found = figures(client)

    assert found['accord_requests_total{route="page",status="200"}'] == "3.0"
    assert found['accord_requests_total{route="other",status="200"}'] == "1.0"
    assert found['accord_answer_bytes_total{route="page"}'] == "15.0"
    assert found['accord_cache_total{result="hit"}'] == "1.0"
    assert found['accord_queries_total{outcome="answered"}'] == "1.0"  # the other describes the endpoint
    assert found['accord_release_info{release="2026-11-24-0badcafe"}'] == "1.0"
    assert found["accord_release_switches_total"] == "3.0"
    assert float(found["process_resident_memory_bytes"]) > 1e6
    assert float(found["process_open_fds"]) > 2


def test_how_a_query_ended_is_counted():
    client = site()
    client.get("/sparql/slow?query=x")
    client.post("/sparql", data={"query": "x"})
    client.options("/sparql")
    found = figures(client)

    assert {k: v for k, v in found.items() if k.startswith("accord_queries_total") and v != "0.0"} == {
        'accord_queries_total{outcome="answered"}': "1.0",
        'accord_queries_total{outcome="timeout"}': "1.0",
    }
    assert found["accord_query_seconds_sum"] == "1.5"
    assert found["accord_queue_seconds_sum"] == "0.75"


def test_a_stream_is_counted_when_it_ends_and_a_broken_one_as_cut():
    client = site()
    assert client.get("/sparql/stream?query=x", buffered=True).data == b"onetwo"
    broken = client.get("/sparql/stream?query=breaks")
    with pytest.raises(OSError, match="gone"):
        _ = broken.data
    broken.close()
    left = client.get("/sparql/stream?query=left")
    left.close()  # the client went away
    found = figures(client)

    assert found['accord_queries_total{outcome="cut"}'] == "2.0"
    assert found['accord_queries_total{outcome="answered"}'] == "1.0"
    assert found["accord_answers_cut_total"] == "2.0"


def test_a_bug_is_counted_as_an_error_of_ours():
    client = site()
    with pytest.raises(ValueError, match="bug"):
        client.get("/bug")

    assert figures(client)['accord_requests_total{route="other",status="500"}'] == "1.0"


def test_strangers_cannot_add_kinds_of_addresses():
    wild = ["/" + name for name in ("x", "%00", "..", "\n", "sparql2", "Page", "data.ttl/x", "")]

    assert {route_of(path) for path in wild} == {"other", "data", "front"}
    assert route_of("/changes.atom") == "changes"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.9", {}, 200),
        ("10.0.0.7", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, 403),
    ],
)
def test_figures_are_given_to_this_machine_only(address, headers, status):
    answer = site().get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)

    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("accord_requests" in answer.text) == (status == 200)


def test_a_server_that_is_about_to_end_says_so_to_the_application():
    told = {}

    def inside(environ, start_response):
        told.update(told_in(environ))
        start_response("200 OK", [])
        return []

    for path, ending in (("/readyz", True), ("/readyz", False), ("/page/x", True)):
        told.clear()
        Client(watched(inside, Settings(), figures=lambda: FIGURES, ending=lambda: ending)).get(path)  # noqa: B023
        assert told.get("ending", False) == (ending and path == "/readyz")


def test_the_setting_names_who_else_may_read_figures():
    client = site(Settings(metrics_from="10.0.0.0/8, 2001:db8::/32"))

    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.9.9.9"}).status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "2001:db8::1"}).status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 403
    assert client.post("/metrics").headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("wrong", [{"metrics_from": "10.0.0.1/8"}, {"access_log": "apache"}])
def test_wrong_settings_are_told_at_the_start(wrong):
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        site(Settings(**wrong))


def logged(style, environ, *, queries=False):
    out = io.StringIO()
    write = access_log(style, queries=queries, stream=out, now=lambda: NOW)
    list(Observed(application, write, entropy=lambda _: ENTROPY)(environ, lambda *_: None))
    return out.getvalue()


def test_a_line_says_who_asked_what_and_how_it_went_and_no_query():
    environ = EnvironBuilder(
        path="/sparql", query_string={"query": "SELECT secret"}, headers={"Referer": "http://x/?query=secret"}
    ).get_environ()
    environ["REMOTE_ADDR"] = "192.0.2.1"
    line = logged("combined", environ)
    record = json.loads(logged("json", environ))

    assert line.startswith(
        '192.0.2.1 - - [24/Nov/2026:20:30:00 +0000] "GET /sparql?... HTTP/1.1" 200 5 "http://x/" "-" '
    )
    assert line.split()[-2] == MADE.replace("-", "")
    assert "secret" not in line + json.dumps(record)
    assert (record["status"], record["target"], record["bytes"]) == (200, "/sparql?...", 5)


def test_queries_are_logged_when_the_publisher_wants_them():
    environ = EnvironBuilder(path="/sparql", query_string={"query": "a b"}).get_environ()
    record = json.loads(logged("json", environ, queries=True))

    assert record["target"] == "/sparql?query=a+b"
    assert (record["sparql"], record["sparql_length"]) == ("SELECT secret", 13)
    assert "?query=a+b HTTP" in logged("combined", environ, queries=True)


@given(st.lists(st.text(), min_size=5, max_size=5))
def test_whatever_is_sent_a_request_is_one_line_of_plain_characters(texts):
    path, query, agent, referrer, client = texts
    environ = EnvironBuilder(path="/").get_environ() | {
        "PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": query, "HTTP_USER_AGENT": agent,
        "HTTP_REFERER": referrer, "REMOTE_ADDR": client,
    }  # fmt: skip
    combined = logged("combined", environ, queries=True)
    as_json = logged("json", environ, queries=True)

    for line in (combined, as_json):
        assert re.fullmatch(r"[ -~]+\n", line)
    assert json.loads(as_json)["agent"] == agent
    assert re.fullmatch(r'(?:[^"\\]|\\.)*' + r'"(?:[^"\\]|\\.)*"[^"]*' * 3, combined[:-1])


@given(st.text())
def test_no_message_can_look_like_two(text):
    out, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:]
    try:
        log_to(out)
        logging.getLogger("kg.test").error("asked for %s", text)
    finally:
        root.handlers[:] = before

    assert re.fullmatch(r"2\S+ ERROR kg\.test \[-\] asked for [ -~]*\n", out.getvalue())


def test_the_lines_of_a_traceback_are_set_in():
    out, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:]
    try:
        log_to(out)
        try:
            float("one\n2026-11-24 ERROR forged")
        except ValueError:
            logging.getLogger("kg.test").exception("broken")
    finally:
        root.handlers[:] = before
    first, *more = out.getvalue().splitlines()

    assert first.endswith("broken")
    assert len(more) > 2
    assert "forged" in more[-1]
    assert all(line.startswith("    ") for line in more)


def test_each_way_that_a_query_can_end_is_there_before_it_happens():
    found = figures(site())

    assert [o for o in OUTCOMES if f'accord_queries_total{{outcome="{o}"}}' not in found] == []
