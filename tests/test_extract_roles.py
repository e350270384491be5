"""Who holds which title, where: each sentence is our own, each shows one way of saying it."""

from datetime import date

import pytest

from kg.extract import extract
from kg.model import Article, Basis, Kind, Ref, Relation, Text, Zone, ZoneKind

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")


def find(text):
    zones = (Zone(ZoneKind.BODY, 0, len(text)),)
    return extract(Article("a", text, "0" * 64, "en", zones, "", "", date(2021, 5, 10), "", "a.txt"))


def roles(text):
    """Return the roles as (person, title, relation to where it is held, where)."""
    found = find(text)
    names = {e.key: e.name for e in found.entities}
    told = {e.key: {} for e in found.entities if e.kind is Kind.ROLE}
    for fact in found.facts:
        if fact.subject in told:
            value = fact.value
            told[fact.subject][fact.relation] = (
                names[value.key] if isinstance(value, Ref) else value.value if isinstance(value, Text) else ""
            )
    where = (Relation.ROLE_IN, Relation.REPRESENTS)
    return sorted(
        (
            role[Relation.HOLDER],
            role[Relation.TITLE],
            next(((r.value, role[r]) for r in where if r in role), ("", "")),
        )
        for role in told.values()
    )


@pytest.mark.parametrize(
    ("text", "person", "title", "place"),
    [
        ("Peru’s Prime Minister Ana Lopez spoke.", "Ana Lopez", "Prime Minister", "Peru"),
        ("French President Jean Morel met Ana Lopez.", "Jean Morel", "President", "France"),
        (
            "Former U.S. Secretary of State John Miller spoke.",
            "John Miller", "Former Secretary of State", "United States",
        ),
        ("Tokyo Governor Ana Lopez spoke to several reporters.", "Ana Lopez", "Governor", "Tokyo"),
        ("Ana Lopez, the mayor of Lima, spoke.", "Ana Lopez", "mayor", "Lima"),
        (
            "It was signed by Chile’s Minister for Trade and Industry, Ms Ana Lopez.",
            "Ana Lopez", "Minister for Trade and Industry", "Chile",
        ),
        ("For Chile it was signed; for Peru by Minister Ana Lopez.", "Ana Lopez", "Minister", "Peru"),
    ],
)  # fmt: skip
def test_an_office_without_an_institution_is_held_for_a_place(text, person, title, place):
    assert (person, title, ("represents", place)) in roles(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Elm University presidents Ana Lopez and John Miller spoke.",
            [("Ana Lopez", "president", "Elm University"), ("John Miller", "president", "Elm University")],
        ),
        (
            "“We are glad,” said Ana Lopez and John Miller, co-founders of Elm Group.",
            [("Ana Lopez", "co-founder", "Elm Group"), ("John Miller", "co-founder", "Elm Group")],
        ),
        ("Elm Hospital spoke. Its director, Ana Lopez, agreed.", [("Ana Lopez", "director", "Elm Hospital")]),
        (
            "Elm Hospital spoke. Ana Lopez, president of the hospital, agreed.",
            [("Ana Lopez", "president", "Elm Hospital")],
        ),
        (
            "Elm Hospital spoke. The hospital’s director, Ana Lopez, agreed.",
            [("Ana Lopez", "director", "Elm Hospital")],
        ),
        (
            "Ana Lopez, dean of Elm University and chair of Oak Foundation, spoke.",
            [("Ana Lopez", "chair", "Oak Foundation"), ("Ana Lopez", "dean", "Elm University")],
        ),
        ("Ana Lopez is the director of Elm Hospital.", [("Ana Lopez", "director", "Elm Hospital")]),
        ("They met Professor Ana Lopez of Elm University.", [("Ana Lopez", "Professor", "Elm University")]),
        (
            "Present: Ana Lopez, chair, Elm Foundation; John Miller.",
            [("Ana Lopez", "chair", "Elm Foundation")],
        ),
    ],
)
def test_a_role_is_held_in_the_institution_that_the_words_mean(text, expected):
    assert roles(text) == [(person, title, ("roleIn", body)) for person, title, body in expected]


def test_the_title_between_two_names_goes_with_the_one_it_belongs_to():
    text = "The Minister for Trade, the Hon. Ana Lopez, and the Minister for Health, Mr John Miller, spoke."
    told = {(person, title) for person, title, _ in roles(text)}

    assert told == {("Ana Lopez", "Minister for Trade"), ("John Miller", "Minister for Health")}


def test_a_nationality_is_no_office():
    assert not [role for role in roles("The German researcher Ana Lopez spoke.") if role[2][0]]


def test_a_shorter_second_mention_of_a_role_is_the_same_role():
    text = "Ana Lopez, Minister for Trade of Peru, spoke. Minister Lopez then left."

    assert len(roles(text)) == 1


