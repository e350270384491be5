"""The SPARQL 1.1 Protocol over real HTTP: what a client may send, byte by byte, and what it is told."""

import contextlib
import csv
import gzip
import http.client
import io
import json
import re
import socket
import threading
import time
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph
import pytest
import rdflib

from kg.store import open_store
from kg.vocabulary import FACTS
from tests.conftest import start, stop
from tests.publish_site import NAMES, make_release

FACTS_GRAPH = str(NAMES.graph(FACTS))
COURIER = str(NAMES.graph("article/courier-2025-05-03"))
NANSHAN = str(NAMES.graph("article/nanshan-2025-05-04"))
MANY = str(NAMES.graph("many"))
ALL = "SELECT ?s WHERE { ?s a kg:Agreement } ORDER BY ?s"
STATUS = "SELECT ?status WHERE { agr:nurses-2025 kg:status ?status }"
LARGE = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"
ENDLESS_ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"
FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
JSON, PROBLEM = "application/sparql-results+json", "application/problem+json"
LIMIT = 2.0
BODY = 20_000
SETTINGS = f"""
query_seconds = {LIMIT}
query_body_bytes = {BODY}
queries_per_client = 3
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def kind(self):
        return self.headers["Content-Type"]

    @property
    def rows(self):
        return list(csv.reader(io.StringIO(self.body.decode())))[1:]


class Client:
    """Speaks to one server, a connection a request."""

    def __init__(self, url):
        self.address = urlsplit(url).netloc
        self.host, _, port = self.address.partition(":")
        self.port = int(port)

    def ask(self, method="GET", path="/sparql", *, body=None, headers=(), **parameters):
        if parameters:
            named = {name.replace("_", "-"): value for name, value in parameters.items()}
            path += "?" + urlencode(named, doseq=True)
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.putrequest(method, path)
            for name, value in dict(headers).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def form(self, path="/sparql", content_type=FORM, headers=(), **fields):
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        body = urlencode(named, doseq=True).encode()
        return self.ask("POST", path, body=body, headers={"Content-Type": content_type, **dict(headers)})

    def raw(self, *parts):
        """Send bytes as they are, and read until the server ends the connection."""
        with socket.create_connection((self.host, self.port), timeout=30) as connection:
            for part in parts:
                connection.sendall(part)
            found = b""
            with contextlib.suppress(ConnectionResetError):  # it need not read what it has refused
                while piece := connection.recv(65536):
                    found += piece
        return found


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("protocol")
    store = open_store(directory / "releases" / make_release(directory) / "store")
    store.load(
        "".join(f"<http://e/{n}> <http://e/p> <http://e/q> <{MANY}> .\n" for n in range(20_000)).encode()
    )
    store.close()
    (directory / "kg.toml").write_text(SETTINGS)
    server = start(directory)
    yield Client(server.url)
    stop(server)


def head(method, path, *lines):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *lines, "", ""]).encode()


def chunked(*chunks):
    return b"".join(f"{len(c):x}\r\n".encode() + c + b"\r\n" for c in (*chunks, b""))


def triples_in(answer):
    """The triples of a document that has no blank nodes."""
    form = pyoxigraph.RdfFormat.from_media_type(answer.kind.partition(";")[0])
    return {(quad.subject, quad.predicate, quad.object) for quad in pyoxigraph.parse(answer.body, form)}


# What a client may send


def test_a_form_with_a_charset_is_accepted(client):
    assert client.form(query=ALL, content_type=f"{FORM}; charset=UTF-8").status == 200


def test_a_form_in_another_charset_is_refused(client):
    assert client.form(query=ALL, content_type=f"{FORM}; charset=iso-8859-1").status == 415


def test_the_type_of_a_body_may_be_written_in_any_case(client):
    answer = client.ask("POST", body=ALL.encode(), headers={"Content-Type": "Application/SPARQL-Query"})

    assert answer.status == 200


def test_a_query_in_chunks_is_accepted(client):
    begin = head(
        "POST", "/sparql", f"Content-Type: {QUERY}", "Accept: text/csv", "Transfer-Encoding: chunked"
    )
    found = client.raw(begin, chunked(ALL[:7].encode(), ALL[7:].encode()))

    assert found.startswith(b"HTTP/1.1 200")
    assert found.count(b"/id/agreement/") == 4


def test_a_form_in_chunks_is_accepted(client):
    begin = head("POST", "/sparql", f"Content-Type: {FORM}", "Accept: text/csv", "Transfer-Encoding: chunked")
    found = client.raw(begin, chunked(b"query=", quote(ALL).encode()))

    assert found.startswith(b"HTTP/1.1 200")


def test_chunks_that_are_too_much_are_refused(client):
    begin = head("POST", "/sparql", f"Content-Type: {QUERY}", "Transfer-Encoding: chunked")
    found = client.raw(begin, chunked(ALL.encode(), *[b" " * 1000] * (BODY // 1000 + 1)))

    assert found.startswith(b"HTTP/1.1 413")


def test_a_body_that_is_too_large_is_refused_as_a_problem(client):
    answer = client.ask("POST", body=ALL.encode() + b" " * BODY, headers={"Content-Type": QUERY})

    assert (answer.status, answer.kind) == (413, PROBLEM)


def test_a_form_that_is_too_large_is_refused(client):
    assert client.form(query=ALL + " " * BODY).status == 413


def test_a_client_that_waits_for_100_continue_is_told_to_go_on(client):
    body = ALL.encode()
    begin = head(
        "POST", "/sparql", f"Content-Type: {QUERY}", f"Content-Length: {len(body)}", "Expect: 100-continue"
    )
    with socket.create_connection((client.host, client.port), timeout=30) as connection:
        connection.sendall(begin)
        first = connection.recv(1024)
        connection.sendall(body)
        rest = b""
        while piece := connection.recv(65536):
            rest += piece

    assert first.startswith(b"HTTP/1.1 100")
    assert b"HTTP/1.1 200" in first + rest


def test_a_connection_carries_more_than_one_query(client):
    path = "/sparql?" + urlencode({"query": ALL, "format": "csv"})
    connection = http.client.HTTPConnection(client.address, timeout=30)
    with contextlib.closing(connection):
        bodies = []
        for _ in range(3):
            connection.request("GET", path)
            bodies.append(connection.getresponse().read())

    assert len(set(bodies)) == 1
    assert bodies[0].count(b"agreement") == 4


def test_an_old_client_is_answered_and_the_connection_closed(client):
    path = "/sparql?" + urlencode({"query": ALL, "format": "csv"})
    found = client.raw(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())

    assert b" 200 " in found.partition(b"\r\n")[0]
    assert found.count(b"/id/agreement/") == 4


def test_an_address_that_is_too_long_is_refused_with_the_way_out(client):
    answer = client.ask(query=ALL + " " * 60_000)

    assert answer.status == 414
    if answer.kind == PROBLEM:
        assert "post" in answer.json["detail"]


def test_a_long_address_is_answered(client):
    assert client.ask(query=ALL + "#" * 15_000).status == 200


def test_space_may_be_a_plus_and_text_any_script(client):
    query = 'SELECT ?s { ?s rdfs:label "低地港"@zh }'

    assert client.ask(query=query, format="csv").rows == client.form(query=query, format="csv").rows
    assert "+" in urlencode({"query": query})
    assert len(client.ask(path=f"/sparql?format=csv&query={quote(query)}").rows) == 1


@pytest.mark.parametrize("query", ["SELECT%20*%20%FF", "ASK%20%7B%20?s%20?p%20%22%C3%28%22%20%7D"])
def test_an_address_that_is_not_utf8_is_refused_and_not_mended(client, query):
    answer = client.ask(path=f"/sparql?query={query}")

    assert answer.status == 400
    assert "UTF-8" in answer.json["title"]


def test_a_form_that_is_not_utf8_is_refused_and_not_mended(client):
    answer = client.ask("POST", body=b"query=ASK%20%7B%20%FF", headers={"Content-Type": FORM})

    assert answer.status == 400


def test_a_packed_body_is_refused(client):
    headers = {"Content-Type": QUERY, "Content-Encoding": "gzip"}

    assert client.ask("POST", body=gzip.compress(ALL.encode()), headers=headers).status == 415


@pytest.mark.parametrize("two", ["format=csv&format=json", "timeout=1&timeout=2"])
def test_what_is_said_twice_in_two_ways_is_refused(client, two):
    assert client.ask(path=f"/sparql?query={quote(ALL)}&{two}").status == 400


def test_one_format_may_be_named_twice(client):
    two = "format=tsv&format=text/tab-separated-values,text/x-tsv"
    answer = client.ask(path=f"/sparql?query={quote(ALL)}&{two}")

    assert answer.kind == "text/tab-separated-values; charset=utf-8"


def test_a_post_without_a_type_is_told_the_types(client):
    answer = client.ask("POST", body=b"query=ASK{}")

    assert answer.status == 415
    assert answer.json["accepted"] == [FORM, QUERY]


def test_a_post_without_a_body_is_refused(client):
    assert client.ask("POST", body=b"", headers={"Content-Type": QUERY}).status == 400


def test_an_empty_query_is_no_question_for_the_description(client):
    assert client.ask(query="").status == 400


def test_a_thousand_other_parameters_do_no_harm_and_too_many_are_refused(client):
    many = "&".join(f"x{n}=1" for n in range(1000))

    assert client.ask(path=f"/sparql?{many}&query={quote(ALL)}").status == 200
    assert client.ask(path=f"/sparql?{many}&{many}&{many}&query={quote(ALL)}").status == 400


# Which answer


def test_accept_may_be_sent_in_two_lines(client):
    found = client.raw(
        head("GET", f"/sparql?query={quote(ALL)}", "Accept: text/csv;q=0.1", "Accept: application/json")
    )

    assert re.search(rb"content-type: application/json", found, re.IGNORECASE)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/*", "text/csv; charset=utf-8"),
        ("application/*", JSON),
        ("TEXT/CSV", "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.6", "text/tab-separated-values; charset=utf-8"),
        ("image/png, */*;q=0.01", JSON),
        (
            "text/csv;q=nonsense, application/sparql-results+xml",
            "application/sparql-results+xml; charset=utf-8",
        ),
        ("", JSON),
    ],
)
def test_a_range_and_its_weight_choose_the_format(client, accept, kind):
    assert client.ask(query=ALL, headers={"Accept": accept}).kind == kind


def test_text_of_any_kind_is_turtle_for_a_graph(client):
    answer = client.ask(query="CONSTRUCT { ?s a kg:Event } { ?s a kg:Event }", headers={"Accept": "text/*"})

    assert answer.kind == "text/turtle; charset=utf-8"


@pytest.mark.parametrize("accept", ["*/*;q=0", "image/png", "text/turtle", "nonsense"])
def test_what_fits_nothing_is_told_what_there_is(client, accept):
    answer = client.ask(query=ALL, headers={"Accept": accept})

    assert answer.status == 406
    assert "text/csv" in answer.json["available"]


def test_a_format_by_name_wins_over_accept(client):
    answer = client.ask(query=ALL, format="tsv", headers={"Accept": "text/csv"})

    assert answer.kind.startswith("text/tab-separated-values")


def test_a_small_answer_says_its_length_its_rows_and_that_it_is_whole(client):
    answer = client.ask(query=ALL, headers={"Accept": JSON})

    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert answer.headers["Accord-Result"] == "whole"
    assert int(answer.headers["Accord-Rows"]) == len(answer.json["results"]["bindings"]) == 4


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rows_are_counted_in_each_format(client, form):
    assert client.ask(query=ALL, format=form).headers["Accord-Rows"] == "4"


def test_a_graph_and_a_truth_have_no_rows(client):
    for query in ("ASK {}", "DESCRIBE agr:nurses-2025"):
        assert client.ask(query=query).headers["Accord-Rows"] is None


def test_a_large_answer_is_streamed_says_so_and_comes_to_its_end(client):
    count = int(client.ask(query="SELECT (COUNT(*) AS ?n) { ?a ?b ?c }", format="csv").rows[0][0])
    answer = client.ask(query=LARGE, headers={"Accept": JSON})

    assert answer.headers["Accord-Result"] == "streamed"
    assert len(answer.json["results"]["bindings"]) == count**2


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_an_answer_that_is_stopped_in_the_middle_is_never_taken_for_a_whole_one(client, form):
    try:
        answer = client.ask(query=ENDLESS_ROWS, format=form)
    except (http.client.IncompleteRead, ConnectionResetError) as broken:
        part = getattr(broken, "partial", b"")
        assert not part.rstrip().endswith((b"]}}", b"</sparql>"))
    else:
        assert answer.status in {422, 503}


def test_a_page_of_a_large_answer_shows_its_beginning(client):
    answer = client.ask(query=LARGE, format="html")

    assert answer.status == 200
    assert len(answer.body) < 3_000_000
    assert b"the first" in answer.body


def test_head_has_the_headers_of_get_and_no_body(client):
    path = "/sparql?" + urlencode({"query": ALL})
    found = client.raw(head("HEAD", path))
    answer, get = client.ask("HEAD", query=ALL), client.ask(query=ALL)

    assert found.startswith(b"HTTP/1.1 200")
    assert found.partition(b"\r\n\r\n")[2] == b""
    for name in ("Content-Type", "ETag", "Accord-Rows", "Content-Length", "Vary"):
        assert answer.headers[name] == get.headers[name]


def test_head_of_a_wrong_query_is_400_without_a_body(client):
    found = client.raw(head("HEAD", "/sparql?query=SELECT"))

    assert found.startswith(b"HTTP/1.1 400")
    assert found.partition(b"\r\n\r\n")[2] == b""


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_another_method_is_told_the_right_ones(client, method):
    answer = client.ask(method)

    assert answer.status in {405, 501}
    if answer.status == 405:
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_options_tells_a_browser_what_it_may_send(client):
    answer = client.ask("OPTIONS", headers={"Origin": "https://elsewhere.example"})

    assert answer.status == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Accord-Rows" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["Access-Control-Allow-Credentials"] is None


def test_every_answer_varies_by_accept_and_is_open_to_pages_of_others(client):
    for answer in (client.ask(query=ALL), client.ask(query="SELEC"), client.ask(), client.ask("PUT")):
        assert "Accept" in answer.headers["Vary"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_same_question_has_the_same_tag_and_another_format_another(client):
    first, again = (client.ask(query=ALL).headers["ETag"] for _ in range(2))
    other = client.ask(query=ALL, format="csv").headers["ETag"]

    assert first == again != other
    assert client.ask(query=ALL, headers={"If-None-Match": first}).status == 304


def test_terms_of_sparql_1_2_are_understood(client):
    answer = client.ask(query="SELECT (<<( kg:a kg:b 1 )>> AS ?t) {}", headers={"Accept": JSON})

    assert answer.json["results"]["bindings"][0]["t"]["type"] == "triple"


def test_a_relative_iri_is_one_of_this_publication(client):
    assert client.ask(query="SELECT (IRI('id/x') AS ?i) {}", format="csv").rows == [[f"{NAMES.base}id/x"]]


# Which data


def test_graphs_of_the_address_count_with_a_query_in_a_form(client):
    path = "/sparql?" + urlencode({"default-graph-uri": NANSHAN})
    found = client.form(path=path, query=STATUS, format="csv").rows

    assert found == [["https://w3id.org/accord-kg/vocab/preliminary"]]


def test_graphs_of_address_and_form_make_one_data_set(client):
    path = "/sparql?" + urlencode({"default-graph-uri": NANSHAN})

    assert len(client.form(path=path, query=STATUS, format="csv", default_graph_uri=COURIER).rows) == 2


def test_graphs_of_the_protocol_win_over_those_of_the_query(client):
    query = STATUS.replace("WHERE", f"FROM <{COURIER}> WHERE")

    assert client.ask(query=query, format="csv").rows == [["https://w3id.org/accord-kg/vocab/signed"]]
    assert client.ask(query=query, format="csv", default_graph_uri=NANSHAN).rows == [
        ["https://w3id.org/accord-kg/vocab/preliminary"]
    ]


def test_a_graph_that_there_is_not_is_empty(client):
    assert client.ask(query=STATUS, format="csv", default_graph_uri="http://nowhere.example/g").rows == []


def test_a_triple_in_two_graphs_is_one_in_their_merge(client):
    query = "SELECT (COUNT(*) AS ?n) { agr:nurses-2025 a kg:Agreement }"

    assert client.ask(query=query, format="csv", default_graph_uri=[COURIER, NANSHAN]).rows == [["1"]]


@pytest.fixture
def listener():
    """A server that nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def called(server):
    try:
        server.accept()[0].close()
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { SERVICE <URL> { ?s ?p ?o } }", 403),
        ("SELECT * { sErViCe siLEnt <URL> { ?s ?p ?o } }", 403),
        ("SELECT * { ?s ?p ?o OPTIONAL { SERVICE <URL> {} } }", 403),
        ("SELECT * { VALUES ?x { <URL> } SERVICE ?x { ?s ?p ?o } }", 403),
        ("PREFIX e: <URL> SELECT * { SERVICE e: { ?s ?p ?o } }", 403),
        ("SELECT * { ?s ?p 'SERVICE <URL> {}' }", 200),
        ("SELECT * FROM <URL> { ?s ?p ?o }", 200),
        ("SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }", 200),
        ("ASK { GRAPH <URL> { ?s ?p ?o } }", 200),
        ("DESCRIBE <URL>", 200),
        ("LOAD <URL>", 403),
        ("LOAD <URL> INTO GRAPH <http://e/g>", 403),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }", 403),
    ],
)
def test_no_query_calls_another_server(client, listener, query, status):
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    answer = client.ask(query=query.replace("URL", address))

    assert answer.status == status
    assert not called(listener)


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri", "using-graph-uri"])
def test_no_graph_of_the_protocol_is_fetched(client, listener, name):
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    answer = client.ask(path=f"/sparql?query=ASK%7B%7D&{name}={quote(address)}")

    assert answer.status == 200
    assert not called(listener)


