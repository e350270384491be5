"""Decisions about links: rows are only added, the later ones hold, and others can read them."""

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import StateError
from kg.link.decision_log import LOG, append_rows, rows_of
from kg.link.decisions import decided
from kg.link.mappings import LIKELY, NONE, SAME, Row, Status, pairs_of, parsed, standing, written
from kg.link.proposing import candidate_rows
from kg.proposals import Candidate, Proposal, Tier
from kg.resources import resource
from tests.sssom_rules import faults

WD = "http://www.wikidata.org/entity/"
ON = date(2026, 11, 24)


def row(item, status="accepted", subject="inst:riverdale-hospital", **more):
    told = {
        "accepted": {"predicate_id": SAME},
        "rejected": {"predicate_id": SAME, "predicate_modifier": "Not"},
        "absent": {"predicate_id": SAME, "object_id": NONE},
    }.get(status, {"predicate_id": LIKELY, "other": f"status={status}"})
    return Row(**{
        "subject_id": subject, "object_id": item, "mapping_justification": "semapv:MappingReview",
        "subject_label": "Riverdale Hospital", "mapping_date": "2026-11-24", **told, **more,
    })  # fmt: skip


AUTO = {"other": "status=candidate|tier=auto"}
ITEMS = st.sampled_from(["wd:Q1", "wd:Q2", "ror:0abcdef12"])
ROWS = st.lists(st.builds(row, ITEMS, st.sampled_from([s.value for s in Status])), max_size=12)


def proposal(*found, tier=Tier.REVIEW, subject="institution/riverdale-hospital", snapshot="2026-01-01+abc"):
    candidates = [
        Candidate(item, f"Item {item}", score, {"label": 2.5, "place": -1.0}, match="riverdale hospital")
        for item, score in found
    ]
    return Proposal(subject, "Riverdale Hospital", tier, tuple(candidates), "likely", snapshot, "kg names 1")


@given(ROWS)
def test_what_is_written_reads_the_same(rows):
    assert list(parsed(written(rows), "x")) == rows


@given(st.text(), st.text())
def test_no_words_break_a_table(label, comment):
    text = written([row("wd:Q1", subject_label=label, comment=comment)])

    (again,) = parsed(text, "x")
    assert again.target == WD + "Q1"
    assert faults(text) == []


@given(ROWS, ITEMS)
def test_the_last_row_about_two_holds_whatever_came_before(rows, item):
    for status in ("rejected", "accepted", "withdrawn"):
        now = standing([*rows, row(item, status)])
        held = [each.status for each in now if each.object_id == item]

        assert held == ([] if status == "withdrawn" else [Status(status)])


@given(ROWS)
def test_a_thing_never_has_an_item_of_wikidata_and_none(rows):
    held = {
        each.status for each in standing(rows) if each.object_id == NONE or each.object_id.startswith("wd:")
    }

    assert not {Status.ACCEPTED, Status.ABSENT} <= held


def test_only_accepted_links_are_said_and_only_sure_ones_are_likely():
    rows = [
        row("wd:Q1", "candidate", "inst:a"),
        row("wd:Q2", "candidate", "inst:b", **AUTO),
        row("wd:Q3", subject="inst:c"),
        row("wd:Q4", "unsure", "inst:d"),
        row("wd:Q5", "stale", "inst:e"),
        row("wd:Q6", "rejected", "inst:f"),
    ]
    decisions = decided(rows)

    assert decisions.same_as == {"institution/c": (WD + "Q3",)}
    assert decisions.likely == {"institution/b": (WD + "Q2",)}


@pytest.mark.parametrize("verdict", ["rejected", "unsure", "stale", "withdrawn", "accepted"])
def test_a_likely_link_that_somebody_looked_at_is_not_likely_any_more(verdict):
    assert decided([row("wd:Q2", "candidate", **AUTO), row("wd:Q2", verdict)]).likely == {}


def test_a_thing_without_an_item_has_no_likely_one_but_may_have_one_elsewhere():
    rows = [row("wd:Q2", "candidate", **AUTO), row("ror:0abcdef12", "candidate", **AUTO), row(NONE, "absent")]

    assert decided(rows).likely == {"institution/riverdale-hospital": ("https://ror.org/0abcdef12",)}


