"""/reconcile keeps to the Reconciliation API 0.2, matches what is sure, and answers nonsense with words."""

import json
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.publish import Limits
from kg.search import FILE, write_names
from kg.vocabulary import KG
from tests.publish_site import NAMES, open_site
from tests.reconciliation_schemas import faults, needs_schemas

HOSPITAL = "institution/lowland-harbour-hospital"
SCHOOL = "institution/nanshan-medical-school"
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    options = {"moved": {"institution/old-hospital": HOSPITAL}}
    with open_site(tmp_path_factory.mktemp("site"), **options) as app:
        yield app.test_client()


def told(response, schema):
    """The JSON of an answer, which keeps to its schema and is open to any web page."""
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.mimetype == "application/json"
    value = json.loads(response.data)
    assert faults(schema, value) == []
    return value


def ask(client, *queries, **batch):
    batch |= {f"q{number}": query for number, query in enumerate(queries)}
    answer = client.post("/reconcile", data={"queries": json.dumps(batch)})
    return told(answer, "reconciliation-result-batch")


def one(client, query, **more):
    (found,) = ask(client, {"query": query, **more}).values()
    return found["result"]


def matched(candidates):
    return [candidate["id"] for candidate in candidates if candidate["match"]]


def extend(client, ids, *properties):
    asked = {"ids": ids, "properties": [p if isinstance(p, dict) else {"id": p} for p in properties]}
    answer = client.post("/reconcile", data={"extend": json.dumps(asked)})
    return told(answer, "data-extension-response")


# --- the service ---


@needs_schemas
def test_the_schemas_refuse_what_they_should():
    assert faults("manifest", {"versions": ["0.1"], "name": "x", "identifierSpace": "x", "schemaSpace": "x"})
    assert faults("reconciliation-result-batch", {"q0": {"result": [{"name": "x", "score": 1}]}})
    assert faults("suggest-types-response", {"result": [{"name": "x"}]})
    assert faults("data-extension-response", {"meta": [], "rows": {"x": {"y": [{"date": "2025-05-02"}]}}})


def test_the_manifest_names_every_part_at_the_address_by_which_the_client_came(client):
    manifest = told(client.get("/reconcile", base_url="http://kg.example:81"), "manifest")

    assert manifest["versions"] == ["0.2"]
    assert manifest["identifierSpace"] == "https://w3id.org/accord-kg/id/"
    assert manifest["view"]["url"] == "http://kg.example:81/page/{{id}}"
    assert {t["id"] for t in manifest["defaultTypes"]} >= {"Institution", "Person", "Place", "Event"}
    assert told(client.get("/reconcile/"), "manifest")["batchSize"] == 50
    assert told(client.get("/reconcile?_=1", headers={"Accept": "text/html"}), "manifest")


def test_every_address_in_the_manifest_answers(client):
    manifest = told(client.get("/reconcile"), "manifest")
    things = {"entity": HOSPITAL, "property": "location", "type": "Institution"}
    places = [manifest["view"]["url"].replace("{{id}}", urllib.parse.quote(HOSPITAL, safe=""))]
    places.append(manifest["preview"]["url"].replace("{{id}}", urllib.parse.quote(HOSPITAL, safe="")))
    for name, service in manifest["suggest"].items():
        places.append(service["service_url"] + service["service_path"] + "?prefix=lo")
        places.append(
            service["flyout_service_url"] + service["flyout_service_path"].replace("${id}", things[name])
        )
    proposal = manifest["extend"]["propose_properties"]
    places += [
        proposal["service_url"] + proposal["service_path"],
        manifest["logo"],
        manifest["documentation"],
    ]
    for place in places:
        with client.get(place.removeprefix("http://localhost"), buffered=True) as response:
            assert response.status_code == 200, place
    assert len(set(places)) == 11


@pytest.mark.parametrize(
    "path", ["", "/suggest/entity", "/preview", "/nothing", "?queries=x", "/flyout/type?id=no"]
)
def test_any_web_page_may_ask_whatever_the_answer(client, path):
    for method in ("GET", "OPTIONS"):
        assert client.open(f"/reconcile{path}", method=method).headers["Access-Control-Allow-Origin"] == "*"


