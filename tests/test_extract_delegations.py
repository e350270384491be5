"""Who travels for whom, who leads and who belongs: each sentence is our own."""

from datetime import date

import pytest

from kg.extract import extract
from kg.model import Article, Kind, Ref, Relation, Zone, ZoneKind

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")

OF_PEOPLE = (Relation.HEAD, Relation.MEMBER)
WHENCE = (Relation.ORIGIN, Relation.SENT_BY)


def find(text):
    zones = (Zone(ZoneKind.BODY, 0, len(text)),)
    return extract(Article("a", text, "0" * 64, "en", zones, "", "", date(2021, 5, 10), "", "a.txt"))


def told(text, *relations):
    """Return the facts of these relations about the delegations of a text, as (relation, name)."""
    found = find(text)
    names = {e.key: e.name for e in found.entities}
    groups = {e.key for e in found.entities if e.kind is Kind.DELEGATION}
    return {
        (f.relation.value, names[f.value.key])
        for f in found.facts
        if f.subject in groups and f.relation in relations and isinstance(f.value, Ref)
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "A delegation from Peru, led by Ana Lopez and including John Miller and Li Wei, visited Boston.",
            {("head", "Ana Lopez"), ("member", "John Miller"), ("member", "Li Wei")},
        ),
        (
            "The Chilean delegation was led by Ana Lopez, and accompanied by Dr John Miller.",
            {("head", "Ana Lopez"), ("member", "John Miller")},
        ),
        (
            "Ms Ana Lopez, Minister for Trade, led the Peruvian delegation comprising Mr John Miller.",
            {("head", "Ana Lopez"), ("member", "John Miller")},
        ),
        (
            "A delegation from Peru visited Boston. Ana Lopez, head of the trade delegation, spoke.",
            {("head", "Ana Lopez")},
        ),
        (
            "A delegation from Peru visited Boston. It was a success, said Ana Lopez, a dean.",
            set(),
        ),
        ("A delegation from Peru, not led by Ana Lopez, visited Boston.", set()),
    ],
)
def test_who_leads_and_who_belongs_is_read_from_the_words_around(text, expected):
    assert told(text, *OF_PEOPLE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A trade mission of twelve Peruvian firms will travel to Boston in May.", {("origin", "Peru")}),
        (
            "A delegation of Elm Foundation members travelled to Boston.",
            {("sentBy", "Elm Foundation")},
        ),
        (
            "Minister Ana Lopez will visit Boston, accompanied by officials from the Ministry of Trade.",
            {("sentBy", "Ministry of Trade")},
        ),
    ],
)
def test_whence_a_delegation_comes(text, expected):
    assert told(text, *WHENCE) == expected


def test_several_officials_who_travel_together_are_a_delegation():
    text = "Elm Hospital director Ana Lopez and Elm Hospital dean John Miller visited Oak Hospital in Boston."

    assert told(text, *OF_PEOPLE, *WHENCE) == {
        ("member", "Ana Lopez"),
        ("member", "John Miller"),
        ("sentBy", "Elm Hospital"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "Elm Hospital director Ana Lopez visited Oak Hospital in Boston.",
        "Ana Lopez and John Miller visited Oak Hospital in Boston.",
        "The research team included Ana Lopez and John Miller.",
        "The rescue mission failed.",
    ],
)
def test_one_official_or_a_team_at_home_is_no_delegation(text):
    assert [e.name for e in find(text).entities if e.kind is Kind.DELEGATION] == []
