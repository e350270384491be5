"""What changed between two releases: the patch makes one of the other, and the words say what it means."""

import gzip
import json
import tempfile
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.changes import text_of
from kg.errors import NotFoundError, StoreError
from kg.pipeline.differing import compared, packed_patch, write_patch_file
from kg.release import begin, current
from kg.vocabulary import HOME, KG, KGV, Names
from tests.conftest import kg
from tests.dump_files import write_dump

NAMES = Names()
FACTS, CATALOG, GRAPH = (str(NAMES.graph(name)) for name in ("facts", "catalog", "article/a"))
EVIDENCE = f"{GRAPH}/evidence"
RDF, RDFS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#"
DEAL, PARTY, OTHER = f"{HOME}id/agreement/deal", f"{HOME}id/institution/one", f"{HOME}id/institution/two"


def quads(graph, *triples):
    """Sorted N-Quads; a text that begins with `http` is an IRI, any other value is written as it is."""

    def term(text):
        return f"<{text}>" if str(text).startswith("http") else str(text)

    return sorted({f"<{s}> <{p}> {term(o)} <{graph}> .\n" for s, p, o in triples})


def release(folder, facts=(), **graphs):
    folder = Path(folder)
    words = [(KG.status, RDFS + "label", '"status"@en'), (KG.size, RDFS + "label", '"size"@en')]
    words += [
        (KGV[name], "http://www.w3.org/2004/02/skos/core#prefLabel", f'"{name}"@en')
        for name in ("signed", "planned")
    ]
    found = {FACTS: quads(FACTS, *facts, *words)} | {
        name.replace("_", "/"): lines for name, lines in graphs.items()
    }
    write_dump(folder, dict(sorted(found.items())))
    return folder


def deal(status="planned", *more):
    return [
        (DEAL, RDF + "type", KG.Agreement),
        (DEAL, RDFS + "label", '"Training of nurses"@en'),
        (DEAL, RDFS + "label", '"护士培训"@zh'),
        (DEAL, KG.status, KGV[status]),
        *more,
    ]


def told(before, after, **options):
    return compared(before, after, **options)


def words_of(before, after):
    return {each["iri"]: "; ".join(each["words"]) for each in told(before, after)["things"]}


@pytest.fixture
def folders(tmp_path):
    return tmp_path / "a", tmp_path / "b"


def test_a_status_is_told_with_its_old_one(folders):
    before, after = release(folders[0], deal()), release(folders[1], deal("signed"))

    assert words_of(before, after) == {DEAL: "is now signed (was planned)"}
    assert "  agreement Training of nurses: is now signed (was planned)" in list(text_of(told(before, after)))


def test_a_number_is_told_with_its_old_value(folders):
    def sized(figure, value):
        node = f"{HOME}id/figure/{figure}"
        return [
            *deal("signed", (DEAL, KG.size, node)),
            (node, RDF + "type", KG.ReportedFigure),
            (node, KG.value, f'"{value}"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ]

    before, after = release(folders[0], sized("old", 28)), release(folders[1], sized("new", 31))
    found = told(before, after)

    assert words_of(before, after)[DEAL] == "size: 31 (was 28)"
    assert found["counts"]["ReportedFigure"] == {"new": 1, "withdrawn": 1}
    assert [each["name"]["text"] for each in found["things"] if each["kind"] == "ReportedFigure"] == [
        "31",
        "28",
    ]


def institution(iri, name, *links):
    same = "https://schema.org/sameAs"
    return [
        (iri, RDF + "type", KG.Institution),
        (iri, RDFS + "label", f'"{name}"@en'),
        *((iri, same, link) for link in links),
    ]


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ([], ["Q1"], "is linked to Wikidata Q1"),
        (["Q1"], ["Q2"], "is now linked to Wikidata Q2 (was Wikidata Q1)"),
        (["Q1"], [], "is no longer linked to Wikidata Q1"),
    ],
)
def test_a_link_is_told_by_the_name_of_its_site(folders, was, now, words):
    sides = [
        release(
            folder, institution(PARTY, "One", *(f"http://www.wikidata.org/entity/{item}" for item in items))
        )
        for folder, items in zip(folders, (was, now), strict=True)
    ]

    assert words_of(*sides) == {PARTY: words}


