"""Snapshots of authorities: what each source becomes, the same bytes each time, or one clear error."""

import bz2
import gzip
import json
import sqlite3
import zipfile
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SourceError, StateError
from kg.link.authority import build_snapshot, open_snapshot, read_lines
from kg.link.authority.dump import filter_dump
from kg.link.authority.folding import bag, content, fold, is_short_form
from kg.link.authority.making import kind_of
from kg.link.authority.ror import read_ror
from kg.link.authority.snapshot import Name
from kg.link.authority.starter import read_starter
from kg.link.authority.wikidata import read_entity
from tests.authority_pool import POOL, write_pool
from tests.conftest import kg


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    into = folder / "pool.sqlite"
    build_snapshot((write_pool(folder / "pool-2026-03-04.jsonl"),), into)
    return into


@given(st.text(max_size=40))
def test_a_folded_name_stays_as_it_is_when_folded_again(name):
    assert fold(fold(name)) == fold(name)


@given(st.text(alphabet="abc déÉ-'&.中國", max_size=30))
def test_case_does_not_change_a_key(name):
    assert fold(name.upper()) == fold(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Ørsted  Institute", "orsted institute"),
        ("Indian Council & Society", "Indian Council and Society"),
        ("國立臺灣大學", "国立台湾大学"),
        ("Universität Zürich", "UNIVERSITAT ZURICH"),
        ("St. Mary’s", "St Marys"),
        ("A.B.C.", "ABC"),
    ],
)
def test_spellings_of_one_name_have_one_key(one, other):
    assert fold(one) == fold(other)


def test_neighbours_have_different_keys():
    assert fold("Shanxi") != fold("Shaanxi")
    assert fold("山西") != fold("陕西")


def test_general_words_of_other_languages_and_abbreviations_are_one():
    assert bag(fold("Univ. Laval")) == bag(fold("Université Laval")) == bag(fold("Laval University"))
    assert content(fold("Bosch GmbH")) == ("bosch",)


def test_an_acronym_is_told_from_a_word():
    assert is_short_form("MIT")
    assert is_short_form("U.S.")
    assert is_short_form("BrSTU")
    assert not is_short_form("Harvard")
    assert not is_short_form("CITY COLLEGE")


def test_a_snapshot_says_what_it_is_made_of(built):
    with open_snapshot(built) as snapshot:
        manifest = snapshot.manifest

    source = built.parent / "pool-2026-03-04.jsonl"
    assert manifest.date == "2026-03-04"
    assert manifest.sources == ((source.name, sha256(source.read_bytes()).hexdigest()),)
    assert sum(manifest.items.values()) == len(POOL)
    assert manifest.version.startswith("2026-03-04+")


def test_the_same_records_give_the_same_bytes(built, tmp_path):
    again = tmp_path / "again.sqlite"
    build_snapshot((built.parent / "pool-2026-03-04.jsonl",), again)

    assert again.read_bytes() == built.read_bytes()


def test_names_words_and_identifiers_find_their_items(built):
    with open_snapshot(built) as snapshot:
        named = snapshot.named([fold("Université Saint-Orlan"), fold("SOU"), "nothing"])
        records = snapshot.records(snapshot.identified("0abcde123", "ror"))

        assert [kind for _, kind in named[fold("Université Saint-Orlan")]] == [Name.LANGUAGE]
        assert {kind for _, kind in named["sou"]} == {Name.SHORT}
        assert "nothing" not in named
        assert [r.item for r in records.values()] == ["Q2003"]
        assert snapshot.frequencies(["orlan", "zzz"]) == {"orlan": 2}


def test_records_come_back_as_they_were_given(built):
    given_ = {r.item: r for r in read_lines(built.parent / "pool-2026-03-04.jsonl")}
    with open_snapshot(built) as snapshot:
        back = {r.item: r for r in snapshot.records(range(1, len(POOL) + 1)).values()}

    assert back.keys() == given_.keys()
    for item, record in back.items():
        assert set(record.names) == set(given_[item].names)
        assert (record.type, record.country, record.region, record.ids) == (
            given_[item].type, given_[item].country, given_[item].region, given_[item].ids,
        )  # fmt: skip


def test_two_sources_of_one_item_are_joined(tmp_path):
    one = {"qid": "Q1", "label": "Body", "type": "organization", "ids": {"ror": "01"}}
    two = {"item": "ror:01", "label": "Corps", "type": "organization", "country": "FR", "ids": {"ror": "01"}}
    other = {"qid": "Q2", "label": "Unit", "type": "organization", "ids": {"ror": "01"}}
    into = tmp_path / "a.sqlite"
    build_snapshot((write_pool(tmp_path / "p.jsonl", [two, one, other]),), into)

    with open_snapshot(into) as snapshot:
        records = list(snapshot.records(range(1, 9)).values())
    assert [(r.item, r.country, set(r.names)) for r in records] == [
        ("Q1", "FR", {"Body", "Corps"}),
        ("Q2", "", {"Unit"}),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"qid": "Q1", "type": "place"}', "needs qid"),
        ('{"qid": "Q1", "label": "x", "type": "thing"}', "'thing'"),
        ('{"qid": "Q1", "label": "x", "type": "place", "aliases": "y"}', "list of strings"),
        ('{"qid": "Q1", "label": "x", "type": "place", "lat": "north"}', "north"),
    ],
)
def test_a_bad_record_is_named_by_file_and_line(tmp_path, line, told):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"qid": "Q9", "label": "fine", "type": "place"}\n' + line + "\n", encoding="utf-8")

    with pytest.raises(SourceError, match=r"bad\.jsonl, line 2") as error:
        build_snapshot((path,), tmp_path / "a.sqlite")
    assert told in str(error.value)
    assert not (tmp_path / "a.sqlite").exists()


