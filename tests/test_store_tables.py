"""The tables and documents for download: true to the facts, whole, and safe to open."""

import csv
import gzip
import io
import json
import re
import urllib.request
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.errors import StoreError
from kg.store import open_read_only, rows
from kg.store.dumps.cells import SEPARATOR, guarded, joined, text_of, write_row
from kg.store.dumps.columns import Kind
from kg.store.dumps.listed import EVIDENCE, TABLES
from kg.store.dumps.thing import things_of
from kg.vocabulary import KG, KGV, RDFS, Names
from tests.conftest import TREE
from tests.dumping import written

NAMES = Names()
BY_NAME = {table.name: table for table in (*TABLES, EVIDENCE)}
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def dumps(sample):
    return (sample / "current").resolve() / "dumps"


@pytest.fixture(scope="module")
def tables(dumps):
    return {name: read(dumps, table) for name, table in BY_NAME.items()}


@pytest.fixture(scope="module")
def ask(dumps):
    store = open_read_only(dumps.parent / "store", prefixes=NAMES.prefixes())
    yield lambda query: [{k: str(v) for k, v in row.items()} for row in rows(store, query)]
    store.close()


@pytest.fixture(scope="module")
def documents(dumps):
    with gzip.open(dumps / "accord-documents.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read(dumps, table):
    path = dumps / table.url
    data = path.read_bytes() if path.is_file() else gzip.decompress((dumps / f"{table.url}.gz").read_bytes())
    return parsed(data.decode())


def parsed(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def values(cell, column):
    plain = cell.removeprefix("'") if column.kind in {Kind.TEXT, Kind.LABEL} else cell
    if not column.several:
        return [plain] if plain else []
    return [value.replace("\\|", "|") for value in plain.split(SEPARATOR)] if plain else []


def described(dumps):
    for name in ("csv-metadata.json", "evidence.csv-metadata.json"):
        yield json.loads((dumps / name).read_text(encoding="utf-8"))


# -- the cells ---------------------------------------------------------------------------------------------


@given(st.lists(TEXTS, min_size=1))
def test_a_row_of_any_texts_survives_writing_and_reading(cells):
    out = io.StringIO(newline="")
    write_row(out, map(guarded, cells))

    ((*found,),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert [cell.removeprefix("'") for cell in found] == cells
    assert out.getvalue().endswith("\r\n")


@given(TEXTS)
def test_no_text_is_taken_for_a_formula(text):
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(TEXTS.filter(bool), min_size=1))
def test_several_texts_of_one_cell_are_told_apart(texts):
    cell = joined(texts, several=True)

    assert [value.replace("\\|", "|") for value in cell.split(SEPARATOR)] == texts


@given(TEXTS)
def test_any_label_comes_through_from_the_line_of_the_graph(text):
    line = f"<http://e/s> {LABEL} {Literal(text, language='en')} <http://e/g> .\n"
    (thing,) = things_of([line.encode()])

    assert text_of(thing.values[str(RDFS.label)], "en") == text


def test_a_name_in_just_the_language_goes_before_one_of_a_region():
    lines = "".join(f'<http://e/s> {LABEL} "{tag}"@{tag} <http://e/g> .\n' for tag in ("de", "en-gb", "en"))
    (thing,) = things_of(lines.encode().splitlines(keepends=True))

    assert text_of(thing.values[str(RDFS.label)], "en") == "en"
    assert text_of(thing.values[str(RDFS.label)], "zh") == ""


def test_a_name_that_looks_like_a_formula_is_marked_and_a_negative_number_is_not(tmp_path):
    (tmp_path / "all.nq").write_text(
        "".join(
            f"<{NAMES.base}id/{s}> <{p}> {o} <{NAMES.graph('facts')}> .\n"
            for s, p, o in (
                ("institution/a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"<{KG.Institution}>"),
                ("institution/a", RDFS.label, '"=HYPERLINK(\\"http://e\\")"@en'),
                ("delegation/b", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"<{KG.Delegation}>"),
                ("delegation/b", KG.size, f"<{NAMES.base}id/figure/c>"),
                ("figure/c", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"<{KG.ReportedFigure}>"),
                ("figure/c", KG.value, '"-5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            )
        ),
        encoding="utf-8",
    )
    written(tmp_path / "all.nq", tmp_path)

    (institution,) = read(tmp_path / "dumps", BY_NAME["institutions"])
    (delegation,) = read(tmp_path / "dumps", BY_NAME["delegations"])
    assert institution["label_en"] == '\'=HYPERLINK("http://e")'
    assert delegation["size"] == "-5"
    assert not [path for path in (tmp_path / "records").iterdir() if path.is_dir()], "the index is gone"


def test_two_values_where_one_is_promised_are_an_error_that_names_thing_and_column(tmp_path):
    start = f"<{NAMES.base}id/agreement/a> <"
    facts = [
        f"{start}http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{KG.Agreement}>",
        f"{start}{KG.status}> <{KGV.signed}>",
        f"{start}{KG.status}> <{KGV.planned}>",
    ]
    lines = [f"{fact} <{NAMES.graph('facts')}> .\n" for fact in facts]
    (tmp_path / "all.nq").write_text("".join(lines), encoding="utf-8")

    with pytest.raises(StoreError, match=r"agreements\.csv, column status, .*agreement/a: 2 values .*signed"):
        written(tmp_path / "all.nq", tmp_path)


# -- the tables as a whole ---------------------------------------------------------------------------------


@pytest.mark.parametrize("table", BY_NAME.values(), ids=lambda t: t.name)
def test_the_keys_of_a_table_are_unique_and_its_rows_sorted_by_thing(table, tables):
    keys = [tuple(row[name] for name in table.key) for row in tables[table.name]]

    assert len(keys) == len(set(keys)) > 0
    if table is not EVIDENCE:
        assert [key[0] for key in keys] == sorted((key[0] for key in keys), key=as_written)


@pytest.mark.parametrize("table", BY_NAME.values(), ids=lambda t: t.name)
def test_every_id_of_another_table_stands_there(table, tables):
    ids = {name: {row["id"] for row in found if "id" in row} for name, found in tables.items()}
    lost = [
        (column.name, value)
        for row in tables[table.name]
        for column in table.columns
        if column.to
        for value in values(row[column.name], column)
        if value not in ids[column.to]
    ]

    assert lost == []


@pytest.mark.parametrize("table", [t for t in TABLES if t.relations], ids=lambda t: t.name)
def test_the_second_of_a_pair_stands_in_the_table_of_its_class_with_the_name_told(table, tables):
    classes = {"Agreement": "agreements", **{t.classes[0]: t.name for t in TABLES if not t.relations}}
    names = {name: {row["id"]: row for row in found if "id" in row} for name, found in tables.items()}
    other = table.key[-1]
    for row in tables[table.name]:
        found = names[classes[row[f"{other}_class"]]][row[other]]
        assert row[f"{other}_label_en"] in {found["label_en"], found["label_zh"]}


CHECKS = {
    "anyURI": lambda text: re.fullmatch(r"https?://\S+", text),
    "date": date.fromisoformat,
    "integer": lambda text: str(int(text)) == text,
    "decimal": lambda text: Decimal(text) <= 1,
    "string": bool,
}


@pytest.mark.parametrize("table", BY_NAME.values(), ids=lambda t: t.name)
def test_every_value_fits_the_type_of_its_column(table, tables):
    for row in tables[table.name]:
        for column in table.columns:
            assert row[column.name] or not column.needed
            for value in values(row[column.name], column):
                assert CHECKS[column.kind.datatype](value), (column.name, value)
                assert column.several or column.kind is Kind.TEXT or SEPARATOR not in value


@pytest.mark.parametrize("table", BY_NAME.values(), ids=lambda t: t.name)
def test_the_descriptions_name_the_columns_of_the_header_in_order(table, tables, dumps):
    found = [t for group in described(dumps) for t in group["tables"] if t["url"] == table.url]

    assert found
    for each in found:
        columns = each["tableSchema"]["columns"]
        assert [column["name"] for column in columns] == list(tables[table.name][0])
        assert all(column["name"] in column["titles"]["en"] and column["titles"]["zh"] for column in columns)


def test_the_keys_between_tables_that_the_descriptions_name_lead_within_them(dumps):
    for group in described(dumps):
        columns = {t["url"]: {c["name"] for c in t["tableSchema"]["columns"]} for t in group["tables"]}
        for table in group["tables"]:
            for key in table["tableSchema"].get("foreignKeys", ()):
                assert key["columnReference"] in columns[table["url"]]
                assert key["reference"]["columnReference"] in columns[key["reference"]["resource"]]


@pytest.mark.parametrize("table", BY_NAME.values(), ids=lambda t: t.name)
def test_the_page_lists_the_columns_with_their_words(table):
    page = (TREE / "docs/tables.md").read_text(encoding="utf-8")
    section = page.split(f"\n### {table.url}", 1)[1].split("\n###", 1)[0]

    assert re.findall(r"^\| `(\w+)` \| (.+?) \|$", section, re.MULTILINE) == [
        (column.name, told(column)) for column in table.columns
    ]


def told(column):
    to = f" → `{column.to}.csv`" if column.to and column.kind is Kind.THING else ""
    return column.told + (" *" if column.several else "") + to


# -- against the store -------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [t for t in TABLES if not t.relations], ids=lambda t: t.name)
def test_a_table_has_a_row_for_each_thing_that_the_store_has(table, tables, ask):
    classes = " ".join(f"kg:{name}" for name in table.classes)
    where = f"VALUES ?class {{ {classes} }} ?x a ?class"
    if table.name == "articles":
        where = f"GRAPH <{NAMES.graph('catalog')}> {{ {where} }}"

    assert {row["id"] for row in tables[table.name]} == {r["x"] for r in ask(f"SELECT ?x {{ {where} }}")}


@pytest.mark.parametrize("table", [t for t in TABLES if t.relations], ids=lambda t: t.name)
def test_a_table_of_pairs_has_a_row_for_each_statement_that_joins_them(table, tables, ask):
    first, _, second = table.key
    some = " ".join(f"kg:{name}" for name in table.relations)
    classes = " ".join(f"kg:{name}" for name in table.classes)
    query = f"SELECT ?x ?p ?y {{ VALUES ?p {{ {some} }} VALUES ?c {{ {classes} }} ?x a ?c ; ?p ?y }}"

    assert {(row[first], str(KG[row["relation"]]), row[second]) for row in tables[table.name]} == {
        (row["x"], row["p"], row["y"]) for row in ask(query)
    }


PLAIN = {Kind.THING, Kind.DATE, Kind.INTEGER, Kind.TEXT, Kind.CONCEPT}


@pytest.mark.parametrize("table", [t for t in TABLES if not t.relations], ids=lambda t: t.name)
def test_the_cells_say_what_the_store_says(table, tables, ask):
    graph = f"GRAPH <{NAMES.graph('catalog')}>" if table.name == "articles" else ""
    for column in (c for c in table.columns if c.kind in PLAIN and c.name != "topics"):
        lang = f"FILTER(LANGMATCHES(LANG(?v), '{column.language}'))" if column.language else ""
        classes = " ".join(f"kg:{name}" for name in table.classes)
        query = f"{graph} {{ VALUES ?c {{ {classes} }} ?x a ?c ; <{column.property}> ?v {lang} }}"
        stored = {(row["x"], short(row["v"], column)) for row in ask(f"SELECT ?x ?v {{ {query} }}")}
        assert {(r["id"], v) for r in tables[table.name] for v in values(r[column.name], column)} == stored


def short(value, column):
    return value.removeprefix(str(KGV)).removeprefix(str(KG)) if column.kind is Kind.CONCEPT else value


def test_the_evidence_has_a_row_for_each_claim_and_passage_in_the_very_words(tables, ask):
    query = """SELECT ?c ?a ?s ?p ?o ?q ?n ?b ?e { GRAPH ?g { ?c rdf:subject ?s ; rdf:predicate ?p ;
      rdf:object ?o ; kg:confidence ?n ; kg:supportedBy ?w .
      ?w kg:source ?a ; kg:quote ?q ; kg:start ?b ; kg:end ?e } }"""
    names = {"claim": "c", "article": "a", "subject": "s", "property": "p", "value": "o", "quote": "q"}
    names |= {"confidence": "n", "start": "b", "end": "e"}
    columns = {column.name: column for column in EVIDENCE.columns}

    assert {tuple("".join(values(r[n], columns[n])) for n in names) for r in tables["evidence"]} == {
        tuple(row[v] if v != "p" else row[v].removeprefix(str(KG)) for v in names.values())
        for row in ask(query)
    }


# -- the documents -----------------------------------------------------------------------------------------


def test_there_is_one_document_for_each_thing_of_the_five_classes(documents, ask):
    classes = "kg:Agreement kg:AgreementSet kg:Event kg:Delegation kg:Institution"
    found = [row["x"] for row in ask(f"SELECT ?x {{ VALUES ?c {{ {classes} }} ?x a ?c }} ORDER BY ?x")]
    prefixes = NAMES.prefixes()

    assert [expanded(document["id"], prefixes) for document in documents] == sorted(found, key=as_written)


def expanded(short, prefixes):
    prefix, _, local = short.partition(":")
    return prefixes[prefix] + local if prefix in prefixes else short


def test_a_document_says_nothing_but_facts_and_all_of_the_thing_itself(documents, dumps):
    facts = {
        str(q.triple)
        for q in parse(gzip.decompress((dumps / "accord.ttl.gz").read_bytes()), RdfFormat.TURTLE)
    }
    context = json.loads((dumps / "context.jsonld").read_text(encoding="utf-8"))

    def loader(url, options):
        assert url == f"{NAMES.base}context.jsonld"
        return {"document": context, "documentUrl": url, "contextUrl": None}

    for document in documents:
        data = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": loader})
        found = {str(quad.triple) for quad in parse(data, RdfFormat.N_QUADS)}
        subject = str(NamedNode(expanded(document["id"], NAMES.prefixes())))
        assert found <= facts
        assert {t for t in facts if t.startswith(f"<{subject} ")} <= found
        assert {t for t in facts if t.startswith(f"{subject} ")} <= found


def test_what_a_document_names_stands_in_it_with_class_and_name(documents):
    parties = [p for d in documents if d["type"] == "Agreement" for p in listed(d.get("party", []))]
    sizes = [size for d in documents for size in listed(d.get("size", []))]

    assert parties
    assert all(party["type"] == "Institution" and party["label"] for party in parties)
    assert sizes
    assert all(size["type"] == "ReportedFigure" and "value" in size for size in sizes)


def test_roles_stand_whole_with_their_institution_and_their_holder(documents):
    institution = [r for d in documents for r in d.get("@reverse", {}).get("roleIn", ())]
    persons = [
        p for d in documents for name in ("head", "member", "participant") for p in listed(d.get(name, []))
    ]
    held = [role for p in persons for role in p.get("@reverse", {}).get("holder", ())]

    assert institution
    assert held
    assert all(role["type"] == "Role" and role["title"] and role["holder"] for role in institution + held)


def as_written(iri):
    return f"<{iri}>".encode()


def listed(value):
    return value if isinstance(value, list) else [value]


def test_the_context_that_documents_name_is_served_for_a_day_and_for_every_page(served):
    with urllib.request.urlopen(served.url + "context.jsonld") as answer:
        headers, body = answer.headers, json.load(answer)

    assert "Agreement" in body["@context"]
    assert headers["Content-Type"] == "application/ld+json"
    assert headers["Cache-Control"] == "public, max-age=86400"
    assert headers["Access-Control-Allow-Origin"] == "*"
