"""The scorer, on articles written for it."""

import json
import random
import re
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.evaluate import as_json, as_text, score
from kg.evaluate.assignment import assignment
from kg.evaluate.names import NameOf, party_similarity, shared_words, similarity
from kg.evaluate.quantities import dates_agree, number

TEXT = {
    "porto": "A team of 12 from Porto City Council, led by Ana Reis, visited the Turku School of Nursing "
    "(TSN) in Finland on 7 May 2024. The Council and the School signed a memorandum on nurse exchange.",
    "denied": "No agreement has been reached between Riga Port and Gdansk Port, Jan Kowalski said.",
    "zh": "2024年5月7日，太原市政府与图尔库护理学院签署护士交流备忘录。",
}
KIND = {"porto": "delegation,agreement", "denied": "negative:talks failed", "zh": "agreement"}
GOLD = {
    "porto": {
        "language": "en",
        "institutions": [
            {
                "name": "Porto City Council",
                "type": "government",
                "aliases": ["The Council"],
                "quote": "Porto City Council",
            },
            {
                "name": "Turku School of Nursing",
                "type": "university",
                "aliases": ["TSN"],
                "quote": "Turku School of Nursing",
            },
        ],
        "persons": [
            {
                "name": "Ana Reis",
                "role": "head of the team",
                "affiliation": "Porto City Council",
                "quote": "led by Ana Reis",
            },
        ],
        "places": [
            {"name": "Finland", "quote": "Finland"},
            {"name": "Porto", "quote": "Porto", "optional": True},
        ],
        "events": [
            {
                "type": "visit",
                "start": "2024-05-07",
                "end": "2024-05-07",
                "place": "Finland",
                "status": "happened",
                "participants": ["Porto City Council", "Turku School of Nursing"],
                "quote": "visited the Turku School of Nursing (TSN) in Finland on 7 May 2024",
            },
        ],
        "delegations": [
            {
                "name": "Porto team",
                "from": "Porto City Council",
                "head": "Ana Reis",
                "visited": ["Turku School of Nursing"],
                "quote": "A team of 12 from Porto City Council, led by Ana Reis",
            },
        ],
        "agreements": [
            {
                "name": "memorandum on nurse exchange",
                "type": "MoU",
                "status": "signed",
                "date": "2024-05-07",
                "parties": ["Porto City Council", "Turku School of Nursing"],
                "quote": "The Council and the School signed a memorandum on nurse exchange",
            },
        ],
        "counts": [
            {"what": "members of the team", "value": 12, "qualifier": "exact", "quote": "A team of 12"}
        ],
    },
    "denied": {
        "language": "en",
        "institutions": [
            {"name": "Riga Port", "type": "company", "quote": "Riga Port"},
            {"name": "Gdansk Port", "type": "company", "quote": "Gdansk Port"},
        ],
        "persons": [{"name": "Jan Kowalski", "quote": "Jan Kowalski"}],
        "agreements": [
            {
                "name": "agreement",
                "type": "agreement",
                "status": "denied",
                "parties": ["Riga Port", "Gdansk Port"],
                "quote": "No agreement has been reached between Riga Port and Gdansk Port",
            },
        ],
    },
    "zh": {
        "language": "zh",
        "institutions": [
            {"name": "太原市政府", "type": "government", "quote": "太原市政府"},
            {"name": "图尔库护理学院", "type": "university", "quote": "图尔库护理学院"},
        ],
        "agreements": [
            {
                "name": "护士交流备忘录",
                "type": "MoU",
                "status": "signed",
                "date": "2024-05-07",
                "parties": ["太原市政府", "图尔库护理学院"],
                "quote": "太原市政府与图尔库护理学院签署护士交流备忘录",
            },
        ],
    },
}


@pytest.fixture
def folders(tmp_path):
    """Folders of predictions (none yet), annotations and articles."""
    pred, gold, articles = (tmp_path / name for name in ("pred", "gold", "articles"))
    for folder in (pred, gold, articles):
        folder.mkdir()
    for name, text in TEXT.items():
        (articles / f"{name}.txt").write_text(text, encoding="utf-8")
        (articles / f"{name}.json").write_text(json.dumps({"kind": KIND[name]}), encoding="utf-8")
    write(gold, GOLD)
    return pred, gold, articles


def write(folder, values):
    for name, value in values.items():
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")


