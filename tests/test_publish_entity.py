"""Things have one name, a page and data; statements have their sentences; no data is ever HTML."""

import re

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.publish import Limits
from kg.publish.negotiate import DOCUMENTS
from kg.publish.quotes import marked
from kg.vocabulary import Names
from tests.publish_site import NAMES, open_site

NURSES = "agreement/nurses-2025"
HTML = "text/html; charset=utf-8"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    limits = Limits(incoming=3)
    moved = {"agreement/old-name": "agreement/nurses-2025"}
    with open_site(
        tmp_path_factory.mktemp("site"), limits=limits, moved=moved, gone=frozenset({"person/withdrawn"})
    ) as app:
        yield app


@pytest.fixture(scope="module")
def client(app):
    return app.test_client()


def page(client, path):
    response = client.get(f"/page/{path}")
    assert response.status_code == 200, response.text
    assert response.content_type == HTML
    return response.text


def triples(client, path):
    body = client.get(f"/data/{path}.nt").data
    return {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in pyoxigraph.parse(body, pyoxigraph.RdfFormat.N_TRIPLES)
    }


@pytest.mark.parametrize(
    ("accept", "place"),
    [
        (BROWSER, f"/page/{NURSES}"),
        ("*/*", f"/page/{NURSES}"),
        ("text/turtle", f"/data/{NURSES}.ttl"),
        ("application/ld+json", f"/data/{NURSES}.jsonld"),
        ("application/n-triples", f"/data/{NURSES}.nt"),
        ("application/rdf+xml", f"/data/{NURSES}.rdf"),
        ("text/html;q=0.4, text/turtle;q=0.6", f"/data/{NURSES}.ttl"),
    ],
)
def test_a_thing_sends_the_client_to_what_it_likes(client, accept, place):
    response = client.get(f"/id/{NURSES}", headers={"Accept": accept})

    assert response.status_code == 303
    assert response.headers["Location"] == place
    assert "Accept" in response.headers["Vary"]
    assert client.get(place).status_code == 200


def test_a_thing_is_not_described_in_pictures(client):
    assert client.get(f"/id/{NURSES}", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("known", DOCUMENTS, ids=lambda f: f.name)
def test_an_ending_answers_directly_and_parses(client, known):
    for start in ("id", "data"):
        response = client.get(f"/{start}/{NURSES}.{known.extension}")

        assert response.status_code == 200
        assert response.content_type.startswith(known.media_types[0])
        rdf = pyoxigraph.RdfFormat.from_media_type(known.media_types[0])
        subjects = {quad.subject.value for quad in pyoxigraph.parse(response.data, rdf)}
        assert str(NAMES.of_path(NURSES)) in subjects


def test_the_html_ending_is_the_page(client):
    assert client.get(f"/id/{NURSES}.html").text == client.get(f"/page/{NURSES}").text


def test_every_form_links_to_the_others(client):
    for path in (f"/id/{NURSES}", f"/page/{NURSES}", f"/data/{NURSES}.ttl"):
        link = client.get(path).headers["Link"]
        targets = re.findall(r"<([^>]+)>; rel=\"alternate\"; type=\"([^\"]+)\"", link)

        assert len(targets) == 5
        for target, media_type in targets:
            assert client.get(target).content_type.startswith(media_type)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/id/agreement/nobody", 404),
        ("/page/agreement/nobody", 404),
        ("/data/agreement/nobody.ttl", 404),
        ("/data/agreement/nurses-2025", 404),
        ("/data/agreement/nurses-2025.docx", 404),
        ("/id/nothing/nurses-2025", 404),
        ("/id/agreement/a%3E%20%7D%20%23", 404),
        ("/id/agreement/..%2F..%2Fetc", 404),
        ("/id/agreement/%00", 404),
        ("/id/agreement/" + "a" * 400, 404),
        ("/graph/nothing", 404),
        ("/graph/%3E%20%7D", 404),
        ("/vocab/nothing", 404),
        ("/vocab/%3Cscript%3E", 404),
        ("/browse/Nothing", 404),
        ("/browse/Agreement?start=-1", 400),
        ("/browse/Agreement?start=x", 400),
        ("/id/person/withdrawn", 410),
        ("/data/person/withdrawn.ttl", 410),
        ("/nothing", 404),
    ],
)
def test_what_is_not_there_is_a_problem_document_or_a_page(client, path, status):
    machine, person = client.get(path), client.get(path, headers={"Accept": BROWSER})

    assert (machine.status_code, machine.content_type) == (status, "application/problem+json")
    assert (person.status_code, person.content_type) == (status, HTML)
    assert "<script" not in person.text


def test_a_merged_thing_leads_to_what_it_is_now(client):
    response = client.get("/id/agreement/old-name")

    assert response.status_code == 301
    assert response.headers["Location"] == f"/id/{NURSES}"