def test_a_hyphenated_name_is_whole():
    text = "“Good,” said Leong Chun-wai, chairman of Elm Bank."

    assert roles(text) == [("Leong Chun-wai", "chairman", ("roleIn", "Elm Bank"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Elm College has not agreed to join Oak Institute, its principal Ana Lopez said on Monday.",
            ("Ana Lopez", "principal", ("roleIn", "Elm College")),
        ),
        (
            "Elm Foundation signed with Oak Hospital. Its chairwoman, Ana Lopez, was glad.",
            ("Ana Lopez", "chairwoman", ("roleIn", "Elm Foundation")),
        ),
        (
            "Golden Elm's head of acquisitions, Ana Lopez, denied on Monday that there had been talks.",
            ("Ana Lopez", "head of acquisitions", ("roleIn", "Golden Elm")),
        ),
        (
            "Technical director Ana Lopez signed for the Elm Hospital on 1 December in the town hall.",
            ("Ana Lopez", "Technical director", ("roleIn", "Elm Hospital")),
        ),
        (
            "For Peru the treaty was signed by the Minister for Mobility, Dr Ana Lopez.",
            ("Ana Lopez", "Minister for Mobility", ("represents", "Peru")),
        ),
    ],
)
def test_its_and_names_without_a_head_word_are_followed(text, expected):
    assert expected in roles(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "LIMA, May 3 (Elm News) -- Peru will build a port with China, Prime Minister Ana Lopez said.",
            "Peru",
        ),
        ("Prime Minister Ana Lopez met the Peruvian Council of Trade on Monday.", "Peru"),
        ("On the Chilean side, foreign undersecretary Ana Lopez met the press in Peru.", "Chile"),
    ],
)
def test_who_governs_is_told_by_the_country_of_the_article_but_that_is_inferred(text, place):
    found = find(text)
    names = {e.key: e.name for e in found.entities}
    told = [(names[f.value.key], f.basis) for f in found.facts if f.relation is Relation.REPRESENTS]

    assert told == [(place, Basis.INFERRED)]


@pytest.mark.parametrize(
    "text",
    [
        "Prime Minister Ana Lopez spoke of Peru and of Chile.",
        "Prime Minister Ana Lopez will visit Peru on Monday.",
        "Prime Minister Ana Lopez will visit Boston on Monday.",
    ],
)
def test_of_two_countries_or_the_one_that_is_visited_none_is_guessed(text):

    assert [f for f in find(text).facts if f.relation is Relation.REPRESENTS] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "President Ana Lopez of Elm University spoke.",
            ("Ana Lopez", "President", ("roleIn", "Elm University")),
        ),
        ("They met Dean Ana Lopez from Elm College.", ("Ana Lopez", "Dean", ("roleIn", "Elm College"))),
        (
            "The president and provost of Elm College, Dr Ana Lopez, spoke.",
            ("Ana Lopez", "president", ("roleIn", "Elm College")),
        ),
        (
            "Ana Lopez, vice chancellor, Elm University, signed a paper.",
            ("Ana Lopez", "vice chancellor", ("roleIn", "Elm University")),
        ),
        (
            "Pro Vice-Chancellor (International) Professor Ana Lopez of Elm University signed.",
            ("Ana Lopez", "Pro Vice-Chancellor (International)", ("roleIn", "Elm University")),
        ),
        (
            "The Elm College Rector, Dr Ana Lopez; Vice-Rector for Strategic Development, Dr Jean Morel.",
            (
                "Jean Morel",
                "Vice-Rector for Strategic Development",
                ("roleIn", "Elm College"),
            ),
        ),
        (
            "Peru’s Trade and Industry Minister Ana Lopez spoke.",
            ("Ana Lopez", "Trade and Industry Minister", ("represents", "Peru")),
        ),
        (
            "The National Party met. National’s trade spokesperson Ana Lopez said so.",
            ("Ana Lopez", "trade spokesperson", ("roleIn", "National Party")),
        ),
        (
            "It was signed by the Ambassador of the Kingdom of Morocco Youssef Amrani.",
            ("Youssef Amrani", "Ambassador", ("represents", "Kingdom of Morocco")),
        ),
    ],
)
def test_the_body_of_a_title_may_stand_around_it(text, expected):
    assert expected in roles(text)


def inferred(text):
    """Return the holders' places and institutions that are only inferred."""
    found = find(text)
    names = {e.key: e.name for e in found.entities}
    where = (Relation.ROLE_IN, Relation.REPRESENTS)
    return [names[f.value.key] for f in found.facts if f.relation in where and f.basis is Basis.INFERRED]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Elm University spoke.\nVice-Chancellor Professor Ana Lopez was glad.", "Elm University"),
        ("Elm Hospital has a new wing, said director Ana Lopez.", "Elm Hospital"),
        ("Governor Ana Lopez will travel.\nOhio is proud of its firms.", "Ohio"),
        ("The delegation of Peru was led by Ana Lopez, Minister of Trade, in Chile and Brazil.", "Peru"),
    ],
)
def test_where_a_bare_title_is_held_is_inferred_and_called_so(text, where):
    assert inferred(text) == [where]


@pytest.mark.parametrize(
    "text",
    [
        "Elm University was opened by President Ana Lopez.",
        "Elm Bank spoke. The minister’s secretary, Ana Lopez, was glad.",
        "Peru’s Prime Minister met the German director Ana Lopez of the play at Elm Bank.",
    ],
)
def test_a_statesman_or_somebody_elses_aide_is_given_no_institution(text):
    assert "Elm University" not in inferred(text)
    assert "Elm Bank" not in inferred(text)


def test_two_institutions_do_not_share_the_president_that_one_of_them_has():
    text = "Elm Bank and Oak Bank met.\nAna Lopez, CEO of Elm Bank, saw CEO Jean Morel."

    assert inferred(text) == ["Oak Bank"]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Councillor Ana Lopez (Elm City Council) signed it.", "Elm City Council"),
        ("Dr. Ana Lopez, Director General, Elm Council of Forestry Research (ECFR), signed.",
         "Elm Council of Forestry Research"),
        ("Elm University signed it. Chancellor Maria Lopez thanked the Vice-Chancellor of Elm University.",
         "Elm University"),
    ],
)  # fmt: skip
def test_a_body_in_brackets_or_in_the_text_is_where_a_title_is_held(text, held):
    assert held in {where for _, _, (_, where) in roles(text)}