def copy():
    return json.loads(json.dumps(GOLD))


def scored(folders, predicted, **options):
    write(folders[0], predicted)
    return score(*folders, **options)


def test_the_annotations_score_one_against_themselves(folders):
    scores = scored(folders, GOLD, strict_quotes=True, bootstrap=20)

    assert {n: (t.wanted, t.rates.f1) for n, t in scores.table.classes.items()} == {
        "institutions": (6, 1.0), "persons": (2, 1.0), "places": (1, 1.0), "events": (1, 1.0),
        "delegations": (1, 1.0), "agreements": (3, 1.0), "counts": (1, 1.0),
    }  # fmt: skip
    assert {n: (t.wanted, t.rates.f1) for n, t in scores.arguments.items()} == {
        "parties": (6, 1.0), "participants": (2, 1.0), "members": (1, 1.0), "roles": (1, 1.0),
    }  # fmt: skip
    assert scores.table.classes["places"].optional == 1
    assert scores.intervals["all (micro)"] == (1.0, 1.0)
    assert scores.table.macro_f1 == 1.0


def test_without_predictions_everything_is_missed(folders):
    scores = scored(folders, {}, bootstrap=20)

    assert [a.missing for a in scores.articles] == [True, True, True]
    assert scores.table.together.missed == 15
    assert scores.table.together.rates.f1 == 0
    assert scores.intervals["all (micro)"] == (0, 0)
    assert "articles without a prediction: 3" in as_text(scores)


def test_articles_stand_in_the_table_of_their_group_and_of_each_of_their_tags(folders):
    scores = scored(folders, GOLD)

    assert {n: t.articles for n, t in scores.groups.items()} == {
        "Chinese": 1, "English": 1, "negative or hard": 1,
    }  # fmt: skip
    assert {n: t.articles for n, t in scores.phenomena.items()} == {
        "agreement": 2, "delegation": 1, "negative": 1,
    }  # fmt: skip


def test_a_failed_agreement_predicted_as_signed_is_counted_apart(folders):
    predicted = copy()
    predicted["denied"]["agreements"][0]["status"] = "signed"
    agreements = scored(folders, predicted).table.classes["agreements"]

    assert (agreements.found, agreements.false_signed, agreements.status_right) == (3, 1, 2)
    assert agreements.rates.f1 == 1.0
    assert agreements.status_rates.f1 == pytest.approx(2 / 3)


def test_an_invented_agreement_counts_as_signed_unless_it_says_otherwise(folders):
    predicted = copy()
    invented = {"name": "treaty on fish", "parties": ["Oslo", "Rome"], "quote": "Jan Kowalski said"}
    predicted["denied"]["agreements"] += [invented, invented | {"status": "planned"}]
    agreements = scored(folders, predicted).table.classes["agreements"]

    assert (agreements.wrong, agreements.false_signed) == (2, 1)


def test_a_quote_that_is_not_in_the_text_costs_the_item_when_quotes_are_strict(folders):
    predicted = copy()
    predicted["porto"]["events"][0]["quote"] = "came to see the School"
    lenient, strict = scored(folders, predicted), scored(folders, predicted, strict_quotes=True)

    assert lenient.table.classes["events"].rates.f1 == 1.0
    assert lenient.articles[2].bad_quotes == ()
    assert [(b.kind, b.quote) for b in lenient.articles[1].bad_quotes] == [
        ("events", "came to see the School")
    ]
    assert (strict.table.classes["events"].wrong, strict.table.classes["events"].missed) == (1, 1)
    assert lenient.arguments == strict.arguments
    assert strict.arguments["participants"].missed == 2


def test_a_second_copy_of_an_item_is_wrong_and_an_optional_item_is_not(folders):
    predicted = copy()
    predicted["porto"]["persons"] *= 2
    table = scored(folders, predicted).table

    assert (table.classes["persons"].found, table.classes["persons"].wrong) == (2, 1)
    assert table.classes["places"].wrong == 0


def test_an_alias_names_a_party(folders):
    predicted = copy()
    predicted["porto"]["agreements"][0]["parties"] = ["TSN", "The Council"]
    predicted["porto"]["institutions"][1]["name"] = "TSN"

    assert scored(folders, predicted).arguments["parties"].rates.f1 == 1.0


