"""Names are cut where they begin and end, and institutions get the kind that their head word tells."""

import re

import pytest

from kg.extract.figures import value_of
from kg.extract.institution_kinds import kind_of
from kg.extract.marks import Sort
from kg.extract.name_forms import strange
from kg.extract.names import repaired
from kg.extract.words import Word


def names(text, *seen):
    """Return the names in a text; `seen` is what a model saw, as (sort, words)."""
    words = [Word(m.group(), m.start(), m.end()) for m in re.finditer(r"[’']s\b|\w+|[^\w\s]", text)]
    spans = []
    for sort, part in seen:
        start = text.index(part)
        inside = [i for i, w in enumerate(words) if start <= w.start < start + len(part)]
        spans.append((sort, (inside[0], inside[-1] + 1)))
    return [(m.sort.value, m.name) for m in repaired(words, spans)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("visited the University of Elm today", "University of Elm"),
        ("with Elm Provincial People’s Hospital there", "Elm Provincial People’s Hospital"),
        ("the Ministry of Culture, Tourism and Sport said", "Ministry of Culture, Tourism and Sport"),
        ("at the Elm & Oak Center for Data Science in Lima", "Elm & Oak Center for Data Science"),
        ("the state government of Ohio said", "state government of Ohio"),
        (
            "the North Elm Agriculture and Forestry University said",
            "North Elm Agriculture and Forestry University",
        ),
        ("Singapore’s Ministry of Health said", "Ministry of Health"),
    ],
)
def test_an_institution_is_found_by_its_head_word(text, name):
    assert ("institution", name) in names(text)


def test_two_institutions_joined_by_and_stay_two():
    found = names("Elm University and Oak University signed")

    assert found == [("institution", "Elm University"), ("institution", "Oak University")]


def test_a_hyphen_between_places_parts_them():
    assert names("the Peru-China talks", (Sort.PLACE, "Peru-China")) == [
        ("place", "Peru"),
        ("place", "China"),
    ]


def test_an_adjective_of_a_country_is_no_place():
    assert names("a Chinese city", (Sort.NATION, "Chinese")) == [("nation", "Chinese")]


def test_an_honour_is_no_part_of_a_name_but_shows_one():
    assert names("then Dr. Ana Lopez spoke") == [("person", "Ana Lopez")]


def test_the_kind_of_paper_is_no_institution():
    assert names("a Memorandum with Elm", (Sort.INSTITUTION, "Memorandum")) == []


def test_an_edition_belongs_to_the_name_of_a_conference():
    assert names("the fifth Elm Health Conference opened") == [("occasion", "fifth Elm Health Conference")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Elm School of Medicine", "medical-school"),
        ("Elm Medical School Office of Global Education", "university-office"),
        ("Elm Health Commission", "health-authority"),
        ("Elm Office of International Trade and Investment", "trade-office"),
        ("Elm Provincial Hospital", "hospital"),
        ("Elm Center for Data Science", "research-centre"),
        ("Elm University", "university"),
        ("Ministry of Education", "government"),
        ("Elm Quality Agency for Universities", "government"),
        ("Elm Foundation", "ngo"),
        ("Elm Hospice Trust", "ngo"),
        ("Elm Bureau Group", "company"),
        ("Elm Technologies Ltd", "company"),
        ("Elm", ""),
    ],
)
def test_a_name_tells_its_kind(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("words", "value"),
    [("31", 31), ("1,200", 1200), ("eight", 8), ("twenty-five", 25), ("two hundred", 200),
     ("1.4 million", 1400000), ("three thousand two hundred", 3200), ("several", None), ("", None)],
)  # fmt: skip
def test_words_and_digits_give_a_number(words, value):
    assert value_of(words) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the Elm Growers' Trust said", "Elm Growers' Trust"),
        ("with the insurer Golden Elm on", "Golden Elm"),
        ("the charity Mano Amiga said", "Mano Amiga"),
        ("the Universidad del Olmo de Ica said", "Universidad del Olmo de Ica"),
        ("the Elm State University named after A. B. Oak said", "Elm State University named after A. B. Oak"),
        ("the Elm National Assembly met", "Elm National Assembly"),
        ("the Elm Senate on Tuesday passed", "Elm Senate"),
    ],
)
def test_an_institution_goes_as_far_as_its_name(text, name):
    assert ("institution", name) in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "the Standing Committee met",
        "the Working Group on Elms met",
        "a Polish University said",
        "University Councils and Academic Boards met",
    ],
)
def test_words_for_a_sort_of_body_name_none(text):
    assert [found for found in names(text) if found[0] == "institution"] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“Yes,” said Leong Chun-wai, chairman of it", "Leong Chun-wai"),
        (
            "they met with Minister for Trade and Industry Ana Lopez Rey today after some other talks",
            "Ana Lopez Rey",
        ),
        ("they were received with honours by Sultan Omar Hakim in town", "Omar Hakim"),
        ("told president Ana Lopez that", "Ana Lopez"),
    ],
)
def test_a_title_shows_the_name_of_a_person(text, name):
    assert ("person", name) in names(text)


def test_a_headline_in_title_case_shows_nobody_by_a_title():
    assert names("Senator Urges Foreign Friends") == []


def test_a_place_that_only_a_model_sees_is_none_when_it_names_an_occasion():
    assert strange("Third Annual Elm Summit")
    assert not strange("Elm Valley")