# --- queries ---


@pytest.mark.parametrize(
    "name", ["Lowland Harbour Hospital", "harbour hospital", "低地港医院", "LOWLAND  HARBOUR HOSPITAL."]
)
def test_an_exact_name_that_only_one_thing_has_is_a_match(client, name):
    candidates = one(client, name)

    assert matched(candidates) == [HOSPITAL]
    assert candidates[0]["id"] == HOSPITAL
    assert candidates[0]["score"] == 100


@pytest.mark.parametrize(
    "name", ["Lowland Harbuor Hospital", "Hospital, Lowland Harbour", "Lowland Harbour Hospital Ltd"]
)
def test_what_is_only_like_a_name_is_a_candidate_and_no_match(client, name):
    candidates = one(client, name)

    assert candidates[0]["id"] == HOSPITAL
    assert 60 < candidates[0]["score"] < 100
    assert matched(candidates) == []


def test_a_person_is_matched_by_name_only_with_a_second_fact(client):
    works_there = {"pid": "position_in", "v": "Lowland Harbour Hospital"}
    elsewhere = {"pid": "position_in", "v": "Nanshan Medical School"}

    assert matched(one(client, "Ada Berg")) == []
    assert matched(one(client, "Ada Berg", properties=[works_there])) == ["person/ada-berg"]
    assert matched(one(client, "Ada Berg", properties=[elsewhere])) == []


@pytest.mark.parametrize(
    "text",
    [
        HOSPITAL,
        "https://w3id.org/accord-kg/id/" + HOSPITAL,
        "institution/old-hospital",
        "Q999999998",
        "http://www.wikidata.org/entity/Q999999998",
    ],
)
def test_an_id_as_query_is_a_match(client, text):
    assert matched(one(client, text)) == [HOSPITAL]


def test_an_id_as_property_is_a_match_unless_the_name_is_another(client):
    given = [{"pid": "wikidata", "v": "https://www.wikidata.org/wiki/Q999999998"}]

    assert matched(one(client, "Harbour Hospitall", properties=given)) == [HOSPITAL]
    assert matched(next(iter(ask(client, {"properties": given}).values()))["result"]) == [HOSPITAL]
    assert matched(one(client, "Nanshan", properties=given)) == []


def test_another_item_speaks_against_a_name(client):
    candidates = one(client, "Lowland Harbour Hospital", properties=[{"pid": "wikidata", "v": "Q148"}])

    assert matched(candidates) == []
    assert candidates[0]["score"] < 80


@pytest.mark.parametrize(
    "value",
    [
        "Lowland",
        "低地国",
        {"id": "place/lowland", "name": "x"},
        {"id": "Q999999999"},
        "Q999999999",
        "place/lowland",
        ["Elsewhere", "Lowland"],
    ],
)
def test_a_property_is_compared_by_name_in_any_language_or_by_id(client, value):
    candidates = one(client, "Harbour Hospital", properties=[{"pid": "country", "v": value}])
    features = {feature["id"]: feature["value"] for feature in candidates[0]["features"]}

    assert matched(candidates) == [HOSPITAL]
    assert features["property:country"] == 100


@pytest.mark.parametrize("value", ["", {"id": "Q7777"}, "Q7777", []])
def test_an_empty_cell_and_an_id_that_nothing_has_speak_neither_for_nor_against(client, value):
    candidates = one(client, "Lowland Harbour Hospital", properties=[{"pid": "country", "v": value}])

    assert "property:country" not in {feature["id"] for feature in candidates[0]["features"]}
    assert matched(candidates) == [HOSPITAL]


@pytest.mark.parametrize("values", [["Lowland", "Norway"], ["Norway", "Lowland"]])
def test_a_property_that_is_given_twice_has_both_values(client, values):
    given = [{"pid": "country", "v": value} for value in values]

    assert matched(one(client, "Harbour Hospital", properties=given)) == [HOSPITAL]


