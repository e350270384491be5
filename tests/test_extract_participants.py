"""Who took part in an event, as English sentences tell it: each sentence is our own."""

from datetime import date

import pytest
from builders import lines_article

from kg.extract import extract
from kg.model import Concept, Kind, Ref, Relation

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")

WHO = (Relation.PARTICIPANT, Relation.HOST, Relation.SIDE)


def found(text):
    """Return the findings of a text that was published on Monday 10 May 2021."""
    return extract(lines_article(text, published=date(2021, 5, 10)))


def events(text, kind):
    """Return who took part in each event of a kind, in text order."""
    findings = found(text)
    names = {e.key: e.name for e in findings.entities}
    keys = [
        e.key
        for e in findings.entities
        if e.kind is Kind.EVENT
        and any(
            f.subject == e.key and f.relation is Relation.KIND and f.value == Concept(kind)
            for f in findings.facts
        )
    ]
    return [
        {
            names[f.value.key]
            for f in findings.facts
            if f.subject == key and f.relation in WHO and isinstance(f.value, Ref)
        }
        for key in keys
    ]


def days(text, kind):
    """Return the first day of each event of a kind that has one."""
    findings = found(text)
    kinds = {f.subject for f in findings.facts if f.relation is Relation.KIND and f.value == Concept(kind)}
    return [str(f.value) for f in findings.facts if f.relation is Relation.START_DATE and f.subject in kinds]


MET = "Minister Ana Lopez met Ambassador Bo Lindqvist in Lima on 3 May 2021. "


@pytest.mark.parametrize(
    "after",
    [
        "Director Carla Ruiz and Professor Dan Moss were also present.",
        "Also present at the meeting were Director Carla Ruiz and Professor Dan Moss.",
        "Director Carla Ruiz and Professor Dan Moss also attended the meeting.",
        "Director Carla Ruiz and Professor Dan Moss were among the guests.",
        "She was accompanied by Director Carla Ruiz and Professor Dan Moss.",
        "The meeting was attended by Director Carla Ruiz and Professor Dan Moss.",
        "During the meeting, Director Carla Ruiz and Professor Dan Moss praised the harvest.",
    ],
)
def test_who_is_told_to_have_been_there_in_the_next_sentence_took_part(after):
    [who] = events(MET + after, "meeting")
    assert {"Ana Lopez", "Bo Lindqvist", "Carla Ruiz", "Dan Moss"} <= who


@pytest.mark.parametrize(
    "after",
    [
        "Carla Ruiz was not present.",
        "Carla Ruiz said in Rome that prices had gone up.",
        "Carla Ruiz will attend the meeting of the board next year.",
    ],
)
def test_who_was_not_there_took_no_part(after):
    assert "Carla Ruiz" not in events(MET + after, "meeting")[0]


def test_who_welcomes_a_delegation_took_part_in_its_visit():
    text = (
        "A delegation from Elm University visited Oak College on 3 May 2021. "
        "Welcoming the delegation, Rector Carla Ruiz praised its work."
    )
    [who] = events(text, "visit")
    assert {"Oak College", "Carla Ruiz"} <= who


def test_a_list_of_countries_that_took_part_is_read_whole():
    text = (
        "Elm University held a workshop in Lima on 3 May 2021. "
        "Participating in the event were 30 officials from Peru, Chile and Bolivia."
    )
    [who] = events(text, "training")
    assert {"Elm University", "Peru", "Chile", "Bolivia"} <= who


def test_the_group_met_means_those_who_travelled():
    text = (
        "Senator Ana Lopez and Senator Bo Lindqvist visited Peru on 3 May 2021. "
        "The lawmakers met with President Carla Ruiz in Lima."
    )
    [who] = events(text, "meeting")
    assert who == {"Ana Lopez", "Bo Lindqvist", "Carla Ruiz"}


def test_a_person_behind_a_title_is_meant_and_not_the_country_in_it():
    text = (
        "Ana Lopez, ambassador of Peru, opened the fair. "
        "Rector Bo Lindqvist met the ambassador on 3 May 2021."
    )
    assert any({"Ana Lopez", "Bo Lindqvist"} <= who and "Peru" not in who for who in events(text, "meeting"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ambassador Ana Lopez handed over two ambulances to Oak Hospital on 3 May 2021.", "ceremony"),
        ("Minister Ana Lopez will be in Peru on 3 June 2021.", "visit"),
        ("Minister Ana Lopez called on President Bo Lindqvist on 3 May 2021 to discuss trade.", "meeting"),
        ("Minister Ana Lopez held a telephone conversation with Bo Lindqvist on 3 May 2021.", "meeting"),
        ("Rector Ana Lopez received a visit from Senator Bo Lindqvist on 3 May 2021.", "visit"),
        ("Governor Ana Lopez returned from a trade mission to Chile on 3 May 2021.", "visit"),
        ("Minister Ana Lopez will lead a trade mission to Chile on 3 June 2021.", "visit"),
    ],
)
def test_these_words_tell_of_an_event(text, kind):
    assert any("Ana Lopez" in who for who in events(text, kind))


def test_what_is_called_on_to_be_done_is_no_meeting():
    assert (
        events("Minister Ana Lopez called on President Bo Lindqvist to resign on 3 May 2021.", "meeting")
        == []
    )


def test_the_day_of_the_dateline_is_not_that_of_the_event():
    text = "LIMA, May 9 (Elm News)-- Minister Ana Lopez met Ambassador Bo Lindqvist on Friday."
    assert days(text, "meeting") == ["2021-05-07"]


def test_a_handover_at_a_ceremony_is_one_event():
    text = (
        "Ambassador Ana Lopez handed over two ambulances to Minister Bo Lindqvist "
        "at a ceremony in Lima on 3 May 2021."
    )
    assert events(text, "ceremony") == [{"Ana Lopez", "Bo Lindqvist"}]


