"""What a release says of itself: true to the last number, in forms that others read, always the same."""

import gzip
import hashlib
import json
import re
import subprocess
import tomllib
import urllib.request
from datetime import date
from pathlib import Path

import pytest
import yaml
from pyld import jsonld as processor
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, PROV, RDF, RDFS, VOID, Graph, Literal, Namespace, URIRef

from kg.counts import Uses
from kg.pipeline.cataloguing import kept_out
from kg.pipeline.verdicts import Told, Verdict
from kg.release.catalog import Cited
from kg.release.catalog.files import described
from kg.settings import Settings
from kg.store import open_read_only, rows
from kg.store.statistics import count_graph
from kg.validate import Severity, Violation, Wording
from kg.vocabulary import KG, Names
from tests.conftest import AS_OF, TREE, kg, start, stop

SPDX = Namespace("http://spdx.org/rdf/terms#")
NAMES = Names()
NO = Wording("", "")


@pytest.fixture(scope="module")
def dumps(sample):
    return (sample / "current").resolve() / "dumps"


@pytest.fixture(scope="module")
def release(dumps):
    return NAMES.of_path(f"dataset/{dumps.parent.name}")


@pytest.fixture(scope="module")
def catalog(dumps):
    return Graph().parse(dumps / "catalog.ttl")


@pytest.fixture(scope="module")
def void(dumps):
    return Graph().parse(dumps / "void.ttl")


@pytest.fixture(scope="module")
def ask(dumps):
    store = open_read_only(dumps.parent / "store", prefixes=NAMES.prefixes())
    yield lambda query: [{k: str(v) for k, v in row.items()} for row in rows(store, query)]
    store.close()


def number(graph, subject, predicate):
    return int(graph.value(subject, predicate))


# ------------------------------------------------------------------------------------------- the catalog


def test_the_catalog_keeps_to_its_shapes_and_a_poor_one_does_not(catalog, release):
    shapes = Graph().parse(TREE / "shapes/catalog.ttl")

    assert validate(catalog, shacl_graph=shapes)[2].count("Constraint Violation") == 0
    for predicate in (DCTERMS.publisher, DCAT.landingPage, DCTERMS.license, DCAT.distribution):
        poor = Graph() + catalog
        poor.remove((release, predicate, None))
        assert not validate(poor, shacl_graph=shapes)[0], predicate