def test_a_new_name_and_a_withdrawn_thing_are_told(folders):
    before = release(folders[0], [*institution(PARTY, "One"), *institution(OTHER, "Two")])
    after = release(folders[1], [*institution(PARTY, "The One"), *deal()])

    assert words_of(before, after) == {
        DEAL: "new", PARTY: "is now called The One (was One)", OTHER: "withdrawn",
    }  # fmt: skip
    assert told(before, after)["counts"] == {
        "Agreement": {"new": 1}, "Institution": {"changed": 1, "withdrawn": 1},
    }  # fmt: skip


def test_a_thing_with_a_chinese_name_only_is_told_by_it(folders):
    named = [(PARTY, RDF + "type", KG.Institution), (PARTY, RDFS + "label", '"云岚医科大学"@zh')]
    (each,) = told(release(folders[0]), release(folders[1], named))["things"]

    assert each["name"] == {"text": "云岚医科大学", "language": "zh"}


def evidence(*sentences, about=DEAL):
    triples = []
    for number, words in enumerate(sentences):
        claim, passage = f"{HOME}id/claim/{number}", f"{HOME}id/evidence/a-{number}"
        triples += [
            (claim, RDF + "subject", about),
            (claim, KG.supportedBy, passage),
            (passage, KG.quote, f'"{words}"'),
        ]
    return quads(EVIDENCE, *triples)


def test_sentences_that_came_and_went_are_counted_by_their_words(folders):
    before = release(folders[0], deal(), **{EVIDENCE: evidence("One.", "Gone.")})
    after = release(folders[1], deal("signed"), **{EVIDENCE: evidence("New.", "One.", "Newer.")})

    assert words_of(before, after)[DEAL] == (
        "is now signed (was planned); two sentences added, one sentence taken out"
    )


def test_sentences_alone_are_a_change(folders):
    before = release(folders[0], deal(), **{EVIDENCE: evidence("One.")})
    after = release(folders[1], deal(), **{EVIDENCE: evidence("One.", "Two.")})

    assert words_of(before, after) == {DEAL: "one sentence added"}


def article(name, digest, title="Nurses"):
    iri = f"{HOME}id/article/{name}"
    return [
        (iri, RDF + "type", KG.Article),
        (iri, KG.textHash, f'"{digest}"'),
        (iri, "http://purl.org/dc/terms/title", f'"{title}"@en'),
    ]


def test_articles_are_new_corrected_read_anew_or_withdrawn(folders):
    a, b, c, d = (f"{HOME}id/article/{name}" for name in "abcd")
    old = quads(CATALOG, *article("a", "1"), *article("b", "1"), *article("c", "1"))
    new = quads(CATALOG, *article("a", "1"), *article("b", "2"), *article("d", "1"))
    told_of = f"{HOME}id/claim/1"
    before = release(folders[0], **{CATALOG: old, EVIDENCE: quads(EVIDENCE, (told_of, KG.rule, '"x"'))})
    after = release(folders[1], **{CATALOG: new, EVIDENCE: quads(EVIDENCE, (told_of, KG.rule, '"y"'))})

    assert words_of(before, after) == {a: "read anew", b: "its text was corrected", c: "withdrawn", d: "new"}


def test_what_is_not_told_is_counted(folders):
    many = [triple for n in range(9) for triple in institution(f"{PARTY}{n}", f"No {n}")]
    found = told(release(folders[0]), release(folders[1], many), limit=4)

    assert found["counts"] == {"Institution": {"new": 9}}
    assert len(found["things"]) == 4
    assert found["untold"] == {"Institution": 5}
    assert "  and 5 more" in list(text_of(found))


def test_two_publications_are_not_compared(folders):
    other = folders[1]
    write_dump(other, {"https://a.example/graph/facts": quads("https://a.example/graph/facts", *deal())})
    with pytest.raises(StoreError, match="different publications"):
        told(release(folders[0]), other)
    with pytest.raises(NotFoundError, match="holds no release"):
        told(folders[0], folders[0].parent)


NODES = st.sampled_from([f"{HOME}id/place/{name}" for name in ("a", "a-b", "a0", "b")])
VALUES = NODES | st.sampled_from(
    [
        '"x"',
        '"x y"@en',
        r'"a \"b\" \\ c\n <d> ."',
        '"中"@zh',
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ]
)
TRIPLES = st.tuples(NODES, st.sampled_from([RDFS + "label", str(KG.within), RDF + "type"]), VALUES)
DATASETS = st.dictionaries(
    st.sampled_from([FACTS, GRAPH, EVIDENCE, CATALOG, f"{GRAPH}b"]), st.lists(TRIPLES, min_size=1, max_size=6)
)


