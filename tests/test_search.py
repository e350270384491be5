"""Names as people write them: folded, compared, found, in a file that is the same for the same data."""

import random
import string
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import StoreError
from kg.search import Foreign, foreign_id, likeness, open_names, write_names
from kg.search.fold import bag_of, fold, key_of, tells_little, tokens
from kg.search.typos import within_one
from tests.publish_site import make_names

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SAME = "https://schema.org/sameAs"
BASE, ONTOLOGY = "https://example.org/", "https://w3id.org/accord-kg/ns#"


def alike(asked, name):
    return likeness(asked, name, lambda _: 1.0)


def described(things):
    """Things as the store tells of them: path -> class, names, ids."""
    for path, (kind, names, same) in sorted(things.items()):
        values = [(TYPE, ("uri", ONTOLOGY + kind, "", ""))]
        values += [(LABEL, ("literal", name, "en", "")) for name in names]
        values += [(SAME, ("uri", iri, "", "")) for iri in same]
        yield f"{BASE}id/{path}", values


def written(folder, things):
    path = folder / "names.sqlite"
    write_names(path, described(things), base=BASE, ontology=ONTOLOGY)
    return path


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    with closing(open_names(make_names(tmp_path_factory.mktemp("names") / "search"))) as index:
        yield index


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Harbour Hospital", "HARBOUR  HOSPITAL"),
        ("Hôpital du Port", "Hopital du Port"),
        ("Peoples' Hospital & School", "People's Hospital and School"),
        ("Centre for Tests", "Center for Tests"),
        ("Univ. Hospital", "University Hospital"),
        ("Ærø Clinic", "aero clinic"),
        ("低地港　医院", "低地港 医院"),
        ("Łódź", "Lodz"),
    ],
)
def test_case_accents_punctuation_and_spelling_variants_do_not_matter(one, other):
    assert fold(one) == fold(other)
    assert alike(one, other).exact


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ("Northquay Lines Ltd", "Northquay Lines", 95),
        ("北港有限公司", "北港", 95),
        ("Wei Xiao-chun", "Wei Xiaochun", 95),
        ("School of Medicine, Hill University", "Hill University School of Medicine", 90),
    ],
)
def test_legal_forms_spaces_and_the_order_of_words_cost_a_little(one, other, score):
    assert alike(one, other).score == score
    assert not alike(one, other).exact


def test_neighbours_in_writing_are_not_taken_for_each_other():
    assert alike("Shanxi", "Shaanxi").score < 85
    assert alike("Hospital 1", "Hospital 2").score < 60
    assert alike("Austria", "Australia").score == 0


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_between_0_and_100_and_whole_only_for_what_is_equal(one, other):
    found = alike(one, other)

    assert 0 <= found.score <= 100
    assert (found.score == 100) == found.exact
    assert bool(fold(one)) == alike(one, one).exact


@given(st.text(string.ascii_lowercase, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_one_slip_is_within_one_and_two_letters_apart_are_not(word, chance):
    place = chance.randrange(len(word))
    slips = [
        word[:place] + word[place + 1 :],
        word[:place] + chance.choice(string.ascii_lowercase) + word[place:],
        word[:place] + chance.choice(string.ascii_lowercase) + word[place + 1 :],
        word[: max(place - 1, 0)] + word[max(place - 1, 0) : place + 1][::-1] + word[place + 1 :],
    ]

    assert all(within_one(word, slip) and within_one(slip, word) for slip in slips)
    assert not within_one(word, word + "xx")
    assert not within_one("ab" + word, word[::-1] + "yz9")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q148", ("wikidata", "Q148")),
        ("wd:q148", ("wikidata", "Q148")),
        ("http://www.wikidata.org/entity/Q148", ("wikidata", "Q148")),
        (" https://m.wikidata.org/wiki/Q148 ", ("wikidata", "Q148")),
        ("<http://www.wikidata.org/entity/Q148>", ("wikidata", "Q148")),
        ("https://ror.org/03v76x132", ("ror", "03v76x132")),
        ("03V76X132", ("ror", "03v76x132")),
        ("https://www.geonames.org/1816670/beijing.html", ("geonames", "1816670")),
        ("https://sws.geonames.org/1816670/", ("geonames", "1816670")),
        ("1816670", ("geonames", "1816670")),
        ("0000 0001 2281 955X", ("isni", "000000012281955X")),
        ("https://isni.org/isni/000000012281955X", ("isni", "000000012281955X")),
    ],
)
def test_a_foreign_id_is_known_in_every_way_it_is_written(text, expected):
    assert foreign_id(text) == Foreign(*expected)


@pytest.mark.parametrize(
    "text", ["", "Q0", "Q", "Harvard", "https://example.org/Q148", "Q148 Q149", "P31", "北京", "-1"]
)
def test_what_is_no_foreign_id_is_none(text):
    assert foreign_id(text) is None