@pytest.mark.parametrize("act", ["handed over two ambulances to Oak Hospital", "inaugurated a clinic"])
def test_an_act_and_a_ceremony_elsewhere_in_the_sentence_are_two_events(act):
    text = (
        f"Ambassador Ana Lopez {act} in Lima on 3 May 2021, "
        "and Minister Bo Lindqvist attended a ceremony in Rome on 4 May 2021."
    )
    assert sorted(days(text, "ceremony")) == ["2021-05-03", "2021-05-04"]


def statuses(text, kind):
    """Return the statuses of the events of a kind."""
    findings = found(text)
    kinds = {f.subject for f in findings.facts if f.relation is Relation.KIND and f.value == Concept(kind)}
    return {f.value.name for f in findings.facts if f.relation is Relation.STATUS and f.subject in kinds}


def test_a_visit_that_is_given_up_is_one_cancelled_event_with_its_day():
    text = (
        "The visit of Minister Ana Lopez to Peru scheduled for 3 June 2021 has been deferred. "
        "Ana Lopez was to visit Peru on 3 June 2021."
    )
    assert statuses(text, "visit") == {"cancelled"}
    assert days(text, "visit") == ["2021-06-03"]


def test_an_announced_visit_has_not_happened():
    assert statuses("The ministry announced Ana Lopez's visit to Peru on 3 June 2021.", "visit") == {
        "planned"
    }


def test_he_is_the_one_of_whom_the_clause_above_is_told():
    text = (
        "Governor Ana Lopez met Minister Bo Lindqvist in Lima. "
        "She will travel to Rome on 3 June 2021, where she will meet Dan Moss."
    )
    assert {"Ana Lopez", "Dan Moss"} in events(text, "meeting")


def test_the_year_in_which_a_summit_was_founded_is_not_its_day():
    text = "Minister Ana Lopez attended the Elm Forum, a summit launched in 2001."
    assert days(text, "conference") == []


def test_who_calls_on_the_head_of_a_body_meets_that_body():
    text = (
        "Ambassador Bo Lindqvist paid a courtesy call on the Chief Executive of the Lima Teaching Hospital."
    )
    assert {"Bo Lindqvist", "Lima Teaching Hospital"} in events(text, "meeting")


def test_persons_behind_long_titles_are_met_and_the_land_in_a_title_is_not():
    text = (
        "Minister Ana Lopez will meet Kenyan Minister of Roads and Rural Transport Daniel Otieno as well as "
        "Managing Director Grace Wanjiru on 3 June 2021."
    )
    [who] = events(text, "meeting")
    assert {"Ana Lopez", "Daniel Otieno", "Grace Wanjiru"} <= who
    assert "Kenya" not in who


def test_the_officials_in_company_do_not_make_their_bodies_take_part():
    after = "She was accompanied by officials from the Ministry of Water, the Port Agency and the Andes Bank."
    [who] = events(MET + after, "meeting")
    assert who == {"Ana Lopez", "Bo Lindqvist"}


def test_the_name_of_a_dialogue_tells_whose_it_is():
    assert events("The Kenya-Peru Leaders Dialogue will be held in Lima on 3 June 2021.", "conference") == [
        {"Kenya", "Peru"}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The signing of the treaty took place on 3 May 2021 in Lima.",
        "The contract was signed in Lima on 3 May 2021.",
    ],
)
def test_a_dated_act_of_signing_is_an_event_though_nobody_is_named(text):
    assert days(text, "signing") == ["2021-05-03"]
    assert not [e for e in found(text).entities if e.kind is Kind.AGREEMENT]


def test_two_who_met_somewhere_are_told_without_an_object():
    assert events("Minister Ana Lopez and Ambassador Bo Lindqvist met in Lima on Friday.", "meeting") == [
        {"Ana Lopez", "Bo Lindqvist"}
    ]


def test_who_is_received_may_be_called_she():
    text = "Ambassador Carla Ruiz came to Lima. On Tuesday she was received by Minister Ana Lopez."
    assert {"Carla Ruiz", "Ana Lopez"} in events(text, "meeting")


def test_talks_that_came_to_nothing_took_place():
    text = "Talks between the Andes Bank and the Lima Port Agency collapsed on Friday."
    assert events(text, "meeting") == [{"Andes Bank", "Lima Port Agency"}]


def test_a_meeting_looked_forward_to_is_planned():
    text = "I look forward to attending the meeting in Lima on 3 June 2021 involving Kenya, Peru and Chile."
    assert events(text, "meeting") == [{"Kenya", "Peru", "Chile"}]


@pytest.mark.parametrize("name", ["Nordic Harvest Week", "Lima Coffee Awards", "Andes Water Prize Award"])
def test_weeks_and_awards_that_somebody_attends_are_events(name):
    findings = found(f"Minister Ana Lopez attended the {name} on 3 May 2021.")
    assert name in {e.name for e in findings.entities if e.kind is Kind.EVENT}
    assert events(f"Minister Ana Lopez attended the {name} on 3 May 2021.", "conference") == [{"Ana Lopez"}]


def test_a_lecture_announced_twice_is_one():
    text = (
        "Professor Dan Moss will give a lecture at the National University of Peru. "
        "Dean Carla Ruiz will open a lecture at the National University of Peru on 3 June 2021."
    )
    [who] = events(text, "training")
    assert "National University of Peru" in who


def test_a_place_before_a_conference_does_not_take_part():
    text = "Minister Ana Lopez attended the Kenya conference in Lima on 3 May 2021."
    assert events(text, "conference") == [{"Ana Lopez"}]
