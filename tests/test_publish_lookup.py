"""/lookup leads from an id of another data set to our thing, one at a time or many."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.publish_site import open_site

HOSPITAL = "institution/lowland-harbour-hospital"
ITEM = "Q999999998"
FOUND = {
    "id": HOSPITAL,
    "iri": "https://w3id.org/accord-kg/id/" + HOSPITAL,
    "name": "Lowland Harbour Hospital",
    "type": "Institution",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with open_site(tmp_path_factory.mktemp("site")) as app:
        yield app.test_client()


def look(client, text, accept="*/*"):
    return client.get("/lookup", query_string={"id": text}, headers={"Accept": accept})


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/turtle", "application/ld+json"])
def test_an_item_leads_to_the_thing(client, accept):
    response = look(client, ITEM, accept)

    assert response.status_code == 303
    assert response.headers["Location"] == f"/id/{HOSPITAL}"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(response.headers["Location"]).status_code == 303


@pytest.mark.parametrize("text", [ITEM, f"http://www.wikidata.org/entity/{ITEM}", HOSPITAL, FOUND["iri"]])
def test_json_tells_what_is_found(client, text):
    assert json.loads(look(client, text, "application/json").data) == {"id": text, "found": [FOUND]}


def test_an_item_that_nobody_has_accepted_is_not_found(client):
    for text in ("Q999999997", "Q1", "https://ror.org/03v76x132", "institution/nobody"):
        response = look(client, text)

        assert response.status_code == 404
        assert text in json.loads(response.data)["detail"]


@pytest.mark.parametrize("text", ["", "Harvard", "Q", "https://example.org/", "P31", "a/b/c", "../x", "\x00"])
def test_what_is_no_id_is_refused(client, text):
    response = look(client, text)

    assert response.status_code == 400
    assert "id" in json.loads(response.data)["title"]


def test_a_form_that_is_not_offered_is_406(client):
    assert look(client, ITEM, "image/png").status_code == 406


@pytest.mark.parametrize(
    ("body", "kind"),
    [(json.dumps([ITEM, "Q1", "no id"]), "application/json"), (f"{ITEM}\r\n\nQ1\nno id\n", "text/plain")],
)
def test_many_are_looked_up_at_once(client, body, kind):
    results = json.loads(client.post("/lookup", data=body, content_type=kind).data)["results"]

    assert [each["id"] for each in results] == [ITEM, "Q1", "no id"]
    assert [each["found"] for each in results] == [[FOUND], [], []]
    assert ["error" in each for each in results] == [False, False, True]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        ("", "text/plain", 400),
        ("{}", "application/json", 400),
        ("[5]", "application/json", 400),
        ("[", "application/json", 400),
        (b"\xff", "text/plain", 400),
        ("Q1\n" * 1001, "text/plain", 413),
        ("x" * 1_100_000, "text/plain", 413),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(client, body, kind, code):
    response = client.post("/lookup", data=body, content_type=kind)

    assert response.status_code == code
    assert json.loads(response.data)["title"]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=60), accept=st.sampled_from(["*/*", "application/json", "text/html", "x"]))
def test_no_id_is_too_strange(client, text, accept):
    clean = text.encode("utf-8", "replace").decode()

    assert look(client, clean, accept).status_code in {200, 303, 400, 404, 406}
