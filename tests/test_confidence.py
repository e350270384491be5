"""How sure a rule is: measured, calibrated, and what happens to what is too unsure."""

import json
from dataclasses import replace

import pytest
from builders import Story
from conftest import kg
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.evaluate import as_json, reliability_text, rule_records, score, to_eval
from kg.extract import reviewed
from kg.extract.confidence import confidence_of
from kg.extract.gate import may_tell
from kg.extract.tables import table
from kg.model import Article, Kind, Relation, Zone, ZoneKind
from kg.pipeline.explaining import explanation
from kg.pipeline.reviewing import review_table
from kg.precision import ENOUGH, Record, record

RECORDS = st.integers(1, 400).flatmap(lambda of: st.builds(Record, st.integers(0, of), st.just(of)))


@given(RECORDS)
def test_the_bounds_hold_the_share_and_few_cases_are_never_told_surer_than_they_were(found):
    low, high = found.bounds
    assert 0 <= low <= found.share + 1e-9
    assert found.share <= high + 1e-9
    assert high <= 1
    assert found.confidence <= found.share + 1e-9


@given(RECORDS, st.integers(2, 50))
def test_more_cases_of_the_same_share_bring_the_bounds_together(found, times):
    more = Record(found.right * times, found.of * times)
    assert more.bounds[1] - more.bounds[0] < found.bounds[1] - found.bounds[0]


@given(RECORDS)
def test_a_record_is_read_as_it_is_written(found):
    assert record(str(found)) == found


@pytest.mark.parametrize("text", ["3", "4/3", "-1/3", "a/b", ""])
def test_what_is_no_record_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        record(text)


def test_every_line_of_the_measured_table_is_a_rule_a_relation_and_a_record():
    for name, text in table("measured").items():
        rule, said = name.split()
        kind, relation = Kind(said.split(".")[0]), Relation(said.split(".")[1])
        found = record(text)
        own = found.share if found.of >= ENOUGH else found.bounds[0]
        assert 0 <= confidence_of(rule, kind, relation) <= 1
        assert confidence_of(rule, kind, relation) >= round(own, 3) - 1e-9, name


def doubtful(**doubts):
    """Return findings of one signed agreement; the facts of these relations have this confidence."""
    story = Story("a-1")
    hospital = story.institution("Riverdale Hospital", kind="hospital")
    school = story.institution("Lakeside School", kind="university")
    deal = story.agreement("research deal", party=[hospital, school], status="signed", kind="contract")
    story.event("signing of the deal", participant=[hospital], status="happened", kind="signing")
    found = story.findings()
    facts = tuple(
        replace(f, confidence=doubts.get(f.relation.value, 0.9)) if f.subject == deal else f
        for f in found.facts
    )
    return replace(found, facts=facts)


def test_an_unsure_party_is_held_and_the_agreement_stays():
    found = reviewed(doubtful(party=0.3), least=0.5)
    assert {f.relation.value for f in found.held} == {"party"}
    assert [e.name for e in found.entities if e.kind is Kind.AGREEMENT] == ["research deal"]
    assert found.doubted == ()


def test_an_agreement_of_unsure_status_goes_with_all_that_is_said_of_it():
    found = reviewed(doubtful(status=0.3), least=0.5)
    assert [e.name for e in found.doubted] == ["research deal"]
    assert {f.relation.value for f in found.held} == {"status", "party", "kind"}
    assert {e.kind for e in found.entities} == {Kind.INSTITUTION, Kind.EVENT}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_nothing_is_lost_and_nothing_that_is_asserted_is_less_sure_than_asked(least, party, status):
    assume(least > 0)
    whole = doubtful(party=party, status=status)
    found = reviewed(whole, least=least)
    assert set(found.facts) | set(found.held) == set(whole.facts)
    assert set(found.entities) | set(found.doubted) == set(whole.entities)
    assert all(fact.confidence >= least for fact in found.facts)
    keys = {e.key for e in found.entities}
    assert all(fact.subject in keys for fact in found.facts)


def test_what_is_held_is_explained_and_stands_in_the_table_for_review():
    found = reviewed(doubtful(status=0.3), least=0.5)
    assert "too unsure to be asserted: 4\n  research deal (e3)\n" in explanation(found)
    rows = [line.split("\t") for line in review_table([found]).splitlines()]
    assert rows[0] == ["article", "subject", "relation", "value", "confidence", "rule", "quote"]
    assert [row[1:5] for row in rows[1:]][-1] == ["research deal", "status", "signed", "0.300"]


