"""What a build does with an authority and with decisions: what is accepted is said, what is likely apart."""

import gzip
import json

import pytest

from kg.link.decision_log import LOG, append_rows, rows_of
from kg.link.mappings import NONE, SAME, Row
from tests.conftest import AS_OF, TREE, kg
from tests.sssom_rules import faults

POOL = [
    {"qid": "Q9001", "label": "Ljubljana", "type": "place", "country": "SI", "types": ["city"],
     "population": 280000, "ids": {"geonames": "3196359"}},
    {"qid": "Q9002", "label": "Slovenia", "type": "place", "country": "SI", "types": ["country"],
     "ids": {"iso3166": "SI"}},
    {"qid": "Q9003", "label": "Burja Foundation", "type": "organization", "country": "SE", "city": "Lund"},
]  # fmt: skip
ARTICLE = TREE / "data/articles/training-ljubljana-2024.md"
SAME_AS, LIKELY = "<https://schema.org/sameAs>", "<https://w3id.org/accord-kg/ns#likelySameAs>"
WD = "http://www.wikidata.org/entity/"


def pool(folder):
    path = folder / "pool.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in POOL), encoding="utf-8")
    return path


def snapshot(folder):
    (folder / "out/state").mkdir(parents=True)
    into = folder / "out/state/authority.sqlite"
    kg("authority", "build", pool(folder), "--date", "2026-01-31", "--into", into, "--quiet")


def build(folder, as_of=AS_OF):
    return kg("build", ARTICLE, "--into", folder / "out", "--as-of", as_of, "--quiet")


def said(folder, predicate):
    """Return thing, item and graph of each link."""
    text = gzip.decompress((folder / "out/current/dumps/accord.nq.gz").read_bytes()).decode()
    lines = [line.split(" ") for line in text.splitlines() if f" {predicate} <http" in line]
    return {(s.rsplit("/", 1)[1][:-1], o[1:-1], g.partition("graph/")[2][:-1]) for s, _, o, g, *_ in lines}


def table(folder):
    return (folder / "out/current/dumps/accord-links.sssom.tsv").read_text(encoding="utf-8")


def decide(folder, item, *, subject="place:ljubljana", modifier=""):
    row = Row(
        subject_id=subject, predicate_id=SAME, predicate_modifier=modifier, object_id=item,
        mapping_justification="semapv:MappingReview", reviewer_label="A Reviewer", mapping_date=AS_OF,
    )  # fmt: skip
    append_rows(folder / "out/state/decisions", [row])


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("linked")
    snapshot(folder)
    build(folder)
    return folder


def test_what_nobody_confirmed_stands_in_a_graph_of_its_own(linked):
    likely = said(linked, LIKELY)

    assert ("ljubljana", f"{WD}Q9001", "links/likely") in likely
    assert ("ljubljana", "https://sws.geonames.org/3196359/", "links/likely") in likely
    assert {graph for *_, graph in likely} == {"links/likely"}
    assert not [each for each in said(linked, SAME_AS) if each[0] == "ljubljana"]


def test_where_a_link_that_ships_is_accepted_no_other_item_of_that_authority_is_likely(linked):
    accepted = {thing for thing, item, graph in said(linked, SAME_AS) if item.startswith(WD)}

    assert ("slovenia", f"{WD}Q215", "entities") in said(linked, SAME_AS)
    assert not [each for each in said(linked, LIKELY) if each[0] in accepted and each[1].startswith(WD)]
    assert "place:slovenia\tSlovenia\tschema:sameAs\t\twd:Q215" in table(linked)


def test_every_release_ships_what_was_decided_as_sssom(linked):
    assert faults(table(linked)) == []
    assert "wd:Q9001" in table(linked)
    assert "accord-links.sssom.tsv" in (linked / "out/current/dumps/SHA256SUMS").read_text()


def test_building_again_proposes_nothing_new_and_makes_no_release(linked):
    before, release = rows_of(linked / "out/state/decisions"), (linked / "out/current").resolve()
    build(linked, as_of="2026-12-01")

    assert rows_of(linked / "out/state/decisions") == before
    assert (linked / "out/current").resolve() == release


def test_a_decision_makes_a_release_that_says_so(tmp_path):
    snapshot(tmp_path)
    build(tmp_path)
    decide(tmp_path, "wd:Q9001")
    decide(tmp_path, "wd:Q9002", subject="place:slovenia", modifier="Not")
    build(tmp_path)

    assert ("ljubljana", f"{WD}Q9001", "entities") in said(tmp_path, SAME_AS)
    assert not [each for each in said(tmp_path, LIKELY) if each[1].startswith(WD)]
    text = gzip.decompress((tmp_path / "out/current/dumps/accord.nq.gz").read_bytes()).decode()
    items = {each for each in said(tmp_path, SAME_AS) if each[1].startswith(WD) and each[2] == "entities"}
    assert f'/id/dataset/links-wikidata> <http://rdfs.org/ns/void#triples> "{len(items)}"' in text
    first = (tmp_path / "out/current").resolve()

    decide(tmp_path, NONE, subject="inst:burja-foundation")
    build(tmp_path)
    assert (tmp_path / "out/current").resolve() != first, "a decision that changes no link ships all the same"
    assert "inst:burja-foundation" in table(tmp_path)


def test_a_broken_log_stops_the_build_with_file_and_line(tmp_path):
    (tmp_path / "out/state/decisions").mkdir(parents=True)
    (tmp_path / "out/state/decisions" / LOG).write_text(
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\nplace:a\tschema:sameAs\tQ1\tx\n"
    )
    run = kg("build", ARTICLE, "--into", tmp_path / "out", check=False)

    assert run.returncode == 12
    assert "links.sssom.tsv, line 2: 'Q1' is no Wikidata item" in run.stderr
