"""The shipped links of countries and first-level places: all there, and none is to the item beside it."""

import csv
import gzip
import json
import re

import pytest

from kg.gazetteer import place, places
from kg.link import load_decisions
from kg.link.authority.folding import fold
from kg.resources import resource
from tests.conftest import SHARED

ITEM = re.compile(r"http://www\.wikidata\.org/entity/Q[1-9][0-9]*")
POOL = SHARED / "linking" / "linking_pool.jsonl.gz"
LINKED_KINDS = {"country", "province"}

# What stands beside the right item under the same name, or was seen in its place.
NEIGHBOURS = {
    "denmark": ("Q35", "Q756617"),
    "netherlands": ("Q55", "Q29999"),
    "palestine": ("Q219060", "Q23792"),
    "taiwan": ("Q865", "Q57251"),
    "hokkaido": ("Q1037393", "Q35581"),
    "district-of-columbia": ("Q3551781", "Q61"),
    "kurdistan-region": ("Q205047", "Q41470"),
    "shanxi": ("Q46913", "Q47974"),
    "shaanxi": ("Q47974", "Q46913"),
    "georgia": ("Q230", "Q1428"),
    "georgia-us-state": ("Q1428", "Q230"),
    "congo": ("Q971", "Q974"),
    "democratic-republic-of-the-congo": ("Q974", "Q971"),
    "north-korea": ("Q423", "Q884"),
    "south-korea": ("Q884", "Q423"),
    "punjab": ("Q22424", "Q4478"),
    "punjab-pakistan": ("Q4478", "Q22424"),
    "ireland": ("Q27", "Q22890"),
    "micronesia": ("Q702", "Q3359409"),
    "jeju": ("Q41164", "Q42142"),
    "united-kingdom": ("Q145", "Q21"),
    "hunan": ("Q45761", "Q43684"),
    "hebei": ("Q21208", "Q46862"),
}
# Three that the pool knows only otherwise: as kingdoms, or not at all; one as the government of the state.
NOT_IN_POOL = {"denmark", "netherlands", "palestine", "florida"}
FORMER_CODES = {"odisha": "IN-OR"}
# Of these the pool has the name in another language, or without what tells ours from its city or neighbour.
NAMED_OTHERWISE = {
    "fukuoka-prefecture": "Fukuoka",
    "kyoto-prefecture": "Kyōto",
    "osaka-prefecture": "Ōsaka",
    "punjab-pakistan": "Punjab",
    "kurdistan-region": "Iqlim Kurdistan",
    "west-java": "Jawa Barat",
}


def rows():
    lines = resource("links/accepted.sssom.tsv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


def items():
    """Return the accepted items of places by slug."""
    linked = load_decisions().same_as.items()
    return {path.removeprefix("place/"): iris for path, iris in linked if path.startswith("place/")}


def item(name):
    return f"http://www.wikidata.org/entity/{name}"


def test_every_country_and_first_level_place_is_linked_or_listed_as_open():
    wanted = {slug for slug, record in places().items() if record.kind in LINKED_KINDS}

    assert len(wanted) > 400
    assert wanted <= items().keys()


def test_each_place_has_one_item_and_each_item_one_place():
    linked = items()

    assert all(len(iris) == 1 for iris in linked.values())
    assert all(ITEM.fullmatch(iri) for (iri,) in linked.values())
    assert len(set(linked.values())) == len(linked)


@pytest.mark.parametrize("slug", NEIGHBOURS)
def test_the_item_is_the_place_and_not_its_neighbour(slug):
    right, _ = NEIGHBOURS[slug]

    assert items()[slug] == (item(right),)


def test_what_was_seen_in_place_of_the_right_item_is_refused_for_good():
    refused = load_decisions().refused
    denied = {
        row["subject_id"].partition(":")[2]: row["object_id"] for row in rows() if row["predicate_modifier"]
    }

    assert len(denied) == 7
    for slug, wrong in denied.items():
        assert NEIGHBOURS[slug][1] == wrong.removeprefix("wd:")
        assert (f"place/{slug}", item(NEIGHBOURS[slug][1])) in refused


def test_each_row_of_a_place_names_it_and_its_iso_code():
    for row in rows():
        prefix, _, slug = row["subject_id"].partition(":")
        if prefix != "place":
            continue
        record = place(slug)
        assert row["subject_label"] == record.names["en"]
        if record.kind in LINKED_KINDS and not row["predicate_modifier"]:
            standard = 2 if "-" in record.iso else 1
            assert row["comment"].startswith(f"ISO 3166-{standard} {record.iso};"), row


def test_rows_name_no_machine_and_no_address():
    text = resource("links/accepted.sssom.tsv").read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))

    assert "://" not in body
    assert not re.search(r"(^|[\s;])/[a-z]", body)


@pytest.fixture(scope="module")
def pool():
    """Return the records of the test snapshot by item."""
    if not POOL.exists():
        pytest.skip(f"no {POOL.relative_to(SHARED.parent)} here")
    with gzip.open(POOL, "rt", encoding="utf-8") as lines:
        return {record["qid"]: record for record in map(json.loads, lines)}


def linked_records(pool):
    for slug, (iri,) in sorted(items().items()):
        if place(slug).kind in LINKED_KINDS and slug not in NOT_IN_POOL:
            yield place(slug), pool[iri.rpartition("/")[2]]


def test_the_snapshot_knows_each_linked_item_by_our_iso_code(pool):
    for record, other in linked_records(pool):
        codes = {other["ids"].get("iso3166"), other["ids"].get("iso3166-2")}
        assert FORMER_CODES.get(record.slug, record.iso) in codes, (record, other)


def test_the_snapshot_knows_each_linked_item_by_a_name_of_ours(pool):
    for record, other in linked_records(pool):
        theirs = {other["label"], *other.get("labels", {}).values(), *other.get("aliases", ())}
        ours = {*record.forms, NAMED_OTHERWISE.get(record.slug, record.names["en"])}
        assert {fold(name) for name in ours} & {fold(name) for name in theirs}, (record, other)


def test_the_snapshot_takes_each_linked_item_for_a_place_of_that_country(pool):
    for record, other in linked_records(pool):
        home = place(record.within).iso if record.within and "-" in record.iso else record.iso
        assert other["country"] == home, (record, other)
        assert {"country", "subdivision"} & set(other["types"]), (record, other)
