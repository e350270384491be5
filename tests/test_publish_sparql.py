"""The SPARQL 1.1 Protocol, sentence by sentence, over a real store and real workers."""

import csv
import io
import json

import pyoxigraph
import pytest
import rdflib

from kg.errors import StoreError
from kg.publish import Limits
from kg.publish.negotiate import GRAPHS
from tests.publish_site import open_site

ALL = "SELECT ?s WHERE { ?s a kg:Agreement } ORDER BY ?s"
ASK = "ASK { ?s a kg:Agreement }"
GRAPH = "CONSTRUCT { ?s a kg:Agreement } WHERE { ?s a kg:Agreement }"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
COURIER = "https://w3id.org/accord-kg/graph/article/courier-2025-05-03"
NANSHAN = "https://w3id.org/accord-kg/graph/article/nanshan-2025-05-04"
JSON_TYPE, XML_TYPE = "application/sparql-results+json", "application/sparql-results+xml; charset=utf-8"
CSV_TYPE, TSV_TYPE = "text/csv; charset=utf-8", "text/tab-separated-values; charset=utf-8"
TURTLE_TYPE, HTML_TYPE = "text/turtle; charset=utf-8", "text/html; charset=utf-8"
PROBLEM = "application/problem+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with open_site(
        tmp_path_factory.mktemp("site"), limits=Limits(query_seconds=2.0, body_bytes=20_000)
    ) as app:
        yield app


@pytest.fixture
def client(app):
    return app.test_client()


def get(query, /, **extra):
    return {"method": "GET", "query_string": {"query": query, **extra}}


def form(query, /, content_type=FORM, **extra):
    return {"method": "POST", "data": {"query": query, **extra}, "content_type": content_type}


def body(query, /, content_type=QUERY, **extra):
    return {"method": "POST", "data": query.encode(), "content_type": content_type, "query_string": extra}