def test_what_was_reached_through_an_item_falls_with_it():
    rows = [
        row("wd:Q1", "candidate", **AUTO),
        row("ror:0abcdef12", "candidate", other=AUTO["other"] + "|via=wd:Q1"),
    ]

    assert len(decided(rows).likely["institution/riverdale-hospital"]) == 2
    assert decided([*rows, row("wd:Q1", "rejected")]).likely == {}
    assert decided([*rows, row("wd:Q2")]).likely == {}
    assert decided([*rows, row("wd:Q1")]).likely == {
        "institution/riverdale-hospital": ("https://ror.org/0abcdef12",)
    }


def test_items_of_several_authorities_can_be_accepted_for_one_thing():
    rows = [row("wd:Q2"), row("ror:0abcdef12"), row("geonames:1793511/"), row("isni:000000040378829X")]

    assert len(decided(rows).same_as["institution/riverdale-hospital"]) == 4
    with pytest.raises(StateError, match="several accepted items"):
        decided([*rows, row("ror:0abcdef13")])


@pytest.mark.parametrize(
    "bad",
    [
        {"other": "status=perhaps"},
        {"other": "status=accepted"},
        {"confidence": "1.5"},
        {"confidence": "sure"},
        {"predicate_modifier": "Not"},
        {"object_id": "ror:1"},
        {"object_id": "geonames:1793511"},
    ],
)
def test_a_row_that_cannot_be_obeyed_names_its_line(tmp_path, bad):
    path = tmp_path / "bad.sssom.tsv"
    path.write_text(written([row("wd:Q1", "candidate", **bad)]), encoding="utf-8")

    with pytest.raises(StateError, match=r"bad\.sssom\.tsv, line \d+"):
        rows_of(tmp_path)


def test_the_log_only_grows(tmp_path):
    append_rows(tmp_path, [row("wd:Q1", "candidate")])
    before = (tmp_path / LOG).read_bytes()
    append_rows(tmp_path, [row("wd:Q1"), row("wd:Q1", "rejected")])
    append_rows(tmp_path, [])
    after = (tmp_path / LOG).read_bytes()

    assert after.startswith(before)
    assert [each.status.value for each in rows_of(tmp_path)] == ["candidate", "accepted", "rejected"]
    assert faults(after.decode()) == []


def test_a_row_that_would_stop_the_next_build_is_not_appended(tmp_path):
    with pytest.raises(StateError, match="wd:nothing"):
        append_rows(tmp_path, [row("wd:Q1"), row("wd:nothing")])

    assert not (tmp_path / LOG).exists()


def test_a_log_that_was_cut_off_or_is_somebody_elses_is_not_written_to(tmp_path):
    append_rows(tmp_path, [row("wd:Q1")])
    log = tmp_path / LOG
    log.write_bytes(log.read_bytes()[:-1])
    with pytest.raises(StateError, match="cut off"):
        append_rows(tmp_path, [row("wd:Q2")])
    log.write_text("subject_id\tobject_id\n", encoding="utf-8")
    with pytest.raises(StateError, match="other columns"):
        append_rows(tmp_path, [row("wd:Q2")])


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; from kg.link.decision_log import append_rows; "
        "from tests.test_decision_log import row\n"
        "for n in range(1, 21): append_rows(Path(sys.argv[1]), [row(f'wd:Q{n}', subject=sys.argv[2])])"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, tmp_path, f"inst:{name}"]) for name in "abc"]

    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(set(rows_of(tmp_path))) == 60


def test_a_proposal_becomes_a_row_with_its_evidence():
    (first, second) = candidate_rows([proposal(("Q1", 0.8), ("Q2", 0.1))], [], on=ON)

    assert (first.subject, first.target, first.status) == (
        "institution/riverdale-hospital",
        WD + "Q1",
        "candidate",
    )
    assert (first.told["tier"], second.told["tier"]) == ("review", "none")
    assert (first.confidence, first.told["+label"], first.told["+place"]) == ("0.8000", "2.50", "-1.00")
    assert (first.mapping_tool, first.mapping_tool_version) == ("kg names", "1")
    assert first.object_source_version == "2026-01-01+abc"