@pytest.mark.parametrize(
    "asked",
    [
        {"update": "DROP ALL"},
        {"query": "DROP ALL"},
        {"query": ALL, "update": "DROP ALL"},
        {"query": "INSERT DATA { <a:a> <a:b> <a:c> }"},
        {"query": "PREFIX x: <http://x/> # SELECT\nDELETE WHERE { ?s ?p ?o }"},
    ],
)
def test_an_update_is_refused_by_whatever_way_it_comes(client, asked):
    for answer in (client.ask(**asked), client.form(**asked)):
        assert answer.status == 403
        assert answer.json["detail"]
    assert len(client.ask(query=ALL, format="csv").rows) == 4


def test_a_refused_service_is_told_with_its_place(client):
    problem = client.ask(query="SELECT *\n{ SERVICE <http://e/> {} }").json

    assert (problem["line"], problem["column"], problem["token"]) == (2, 3, "SERVICE")


# What a client is told


def test_a_query_may_be_given_less_time(client):
    began = time.monotonic()
    answer = client.ask(query=ENDLESS, timeout="0.3")

    assert answer.status == 503
    assert answer.json["limit_seconds"] == 0.3
    assert time.monotonic() - began < LIMIT


def test_a_query_is_not_given_more_time_than_the_limit(client):
    answer = client.ask(query=ENDLESS, timeout="3000")

    assert (answer.status, answer.kind) == (503, PROBLEM)
    assert answer.json["limit_seconds"] == LIMIT
    assert int(answer.headers["Retry-After"]) == answer.json["retry_after"] > 0