def test_what_is_no_snapshot_is_refused(tmp_path):
    missing, text, other = tmp_path / "no", tmp_path / "text.sqlite", tmp_path / "other.sqlite"
    text.write_text("hello", encoding="utf-8")
    sqlite3.connect(other).close()
    for path in (missing, text, other):
        with pytest.raises(StateError, match=path.name):
            open_snapshot(path)


def entity(item, label, **claims):
    def snak(value):
        kind = {"id": value} if isinstance(value, str) and value[:1] == "Q" else value
        return {"rank": "normal", "mainsnak": {"snaktype": "value", "datavalue": {"value": kind}}}

    return {
        "type": "item",
        "id": item,
        "labels": {"en": {"language": "en", "value": label}, "xx": {"language": "xx", "value": "no"}},
        "aliases": {"en": [{"language": "en", "value": label + " alias"}]},
        "descriptions": {"en": {"value": "something"}},
        "claims": {name: [snak(value)] for name, value in claims.items()},
    }


ENTITIES = [
    entity("Q148", "China", P297="CN", P31="Q6256"),
    entity("Q5", "Shanxi", P300="CN-SX", P17="Q148", P1082={"amount": "+34000000"}),
    entity(
        "Q7", "Optics Institute", P6782="0abc", P17="Q148", P131="Q5", P571={"time": "+1952-00-00T00:00:00Z"}
    ),
    entity("Q8", "A person", P31="Q5", P569={"time": "+1950-01-01T00:00:00Z"}),
    entity("Q9", "A category", P31="Q4167836", P1566="1"),
    {"type": "property", "id": "P297", "labels": {}, "claims": {}},
]


def dump_text(entities=ENTITIES):
    return "[\n" + ",\n".join(json.dumps(e) for e in entities) + "\n]\n"


@pytest.mark.parametrize(
    ("ending", "pack"), [(".json", bytes), (".json.gz", gzip.compress), (".json.bz2", bz2.compress)]
)
def test_a_wikidata_dump_becomes_bodies_and_places_with_country_and_region(tmp_path, ending, pack):
    source = tmp_path / f"wikidata-20260105-all{ending}"
    source.write_bytes(pack(dump_text().encode()))
    told = []
    manifest = build_snapshot((source,), tmp_path / "a.sqlite", tell=told.append)

    with open_snapshot(tmp_path / "a.sqlite") as snapshot:
        records = {r.item: r for r in snapshot.records(range(1, 9)).values()}
    assert manifest.date == "2026-01-05"
    assert records.keys() == {"Q148", "Q5", "Q7"}
    assert (records["Q7"].country, records["Q7"].region, records["Q7"].start) == ("CN", "Shanxi", 1952)
    assert records["Q5"].ids == {"iso3166-2": "CN-SX"}
    assert records["Q5"].population == 34_000_000
    assert records["Q7"].labels == {"en": "Optics Institute"}
    assert any("MB/s" in line for line in told)


def test_persons_are_kept_when_asked_for():
    line = json.dumps(ENTITIES[3]).encode()

    assert read_entity(line, ("organization",)) is None
    assert read_entity(line, ("person",)).start == 1950


def test_deprecated_statements_do_not_count():
    told = entity("Q7", "Body", P6782="0abc", P17="Q148")
    told["claims"]["P17"][0]["rank"] = "deprecated"

    assert read_entity(json.dumps(told).encode(), ("organization",)).refs == {}


def test_a_filter_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    many = [entity(f"Q{n}", f"Body {n}", P6782=f"0{n}") for n in range(1, 60)]
    source, whole, part = tmp_path / "d.json", tmp_path / "whole.part", tmp_path / "d.part"
    source.write_text(dump_text(many), encoding="utf-8")
    filter_dump(source, whole, keep=["organization"])
    monkeypatch.setattr("kg.link.authority.dump._EVERY", 10)

    def stop(progress):
        if progress.lines >= 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        filter_dump(source, part, keep=["organization"], tell=stop)
    with part.open("ab") as file:
        file.write(b'{"half a li')
    done = filter_dump(source, part, keep=["organization"])

    assert part.read_bytes() == whole.read_bytes()
    assert done.kept == 59