def test_every_other_file_is_in_the_catalog_with_its_size_and_checksum(catalog, dumps, release):
    listed = {}
    for file in catalog.objects(release, DCAT.distribution):
        name = str(catalog.value(file, DCAT.downloadURL)).rsplit("/", 1)[-1]
        checksum = catalog.value(catalog.value(file, SPDX.checksum), SPDX.checksumValue)
        listed[name] = (number(catalog, file, DCAT.byteSize), str(checksum))
    own = {"catalog.ttl", "catalog.jsonld", "README.txt", "CITATION.cff", "LICENSE-DATA.txt", "SHA256SUMS"}

    assert listed.keys() == {path.name for path in dumps.iterdir()} - own
    for name, (size, digest) in listed.items():
        data = (dumps / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (size, digest), name


@pytest.mark.parametrize("name", ["catalog", "void"])
def test_json_ld_says_what_turtle_says(dumps, name):
    document = json.loads((dumps / f"{name}.jsonld").read_text())
    quads = processor.to_rdf(document, {"format": "application/n-quads"})
    triples = set(Graph().parse(data=quads, format="nt"))

    assert len(triples) > 100
    assert triples == set(Graph().parse(dumps / f"{name}.ttl"))


def test_there_are_no_blank_nodes_and_no_places_of_this_machine(dumps):
    for name in ("catalog.ttl", "void.ttl"):
        graph = Graph().parse(dumps / name)
        assert all(isinstance(term, URIRef | Literal) for triple in graph for term in triple)
    for name in ("catalog.ttl", "coverage.json", "README.txt", "CITATION.cff", "report.txt"):
        assert str(TREE) not in (dumps / name).read_text()
        assert str(Path.home()) not in (dumps / name).read_text()


def test_the_catalog_says_how_the_release_was_made(catalog, release):
    build = catalog.value(release, PROV.wasGeneratedBy)
    agents = {str(catalog.value(a, RDFS.label)) for a in catalog.objects(build, PROV.wasAssociatedWith)}
    used = {
        str(catalog.value(e, RDFS.label)): str(catalog.value(e, DCTERMS.identifier))
        for e in catalog.objects(build, PROV.used)
    }
    ontology = hashlib.sha256((TREE / "ontology/kg.ttl").read_bytes()).hexdigest()

    for name in ("accord-kg ", "Python ", "pyoxigraph ", "rules-en "):
        assert any(agent.startswith(name) for agent in agents), name
    assert any(re.fullmatch(r"en_core_web_sm\S* \S+ sha256:[0-9a-f]{64}", agent) for agent in agents)
    assert used["ontology/kg.ttl"] == f"sha256:{ontology}"


def test_no_key_is_told(tmp_path):
    kg(
        "build", TREE / "data/articles/aut-waikato-2003.md", "--into", tmp_path, "--as-of", AS_OF,
        env={"KG_LLM_KEY": "the-secret", "KG_LLM_URL": "http://inside.example", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    for path in (tmp_path / "current/dumps").iterdir():
        assert b"the-secret" not in path.read_bytes()
        assert b"inside.example" not in path.read_bytes()


# ---------------------------------------------------------------------------------------- the statistics


def test_the_counts_are_those_of_the_store(void, release, ask):
    facts = release + "#facts"
    (whole,) = ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    (told,) = ask("""SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects)
        (COUNT(DISTINCT ?p) AS ?properties) (COUNT(DISTINCT ?o) AS ?objects) { ?s ?p ?o }""")
    (own,) = ask(
        f'SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{NAMES.base}id/")) }}'
    )

    assert number(void, release, VOID.triples) == int(whole["n"])
    assert number(void, facts, VOID.entities) == int(own["n"])
    for name, predicate in (
        ("triples", VOID.triples),
        ("subjects", VOID.distinctSubjects),
        ("properties", VOID.properties),
        ("objects", VOID.distinctObjects),
    ):
        assert number(void, facts, predicate) == int(told[name]), name


def test_each_class_and_each_property_of_it_is_counted(void, release, ask):
    facts = release + "#facts"
    members = {
        row["c"]: int(row["n"]) for row in ask("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    }
    uses = {
        row["p"]: tuple(int(row[name]) for name in ("triples", "subjects", "objects"))
        for row in ask("""SELECT ?p (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects)
            (COUNT(DISTINCT ?o) AS ?objects) { ?s ?p ?o } GROUP BY ?p""")
    }
    inside = {
        (row["c"], row["p"]): (int(row["t"]), int(row["s"]))
        for row in ask(
            "SELECT ?c ?p (COUNT(*) AS ?t) (COUNT(DISTINCT ?x) AS ?s) { ?x a ?c ; ?p ?v } GROUP BY ?c ?p"
        )
    }
    told = {str(void.value(part, VOID["class"])): part for part in void.objects(facts, VOID.classPartition)}

    assert {kind: number(void, part, VOID.entities) for kind, part in told.items()} == members
    assert {
        str(void.value(part, VOID.property)): tuple(
            number(void, part, each) for each in (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects)
        )
        for part in void.objects(facts, VOID.propertyPartition)
    } == uses
    assert {
        (kind, str(void.value(part, VOID.property))): (
            number(void, part, VOID.triples),
            number(void, part, VOID.distinctSubjects),
        )
        for kind, whole in told.items()
        for part in void.objects(whole, VOID.propertyPartition)
    } == inside


def test_links_to_others_and_the_sorts_of_graphs_are_counted(void, release, ask):
    (links,) = ask("SELECT (COUNT(*) AS ?n) { ?s schema:sameAs ?o FILTER(STRSTARTS(STR(?o), STR(wd:))) }")
    (evidence,) = ask(
        'SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), "/evidence")) }'
    )

    assert number(void, release + "#links-accepted-wikidata", VOID.triples) == int(links["n"]) > 0
    assert number(void, release + "#evidence", VOID.triples) == int(evidence["n"]) > 0
    subsets = sum(
        number(void, each, VOID.triples)
        for each in void.objects(release, VOID.subset)
        if (each, RDF.type, VOID.Linkset) not in void
    )
    assert subsets == number(void, release, VOID.triples)


def test_an_example_is_the_thing_of_its_class_of_which_most_is_said(void, release, ask):
    found = ask(
        "SELECT ?x (COUNT(*) AS ?n) { ?x a kg:Event ; ?p ?o } GROUP BY ?x ORDER BY DESC(?n) ?x LIMIT 1"
    )
    (event,) = (p for p in void.subjects(VOID["class"], KG.Event))

    assert str(void.value(event, VOID.exampleResource)) == found[0]["x"]
    assert (release, VOID.exampleResource, URIRef(found[0]["x"])) in void


def test_values_too_many_for_memory_are_told_apart_on_disk(tmp_path, monkeypatch):
    from kg.store import sorting

    lines = sorted(
        f'<x:s{i % 7}> <x:p{i % 3}> "v{i % 11}" <x:g> .\n'.encode() for i in {i % 231 for i in range(231)}
    )
    whole = count_graph(lines, tmp_path, space="x:", observer=lambda *_: None)
    monkeypatch.setattr(sorting, "_RUN", 10)

    assert count_graph(lines, tmp_path, space="x:", observer=lambda *_: None) == whole
    assert (whole.triples, whole.subjects, whole.objects) == (231, 7, 11)
    assert whole.properties["x:p0"] == Uses(77, 7, 11)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------- the coverage


def test_coverage_tells_of_the_articles(dumps, ask):
    told = json.loads((dumps / "coverage.json").read_text())
    articles = ask(f"""SELECT ?outlet ?day ?language {{ GRAPH <{NAMES.graph("catalog")}> {{
        ?x a kg:Article ; dcterms:publisher ?outlet ; dcterms:issued ?day ; dcterms:language ?language
        }} }}""")

    assert told["articles"] == len(articles) == sum(each["articles"] for each in told["outlets"])
    for outlet in told["outlets"]:
        days = sorted(row["day"] for row in articles if row["outlet"] == outlet["iri"])
        assert (outlet["articles"], outlet["first"], outlet["last"]) == (len(days), days[0], days[-1])
        assert outlet["name"]
    for name, cut in (("months", 7), ("years", 4)):
        counted = {}
        for row in articles:
            counted[row["day"][:cut]] = counted.get(row["day"][:cut], 0) + 1
        assert told[name] == counted
    assert sum(told["languages"].values()) == len(articles)
    (span,) = ask("SELECT (MIN(?d) AS ?a) (MAX(?d) AS ?z) { ?x kg:startDate|kg:endDate ?d }")
    assert (told["first_day"], told["last_day"]) == (span["a"], span["z"])
    assert told["kept_out"] == []


def test_what_was_kept_out_is_told_with_its_reason():
    wrong = Told(
        Violation(Severity.VIOLATION, "a", "f", "s", "p", "", Wording("has no day", "无日"), NO), {}, ()
    )
    unsure = Told(
        Violation(Severity.WARNING, "b", "f", "s", "p", "", Wording("is vague", "不明"), NO), {}, ()
    )
    verdicts = [
        Verdict("a", "k", "2026-01-01", shapes=(wrong,)),
        Verdict("b", "k", "2026-01-01", shapes=(unsure,)),
        Verdict("c", "k", "2026-01-01", fault="/some/where/c.txt: a fact speaks of what is not there"),
    ]

    assert kept_out(verdicts) == ("a: has no day", "c: cannot be mapped")


# ---------------------------------------------------------------------------------------------- the texts


def test_the_folder_explains_itself(dumps):
    text = (dumps / "README.txt").read_text()
    known = {path.name for path in dumps.iterdir()}

    assert known == {name for name in known if f"  {name} " in text}
    assert dumps.parent.name in text
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=dumps, check=True)
    licence = (dumps / "LICENSE-DATA.txt").read_text()
    assert "  accord.nq.gz" in licence
    assert "accord-noquotes" not in licence


def test_a_file_that_may_hold_quotations_says_so(catalog, dumps, release):
    for file in catalog.objects(release, DCAT.distribution):
        name = str(catalog.value(file, DCAT.downloadURL)).rsplit("/", 1)[-1]
        data = (dumps / name).read_bytes()
        text = gzip.decompress(data) if name.endswith(".gz") else data
        if b'/ns#quote> "' in text or re.search(rb"kg:quote \"", text):
            assert (file, DCTERMS.rights, None) in catalog, name
    assert not described("accord-noquotes.nq.gz").quotes
    assert described("something-new.bin").quotes


def test_the_citation_is_a_citation_file(dumps):
    told = yaml.safe_load((dumps / "CITATION.cff").read_text())
    meta = json.loads((dumps.parent / "meta.json").read_text())

    assert told["cff-version"] == "1.2.0"
    assert told["type"] == "dataset"
    assert {"message", "title", "authors"} <= told.keys()
    assert told["version"] == meta["id"]
    assert told["date-released"] == date.fromisoformat(meta["as_of"])
    assert told["identifiers"][0]["value"] == f"sha256:{meta['content']}"
    assert told["authors"] == [{"name": Settings().publisher}]


def test_the_software_has_a_citation_of_its_own():
    told = yaml.safe_load((TREE / "CITATION.cff").read_text())
    project = tomllib.loads((TREE / "pyproject.toml").read_text())["project"]

    assert told["type"] == "software"
    assert told["version"] == project["version"]
    assert told["license"] == project["license"]


def test_bibtex_escapes_what_latex_would_read():
    cited = Cited(
        "A & B: 100 % {x}_y", "Smith & Sons", "2026-11-24-0badcafe", date(2026, 11, 24), "https://x.example/"
    )

    assert r"title     = {{A \& B: 100 \% \{x\}\_y}}" in cited.bibtex
    assert r"author    = {{Smith \& Sons}}" in cited.bibtex
    assert cited.plain.startswith("Smith & Sons (2026). A & B")


# ------------------------------------------------------------------------------------------ byte for byte


def test_two_builds_say_the_same_in_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        kg(
            "build", TREE / "data/articles/aut-waikato-2003.md", "--into", tmp_path / name, "--as-of", AS_OF,
            env={"PYTHONHASHSEED": "1" if name == "one" else "2", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "current/dumps").iterdir()}
        for name in ("one", "two")
    )

    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


# ------------------------------------------------------------------------------------------- over HTTP


def test_a_server_gives_its_own_addresses(served, release):
    graph = Graph().parse(data=served.get("catalog", "text/turtle"), format="turtle")
    name = str(release).rsplit("/", 1)[-1]
    (endpoint,) = graph.objects(None, DCAT.endpointURL)

    assert str(endpoint) == served.url + "sparql"
    for address in graph.objects(None, DCAT.downloadURL):
        assert str(address).startswith(f"{served.url}releases/{name}/dumps/")
    file = str(
        next(graph.subjects(DCAT.downloadURL, URIRef(f"{served.url}releases/{name}/dumps/graphs.tsv")))
    )
    assert file.startswith(str(release))
    assert served.get(f"releases/{name}/dumps/graphs.tsv") == served.get("dumps/graphs.tsv")
    void = Graph().parse(data=served.get(".well-known/void", "text/turtle"), format="turtle")
    assert (release, VOID.sparqlEndpoint, URIRef(served.url + "sparql")) in void
    assert (URIRef(served.url + ".well-known/void"), FOAF.primaryTopic, release) in void


@pytest.mark.parametrize("place", ["catalog", ".well-known/void"])
def test_every_format_says_the_same(served, place):
    forms = ("text/turtle", "application/n-triples", "application/rdf+xml")
    found = [Graph().parse(data=served.get(place, media), format=media) for media in forms]
    document = json.loads(served.get(place, "application/ld+json"))
    found.append(
        Graph().parse(data=processor.to_rdf(document, {"format": "application/n-quads"}), format="nt")
    )

    assert len(found[0]) > 100
    assert all(set(other) == set(found[0]) for other in found)


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("catalog.ttl", "text/turtle; charset=utf-8"),
        ("catalog.jsonld", "application/ld+json"),
        ("accord.ttl.gz", "application/gzip"),
        ("graphs.tsv", "text/tab-separated-values; charset=utf-8"),
        ("CITATION.cff", "application/yaml"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_is_sent_as_what_it_is(served, name, media):
    with urllib.request.urlopen(f"{served.url}dumps/{name}", timeout=60) as answer:
        assert answer.headers["Content-Type"] == media


def test_catalog_series_and_release_lead_to_the_catalog(served, release):
    for name in ("id/catalog", "id/dataset", str(release).removeprefix(NAMES.base)):
        assert str(release) in served.get(name, "text/turtle")
        assert "<h1>" in served.get(name, "text/html")
    assert "links-wikidata" in served.get("id/dataset/links-wikidata", "text/turtle")


def test_the_service_description_leads_to_the_statistics(served, release):
    graph = Graph().parse(data=served.get("sparql", "text/turtle"), format="turtle")
    sd = Namespace("http://www.w3.org/ns/sparql-service-description#")
    (data,) = graph.objects(None, sd.defaultDataset)

    assert (data, RDFS.seeAlso, URIRef(served.url + ".well-known/void")) in graph
    assert graph.value(graph.value(data, sd.defaultGraph), DCTERMS.source) == release + "#facts"


def test_the_front_page_has_a_data_set_for_search_engines_and_links_to_the_catalog(served, dumps, release):
    with urllib.request.urlopen(served.url, timeout=60) as answer:
        page, links = answer.read().decode(), answer.headers["Link"]
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    told = json.loads(block)

    assert re.findall(r"<script(?! type=.application/ld)", page) == []
    assert told["@type"] == "Dataset"
    assert told["@id"] == str(release)
    assert told["temporalCoverage"] == "2006-02-23/2026-06-30"
    assert "China" in [place["name"] for place in told["spatialCoverage"]]
    files = {each["contentUrl"].rsplit("/", 1)[-1]: each for each in told["distribution"]}
    digest = hashlib.sha256((dumps / "accord.nq.gz").read_bytes()).hexdigest()
    assert files["accord.nq.gz"]["sha256"] == digest
    assert files["accord.nq.gz"]["encodingFormat"] == "application/gzip"
    assert all(url["contentUrl"].startswith(served.url) for url in told["distribution"])
    for wanted in (r'/catalog\.ttl>; rel="describedby"', rf'<{release}>; rel="cite-as"'):
        assert re.search(wanted, links), wanted
    assert '<h2 id="coverage">' in page
    assert "Placeholder Gazette (fictional)" in page
    assert f"@misc{{accord-{dumps.parent.name}," in page


def test_a_title_cannot_end_the_block_of_data(tmp_path):
    evil = "</script><script>alert(1)</script>"
    kg(
        "build", TREE / "data/articles/aut-waikato-2003.md", "--into", tmp_path, "--as-of", AS_OF,
        env={"KG_TITLE": evil, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    server = start(tmp_path)
    try:
        page = server.get("")
    finally:
        stop(server)

    assert evil not in page
    assert json.loads(re.search(r"ld\+json.>(.*?)</script>", page)[1])["name"] == evil


def test_the_release_before_is_told_where_it_is_kept(tmp_path):
    for name in ("aut-waikato-2003", "baucus-iraq-2007"):
        kg("build", TREE / f"data/articles/{name}.md", "--into", tmp_path, "--as-of", AS_OF)
    first = next(
        path.name
        for path in (tmp_path / "releases").iterdir()
        if path.name != (tmp_path / "current").resolve().name
    )
    server = start(tmp_path)
    try:
        now = Graph().parse(data=server.get("catalog.ttl"), format="turtle")
        before = Graph().parse(data=server.get("catalog.ttl", release=first), format="turtle")
        led = server.get(f"id/dataset/{first}", "text/turtle")
    finally:
        stop(server)
    previous = URIRef(str(DCAT) + "previousVersion")

    assert [str(iri) for iri in now.objects(None, previous)] == [str(NAMES.of_path(f"dataset/{first}"))]
    assert list(before.objects(None, previous)) == []
    assert str(NAMES.of_path(f"dataset/{first}")) in led
    (endpoint,) = before.objects(None, DCAT.endpointURL)
    assert str(endpoint) == f"{server.url}sparql?release={first}"
