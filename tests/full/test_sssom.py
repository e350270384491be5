"""Every SSSOM table of the project, and of a sample just built, is valid to sssom-py."""

import subprocess

import pytest

from tests.conftest import TREE, kg

PROGRAM = TREE / ".venv-sssom" / "bin" / "sssom"
SHIPPED = sorted((TREE / "kg" / "resources").rglob("*.sssom.tsv"))

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not PROGRAM.is_file(), reason="no sssom-py here (sudo make setup-full)"),
]


def validated(table):
    """Return what sssom-py finds wrong with a table; nothing for a valid one.

    It drops a row that it cannot read, says so, and goes on as if all were well.
    """
    done = subprocess.run([PROGRAM, "validate", table], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    return told if done.returncode or "ERROR" in told or "not well-formed" in told else ""


@pytest.mark.parametrize("table", SHIPPED, ids=[path.name for path in SHIPPED])
def test_a_shipped_table_is_valid(table):
    assert validated(table) == ""


def test_a_table_with_an_unknown_predicate_modifier_is_not_valid(tmp_path):
    text = SHIPPED[0].read_text(encoding="utf-8")
    broken = tmp_path / "broken.sssom.tsv"
    broken.write_text(text.replace("\tNot\t", "\tPerhaps\t"), encoding="utf-8")

    assert broken.read_text(encoding="utf-8") != text
    assert validated(broken)


def test_the_decisions_of_a_fresh_sample_are_valid(tmp_path):
    kg("build", TREE / "data" / "articles", "--into", tmp_path / "built")
    built = sorted((tmp_path / "built").rglob("*.sssom.tsv"))

    assert built
    for table in built:
        assert validated(table) == "", table
