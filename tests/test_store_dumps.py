"""The dumps: the same data, the same bytes, in every format, whatever the order of arrival."""

import gzip
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from pyoxigraph import serialize as engine

from kg.errors import StoreError
from kg.resources import resource
from kg.store import content_of, jsonld_of, read_manifest, sorting
from kg.store.dumps import graphs as graph_files
from kg.store.dumps import rdf, things
from kg.store.embedded import term_of as engine_term
from kg.store.lines import statement_of, term_of
from kg.vocabulary import KG, Names
from tests.dumping import CONTEXT, write_nquads, written

NAMES = Names()
PREFIXES = NAMES.prefixes()
FACTS = str(NAMES.graph("facts"))
ARTICLE = str(NAMES.graph("article/a/evidence"))
QUOTE = str(KG.quote)
XSD = "http://www.w3.org/2001/XMLSchema#"
HEADER = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
FACTS_TTL = """
inst:yale a kg:Institution ; rdfs:label "Yale School of Medicine"@en , "耶鲁大学医学院"@zh , "Yale" ;
  kg:location place:new-haven ; schema:sameAs wd:Q1 ; kg:kind kgv:medical-school .
agr:b a kg:Agreement ; kg:party inst:yale , inst:shanxi ; kg:status kgv:signed .
event:c a kg:Event ; kg:startDate "2017-12-13"^^xsd:date ; kg:endDate "2017" ;
  rdfs:label "Meeting \\"B\\"\\n"@en .
figure:d a kg:ReportedFigure ; kg:value 31 ; kg:confidence 0.9 ; kg:value -5 , 007 , true .
<urn:x:y> <http://other.example/p/q> <mailto:a@b.c> , "x"^^<http://other.example/dt> , "plain" ;
  kg:title "t"@en-gb , "u" .
"""
EVIDENCE_TTL = 'ev:e kg:quote "the very words"@en ; kg:start 5 . claim:f kg:supportedBy ev:e .'


def ntriples(turtle):
    return engine(
        (quad.triple for quad in parse(HEADER + turtle, RdfFormat.TURTLE)), format=RdfFormat.N_TRIPLES
    )


ORDER = random.Random(4)  # noqa: S311  no secret
GRAPHS = [(FACTS, ntriples(FACTS_TTL)), (ARTICLE, ntriples(EVIDENCE_TTL))]


