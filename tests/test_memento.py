"""Memento (RFC 7089): the sentences of the standard that hold here, asked of three releases."""

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.http import http_date
from werkzeug.test import Client

from kg.publish.live import Live
from kg.release import releases
from kg.settings import Settings

THING = "/id/article/lincoln-yangling-2015"
DATA = "/data/article/lincoln-yangling-2015.ttl"
WITH_A_PAST = [
    "/",
    THING,
    DATA,
    "/page/article/lincoln-yangling-2015",
    "/graph/catalog",
    "/browse/Article?start=0",
    "/dumps/accord.nq.gz",
]
WITHOUT = ["/sparql", "/ns", "/healthz", "/releases/", "/timemap/link/", "/help", "/static/accord.css"]
DAYS = [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 24)]


@pytest.fixture(scope="module")
def ids(history):
    return [release.id for release in releases(history)]


@pytest.fixture(scope="module")
def client(history):
    live = Live(history, settings=Settings(query_workers=1))
    live.open()
    yield Client(live)
    live.close()


def http(day):
    return http_date(datetime.combine(day, time(), UTC))


def get(client, address, moment=None, **headers):
    given = {"Accept-Datetime": moment} if moment else {}
    return client.get(address.removeprefix("http://localhost"), headers=headers | given, buffered=True)


def links(text):
    """Return the links of a header or a TimeMap: address, relations, other attributes."""
    found = []
    for address, rest in re.findall(r"<([^>]*)>((?:;\s*\w+=\"[^\"]*\")*)", text):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        found.append((address, set(attributes.pop("rel").split()), attributes))
    return found


def related(text, word):
    return [(address, attributes) for address, relations, attributes in links(text) if word in relations]


def released(address, ids):
    return next(name for name in ids if f"release={name}" in address)


@pytest.mark.parametrize("path", WITH_A_PAST)
def test_an_original_resource_names_its_timegate_and_its_timemap_and_varies_by_time(client, path):
    answer = get(client, path)
    (gate, _), (original, _) = related(answer.headers["Link"], "timegate") + related(
        answer.headers["Link"], "original"
    )

    assert gate == original == f"http://localhost{path}"
    assert related(answer.headers["Link"], "timemap")[0][0] == f"http://localhost/timemap/link{path}"
    assert "accept-datetime" in answer.headers["Vary"].lower()
    assert "Memento-Datetime" not in answer.headers


@pytest.mark.parametrize("path", WITH_A_PAST)
def test_a_timegate_redirects_to_the_memento_of_that_time(client, ids, path):
    answer = get(client, path, http(date(2026, 10, 15)))

    assert answer.status_code == 302
    assert released(answer.headers["Location"], ids) == ids[1]
    assert "accept-datetime" in answer.headers["Vary"].lower()
    assert "Memento-Datetime" not in answer.headers
    assert related(answer.headers["Link"], "original")[0][0] == f"http://localhost{path}"


@pytest.mark.parametrize("path", WITH_A_PAST)
def test_a_memento_tells_its_moment_and_what_it_is_a_memento_of(client, ids, path):
    for name, day in zip(ids, DAYS, strict=True):
        answer = get(client, f"{path}{'&' if '?' in path else '?'}release={name}")
        assert answer.status_code in {200, 303}
        assert answer.headers["Memento-Datetime"] == http(day)
        assert related(answer.headers["Link"], "original")[0][0] == f"http://localhost{path}"
        assert related(answer.headers["Link"], "timegate")[0][0] == f"http://localhost{path}"
        assert related(answer.headers["Link"], "timemap")[0][0] == f"http://localhost/timemap/link{path}"
        assert "accept-datetime" not in answer.headers["Vary"].lower()


@pytest.mark.parametrize("path", WITHOUT)
def test_what_has_no_past_does_not_speak_of_one(client, path):
    answer = get(client, path, http(DAYS[0]))

    assert answer.status_code == 200
    assert "timegate" not in answer.headers.get("Link", "")
    assert "Memento-Datetime" not in answer.headers


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moment=st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)))  # noqa: DTZ001  it is given no zone
def test_the_memento_is_the_latest_up_to_the_moment_or_else_the_first(client, ids, moment):
    answer = get(client, THING, http_date(moment.replace(tzinfo=UTC)))
    up_to = [name for name, day in zip(ids, DAYS, strict=True) if day <= moment.date()]

    assert (
        answer.headers["Location"] == f"http://localhost{THING}?release={(up_to or ids)[-1 if up_to else 0]}"
    )


