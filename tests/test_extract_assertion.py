"""English agreements: what is asked, supposed, rumoured, joked or to come is never called signed."""

from dataclasses import replace

import pytest
from builders import lines_article

from kg.extract import extract, genre
from kg.model import Concept, Kind, Ref, Relation

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")

ELM, OAK = "Elm University", "Oak University"
SIGNED = f"{ELM} signed an agreement with {OAK} on Monday."


def deals(text, **about):
    """Return (status, parties) of each agreement, in the order of their words."""
    found = extract(lines_article(text, **about))
    names = {e.key: e.name for e in found.entities}
    out = []
    for key in (e.key for e in found.entities if e.kind is Kind.AGREEMENT):
        mine = [f for f in found.facts if f.subject == key]
        (status,) = (
            f.value.name for f in mine if isinstance(f.value, Concept) and f.relation is Relation.STATUS
        )
        bound = (f.value for f in mine if f.relation in (Relation.PARTY, Relation.SIDE))
        out.append((status, sorted(names[v.key] for v in bound if isinstance(v, Ref))))
    return out


@pytest.mark.parametrize(
    "text",
    [
        f"Has {ELM} signed an agreement with {OAK}?",
        f"Suppose that {ELM} signed an agreement with {OAK} tomorrow.",
        f"Imagine a town by a lake. {ELM} signed an agreement with {OAK} there.",
        f"Rumours that {ELM} had signed a pact with {OAK} were everywhere.",
        f"According to rumours, {ELM} signed a pact with {OAK}.",
        f"{ELM} allegedly signed a pact with {OAK}.",
        f"The union claims that {ELM} signed a pact with {OAK}.",
        f'{ELM} told its staff that it had "concluded" a pact with {OAK}.',
        f"{ELM} signed a so-called agreement with {OAK}.",
        f"Did {ELM} sign an agreement with {OAK} in Lima on 3 May 2021?",
        f"Suppose that {ELM} signed an agreement with {OAK} on 3 May 2021.",
        f"Imagine a town by a lake. {ELM} signed an agreement with {OAK} there on 3 May 2021.",
        f"Rumours that {ELM} had signed a pact with {OAK} on 3 May 2021 were everywhere.",
        f"According to rumours, {ELM} signed a pact with {OAK} on 3 May 2021.",
        f"{ELM} allegedly signed a pact with {OAK} on 3 May 2021.",
        f"The union claims that {ELM} signed a pact with {OAK} on 3 May 2021.",
        "Did Minister Ana Lopez meet Ambassador Bo Lindqvist in Lima on 3 May 2021?",
        "The union claims that Minister Ana Lopez met Ambassador Bo Lindqvist on 3 May 2021.",
        "Minister Ana Lopez reportedly met Ambassador Bo Lindqvist in Lima on 3 May 2021.",
        "Rumours that Minister Ana Lopez visited Peru on 3 May 2021 were everywhere.",
    ],
)
def test_what_is_asked_supposed_or_heard_said_is_no_agreement_and_no_event(text):
    assert deals(text) == []
    assert not [e.name for e in extract(lines_article(text)).entities if e.kind is Kind.EVENT]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"The rector denied reports that {ELM} had signed a pact with {OAK}.", "denied"),
        (f"It is not true that {ELM} signed an agreement with {OAK}.", "denied"),
        (f"{ELM} has yet to sign the agreement with {OAK}.", "planned"),
        (f"The agreement between {ELM} and {OAK} has yet to be signed.", "planned"),
        (f"A deal between {ELM} and {OAK} is close.", "planned"),
        (f"A deal between {ELM} and {OAK} is expected by June.", "planned"),
        (f"{ELM} considered signing an agreement with {OAK}.", "planned"),
        (f"{ELM} is about to sign an agreement with {OAK}.", "planned"),
        (f"{ELM} and {OAK} announced plans to sign an agreement.", "planned"),
        (f"{ELM} approved the signing of an agreement with {OAK}.", "planned"),
        (f"{ELM} is in talks with {OAK} for a partnership.", "planned"),
        (f"A merger between {ELM} and {OAK} has collapsed.", "cancelled"),
        (f"Merger talks between {ELM} and {OAK} were called off.", "cancelled"),
        (f"{ELM} has pulled out of merger talks with {OAK}.", "cancelled"),
        (f"{ELM} has withdrawn from its partnership with {OAK}.", "cancelled"),
        (f"Plans to merge {ELM} and {OAK} have been dropped.", "cancelled"),
        (f"{ELM} and {OAK} were unable to agree on a merger.", "denied"),
    ],
)
def test_what_is_denied_or_still_to_come_says_so(text, status):
    assert deals(text) == [(status, [ELM, OAK])]


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({"publisher": "The Lima Lampoon"}, "satire"),
        ({"publisher": "The Onion"}, "satire"),
        ({"publisher": "The Babylon Bee"}, "satire"),
        ({"publisher": "The Onion River Review"}, ""),
        ({"title": "Satire: two schools shake hands"}, "satire"),
        ({"title": "Opinion | Two schools too many"}, "opinion"),
        ({"url": "https://news.example/opinion/two-schools"}, "opinion"),
        ({"title": "Opinion polls: two schools lead", "publisher": "Lima Onion Growers' News"}, ""),
        ({"title": "Two schools sign", "url": "https://news.example/education/two-schools"}, ""),
    ],
)
def test_satire_and_opinion_are_known_by_their_labels_and_tell_no_agreement(about, kind):
    assert genre.of(lines_article(SIGNED, **about)) == kind
    assert deals(SIGNED, **about) == ([] if kind else [("signed", [ELM, OAK])])


