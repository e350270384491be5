"""Look-ups on other servers, here one on loopback that misbehaves: polite, and right about what failed."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest

from kg.errors import SettingsError
from kg.link.decision_log import append_rows, rows_of
from kg.link.live import Failed, Found, LiveLinker, Polite, check_items
from kg.link.live.verifying import stale_rows
from kg.link.mappings import SAME, Row, standing
from kg.link.proposing import candidate_rows
from kg.link.subjects import FILE, Told, write_subjects
from kg.proposals import Subject, Tier
from tests.conftest import kg
from tests.reconciliation_schemas import faults, needs_schemas
from tests.reconciliation_server import Mishap, world

CONTACT = "links@example.org"
BOSTON = {
    "id": "Q100",
    "name": "Boston",
    "score": 87.5,
    "match": True,
    "type": [{"id": "Q515", "name": "city"}],
    "features": [{"id": "name", "value": 100}, {"id": "exact", "value": True}],
}


@pytest.fixture
def here():
    with world() as made:
        made.names = {"Boston": [BOSTON]}
        yield made


class Waited:
    """A pause that only notes how long it would have been."""

    def __init__(self):
        self.seconds = []

    def __call__(self, seconds):
        self.seconds.append(seconds)


def linker(here, pause=None, **more):
    return LiveLinker(Polite(CONTACT, pause=pause or Waited(), **more), here.url, day="2026-11-24")


def thing(name, kind="place", country=""):
    return Subject(f"{kind}/{name}", name, kind, country=country)


def test_nobody_is_asked_without_a_contact():
    for contact in ("", "me", "a\r\nX: y@example.org"):
        with pytest.raises(SettingsError, match="contact"):
            Polite(contact)


def test_the_server_is_told_who_asks(here):
    list(linker(here)([thing("Boston")]))

    (agent,) = here.agents
    assert agent.startswith("accord-kg/")
    assert f"({CONTACT})" in agent


def test_what_is_found_is_for_review_and_what_is_not_is_none(here):
    found, none = linker(here)([thing("Boston"), thing("Nowhere")])

    assert (found.tier, found.candidates[0].item, found.candidates[0].score) == (Tier.REVIEW, "Q100", 0.875)
    assert found.candidates[0].features == {"name": 100.0, "exact": 1.0}
    assert (none.tier, none.candidates) == (Tier.NONE, ())


def test_equal_questions_are_sent_once_and_in_batches(here):
    asked = linker(here)
    proposals = list(asked([thing("Boston")] * 30 + [thing(f"Town {n}") for n in range(24)]))

    assert len(proposals) == 54
    assert [len(batch) for batch in here.asked] == [10, 10, 5]


def test_the_service_may_want_smaller_batches_and_says_so_in_two_ways(here):
    here.manifest["batchSize"] = 4
    list(linker(here)(thing(f"Town {n}") for n in range(10)))
    assert [len(batch) for batch in here.asked] == [4, 4, 2]

    here.asked, here.most = [], 2
    assert len(list(linker(here)(thing(f"Town {n}") for n in range(4)))) == 4
    assert [len(batch) for batch in here.asked] == [4, 2, 2]


def test_type_and_country_are_sent_as_wikidata_knows_them(here):
    list(linker(here)([thing("Boston", country="US"), thing("Ada Berg", "person", "US")]))

    assert here.asked[0]["q0"] | {"query": ""} == {
        "query": "",
        "limit": 5,
        "type": "Q618123",
        "type_strict": "should",
        "properties": [{"pid": "P17/P297", "v": "US"}],
    }
    assert "properties" not in here.asked[0]["q1"]


@needs_schemas
def test_queries_are_as_the_specification_says(here):
    list(linker(here)([thing("Boston", country="US"), thing("Ada Berg", "person")]))

    assert faults("reconciliation-query-batch", here.asked[0]) == []
    assert faults("reconciliation-query-batch", {"q0": {"limit": "many"}})


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_three_times_with_growing_pauses(here, status):
    waited = Waited()
    here.mishaps = [Mishap(status)] * 2
    (found,) = linker(here, waited)([thing("Boston")])

    assert found.candidates
    assert waited.seconds == [1.0, 2.0]
    assert len(here.asked) == 3


@pytest.mark.parametrize(
    "mishap",
    [
        Mishap(503),
        Mishap(403),
        Mishap(400),
        Mishap(200, body=b"<html>down</html>"),
        Mishap(200, body=b"[]"),
        Mishap(hang_up=True),
        Mishap(200, body=b'{"q0": {"result": [{"name": "no id"}]}}'),
        Mishap(200, body=b"{}"),
        Mishap(200, body=b'{"q0": {"result": {}}}'),
        Mishap(200, body=b'{"q0": []}'),
        Mishap(200, body=b"\xff"),
    ],
)
def test_what_failed_is_told_apart_from_what_is_not_there(here, mishap):
    here.mishaps = [mishap] * 3
    asked = linker(here)

    assert list(asked([thing("Boston")])) == []
    (failed,) = asked.failed
    assert failed.about == "place/Boston"
    assert failed.why


def test_one_that_was_left_out_of_an_answer_does_not_lose_the_others(here):
    here.left_out = {"Nowhere"}
    asked = linker(here)
    proposals = list(asked([thing("Boston"), thing("Nowhere"), thing("Elsewhere")]))

    assert [each.name for each in proposals] == ["Boston", "Elsewhere"]
    assert [each.about for each in asked.failed] == ["place/Nowhere"]


def test_a_server_is_waited_for_as_long_as_it_says(here):
    waited = Waited()
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    here.mishaps = [Mishap(429, {"Retry-After": "7"}), Mishap(503, {"Retry-After": soon})]
    list(linker(here, waited)([thing("Boston")]))

    assert waited.seconds[0] == 7.0
    assert 25 < waited.seconds[1] <= 30


def test_who_wants_to_be_left_alone_is_not_asked_again(here):
    waited = Waited()
    here.mishaps = [Mishap(429, {"Retry-After": "86400"})]
    asked = linker(here, waited)

    assert list(asked(thing(f"Town {n}") for n in range(30))) == []
    assert len(here.asked) == 1
    assert waited.seconds == []
    assert len(asked.failed) == 30
    assert "asked to wait 86400 seconds" in asked.failed[-1].why


@pytest.mark.parametrize("header", ["soon", "-5", "nan", "inf", ""])
def test_a_senseless_wait_is_our_own(here, header):
    waited = Waited()
    here.mishaps = [Mishap(429, {"Retry-After": header})]
    list(linker(here, waited)([thing("Boston")]))

    assert waited.seconds == [1.0]


def test_a_server_that_says_nothing_is_left(here):
    here.mishaps = [Mishap(pause=2.0)] * 3
    asked, before = linker(here, seconds=0.2), time.monotonic()

    assert list(asked([thing("Boston")])) == []
    assert time.monotonic() - before < 2
    assert asked.failed


def test_answers_are_kept_and_failures_are_not(here, tmp_path):
    here.mishaps = [Mishap(503)] * 3
    for _ in range(3):
        list(linker(here, cache=tmp_path)([thing("Boston")]))

    assert len(here.asked) == 4, "three times in vain, once with an answer, then from the cache"


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ({"versions": ["1.0"]}, "speaks 1.0, not 0.2"),
        ({"identifierSpace": "https://example.org/"}, "no authority that we link to"),
    ],
)
def test_a_service_that_cannot_be_used_is_one_clear_error(here, manifest, told):
    here.manifest |= manifest
    with pytest.raises(SettingsError, match=told):
        linker(here)


def test_a_service_over_another_authority_gives_its_ids(here):
    here.manifest["identifierSpace"] = "https://ror.org/"
    here.names = {"Riverdale": [{"id": "0abcdef12", "name": "Riverdale", "score": 50}]}
    (found,) = linker(here)([thing("Riverdale", "organization", "US")])

    assert found.candidates[0].item == "ror:0abcdef12"
    assert set(here.asked[0]["q0"]) == {"query", "limit"}


def accepted(item, subject):
    return Row(subject, SAME, item, "semapv:MappingReview", confidence="0.9", reviewer_label="Ann")


def test_accepted_items_that_moved_or_went_are_stale_and_failures_are_not(here):
    here.items = {"Q2": "Q22", "Q3": None}
    here.mishaps = [Mishap(), Mishap(), Mishap(), *[Mishap(503)] * 3]
    rows = [accepted(f"wd:Q{n}", f"inst:{name}") for n, name in enumerate("abcd", start=1)]
    rows += [accepted("ror:0abcdef12", "inst:a")]
    url = here.url.replace("/api", "/entity/")
    checked = list(check_items(rows, Polite(CONTACT, pause=Waited()), url))

    assert [(each.row.object_id, each.stale, each.now) for each in checked] == [
        ("wd:Q1", False, "Q1"),
        ("wd:Q2", True, "Q22"),
        ("wd:Q3", True, ""),
        ("wd:Q4", False, ""),
    ]
    assert checked[3].failed == "the server answers 503"
    now = standing([*rows, *stale_rows(checked, on=date(2026, 11, 24))])
    assert {row.object_id: row.status.value for row in now} == {
        "wd:Q1": "accepted",
        "wd:Q2": "stale",
        "wd:Q22": "candidate",
        "wd:Q3": "stale",
        "wd:Q4": "accepted",
        "ror:0abcdef12": "accepted",
    }


@pytest.mark.parametrize(
    "body", [b"[]", b'{"entities": {}}', b'{"entities": {"Q1": []}}', b'{"entities": 1}']
)
def test_an_answer_that_is_no_item_is_a_failure(here, body):
    here.mishaps = [Mishap(200, body=body)]
    (checked,) = check_items([accepted("wd:Q1", "inst:a")], Polite(CONTACT), here.url.replace("/api", "/e/"))

    assert checked.failed
    assert not checked.stale


def test_the_commands_put_candidates_into_the_queue_and_take_stale_links_back(here, tmp_path):
    state = tmp_path / "state"
    other = Told(Subject("place/boston-2", "boston", "place"))
    write_subjects(state / FILE, [other])
    here.names = {"boston": [BOSTON]}
    run = kg("link", tmp_path, "--live", check=False)
    assert (run.returncode, "contact is not set" in run.stderr) == (2, True)

    settings = f'contact = "{CONTACT}"\nreconcile_url = "{here.url}"\nentity_url = "{here.url[:-3]}e/"\n'
    (tmp_path / "kg.toml").write_text(settings, encoding="utf-8")
    here.mishaps = [Mishap(403)]
    run = kg("link", tmp_path, "--live", check=False)
    assert run.returncode == 1
    assert "look-up failed: place/boston-2: the server answers 403" in run.stderr
    assert rows_of(state / "decisions") == []

    # The shipped decision says which Boston: it is not asked about; another thing of that name is.
    write_subjects(state / FILE, [Told(thing("boston")), other])
    kg("link", tmp_path, "--live")
    assert [row.subject for row in rows_of(state / "decisions")] == ["place/boston-2"]

    here.items = {"Q100": "Q200"}
    run = kg("links", "verify", tmp_path, "--write", check=False)
    assert run.returncode == 1
    assert "stale: place:boston wd:Q100 is now Q200" in run.stdout
    assert "wd:Q200" in {row.object_id for row in rows_of(state / "decisions")}


def test_what_two_linkers_propose_they_do_not_take_from_each_other(here, tmp_path):
    append_rows(tmp_path, candidate_rows(linker(here)([thing("boston")]), [], on=date(2026, 11, 24)))
    here.names = {"boston": [BOSTON]}
    first = candidate_rows(linker(here)([thing("boston")]), [], on=date(2026, 11, 24))
    (found,) = linker(here)([thing("boston")])
    other = replace(found, method="kg names 1", candidates=(replace(found.candidates[0], item="Q7"),))
    later = candidate_rows([other], first, on=date(2026, 11, 24))

    assert [row.object_id for row in later] == ["wd:Q7"]


def test_a_client_asks_http_only(tmp_path):
    with pytest.raises(SettingsError, match="no http address"):
        Polite(CONTACT).get(f"file://{tmp_path}")


def test_found_and_failed_are_told_apart_by_type(here):
    client = Polite(CONTACT, pause=Waited())
    here.mishaps = [Mishap(404), *[Mishap(500)] * 3]

    assert client.get(here.url[:-3] + "x") == Found(404, None)
    assert isinstance(client.get(here.url[:-3] + "x"), Failed)
