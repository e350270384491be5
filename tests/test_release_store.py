"""A whole generation as the pipeline makes it: store, dumps and release together."""

import gzip
import json
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from kg.release import begin, current, verify
from kg.store import (
    content_of,
    fill,
    open_pool,
    open_read_only,
    open_store,
    read_manifest,
    rows,
)
from kg.vocabulary import FACTS, KG, Names
from tests.dumping import write_nquads, written

NAMES = Names()
DAY = date(2026, 11, 24)


def graphs():
    facts, evidence = Graph(), Graph()
    for i in range(200):
        facts.add((NAMES.thing("agreement", f"a{i}"), KG.party, NAMES.thing("institution", f"i{i % 7}")))
        evidence.add(
            (NAMES.thing("evidence", f"e{i}"), KG.supportedBy, URIRef(f"https://example.org/协议/{i}"))
        )
    return [
        (str(NAMES.graph(name)), graph.serialize(format="nt", encoding="utf-8"))
        for name, graph in ((FACTS, facts), ("article/a/evidence", evidence))
    ]


def build(directory, documents, *, full_at=0):
    """Release the documents; files cannot grow beyond `full_at` bytes once the input is there."""
    with begin(directory) as draft:
        nquads = draft.path / "accord.nq"
        quads = write_nquads(documents, nquads)
        if full_at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (full_at, full_at))
        store = open_store(draft.store, prefixes=NAMES.prefixes())
        fill(store, nquads, quads=quads, default=str(NAMES.graph(FACTS)))
        (row,) = rows(store, "SELECT (COUNT(*) AS ?n) { ?a kg:party ?b }")
        store.close()
        content = written(nquads, draft.path)
        nquads.unlink()
        return draft.publish(as_of=DAY, content=content, meta={"quads": quads, "parties": int(str(row["n"]))})


def test_a_generation_is_served_from_its_current_link(tmp_path):
    build(tmp_path, graphs())
    release = current(tmp_path)
    with open_pool(
        release.store, workers=1, seconds=10, memory_mb=256, result_bytes=10_000, prefixes=NAMES.prefixes()
    ) as pool:
        asked = pool.run("SELECT (COUNT(*) AS ?n) { ?a kg:party inst:i3 }", media="text/csv")

    assert asked.body.split() == [b"n", b"29"]
    assert (release.meta["quads"], release.meta["parties"]) == (400, 200)
    assert verify(release) == []
    assert {path.name for path in release.dumps.iterdir()} >= {
        "SHA256SUMS", "accord-noquotes.nq.gz", "accord.jsonld.gz", "accord.nq.gz", "accord.nq.zst",
        "accord.trig.gz", "accord.ttl.gz", "context.jsonld", "graphs.tsv",
    }  # fmt: skip


def test_the_store_and_the_dump_hold_the_same(tmp_path):
    release = build(tmp_path, graphs()).release
    with (tmp_path / "out.nq").open("wb") as out:
        open_read_only(release.store).dump(out)
    data = gzip.decompress((release.dumps / "accord.nq.gz").read_bytes())
    entries = read_manifest(release.dumps / "graphs.tsv")

    assert sorted((tmp_path / "out.nq").read_bytes().splitlines()) == sorted(data.splitlines())
    assert content_of(entries.values()) == release.content
    assert sum(entry.quads for entry in entries.values()) == len(data.splitlines())


def test_two_builds_in_two_orders_are_the_same_release(tmp_path):
    first = build(tmp_path / "one", graphs()).release
    second = build(tmp_path / "two", graphs()[::-1]).release

    assert first.id == second.id
    assert (first.dumps / "SHA256SUMS").read_bytes() == (second.dumps / "SHA256SUMS").read_bytes()
    assert (first.path / "meta.json").read_bytes() == (second.path / "meta.json").read_bytes()
    assert not build(tmp_path / "one", graphs()[::-1]).changed


def test_a_reader_of_the_earlier_release_is_not_disturbed(tmp_path):
    build(tmp_path, graphs())
    reader = open_read_only(current(tmp_path).store, prefixes=NAMES.prefixes())
    build(tmp_path, graphs()[:1])
    count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"

    assert str(rows(reader, count)[0]["n"]) == "400"
    assert str(rows(open_read_only(current(tmp_path).store), count)[0]["n"]) == "200"


@pytest.mark.parametrize("size", [10_000, 60_000])
def test_a_disk_that_fills_while_the_store_is_written_is_one_clear_error(tmp_path, size):
    build(tmp_path, graphs()[:1])
    before = current(tmp_path)
    code = (
        "import json, sys; from pathlib import Path\n"
        "from kg.errors import StoreError; from tests.test_release_store import build, graphs\n"
        f"try: build(Path(sys.argv[1]), graphs(), full_at={size})\n"
        "except StoreError as error: print(json.dumps(str(error)))\n"
    )
    tree = Path(__file__).parent.parent
    tried = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=tree,
        timeout=60,
    )

    assert "too large" in json.loads(tried.stdout), tried.stderr
    assert current(tmp_path) == before
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [before.id]
