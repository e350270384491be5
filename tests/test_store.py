"""The contract of every store, in memory and on disk; one that does nothing must fail each sentence."""

import io

import pytest

from kg.errors import QueryError, StoreError
from kg.store import Answer, count, fill, open_read_only, open_store, rows
from kg.store.contract import JSON_RESULTS
from tests.dumping import write_nquads

A = "https://example.org/graph/a"
B = "https://example.org/graph/b"
X = "https://example.org/id/x"
P = "https://example.org/p"
TRIPLES = f'<{X}> <{P}> "一"@zh .\n<{X}> <{P}> 7 .\n'.replace(
    " 7 ", ' "7"^^<http://www.w3.org/2001/XMLSchema#integer> '
).encode()
OTHER = f"<{X}> <{P}> <{B}> .\n".encode()


def nquads(graph, triples):
    return triples.replace(b" .\n", f" <{graph}> .\n".encode())


class Nothing:
    """A store that does nothing and says so politely."""

    def load(self, nquads): ...
    def replace(self, graph, ntriples): ...
    def copy_to_default(self, graph): ...
    def dump(self, out): ...
    def close(self): ...
    def query(self, sparql, *, media="", default_graphs=None, named_graphs=None):
        return Answer("solutions", media, b'{"head":{},"boolean":false,"results":{"bindings":[]}}')


def holds_what_was_loaded(store):
    store.load(nquads(A, TRIPLES))
    store.load(nquads(B, OTHER))
    values = {
        (str(row["o"]), row["o"].language)
        for row in rows(store, f"SELECT ?o {{ GRAPH <{A}> {{ ?s ?p ?o }} }}")
    }

    assert values == {("一", "zh"), ("7", "")}
    assert count(store) == 3
    assert count(store, A) == 2


def loads_from_a_file(store, tmp_path):
    (tmp_path / "in.nq").write_bytes(nquads(A, TRIPLES))
    store.load(tmp_path / "in.nq")

    assert count(store, A) == 2


def replaces_rather_than_adds(store):
    store.load(nquads(A, TRIPLES))
    store.load(nquads(B, TRIPLES))
    for _ in range(2):
        store.replace(A, OTHER)

        assert [str(row["o"]) for row in rows(store, f"SELECT ?o {{ GRAPH <{A}> {{ ?s ?p ?o }} }}")] == [B]
        assert count(store, B) == 2


def copies_a_graph_to_the_default_graph_and_forgets_the_earlier_copy(store):
    store.load(nquads(A, TRIPLES) + nquads(B, OTHER))
    store.copy_to_default(A)
    store.copy_to_default(B)

    assert [str(row["o"]) for row in rows(store, "SELECT ?o { ?s ?p ?o }")] == [B]
    assert count(store, B) == 1


def answers_in_the_format_asked_for(store):
    store.load(nquads(A, TRIPLES))
    store.copy_to_default(A)
    csv = store.query("SELECT ?o { ?s ?p ?o } ORDER BY DATATYPE(?o)", media="text/csv")
    turtle = store.query("CONSTRUCT WHERE { ?s ?p ?o }", media="application/n-triples")
    asked = store.query("ASK { ?s ?p 7 }", media=JSON_RESULTS)

    assert (csv.kind, sorted(csv.body.decode().split())) == ("solutions", ["7", "o", "一"])
    assert (turtle.kind, sorted(turtle.body.splitlines())) == ("graph", sorted(TRIPLES.splitlines()))
    assert (asked.kind, b"true" in asked.body) == ("boolean", True)


def merges_the_graphs_that_are_asked_for_as_one(store):
    store.load(nquads(A, TRIPLES) + nquads(B, TRIPLES) + nquads(B, OTHER))
    how_many = "SELECT (COUNT(*) AS ?n) %s { ?s ?p ?o }"
    by_protocol = store.query(how_many % "", media="text/csv", default_graphs=[A, B])
    by_query = store.query(
        f"PREFIX g: <https://example.org/graph/> {how_many % f'FROM g:a FROM <{B}>'}", media="text/csv"
    )
    named_only = store.query(how_many % "", media="text/csv", named_graphs=[A])
    inside = store.query(
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", media="text/csv", named_graphs=[B]
    )

    assert [answer.body.split()[-1] for answer in (by_protocol, by_query, named_only, inside)] == [
        b"3",
        b"3",
        b"0",
        b"3",
    ]