def test_a_part_of_another_dump_is_not_gone_on_with(tmp_path):
    source = tmp_path / "d.json"
    source.write_text(dump_text(), encoding="utf-8")
    filter_dump(source, tmp_path / "x.part", keep=["organization"])

    with pytest.raises(StateError, match="another dump or filter"):
        filter_dump(source, tmp_path / "x.part", keep=["place"])


def test_a_line_that_is_no_entity_is_counted_and_left_out(tmp_path):
    source = tmp_path / "d.json"
    source.write_text('[\n{"P6782" broken,\n' + json.dumps(ENTITIES[2]) + "\n]\n", encoding="utf-8")

    done = filter_dump(source, tmp_path / "x.part", keep=["organization"])

    assert (done.kept, done.bad) == (1, 1)


SECOND = {
    "id": "https://ror.org/0aa11bb22",
    "status": "active",
    "established": 1901,
    "types": ["education", "funder"],
    "names": [
        {"value": "Orlan (France)", "types": ["ror_display", "label"], "lang": "en"},
        {"value": "SOU", "types": ["acronym"], "lang": None},
    ],
    "locations": [
        {
            "geonames_id": 1,
            "geonames_details": {
                "country_code": "FR", "country_subdivision_name": "Rhône", "name": "Lyon",
                "lat": 45.7, "lng": 4.8,
            },
        }
    ],
    "external_ids": [{"type": "wikidata", "all": ["Q1", "Q2"], "preferred": "Q2"}],
    "relationships": [{"type": "parent", "id": "https://ror.org/0zz", "label": "x"}],
}  # fmt: skip
FIRST = {
    "id": "https://ror.org/0cc33dd44",
    "name": "Body",
    "status": "active",
    "established": None,
    "types": ["Facility"],
    "aliases": ["Corps"],
    "acronyms": ["B"],
    "labels": [{"label": "Körper", "iso639": "de"}],
    "country": {"country_code": "DE"},
    "addresses": [
        {"city": "Kassel", "lat": 1, "lng": 2, "geonames_city": {"geonames_admin1": {"name": "Hesse"}}}
    ],
    "external_ids": {"Wikidata": {"all": ["Q3", "Q4"], "preferred": None}, "ISNI": {"all": ["0000 1"]}},
    "relationships": [],
}


def test_both_schemas_of_ror_are_read(tmp_path):
    path = tmp_path / "v1.json"
    path.write_text(json.dumps([SECOND, FIRST, {**FIRST, "status": "withdrawn"}]), encoding="utf-8")
    second, first = read_ror(path)

    assert (second.item, second.label, second.city, second.region) == ("Q2", "Orlan", "Lyon", "Rhône")
    assert second.parents == ("ror:0zz",)
    # Of two items with none preferred, neither is believed.
    assert (first.item, first.country, first.region) == ("ror:0cc33dd44", "DE", "Hesse")
    assert first.ids == {"ror": "0cc33dd44", "isni": "0000 1"}
    assert set(first.names) == {"Body", "Corps", "B", "Körper"}


def test_a_ror_release_is_read_from_its_zip(tmp_path):
    path = tmp_path / "v2.0-2026-02-01-ror-data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("v2.0-ror-data_schema_v2.json", json.dumps([SECOND]))
        archive.writestr("readme.txt", "x")

    assert kind_of(path) == "ror release"
    assert build_snapshot((path,), tmp_path / "a.sqlite").date == "2026-02-01"


def test_what_is_no_source_is_refused(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("hello", encoding="utf-8")

    with pytest.raises(SourceError, match="neither a Wikidata dump"):
        build_snapshot((path,), tmp_path / "a.sqlite")


def modules(tmp_path):
    coder = tmp_path / "@rapideditor/country-coder/src/data/borders.json"
    coder.parent.mkdir(parents=True)
    features = [
        {"properties": {"iso1A2": "CN", "wikidata": "Q148", "nameEn": "People's Republic of China"}},
        {"properties": {"wikidata": "Q21", "nameEn": "England", "country": "GB"}},
    ]
    coder.write_text(json.dumps({"features": features}), encoding="utf-8")
    return tmp_path


def test_the_starter_reads_what_is_installed_and_says_what_is_not(tmp_path):
    records, told = read_starter(modules(tmp_path))
    countries = [r for r in records if "country" in r.types]

    assert [(r.item, r.label, r.country) for r in countries] == [("Q148", "China", "CN")]
    assert {"China", "中国", "People's Republic of China"} <= set(countries[0].names)
    assert any("name-suggestion-index: not installed" in line for line in told)
    assert any("ISC" in line for line in told)


def test_the_command_line_builds_and_shows_a_snapshot(tmp_path):
    pool = write_pool(tmp_path / "p.jsonl")
    made = kg("authority", "build", pool, "--into", tmp_path / "a.sqlite", "--date", "2026-01-01")
    shown = json.loads(kg("authority", "show", tmp_path / "a.sqlite").stdout)

    assert "14 place" in made.stdout
    assert shown["date"] == "2026-01-01"
    assert shown["sources"][0]["name"] == "p.jsonl"
    assert kg("authority", "build", "--into", tmp_path / "b", check=False).returncode == 2