def test_a_place_around_the_place_agrees_too(client):
    candidates = one(client, "Harbour Hospital", properties=[{"pid": "location", "v": "Lowland"}])

    assert candidates[0]["score"] == 100


@pytest.mark.parametrize(
    ("pid", "value", "support"),
    [
        ("startDate", "2025-05-02", 100),
        ("startDate", "2025", 100),
        ("startDate", "2024-05-02", 0),
        ("startDate", "soon", 0),
        ("status", "happened", 100),
        ("nothing-like-it", "x", None),
        ("endDate", 2025, 100),
    ],
)
def test_dates_numbers_and_unknown_properties(client, pid, value, support):
    candidates = one(client, "Visit to Harbourtown", properties=[{"pid": pid, "v": value}])
    features = {feature["id"]: feature["value"] for feature in candidates[0]["features"]}

    assert candidates[0]["id"] == "event/visit-2025"
    assert features.get(f"property:{pid}") == support
    assert candidates[0]["match"] == (support != 0)


def test_a_reported_figure_is_compared_as_a_number(client):
    candidates = one(client, "Agreements of the visit", properties=[{"pid": "size", "v": 4}])

    assert matched(candidates) == ["agreement-set/visit-2025"]
    assert candidates[0]["score"] == 100


def test_what_is_of_another_class_is_left_out_or_halved(client):
    assert {c["type"][0]["id"] for c in one(client, "Harbourtown", type="Place")} == {"Place"}
    assert one(client, "Harbourtown", type="Person") == []
    should = one(client, "Harbourtown", type="Event", type_strict="should")
    place = next(candidate for candidate in should if candidate["id"] == "place/harbourtown")

    assert place["score"] == 50
    assert not place["match"]
    assert (
        one(client, "Harbourtown", type=["https://w3id.org/accord-kg/ns#Place", "kg:Event"])[0]["score"]
        == 100
    )


def test_candidates_come_by_decreasing_score_and_no_more_than_asked(client):
    candidates = one(client, "Nanshan", limit=2)
    scores = [candidate["score"] for candidate in candidates]

    assert len(candidates) == 2
    assert scores == sorted(scores, reverse=True)
    assert len(one(client, "Nanshan")) > 2


def test_one_wrong_query_spoils_no_other(client):
    wrong = [
        {},
        {"query": 5},
        [],
        None,
        {"query": "x", "limit": 0},
        {"query": "x", "type_strict": "perhaps"},
        {"query": "x", "properties": [{"p": "country"}]},
        {"query": "x", "properties": [{"pid": "country", "v": None}]},
        {"query": "", "properties": []},
        {"querry": "x"},
        {"query": "x", "type": {"id": "Place"}},
    ]
    answers = ask(client, *wrong, good={"query": "Lowland Harbour Hospital"})

    assert matched(answers.pop("good")["result"]) == [HOSPITAL]
    assert len(answers) == len(wrong)
    assert all(answer["result"] == [] and answer["error"] for answer in answers.values())


def test_what_matches_nothing_is_an_answer_without_candidates_and_without_an_error(client):
    assert ask(client, {"query": "zzzz"}, {"query": "???"}) == {"q0": {"result": []}, "q1": {"result": []}}


def test_get_and_post_say_the_same(client):
    queries = json.dumps({"q0": {"query": "Nanshan"}})
    by_get = told(client.get("/reconcile", query_string={"queries": queries}), "reconciliation-result-batch")

    assert by_get == told(client.post("/reconcile", data={"queries": queries}), "reconciliation-result-batch")
    assert by_get["q0"]["result"]


def test_queries_of_a_batch_do_not_touch_each_other(client):
    queries = [{"query": "Nanshan"}, {"query": "Ada Berg", "properties": [{"pid": "position_in", "v": "x"}]}]
    alone = [ask(client, query)["q0"] for query in queries]

    assert list(ask(client, *queries).values()) == alone


