"""OpenRefine reconciles a table of 300 rows with the served sample and takes more columns from it."""

import csv
import io
import json
from collections import Counter

import pytest

from tests.full.openrefine import PROGRAM, refine

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(PROGRAM is None, reason="no OpenRefine here (sudo make setup-full)"),
]
ROWS = 300
NAMED = """SELECT DISTINCT ?thing ?name ?class WHERE {
  VALUES ?class { kg:Institution kg:Place } ?thing a ?class ; rdfs:label|skos:altLabel ?name }"""
FACTS = """SELECT ?thing ?country ?item WHERE { VALUES ?class { kg:Institution kg:Place } ?thing a ?class .
  OPTIONAL { ?thing kg:country ?country } OPTIONAL { ?thing schema:sameAs ?item } }"""
FIRST = ("Quillfeather", "Zemblan", "Oxbow", "Plovdrum", "Marrowgate", "Thistledown", "Vantarsk", "Ypsilonia")
SECOND = ("Academy", "Institute of Tidal Studies", "Rail Works", "University Hospital", "Ministry of Health")
HELD = """SELECT ?person ?name ?body WHERE {
  ?role kg:holder ?person ; kg:roleIn/rdfs:label ?body . ?person rdfs:label ?name
  FILTER(LANG(?name) = "en" && LANG(?body) = "en") } ORDER BY ?person ?body"""
INVENTED = (*(f"{one} {other}" for one in FIRST for other in SECOND), *FIRST[3:], "云外仙山大学")


def answers(served, query):
    base = json.loads(served.get("reconcile"))["identifierSpace"]
    rows = csv.DictReader(io.StringIO(served.sparql(query)))
    return [{name: value.removeprefix(base) for name, value in row.items()} for row in rows]


def config(served, **options):
    manifest = json.loads(served.get("reconcile"))
    spaces = {name: manifest[name] for name in ("identifierSpace", "schemaSpace")}
    basic = {"mode": "standard-service", "service": served.url + "reconcile", "type": None, "autoMatch": True}
    return json.dumps(basic | {"columnDetails": [], "limit": 0} | spaces | options)


@pytest.fixture(scope="module")
def table(served):
    """Names of the release as they are and in capitals, with what each means; and invented ones."""
    named = [(row["name"], row["thing"]) for row in answers(served, NAMED)]
    capitals = [(name.upper(), thing) for name, thing in named if name.upper() != name]
    rows = sorted({*named, *capitals})
    assert len(rows) >= ROWS - len(INVENTED)
    return rows[: ROWS - len(INVENTED)] + [(name, "") for name in INVENTED]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    with refine(tmp_path_factory.mktemp("openrefine")) as program:
        yield program


@pytest.fixture(scope="module")
def reconciled(served, table, program):
    """The rows as OpenRefine has them after reconciling and after taking two more columns."""
    text = io.StringIO()
    csv.writer(text).writerows([("name", "truth"), *table])
    project = program.load("names", text.getvalue())
    service = served.url + "reconcile"
    spaces = {name: json.loads(served.get("reconcile"))[name] for name in ("identifierSpace", "schemaSpace")}
    program.run(project, "reconcile", columnName="name", config=config(served))
    wanted = {
        "properties": [{"id": "country", "name": "country"}, {"id": "wikidata", "name": "Wikidata item"}]
    }
    program.run(project, "extend-data", baseColumnName="name", endpoint=service, columnInsertIndex="1",
                extension=json.dumps(wanted), **spaces)  # fmt: skip
    return program.rows(project)


def matched(row):
    recon = row["name"][1]
    return recon["m"]["id"] if recon and recon["j"] == "matched" else ""


def heads(rows):
    """The rows that were there before; further values of one thing stand in rows of their own."""
    return [row for row in rows if row["name"][0] is not None]


def test_every_row_is_there_and_was_reconciled(table, reconciled):
    assert len(table) == ROWS
    assert [row["name"][0] for row in heads(reconciled)] == [name for name, _ in table]
    assert all(row["name"][1] is not None for row in heads(reconciled))


def test_no_row_is_matched_with_another_thing_and_no_invented_name_with_any(table, reconciled):
    wrong = [
        (name, thing, matched(row))
        for (name, thing), row in zip(table, heads(reconciled), strict=True)
        if matched(row) and matched(row) != thing
    ]

    assert wrong == []


def test_most_names_of_the_release_are_matched_and_the_rest_have_their_thing_among_the_candidates(
    table, reconciled
):
    meant = [(thing, row) for (_, thing), row in zip(table, heads(reconciled), strict=True) if thing]
    without = [thing for thing, row in meant if not matched(row)]
    lost = [t for t, row in meant if not matched(row) and t not in {c["id"] for c in row["name"][1]["c"]}]

    assert len(meant) > 200
    assert len(without) / len(meant) < 0.15, Counter(without)
    assert lost == []


def test_the_new_columns_hold_what_the_endpoint_says(served, table, reconciled):
    countries, items = {}, {}
    for row in answers(served, FACTS):
        if row["country"]:
            countries[row["thing"]] = row["country"]
        if row["item"]:
            items.setdefault(row["thing"], set()).add(row["item"].rpartition("/")[2])
    got = 0
    for row in heads(reconciled):
        thing = matched(row)
        country = row["country"][1]
        assert (country["m"]["id"] if country else None) == (countries.get(thing) if thing else None), thing
        item = row["Wikidata item"][0]
        assert (item in items[thing]) if item else not items.get(thing, ()), thing
        got += bool(country)
    assert got > 100


def test_a_column_of_bodies_makes_persons_sure(served, program):
    held = answers(served, HELD)
    text = io.StringIO()
    csv.writer(text).writerows([("name", "body"), *((row["name"], row["body"]) for row in held)])
    kind = {"id": "Person", "name": "Person"}
    alone = program.load("persons", text.getvalue())
    program.run(alone, "reconcile", columnName="name", config=config(served, type=kind))
    both = program.load("persons and bodies", text.getvalue())
    column = {"column": "body", "propertyName": "position in", "propertyID": "position_in"}
    told = config(served, type=kind, columnDetails=[column])
    program.run(both, "reconcile", columnName="name", config=told)

    assert len(held) > 5
    assert {matched(row) for row in program.rows(alone)} == {""}
    assert [matched(row) for row in program.rows(both)] == [row["person"] for row in held]


def test_openrefine_guesses_the_classes_of_a_column(served, table, program):
    text = io.StringIO()
    csv.writer(text).writerows(
        [["name"], *[[name] for name, thing in table if thing.startswith("place/")][:20]]
    )
    project = program.load("places", text.getvalue())
    told = program.command(
        "guess-types-of-column",
        {"project": project, "columnName": "name", "service": served.url + "reconcile"},
        x="1",
    )

    assert told["types"][0]["id"] == "Place"