@pytest.mark.parametrize("wrong", ["soon", "0", "-1", "nan", "1e-999"])
def test_a_time_that_is_none_is_refused(client, wrong):
    answer = client.ask(query=ALL, timeout=wrong)

    assert answer.status == 400
    assert "timeout" in answer.json["title"]


def test_who_asks_too_much_at_once_is_told_to_wait(client):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(client.ask(query=ENDLESS))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status for answer in answers)
    told = next(answer for answer in answers if answer.status == 429)

    assert set(statuses) == {429, 503}
    assert statuses.count(429) >= 3
    assert int(told.headers["Retry-After"]) > 0
    assert told.kind == PROBLEM


WRONG = "SELECT ?s WHERE {\n  ?s a kgx:Agreement ;\n}"


def test_a_problem_is_a_document_with_place_word_and_what_was_meant(client):
    problem = client.ask(query=WRONG).json

    assert (problem["line"], problem["column"], problem["token"]) == (2, 8, "kgx:Agreement")
    assert problem["near"] == "?s a kgx:Agreement ;"
    assert problem["did_you_mean"] == ["kg:Agreement"]
    assert problem["status"] == 400


def test_a_problem_is_text_where_text_is_accepted(client):
    answer = client.ask(query=WRONG, headers={"Accept": "text/csv, text/plain"})

    assert answer.kind == "text/plain; charset=utf-8"
    assert "did you mean: kg:Agreement" in answer.body.decode().splitlines()