def test_a_role_needs_its_institution(folders):
    predicted = copy()
    del predicted["porto"]["persons"][0]["affiliation"]
    roles = scored(folders, predicted).arguments["roles"]

    assert (roles.found, roles.wrong, roles.missed) == (0, 1, 1)


def test_only_the_wanted_articles_are_scored(folders):
    scores = scored(folders, GOLD, ids=["zh"])

    assert [a.article for a in scores.articles] == ["zh"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("pred/porto.json", "{", "porto.json: Expecting"),
        ("pred/porto.json", "[]", "porto.json: must hold a JSON object"),
        ("pred/porto.json", '{"persons": {}}', "porto.json: persons must be a list"),
        (
            "pred/porto.json",
            '{"persons": [{"name": "A"}, 3]}',
            "porto.json: persons, item 2 must be an object",
        ),
        ("pred/porto.json", '{"persons": [{"aliases": "A"}]}', "persons, item 1: aliases must not be 'A'"),
        ("pred/porto.json", '{"events": [{"participants": [{}]}]}', "participants must not be"),
        ("pred/porto.json", '{"events": [{"quote": 3}]}', "quote must not be 3"),
        ("gold/porto.json", "{", "porto.json: Expecting"),
        ("articles/porto.json", "{", "porto.json: Expecting"),
        ("articles/porto.txt", None, "porto.txt"),
        ("gold/zh.json", None, "zh.json"),
    ],
)
def test_a_broken_file_is_named(folders, name, content, told):
    path = folders[0].parent / name
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(SourceError, match=re.escape(told)):
        score(*folders, ids=["porto", "zh"])


def test_a_folder_that_is_not_there_is_named(folders):
    with pytest.raises(SourceError, match="nowhere: no such folder"):
        score(folders[0].parent / "nowhere", *folders[1:])
    with pytest.raises(SourceError, match="no annotated articles"):
        score(folders[0], folders[0], folders[2])


def test_the_report_says_the_figures(folders):
    predicted = copy()
    predicted["porto"]["events"][0] |= {"status": "planned", "start": "2024-05", "end": "2024-05"}
    predicted["zh"]["institutions"][0]["quote"] = "no such words"
    scores = scored(folders, predicted, strict_quotes=True, bootstrap=20)
    text, value = as_text(scores), as_json(scores)

    assert "institutions               6     5     1     1     0   0.833   0.833   0.833" in text
    assert "event status               0 of     1 = 0.000" in text
    assert "event date                 1 of     1 = 1.000" in text
    assert "bad quote: zh institutions 太原市政府 | no such words" in text
    assert "quotes: 15 of 16 predicted items have an exact quote (the others count as wrong)" in text
    assert value["results"]["all"]["institutions"]["f1"] == pytest.approx(5 / 6)
    assert value["results"]["all"]["events+status"] == {"p": 0.0, "r": 0.0, "f1": 0.0}
    assert value["quotes"]["bad"][0]["name"] == "太原市政府"
    assert json.loads(json.dumps(value)) == value


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_predictions_changes_nothing(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("order")
    pred, gold, articles = (folder / name for name in ("pred", "gold", "articles"))
    for one in (pred, gold, articles):
        one.mkdir()
    (articles / "porto.txt").write_text(TEXT["porto"], encoding="utf-8")
    write(gold, {"porto": GOLD["porto"]})
    kept = {
        kind: data.draw(st.lists(st.sampled_from(items), unique_by=json.dumps))
        for kind, items in GOLD["porto"].items()
        if isinstance(items, list)
    }
    write(pred, {"porto": kept})
    before = score(pred, gold, articles)
    write(pred, {"porto": {kind: data.draw(st.permutations(items)) for kind, items in kept.items()}})

    assert score(pred, gold, articles) == before


matrices = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(
            st.one_of(st.just(0), st.integers(1, 30), st.floats(0.01, 30)), min_size=width, max_size=width
        ),
        min_size=1,
        max_size=5,
    )
)


@given(matrices)
def test_no_assignment_weighs_more(weights):
    rows, columns = len(weights), len(weights[0])
    pairs = assignment(weights)
    wide = [row + [0] * rows for row in weights]
    best = max(
        sum(wide[row][column] for row, column in enumerate(choice))
        for choice in permutations(range(columns + rows), rows)
    ) if rows + columns <= 7 else _greedy_bound(weights)  # fmt: skip

    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(weights[row][column] > 0 for row, column in pairs)
    total = sum(weights[row][column] for row, column in pairs)
    assert total == pytest.approx(best) if rows + columns <= 7 else total >= best - 1e-9


