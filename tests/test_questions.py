"""The example queries: complete, and right on the seed as a careful reader models it."""

import re

import pytest

from kg.resources import resource
from tests import seed_model
from tests.questions_expected import EXPECTED, differences

FILES = sorted(resource("questions").glob("*.rq"))


@pytest.fixture(scope="module")
def query():
    return seed_model.ask(seed_model.store_of(seed_model.release()))


@pytest.fixture(scope="module")
def query_both():
    graphs = seed_model.release()
    seed_model.second_article(graphs)
    return seed_model.ask(seed_model.store_of(graphs))


def question(name):
    return (resource("questions") / f"{name}.rq").read_text(encoding="utf-8")


def test_there_are_twenty_five_questions_and_each_has_an_expected_answer():
    assert len(FILES) == 25
    assert [path.stem for path in FILES] == sorted(EXPECTED)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_question_is_titled_in_both_languages_and_free_of_the_base(path):
    text = path.read_text(encoding="utf-8")

    assert re.search(r"^# title: \S", text, re.MULTILINE)
    assert re.search(r"^# title zh: .*[\u4e00-\u9fff]", text, re.MULTILINE)
    assert ("# note: " in text) == ("# note zh: " in text)
    assert "/id/" not in text
    assert "/graph/" not in text


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_question_is_answered_as_the_article_says(path, query):
    assert differences(path.stem, query(path.read_text(encoding="utf-8"))) == []


def test_a_wrong_answer_would_be_noticed():
    row = {"reported": "31", "named": "31", "unnamed": "0"}

    assert differences("05-signed-but-never-named", [row]) == [
        "missing: ('31', '2', '29')",
        "too much: ('31', '31', '0')",
    ]
    assert differences("11-reviews", [{"decision": "accepted"}]) == ["too much: ('accepted',)"]


def test_two_reports_that_differ_on_a_status_are_told_apart(query_both):
    (row,) = query_both(question("02-signed-here-planned-there"))

    assert (row["saysSigned"], row["saysOther"], row["other"]) == (
        "China Daily", "Example Daily (fictional)", "planned"
    )  # fmt: skip
    assert row["otherIssued"] < row["signedIssued"]


def test_two_reports_that_differ_on_a_number_are_told_apart(query_both):
    (row,) = query_both(question("18-different-numbers"))

    assert (row["n1"], row["outlet1"], row["n2"]) == ("31", "China Daily", "28")


def test_an_agreement_is_first_reported_by_the_earlier_article(query_both):
    rows = query_both(question("19-first-reported"))

    assert [(row["first"], row["articles"]) for row in rows] == [("2017-12-15", "2"), ("2017-12-18", "1")]