def test_a_problem_is_a_page_for_a_browser(client):
    answer = client.ask(query=WRONG, headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})

    assert answer.kind == "text/html; charset=utf-8"
    assert b"kg:Agreement" in answer.body
    assert b"Ask again" in answer.body


def test_a_missing_prefix_that_many_use_is_told(client):
    problem = client.ask(query="SELECT * { ?s wdt:P31 ?o }").json

    assert problem["declare"] == "PREFIX wdt: <http://www.wikidata.org/prop/direct/>"


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("SELEC * {}", "SELECT"),
        ("SELECT * { ?s a ?o FILER(?o = 1) }", "FILTER"),
        ("SELECT * { ?s a ?o } LIMT 3", "LIMIT"),
        ("SELECT * { ?s rdf:type skoss:Concept }", "skos:Concept"),
        ("SELECT * { ?s a kgv:Agreement2, KG:Agreement }", "kg:Agreement"),
    ],
)
def test_a_misspelt_word_is_told_with_the_right_one(client, query, meant):
    assert client.ask(query=query).json["did_you_mean"][0] == meant


def test_what_may_stand_there_is_told(client):
    problem = client.ask(query="SELECT * { ?s a ?o ORDER BY ?o }").json

    assert problem["column"] == 20
    assert {"}", "FILTER", "OPTIONAL"} <= set(problem["expected"])
    assert "ORDER" not in problem["expected"]


