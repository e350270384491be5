"""What English sentences say, and what they do not: each sentence is our own."""

from datetime import date

import pytest
from builders import lines_article

from kg.extract import extract
from kg.extract.tables import table
from kg.model import Article, Basis, Concept, Kind, Ref, Relation, Text, Zone, ZoneKind

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")


def find(text):
    return extract(lines_article(text, published=date(2021, 5, 10)))


def said(text):
    """Return the facts as (kind of subject, relation, value in words)."""
    found = find(text)
    entities = {e.key: e for e in found.entities}

    def plain(value):
        if isinstance(value, Ref):
            return entities[value.key].name
        return (
            value.name
            if isinstance(value, Concept)
            else value.value
            if isinstance(value, Text)
            else str(value)
        )

    return {
        (
            entities[f.subject].kind.value if f.subject in entities else "Article",
            f.relation.value,
            plain(f.value),
        )
        for f in found.facts
    }


def statuses(text, kind="Agreement"):
    return {value for subject, relation, value in said(text) if subject == kind and relation == "status"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Elm University signed a memorandum of understanding with Oak University.", {"signed"}),
        ("Elm University has signed an agreement with Oak University.", {"signed"}),
        ("An agreement between Elm University and Oak University was signed in Lima.", {"signed"}),
        ("Elm University will sign an agreement with Oak University.", {"planned"}),
        ("Elm University plans to sign an agreement with Oak University.", {"planned"}),
        ("Elm University is to sign an agreement with Oak University.", {"planned"}),
        ("Elm University is expected to sign an agreement with Oak University.", {"planned"}),
        ("Elm University reached a preliminary agreement with Oak University.", {"preliminary"}),
        ("Elm University did not sign an agreement with Oak University.", {"denied"}),
        ("Elm University refused to sign an agreement with Oak University.", {"denied"}),
        ("Elm University denied signing an agreement with Oak University.", {"denied"}),
        ("Elm University cancelled its agreement with Oak University.", {"cancelled"}),
        ("Elm University hopes to sign an agreement with Oak University.", set()),
        ("Elm University could sign an agreement with Oak University.", set()),
        ("If Elm University signs an agreement with Oak University, students will benefit.", set()),
        ("Elm University should sign an agreement with Oak University.", set()),
        ("Elm University sought partnerships.", set()),
    ],
)
def test_an_agreement_is_only_as_far_as_the_words_say(text, status):
    assert statuses(text) == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Maria Lopez visited Oak University in Lima.", {"happened"}),
        ("Maria Lopez will visit Oak University in Lima.", {"planned"}),
        ("Maria Lopez is scheduled to visit Oak University in Lima.", {"planned"}),
        ("Maria Lopez did not visit Oak University in Lima.", {"denied"}),
        ("Maria Lopez cancelled a visit to Oak University in Lima.", {"cancelled"}),
        ("Maria Lopez would like to visit Oak University in Lima.", set()),
        ("Maria Lopez was invited to visit Oak University in Lima.", set()),
    ],
)
def test_an_event_is_only_as_real_as_the_words_say(text, status):
    assert statuses(text, "Event") == status


def test_every_rule_that_speaks_has_its_confidence_in_the_table():
    found = find(
        "Ana Lopez, dean of Elm University, visited Oak Hospital in Lima, the capital of Peru, "
        "on 3 May 2021.\n"
        "A delegation from Chile, led by Li Wei, met Ana Lopez.\n"
        "Elm University signed 3 agreements with Oak Hospital."
    )
    listed = table("confidence")
    rules = {f.rule for f in found.facts}

    assert {"visit-verb", "delegation-head", "role-apposition", "count"} <= rules
    assert {rule for rule in rules if rule not in listed and not rule.endswith("-date")} == set()


def test_a_title_case_headline_names_nobody_who_is_not_in_the_article():
    headline = "Elm University Signs Big Deal With Oak Hospital"
    text = f"{headline}\nElm University signed an agreement with Oak Hospital."
    end = len(headline)
    zones = (Zone(ZoneKind.HEADLINE, 0, end), Zone(ZoneKind.BODY, end + 1, len(text)))
    found = extract(Article("a", text, "0" * 64, "en", zones, "", "", date(2021, 5, 10), "", "a.txt"))

    assert {e.name for e in found.entities if e.kind is Kind.INSTITUTION} == {
        "Elm University",
        "Oak Hospital",
    }
    assert len([e for e in found.entities if e.kind is Kind.AGREEMENT]) == 1