def dumped(graphs, folder, earlier=None, context=CONTEXT):
    folder.mkdir()
    write_nquads(graphs, folder / "all.nq")
    content = written(folder / "all.nq", folder, earlier, context)
    return content, {path.name: path.read_bytes() for path in (folder / "dumps").iterdir()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return dumped(GRAPHS, tmp_path_factory.mktemp("dumps") / "out")[1]


def quads(data, form):
    return {str(quad) for quad in parse(data, form)}


def expected():
    return {
        f"{quad.subject} {quad.predicate} {quad.object} <{graph}>"
        for graph, data in GRAPHS
        for quad in parse(data, RdfFormat.N_TRIPLES)
    }


def test_the_nquads_are_every_quad_once_and_sorted_by_graph_and_line(files):
    lines = gzip.decompress(files["accord.nq.gz"]).decode().splitlines()

    assert lines == sorted(lines, key=lambda line: (line.rsplit(" ", 2)[1], line.encode()))
    assert {line.removesuffix(" .") for line in lines} == expected()
    assert len(lines) == len(expected())


def test_the_lines_are_what_the_engine_itself_would_write(files):
    data = gzip.decompress(files["accord.nq.gz"])

    assert engine(parse(data, RdfFormat.N_QUADS), format=RdfFormat.N_QUADS) == data


def test_the_trig_holds_the_same_quads_with_one_block_a_graph(files):
    data = gzip.decompress(files["accord.trig.gz"])

    assert quads(data, RdfFormat.TRIG) == quads(gzip.decompress(files["accord.nq.gz"]), RdfFormat.N_QUADS)
    assert data.count(b"\n}") == len(GRAPHS)


def test_the_turtle_holds_the_facts_alone_in_short_names(files):
    data = gzip.decompress(files["accord.ttl.gz"])

    assert quads(data, RdfFormat.TURTLE) == quads(GRAPHS[0][1], RdfFormat.N_TRIPLES)
    assert b"inst:yale a kg:Institution" in data or b"inst:yale rdf:type kg:Institution" in data


def test_the_dump_without_quotations_lacks_them_and_nothing_else(files):
    whole = gzip.decompress(files["accord.nq.gz"]).splitlines()
    slim = gzip.decompress(files["accord-noquotes.nq.gz"]).splitlines()

    assert [line for line in whole if line not in slim] == [
        line for line in whole if b"the very words" in line
    ]
    assert len(slim) == len(whole) - 1


def test_the_order_of_arrival_and_repetitions_do_not_matter(files, tmp_path):
    shuffled = []
    for graph, data in GRAPHS:
        lines = data.splitlines(keepends=True) * 2
        ORDER.shuffle(lines)
        shuffled += [(graph, line) for line in lines]
    ORDER.shuffle(shuffled)

    assert dumped(shuffled, tmp_path / "other")[1] == files


def test_more_lines_than_fit_in_memory_are_sorted_all_the_same(files, tmp_path, monkeypatch):
    monkeypatch.setattr(sorting, "_RUN", 3)

    assert dumped(GRAPHS, tmp_path / "runs")[1] == files


def test_a_large_graph_is_cut_between_subjects_and_says_the_same(files, tmp_path, monkeypatch):
    monkeypatch.setattr(graph_files, "_HELD", 3)
    monkeypatch.setattr(rdf, "_SUBJECTS", 2)
    cut = dumped(GRAPHS, tmp_path / "cut")[1]
    blocks = gzip.decompress(cut["accord.trig.gz"])

    assert blocks.count(b"\n}") > len(GRAPHS)
    assert quads(blocks, RdfFormat.TRIG) == expected_quads(files)
    assert unpacked(cut["accord.nq.zst"]) == gzip.decompress(files["accord.nq.gz"])
    assert gzip.decompress(cut["accord.ttl.gz"]) == gzip.decompress(files["accord.ttl.gz"])
    assert gzip.decompress(cut["accord.jsonld.gz"]) == gzip.decompress(files["accord.jsonld.gz"])


def expected_quads(files):
    return quads(gzip.decompress(files["accord.nq.gz"]), RdfFormat.N_QUADS)


def unpacked(data):
    with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as stream:
        return stream.read()


def test_each_file_in_zstd_holds_what_the_one_in_gzip_holds(files):
    names = [name.removesuffix(".zst") for name in files if name.endswith(".zst")]

    assert sorted(names) == ["accord.jsonld", "accord.nq", "accord.trig", "accord.ttl"]
    for name in names:
        assert unpacked(files[name + ".zst"]) == gzip.decompress(files[name + ".gz"]), name


CATALOGUED = """
article:a a kg:Article ; dcterms:issued "2017-12-14"^^xsd:date .
article:b a kg:Article ; dcterms:issued "2018-01-02"^^xsd:date .
article:c a kg:Article .
"""
SEVERAL = [
    *GRAPHS,
    (str(NAMES.graph("catalog")), ntriples(CATALOGUED)),
    *(
        (str(NAMES.graph(f"article/{name}")), ntriples(f'agr:{name} rdfs:label "of {name}"@en .'))
        for name in ("a", "b", "c")
    ),
    (str(NAMES.graph("article/b/evidence")), ntriples('ev:f kg:quote "other words"@en .')),
]


def graphs_in(data):
    return {
        line.rsplit(" ", 2)[1][1:-1].removeprefix(str(NAMES.graph("")))
        for line in gzip.decompress(data).decode().splitlines()
    }


def test_the_subsets_hold_the_graphs_that_their_names_say(tmp_path):
    files = dumped(SEVERAL, tmp_path / "out")[1]

    assert graphs_in(files["accord-2017.nq.gz"]) == {"article/a", "article/a/evidence"}
    assert graphs_in(files["accord-2018.nq.gz"]) == {"article/b", "article/b/evidence"}
    assert graphs_in(files["accord-undated.nq.gz"]) == {"article/c"}
    assert graphs_in(files["accord-evidence.nq.gz"]) == {"article/a/evidence", "article/b/evidence"}
    assert graphs_in(files["accord-reports.nq.gz"]) == {"article/a", "article/b", "article/c"}


def test_the_files_by_class_hold_the_facts_about_things_of_that_class(files):
    def told(name):
        data = gzip.decompress(files[f"accord-{name}.ttl.gz"])
        return {quad.subject.value.removeprefix(NAMES.base) for quad in parse(data, RdfFormat.TURTLE)}

    assert told("agreements") == {"id/agreement/b", "id/figure/d"}
    assert told("institutions") == {"id/institution/yale"}
    assert told("events") == {"id/event/c"}
    assert told("places") == set()


def test_no_file_knows_when_or_where_it_was_made(files):
    for name, data in files.items():
        if name.endswith(".gz"):
            assert data[3:8] == bytes(5), name  # no name, no time


def test_the_content_is_made_of_the_hashes_of_the_graphs(tmp_path):
    content, _ = dumped(GRAPHS, tmp_path / "one")
    fewer, _ = dumped(GRAPHS[:1], tmp_path / "two")

    assert content == content_of(read_manifest(tmp_path / "one/dumps/graphs.tsv").values()) != fewer
    assert len(content) == 64


def test_a_blank_node_is_refused(tmp_path):
    with pytest.raises(StoreError, match="only IRIs and literals"):
        term_of("_:b")
    with pytest.raises(StoreError, match="only IRIs and literals"):
        write_nquads([(FACTS, b"_:a <http://e/p> <http://e/o> .\n")], tmp_path / "all.nq")


def test_what_is_no_ntriples_is_told_with_its_graph(tmp_path):
    with pytest.raises(StoreError, match=FACTS):
        write_nquads([(FACTS, b"nonsense")], tmp_path / "all.nq")


@pytest.mark.parametrize("size", [0, 30, 400])
def test_a_disk_that_fills_is_one_clear_error(tmp_path, size):
    code = (
        "import resource, sys; from pathlib import Path; from kg.errors import StoreError\n"
        "import tests.test_store_dumps as t\n"
        "t.write_nquads(t.GRAPHS, Path(sys.argv[1]) / 'all.nq')\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "try: t.written(Path(sys.argv[1]) / 'all.nq', Path(sys.argv[1]))\n"
        "except StoreError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, tmp_path],
        capture_output=True, text=True, check=True, timeout=60, cwd=Path(__file__).parent.parent,
    )  # fmt: skip

    assert run.stdout.rstrip().endswith("File too large")
    assert "fresh" in run.stdout or "dumps" in run.stdout
    assert run.stderr == ""


def as_triples(document):
    """What a general processor reads in it."""
    text = jsonld.to_rdf(document, {"format": "application/n-quads"})
    return quads(text.encode(), RdfFormat.N_QUADS)


def test_a_general_processor_reads_the_same_triples_in_the_json_ld(files):
    document = json.loads(gzip.decompress(files["accord.jsonld.gz"]))

    assert as_triples(document) == quads(GRAPHS[0][1], RdfFormat.N_TRIPLES)


def test_the_json_ld_reads_like_json(files):
    document = json.loads(gzip.decompress(files["accord.jsonld.gz"]))
    nodes = {node["id"]: node for node in document["@graph"]}

    assert nodes["inst:yale"]["type"] == "Institution"
    assert nodes["inst:yale"]["label"] == {"en": "Yale School of Medicine", "zh": "耶鲁大学医学院"}
    assert nodes["inst:yale"]["location"] == "place:new-haven"
    assert nodes["agr:b"]["party"] == ["inst:shanxi", "inst:yale"]
    assert nodes["event:c"]["startDate"] == "2017-12-13"
    assert 31 in nodes["figure:d"]["value"]
    assert json.loads(files["context.jsonld"])["@context"] == document["@context"]


def test_the_context_names_every_class_and_property_of_the_ontology():
    text = resource("ontology/kg.ttl").read_bytes()
    wanted = {
        quad.subject.value.removeprefix(str(KG))
        for quad in parse(text, RdfFormat.TURTLE)
        if quad.subject.value.startswith(str(KG))
        and quad.predicate.value.endswith("#type")
        and quad.object.value.rpartition("#")[2] in {"Class", "ObjectProperty", "DatatypeProperty"}
    }

    assert len(wanted) > 40
    assert wanted - set(CONTEXT) == set()


LOCALS = st.text(st.sampled_from("abé一-_.0/:"), min_size=0, max_size=4)
IRIS = st.builds(
    lambda namespace, local: NamedNode(namespace + local),
    st.sampled_from(
        [
            PREFIXES["kg"],
            PREFIXES["inst"],
            PREFIXES["wd"],
            PREFIXES["ev"],
            "http://other.example/",
            "urn:x:",
            "https://w3id.org/",
        ]
    ),
    LOCALS,
)
PROPERTIES = st.one_of(
    IRIS,
    st.sampled_from(
        ["label", "party", "startDate", "value", "confidence", "title", "quote", "textHash", "type"]
    ).map(
        lambda name: NamedNode({"label": PREFIXES["rdfs"], "type": PREFIXES["rdf"]}.get(name, str(KG)) + name)
    ),
)
# No doubles: the general processor rewrites them. Few names: it reads the context anew each time.
SMALL = {
    name: CONTEXT[name]
    for name in ("id", "type", "kg", "kgv", "rdf", "rdfs", "xsd", "inst", "role", "wd", "g")
} | {name: CONTEXT[name] for name in ("label", "party", "startDate", "value", "confidence", "title", "Event")}
LITERALS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6).map(Literal),
    st.builds(
        lambda text, tag: Literal(text, language=tag),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=4),
        st.sampled_from(["en", "zh", "zh-hans"]),
    ),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(XSD + kind)),
        st.sampled_from(["7", "07", "-3", "0", "-0", "true", "1", "1.5", "2017-12-13", "", "x", "9" * 30]),
        st.sampled_from(["integer", "boolean", "decimal", "date", "string"]),
    ),
)


