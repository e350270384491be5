"""Texts whose lines were broken read like texts whose lines were not."""

import textwrap
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.wrapping import paragraphs

TEXT = (
    "A delegation from the Ministry of Health of Norland, led by Deputy Director Ana Reis of the Hill "
    "Institute of Public Health, visited the Lakeside School of Nursing on Monday. They met with the Rector "
    "and signed a memorandum of understanding on the training of nurses, the ministry said in a statement."
)


def joined(text):
    return [text[start:end].replace("\n", " ") for start, end in paragraphs(text)]


@pytest.mark.parametrize("width", [60, 72, 80, 96])
def test_a_paragraph_set_in_narrow_lines_is_one_line(width):
    assert joined(textwrap.fill(TEXT, width)) == [TEXT]


@given(
    st.lists(st.sampled_from([TEXT, "- one point", "A Title", "Mr Abe said:", "and so on", ""]), max_size=6)
)
def test_the_lines_come_in_order_and_lose_no_word(parts):
    text = "\n".join(parts)
    spans = list(paragraphs(text))
    assert all(start <= end for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    assert " ".join(text[start:end] for start, end in spans).split() == text.split()


@pytest.mark.parametrize(
    "text",
    [
        "Hospital Signs Pact\nThe Elm Hospital signed a pact.",
        "The delegation visited two cities and one village\n- Lima\n- Oslo",
        "Speakers at the conference in the city of Lima were:\nAna Reis\nJan Novak",
        "First paragraph about the visit of the minister.\n\nsecond paragraph of the text",
        "Contact\nthe press office",
    ],
)
def test_what_stands_on_lines_of_its_own_stays_apart(text):
    assert joined(text) == [line for line in text.split("\n") if line]


@pytest.mark.parametrize(
    "text",
    [
        "The minister met the president of the\nElm Hospital.",
        "The delegation was received by the mayor\nof Lima.",
    ],
)
def test_a_line_that_cannot_end_there_goes_on(text):
    assert joined(text) == [text.replace("\n", " ")]