@settings(max_examples=150, deadline=None)
@given(DATASETS, DATASETS)
def test_the_patch_makes_the_second_of_the_first_and_nothing_else(first, second):
    with tempfile.TemporaryDirectory() as folder:
        sides = []
        for name, graphs in (("a", first), ("b", second)):
            lines = {graph: quads(graph, *triples) for graph, triples in sorted(graphs.items())}
            write_dump(Path(folder) / name, lines)
            sides.append({line for each in lines.values() for line in each})
        patch = Path(folder) / "patch"
        with patch.open("wb") as out:
            write_patch_file(Path(folder) / "a", Path(folder) / "b", out)
        compared(Path(folder) / "a", Path(folder) / "b")
        lines = patch.read_text().splitlines(keepends=True)
    gone = [line[2:] for line in lines if line.startswith("D ")]
    came = [line[2:] for line in lines if line.startswith("A ")]

    assert (sides[0] - set(gone)) | set(came) == sides[1]
    assert set(gone) == sides[0] - sides[1]
    assert set(came) == sides[1] - sides[0]
    assert [line.split()[0] for line in lines] == [
        "H",
        "H",
        "TX",
        *["D"] * len(gone),
        *["A"] * len(came),
        "TC",
    ]
    for part in (gone, came):
        assert part == sorted(part, key=lambda line: (line.rsplit(" ", 2)[1][1:-1], line.encode()))
    assert loaded(gone, came, sides[0]) == loaded([], [], sides[1])


def loaded(gone, came, start):
    """What an engine holds after a patch."""
    store = pyoxigraph.Store()

    def parse(lines):
        return pyoxigraph.parse("".join(lines).encode(), pyoxigraph.RdfFormat.N_QUADS)

    store.extend(parse(start))
    for quad in parse(gone):
        store.remove(quad)
    store.extend(parse(came))
    return {str(quad) for quad in store}


def ids(two):
    return sorted(path.name for path in (two / "releases").iterdir() if not path.name.startswith("."))


def test_a_build_leaves_with_a_release_what_changed_and_not_among_its_downloads(two):
    release = current(two)
    found = json.loads((release.path / "changes/changes.json").read_text())

    assert (found["from"]["id"], found["to"]["id"]) == tuple(ids(two))
    assert found["counts"]["Article"]["new"] == 1
    assert any("is now signed (was planned)" in each["words"] for each in found["things"])
    assert not [path for path in release.dumps.iterdir() if "changes" in path.name]
    assert kg("verify", two, "--quiet").returncode == 0


def test_the_command_takes_a_folder_and_ids_or_two_folders(two, tmp_path):
    first, second = ids(two)
    words = kg("diff", two, first, second).stdout
    folders = [two / "releases" / name for name in (first, second)]

    assert words == kg("diff", *folders).stdout
    assert "is now signed (was planned)" in words
    found = json.loads(kg("diff", two, first, second, "--format", "json", "--limit", "200").stdout)
    assert found == json.loads((current(two).path / "changes/changes.json").read_text())
    kg("diff", *folders, "--format", "patch", "-o", tmp_path / "patch.gz")
    patch = gzip.decompress((tmp_path / "patch.gz").read_bytes())
    assert patch.decode() == kg("diff", *folders, "--format", "patch").stdout
    assert patch == gzip.decompress((current(two).path / "changes/changes.rdfp.gz").read_bytes())
    assert "nothing changed" in kg("diff", two, first, first).stdout


def test_the_same_patch_is_the_same_bytes(two, tmp_path):
    made = []
    for name in ("a", "b"):
        with (tmp_path / name).open("wb") as out:
            packed_patch(*(two / "releases" / each for each in ids(two)), out)
        made.append((tmp_path / name).read_bytes())

    assert made[0] == made[1] == (current(two).path / "changes/changes.rdfp.gz").read_bytes()


def test_a_release_that_is_not_there_is_said(two):
    told = kg("diff", two, "2020-01-01-00000000", ids(two)[0], check=False)

    assert told.returncode == 6
    assert "there is no such release" in told.stderr


def test_a_draft_of_the_same_content_tells_no_changes(two):
    from kg.pipeline.differing import write_changes

    release = current(two)
    with begin(two) as draft:
        write_changes(draft, draft.earlier, content=release.content, meta=release.meta, as_of=release.as_of)

        assert not (draft.path / "changes").exists()
