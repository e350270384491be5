"""The trained model of who took part: what it adds has its words, and training is repeatable."""

import json
import math
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path

import pytest
from builders import lines_article
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Kind, Relation

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")

from kg.extract import arguments, english
from kg.extract.confidence import confidence_of

TREE = Path(__file__).parent.parent
WEIGHTS = TREE / "kg" / "extract" / "lexicon" / "arguments.json"
VISIT = (
    "Oslo mayor Inga Holm visited Elm University in Lima on 3 May 2021.\n"
    "Vice-mayor Per Dahl and harbour director Ola Vik went with her. "
    "Professor Ana Ruiz of Oak University retired last year."
)


@pytest.fixture(scope="module")
def trainer():
    pytest.importorskip("numpy", reason="training needs numpy, which comes with spacy")
    spec = spec_from_file_location("train_arguments", TREE / "bench" / "train_arguments.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def added(text, model):
    """Return what a model states beyond the rules: the facts, and the names of all entities."""
    reading = english.read(lines_article(text))
    arguments.state(reading.scene, reading.events, reading.agreements, reading.held, by=model)
    found = reading.scene.draft.findings("")
    names = {entity.key: entity for entity in found.entities}
    return [f for f in found.facts if f.rule == arguments.RULE], names


def test_a_model_that_believes_everything_adds_the_persons_that_the_rules_left_out_and_nobody_else():
    facts, names = added(VISIT, arguments.Model(0.5, {"bias": 9.0}))

    assert {names[f.value.key].name for f in facts} == {"Per Dahl", "Ola Vik", "Ana Ruiz"}
    assert {f.relation for f in facts} == {Relation.PARTICIPANT}
    assert {names[f.subject].kind for f in facts} == {Kind.EVENT}


def test_what_the_model_adds_is_shown_by_words_that_name_the_person_and_tell_of_the_event():
    facts, names = added(VISIT, arguments.Model(0.5, {"bias": 9.0}))

    for fact in facts:
        quotes = [VISIT[e.start : e.end] for e in fact.evidence]
        assert any(names[fact.value.key].name in quote for quote in quotes)
        assert any("visited" in quote for quote in quotes)


def test_a_long_sentence_is_quoted_as_far_as_may_be_quoted_with_the_name_in_it():
    long = "It was a long day on the road" + " and a long evening in the rain" * 20
    facts, names = added(
        f"Oslo mayor Inga Holm visited Elm University in Lima on 3 May 2021. {long} for vice-mayor Per Dahl.",
        arguments.Model(0.5, {"bias": 9.0}),
    )
    (fact,) = [f for f in facts if names[f.value.key].name == "Per Dahl"]

    assert all(e.end - e.start <= 400 for e in fact.evidence)
    assert len(fact.evidence) == 2


def test_a_fact_is_no_surer_than_the_event_that_it_is_of():
    facts, _ = added(VISIT, arguments.Model(0.5, {"bias": 9.0}))

    assert facts
    assert all(f.confidence <= confidence_of("visit-verb", Kind.EVENT, Relation.STATUS) for f in facts)


def test_the_card_of_the_model_tells_how_many_weights_it_has():
    weights = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]

    assert f" {len(weights)} weights, one a line" in (TREE / "docs" / "models.md").read_text(encoding="utf-8")


def test_a_model_that_knows_nothing_adds_nothing():
    assert added(VISIT, arguments.Model(0.7, {}))[0] == []


def test_one_who_is_found_in_a_meeting_is_not_asked_about_another_meeting():
    text = (
        "Oslo mayor Inga Holm met Lima mayor Ana Ruiz on 3 May 2021.\n"
        "Paris mayor Luc Petit met Rome mayor Ugo Riva on 4 May 2021."
    )

    assert added(text, arguments.Model(0.5, {"bias": 9.0}))[0] == []


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(-9, 9)), st.lists(st.sampled_from("abcdefgh")))
def test_a_weight_above_nothing_never_makes_a_candidate_less_likely(weights, names):
    before = arguments.Model(0.5, weights).probability(names)
    after = arguments.Model(0.5, {**weights, "more": 1.0}).probability([*names, "more"])

    assert 0 <= before <= after <= 1


def test_the_shipped_model_is_readable_sorted_and_careful():
    content = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    names = list(content["weights"])

    assert all(a < b for a, b in pairwise(names))
    assert all(math.isfinite(weight) and abs(weight) < 10 for weight in content["weights"].values())
    assert 0.5 < content["threshold"] < 1
    assert arguments.model().weights == content["weights"]


def test_training_twice_gives_the_same_bytes(trainer):
    names = trainer.english_articles(trainer.GOLD)[:12]
    first, second = (
        trainer.as_json(trainer.train([e for n in names for e in trainer.of_article(trainer.GOLD, n)]))
        for _ in range(2)
    )

    assert first == second
    assert json.loads(first)["weights"]


def test_training_learns_what_the_examples_say(trainer):
    def example(n, there):
        return trainer.Example(
            f"a{n}", ("p", "visit"), ("bias", "yes" if there else "no"), there, True, 0.9, True
        )

    model = trainer.train([example(n, n % 2 == 0) for n in range(40)])

    assert model.probability(["bias", "yes"]) > 0.7
    assert model.probability(["bias", "no"]) < 0.3
