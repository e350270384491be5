"""The dumps, packed as they are, as other people's tools read them: as many statements as the manifest tells.

Limits of the peers, met where they are:
- rapper (raptor 2) unpacks nothing (in a packed file it finds no statement) and reads no JSON-LD.
  It counts what it reads, not what differs, so a repeated statement would show.
- jsonld (jsonld-cli 2) unpacks nothing and reads a document whole.
- oxigraph reads gzip where it loads a store, but not where it converts, and zstd nowhere.
- rdflib unpacks nothing and reads a file whole.
"""

import gzip
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import rdflib
import zstandard

from kg.store import MANIFEST, read_manifest
from kg.vocabulary import FACTS, KG, Names
from tests.conftest import TREE

pytestmark = [
    pytest.mark.full,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib"),  # what it says of its own ways
]
FACTS_GRAPH = str(Names().graph(FACTS))
ALL = ("accord.nq.gz", "accord.nq.zst", "accord.trig.gz", "accord.trig.zst")
VIEW = ("accord.ttl.gz", "accord.ttl.zst", "accord.jsonld.gz", "accord.jsonld.zst")
PART = "accord-agreements.ttl.gz"
EVERY = (*ALL, *VIEW, PART)
RAPPER = {"nq": "nquads", "trig": "trig", "ttl": "turtle"}
RDFLIB = {"nq": "nquads", "trig": "trig", "ttl": "turtle", "jsonld": "json-ld"}
OXIGRAPH = Path(sys.executable).parent / "oxigraph"
JSONLD = TREE / "tests/full/jsonld/node_modules/.bin/jsonld"

needs_rapper = pytest.mark.skipif(not shutil.which("rapper"), reason="no rapper (sudo make setup-full)")
needs_zstd = pytest.mark.skipif(not shutil.which("zstd"), reason="no zstd (sudo make setup-full)")
needs_oxigraph = pytest.mark.skipif(not OXIGRAPH.exists(), reason="no oxigraph (make setup-dev)")
needs_jsonld = pytest.mark.skipif(
    not (JSONLD.exists() and shutil.which("node")), reason="no jsonld-cli (sudo make setup-full)"
)


def kind_of(name):
    return name.split(".")[-2]


def of_kinds(*kinds):
    return pytest.mark.parametrize("name", [name for name in EVERY if kind_of(name) in kinds])


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, check=False, timeout=120, **options)
    assert done.returncode == 0, done.stderr.decode()
    return done


@pytest.fixture(scope="module")
def dumps(sample):
    return sample / "current/dumps"


@pytest.fixture(scope="module")
def plain(dumps, tmp_path_factory):
    """Each file unpacked, under its name as it was."""
    folder = tmp_path_factory.mktemp("plain")
    for name in EVERY:
        packed = (dumps / name).read_bytes()
        if name.endswith(".gz"):
            data = gzip.decompress(packed)
        else:
            with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as reader:
                data = reader.read()
        (folder / f"{name}.{kind_of(name)}").write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def expected(dumps):
    """How many statements each file must have: what the manifest tells; a part, what the whole has of it."""
    manifest = read_manifest(dumps / MANIFEST)
    facts = rdflib.Graph().parse(
        data=gzip.decompress((dumps / "accord.ttl.gz").read_bytes()), format="turtle"
    )
    kept = {
        thing
        for kind in ("Agreement", "AgreementSet", "ReportedFigure")
        for thing in facts.subjects(rdflib.RDF.type, KG[kind])
    }
    wanted = dict.fromkeys(ALL, sum(entry.quads for entry in manifest.values()))
    wanted |= dict.fromkeys(VIEW, manifest[FACTS_GRAPH].quads)
    wanted[PART] = sum(subject in kept for subject in facts.subjects())
    assert wanted["accord.nq.gz"] > wanted["accord.ttl.gz"] > wanted[PART] > 100
    return wanted


def file_in(plain, name):
    return plain / f"{name}.{kind_of(name)}"


@of_kinds("nq")
def test_each_line_of_n_quads_is_a_statement_of_the_manifest(plain, dumps, expected, name):
    lines = file_in(plain, name).read_bytes().splitlines()

    assert len(lines) == len(set(lines)) == expected[name]
    told = read_manifest(dumps / MANIFEST)
    found = {}
    for line in lines:
        graph = line.decode().rsplit(" ", 2)[1].strip("<>")
        found[graph] = found.get(graph, 0) + 1
    assert found == {graph: entry.quads for graph, entry in told.items()}


@needs_zstd
@pytest.mark.parametrize("name", [name for name in EVERY if name.endswith(".zst")])
def test_the_zstd_tool_unpacks_what_gzip_packed(dumps, name):
    packed = dumps / name.replace(".zst", ".gz")

    run("zstd", "--test", "--quiet", dumps / name)
    assert run("zstd", "-dc", dumps / name).stdout == run("gzip", "-dc", packed).stdout


@needs_rapper
@of_kinds("nq", "trig", "ttl")
def test_rapper_reads_as_many(plain, expected, name):
    told = run("rapper", "-c", "-i", RAPPER[kind_of(name)], file_in(plain, name)).stderr.decode()

    assert int(re.search(r"returned (\d+) triples", told)[1]) == expected[name]
    assert "warning" not in told.lower()


@needs_rapper
def test_rapper_writes_the_lines_of_the_dump_again(plain):
    """It escapes what is not ASCII, so rdflib reads both sides."""
    source = file_in(plain, "accord.nq.gz")
    again = run("rapper", "-q", "-i", "nquads", "-o", "nquads", source).stdout
    first, second = (
        set(rdflib.Dataset().parse(data=data, format="nquads").quads())
        for data in (source.read_bytes(), again)
    )

    assert first == second


@of_kinds("nq", "trig", "ttl", "jsonld")
def test_rdflib_reads_as_many(plain, expected, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        dataset = rdflib.Dataset().parse(file_in(plain, name), format=RDFLIB[kind_of(name)])

    assert sum(1 for _ in dataset.quads()) == expected[name]


@needs_oxigraph
@of_kinds("nq", "trig", "ttl", "jsonld")
def test_oxigraph_converts_as_many(plain, expected, name):
    lines = run(
        OXIGRAPH, "convert", "--from-file", file_in(plain, name), "--to-format", "nq"
    ).stdout.splitlines()

    assert len(lines) == len(set(lines)) == expected[name]


@needs_oxigraph
@pytest.mark.parametrize("name", [name for name in EVERY if name.endswith(".gz")])
def test_oxigraph_loads_a_packed_file(dumps, expected, tmp_path, name):
    run(OXIGRAPH, "load", "--location", tmp_path / "store", "--file", dumps / name)
    lines = run(OXIGRAPH, "dump", "--location", tmp_path / "store", "--format", "nq").stdout.splitlines()

    assert len(lines) == expected[name]


@needs_jsonld
@of_kinds("jsonld")
def test_jsonld_js_makes_the_lines_of_the_consolidated_view(plain, expected, name):
    """In safe mode, in which it refuses what it would drop; no document is loaded from elsewhere."""
    made = run(JSONLD, "toRdf", "--safe", "--n-quads", "--allow", "none", file_in(plain, name)).stdout
    view = f" <{FACTS_GRAPH}> .".encode()
    lines = file_in(plain, "accord.nq.gz").read_bytes().splitlines()

    assert len(set(made.splitlines())) == expected[name]
    assert sorted(made.splitlines()) == sorted(
        line.removesuffix(view) + b" ." for line in lines if line.endswith(view)
    )
