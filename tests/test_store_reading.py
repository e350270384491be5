"""What is said of a query before it runs: its kind, and that it asks no other server."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.store import kind_of, open_store
from kg.store.reading import dataset_of, refuse_service

PREFIXES = "PREFIX ex: <http://127.0.0.1:9/> PREFIX : <http://127.0.0.1:9/>\n"
DIALS = "SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }"
REFUSED = [
    "SELECT * { DIALS }",
    "SELECT * { service silent <http://127.0.0.1:9/> {} }",
    "SELECT * { SERVICE ?x { ?s ?p ?o } }",
    "SELECT * {SERVICE:svc{}}",
    "SELECT * {SERVICEex:svc{}}",
    "SELECT * { ?s ?p 1.DIALS }",
    "SELECT * { ?s ?p 1DIALS }",
    "SELECT * { ?s ?p trueSERVICEex:svc{} }",
    "SELECT * { ?s ?p true.DIALS }",
    "SELECT * { ?s ?p ?o.DIALS }",
    "SELECT * { ?s ?p ex:.DIALS }",
    "SELECT * { ?s ?p ex:a\\#b .\nDIALS }",
    "SELECT * { ?s ?p ex:it\\'s . DIALS . ?s ?p ex:it\\'s }",
    "SELECT * { ?s ?p ?a FILTER(?a<'>') DIALS FILTER(?a<'>') }",
    "SELECT * { ?s ?p ?a FILTER(?a<?a#>'''\n) DIALS #'''\n}",
    "SELECT * { FILTER EXISTS { DIALS } }",
    "ASK { { SELECT * { DIALS } } }",
    "SELECT * { ?s ?p '''it's''' . DIALS }",
    'SELECT * { ?s ?p "a\\\\" . DIALS . ?s ?p "" }',
    "# a comment\rSELECT * { DIALS }",
]  # fmt: skip
ALLOWED = [
    "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
    'SELECT * { ?s ?p """a "SERVICE" <x> {}""" }',
    "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
    "SELECT * { ?s <http://example.org/SERVICE> ?o }",
    "SELECT * { ?s <http://example.org/a#service> ?o }",
    "SELECT ?service { ?s ?p ?service }",
    "PREFIX schema: <https://schema.org/> SELECT * { ?s schema:serviceType ?o }",
    "SELECT * { ?s ?p 'x'@service }",
]


@pytest.mark.parametrize("sparql", REFUSED)
def test_what_asks_another_server_is_refused(sparql):
    with pytest.raises(QueryError, match="SERVICE is not allowed here"):
        refuse_service(PREFIXES + sparql.replace("DIALS", DIALS))


@pytest.mark.parametrize("sparql", ALLOWED)
def test_the_word_alone_is_no_fault(sparql):
    refuse_service(sparql)
    open_store().query(sparql)


def test_the_place_of_the_word_is_told():
    with pytest.raises(QueryError, match="line 2, column 3"):
        refuse_service("ASK {\n  SERVICE <http://x/> {} }")


CODE = "' < > ?a . ex: ex:a 1 true { } ( ) FILTER <http://x#y> <?a#> <'> a ; @en _:b ^^ é"
PIECES = st.sampled_from([*CODE.split(), '"', "'''", '"""', "\\", "\\#", "\\'", "#", " ", "\n"])


@given(st.lists(PIECES, max_size=12), st.lists(PIECES, max_size=6))
def test_whatever_stands_around_it_no_address_is_dialled(before, after):
    """The engine is the judge: what we let pass is no query, or stays one when the word is misspelt."""
    sparql = f"{PREFIXES}SELECT * {{ {''.join(before)}{DIALS}{''.join(after)} }}"
    store = open_store()
    store.load(b"<http://e/s> <http://e/p> <http://e/o> <http://e/g> .\n")
    try:
        store.query(sparql)
    except QueryError:
        return

    store.query(sparql.replace("SERVICE", "SERVILE"))


SPACE = st.text(st.sampled_from(" \t\n\r"), min_size=1, max_size=3)
COMMENT = st.from_regex(r"#[a-z'\"<>{}]{0,9}\n", fullmatch=True)
BETWEEN = st.lists(SPACE | COMMENT, min_size=1, max_size=3).map("".join)
ANY_CASE = st.tuples(*(st.sampled_from([c, c.lower()]) for c in "SERVICE")).map("".join)
WHOM = st.sampled_from(["<http://127.0.0.1:9/>", "?s", "ex:svc", ":svc", "<svc>"])
HARMLESS = st.text(st.sampled_from("ab'\"\\<>{}#.;:/é \n"), max_size=8)


