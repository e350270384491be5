"""The seed article, end to end: extracted, built, served, and asked over HTTP."""

import csv
import io
import shutil
import subprocess
import warnings

import pytest

from kg.resources import resource
from tests.questions_expected import EXPECTED, differences

QUESTIONS = sorted(resource("questions").glob("*.rq"))
SIGNED_WITH_YALE = """
SELECT ?partner ?status WHERE {
  ?agreement kg:party ?yale , ?other ; kg:status/skos:prefLabel ?status .
  ?yale rdfs:label "Yale School of Medicine"@en . ?other rdfs:label ?partner
  FILTER(?other != ?yale && LANG(?partner) = "en" && LANG(?status) = "en")
}"""
REPORTED_AND_SIGNED = """
SELECT ?reported ?status WHERE {
  ?set a kg:AgreementSet ; kg:size/kg:value ?reported ; kg:status/skos:prefLabel ?status
  FILTER(LANG(?status) = "en")
} ORDER BY DESC(?reported)"""
WHICH_SENTENCE = """
SELECT ?quote WHERE { GRAPH ?g {
  ?claim rdf:predicate kg:party ; rdf:object inst:yale-school-of-medicine ; kg:supportedBy/kg:quote ?quote
} }"""


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_question_has_an_expected_answer():
    assert {path.stem for path in QUESTIONS} == set(EXPECTED)
    assert len(QUESTIONS) == 25


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda p: p.stem)
def test_a_question_is_answered_over_http_as_a_careful_reader_would(path, seed_served):
    answer = rows(seed_served.sparql(path.read_text(encoding="utf-8")))

    assert differences(path.stem, [{k: v for k, v in row.items() if v} for row in answer]) == []


def test_sparqlwrapper_learns_who_signed_with_yale(seed_served):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, at import
        from SPARQLWrapper import JSON, SPARQLWrapper
    client = SPARQLWrapper(seed_served.url + "sparql")
    client.setReturnFormat(JSON)
    client.setQuery(
        "PREFIX kg: <https://w3id.org/accord-kg/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>" + SIGNED_WITH_YALE
    )
    found = client.query().convert()["results"]["bindings"]

    assert [(row["partner"]["value"], row["status"]["value"]) for row in found] == [
        ("Shanxi Provincial People's Hospital", "signed")
    ]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed here")
def test_curl_learns_how_many_were_reported_and_how_many_signed(seed_served):
    command = ["curl", "-sS", "--fail", "-H", "Accept: text/csv", seed_served.url + "sparql"]
    run = subprocess.run(
        [*command, "--data-urlencode", f"query={REPORTED_AND_SIGNED}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert [(r["reported"], r["status"]) for r in rows(run.stdout)] == [
        ("71", "preliminary"),
        ("31", "signed"),
    ]


def test_the_sentence_that_says_so_is_in_the_article(seed_served):
    (row,) = rows(seed_served.sparql(WHICH_SENTENCE))

    assert "between Shanxi Provincial People’s Hospital and Yale School of Medicine" in row["quote"]


def test_what_a_careful_reader_does_not_take_from_it_is_not_there(seed_served):
    member = "SELECT ?x WHERE { VALUES ?p { kg:member kg:head } ?d ?p ?x }"
    wei = """SELECT ?a WHERE { ?a a kg:Agreement ; (kg:party|kg:participant) ?p .
             ?p rdfs:label "Wei Xiaochun"@en }"""
    dated = """SELECT ?e WHERE { ?s kg:size/kg:value 71 ; kg:signedAt ?e }"""
    signed = "SELECT ?s WHERE { ?s kg:size/kg:value 71 ; kg:status kgv:signed }"

    assert [rows(seed_served.sparql(query)) for query in (member, wei, dated, signed)] == [[], [], [], []]