def test_a_link_through_another_authority_says_so():
    found = Candidate("Q1", "Item", 0.95, {}, ids={"ror": "0abcdef12", "iso3166": "CN"})
    rows = candidate_rows(
        [Proposal("institution/a", "A", Tier.AUTO, (found,), "sure", "s", "kg names 1")], [], on=ON
    )

    assert [(each.object_id, each.told.get("via")) for each in rows] == [
        ("wd:Q1", None),
        ("ror:0abcdef12", "wd:Q1"),
    ]


@pytest.mark.parametrize("verdict", ["rejected", "unsure", "stale"])
def test_what_somebody_judged_is_not_proposed_again(verdict):
    log = [row("wd:Q1", "candidate"), row("wd:Q1", verdict)]

    assert [each.object_id for each in candidate_rows([proposal(("Q1", 0.8), ("Q2", 0.1))], log, on=ON)] == [
        "wd:Q2"
    ]


@pytest.mark.parametrize("verdict", ["accepted", "absent"])
def test_nothing_is_proposed_for_what_has_its_item_or_none(verdict):
    assert candidate_rows([proposal(("Q5", 0.8), ("Q2", 0.1))], [row("wd:Q1", verdict)], on=ON) == []


def test_proposing_again_adds_nothing_and_what_is_proposed_no_more_is_withdrawn():
    first = candidate_rows([proposal(("Q1", 0.8), ("Q2", 0.1))], [], on=ON)
    assert candidate_rows([proposal(("Q1", 0.8), ("Q2", 0.1), tier=Tier.REVIEW)], first, on=ON) == []

    later = candidate_rows([proposal(("Q3", 0.95), tier=Tier.AUTO)], first, on=ON)
    assert [(each.object_id, each.status.value) for each in later] == [
        ("wd:Q3", "candidate"),
        ("wd:Q1", "withdrawn"),
        ("wd:Q2", "withdrawn"),
    ]
    assert [each.object_id for each in standing([*first, *later])] == ["wd:Q3"]


@given(
    ROWS,
    st.lists(
        st.tuples(ITEMS.map(lambda c: c.removeprefix("wd:")), st.floats(0, 1)),
        max_size=4,
        unique_by=lambda f: f[0],
    ),
)
def test_proposing_never_undoes_what_a_person_decided(rows, found):
    new = candidate_rows([proposal(*found)], rows, on=ON)
    before = {r.object_id: r for r in standing(rows) if r.status is not Status.CANDIDATE}
    after = {r.object_id: r for r in standing([*rows, *new])}

    assert before.items() <= after.items()
    assert candidate_rows([proposal(*found)], [*rows, *new], on=ON) == []


def test_words_cannot_break_what_stands_in_other():
    told = pairs_of({"reason": "a|b=c\td", "status": "candidate"})

    assert row("wd:Q1", "candidate", other=told).told == {"reason": "a/b:c d", "status": "candidate"}


def test_every_table_of_ours_is_sssom(tmp_path):
    append_rows(tmp_path, candidate_rows([proposal(("Q1", 0.8), ("Q2", 0.1))], [], on=ON))
    append_rows(
        tmp_path, [row("wd:Q1"), row("wd:Q2", "rejected"), row(NONE, "absent"), row("wd:Q3", "unsure")]
    )

    tables = [(tmp_path / LOG).read_text("utf-8"), resource("links/accepted.sssom.tsv").read_text("utf-8")]
    assert [faults(table) for table in tables] == [[], []]


def test_the_rules_see_what_is_no_sssom():
    good = written([row("wd:Q1")])

    assert faults(good.replace("#license", "#licence"))
    assert faults(good.replace("wd:Q1", "Q1"))
    assert faults(good.replace("semapv:MappingReview", "semapv:Guess"))
    assert faults(good.replace("wd:Q1", "xx:Q1"))
    assert faults(good.replace("2026-11-24", "24.11.26"))