@pytest.mark.parametrize(
    ("method", "given", "code"),
    [
        ("POST", {"queries": "{"}, 400),
        ("GET", {"queries": "[]"}, 400),
        ("GET", {"queries": "5"}, 400),
        ("POST", {"queries": "[" * 100_000}, 400),
        ("POST", {"queries": '{"q": NaN}'}, 400),
        ("GET", {"extend": "{}"}, 400),
        ("GET", {"extend": "[]"}, 400),
        ("POST", {}, 400),
        ("GET", {"extend": '{"ids": ["x"], "properties": [{"id": "no-such"}]}'}, 400),
        ("GET", {"extend": '{"ids": [5], "properties": []}'}, 400),
        ("GET", {"queries": "{}", "extend": "{}"}, 400),
        ("POST", {"queries": json.dumps({str(n): {"query": "x"} for n in range(51)})}, 413),
        ("POST", {"extend": json.dumps({"ids": [str(n) for n in range(201)], "properties": []})}, 413),
        ("POST", {"queries": "x" * 1_100_000}, 413),
    ],
)
def test_what_is_no_question_is_refused_in_json(client, method, given, code):
    sent = {"query_string": given} if method == "GET" else {"data": given}
    response = client.open("/reconcile", method=method, **sent)

    assert response.status_code == code
    assert response.mimetype == "application/problem+json"
    assert json.loads(response.data)["title"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.fixture(scope="module")
def ministries(tmp_path_factory):
    """A service over names that many bodies could have."""
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    things = {
        "institution/ministry-of-health": ("Institution", "Ministry of Health"),
        "institution/ppa": ("Institution", "PPA"),
        "institution/port-office": ("Institution", "Quayside Office"),
        "institution/port-office-2": ("Institution", "Quayside Office"),
        "place/uv": ("Place", "U.V."),
        "place/upper-valley": ("Place", "Upvale"),
    }
    described = [
        (
            NAMES.base + "id/" + path,
            [(kind, ("uri", f"{KG}{cls}", "", "")), (label, ("literal", name, "en", ""))],
        )
        for path, (cls, name) in sorted(things.items())
    ]
    path = tmp_path_factory.mktemp("ministries") / FILE
    write_names(path, described, base=NAMES.base, ontology=str(KG))
    with open_site(tmp_path_factory.mktemp("site"), index_at=path) as app:
        yield app.test_client()


@pytest.mark.parametrize("name", ["Ministry of Health", "PPA", "P.P.A.", "ppa", "Quayside Office", "UV"])
def test_a_name_that_others_have_or_could_have_is_no_match_by_itself(ministries, name):
    candidates = one(ministries, name)

    assert candidates[0]["score"] == 100
    assert matched(candidates) == []


def test_capitals_alone_make_no_acronym_and_a_column_of_places_may_have_some(ministries):
    assert matched(one(ministries, "UPVALE")) == ["place/upper-valley"]
    assert matched(one(ministries, "UV", type="Place", type_strict="should")) == ["place/uv"]


class Stuck:
    """A door to the store that lets nobody through until it is told to."""

    def __init__(self, door):
        self.door, self.asked, self.open = door, threading.Event(), threading.Event()

    def run(self, *arguments, **options):
        self.asked.set()
        assert self.open.wait(30)
        return self.door.run(*arguments, **options)


def test_a_batch_that_waits_too_long_is_told_to_come_again(tmp_path):
    limits = Limits(batches_at_once=1, batch_wait_seconds=0.05)
    query = {"query": "Harbour Hospital", "properties": [{"pid": "country", "v": "Lowland"}]}
    with open_site(tmp_path / "site", limits=limits, door=Stuck) as app:
        stuck, first = app.config["door"], []
        thread = threading.Thread(target=lambda: first.append(one(app.test_client(), **query)))
        thread.start()
        assert stuck.asked.wait(30)
        refused = app.test_client().post("/reconcile", data={"queries": "{}"})
        stuck.open.set()
        thread.join(30)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert matched(first[0]) == [HOSPITAL]


def test_many_may_ask_at_once_and_each_gets_its_own_answer(client):
    names = ["Lowland", "Nanshan", "Ada Berg", "Harbourtown", "Surgical robots", "低地港医院"] * 8
    alone = {name: one(client, name) for name in names}
    with ThreadPoolExecutor(8) as several:
        found = list(several.map(lambda name: one(client.application.test_client(), name), names))

    assert found == [alone[name] for name in names]


# --- suggest, preview, extend ---


def suggested(client, kind, **parameters):
    schema = {"entity": "entities", "property": "properties", "type": "types"}[kind]
    answer = client.get(f"/reconcile/suggest/{kind}", query_string=parameters)
    return [each["id"] for each in told(answer, f"suggest-{schema}-response")["result"]]


def test_suggestions_begin_with_the_prefix_or_have_the_id(client):
    assert suggested(client, "entity", prefix="lowland h") == [HOSPITAL]
    assert suggested(client, "entity", prefix="南山医") == [SCHOOL]
    assert suggested(client, "entity", prefix=HOSPITAL)[0] == HOSPITAL
    assert suggested(client, "entity", prefix="Q999999998")[0] == HOSPITAL
    assert suggested(client, "entity", prefix="harbourtown", type="Place") == ["place/harbourtown"]
    assert suggested(client, "entity", prefix="Q999999998", type="Place") == []
    assert suggested(client, "type", prefix="inst") == ["Institution"]
    assert suggested(client, "property", prefix="coun") == ["country"]
    assert len(suggested(client, "type", prefix="")) == 7


def test_the_cursor_leads_on(client):
    first, second = (suggested(client, "property", limit=5, cursor=cursor) for cursor in (0, 5))

    assert len(first) == len(second) == 5
    assert not set(first) & set(second)
    assert client.get("/reconcile/suggest/entity?prefix=x&cursor=-1").status_code == 400


def test_a_preview_shows_the_thing_and_runs_nothing(client):
    response = client.get("/reconcile/preview", query_string={"id": "institution/quotes-and-tags"})
    page = response.get_data(as_text=True)

    assert response.mimetype == "text/html"
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]