def dumps_the_named_graphs_and_not_the_copy(store):
    store.load(nquads(A, TRIPLES) + nquads(B, OTHER))
    store.copy_to_default(A)
    out = io.BytesIO()
    store.dump(out)

    assert sorted(out.getvalue().splitlines()) == sorted((nquads(A, TRIPLES) + nquads(B, OTHER)).splitlines())


def says_whose_fault_it_is(store):
    for wrong in (
        "SELECT * { ?s ?p",
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "nonsense",
        "ASK { ?s nope:p ?o }",
    ):
        with pytest.raises(QueryError):
            store.query(wrong)
    with pytest.raises(QueryError, match="no format"):
        store.query("ASK {}", media="text/turtle")
    with pytest.raises(StoreError):
        store.load(b"this is not N-Quads")


def answers_nothing_once_closed(store):
    store.close()
    with pytest.raises(StoreError):
        store.query("ASK {}")


CONTRACT = [
    holds_what_was_loaded,
    loads_from_a_file,
    replaces_rather_than_adds,
    copies_a_graph_to_the_default_graph_and_forgets_the_earlier_copy,
    answers_in_the_format_asked_for,
    merges_the_graphs_that_are_asked_for_as_one,
    dumps_the_named_graphs_and_not_the_copy,
    says_whose_fault_it_is,
    answers_nothing_once_closed,
]


def hold(sentence, store, tmp_path):
    sentence(store, tmp_path) if sentence is loads_from_a_file else sentence(store)


@pytest.fixture(params=["memory", "disk"])
def store(request, tmp_path):
    opened = open_store(tmp_path / "store" if request.param == "disk" else None)
    yield opened
    opened.close()


@pytest.mark.parametrize("sentence", CONTRACT)
def test_a_store(sentence, store, tmp_path):
    hold(sentence, store, tmp_path)


@pytest.mark.parametrize("sentence", CONTRACT)
def test_a_store_that_does_nothing_fails(sentence, tmp_path):
    with pytest.raises((AssertionError, KeyError, ValueError, pytest.fail.Exception)):
        hold(sentence, Nothing(), tmp_path)


def test_a_finished_store_is_read_by_several_at_once_and_written_by_none(tmp_path):
    store = open_store(tmp_path / "store")
    store.load(nquads(A, TRIPLES))
    with pytest.raises(StoreError):
        open_store(tmp_path / "store")
    store.close()
    readers = [open_read_only(tmp_path / "store") for _ in range(2)]

    assert [count(reader) for reader in readers] == [2, 2]
    with pytest.raises(StoreError):
        readers[0].load(nquads(B, OTHER))


def test_a_folder_without_a_store_is_one_clear_line(tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        open_read_only(tmp_path)


def test_a_filled_store_has_the_facts_as_its_default_graph(tmp_path, store):
    written = write_nquads([(A, TRIPLES), (B, OTHER)], tmp_path / "all.nq")
    fill(store, tmp_path / "all.nq", quads=written, default=B)

    assert count(store) == 3
    assert [str(row["o"]) for row in rows(store, "SELECT ?o { ?s ?p ?o }")] == [B]


def test_a_literal_that_the_store_would_rewrite_into_another_is_noticed(tmp_path, store):
    twice = TRIPLES + TRIPLES.replace(b'"7"', b'"07"')
    written = write_nquads([(A, twice)], tmp_path / "all.nq")

    assert written == 3
    with pytest.raises(StoreError, match="2 of 3"):
        fill(store, tmp_path / "all.nq", quads=written, default=A)
