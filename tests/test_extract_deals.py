"""English agreements: who is bound, how far it had come, and when; each sentence is our own."""

from datetime import date

import pytest
from builders import lines_article

from kg.extract import extract
from kg.model import Concept, Kind, Ref, Relation

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")

ELM, OAK, ASH = "Elm University", "Oak University", "Ash Hospital"


def find(text):
    return extract(lines_article(text))


def values(found, key, *relations):
    names = {e.key: e.name for e in found.entities}
    facts = [f.value for f in found.facts if f.subject == key and f.relation in relations]
    return [names[v.key] if isinstance(v, Ref) else v.name if isinstance(v, Concept) else v for v in facts]


def deals(text):
    """Return (status, parties) of each agreement, in the order of their words."""
    found = find(text)
    keys = [e.key for e in found.entities if e.kind is Kind.AGREEMENT]
    return [
        (values(found, k, Relation.STATUS)[0], sorted(values(found, k, Relation.PARTY, Relation.SIDE)))
        for k in keys
    ]


def events(text, kind):
    """Return the participants of each event of a kind."""
    found = find(text)
    keys = [e.key for e in found.entities if e.kind is Kind.EVENT]
    parts = (Relation.PARTICIPANT, Relation.HOST, Relation.SIDE)
    return [set(values(found, k, *parts)) for k in keys if values(found, k, Relation.KIND) == [kind]]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"Under the agreement between {ELM} and {OAK}, nurses will train in Lima.", "in-force"),
        (f"{ELM} returns to Peru through a new partnership with {OAK}.", "in-force"),
        (f"{ELM} has a partnership with {OAK}.", "in-force"),
        (f"A contract was concluded in Lima by {ELM} and {OAK}.", "signed"),
        (f"A charter on clean air was inked by {ELM} and {OAK}.", "signed"),
        (f"{ELM} and {OAK} agreed in principle to build a school of nursing.", "preliminary"),
        (f"{ELM} has not yet signed the agreement with {OAK}.", "planned"),
        (f"{ELM} called off its merger with {OAK}.", "cancelled"),
        (f"{ELM} opened talks on an agreement between {ELM} and {OAK}.", "planned"),
        (f"{ELM} has denied that it signed a contract with {OAK}.", "denied"),
    ],
)
def test_an_agreement_has_its_two_parties_and_the_status_that_its_words_tell(text, status):
    assert deals(text) == [(status, [ELM, OAK])]


@pytest.mark.parametrize(
    "text",
    [
        f"The case for a merger between {ELM} and {OAK} is weak.",
        f"There were rumours of an agreement between {ELM} and {OAK}.",
        f"A treaty between {ELM} and {OAK} hangs on one clause.",
        f"{ELM} hopes for a partnership with {OAK}.",
        f"If {ELM} and {OAK} agreed in principle to merge, students would march.",
    ],
)
def test_what_is_only_thought_of_is_no_agreement(text):
    assert deals(text) == []


def test_a_list_of_partners_makes_them_all_parties():
    text = f"{ELM} signed a memorandum of understanding with {OAK} in Lima, {ASH} and Yew College."

    assert deals(text) == [("signed", sorted([ELM, OAK, ASH, "Yew College"]))]


def test_memoranda_with_several_partners_are_one_each():
    found = deals(f"{ELM} signed memoranda of understanding with {OAK} and {ASH}.")

    assert found == [("signed", [ELM, OAK]), ("signed", sorted([ELM, ASH]))]


def test_each_between_of_one_sentence_is_an_agreement_of_its_own():
    text = f"Two agreements were signed: one between {ELM} and {OAK}, another between {ELM} and {ASH}."

    assert [parties for _, parties in deals(text)] == [[ELM, OAK], sorted([ELM, ASH])]


def test_names_on_the_lines_below_a_colon_are_parties():
    text = f"{ELM} has signed an agreement with two bodies in Peru:\n{OAK} and {ASH}."

    assert deals(text) == [("signed", sorted([ELM, OAK, ASH]))]


def test_who_stands_after_the_list_is_no_party():
    text = f"{ELM} has signed an agreement with {OAK}, John Smith, director of {ASH}, told reporters."

    assert deals(text) == [("signed", [ELM, OAK])]