def test_data_has_what_the_thing_says_what_points_to_it_and_the_names_of_both(client):
    name = str(NAMES.of_path("event/visit-2025"))
    found = triples(client, "event/visit-2025")
    rdfs = "http://www.w3.org/2000/01/rdf-schema#label"

    assert (
        name,
        "https://w3id.org/accord-kg/ns#host",
        str(NAMES.of_path("institution/lowland-harbour-hospital")),
    ) in found
    assert (str(NAMES.of_path(NURSES)), "https://w3id.org/accord-kg/ns#signedAt", name) in found
    assert (
        str(NAMES.of_path("institution/lowland-harbour-hospital")),
        rdfs,
        "Lowland Harbour Hospital",
    ) in found
    assert (str(NAMES.of_path(NURSES)), rdfs, "Training of nurses") in found


def test_data_says_when_it_does_not_list_everything(client):
    notes = [o for _, p, o in triples(client, "institution/nanshan-medical-school") if p.endswith("#comment")]
    few = [o for _, p, o in triples(client, "event/visit-2025") if p.endswith("#comment")]

    assert len(notes) == 1
    assert "3 of 4" in notes[0]
    assert few == []
    assert "more than can be listed" in page(client, "institution/nanshan-medical-school")


def test_the_same_data_is_the_same_bytes(client, app):
    fresh = app.wsgi_app._inner
    app.wsgi_app, cached = fresh, app.wsgi_app
    try:
        assert client.get(f"/data/{NURSES}.ttl").data == client.get(f"/data/{NURSES}.ttl").data
    finally:
        app.wsgi_app = cached


def test_a_page_shows_each_statement_with_its_sentence_and_the_words_marked(client):
    text = page(client, NURSES)

    assert "<mark>signed</mark> a memorandum" in text
    assert "<mark>Lowland Harbour Hospital</mark>" in text
    assert "Lowland Courier" in text
    assert "characters 120–240" in text
    assert 'href="/page/article/courier-2025-05-03"' in text


def test_what_only_one_article_says_is_set_apart_from_the_consolidated_view(client):
    text = page(client, NURSES)
    status = text[text.index('<dd class="reported">') :]

    assert "初步达成" in status
    assert text.index("badge signed") < text.index("badge preliminary")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (NURSES, "signed"),
        ("agreement/robots-2025", "denied"),
        ("agreement/labs-2026", "planned"),
        ("agreement/letter-2025", "preliminary"),
        ("event/forum-2026", "cancelled"),
        ("event/visit-2025", "happened"),
    ],
)
def test_the_status_stands_beside_the_name(client, path, status):
    heading = re.search(r"<h1>.*?</h1>", page(client, path), re.DOTALL).group()

    assert f'class="badge {status}"' in heading


def test_names_stand_in_all_languages_with_their_tags(client):
    text = page(client, "institution/lowland-harbour-hospital")

    assert '<span lang="en">Lowland Harbour Hospital</span>' in text
    assert 'lang="zh">低地港医院' in text
    assert "Harbour Hospital" in text[text.index("Also called") :]


def test_a_page_links_to_wikidata_and_says_what_is_only_probable(client):
    assert 'Same as <a href="http://www.wikidata.org/entity/Q999999998"' in page(
        client, "institution/lowland-harbour-hospital"
    )
    probable = page(client, "person/ada-berg")
    assert re.search(r"Probably the same as <a [^>]*>Wikidata Q\d+</a> \(not reviewed\)", probable)


def test_a_figure_and_a_role_are_told_in_words(client):
    assert "about 4 agreements" in page(client, "agreement-set/visit-2025")
    assert "Ada Berg, director, Lowland Harbour Hospital" in page(client, "person/ada-berg")


def test_what_points_to_a_thing_is_grouped_in_words(client):
    text = page(client, "institution/lowland-harbour-hospital")

    assert "Agreements as a party" in text
    assert "Hosted" in text
    assert "People with a position here" in text


def test_an_article_page_has_the_passages_and_never_more(client):
    text = page(client, "article/courier-2025-05-03")

    assert 'href="https://courier.example/2025/05/03/nurses"' in text
    assert text.count("<blockquote") == 3
    assert "badge denied" in text


@pytest.mark.parametrize(
    "path",
    [
        "claim/0000000000000001",
        "evidence/courier-2025-05-03-120-240",
        "role/ada-berg-director",
        "figure/courier-4",
    ],
)
def test_claims_passages_roles_and_figures_have_pages_and_data(client, path):
    assert "<h1>" in page(client, path)
    assert triples(client, path)


def test_names_and_quotations_are_never_taken_for_html(client):
    for path in (
        "institution/quotes-and-tags",
        "agreement/robots-2025",
        NURSES,
        "article/courier-2025-05-03",
    ):
        text = page(client, path)

        assert "<script" not in text
        assert "<b>Nanshan" not in text
        assert 'href="javascript' not in text
    assert "&lt;script&gt;alert" in page(client, "institution/quotes-and-tags")


