"""`kg explain`: every fact with its sentence and rule, every rejected candidate with its reason."""

import re
from dataclasses import replace

import pytest
from builders import Story
from conftest import kg

from kg.extract.sentences import sentence_around, sentences_of
from kg.model import Article, Evidence, Findings, Zone, ZoneKind
from kg.pipeline.explaining import explanation

TEXT = "Elm Hospital signed an agreement with Oak University in Lima on 3 May 2021."


def story():
    told = Story("a-1", title="A  fictional\nreport")
    hospital = told.institution("Riverdale Hospital", kind="hospital")
    told.agreement("research deal", party=[hospital], status="signed")
    told.topic("healthcare")
    return told.findings()


def test_each_fact_has_its_value_sentence_rule_confidence_and_basis():
    text = explanation(story())

    assert "party: Riverdale Hospital (e1)\n        by hand, confidence 0.90, stated\n" in text
    assert "            [[e2 party e1]].\n" in text
    assert "the article itself\n    topic: healthcare\n" in text


def test_facts_stand_under_their_subject_and_every_one_is_there():
    findings = story()
    groups = explanation(findings).split("\n\n")

    assert [g.splitlines()[0] for g in groups] == [
        "a-1: A fictional report (en, 2018-05-03)", "the article itself",
        "Riverdale Hospital (institution e1)", "research deal (agreement e2, named by us)",
        "too unsure to be asserted: 0", "not asserted: 0",
    ]  # fmt: skip
    assert sum(len(re.findall(r"^        by ", g, re.MULTILINE)) for g in groups) == len(findings.facts)


def test_the_order_of_the_findings_does_not_matter():
    findings = story()
    other = replace(findings, entities=findings.entities[::-1], facts=findings.facts[::-1])

    assert explanation(other) == explanation(findings)


def test_rejected_candidates_are_told_with_their_reason():
    findings = replace(story(), rejected=("fact 1: the quote does not stand in the text",))

    assert explanation(findings).endswith(
        "not asserted: 1\n    fact 1: the quote does not stand in the text\n"
    )


def words(text, *zones):
    kept = zones or (Zone(ZoneKind.BODY, 0, len(text)),)
    return Article("a", text, "0" * 64, "en", kept, "t", "p", None, "", "a.txt")


def test_overlapping_evidence_is_marked_once_and_several_words_in_one_sentence():
    findings = story()
    entity = replace(findings.entities[0], evidence=(Evidence(0, 5), Evidence(3, 9), Evidence(12, 15)))
    text = "Elm signed, and Oak came."
    told = Findings(words(text), (entity,), (), "x")

    assert "[[Elm signe]]d, [[and]] Oak came." in explanation(told)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Li met Ana Lopez on Dec. 3. He left.", ["Dr. Li met Ana Lopez on Dec. 3.", "He left."]),
        ("He said: “Done.” Then he left.", ["He said: “Done.”", "Then he left."]),
        ("签署了协议。随后访问。", ["签署了协议。", "随后访问。"]),
        ("The U.S. team came. It left", ["The U.S. team came.", "It left"]),
        ("A headline\nA line", ["A headline", "A line"]),
        ("It cost 2.5 million.", ["It cost 2.5 million."]),
    ],
)
def test_sentences_end_at_their_marks(text, sentences):
    found = sentences_of(words(text))

    assert [text[s.start : s.end] for s in found] == sentences
    assert all(sentence_around(text, Evidence(s.start, s.start + 1)) == s for s in found)


def test_evidence_over_two_sentences_shows_both():
    text = "One came. Two left. Three stayed."

    assert sentence_around(text, Evidence(5, 14)) == Evidence(0, 19)


@pytest.fixture
def one(tmp_path):
    pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")
    (tmp_path / "one.txt").write_text(TEXT)
    return tmp_path


def test_the_command_explains_an_article_the_same_each_time(one):
    first, second = (kg("explain", "one.txt", cwd=one) for _ in range(2))

    assert first.stdout == second.stdout
    assert "status: signed" in first.stdout
    assert re.search(r"\[\[.*signed.*\]\]", first.stdout)
    assert first.stderr == ""


def test_an_article_that_cannot_be_read_stops_no_other_and_the_exit_code_tells(one):
    done = kg("explain", "none.txt", "one.txt", cwd=one, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("left out: none.txt: ")
    assert "status: signed" in done.stdout


def test_an_unknown_extractor_is_one_line_and_its_exit_code(one):
    done = kg("explain", "one.txt", "--extractor", "oracle", cwd=one, check=False)

    assert done.returncode == 10
    assert done.stderr.startswith("kg: there is no extractor 'oracle'; installed: ")