def test_a_term_that_there_is_not_is_told_beside_the_answer(client):
    answer = client.ask(query="SELECT * { ?s a kg:Agreemnt ; kg:status kgv:signed }")

    assert answer.status == 200
    (notice,) = answer.headers.get_all("Accord-Notice")
    assert notice.startswith("kg:Agreemnt is no term of the ontology; did you mean kg:Agreement")
    page = client.ask(query="SELECT * { ?s a kg:Agreemnt }", format="html").body.decode()
    assert "did you mean kg:Agreement" in page


@pytest.mark.parametrize(
    "query",
    [
        ALL,
        "SELECT * { ?s ?p 'kg:Agreemnt' } # kg:Agreemnt",
        "PREFIX kg: <http://other.example/> SELECT * { ?s a kg:Agreemnt }",
        "SELECT * { ?s a schema:Nonsense }",
    ],
)
def test_nothing_is_told_of_terms_that_are_not_ours_or_are_right(client, query):
    assert client.ask(query=query).headers["Accord-Notice"] is None


def test_a_notice_is_ascii_whatever_was_asked(client):
    notice = client.ask(query="SELECT * { ?s kg:状态 ?o }").headers["Accord-Notice"]

    assert notice.isascii()
    assert "\\u72b6" in notice


def test_a_problem_leads_to_a_place_on_the_help_page(client):
    help_page = client.ask(path="/help").body.decode()
    anchors = set(re.findall(r'id="((?:status-\d+|query))"', help_page))
    problems = [
        client.ask(query="SELEC"), client.ask(query=""), client.ask(update="DROP ALL"), client.ask("PUT"),
        client.ask(query=ALL, format="x"), client.ask("POST", body=b"x"), client.ask(path="/id/x/y"),
        client.ask(query=ALL + " " * 60_000), client.form(query=ALL + " " * BODY),
        client.ask(query=ENDLESS, timeout="0.1"),
    ]  # fmt: skip

    assert len({problem.status for problem in problems}) == 9
    for problem in problems:
        address, _, anchor = problem.json["type"].partition("#")
        assert address == f"http://{client.address}/help"
        assert anchor in anchors