def _greedy_bound(weights):
    """What taking the heaviest pair that is left, again and again, comes to."""
    pairs = sorted(((w, i, j) for i, row in enumerate(weights) for j, w in enumerate(row)), reverse=True)
    total, rows, columns = 0, set(), set()
    for w, i, j in pairs:
        if i not in rows and j not in columns:
            total += w
            rows.add(i)
            columns.add(j)
    return total


@pytest.mark.parametrize(
    ("one", "other", "name_of", "expected"),
    [
        ("Universiti Málaya", "universiti malaya", NameOf.INSTITUTION, 1),
        ("US", "the United States of America", NameOf.PLACE, 1),
        ("Nursing School", "School of Nursing", NameOf.INSTITUTION, 0.95),
        ("TSN", "Turku School of Nursing", NameOf.INSTITUTION, 0.8),
        ("Tsn", "Turku School of Nursing", NameOf.INSTITUTION, 0),
        ("Acme Ltd", "Acme", NameOf.INSTITUTION, 1),
        ("Ministry of Law", "Ruritania Ministry of Law", NameOf.INSTITUTION, 0.6),
        ("Ministry of Law", "Ministry of Law and Health", NameOf.INSTITUTION, 0),
        ("Porto", "Porto Council", NameOf.INSTITUTION, 0),
        ("Porto", "Porto Council", NameOf.PLACE, 0.75),
        ("Dr Ana Reis", "Ana Reis", NameOf.PERSON, 1),
        ("Reis", "Ana Reis", NameOf.PERSON, 0.5),
        ("K. Reis", "Kim Reis", NameOf.PERSON, 0.8),
        ("Ana Reis", "Ana Maria Reis", NameOf.PERSON, 0.85),
        ("Rui Reis", "Ana Reis", NameOf.PERSON, 0),
        ("太原市政府", "太原", NameOf.PLACE, 0),
        ("太原市", "太原", NameOf.PLACE, 0.8),
        ("", "太原", NameOf.PLACE, 0),
        ("太原", "。", NameOf.PLACE, 0),
    ],
)
def test_names_are_as_similar_as_they_should_be(one, other, name_of, expected):
    assert similarity(one, other, name_of) == pytest.approx(expected)
    assert similarity(other, one, name_of) == pytest.approx(expected)


@given(st.text(), st.text())
def test_similarity_has_no_sides_and_stays_between_0_and_1(one, other):
    for name_of in NameOf:
        assert similarity(one, other, name_of) == similarity(other, one, name_of)
        assert 0 <= similarity(one, other, name_of) <= 1
    assert party_similarity(one, other) == party_similarity(other, one)
    assert 0 <= shared_words(one, other) <= 1


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"date": "2024-05"}, {"start": "2024-05-31"}, True),
        ({"date": "2024"}, {"start": "2023-12-31", "end": "2024-01-01"}, True),
        ({"date": "2024-05-01"}, {"date": "2024-06"}, False),
        ({"date": "May"}, {"date": "2024-06"}, None),
        ({}, {"date": "2024-06"}, None),
    ],
)
def test_dates_agree_where_one_day_can_be_both(one, other, expected):
    assert dates_agree(one, other) is expected
    assert dates_agree(other, one) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3), ("1,200", 1200), ("about 1.4 million", 1.4e6), ("5bn", 5e9), ("4 m", 4e6), ("4 mm", 4),
        ("７万", 7e4), ("none", None), (None, None),
    ],
)  # fmt: skip
def test_a_number_may_have_its_scale_in_words(value, expected):
    assert number(value) == expected


def test_resamples_come_out_the_same_again(folders):
    predicted = copy()
    predicted["porto"]["institutions"] = random.Random(1).sample(GOLD["porto"]["institutions"], 1)  # noqa: S311  a choice
    first = scored(folders, predicted, bootstrap=50)

    assert first.intervals == scored(folders, predicted, bootstrap=50).intervals
    assert (
        first.intervals["all (micro)"][0] < first.table.together.rates.f1 < first.intervals["all (micro)"][1]
    )
