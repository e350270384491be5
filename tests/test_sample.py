"""What the sample articles are there to show, on the served release."""

import csv
import io

from kg.resources import resource


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_outlets_that_disagree_on_a_number_speak_of_one_set(served):
    question = (resource("questions") / "18-different-numbers.rq").read_text(encoding="utf-8")
    found = {(row["n1"], row["n2"]) for row in rows(served.sparql(question))}

    assert {("14", "12"), ("7", "5")} <= found


def test_a_number_that_is_disputed_is_in_no_sum(served):
    query = """SELECT (SUM(?n) AS ?all) WHERE {
        ?set a kg:AgreementSet ; kg:status kgv:signed ; kg:signedAt/kg:country place:netherlands .
        ?set kg:size/kg:value ?n }"""

    assert rows(served.sparql(query)) == [{"all": "0"}]


def test_a_page_shows_each_outlets_number(served):
    (row,) = rows(served.sparql("SELECT ?set { ?set kg:disputed kg:size ; kg:status kgv:signed }"))
    page = served.get("page/" + row["set"].rpartition("/id/")[2], accept="text/html")

    assert "7 health agreements" in page
    assert "5 agreements" in page
    assert "one report; not in the consolidated view" in page


def test_what_was_planned_by_one_report_and_signed_by_a_later_one_is_signed(served):
    query = """SELECT ?status WHERE { ?a kg:party ?one , ?other ; kg:status/skos:prefLabel ?status .
        ?one rdfs:label "Serra Clara Institute of Medicine"@en .
        ?other rdfs:label "Yunlan Medical University"@en
        FILTER(LANG(?status) = "en") }"""

    assert rows(served.sparql(query)) == [{"status": "signed"}]


def test_an_opinion_yields_no_event_and_no_agreement(served):
    query = """SELECT ?x WHERE {
        GRAPH ?g { ?x a ?class FILTER(?class IN (kg:Event, kg:Agreement, kg:AgreementSet)) }
        FILTER(CONTAINS(STR(?g), "opinion-signatures-2025")) }"""

    assert rows(served.sparql(query)) == []