def test_what_a_page_of_an_error_shows_is_no_markup(client):
    answer = client.ask(query="SELECT <script>alert(1)</script>", headers={"Accept": "text/html"})

    assert b"<script" not in answer.body


# The endpoint of itself


def test_the_description_names_limits_and_graphs(client):
    graph = rdflib.Graph().parse(data=client.ask(headers={"Accept": "text/turtle"}).body, format="turtle")
    schema = rdflib.Namespace("https://schema.org/")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    limits = {
        str(graph.value(s, schema.propertyID)): float(o) for s, o in graph.subject_objects(schema.maxValue)
    }

    assert limits["query_seconds"] == LIMIT
    assert limits["body_bytes"] == BODY
    assert limits["result_rows"] > 0
    assert {FACTS_GRAPH, COURIER, NANSHAN} <= {str(o) for o in graph.objects(None, sd.name)}
    assert [str(o) for o in graph.objects(None, sd.endpoint)] == [f"http://{client.address}/sparql"]


def test_the_description_says_the_same_in_each_format(client):
    found = [
        triples_in(client.ask(headers={"Accept": media}))
        for media in ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
    ]

    assert len(found[0]) > 40
    assert all(other == found[0] for other in found)


# Graphs


def graphs(client, method="GET", accept="application/n-triples", path="/graphs", **parameters):
    return client.ask(method, path, headers={"Accept": accept}, **parameters)