def test_a_first_line_that_is_only_a_label_tells_what_kind_of_article_follows():
    assert genre.of(lines_article(f"OPINION\n{SIGNED}")) == "opinion"
    assert genre.of(replace(lines_article(f"Lima\n{SIGNED}"), language="en")) == ""


@pytest.mark.parametrize(
    "text",
    [
        f"A ceremony to mark the signing of a memorandum between {ELM} and {OAK} was held on Monday.",
        f"The signing of a water pact by {ELM} and {OAK} took place on Monday.",
        f"{ELM} has joined hands with {OAK}.",
        f"{ELM} joined forces with {OAK} to train nurses.",
        f"John Smith, rector of {ELM}, visited {OAK} on Monday and signed a memorandum.",
        f"A delegation from {ELM} visited {OAK} on Monday. During the visit, an agreement was signed.",
        f"Rector John Smith ({ELM}) and President Mary Baker ({OAK}) signed the memorandum.",
    ],
)
def test_the_parties_are_found_where_the_verb_does_not_name_them_both(text):
    ((status, parties),) = deals(text)

    assert status in ("signed", "in-force")
    assert parties == [ELM, OAK]


def test_cities_are_sisters_by_a_noun_and_by_mayors_who_sign():
    assert deals("Lima and Oslo have been sister cities since 1994.") == [("in-force", ["Lima", "Oslo"])]
    text = "Mayor John Smith of Lima and Mayor Mary Baker of Oslo signed a sister-city agreement."
    assert deals(text) == [("signed", ["Lima", "Oslo"])]


def test_one_named_party_is_enough_for_what_is_to_come_but_not_for_what_was_signed():
    assert deals(f"{ELM} will sign an agreement on Monday with a partner in the north.") == [
        ("planned", [ELM])
    ]
    assert deals(f"{ELM} signed an agreement on Monday with a partner in the north.") == []


def test_nobody_signs_by_an_adjective_or_where_a_paper_only_writes_so():
    assert deals("A mayor signed an agreement with the Polish guests on Monday.") == []
    assert deals(f"A newspaper wrote that a bank had signed an agreement with {OAK}.") == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"{ELM} and {OAK} agreed to open a joint telescope.", "preliminary"),
        (f"{ELM} ordered six boats from {OAK}.", "signed"),
        (f"{ELM} will buy {OAK} next year.", "planned"),
        (f"{ELM} announced the signing, in Rome on Monday, of a treaty with {OAK}.", "signed"),
        (f"The agreement that brings {ELM} and {OAK} together was signed on Monday.", "signed"),
        (f"{ELM} is pleased to announce the signing of an agreement with {OAK}.", "signed"),
        (f"{ELM} and {OAK} signed a declaration on Monday.", "signed"),
        (f"The treaty between {ELM} and {OAK} had lapsed and was renewed on Monday.", "signed"),
    ],
)
def test_two_parties_are_bound_by_other_words_than_signed_an_agreement(text, status):
    assert deals(text) == [(status, [ELM, OAK])]


@pytest.mark.parametrize(
    "text",
    [
        f"{ELM} and {OAK} agreed to deepen their friendship.",
        f"{ELM} would be pleased to announce the signing of an agreement with {OAK}.",
        f"{ELM} could buy {OAK} next year.",
        f"{ELM} published a declaration on {OAK}.",
    ],
)
def test_good_will_and_what_might_be_are_no_agreements(text):
    assert deals(text) == []


def test_parts_of_a_set_are_told_by_their_numbers():
    text = f"Two papers were signed on Monday. The first is between {ELM} and {OAK}; "
    text += "the second binds Ash University and Fir University to share a house."

    assert ("signed", [ELM, OAK]) in deals(text)
    assert ("signed", ["Ash University", "Fir University"]) in deals(text)


def test_a_part_of_a_set_of_another_sentence_is_quoted_from_its_own():
    text = f"In the hall of the old town three papers were signed on Monday. One is between {ELM} and {OAK}."

    found = extract(lines_article(text))

    (fact,) = (f for f in found.facts if f.relation is Relation.IN_SET)
    assert text[fact.evidence[0].start : fact.evidence[0].end] in f"One is between {ELM} and {OAK}."


def test_whoever_signs_is_no_party_where_it_is_said_between_whom_it_is():
    text = f"Norway and Peru signed a memorandum between {ELM} and {OAK}."

    assert deals(text) == [("signed", [ELM, OAK])]


def test_a_colleague_with_whom_one_signs_is_a_person():
    text = "Norwegian Foreign Minister John Smith signed a treaty with his Peruvian counterpart Jon Gylfason."

    assert deals(text) == [("signed", ["Norway", "Peru"])]


def test_what_was_originally_signed_is_an_earlier_agreement():
    later = f"{ELM} signed an agreement with {OAK} in 2020."
    text = f"{later} {ELM} originally signed an agreement with {OAK} in 1994."

    assert len(deals(text)) == 2


def test_a_memorandum_of_agreement_is_one_agreement():
    assert deals(f"{ELM} and {OAK} signed a Memorandum of Agreement on water.") == [("signed", [ELM, OAK])]


def test_an_agreement_signed_at_the_meeting_of_another_sentence_quotes_its_own_sentence():
    text = f"{ELM} and {OAK} held a press conference in Lima on Monday.\n{ELM} and {OAK} run a school. "
    text += f"{ELM} and {OAK} signed a treaty at the press conference."

    assert deals(text) == [("signed", [ELM, OAK])]


@pytest.mark.parametrize("word", ["so-called", "alleged", "fake"])
def test_what_signs_an_agreement_that_is_said_to_be_none_is_no_event(word):
    told = extract(lines_article(f"An {word} agreement was signed in Boston on Monday by {ELM} and {OAK}."))

    assert not [e for e in told.entities if e.kind in (Kind.EVENT, Kind.AGREEMENT)]
