"""Every code block in README and docs runs, and says what it is said to say."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import rdflib
import yaml

TREE = Path(__file__).parent.parent
PAGES = [TREE / "README.md", TREE / "data/README.md", *sorted((TREE / "docs").glob("*.md"))]
FENCE = re.compile(
    r"^```(\S*)[^\n]*\n(.*?)^```\n(?:\n?^```text\n(.*?)^```\n|\n((?:\|[^\n]*\n)+))?", re.MULTILINE | re.DOTALL
)
RUNS = {"sh", "sparql", "python", "turtle", "json", "yaml", "toml", "markdown"}
ADDRESS = "http://127.0.0.1:8000/"


@dataclass(frozen=True)
class Block:
    page: str
    language: str
    code: str
    output: str | None
    table: str | None

    def __str__(self):
        return f"{self.page}:{self.language}:{self.code.strip().splitlines()[0][:40]}"


def blocks():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            yield Block(str(page.relative_to(TREE)), *match.groups())


ALL = [block for block in blocks() if block.language != "text"]


def test_there_are_blocks_and_each_has_a_language_that_runs():
    assert len(ALL) > 5
    assert [str(b) for b in ALL if b.language not in RUNS] == []


def of(*languages):
    return pytest.mark.parametrize("block", [b for b in ALL if b.language in languages], ids=str)


def table_rows(table):
    lines = [line.strip().strip("|").split("|") for line in table.strip().splitlines()]
    return [[cell.strip() for cell in line] for i, line in enumerate(lines) if i != 1]


@of("sparql")
def test_a_query_finds_what_the_page_says(block, served):
    answer = served.sparql(block.code, accept="text/csv")
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(answer))]

    assert len(rows) > 1, "a documented query must find something"
    if block.table:
        assert rows == table_rows(block.table)


@of("sh")
def test_a_shell_block_runs(block, served, tmp_path):
    code = block.code.replace(ADDRESS, served.url)
    if re.search(r"^(sudo )?make ", code, re.MULTILINE):
        targets = re.findall(r"\bmake ([\w-]+)", code)
        for target in targets:
            subprocess.run(["make", "-n", target], cwd=TREE, check=True, capture_output=True)
        return
    (tmp_path / "demo").symlink_to(served.directory)
    (tmp_path / "data").symlink_to(TREE / "data")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],
        cwd=tmp_path, env=os.environ | {"PATH": path},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
    if block.output is not None:
        assert run.stdout.replace("\r\n", "\n").strip() == block.output.strip()


@of("python")
def test_a_python_block_runs(block, served, tmp_path):
    code = block.code.replace(ADDRESS, served.url)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )

    assert run.returncode == 0, run.stderr
    if block.output is not None:
        assert run.stdout.strip() == block.output.strip()


@of("turtle")
def test_turtle_parses(block):
    prefixes = "".join(f"@prefix {p}: <{n}> .\n" for p, n in prefix_table().items())

    assert len(rdflib.Graph().parse(data=prefixes + block.code, format="turtle"))


@of("markdown")
def test_an_article_shown_can_be_read(block, tmp_path):
    from kg.read import read, require_date, sources

    (tmp_path / "article.md").write_text(block.code, encoding="utf-8")
    (source,) = sources([str(tmp_path / "article.md")])

    assert [require_date(article).title for article in read(source, limit=100_000)]


@of("json", "yaml", "toml")
def test_data_blocks_parse(block):
    parse = {"json": json.loads, "yaml": lambda text: list(yaml.safe_load_all(text)), "toml": tomllib.loads}

    assert parse[block.language](block.code)


def prefix_table():
    from kg.vocabulary import Names

    return Names().prefixes()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (page.parent / target).exists(), target
