"""The ledger of permanent paths: what is damaged is named, what is given stays given."""

import resource

import pytest

from kg.errors import StateError, StoreError
from kg.link import Ledger, append_lines, load_ledger
from kg.link.ledger import HEADER

ROW = "institution:0123456789abcdef\tinstitution/riverdale-clinic\t2018-06-01"


def test_there_is_none_before_the_first_release(tmp_path):
    assert load_ledger(tmp_path / "iris.tsv") == Ledger()


def test_what_is_appended_is_read_again_in_order(tmp_path):
    path = tmp_path / "state" / "iris.tsv"
    append_lines(path, [("place:aa", "place/shanxi"), ("place:bb", "place/boston")], release="2018-06-01")
    append_lines(path, [("event:a-1:cc", "event/talks-2018-05-02")], release="2018-07-01")

    ledger = load_ledger(path)

    assert list(ledger.paths.items()) == [
        ("place:aa", "place/shanxi"),
        ("place:bb", "place/boston"),
        ("event:a-1:cc", "event/talks-2018-05-02"),
    ]
    assert path.read_text().splitlines()[0] == HEADER
    assert path.read_text().splitlines()[-1].endswith("\t2018-07-01")
    assert ledger == Ledger().extended(ledger.paths.items())


def test_nothing_new_writes_nothing(tmp_path):
    append_lines(tmp_path / "iris.tsv", [], release="2018-06-01")

    assert not (tmp_path / "iris.tsv").exists()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("wrong header\n", 1),
        (f"{HEADER}\n{ROW}", 2),
        (f"{HEADER}\n{ROW}\ntwo\tcells\n", 3),
        (f"{HEADER}\n{ROW}\n\n", 3),
        (f"{HEADER}\n{ROW}\n{ROW}\n", 3),
        (f"{HEADER}\n{ROW.replace('riverdale', '../etc')}\n", 2),
        (f"{HEADER}\n{ROW.replace('riverdale', 'Riverdale')}\n", 2),
        (f"{HEADER}\n{ROW.replace('institution:', 'no fingerprint ')}\n", 2),
    ],
)
def test_damage_is_named_with_file_and_line(tmp_path, text, line):
    path = tmp_path / "iris.tsv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(StateError, match=rf"iris\.tsv, line {line}"):
        load_ledger(path)


def test_what_is_not_utf8_is_damage(tmp_path):
    path = tmp_path / "iris.tsv"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(StateError, match="iris"):
        load_ledger(path)


def test_the_oldest_path_is_the_smallest_in_age():
    ledger = Ledger({"a:1": "place/x", "a:2": "place/y", "a:3": "place/x"})

    assert ledger.age() == {"place/x": 0, "place/y": 1}
    assert ledger.owners() == {"place/x": ["a:1", "a:3"], "place/y": ["a:2"]}


def test_lines_that_cannot_be_written_leave_the_ledger_as_it_was(tmp_path):
    path = tmp_path / "iris.tsv"
    append_lines(path, [("place:aa", "place/shanxi")], release="2018-06-01")
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, hard))
    try:
        with pytest.raises(StoreError, match=r"iris\.tsv"):
            append_lines(path, [(f"place:b{n}", f"place/x-{n}") for n in range(100)], release="2018-07-01")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["iris.tsv"]
