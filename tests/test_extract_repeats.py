"""A name is the same name each time a text has it, and what only looks like a name is none."""

import re

import pytest

from kg.extract.companies import company, in_small
from kg.extract.marks import Mention, Sort
from kg.extract.names import repaired
from kg.extract.people import person
from kg.extract.repeats import Named, repeated
from kg.extract.words import Word


def words(text, offset=0):
    return tuple(
        Word(m.group(), offset + m.start(), offset + m.end())
        for m in re.finditer(r"[’']s\b|\w+|[^\w\s]", text)
    )


def line(text, offset=0, **names):
    """Return a line whose names are given as name=sort, with underscores for blanks."""
    found = []
    for name, sort in names.items():
        spelled = name.replace("_", " ")
        start = offset + text.index(spelled)
        kind = "company" if sort is Sort.INSTITUTION else ""
        found.append(Mention(sort, start, start + len(spelled), spelled, kind))
    return Named(words(text, offset), tuple(found))


def sorts(lines):
    return [[(m.name, m.sort) for m in found] for found in repeated(lines)]


def test_a_name_seen_in_one_line_is_seen_in_the_others():
    lines = [line("We met ZZQ here", ZZQ=Sort.INSTITUTION), line("the dean of ZZQ spoke", 50)]

    assert sorts(lines)[1] == [("ZZQ", Sort.INSTITUTION)]


def test_what_is_an_institution_once_is_no_person_elsewhere():
    lines = [
        line("the wholesaler Elm Tessan paid", Elm_Tessan=Sort.INSTITUTION),
        line("Elm Tessan left", 50, Elm_Tessan=Sort.PERSON),
    ]

    assert sorts(lines)[1] == [("Elm Tessan", Sort.INSTITUTION)]


@pytest.mark.parametrize("text", ["the North ZZQ spoke", "the ZZQ Tower fell"])
def test_a_part_of_a_longer_name_is_not_the_shorter_name(text):
    lines = [line("We met ZZQ here", ZZQ=Sort.INSTITUTION), line(text, 50)]

    assert sorts(lines)[1] == []


def test_names_without_repetition_stay_as_they_are():
    one = line("We met Ana Lopez here", Ana_Lopez=Sort.PERSON)

    assert repeated([one]) == [one.names]


@pytest.mark.parametrize(
    "text", ["Strategic Development", "Signing Ceremony", "Lima - based", "Elm Foods", "Jinx Healthcare"]
)
def test_words_that_no_person_is_called_by_name_none(text):
    ws = words(text)

    assert person(ws, (0, len(ws)), trusted=True) is None


@pytest.mark.parametrize("text", ["Jordan King", "Ana Lopez"])
def test_a_surname_may_look_like_an_office(text):
    ws = words(text)
    found = person(ws, (0, len(ws)), trusted=True)

    assert found is not None
    assert found.name == text


def test_a_firm_that_the_model_takes_for_a_person_is_a_firm():
    ws = words("with Elm Oak Logistics of Lima")
    found = company(ws, (2, 4))

    assert found is not None
    assert (found.name, found.sort, found.kind) == ("Elm Oak Logistics", Sort.INSTITUTION, "company")


def test_a_sum_of_money_and_a_list_of_fields_are_no_institutions():
    text = "cancelled a MYR431 deal on Innovation , Research and Education"
    ws = words(text)
    seen = [(Sort.INSTITUTION, (2, 3)), (Sort.INSTITUTION, (5, 10))]

    assert repaired(ws, seen) == []


@pytest.mark.parametrize(
    ("text", "belongs"),
    [
        ("the staff of Tongji hospital met", True),
        ("the staff of Lima hospital met", False),
        ("Every hospital met", False),
    ],
)
def test_a_head_in_small_letters_belongs_to_a_name_but_not_to_a_town(text, belongs):
    ws = words(text)
    at = next(i for i, word in enumerate(ws) if word.text == "hospital")

    assert in_small(ws, at) is belongs
