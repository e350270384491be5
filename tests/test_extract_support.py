"""A name that only the model takes for a body is believed where something else shows it."""

import re

import pytest

from kg.extract.marks import Mention, Sort
from kg.extract.name_ends import after_body
from kg.extract.names import repaired
from kg.extract.repeats import Named
from kg.extract.support import supported
from kg.extract.words import Word, text_of


def words(text):
    return tuple(
        Word(m.group(), m.start(), m.end()) for m in re.finditer(r"[’']s\b|[A-Z]+\.[A-Z]+|\w+|[^\w\s]", text)
    )


def line(text, **names):
    """Return a line in which the model saw names, given as name=sort; a sure body is given as its kind."""
    found = []
    for name, sort in names.items():
        spelled = name.replace("_", " ")
        for hit in re.finditer(rf"\b{spelled}\b", text):
            sure = isinstance(sort, str) and not isinstance(sort, Sort)
            body = (Sort.INSTITUTION, sort) if sure else (sort, "")
            found.append(Mention(body[0], hit.start(), hit.end(), spelled, body[1], trusted=sure))
    return Named(words(text), tuple(sorted(found, key=lambda m: m.start)))


def believed(*lines):
    return {m.name for one in supported(lines) for m in one.names if m.trusted and not m.kind}


BODY = Sort.INSTITUTION


@pytest.mark.parametrize(
    "told",
    [
        line("with Elm University, Mindoro and the Oak Bank", Oak_Bank="company", Mindoro=BODY),
        line("Talks with Mindoro ended. Then Mindoro said no.", Mindoro=BODY),
        line("The report said Mindoro signed it", Mindoro=BODY),
        line("a call by Mindoro's chairman", Mindoro=BODY),
        line("Negotiators from two sides, officials Mindoro sent", Mindoro=BODY),
    ],
)
def test_a_body_that_stands_as_bodies_do_is_believed(told):
    assert believed(told) == {"Mindoro"}


@pytest.mark.parametrize("name", ["ELMCO", "ElmTech", "ELMtech"])
def test_a_name_that_is_written_as_only_those_of_bodies_are_is_believed(name):
    assert believed(line(f"a visit to {name} in May", **{name: BODY})) == {name}


@pytest.mark.parametrize(
    "told",
    [
        line("they walked through Mindoro for days", Mindoro=BODY),
        line("the ELMCO projects went on", ELMCO=BODY),
        line("a Code of Elms (COE) was read, and COE in May", COE=BODY),
        line("Oak and Elm Bank, Mindoro came", Elm_Bank="company", Mindoro=BODY),
        line("on Monday has begun", Monday=BODY),
        line("a road from Elm-Oak, and Elm-Oak is long", Elm=Sort.PLACE),
    ],
)
def test_a_name_that_nothing_else_shows_to_be_a_bodys_is_not_believed(told):
    assert believed(told) == set()


def test_the_surname_of_a_person_is_the_persons():
    found = supported([line("Ana Lopez came, Lopez said", Ana_Lopez=Sort.PERSON, Lopez=BODY)])

    assert {m.sort for m in found[0].names} == {Sort.PERSON}


def test_a_firm_may_bear_the_name_of_its_owner():
    seen = line("Ana Lopez left. Lopez grows.", Ana_Lopez=Sort.PERSON, Lopez="company")

    assert [m.sort for m in supported([seen])[0].names if m.name == "Lopez"] == [BODY, BODY]


@pytest.mark.parametrize(
    ("text", "body", "person"),
    [
        ("Department of Energy Ana Maria Lopez", "Department of Energy", "Ana Maria Lopez"),
        ("Elm Security Council Coordinator Ana Lopez", "Elm Security Council", "Ana Lopez"),
        ("Elm General Assembly Sheikha Ana Lopez", "Elm General Assembly", "Ana Lopez"),
        ("University of Elm strengthening Pacific", "University of Elm", None),
        ("Ministry of Health and Welfare", "Ministry of Health and Welfare", None),
        ("Chamber of Commerce of Peru Ana Lopez", "Chamber of Commerce of Peru", "Ana Lopez"),
        ("Association of Peruvian Migrant Workers", "Association of Peruvian Migrant Workers", None),
        ("Oak Nurses Association", "Oak Nurses Association", None),
    ],
)
def test_a_body_ends_before_the_person_who_stands_after_it(text, body, person):
    ws = words(text)
    found, after = after_body(ws, (0, len(ws)))

    assert (text_of(ws, found), text_of(ws, after) if after else None) == (body, person)


def names(text):
    return {(m.sort.value, m.name, m.kind) for m in repaired(words(text), [])}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("talks with Mindoro (MIN.PA) on Monday", "Mindoro", "company"),
        ("talks with Mindoro (NASDAQ: MIN) on Monday", "Mindoro", "company"),
        ("then Mindoro, Peru's largest carrier, ordered", "Mindoro", "company"),
        ("firms including Mindoro, Elm and Oak", "Oak", "company"),
        ("universities such as Mindoro and Oak", "Mindoro", "university"),
    ],
)
def test_words_beside_a_name_tell_what_sort_of_body_it_is(text, name, kind):
    assert ("institution", name, kind) in names(text)


def test_a_menu_names_no_body():
    assert names("Opinions Business World Society Culture Travel Science Party Sports Video") == set()