def test_no_page_runs_a_script_or_asks_another_host(client):
    for path in (
        "/",
        f"/page/{NURSES}",
        "/sparql",
        "/ns",
        "/vocab/signed",
        "/queries/",
        "/help",
        "/browse/Event",
    ):
        response = client.get(path, headers={"Accept": BROWSER})
        policy = response.headers["Content-Security-Policy"]

        assert response.status_code == 200, path
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script|<iframe|\son\w+=|\sstyle=", response.text)
        assert not re.search(r'(?:src|rel="(?:stylesheet|icon)" href)="https?:', response.text)


def test_a_publication_with_another_base_is_answered_at_our_own_path(tmp_path):
    with open_site(tmp_path, names=Names("https://elsewhere.example/kg/")) as app:
        client = app.test_client()
        text = page(client, NURSES)

        assert client.get(f"/id/{NURSES}").headers["Location"] == f"/page/{NURSES}"
        assert "https://elsewhere.example/kg/id/agreement/nurses-2025" in text
        assert 'href="/page/institution/lowland-harbour-hospital"' in text
        assert "<mark>signed</mark>" in text
        assert "Training of nurses" in client.get("/").text


def test_a_concept_shows_what_it_means_and_what_has_it(client):
    text = client.get("/vocab/denied", headers={"Accept": BROWSER}).text

    assert "被否认" in text
    assert "Surgical robots" in text


@pytest.mark.parametrize("known", DOCUMENTS, ids=lambda f: f.name)
def test_the_ontology_and_its_concepts_come_in_every_format(client, known):
    for path in ("/ns", "/vocab/signed"):
        by_accept = client.get(path, headers={"Accept": known.media_types[0]})
        by_ending = client.get(f"{path}.{known.extension}")
        rdf = pyoxigraph.RdfFormat.from_media_type(known.media_types[0])

        assert by_accept.content_type.startswith(known.media_types[0])
        assert len(list(pyoxigraph.parse(by_accept.data, rdf))) > 3
        assert len(by_ending.data) == len(by_accept.data)


def test_graphs_are_given_as_data(client):
    turtle = client.get("/graph/catalog", headers={"Accept": "text/turtle"})
    evidence = client.get("/graph/article/courier-2025-05-03/evidence.nt")

    assert "kg:Article" in turtle.text
    assert b"ns#quote" in evidence.data
    assert (
        client.get("/graph/catalog", headers={"Accept": BROWSER}).content_type == "text/plain; charset=utf-8"
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(["id", "page", "data", "graph", "vocab", "browse", "dumps", "ns."]),
    path=st.text(st.characters(codec="utf-8"), max_size=30)
    | st.from_regex(r"\A[a-z]+/[a-z.%<>{}\"-]{0,12}\Z"),
    accept=st.sampled_from(["", "text/turtle", BROWSER, "image/png", "application/ld+json"]),
)
def test_no_path_breaks_the_site(client, start, path, accept):
    response = client.get("/" + start + "/" + path, headers={"Accept": accept})

    assert response.status_code < 500


@given(st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_marking_changes_no_word_and_lets_no_html_through(quote, words):
    text = str(marked(quote, words))
    plain = re.sub(r"</?mark>", "", text)

    assert not re.search(r"[<>\"']", plain)
    assert marked(quote, ()).unescape() == quote
    assert type(marked("", ()))(plain).unescape() == quote


@pytest.mark.parametrize(
    ("quote", "word", "found"),
    [
        ("China signed", "Chi", False),
        ("China signed", "china", True),
        ("南山医学院签署", "南山", True),
        ("On Dec. 13 they met", "Dec. 13", True),
        ("In 2017", "201", False),
    ],
)
def test_whole_words_are_marked(quote, word, found):
    assert ("<mark>" in marked(quote, [word])) == found


def test_json_ld_is_short_and_says_the_same_as_n_triples(client):
    from pyld import jsonld

    document = client.get(f"/data/{NURSES}.jsonld").get_json()
    ours = jsonld.to_rdf(document, {"format": "application/n-quads"})
    theirs = client.get(f"/data/{NURSES}.nt").data

    assert "kg" in document["@context"]
    assert "foaf" in document["@context"]
    assert "prov" not in document["@context"], "only what is used"
    assert any(node["id"].startswith("agr:") for node in document["@graph"])
    form = pyoxigraph.RdfFormat.N_QUADS
    assert {str(q.triple) for q in pyoxigraph.parse(ours.encode(), form)} == {
        str(q.triple).replace(".nt>", ".jsonld>") for q in pyoxigraph.parse(theirs, form)
    }