SENTENCES = [
    ("a query by GET is answered", get(ALL), None, 200, JSON_TYPE),
    ("a query by form is answered", form(ALL), None, 200, JSON_TYPE),
    ("a query by form with a charset is answered", form(ALL, f"{FORM}; charset=UTF-8"), None, 200, JSON_TYPE),
    ("a query as body is answered", body(ALL), None, 200, JSON_TYPE),
    (
        "a query as body with a charset is answered",
        body(ALL, f"{QUERY}; charset=utf-8"),
        None,
        200,
        JSON_TYPE,
    ),
    ("HEAD is answered", get(ALL) | {"method": "HEAD"}, None, 200, JSON_TYPE),
    ("SELECT comes in JSON", get(ALL), JSON_TYPE, 200, JSON_TYPE),
    ("SELECT comes in XML", get(ALL), "application/sparql-results+xml", 200, XML_TYPE),
    ("SELECT comes in CSV", get(ALL), "text/csv", 200, CSV_TYPE),
    ("SELECT comes in TSV", get(ALL), "text/tab-separated-values", 200, TSV_TYPE),
    (
        "SELECT comes as plain JSON where only that is known",
        get(ALL),
        "application/json",
        200,
        "application/json",
    ),
    ("SELECT comes as a page to a browser", get(ALL), BROWSER, 200, HTML_TYPE),
    ("ASK comes in JSON", get(ASK), "*/*", 200, JSON_TYPE),
    ("ASK comes in XML", get(ASK), "application/sparql-results+xml", 200, XML_TYPE),
    ("ASK comes as a page to a browser", get(ASK), BROWSER, 200, HTML_TYPE),
    ("a graph comes in Turtle", get(GRAPH), None, 200, TURTLE_TYPE),
    ("a graph comes in N-Triples", get(GRAPH), "application/n-triples", 200, "application/n-triples"),
    ("a graph comes in JSON-LD", get(GRAPH), "application/ld+json", 200, "application/ld+json"),
    (
        "a graph comes in RDF/XML",
        get(GRAPH),
        "application/rdf+xml",
        200,
        "application/rdf+xml; charset=utf-8",
    ),
    ("a graph comes in TriG", get(GRAPH), "application/trig", 200, "application/trig"),
    ("a graph comes in N-Quads", get(GRAPH), "application/n-quads", 200, "application/n-quads"),
    ("a graph comes as a page to a browser", get(GRAPH), BROWSER, 200, HTML_TYPE),
    ("DESCRIBE is answered", get("DESCRIBE agr:nurses-2025"), None, 200, TURTLE_TYPE),
    ("the format can be named", get(ALL, format="csv"), None, 200, CSV_TYPE),
    ("the format can be named by its ending", get(GRAPH, format="nt"), None, 200, "application/n-triples"),
    ("weights are obeyed", get(ALL), "text/csv;q=0.3, application/json;q=0.2, */*;q=0.1", 200, CSV_TYPE),
    ("an unacceptable type is refused", get(ALL), "image/png", 406, PROBLEM),
    ("a graph type is refused for SELECT", get(ALL), "text/turtle", 406, PROBLEM),
    ("a table type is refused for CONSTRUCT", get(GRAPH), "text/csv", 406, PROBLEM),
    ("a type with weight 0 is refused", get(ALL), "text/csv;q=0", 406, PROBLEM),
    ("an unknown format name is refused", get(ALL, format="docx"), None, 406, PROBLEM),
    ("an empty query is refused", get(""), None, 400, PROBLEM),
    ("a POST without a query is refused", form("") | {"data": {"x": "y"}}, None, 400, PROBLEM),
    ("two queries are refused by GET", get([ALL, ASK]), None, 400, PROBLEM),
    ("two queries are refused by form", form([ALL, ASK]), None, 400, PROBLEM),
    ("two queries are refused by body and address", body(ALL, query=ASK), None, 400, PROBLEM),
    ("a syntax error is the caller's", get("SELECT ?s WHERE { ?s ?p }"), None, 400, PROBLEM),
    ("an unknown prefix is the caller's", get("SELECT * { ?s x:y ?o }"), None, 400, PROBLEM),
    ("what is no query is the caller's", get("hello"), None, 400, PROBLEM),
    ("a query that is not UTF-8 is refused", body("") | {"data": b"SELECT \xff"}, None, 400, PROBLEM),
    ("another charset is refused", body(ALL, f"{QUERY}; charset=utf-16"), None, 415, PROBLEM),
    ("an unknown body type is refused", body(ALL, "text/plain"), None, 415, PROBLEM),
    ("a multipart body is refused", body(ALL, "multipart/form-data; boundary=x"), None, 415, PROBLEM),
    ("an update by form is refused", {"method": "POST", "data": {"update": "DROP ALL"}}, None, 403, PROBLEM),
    ("an update as body is refused", body("DROP ALL", "application/sparql-update"), None, 403, PROBLEM),
    ("an update as query is refused", get("INSERT DATA { <a:a> <a:b> <a:c> }"), None, 403, PROBLEM),
    (
        "SERVICE is refused",
        get("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"),
        None,
        403,
        PROBLEM,
    ),
    ("PUT is refused", {"method": "PUT"}, None, 405, PROBLEM),
    ("DELETE is refused", {"method": "DELETE"}, None, 405, PROBLEM),
    ("a body that is too large is refused", body(ALL + " " * 21_000), None, 413, PROBLEM),
    ("a form that is too large is refused", form(ALL + " " * 21_000), None, 413, PROBLEM),
    ("a graph that is no IRI is refused", get(ALL, **{"default-graph-uri": "x> } #"}), None, 400, PROBLEM),
    ("the address without a query describes the endpoint", {"method": "GET"}, None, 200, TURTLE_TYPE),
    (
        "the description comes in JSON-LD",
        {"method": "GET"},
        "application/ld+json",
        200,
        "application/ld+json",
    ),
    (
        "the description comes in N-Quads",
        {"method": "GET"},
        "application/n-quads",
        200,
        "application/n-quads",
    ),
    ("the description comes in TriG", {"method": "GET"}, "application/trig", 200, "application/trig"),
    ("a browser gets a form", {"method": "GET"}, BROWSER, 200, HTML_TYPE),
    ("no description comes as a picture", {"method": "GET"}, "image/png", 406, PROBLEM),
]


