"""Figures of English articles: people, bodies, documents and money; each sentence is our own."""

from datetime import date

import pytest

from kg.extract import extract
from kg.model import Article, Concept, Kind, Relation, Zone, ZoneKind

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")


def figures(text):
    """Return (value, qualifier, what) of each figure."""
    zones = (Zone(ZoneKind.BODY, 0, len(text)),)
    found = extract(Article("a", text, "0" * 64, "en", zones, "", "", date(2021, 5, 10), "", "a.txt"))
    out = []
    for entity in (e for e in found.entities if e.kind is Kind.FIGURE):
        said = {f.relation: f.value for f in found.facts if f.subject == entity.key}
        qualifier = said[Relation.QUALIFIER]
        assert isinstance(qualifier, Concept)
        out.append((said[Relation.VALUE], qualifier.name, entity.name))
    return out


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("Around 300 union delegates came to Lima.", (300, "about", "union delegates")),
        ("More than 50 hospitals joined the network.", (50, "more-than", "hospitals")),
        ("Twelve student midwives are in Lima.", (12, "exactly", "student midwives")),
        ("The deal is worth $61 million.", (61_000_000, "exactly", "$")),
        ("They spent 1.08 billion euros on ships.", (1_080_000_000, "exactly", "euros")),
        ("The bank lent NOK 20,000 to the club.", (20_000, "exactly", "NOK")),
        ("The clinic will train 40 nurses.", (40, "planned-figure", "nurses")),
        ("A 75-million-dollar loan was paid.", (75_000_000, "exactly", "dollar")),
    ],
)
def test_a_number_that_counts_people_bodies_or_money_is_a_figure(text, figure):
    assert figure in figures(text)


@pytest.mark.parametrize(
    "text",
    [
        "They talked for eleven hours.",
        "The course lasts five days and covers 40 per cent of the field.",
        "The two countries are friends.",
        "See item 12 and section 4.",
        "The premier raised four proposals.",
        "She was born in 1984 and is 37 years old.",
    ],
)
def test_times_shares_and_numbering_are_no_figures(text):
    assert figures(text) == []


def test_a_bare_number_counts_what_was_counted_last():
    assert (9, "exactly", "letters") in figures("The hosts had 26 letters. Nine of them became contracts.")


def test_one_figure_told_twice_is_one():
    assert len(figures("The club has 19 hospitals. All 19 hospitals are in Lima.")) == 1
