"""English dates become calendar intervals, as exact as the words make them."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.dates import ahead, dates_in
from kg.model import Basis

MONDAY = date(2017, 12, 18)


def read(text, published=MONDAY):
    return [
        (
            m.when.start.isoformat(),
            m.when.end.isoformat(),
            m.when.precision.removeprefix("to-the-"),
            str(m.when.basis),
        )
        for m in dates_in(text, published)
    ]


@pytest.mark.parametrize(
    ("text", "start", "end", "precision", "basis"),
    [
        ("signed on 4 August 2022", "2022-08-04", "2022-08-04", "day", "stated"),
        ("signed on August 4, 2022", "2022-08-04", "2022-08-04", "day", "stated"),
        ("on the 4th of August 2022", "2022-08-04", "2022-08-04", "day", "stated"),
        ("dated 2022-08-04", "2022-08-04", "2022-08-04", "day", "stated"),
        ("from Dec 12 to 13", "2017-12-12", "2017-12-13", "day", "resolved"),
        ("from Dec. 30 to Jan. 2", "2017-12-30", "2018-01-02", "day", "resolved"),
        ("on 12-15 March 2019", "2019-03-12", "2019-03-15", "day", "stated"),
        ("from 28 August to 2 September 2023", "2023-08-28", "2023-09-02", "day", "stated"),
        ("in October 2021", "2021-10-01", "2021-10-31", "month", "stated"),
        ("In November, the forum", "2017-11-01", "2017-11-30", "month", "resolved"),
        ("in February 2020", "2020-02-01", "2020-02-29", "month", "stated"),
        ("in 2015 they", "2015-01-01", "2015-12-31", "year", "stated"),
        ("last month", "2017-11-01", "2017-11-30", "month", "resolved"),
        ("next month", "2018-01-01", "2018-01-31", "month", "resolved"),
        ("last year", "2016-01-01", "2016-12-31", "year", "resolved"),
        ("today", "2017-12-18", "2017-12-18", "day", "resolved"),
        ("yesterday", "2017-12-17", "2017-12-17", "day", "resolved"),
        ("on Monday", "2017-12-18", "2017-12-18", "day", "resolved"),
        ("on Friday", "2017-12-15", "2017-12-15", "day", "resolved"),
        ("next Friday", "2017-12-22", "2017-12-22", "day", "resolved"),
        ("on 3 January", "2018-01-03", "2018-01-03", "day", "resolved"),
        ("on 30 May", "2017-05-30", "2017-05-30", "day", "resolved"),
    ],
)
def test_a_phrase_is_read_as_this_interval(text, start, end, precision, basis):
    assert read(text) == [(start, end, precision, basis)]


@pytest.mark.parametrize(
    "text",
    ["May said no", "the 31 partnerships", "30 February 2020", "page 2015", "in 2015-16", "the May Fair"],
)
def test_what_only_looks_like_a_date_is_none(text):
    assert read(text) == []


def test_a_relative_date_needs_the_day_of_publication():
    assert read("yesterday, on Monday, in May, on 3 June", published=None) == []
    assert read("on 3 June 2020", published=None) == [("2020-06-03", "2020-06-03", "day", "stated")]


def test_a_weekday_of_what_is_announced_lies_ahead():
    (friday,) = dates_in("on Friday", MONDAY)

    assert ahead(friday.when, MONDAY).start == date(2017, 12, 22)


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.dates(date(2000, 1, 1), date(2049, 12, 31)))
def test_a_full_date_is_read_whatever_the_day_of_publication(day, published):
    (mention,) = dates_in(f"signed on {day.day} {day:%B %Y} there", published)

    assert (mention.when.start, mention.when.end, mention.when.basis) == (day, day, Basis.STATED)


@given(st.text(max_size=80), st.dates(date(2000, 1, 1), date(2049, 12, 31)))
def test_dates_lie_within_the_text_and_do_not_overlap(text, published):
    found = dates_in(text, published)

    assert all(0 <= m.start < m.end <= len(text) and m.when.start <= m.when.end for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
