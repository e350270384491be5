"""What is told of a query that cannot be read: the place is exact, and what is proposed can stand there."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.store import Fault, iris_in, open_store, read_fault, token_at
from kg.store.reading import tokens
from kg.vocabulary import Names

TREE = Path(__file__).parent.parent
PREFIXES = Names().prefixes()
STORE = open_store(prefixes=PREFIXES)
GOOD = [
    ("SELECT ?s (COUNT(?o) AS ?n) WHERE { ?s kg:party ?o . FILTER(?n > 3 && ?l != 'x') } "
    "GROUP BY ?s HAVING(COUNT(?o) > 1) ORDER BY DESC(?n) LIMIT 3 OFFSET 1"),
    "ASK { { ?s a kg:Event } UNION { ?s kg:status/skos:broader* kgv:signed } MINUS { ?s ?p 1.5 } }",
    "CONSTRUCT { ?s kg:kind ?k } { GRAPH g:facts { ?s kg:kind ?k } VALUES (?k) { (kgv:visit) (UNDEF) } }",
    "DESCRIBE ?x WHERE { ?x rdfs:label '''名\n前'''@zh , \"b\" ; kg:startDate ?d BIND(YEAR(?d) AS ?y) }",
    "SELECT * { << ?a a ?b >> ?p ?o . ?a a ?c {| ?q ?r |} . BIND(<<( ?a kg:party ?b )>> AS ?t) }",
    "SELECT DISTINCT ?s FROM g:facts FROM NAMED g:catalog\n{ ?s ^kg:party|!(kg:host|^kg:kind) [ a ?x ] }",
]  # fmt: skip
FAULTS = [
    ("SELECT * { ?s a kgx:Event }", (1, 17), "the prefix kgx: is not declared", ""),
    ("SELECT * { ?s ?p 'x'^^foo:bar }", (1, 23), "the prefix foo: is not declared", ""),
    ("SELECT * {\n  ?s a kg:Event .\n  ?s ?p\n}", (4, 1), "} was not expected", ""),
    ("SELECT * { ?s a kg:Event } LIMT 3", (1, 28), "LIMT was not expected", "LIMIT"),
    ("SELECT * { ?s a ?o FILER(?o > 3) }", (1, 20), "FILER was not expected", "FILTER"),
    ("SELECT * { ?s a ?o FILTER(STRTS(?o, 'a')) }", (1, 27), "STRTS was not expected", "STRDT"),
    ("SELEC * { }", (1, 1), "SELEC was not expected", "SELECT"),
    ("SELECT (COUNT(?s) ?n) {}", (1, 19), "?n was not expected", ""),
    ("SELECT ?s, ?p { ?s ?p ?o }", (1, 10), ", was not expected", ""),
    ("SELECT * { OPTIONAL ?s ?p ?o }", (1, 21), "?s was not expected", ""),
    ("SELECT * { ?s ?p ?o ORDER BY ?s }", (1, 21), "ORDER was not expected", ""),
    ("SELECT * { ?s ?p ?o }}", (1, 22), "} was not expected", ""),
    ("SELECT * { ?s ?p ?o ", (1, 20), "the query ends, and the { of line 1, column 10 is not closed", ""),
    ("SELECT ?s", (1, 10), "the query ends too early", ""),
    ("ASK { ?s ?p 'abc }", (1, 13), "the string that begins here has no end", ""),
    ('ASK { ?s ?p "a\nb" }', (1, 13), "the string that begins here has no end", ""),
    ("ASK { ?s ?p “x” }", (1, 13), "“x was not expected: strings stand between straight quotation marks", ""),
    ("ASK { ?s ?p <a b> }", (1, 13), "this is no IRI", ""),
    ("SELECT ?s ?x { ?s a ?x } GROUP BY ?s", (1, 37), "SELECT has a variable that is neither grouped", ""),
    ("SELECT * { ?s a ?x } GROUP BY ?s", (1, 33), "SELECT * cannot stand with GROUP BY", ""),
    ("ASK { VALUES (?a ?b) { (1) } }", (1, 28), "each row of VALUES needs as many values", ""),
    ("ASK { BIND(1 AS ?s) BIND(2 AS ?s) }", (1, 35), "} was not expected: perhaps BIND names a variable", ""),
    ("PREFIX x <http://x/> ASK {}", (1, 8), "x was not expected", ""),
]  # fmt: skip


def fault_in(sparql):
    with pytest.raises(QueryError) as refused:
        STORE.query(sparql)
    return read_fault(str(refused.value))


@pytest.mark.parametrize(("sparql", "where", "said", "nearest"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_fault_is_told_with_its_place_and_what_was_meant(sparql, where, said, nearest):
    fault = fault_in(sparql)

    assert (fault.line, fault.column) == where
    assert fault.said.startswith(said)
    assert fault.nearest == nearest


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_a_strange_word_anywhere_is_found_where_it_stands(number):
    sparql = GOOD[number]
    STORE.query(sparql)
    for token in tokens(sparql, 0):
        if sparql[token.start() - 1 : token.start()] not in {"", " ", "\n"}:
            continue
        wrong = f"{sparql[: token.start()]}zzzz {sparql[token.start() :]}"
        fault = fault_in(wrong)
        found = token_at(wrong, fault.line, fault.column)

        assert found == "zzzz" or fault.said == "behind << comes no triple", (wrong, str(fault))


OFFERED = {
    "SELECT ?s ": "WHERE",
    "SELECT (COUNT(?o) ": "AS",
    "SELECT * { ?s ": "an IRI",
    "SELECT * { ?s ?p ": "a string",
    "SELECT * { { } ": "UNION",
    "SELECT * { ?s ?p ?o ": "OPTIONAL",
    "SELECT * { } ) LIMIT": "LIMIT",
    "SELECT * { } ORDER ": "BY",
    "SELECT * { VALUES ?x { ": "UNDEF",
    "SELECT * { FILTER NOT ": "EXISTS",
    "ASK ": "{",
}


@pytest.mark.parametrize("beginning", OFFERED)
def test_what_may_stand_there_is_told(beginning):
    assert OFFERED[beginning] in fault_in(beginning).expected


@given(
    st.builds(
        Fault,
        st.integers(1, 999),
        st.integers(1, 999),
        st.from_regex(r"[a-z{}]+( [a-z]+){0,4}", fullmatch=True),
        st.sampled_from(["", "FILTER", "kg:Event"]),
        st.lists(st.sampled_from(["{", "a variable", "LIMIT", ";"]), unique=True, max_size=4).map(tuple),
    )
)
def test_a_fault_is_read_again_from_its_message(fault):
    assert read_fault(str(fault)) == fault


def test_a_message_without_a_place_is_no_fault():
    assert read_fault("this is no SPARQL query") is None


@given(st.text(st.sampled_from("SELECT*{}?sp'\"<>#.;()@:é \n"), max_size=60))
def test_whatever_is_written_the_answer_is_one_line_and_names_a_place_in_the_text(text):
    try:
        STORE.query(f"SELECT * {{ {text}")
    except QueryError as error:
        message = str(error)
    else:
        return
    fault = read_fault(message)

    assert "\x01" not in message
    assert "\n" not in message
    assert fault is None or 1 <= fault.line <= text.count("\n") + 1


def test_a_query_is_not_run_to_be_explained():
    """Spread out this one would be a query; it must not become one, since it would never end."""
    endless = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(9))
    began = time.monotonic()
    fault = fault_in(f"SELECT (COUNT(*) AS ?n) {{ {endless} FILTER(?a1 IN(1 2)) }}")

    assert fault.said == "2 was not expected"
    assert time.monotonic() - began < 2


def test_a_long_query_is_refused_at_once():
    began = time.monotonic()
    with pytest.raises(QueryError, match="line 1, column"):
        STORE.query("SELECT * { " + "?s ?p ?o . " * 50_000 + "FILER }")

    assert time.monotonic() - began < 3


def test_the_iris_that_a_query_names_are_read_as_the_engine_reads_them():
    sparql = (
        "BASE <http://b/> PREFIX kg: <http://other/> PREFIX : <http://d/>\n"
        "SELECT * { ?s kg:a :b\\,c , 'kg:no' , kgv:d , <http://e/f> } # kg:no"
    )

    assert list(iris_in(sparql, PREFIXES)) == [
        ("kg:a", "http://other/a"),
        (":b\\,c", "http://d/b,c"),
        ("kgv:d", f"{PREFIXES['kgv']}d"),
        ("<http://e/f>", "http://e/f"),
    ]


def test_every_question_of_ours_names_iris_that_are_iris():
    found = 0
    for path in sorted((TREE / "kg").rglob("*.rq")):
        for _, iri in iris_in(path.read_text(encoding="utf-8"), PREFIXES):
            assert re.match(r"https?://", iri), path
            found += 1

    assert found > 20