def test_a_flyout_escapes_what_it_shows(client):
    response = client.get("/reconcile/flyout/entity?id=institution/quotes-and-tags")
    told_ = json.loads(response.data)

    assert told_["id"] == "institution/quotes-and-tags"
    assert "<script>" not in told_["html"]


@pytest.mark.parametrize("part", ["preview", "flyout/entity", "flyout/type", "flyout/property"])
def test_a_picture_of_nothing_is_404_and_without_id_400(client, part):
    assert client.get(f"/reconcile/{part}?id=person/nobody").status_code == 404
    assert client.get(f"/reconcile/{part}").status_code == 400


def test_extend_gives_things_dates_numbers_words_and_ids(client):
    ids = [HOSPITAL, "event/visit-2025", "agreement-set/visit-2025", "person/ada-berg", "person/nobody"]
    answer = extend(
        client, ids, "country", "startDate", "size", "wikidata", "name_zh", "position", "agreement"
    )
    rows = answer["rows"]

    assert list(rows) == ids
    assert rows[HOSPITAL]["country"] == [{"id": "place/lowland", "name": "Lowland"}]
    assert rows["event/visit-2025"]["startDate"] == [{"date": "2025-05-02T00:00:00Z"}]
    assert rows["agreement-set/visit-2025"]["size"] == [{"int": 4}]
    assert rows[HOSPITAL]["wikidata"] == [{"str": "Q999999998"}]
    assert rows[HOSPITAL]["name_zh"] == [{"str": "低地港医院"}]
    assert rows["person/ada-berg"]["position"] == [{"str": "director"}]
    assert rows["person/ada-berg"]["wikidata"] == []
    assert rows[HOSPITAL]["agreement"] == [{"id": "agreement/nurses-2025", "name": "Training of nurses"}]
    assert set(map(str, rows["person/nobody"].values())) == {"[]"}
    assert {meta["id"]: meta.get("type", {}).get("id") for meta in answer["meta"]}["country"] == "Place"


