"""The same app over its own store and over real servers of other makes: the same answers, or an error."""

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from kg.publish.examples import load_examples
from kg.resources import resource
from tests.conftest import kg, start, stop
from tests.full.test_push_peers import oxigraph, virtuoso  # noqa: F401  the servers

pytestmark = pytest.mark.full
JSON = "application/sparql-results+json"
QUESTIONS = load_examples(Path(resource("questions")))
NOT_OF_VIRTUOSO = {"06-itinerary"}
"""Virtuoso 7 leaves GROUP_CONCAT over nothing unbound, and knows no ?d in a filter within OPTIONAL."""


def asked(url, query, accept=JSON):
    request = urllib.request.Request(
        f"{url}sparql", urllib.parse.urlencode({"query": query}).encode(), {"Accept": accept}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def rows(url, query):
    found = json.loads(asked(url, query))["results"]["bindings"]
    return sorted(json.dumps(row, sort_keys=True) for row in found)


@pytest.fixture(scope="module")
def own(sample):
    server = start(sample)
    yield server
    stop(server)


@pytest.fixture(params=["oxigraph", "oxigraph, named", "virtuoso"])
def remote(request, sample, monkeypatch):
    """The sample served from a store of another make, with what that one cannot answer."""
    if request.param == "virtuoso":
        url = request.getfixturevalue("virtuoso")
        monkeypatch.setenv("KG_PUSH_USER", "dba")
        monkeypatch.setenv("KG_PUSH_PASSWORD", "dba")
        auth, crud = f"{url}sparql-auth", f"{url}sparql-graph-crud-auth"
        kg("push", sample, auth, "--update", auth, "--graph-store", crud)
        monkeypatch.delenv("KG_PUSH_USER")
        monkeypatch.delenv("KG_PUSH_PASSWORD")
        monkeypatch.setenv("KG_ENDPOINT_ROWS", "10000")
        server, beyond = start(sample, "--endpoint", f"{url}sparql"), NOT_OF_VIRTUOSO
    else:
        port = request.getfixturevalue("oxigraph")
        url = f"http://127.0.0.1:{port}/query"
        kg("push", sample, url, *(() if "named" in request.param else ("--default-graph",)))
        server, beyond = start(sample, "--endpoint", url), set()
    yield server, beyond
    stop(server)


def test_another_store_answers_as_our_own(own, remote):
    server, beyond = remote
    wrong = [
        each.name
        for each in QUESTIONS
        if each.name not in beyond and rows(own.url, each.sparql) != rows(server.url, each.sparql)
    ]

    assert wrong == []
    for page in ("", "browse/Agreement", "healthz", "readyz"):
        with urllib.request.urlopen(server.url + page, timeout=30) as answer:
            assert answer.status == 200
    query = "CONSTRUCT { ?s a kg:Agreement } WHERE { ?s a kg:Agreement }"
    facts = [set(asked(each.url, query, "application/n-triples").splitlines()) for each in (own, server)]
    assert facts[0] == facts[1] != set()


@pytest.mark.parametrize("remote", ["virtuoso"], indirect=True)
def test_what_a_store_cuts_is_refused_and_not_shown(remote):
    server, _ = remote
    for query in ("SELECT * { GRAPH ?g { ?s ?p ?o } }", "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }"):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            asked(server.url, query, "application/sparql-results+json, text/turtle")
        assert refusal.value.code == 422
        assert "no more than 10000" in json.loads(refusal.value.read())["detail"]