@given(st.lists(st.builds(Triple, IRIS, PROPERTIES, st.one_of(IRIS, LITERALS)), max_size=8))
def test_any_triples_survive_our_json_ld(triples):
    lines = engine(triples, format=RdfFormat.N_TRIPLES)

    assert as_triples(json.loads(jsonld_of(lines, context=SMALL))) == {str(triple) for triple in triples}


@given(st.builds(Triple, IRIS, PROPERTIES, st.one_of(IRIS, LITERALS, st.text().map(Literal))))
def test_a_line_is_read_as_the_engine_reads_it(triple):
    line = f"{triple} <{FACTS}> .\n".encode()
    (quad,) = parse(line, RdfFormat.N_QUADS)

    assert statement_of(line) == (quad.predicate.value, engine_term(quad.object))


EDITS = st.lists(
    st.dictionaries(
        st.sampled_from([FACTS, ARTICLE, str(NAMES.graph("article/b")), str(NAMES.graph("catalog"))]),
        st.sets(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=30),
    ),
    min_size=2,
    max_size=3,
)


def edited(graphs):
    def line(thing, value):
        if value == 3:
            return f"agr:x{thing} a kg:Agreement , kg:Event ."
        return f'article:x{thing} dcterms:issued "201{value}-01-01"^^xsd:date ; kg:quote "w{value}" .'

    return [(g, ntriples("\n".join(line(*pair) for pair in sorted(some)))) for g, some in graphs.items()]


@pytest.fixture(scope="module")
def small_pieces():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdf, "_SUBJECTS", 3)
        patch.setattr(graph_files, "_HELD", 12)
        yield


@settings(max_examples=25, deadline=None)
@given(EDITS)
def test_what_is_copied_from_an_earlier_release_is_what_a_clean_one_would_be(small_pieces, history):
    with tempfile.TemporaryDirectory() as name:
        folder, earlier = Path(name), None
        for number, graphs in enumerate(history):
            found = dumped(edited(graphs), folder / str(number), earlier, SMALL)
            earlier = folder / str(number)
        clean = dumped(edited(history[-1]), folder / "clean", context=SMALL)

        assert found == clean


def test_what_did_not_change_is_copied(tmp_path, monkeypatch):
    first = dumped(GRAPHS, tmp_path / "one")
    for module, name in ((graph_files, "trig_of"), (things, "turtle_of")):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("made anew"))

    assert dumped(GRAPHS, tmp_path / "two", tmp_path / "one") == first
