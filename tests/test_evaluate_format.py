"""Findings written as an annotator would write them."""

import json
from datetime import date

import pytest

from kg.evaluate import to_eval
from kg.model import Article, Concept, Entity, Evidence, Fact, Findings, Kind, Ref, Relation, Text

TEXT = """Opening in Porto. In March 2024 a team of 12 from Porto City Council, led by Dr Ana Reis, called on
the Turku School of Nursing in Finland. They met again in May.
The Council and the School signed a letter on nurse exchange in Turku on 7 May 2024. The Council
praised it."""


def at(words, occurrence=0):
    start = -1
    for _ in range(occurrence + 1):
        start = TEXT.index(words, start + 1)
    return Evidence(start, start + len(words))


def entity(key, kind, name, words=None, **options):
    return Entity(key, kind, name, (at(words or name),), **options)


def fact(subject, relation, value, words="Porto City Council"):
    return Fact(subject, relation, value, (at(words),), rule="test", confidence=1.0)


ENTITIES = (
    entity("council", Kind.INSTITUTION, "Porto City Council", aliases=("The Council",)),
    entity("school", Kind.INSTITUTION, "Turku School of Nursing"),
    entity("ministry", Kind.INSTITUTION, "an unnamed body", "a letter", named=False),
    entity("reis", Kind.PERSON, "Ana Reis"),
    entity("role", Kind.ROLE, "head", "led by"),
    entity("turku", Kind.PLACE, "Turku", "Turku"),
    entity("finland", Kind.PLACE, "Finland"),
    entity("team", Kind.DELEGATION, "Porto team", "a team of 12", named=False),
    entity("twelve", Kind.FIGURE, "members of the team", "12"),
    entity("visit", Kind.EVENT, "visit", "called on", named=False),
    entity("praise", Kind.EVENT, "praise", "praised", named=False),
    entity("opening", Kind.EVENT, "Opening in Porto"),
    entity("signing", Kind.EVENT, "signing", "signed", named=False),
    entity("letter", Kind.AGREEMENT, "letter on nurse exchange", "a letter on nurse exchange", named=False),
)
FACTS = (
    fact("council", Relation.KIND, Concept("health-authority")),
    fact("school", Relation.KIND, Concept("medical-school")),
    fact("school", Relation.LOCATION, Ref("turku")),
    fact("turku", Relation.WITHIN, Ref("finland")),
    fact("finland", Relation.KIND, Concept("country")),
    fact("role", Relation.HOLDER, Ref("reis")),
    fact("role", Relation.TITLE, Text("head", "en")),
    fact("role", Relation.ROLE_IN, Ref("council")),
    fact("team", Relation.SENT_BY, Ref("council")),
    fact("team", Relation.HEAD, Ref("reis")),
    fact("team", Relation.MEMBER, Ref("reis")),
    fact("twelve", Relation.VALUE, 12),
    fact("twelve", Relation.QUALIFIER, Concept("at-most")),
    fact("visit", Relation.KIND, Concept("visit")),
    fact("visit", Relation.PARTICIPANT, Ref("team")),
    fact("visit", Relation.HOST, Ref("school")),
    fact("visit", Relation.START_DATE, date(2024, 3, 1), "In March 2024 a team of 12"),
    fact("visit", Relation.END_DATE, date(2024, 3, 31), "In March 2024 a team of 12"),
    fact("visit", Relation.DATE_PRECISION, Concept("to-the-month"), "In March 2024 a team of 12"),
    fact("visit", Relation.STATUS, Concept("happened")),
    fact("praise", Relation.KIND, Concept("statement")),
    fact("opening", Relation.KIND, Concept("ceremony")),
    fact("signing", Relation.KIND, Concept("signing")),
    fact("signing", Relation.LOCATION, Ref("turku"), "Turku"),
    fact("signing", Relation.START_DATE, date(2024, 5, 7), "on 7 May 2024"),
    fact("letter", Relation.KIND, Concept("memorandum")),
    fact("letter", Relation.STATUS, Concept("in-force")),
    fact(
        "letter",
        Relation.PARTY,
        Ref("council"),
        "The Council and the School signed a letter on nurse exchange",
    ),
    fact(
        "letter",
        Relation.PARTY,
        Ref("school"),
        "The Council and the School signed a letter on nurse exchange",
    ),
    fact("letter", Relation.SUBJECT_MATTER, Text("nurse exchange", "en"), "nurse exchange"),
    fact("letter", Relation.SIGNED_AT, Ref("signing"), "signed"),
)


