"""What tables and documents tell of other things is as in a clean release, however many pieces are copied."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.store.dumps import framed, rdf
from kg.vocabulary import KG
from tests.dumping import NAMES, folder_of, write_nquads, written

FACTS = str(NAMES.graph("facts"))
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
A = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
NUMBERS = st.integers(0, 5)
STATEMENTS = st.lists(
    st.one_of(
        st.tuples(st.just("named"), st.sampled_from(["institution", "person", "role"]), NUMBERS, NUMBERS),
        st.tuples(st.sampled_from(["party", "holder", "roleIn"]), NUMBERS, NUMBERS),
    ),
    max_size=25,
)
CLASSES = {"institution": "Institution", "person": "Person", "role": "Role", "agreement": "Agreement"}
JOINS = {
    "party": ("agreement", "institution"),
    "holder": ("role", "person"),
    "roleIn": ("role", "institution"),
}


def thing(kind, number):
    return f"<{NAMES.thing(kind, f'x{number}')}>"


def triples(statements):
    """Institutions, persons and roles with names, and what joins them; what is named or joins has a class.

    A role has one holder and one body.
    """
    known = set()
    for statement in statements:
        if statement[0] in ("holder", "roleIn"):
            if statement[:2] in known:
                continue
            known.add(statement[:2])
        if statement[0] == "named":
            _, kind, number, name = statement
            yield f'{thing(kind, number)} {LABEL} "name {name}"@en .'
        else:
            property_, one, other = statement
            kind, target = JOINS[property_]
            number, name = one, other
            yield f"{thing(kind, one)} <{KG[property_]}> {thing(target, other)} ."
        yield f"{thing(kind, number)} {A} <{KG[CLASSES[kind]]}> ."


def dumped(statements, path, earlier=None):
    path.mkdir()
    write_nquads([(FACTS, "\n".join(triples(statements)).encode())], path / "all.nq")
    written(path / "all.nq", path, earlier)
    return {each.name: each.read_bytes() for each in sorted((path / "dumps").iterdir())}


def content_of(index):
    with closing(sqlite3.connect(index)) as database:
        return [sorted(database.execute(query)) for query in ("SELECT * FROM thing", "SELECT * FROM role")]


@pytest.fixture(scope="module", params=[1, 3])
def small_pieces(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdf, "_SUBJECTS", request.param)
        yield


@settings(max_examples=12, deadline=None)
@given(st.lists(STATEMENTS, min_size=2, max_size=3))
def test_after_any_changes_every_file_and_the_index_are_those_of_a_clean_release(small_pieces, history):
    with tempfile.TemporaryDirectory() as name:
        folder, earlier = Path(name), None
        for number, statements in enumerate(history):
            found = dumped(statements, folder / str(number), earlier)
            earlier = folder / str(number)
        clean = dumped(history[-1], folder / "clean")

        assert found == clean
        indexes = [folder_of(path).records / framed.FILE for path in (earlier, folder / "clean")]
        assert content_of(indexes[0]) == content_of(indexes[1])


MANY = [("party", number, number) for number in range(6)] + [
    ("named", "institution", number, number) for number in range(6)
]


def test_a_piece_is_made_anew_only_where_something_that_it_mentions_has_another_name(small_pieces, tmp_path):
    first = dumped(MANY, tmp_path / "one")
    made = []
    with pytest.MonkeyPatch.context() as patch:
        told = framed.rows_of
        patch.setattr(
            framed, "rows_of", lambda table, thing, index: made.append(thing.iri) or told(table, thing, index)
        )
        renamed = [each for each in MANY if each != ("named", "institution", 2, 2)]
        second = dumped([*renamed, ("named", "institution", 2, 5)], tmp_path / "two", tmp_path / "one")

    assert str(NAMES.thing("agreement", "x2")) in made
    assert b"name 2" in first["agreement-parties.csv"]
    assert b"name 2" not in second["agreement-parties.csv"]
    assert len(set(made)) < 12


@pytest.mark.parametrize("damage", [b"", b"no database at all", None])
def test_an_index_that_is_damaged_or_missing_is_made_again(damage, tmp_path):
    first = dumped(MANY, tmp_path / "one")
    index = folder_of(tmp_path / "one").records / framed.FILE
    index.unlink() if damage is None else index.write_bytes(damage)

    assert dumped(MANY, tmp_path / "two", tmp_path / "one") == first


def test_of_what_is_gone_the_index_keeps_no_byte(tmp_path):
    dumped([*MANY, ("named", "person", 1, 3)], tmp_path / "one")
    name = NAMES.thing("person", "x1").encode()
    dumped(MANY, tmp_path / "two", tmp_path / "one")

    before, after = (folder_of(tmp_path / each).records / framed.FILE for each in ("one", "two"))
    assert name in before.read_bytes()
    assert name not in after.read_bytes()
