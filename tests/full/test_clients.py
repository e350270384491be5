"""The endpoint as other people's clients ask it: every way of asking, every format."""

import csv
import io
import json
import shutil
import subprocess
import warnings
import xml.etree.ElementTree as ET

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library's own, at import
    from SPARQLWrapper import (
        CSV,
        GET,
        JSON,
        JSONLD,
        N3,
        POST,
        POSTDIRECTLY,
        RDFXML,
        TSV,
        TURTLE,
        XML,
        SPARQLWrapper,
    )

pytestmark = pytest.mark.full
KG = "https://w3id.org/accord-kg/ns#"
OWL_CLASS = "<http://www.w3.org/2002/07/owl#Class>"
SELECT = f"SELECT ?class WHERE {{ ?class a {OWL_CLASS} FILTER(STRSTARTS(STR(?class), '{KG}')) }}"
CONSTRUCT = f"CONSTRUCT {{ ?s a ?class }} WHERE {{ ?s a ?class FILTER(?class = {OWL_CLASS}) }}"
ODD = 'SELECT ("a+b & c=d% é 协议" AS ?x) WHERE {}'


@pytest.fixture(scope="module")
def endpoint(served):
    return served.url + "sparql"


@pytest.fixture(scope="module")
def classes(served):
    rows = list(csv.reader(io.StringIO(served.sparql(SELECT))))
    assert len(rows) > 10
    return len(rows) - 1


def ask(endpoint, query, form, method=GET, directly=False):
    client = SPARQLWrapper(endpoint, returnFormat=form)
    client.setMethod(method)
    if directly:
        client.setRequestMethod(POSTDIRECTLY)
    client.setQuery(query)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # what it asks of rdflib
        warnings.simplefilter("error", RuntimeWarning)  # it warns when the format is not the one asked for
        answer = client.query()
        converted = answer.convert()
        answer.response.close()
    return converted


@pytest.mark.parametrize(("method", "directly"), [(GET, False), (POST, False), (POST, True)])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_gets_rows_in_every_format_and_way(endpoint, classes, form, method, directly):
    answer = ask(endpoint, SELECT, form, method, directly)
    found = {
        JSON: lambda: len(answer["results"]["bindings"]),
        XML: lambda: len(answer.getElementsByTagName("result")),
        CSV: lambda: len(answer.decode().splitlines()) - 1,
        TSV: lambda: len(answer.decode().splitlines()) - 1,
    }[form]()

    assert found == classes


@pytest.mark.parametrize(("method", "directly"), [(GET, False), (POST, False), (POST, True)])
def test_sparqlwrapper_sends_any_character_and_gets_it_back(endpoint, method, directly):
    answer = ask(endpoint, ODD, JSON, method, directly)

    assert answer["results"]["bindings"][0]["x"]["value"] == "a+b & c=d% é 协议"


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD, XML])
def test_sparqlwrapper_gets_graphs_in_every_format(endpoint, form):
    answer = ask(endpoint, CONSTRUCT, form)
    graph = answer if isinstance(answer, rdflib.Graph) else rdflib.Graph().parse(data=answer, format="turtle")

    assert len(graph) > 10


def test_sparqlwrapper_asks(endpoint):
    assert ask(endpoint, "ASK {}", JSON)["boolean"] is True
    assert ask(endpoint, "ASK { <urn:no> ?p ?o }", JSON)["boolean"] is False


def curl(*arguments, given=None):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    command = ["curl", "-sS", "-w", "\n%{http_code} %{content_type}", *arguments]
    run = subprocess.run(command, capture_output=True, input=given, check=True)
    body, _, told = run.stdout.decode().rpartition("\n")
    status, _, kind = told.partition(" ")
    return int(status), kind, body


WAYS = {
    "get": lambda q: ["--get", "--data-urlencode", f"query={q}"],
    "form": lambda q: ["--data-urlencode", f"query={q}"],
    "directly": lambda q: ["-H", "Content-Type: application/sparql-query", "--data-binary", q],
}
FORMATS = {
    "application/sparql-results+json": lambda t: json.loads(t)["results"]["bindings"][0]["x"]["value"],
    "application/sparql-results+xml": lambda t: "".join(ET.fromstring(t).itertext()).strip(),  # noqa: S314  ours
    "text/csv": lambda t: t.split("\r\n")[1],
    "text/tab-separated-values": lambda t: t.split("\n")[1].strip('"'),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("accept", FORMATS)
def test_curl_asks_in_all_three_ways(endpoint, way, accept):
    status, kind, body = curl("-H", f"Accept: {accept}", *WAYS[way](ODD), endpoint)

    assert (status, kind.split(";")[0]) == (200, accept)
    assert FORMATS[accept](body) == "a+b & c=d% é 协议"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--get", "--data-urlencode", "query=SELECT ?x WHERE {"], 400),
        (["--data-urlencode", "query="], 400),
        (["--data-urlencode", "query=ASK {}", "--data-urlencode", "query=ASK {}"], 400),
        (["--data-urlencode", "update=CLEAR ALL"], 403),
        (["--data-urlencode", "query=ASK { SERVICE <http://127.0.0.1:1/> {} }"], 403),
        (["-X", "PUT", "-d", "x"], 405),
        (["-X", "DELETE"], 405),
        (["-H", "Accept: image/png", "--data-urlencode", "query=ASK {}"], 406),
        (["-H", "Content-Type: text/plain", "-d", "ASK {}"], 415),
        (["-H", "Transfer-Encoding: chunked", "-d", "query=ASK {"], 400),
        (["-H", "Content-Length: -5", "-d", "query=ASK {}"], 400),
    ],
)
def test_curl_is_told_what_it_did_wrong(endpoint, arguments, status):
    assert curl(*arguments, endpoint)[0] == status


def test_a_body_that_is_too_large_is_refused(endpoint):
    status, kind, _ = curl("--data-binary", "@-", endpoint, given=b"query=" + b"x" * 1_500_000)

    assert (status, kind) == (413, "application/problem+json")


def test_a_download_can_be_resumed_and_is_what_the_checksum_says(served, tmp_path):
    name = "accord.nq.gz"
    whole = (served.directory / "current/dumps" / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:1000])
    url = f"{served.url}dumps/{name}"
    subprocess.run(["curl", "-sS", "--fail", "-C", "-", "-o", tmp_path / name, url], check=True)

    assert (tmp_path / name).read_bytes() == whole


def test_rdflib_asks_the_endpoint_as_its_store(endpoint, classes):
    graph = rdflib.Graph(SPARQLStore(endpoint, returnFormat="json"))

    assert len(list(graph.query(SELECT))) == classes
    assert len(list(graph.triples((None, rdflib.RDF.type, rdflib.OWL.Class)))) >= classes
    assert bool(graph.query("ASK {}"))


def test_rdflib_reads_a_thing_by_its_address(served):
    graph = rdflib.Graph().parse(served.url + "id/place/china")

    assert (None, rdflib.RDFS.label, rdflib.Literal("China", "en")) in graph