def test_it_means_the_agreement_told_before_and_its_signers_take_part():
    text = (
        f"{ELM} and {OAK} have made a pact on clean water. {ELM} and {OAK} signed an agreement in Lima. "
        "It was signed by John Smith and Mary Baker."
    )

    assert [parties for _, parties in deals(text)] == [[ELM, OAK]]
    assert events(text, "signing") == [{ELM, OAK, "John Smith", "Mary Baker"}]


def test_for_whom_somebody_signs_is_a_party():
    text = "A treaty was signed in Lima. For Malta it was signed by John Smith; for Peru by Mary Baker."

    assert deals(text) == [("signed", ["Malta", "Peru"])]


def test_both_universities_are_the_last_two():
    text = f"{ELM} and {OAK} have worked together for years. Both universities signed an agreement in Lima."

    assert deals(text) == [("signed", [ELM, OAK])]


def test_the_two_countries_are_the_last_two():
    text = "Malta and Peru opened talks in May. The two countries signed a treaty in Lima."

    assert deals(text) == [("signed", ["Malta", "Peru"])]


def test_the_day_of_a_report_is_not_that_of_the_signing():
    found = find(f"{ELM} said on Monday that it had signed an agreement with {OAK}.")

    assert not [f for f in found.facts if f.relation is Relation.START_DATE]


def test_a_week_is_dated_to_its_month():
    found = find(f"An agreement between {ELM} and {OAK} was signed last week in Lima.")
    dates = {f.value for f in found.facts if f.relation in (Relation.START_DATE, Relation.END_DATE)}

    assert dates == {date(2021, 5, 1), date(2021, 5, 31)}


def test_a_signing_to_come_is_dated_for_the_agreement_to_come():
    found = find(f"{ELM} will sign an agreement with {OAK} on 20 May.")
    (deal,) = (e.key for e in found.entities if e.kind is Kind.AGREEMENT)

    assert values(found, deal, Relation.OUTCOME_OF)
    assert not values(found, deal, Relation.SIGNED_AT)


@pytest.mark.parametrize(
    ("text", "kind", "who"),
    [
        (f"The mayor of Lima, John Smith, opened a clinic of {ASH} on 3 May.", "ceremony", "John Smith"),
        ("John Smith called on Mary Baker in Lima.", "meeting", "Mary Baker"),
        ("John Smith met Mary Baker, accompanied by David Brown.", "meeting", "David Brown"),
    ],
)
def test_events_have_those_who_were_there(text, kind, who):
    (people,) = events(text, kind)

    assert who in people


def test_an_account_is_not_opened_as_a_clinic_is():
    assert events("John Smith opened an account on 3 May.", "ceremony") == []


def test_labels_are_not_cut_inside_a_word():
    long = "Northern University of Applied Mountain Sciences and Extremely Long Institutional Names of Lima"
    found = find(f"{long} signed an agreement on nurse training with {OAK}.")
    (label,) = (e.name for e in found.entities if e.kind is Kind.AGREEMENT)

    assert label.startswith("Agreement on nurse training: ")
    assert set(label.replace("…", " ").replace("–", " ").split()) <= set(
        f"Agreement on nurse training: {long} {OAK}".split()
    )


def test_to_call_on_somebody_to_do_something_is_no_meeting():
    assert events("John Smith called on Mary Baker to stop the talks.", "meeting") == []


def test_who_speaks_in_a_report_on_one_conference_took_part():
    text = (
        "The Lima Health Forum opened in Lima on 3 May. John Smith said that clinics need nurses. "
        "Mary Baker told the hall that nurses need clinics."
    )

    assert events(text, "conference") == [{"John Smith", "Mary Baker"}]


def test_those_who_are_bound_took_part_in_a_signing_of_which_only_the_day_is_told():
    text = (
        f"Under the agreement between {ELM} and {OAK}, nurses will train. The agreement was signed on 3 May."
    )

    assert events(text, "signing") == [{ELM, OAK}]


def test_a_roll_call_names_participants_of_the_gathering_told_before():
    text = (
        "A course on nursing was held in Lima in May. "
        "Participating in the event were 30 doctors and nurses from Malta, Peru and Japan."
    )

    assert events(text, "training") == [{"Malta", "Peru", "Japan"}]


def test_two_who_team_up_for_a_course_take_part_in_it():
    assert events(f"{ELM} and {OAK} teamed up to hold a course in Lima.", "training") == [{ELM, OAK}]


def test_a_convention_against_something_is_no_gathering():
    assert events("John Smith spoke of the UN Convention Against Corruption in Lima.", "conference") == []