@pytest.mark.parametrize(
    "moment",
    [
        "yesterday", "2026-10-15", "2026-10-15T00:00:00Z", "Thu, 15 Oct 2026 00:00:00 +0200", "0",
        "Mon, 15 Oct 2026 00:00:00 GMT", "Thu, 31 Feb 2026 00:00:00 GMT", "Thursday, 15-Oct-26 00:00:00 GMT",
    ],
)  # fmt: skip
def test_a_moment_that_is_no_date_of_http_is_refused(client, moment):
    answer = get(client, THING, moment)

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_memento_takes_no_notice_of_accept_datetime(client, ids):
    answer = get(client, f"{DATA}?release={ids[2]}", http(DAYS[0]))

    assert (answer.status_code, answer.headers["Accord-Release"]) == (200, ids[2])


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_links_between_mementos_lead_to_what_they_say(client, ids, at):
    answer = get(client, f"{DATA}?release={ids[at]}")
    expected = {"first": ids[0], "last": ids[2]}
    expected |= {"prev": ids[at - 1]} if at else {}
    expected |= {"next": ids[at + 1]} if at < 2 else {}
    for word in ("first", "last", "prev", "next"):
        found = [released(address, ids) for address, _ in related(answer.headers["Link"], word)]
        assert found == ([expected[word]] if word in expected else []), word
    for address, attributes in related(answer.headers["Link"], "memento"):
        assert get(client, address).headers["Memento-Datetime"] == attributes["datetime"]


def test_following_redirects_from_a_moment_ends_at_that_releases_data(client, ids):
    answer = client.get(
        THING,
        headers={"Accept": "text/turtle", "Accept-Datetime": http(DAYS[0] + timedelta(days=3))},
        follow_redirects=True,
    )

    assert (answer.status_code, answer.headers["Accord-Release"]) == (200, ids[0])
    assert answer.headers["Memento-Datetime"] == http(DAYS[0])


def test_that_a_thing_was_not_there_is_itself_a_memento(client, ids):
    answer = get(client, f"/id/article/rotterdam-forum-courier-2025?release={ids[0]}")

    assert (answer.status_code, answer.headers["Memento-Datetime"]) == (404, http(DAYS[0]))


def test_a_post_is_not_negotiated(client):
    answer = client.post("/sparql", data={"query": "ASK {}"}, headers={"Accept-Datetime": http(DAYS[0])})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", WITH_A_PAST)
def test_a_timemap_lists_every_memento_and_where_it_comes_from(client, ids, path):
    answer = get(client, f"/timemap/link{path}")
    assert (answer.status_code, answer.mimetype) == (200, "application/link-format")
    assert related(answer.text, "original") == [(f"http://localhost{path}", {})]
    assert related(answer.text, "timegate") == [(f"http://localhost{path}", {})]
    ((itself, attributes),) = related(answer.text, "self")
    assert itself == f"http://localhost/timemap/link{path}"
    assert attributes == {"type": "application/link-format", "from": http(DAYS[0]), "until": http(DAYS[2])}
    mementos = related(answer.text, "memento")
    assert [released(address, ids) for address, _ in mementos] == ids
    moments = [parsedate_to_datetime(attributes["datetime"]).date() for _, attributes in mementos]
    assert moments == DAYS
    for address, attributes in mementos:
        assert get(client, address).headers["Memento-Datetime"] == attributes["datetime"]


def test_a_timemap_is_given_as_json_too_and_says_what_it_does_not_know(client, ids):
    told = get(client, f"/timemap/link{THING}", Accept="application/json").json

    assert [released(each["uri"], ids) for each in told["mementos"]["list"]] == ids
    assert told["mementos"]["last"]["datetime"] == "2026-11-24T00:00:00Z"
    assert "answers 404" in told["note"]


@pytest.mark.parametrize("path", ["/sparql", "/ns", "/timemap/link/", "/nothing"])
def test_there_is_no_timemap_of_what_has_no_past(client, path):
    assert get(client, f"/timemap/link{path}").status_code == 404


@pytest.mark.parametrize("odd", ['/browse/Article?start=0&x="><b>', "/id/article/a%3E%22b", "/id/é/中"])
def test_nothing_that_a_client_writes_breaks_out_of_a_link(client, odd):
    answer = get(client, odd, http(DAYS[0]))

    assert answer.status_code == 302
    for address, relations, _ in links(answer.headers["Link"]):
        assert address.isascii()
        assert not set(address) & set('<>" ')
        assert relations
    assert len(links(answer.headers["Link"])) == answer.headers["Link"].count(">;")