def test_a_higher_threshold_moves_statements_from_the_release_to_the_review(tmp_path):
    (tmp_path / "a.md").write_text(
        "---\ntitle: A deal\ndate: 2021-05-10\npublisher: Example Daily\n---\n"
        "Elm Hospital signed a research agreement with Oak University in Lima on 3 May 2021.\n"
    )
    for least, name in ((0.0, "all"), (1.0, "none")):
        (tmp_path / name / "kg").mkdir(parents=True)
        (tmp_path / name / "kg/kg.toml").write_text(f"least_confidence = {least}\n")
        done = kg("build", "../a.md", "--into", "kg", "--as-of", "2021-06-01", cwd=tmp_path / name)
        assert done.returncode == 0, done.stderr
    lines = {
        name: (tmp_path / name / "kg/current/report/review.tsv").read_text().splitlines()
        for name in ("all", "none")
    }
    assert len(lines["all"]) == 1
    assert any("\tparty\tOak University\t" in line for line in lines["none"])


@pytest.mark.parametrize(
    "text",
    ["The delegation visited Lima.", "A memorandum was drafted.", "The two met.", "Minister Ana Reis spoke."],
)
def test_a_word_of_a_fact_opens_the_gate(text):
    assert may_tell(article(text))


def test_an_article_without_any_such_word_is_not_parsed_but_said_to_be_read():
    from kg.extract import extract

    found = extract(article("Rain fell on the hills all night, and the river rose by a foot."))
    assert (found.entities, found.facts) == ((), ())
    assert found.extractor.startswith("rules-en")
    assert found.rejected == ("no word of an event, agreement, delegation or office",)


def article(text):
    return Article("a", text, "0" * 64, "en", (Zone(ZoneKind.BODY, 0, len(text)),), "", "", None, "", "a.txt")


def evaluated(tmp_path, *, wrong):
    """Return the scores of one prediction with two parties, `wrong` of which the annotation does not have."""
    found = doubtful()
    for folder in ("gold", "articles", "found"):
        (tmp_path / folder).mkdir()
    (tmp_path / "articles/a.txt").write_text(found.article.text)
    told = to_eval(found)
    (tmp_path / "found/a.json").write_text(json.dumps(told))
    gold = json.loads(json.dumps(told))
    parties = gold["agreements"][0]["parties"]
    gold["agreements"][0]["parties"] = [*parties[: 2 - wrong], *["Hill Bank", "Sea Trust"][:wrong]]
    (tmp_path / "gold/a.json").write_text(json.dumps(gold))
    return score(tmp_path / "found", tmp_path / "gold", tmp_path / "articles", strict_quotes=True)


@pytest.mark.parametrize(("wrong", "expected"), [(0, "2/2"), (1, "1/2")])
def test_each_rule_is_told_how_often_it_was_right(tmp_path, wrong, expected):
    scores = evaluated(tmp_path, wrong=wrong)
    assert as_json(scores)["rules"]["hand Agreement.party"] == expected
    assert "expected calibration error" in reliability_text(scores)


def test_the_records_of_several_evaluations_add_up(tmp_path):
    for name, rules in (("one", {"a party": "3/4"}), ("two", {"a party": "1/1", "b head": "0/2"})):
        (tmp_path / f"{name}.json").write_text(json.dumps({"rules": rules}))
    found = rule_records([tmp_path / "one.json", tmp_path / "two.json"])
    assert {name: str(each) for name, each in found.items()} == {"a party": "4/5", "b head": "0/2"}


@pytest.mark.parametrize(("content", "told"), [({}, "no evaluation"), ({"rules": {"a b": "9/2"}}, "a b")])
def test_what_is_no_evaluation_is_named(tmp_path, content, told):
    (tmp_path / "bad.json").write_text(json.dumps(content))
    with pytest.raises(SourceError, match=rf"bad\.json.*{told}"):
        rule_records([tmp_path / "bad.json"])


def test_calibrate_writes_the_table_that_the_extractor_reads(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps({"rules": {"visit-verb Event.host": "3/4"}}))
    done = kg("calibrate", "one.json", "--into", "measured.yaml", cwd=tmp_path)
    assert done.stdout == "measured.yaml: 1 rules and relations, 4 cases\n"
    assert '"visit-verb Event.host": 3/4\n' in (tmp_path / "measured.yaml").read_text()