@pytest.mark.parametrize(
    ("asked", "accept", "status", "content_type"),
    [sentence[1:] for sentence in SENTENCES],
    ids=[sentence[0] for sentence in SENTENCES],
)
def test_protocol(client, asked, accept, status, content_type):
    response = client.open("/sparql", headers={"Accept": accept} if accept else {}, **asked)

    assert (response.status_code, response.content_type) == (status, content_type), response.text
    assert "Accept" in response.headers["Vary"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    if content_type == PROBLEM:
        problem = json.loads(response.data)
        assert problem["status"] == status
        assert problem["title"]
    if asked["method"] == "HEAD":
        assert response.data == b""


def rows(client, query, **extra):
    return list(
        csv.reader(
            io.StringIO(client.get("/sparql", query_string={"query": query, "format": "csv", **extra}).text)
        )
    )[1:]


def test_our_prefixes_need_no_declaration_and_a_declared_one_wins(client):
    assert len(rows(client, ALL)) == 4
    assert rows(client, "PREFIX kg: <http://example.org/>\n" + ALL) == []


def test_a_syntax_error_names_the_line_that_the_client_sees(client):
    problem = client.get(
        "/sparql", query_string={"query": "SELECT ?s WHERE {\n  ?s a kg:Event .\n  ?s ?p\n}"}
    ).json

    assert problem["line"] == 4
    assert problem["column"] in {1, 2}
    assert problem["near"] == "}"


def test_each_format_says_the_same(client):
    expected = {row[0] for row in rows(client, ALL)}
    found = client.get("/sparql", query_string={"query": ALL, "format": "json"}).json["results"]["bindings"]
    assert {row["s"]["value"] for row in found} == expected
    for known in GRAPHS:
        text = client.get("/sparql", query_string={"query": GRAPH, "format": known.name}).data
        quads = pyoxigraph.parse(text, pyoxigraph.RdfFormat.from_media_type(known.media_types[0]))
        assert {quad.subject.value for quad in quads} == expected, known.name


def test_the_graphs_of_the_request_are_the_data_set(client):
    status = "SELECT ?status WHERE { agr:nurses-2025 kg:status ?status }"
    inside = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s kg:status ?o } }"

    assert rows(client, status) == [["https://w3id.org/accord-kg/vocab/signed"]]
    assert rows(client, status, **{"default-graph-uri": NANSHAN}) == [
        ["https://w3id.org/accord-kg/vocab/preliminary"]
    ]
    assert len(rows(client, status, **{"default-graph-uri": [COURIER, NANSHAN]})) == 2
    assert rows(client, inside, **{"named-graph-uri": COURIER}) == [[COURIER]]
    assert rows(client, status, **{"named-graph-uri": COURIER}) == []
    posted = client.post(
        "/sparql", data={"query": status, "default-graph-uri": NANSHAN, "format": "csv"}
    ).text
    assert "preliminary" in posted


def test_the_description_names_the_address_by_which_it_was_asked(client):
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    for host in ("kg.example:8443", "[::1]:8000"):
        text = client.get("/sparql", headers={"Host": host}).text
        graph = rdflib.Graph().parse(data=text, format="turtle")

        assert [str(o) for o in graph.objects(None, sd.endpoint)] == [f"http://{host}/sparql"]


def test_a_host_that_is_none_is_refused(client):
    assert client.get("/sparql", headers={"Host": 'x"><script>'}).status_code == 400


def test_a_browser_that_asks_before_posting_is_let_in(client):
    response = client.options("/sparql", headers={"Origin": "https://elsewhere.example"})

    assert response.status_code == 200
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == {
        "GET",
        "HEAD",
        "POST",
        "OPTIONS",
    }
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_wrong_method_is_told_the_right_ones(client):
    assert set(client.put("/sparql").headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_a_query_without_end_is_an_error_and_the_next_is_answered(client):
    response = client.get("/sparql", query_string={"query": CROSS}, headers={"Accept": "text/csv, */*;q=0.1"})

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.content_type == PROBLEM
    assert "detail" not in response.json
    assert len(rows(client, ALL)) == 4


def test_an_answer_that_was_seen_before_is_not_sent_again(client):
    first = client.get("/sparql", query_string={"query": ALL})
    second = client.get(
        "/sparql", query_string={"query": ALL}, headers={"If-None-Match": first.headers["ETag"]}
    )
    other = client.get(
        "/sparql",
        query_string={"query": ALL, "format": "csv"},
        headers={"If-None-Match": first.headers["ETag"]},
    )

    assert second.status_code == 304
    assert second.data == b""
    assert other.status_code == 200


def test_a_page_of_results_takes_nothing_for_html(client):
    query = 'SELECT ("<script>alert(1)</script>" AS ?x) ?y WHERE { VALUES ?y { <javascript:alert> } }'
    page = client.get("/sparql", query_string={"query": query, "format": "html"}).text

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page


def test_an_error_is_a_page_for_a_browser(client):
    response = client.get("/sparql", query_string={"query": "SELECT <script>"}, headers={"Accept": BROWSER})

    assert response.status_code == 400
    assert response.content_type == HTML_TYPE
    assert "<script" not in response.text


def test_a_large_result_is_sent_while_it_is_made_and_raises_where_it_is_stopped(client):
    every = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    answer = client.get("/sparql", query_string={"query": every, "format": "csv"}, buffered=False)

    assert answer.status_code == 200
    assert answer.headers["Accord-Result"] == "streamed"
    assert "Content-Length" not in answer.headers
    with pytest.raises(StoreError):
        for _ in answer.response:
            pass
    answer.close()
    assert client.get("/sparql", query_string={"query": ASK}).json["boolean"] is True