def test_extend_takes_no_more_values_than_the_setting_says(client):
    (row,) = extend(client, [SCHOOL], {"id": "agreement", "settings": {"limit": "2"}})["rows"].values()
    (whole,) = extend(client, [SCHOOL], "agreement")["rows"].values()

    assert row["agreement"] == whole["agreement"][:2]
    assert len(whole["agreement"]) == 4


def test_a_thing_that_has_moved_is_extended_under_the_id_that_was_asked_for(client):
    rows = extend(client, ["institution/old-hospital"], "country")["rows"]

    assert rows == {"institution/old-hospital": {"country": [{"id": "place/lowland", "name": "Lowland"}]}}


def test_properties_are_proposed_by_class(client):
    def proposed(**parameters):
        answer = client.get("/reconcile/properties", query_string=parameters)
        return {p["id"] for p in told(answer, "data-extension-property-proposal")["properties"]}

    assert {"position_in", "wikidata"} <= proposed(type="Person")
    assert "startDate" not in proposed(type="Person")
    assert "startDate" in proposed(type="Event")
    assert len(proposed(type="Event", limit=3)) == 3
    assert proposed() > proposed(type="Event")


# --- nonsense ---

KEYS = ("query", "type", "limit", "properties", "type_strict", "pid", "v", "id", "ids", "settings")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from([HOSPITAL, "Place", "country", "startDate", "Q999999998", "\ud800", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
VALUE = (
    st.text(max_size=20) | st.integers() | st.booleans() | st.fixed_dictionaries({"id": st.text(max_size=20)})
)
QUERY = st.fixed_dictionaries(
    {"query": st.text(max_size=40)},
    optional={
        "type": st.sampled_from(["Place", "Institution", "x"]),
        "type_strict": st.sampled_from(["any", "should", "all"]),
        "limit": st.integers(1, 200),
        "properties": st.lists(
            st.fixed_dictionaries(
                {"pid": st.sampled_from(["country", "size", "startDate", "wikidata", "x"]), "v": VALUE}
            ),
            max_size=3,
        ),
    },
)


def sound(response):
    """Whether an answer is one that a client can read: never a fault of ours."""
    assert response.status_code in {200, 300, 303, 400, 404, 406, 413}, response.get_data(as_text=True)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return response


@FUZZ
@given(batch=st.dictionaries(st.text(max_size=5), QUERY | JSON, max_size=4))
def test_no_batch_is_too_strange(client, batch):
    answer = sound(client.post("/reconcile", data={"queries": json.dumps(batch)}))
    value = told(answer, "reconciliation-result-batch")

    assert set(value) == set(batch)
    for each in value.values():
        assert sum(candidate["match"] for candidate in each["result"]) <= 1
        assert all(0 <= candidate["score"] <= 100 for candidate in each["result"])


@FUZZ
@given(value=JSON, name=st.sampled_from(["queries", "extend"]))
def test_no_json_is_too_strange(client, value, name):
    sound(client.post("/reconcile", data={name: json.dumps(value)}))


@FUZZ
@given(
    path=st.sampled_from(
        [
            "suggest/entity",
            "suggest/type",
            "suggest/property",
            "flyout/entity",
            "flyout/type",
            "flyout/property",
            "preview",
            "properties",
            "",
        ]
    ),
    given=st.dictionaries(
        st.sampled_from(["prefix", "id", "type", "cursor", "limit", "queries"]), st.text(max_size=30)
    ),
)
def test_no_parameter_is_too_strange(client, path, given):
    clean = {name: text.encode("utf-8", "replace").decode() for name, text in given.items()}
    sound(client.get(f"/reconcile/{path}", query_string=clean))


@FUZZ
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", "x"]),
)
def test_no_body_is_too_strange(client, body, kind):
    sound(client.post("/reconcile", data=body, content_type=kind))
    sound(client.post("/lookup", data=body, content_type=kind))
