"""The dumps as other people's tools read them: the same statements everywhere."""

import csv
import gzip
import io
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
import warnings
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.compare import isomorphic

from kg.resources import resource
from kg.vocabulary import FACTS, Names

pytestmark = [
    pytest.mark.full,
    # What rdflib says of its own ways.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib"),
]
NAMES = Names()
FACTS_GRAPH = str(NAMES.graph(FACTS))
QUADS = ("nq", "trig")
TRIPLES = ("ttl", "jsonld")
RAPPER = shutil.which("rapper")
RDFLIB = {"nq": "nquads", "trig": "trig", "ttl": "turtle", "jsonld": "json-ld"}
OXIGRAPH = {
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}


@pytest.fixture(scope="module")
def plain(sample, tmp_path_factory):
    """The dumps, unpacked."""
    folder = tmp_path_factory.mktemp("plain")
    for ending in (*QUADS, *TRIPLES):
        packed = (sample / f"current/dumps/accord.{ending}.gz").read_bytes()
        (folder / f"accord.{ending}").write_bytes(gzip.decompress(packed))
    return folder


@pytest.fixture(scope="module")
def expected(plain):
    """How many quads and how many facts there are: plain counting of lines."""
    lines = (plain / "accord.nq").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) > 1000
    return {"quads": len(lines), "facts": sum(line.endswith(f"<{FACTS_GRAPH}> .") for line in lines)}


def wanted(ending, expected):
    return expected["quads" if ending in QUADS else "facts"]


@pytest.mark.parametrize("ending", [*QUADS, *TRIPLES])
def test_rdflib_reads_as_many(plain, expected, ending):
    dataset = rdflib.Dataset().parse(plain / f"accord.{ending}", format=RDFLIB[ending])

    assert sum(1 for _ in dataset.quads()) == wanted(ending, expected)


@pytest.mark.parametrize("ending", [*QUADS, *TRIPLES])
def test_oxigraph_reads_as_many(plain, expected, ending):
    quads = set(pyoxigraph.parse(path=plain / f"accord.{ending}", format=OXIGRAPH[ending]))

    assert len(quads) == wanted(ending, expected)


@pytest.mark.skipif(RAPPER is None, reason="rapper is not installed (sudo make setup-full)")
@pytest.mark.parametrize(("ending", "syntax"), [("nq", "nquads"), ("trig", "trig"), ("ttl", "turtle")])
def test_rapper_reads_as_many(plain, expected, ending, syntax):
    command = [RAPPER, "-i", syntax, "-c", f"accord.{ending}"]
    run = subprocess.run(command, cwd=plain, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    found = re.search(r"returned (\d+) triples", run.stderr)
    assert int(found[1]) == wanted(ending, expected)


def test_pyld_expands_the_json_ld_to_the_same_facts(plain):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, at import
        from pyld import jsonld
    document = json.loads((plain / "accord.jsonld").read_text(encoding="utf-8"))
    lines = jsonld.to_rdf(document, {"format": "application/n-quads"}).splitlines()
    facts = {quad.triple for quad in pyoxigraph.parse(path=plain / "accord.ttl", format=OXIGRAPH["ttl"])}
    told = {
        quad.triple for quad in pyoxigraph.parse("\n".join(lines) + "\n", format=pyoxigraph.RdfFormat.N_QUADS)
    }

    assert told == facts


def test_turtle_and_json_ld_are_the_same_graph(plain):
    turtle, json_ld = (rdflib.Graph().parse(plain / f"accord.{e}", format=RDFLIB[e]) for e in TRIPLES)

    assert isomorphic(turtle, json_ld)


def test_a_document_of_a_thing_is_the_same_graph_in_every_form(served):
    forms = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
    graphs = [
        rdflib.Graph().parse(data=served.get(f"data/place/china.{ending}"), format=form)
        for ending, form in forms.items()
    ]

    assert len(graphs[0]) > 5
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


@pytest.fixture(scope="module")
def peer(plain, tmp_path_factory):
    """Oxigraph's own server over the N-Quads dump; its default graph is filled from the facts."""
    program = Path(pyoxigraph.__file__).parents[4] / "bin/oxigraph"
    if not program.exists():
        pytest.skip("the oxigraph server is not installed (make setup-dev)")
    location = tmp_path_factory.mktemp("peer")
    load = [program, "load", "--location", location, "--file"]
    subprocess.run([*load, plain / "accord.nq"], check=True, capture_output=True)
    subprocess.run([*load, plain / "accord.ttl"], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [program, "serve-read-only", "--location", location, "--bind", address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield lambda query: asked(f"http://{address}/query", query)
    finally:
        process.terminate()
        process.wait(timeout=20)


def asked(url, query):
    prefixes = "".join(f"PREFIX {p}: <{n}>\n" for p, n in NAMES.prefixes().items())
    body = urllib.parse.urlencode({"query": prefixes + query}).encode()
    request = urllib.request.Request(url, body, {"Accept": "text/csv"})
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert time.monotonic() < deadline, "the peer does not answer"
            time.sleep(0.1)


def rows(text):
    return sorted(tuple(row) for row in csv.reader(io.StringIO(text)))


COUNTS = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT ?class (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a ?class } GROUP BY ?class",
)
QUESTIONS = sorted(resource("questions").glob("*.rq"))
# rdflib joins without a plan: the other questions take it minutes and gigabytes.
EASY = [p for p in QUESTIONS if p.stem[:2] in {"05", "10"}]


@pytest.mark.parametrize("query", COUNTS)
def test_a_server_of_another_make_counts_the_same(peer, served, query):
    told = rows(peer(query))

    assert len(told) > 1
    assert rows(served.sparql(query)) == told


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda p: p.stem)
def test_a_server_of_another_make_answers_every_question_alike(peer, served, path):
    query = path.read_text(encoding="utf-8")
    told = rows(peer("\n".join(line for line in query.splitlines() if not line.startswith("PREFIX"))))

    assert rows(served.sparql(query)) == told


@pytest.mark.parametrize("path", EASY, ids=lambda p: p.stem)
def test_rdflib_answers_a_question_over_the_dump_alike(plain, served, path, dataset):
    query = path.read_text(encoding="utf-8")
    answer = dataset.query(query, initNs=NAMES.prefixes())
    told = rows(answer.serialize(format="csv").decode())

    assert rows(served.sparql(query)) == told


@pytest.fixture(scope="module")
def dataset(plain):
    whole = rdflib.Dataset(default_union=False)
    whole.parse(plain / "accord.nq", format="nquads")
    whole.default_graph.parse(plain / "accord.ttl", format="turtle")
    return whole