def test_a_graph_is_read_by_its_iri_and_at_its_own_address(client):
    by_iri = graphs(client, graph=COURIER)
    by_name = graphs(client, path="/graph/article/courier-2025-05-03")
    asked = client.ask(query=f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{COURIER}> {{ ?s ?p ?o }} }}", format="nt")

    assert by_iri.status == 200
    assert by_iri.body.count(b"\n") > 3
    assert set(by_iri.body.splitlines()) == set(by_name.body.splitlines()) == set(asked.body.splitlines())


def test_the_default_graph_is_the_consolidated_view(client):
    assert set(graphs(client, path="/graphs?default").body.splitlines()) == set(
        graphs(client, graph=FACTS_GRAPH).body.splitlines()
    )


@pytest.mark.parametrize(
    "media",
    [
        "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml",
        "application/trig", "application/n-quads",
    ],
)  # fmt: skip
def test_a_graph_says_the_same_in_each_format(client, media):
    answer = graphs(client, accept=media, graph=COURIER)

    assert answer.kind.partition(";")[0] == media
    assert triples_in(answer) == triples_in(graphs(client, graph=COURIER))


def test_a_graph_has_a_tag_and_is_not_sent_again(client):
    first = graphs(client, graph=COURIER)
    conditions = {"Accept": "application/n-triples", "If-None-Match": first.headers["ETag"]}
    again = client.ask(path="/graphs", graph=COURIER, headers=conditions)

    assert again.status == 304
    assert graphs(client, accept="text/turtle", graph=COURIER).headers["ETag"] != first.headers["ETag"]


def test_a_large_graph_is_streamed_and_comes_to_its_end(client):
    for media in ("application/n-triples", "text/turtle", "application/ld+json"):
        answer = graphs(client, accept=media, graph=MANY)

        assert answer.headers["Accord-Result"] == "streamed"
        assert len(triples_in(answer)) == 20_000


def test_the_prefixes_of_a_graph_stand_in_order(client):
    for graph in (COURIER, MANY):
        lines = graphs(client, accept="text/turtle", graph=graph).body.splitlines()
        prefixes = [line for line in lines if line.startswith(b"@prefix")]

        assert prefixes == sorted(prefixes)


def test_head_of_a_graph_has_no_body(client):
    found = client.raw(head("HEAD", f"/graphs?graph={quote(COURIER)}"))

    assert found.startswith(b"HTTP/1.1 200")
    assert found.partition(b"\r\n\r\n")[2] == b""


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/graphs?graph=http%3A%2F%2Fnowhere.example%2Fg", 404),
        ("/graphs?graph=relative", 400),
        ("/graphs?graph=http%3A%2F%2Fx%3E%7D", 400),
        ("/graphs", 400),
        ("/graphs?default&graph=http%3A%2F%2Fx", 400),
        ("/graphs?graph=http%3A%2F%2Fx&graph=http%3A%2F%2Fy", 400),
        ("/graphs?default=no", 400),
        ("/graph/no-such-graph", 404),
        ("/graph/article/..%2f..%2fx", 404),
    ],
)
def test_a_graph_that_is_not_named_or_not_there_is_an_error(client, path, status):
    assert graphs(client, path=path).status == status


def test_a_graph_in_a_format_that_there_is_not_is_told_what_there_is(client):
    answer = graphs(client, accept="text/csv", graph=COURIER)

    assert answer.status == 406
    assert "text/turtle" in answer.json["available"]


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/graphs?default", f"/graphs?graph={quote(COURIER)}", "/graph/facts"])
def test_a_graph_is_not_written(client, method, path):
    answer = client.ask(
        method, path, body=b"<a:a> <a:b> <a:c> .", headers={"Content-Type": "application/n-triples"}
    )

    assert answer.status == 403
    assert "release" in answer.json["detail"]


def test_what_may_be_done_with_graphs_is_to_read_them(client):
    assert client.ask("OPTIONS", "/graphs").headers["Allow"] == "GET, HEAD, OPTIONS"