def article(text=TEXT):
    return Article(
        id="porto", text=text, sha256="", language="en", zones=(), title="", publisher="",
        published=None, url="", source="porto.md",
    )  # fmt: skip


@pytest.fixture(scope="module")
def written():
    return to_eval(Findings(article(), ENTITIES, FACTS, extractor="test"))


def test_an_institution_has_its_type_and_the_country_its_place_lies_in(written):
    council, school = written["institutions"]

    assert (school["name"], school["type"], school["country"]) == (
        "Turku School of Nursing", "university", "Finland",
    )  # fmt: skip
    assert (council["type"], council["aliases"]) == ("government", ["The Council"])
    assert "country" not in council


def test_a_person_has_the_title_and_institution_of_the_role(written):
    (reis,) = written["persons"]

    assert (reis["role"], reis["affiliation"]) == ("head", "Porto City Council")


def test_a_date_is_as_exact_as_the_article_and_a_label_of_ours_is_no_name(written):
    visit = next(e for e in written["events"] if e["type"] == "visit")

    assert without_rules(visit) == {
        "type": "visit", "start": "2024-03", "end": "2024-03", "place": "Turku School of Nursing",
        "participants": ["Turku School of Nursing", "Ana Reis", "Porto City Council"], "status": "happened",
        "quote": "called on",
    }  # fmt: skip


def test_a_statement_is_left_out_and_a_ceremony_is_another_event(written):
    assert [(e["type"], e.get("name")) for e in written["events"]] == [
        ("other", "Opening in Porto"), ("visit", None), ("signing", None),
    ]  # fmt: skip


def test_a_delegation_has_sender_head_and_whom_it_visited(written):
    (team,) = written["delegations"]

    assert (team["from"], team["head"], team["visited"]) == (
        "Porto City Council", "Ana Reis", ["Turku School of Nursing"],
    )  # fmt: skip
    assert "members" not in team


def test_an_agreement_takes_date_and_place_from_its_signing_and_its_longest_words(written):
    (letter,) = written["agreements"]

    assert letter["parties"] == ["Porto City Council", "Turku School of Nursing"]
    assert (letter["type"], letter["date"], letter["place"], letter["status"], letter["subject"]) == (
        "MoU", "2024-05-07", "Turku", "signed", "nurse exchange",
    )  # fmt: skip
    assert letter["quote"] == "The Council and the School signed a letter on nurse exchange"


def test_an_event_the_agreement_merely_came_out_of_does_not_date_it():
    loose = [
        Fact(f.subject, Relation.OUTCOME_OF, f.value, f.evidence, f.rule, f.confidence)
        if f.relation is Relation.SIGNED_AT
        else f
        for f in FACTS
    ]
    (letter,) = to_eval(Findings(article(), ENTITIES, tuple(loose), extractor="test"))["agreements"]

    assert "date" not in letter
    assert "place" not in letter


def test_a_figure_is_a_count(written):
    assert list(map(without_rules, written["counts"])) == [
        {"what": "members of the team", "value": 12, "qualifier": "up to", "quote": "12"},
    ]


def test_every_quote_stands_in_the_text(written):
    items = [item for value in written.values() if isinstance(value, list) for item in value]

    assert len(items) == 11
    assert all(item["quote"] in TEXT for item in items)


def test_words_that_stand_twice_are_quoted_with_their_sentence():
    second = Entity("again", Kind.EVENT, "meeting", (at("May", 1),), named=False)
    (event,) = to_eval(Findings(article(), (second,), (), extractor="test"))["events"]

    assert (
        event["quote"]
        == "The Council and the School signed a letter on nurse exchange in Turku on 7 May 2024."
    )


def test_the_order_of_findings_does_not_matter(written):
    again = to_eval(Findings(article(), ENTITIES[::-1], FACTS[::-1], extractor="test"))

    assert json.dumps(again) == json.dumps(written)


def test_every_item_tells_the_rules_behind_it(written):
    visit = next(e for e in written["events"] if e["type"] == "visit")

    told = {"rule": "test", "said": "Event.participant", "confidence": 1.0}
    assert visit["by"]["participants"]["Ana Reis"] == told
    assert visit["by"]["item"]["said"] == "Event.status"


def without_rules(item):
    return {field: value for field, value in item.items() if field != "by"}