def test_both_parties_are_found_and_a_date_makes_a_signing():
    facts = said("Elm University signed an agreement on nursing with Oak Hospital on 3 May 2021.")

    assert {v for k, r, v in facts if k == "Agreement" and r == "party"} == {"Elm University", "Oak Hospital"}
    assert ("Agreement", "subjectMatter", "nursing") in facts
    assert {
        ("Event", "kind", "signing"),
        ("Event", "startDate", "2021-05-03"),
    } <= facts


def test_who_signs_binds_the_institution_but_that_is_inferred():
    found = find("Ana Lopez, president of Elm University, signed an agreement with Oak Hospital.")
    elm = next(e.key for e in found.entities if e.name == "Elm University")
    (fact,) = [f for f in found.facts if f.relation is Relation.PARTY and f.value == Ref(elm)]

    assert fact.basis is Basis.INFERRED


def test_a_date_after_after_does_not_date_the_agreement():
    facts = said("Elm University signed an agreement with Oak Hospital after 3 May 2021.")

    assert not [f for f in facts if f[1] == "startDate"]


@pytest.mark.parametrize(
    ("text", "person", "title", "body"),
    [
        (
            "Ana Lopez, executive director of Elm Hospital, spoke.",
            "Ana Lopez",
            "executive director",
            "Elm Hospital",
        ),
        (
            "Ana Lopez (left), dean of Elm School of Medicine, spoke.",
            "Ana Lopez",
            "dean",
            "Elm School of Medicine",
        ),
        (
            "Elm University Vice-Chancellor Dr Ana Lopez spoke.",
            "Ana Lopez",
            "Vice-Chancellor",
            "Elm University",
        ),
        ("Elm University President Ana Lopez spoke.", "Ana Lopez", "President", "Elm University"),
    ],
)
def test_a_role_has_its_holder_title_and_institution(text, person, title, body):
    facts = said(text)

    assert {("Role", "holder", person), ("Role", "title", title), ("Role", "roleIn", body)} <= facts


def test_a_role_in_no_named_institution_has_none():
    facts = said("Ana Lopez, a former minister, met Li Wei in Lima on 3 May 2021.")

    assert not [f for f in facts if f[1] == "roleIn"]


def test_a_delegation_is_one_thread_through_the_article():
    found = find(
        "A delegation from Peru, led by Ana Lopez, visited Elm Hospital in Boston.\n"
        "The Peruvian delegation then met Li Wei.\nThe delegation will travel to Chicago."
    )
    delegations = [e for e in found.entities if e.kind is Kind.DELEGATION]
    facts = {(f.relation, f.value) for f in found.facts if f.subject == delegations[0].key}
    names = {e.name: e.key for e in found.entities}

    assert len(delegations) == 1
    assert {(Relation.ORIGIN, Ref(names["Peru"])), (Relation.HEAD, Ref(names["Ana Lopez"]))} <= facts
    assert len([f for f in found.facts if f.value == Ref(delegations[0].key)]) == 3


def test_a_part_of_a_set_is_a_set_of_its_own_with_its_own_status():
    text = (
        "Peru reached 40 preliminary agreements with Chile.\n"
        "Among the 40 agreements, 12 were signed at a conference held in Lima on 3 May 2021."
    )
    found = find(text)
    sets = {e.key for e in found.entities if e.kind is Kind.AGREEMENT_SET}
    status = {
        f.subject: f.value.name for f in found.facts if f.relation is Relation.STATUS and f.subject in sets
    }
    (subset,) = [f for f in found.facts if f.relation is Relation.SUBSET_OF]

    assert (status[subset.subject], status[subset.value.key]) == ("signed", "preliminary")


def test_a_capital_and_a_place_in_a_place_are_read():
    facts = said("Ana Lopez visited Lima, the capital of Peru. Li Wei met Bo Yang in Boston, Massachusetts.")

    assert {("Place", "capitalOf", "Peru"), ("Place", "within", "Massachusetts")} <= facts
