"""The linker over a small authority of ours: the right item, or none, and why."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SettingsError
from kg.link.authority import build_snapshot
from kg.link.linker import load_linker, open_linker
from kg.link.linker.nearness import align, edits
from kg.link.linker.tiers import probabilities
from kg.proposals import Subject, Tier
from tests.authority_pool import POOL, write_pool
from tests.conftest import kg


@pytest.fixture(scope="module")
def linker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("linker")
    build_snapshot((write_pool(folder / "pool.jsonl"),), folder / "pool.sqlite", date="2026-01-01")
    return open_linker(folder / "pool.sqlite")


def ask(linker, name, kind="organization", context="", **told):
    return next(iter(linker([Subject("x", name, kind, context=context, **told)])))


def item(proposal):
    return proposal.best.item if proposal.best else None


@pytest.mark.parametrize(
    ("name", "kind", "context", "expected"),
    [
        (
            "Shanxi Institute of Optics",
            "organization",
            "Shanxi Institute of Optics in Taiyuan was visited.",
            "Q2001",
        ),
        ("山西光学研究院", "organization", "山西光学研究院与法国的专家会谈。", "Q2001"),
        (
            "Saint Orlan University",
            "organization",
            "Saint Orlan University in Lyon, France, signed it.",
            "Q2003",
        ),
        ("Saint Orlan University", "organization", "Saint Orlan University, Riverton, Utah", "Q2004"),
        (
            "Saint Orlan Univ.",
            "organization",
            "Department of Physics, Saint Orlan Univ., Lyon, France",
            "Q2003",
        ),
        (
            "SAINT ORLAN UNIVERSITY",
            "organization",
            "A French team from SAINT ORLAN UNIVERSITY came.",
            "Q2003",
        ),
        (
            "Quelbrunn Technical University",
            "organization",
            "Quelbrunn Technical University in Kassel",
            "Q2006",
        ),
        ("SOU", "organization", "SOU, based in Hobart, Australia, signed it.", "Q2005"),
        ("Ministry of Fisheries", "organization", "Oslo: Norway's Ministry of Fisheries agreed.", "Q2007"),
        ("Boston", "place", "The talks were held in Boston.", "Q1003"),
        ("Boston", "place", "A school in Boston, Lincolnshire, was closed.", "Q1004"),
        ("Riverton", "place", "The clinic in Riverton, Wyo., was opened.", "Q1005"),
        ("US", "place", "Shanxi reached agreements with the US after a visit.", "Q1007"),
        ("Shanxi", "place", "Shanxi reached agreements with the US after a visit.", "Q1001"),
        ("陝西", "place", "代表团来自陝西。", "Q1002"),
        ("Tam Arbuthnot", "person", "Tam Arbuthnot, who pitched in the majors in the late 1890s.", "Q3001"),
        ("Tam Arbuthnot", "person", "Baseball: Tam Arbuthnot, born in 1950, spoke.", "Q3002"),
        ("Georgia", "place", "Institute of Technology, Atlanta, Georgia 30332, USA", "Q1011"),
        ("Georgia", "place", "The ministers of Georgia and France met in Tbilisi.", "Q1010"),
        ("Republic of Korea", "place", "Pusan National University, Busan, Republic of Korea", "Q1012"),
        # A town that is most of its district is what its bare name means.
        ("Quell", "place", "They met in Quell, Germany.", "Q1013"),
        ("LENR", "concept", "A paper on LENR was read.", "Q4001"),
        (
            "Saint Orlan University (SOU)",
            "organization",
            "Saint Orlan University (SOU), Lyon, France",
            "Q2003",
        ),
        ("Saint Orlan University (France)", "organization", "It was signed on Monday.", "Q2003"),
    ],
)
def test_a_mention_is_linked_to_its_item(linker, name, kind, context, expected):
    assert item(ask(linker, name, kind, context)) == expected


@pytest.mark.parametrize(
    ("name", "kind", "context"),
    [
        # One letter, one word or one part more is another body.
        ("Shaanxi Institute of Optics", "organization", "Shaanxi Institute of Optics in Xi'an was visited."),
        ("Shanxi Institute of Heat", "organization", "Shanxi Institute of Heat in Taiyuan was visited."),
        (
            "Saint Orlan University Hospital",
            "organization",
            "Saint Orlan University Hospital in Lyon, France",
        ),
        ("Faculty of Law of Saint Orlan University", "organization", "The dean flew to Lyon."),
        # A namesake elsewhere, and a name that many could bear.
        ("Saint Orlan University", "organization", "Saint Orlan University in Nairobi, Kenya, signed it."),
        ("Saint Orlan University", "organization", "Saint Orlan University signed it."),
        ("Ministry of Fisheries", "organization", "The Ministry of Fisheries agreed."),
        ("Ministry of Fisheries", "organization", "Peru's Ministry of Fisheries agreed in Lima."),
        ("SOU", "organization", "SOU agreed."),
        ("Riverton", "place", "The mayor of Riverton, New Jersey, spoke."),
        ("Virgin Rocks (US)", "place", "Exports to Virgin Rocks (US) rose."),
        # Persons are more than a name.
        ("Tam Arbuthnot", "person", "Tam Arbuthnot, a surgeon, signed the agreement in 2019."),
        ("Tam Arbuthnot", "person", "Tam Arbuthnot signed the agreement."),
        ("Tam Arbuthnot", "person", "Tam Arbuthnot, a baseball player of the early 1930s."),
        ("Tam Arbuthnot", "person-or-organization", "Tam Arbuthnot took the company to court."),
        ("Nobody at All", "person", ""),
    ],
)
def test_where_no_item_is_likely_the_answer_is_none(linker, name, kind, context):
    assert item(ask(linker, name, kind, context)) is None


def test_a_proposal_shows_its_features_and_where_it_comes_from(linker):
    proposal = ask(linker, "Saint Orlan University", context="Saint Orlan University in Lyon, France")
    best = proposal.best

    assert proposal.tier is Tier.AUTO
    assert best.features["name: label"] > 0
    assert best.features["support"] > 0
    assert best.ids == {"ror": "0abcde123"}
    assert proposal.candidates[1].features["clash beside"] < 0
    assert proposal.snapshot.startswith("2026-01-01+")
    assert proposal.method
    assert list(best.features.values()) == sorted(best.features.values(), key=abs, reverse=True)


def test_what_the_caller_knows_of_the_place_counts_as_if_it_stood_beside_the_name(linker):
    assert item(ask(linker, "Saint Orlan University", country="FR")) == "Q2003"
    assert item(ask(linker, "Saint Orlan University", country="US", places=("Riverton", "Utah"))) == "Q2004"
    assert item(ask(linker, "Saint Orlan University", country="KE")) is None


def test_an_identifier_decides(linker):
    proposal = ask(linker, "Some Other Name", ids={"ror": "0abcde123"})

    assert (item(proposal), proposal.tier) == ("Q2003", Tier.AUTO)


def test_another_name_of_the_subject_finds_its_item(linker):
    assert (
        item(ask(linker, "The School", aliases=("Quellbrunn Technical University",), country="DE")) == "Q2006"
    )


def test_a_person_without_a_second_fact_is_never_linked_without_a_person(linker):
    proposal = ask(linker, "Tam Arbuthnot", "person", "Tam Arbuthnot was a baseball player.")

    assert proposal.tier is not Tier.AUTO


def test_answers_do_not_depend_on_one_another(linker):
    asked = [
        Subject(str(n), row["label"], row["type"], country=row.get("country", ""))
        for n, row in enumerate(POOL)
    ]

    assert sorted(linker(asked), key=lambda p: int(p.subject)) == sorted(
        linker(reversed(asked)), key=lambda p: int(p.subject)
    )


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=6))
def test_candidates_and_none_share_all_likelihood(points):
    likely = probabilities(points)

    assert sum(likely) <= 1 + 0.001 * len(points)
    assert [likely[i] for i in sorted(range(len(points)), key=points.__getitem__)] == sorted(likely)


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_edits_are_the_same_both_ways(one, other):
    assert edits(one, other, 9) == edits(other, one, 9)
    assert (edits(one, other, 9) == 0) == (one == other)


def test_a_slip_is_one_only_where_the_word_is_no_other_name():
    counts = {"meridian": 40, "meridien": 30}

    assert align(("meridien", "college"), "meridian college", counts=lambda _: counts) is None
    assert align(("meridiann", "college"), "meridian college", counts=lambda _: {}).slips == 1
    assert align(("institute", "5"), "institute 6", counts=lambda _: {}) is None
    assert align(("shaanxi", "college"), "shanxi college", counts=lambda _: {}) is None


def test_linkers_are_found_by_name():
    assert load_linker("names") is open_linker
    with pytest.raises(SettingsError, match="installed: names"):
        load_linker("nobody")


def test_the_command_line_answers_each_case(tmp_path):
    cases = tmp_path / "cases.jsonl"
    rows = [
        {"id": "1", "mention": "Boston", "type": "place", "context": "Boston, Lincolnshire"},
        {"id": "2", "mention": "Nowhere", "type": "place", "context": ""},
    ]
    cases.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    into = tmp_path / "out" / "pred.jsonl"
    kg("link", cases, "--pool", write_pool(tmp_path / "pool.jsonl"), "--into", into)

    one, two = [json.loads(line) for line in into.read_text(encoding="utf-8").splitlines()]
    assert (one["id"], one["qid"]) == ("1", "Q1004")
    assert two == {"id": "2", "qid": "NIL", "score": 0.0, "auto": False}


def test_a_case_without_a_mention_is_named(tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": "1"}\n', encoding="utf-8")
    run = kg("link", cases, "--pool", write_pool(tmp_path / "p.jsonl"), "--into", tmp_path / "o", check=False)

    assert run.returncode == 3
    assert "cases.jsonl, line 1" in run.stderr