@given(ANY_CASE, BETWEEN, st.sampled_from(["", "SILENT", "silent"]), BETWEEN, WHOM)
def test_a_service_is_refused_however_it_is_written(word, first, silent, second, whom):
    sparql = (
        f"{PREFIXES}SELECT * {{ ?s ?p ?o . {word}{first}{silent}{second if silent else ''}{whom} {{ }} }}"
    )

    with pytest.raises(QueryError, match="SERVICE is not allowed here"):
        refuse_service(sparql)


@given(st.integers(0, 6), st.sampled_from(["\\u{:04x}", "\\U{:08X}"]))
def test_a_service_with_escapes_is_no_word_for_the_engine_either(at, escape):
    word = "SERVICE"[:at] + escape.format(ord("SERVICE"[at])) + "SERVICE"[at + 1 :]

    with pytest.raises(QueryError):
        open_store().query(f"SELECT * {{ {word} <http://127.0.0.1:9/> {{ }} }}")


def _quoted(text, mark):
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace(mark[0], "\\" + mark[0])
    return f"{mark}{escaped}{mark}"


@given(HARMLESS, ANY_CASE, HARMLESS, st.sampled_from(["'", '"', "'''", '"""']))
def test_a_service_in_a_string_is_none(before, word, after, mark):
    sparql = f"SELECT * {{ ?s ?p {_quoted(f'{before}{word} <http://x/> {after}', mark)} }}"

    refuse_service(sparql)
    open_store().query(sparql)


@given(HARMLESS, ANY_CASE, HARMLESS)
def test_a_service_in_a_comment_is_none(before, word, after):
    comment = f"#{before}{word} <http://x/> {{}} {after}".replace("\n", " ")
    sparql = f"SELECT * {{ ?s ?p ?o {comment}\n }}"

    refuse_service(sparql)
    open_store().query(sparql)


@given(ANY_CASE, st.from_regex(r"[a-z/.-]{0,5}(\?[a-z/=.-]{0,5})?(#[a-z/=.-]{0,5})?", fullmatch=True))
def test_a_service_in_an_iri_is_none(word, after):
    sparql = f"SELECT * {{ ?s <http://example.org/{word}{after}> ?o }}"

    refuse_service(sparql)
    open_store().query(sparql)


def test_the_kind_of_a_query_is_known_before_it_runs():
    assert kind_of("PREFIX select: <http://x/> # ASK\nBASE <http://x/CONSTRUCT>\nSelect * {}") == "solutions"
    assert kind_of("ask{}") == "boolean"
    assert kind_of("CONSTRUCT WHERE {}") == "graph"
    assert kind_of("DESCRIBE <http://x/>") == "graph"


@pytest.mark.parametrize(
    "update", ["INSERT DATA {}", "LOAD <http://x/>", "clear all", "WITH <a:b> DELETE {} WHERE {}"]
)
def test_an_update_is_no_query(update):
    with pytest.raises(QueryError, match="update"):
        kind_of("PREFIX a: <b:c> " + update)


def test_what_is_no_query_at_all_is_said_to_be_none():
    for text in ("", "hello", "# SELECT", "<http://select>"):
        with pytest.raises(QueryError, match="no SPARQL query"):
            kind_of(text)


def test_the_data_set_is_read_from_the_from_clauses_alone():
    asked = dataset_of(
        "PREFIX g: <http://g/> SELECT ?from FROM g:a FROM NAMED g:b from <http://c> WHERE { ?s ?from 'FROM' }"
    )

    assert (asked.default, asked.named) == (("g:a", "<http://c>"), ("g:b",))


@pytest.mark.parametrize(
    "unit", ["a.", "'''a", '"', "<a", "a", "<a#", "é-", "ex:a\\", "1a.", "@a-", "''' ", "# service\n"]
)
def test_a_long_text_is_read_in_little_time(unit):
    text = "service " + unit * (400_000 // len(unit))
    begun = time.process_time()
    for read in (refuse_service, kind_of, dataset_of):
        with pytest.raises(QueryError):
            read(text)

    assert time.process_time() - begun < 5
