"""The extractor as others meet it: by name, by language, and by the laws that all findings keep."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import ExtractError
from kg.extract import extract, load_extractor
from kg.model import ARTICLE_KEY, Article, Ref, Zone, ZoneKind

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")

WORDS = (
    "Elm Hospital", "Northfield University", "signed", "an agreement", "with", "Ana Lopez", "visited",
    "Peru", "Lima", "on 3 May 2021", "a delegation from", "the center", "will", "meet",
    "between", "and", ",", ".", "\n", "31", "deals",
    "director of", "“", "é", "健康", "in", "the", "(EH)", "conference", "cancelled", "did not",
)  # fmt: skip


def article(text, *, language="en", zones=None):
    kept = (Zone(ZoneKind.BODY, 0, len(text)),) if zones is None else zones
    return Article("a", text, "0" * 64, language, kept, "t", "p", date(2021, 5, 10), "", "a.txt")


def test_the_built_in_extractor_comes_through_the_same_door():
    assert load_extractor("rules") is extract


def test_an_unknown_extractor_is_an_error_that_names_those_there_are():
    with pytest.raises(ExtractError, match=r"'oracle'.*rules"):
        load_extractor("oracle")


def test_a_language_without_rules_yields_an_article_without_facts():
    found = extract(article("Elm Hospital firmó un acuerdo.", language="es"))

    assert (found.entities, found.facts) == ((), ())
    assert "'es'" in found.extractor


def test_findings_name_the_model_its_version_and_its_hash():
    extractor = extract(article("Nothing happened.")).extractor

    assert "en_core_web_sm" in extractor
    assert "3.8.0 sha256:" in extractor


def test_furniture_is_not_read():
    text = "Elm Hospital signed an agreement with Oak Hospital."
    furniture = (Zone(ZoneKind.BOILERPLATE, 0, len(text)),)

    assert extract(article(text)).facts
    assert extract(article(text, zones=furniture)).facts == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_evidence_lies_within_the_text_and_every_reference_resolves(text):
    found = extract(article(text))
    keys = {entity.key for entity in found.entities}
    spans = [e for thing in (*found.entities, *found.facts) for e in thing.evidence]

    assert all(0 <= e.start < e.end <= len(text) and e.end - e.start <= 400 for e in spans)
    assert all(thing.evidence for thing in (*found.entities, *found.facts))
    assert len(keys) == len(found.entities)
    assert {f.subject for f in found.facts} <= keys | {ARTICLE_KEY}
    assert {f.value.key for f in found.facts if isinstance(f.value, Ref)} <= keys
    assert all(0 < f.confidence <= 1 and f.rule for f in found.facts)


def test_the_same_article_gives_the_same_findings():
    one = article(
        "Ana Lopez, director of Elm Hospital, met Li Wei in Lima on 3 May 2021. They signed 3 deals."
    )

    assert extract(one) == extract(replace(one))
    assert extract(one).rejected == extract(one).rejected