@pytest.mark.parametrize("name", ["MGH", "M.G.H.", "Ministry of Health", "Hospital", "人民医院", "A"])
def test_acronyms_and_names_of_shared_words_tell_little(name):
    assert tells_little(name, fold(name))


@pytest.mark.parametrize("name", ["Lowland Harbour Hospital", "低地港医院", "Lowland"])
def test_a_name_with_a_word_of_its_own_tells_enough(name):
    assert not tells_little(name, fold(name))


def best(index, name):
    """The thing whose name is the most like, found as the service finds it."""
    found = index.named(name)
    weights = index.weights({w for text in (name, *(t for _, t in found)) for w in tokens(fold(text))})
    scored = [(likeness(name, text, weights.__getitem__).score, thing.path) for thing, text in found]
    return max(scored, default=(0.0, ""))[1]


@pytest.mark.parametrize(
    "asked",
    [
        "Lowland Harbour Hospital",
        "LOWLAND HARBOUR HOSPITAL",
        "Hospital, Lowland Harbour",
        "Lowland Harbuor Hospital",
        "Lowland Harbour Hospita",
        "Harbour Hospital",
        "低地港医院",
        "低地港的医院",
    ],
)
def test_a_name_is_found_in_other_order_with_a_slip_and_in_chinese(names, asked):
    assert best(names, asked) == "institution/lowland-harbour-hospital"


def test_only_things_of_the_classes_that_are_wanted_are_found(names):
    assert {thing.kind for thing, _ in names.named("Harbourtown", ("Place",))} == {"Place"}
    assert "Event" in {thing.kind for thing, _ in names.named("Harbourtown")}


def test_a_prefix_finds_names_and_words_inside_them(names):
    def paths(prefix, kinds=()):
        return [thing.path for thing, _ in names.beginning(prefix, kinds, limit=10)]

    assert paths("lowland")[0] == "place/lowland"
    assert "institution/lowland-harbour-hospital" in paths("harbour hosp")
    assert "institution/nanshan-medical-school" in paths("南山医")
    assert paths("lowland", ("Person",)) == []
    assert paths("?!") == []


def test_a_thing_tells_what_sets_it_apart(names):
    assert names.at("institution/lowland-harbour-hospital").about == "Harbourtown, Lowland"
    assert names.at("person/ada-berg").about == "director, Lowland Harbour Hospital"
    assert names.at("event/visit-2025").about == "2025-05-02, Harbourtown, Lowland"
    assert names.at("person/nobody") is None


def test_accepted_ids_lead_to_things_and_likely_ones_do_not(names):
    assert [thing.path for thing in names.same_as(Foreign("wikidata", "Q999999998"))] == [
        "institution/lowland-harbour-hospital"
    ]
    assert names.same_as(Foreign("wikidata", "Q999999997")) == []


def test_the_same_things_make_the_same_file(tmp_path):
    files = [make_names(tmp_path / name).read_bytes() for name in ("one", "two")]

    assert files[0] == files[1]


def test_a_thing_without_a_name_is_there_but_found_by_id_only(tmp_path):
    path = written(tmp_path, {"event/signing-of-x-2020": ("Event", [], [])})
    with closing(open_names(path)) as index:
        assert index.at("event/signing-of-x-2020").label == "signing of x 2020"
        assert index.named("signing of x 2020") == []


def test_a_file_of_another_version_is_refused(tmp_path):
    (tmp_path / "names.sqlite").write_bytes(b"not a database, but as long as one" * 100)

    with pytest.raises(StoreError, match="version"):
        open_names(tmp_path / "names.sqlite")
    with pytest.raises(StoreError):
        open_names(tmp_path / "nothing.sqlite")


def test_among_many_things_one_slip_still_finds_the_one(tmp_path):
    chance = random.Random(7)  # noqa: S311  the same names each time
    syllables = (
        "ka",
        "lo",
        "mi",
        "re",
        "ta",
        "vun",
        "sho",
        "pel",
        "dra",
        "gor",
        "hin",
        "zu",
        "bei",
        "xia",
        "qing",
    )
    places = ["".join(chance.choices(syllables, k=3)).capitalize() for _ in range(300)]
    things = {
        f"institution/i{number}": ("Institution", [f"{place} {kind}"], [])
        for number, (place, kind) in enumerate(
            {
                (p, k): None
                for p in places
                for k in ("University Hospital", "Medical School", "Port Authority")
            }
        )
    }
    with closing(open_names(written(tmp_path, things))) as index:
        for path, (_, (name,), _) in chance.sample(sorted(things.items()), 60):
            spot = chance.randrange(1, 4)
            slip = name[:spot] + name[spot + 1 :]

            assert best(index, name) == path
            assert path in [thing.path for thing, _ in index.named(slip)], (slip, name)


def test_keys_and_bags_come_from_the_folded_name():
    assert key_of(fold("Wei Xiao-chun")) == "weixiaochun"
    assert bag_of(fold("University of the Hill, Inc.")) == "hill university"
    assert tokens(fold("低地港医院 Ltd")) == ("低地", "地港", "港医", "医院")
