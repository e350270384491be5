"""Choosing a format never answers what was not offered, nor what is not wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.publish.negotiate import (
    CSV,
    GRAPHS,
    HTML,
    JSON,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    SOLUTIONS,
    TSV,
    TURTLE,
    XML,
    best,
    named,
)  # fmt: skip

ALL = (*SOLUTIONS, *GRAPHS, HTML)
TYPES = sorted({media for known in ALL for media in known.media_types})


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        (None, SOLUTIONS, JSON),
        ("", SOLUTIONS, JSON),
        ("*/*", GRAPHS, TURTLE),
        ("text/csv", SOLUTIONS, CSV),
        ("TEXT/CSV", SOLUTIONS, CSV),
        ("text/*", SOLUTIONS, CSV),
        ("application/*", SOLUTIONS, JSON),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.9", SOLUTIONS, TSV),
        ("text/csv;q=0.5,*/*;q=0.1", SOLUTIONS, CSV),
        ("*/*;q=0.8, application/sparql-results+json;q=0", SOLUTIONS, XML),
        ("text/*;q=0, */*", GRAPHS, N_TRIPLES),
        ("text/turtle;q=0, text/*;q=1, */*;q=0.2", (TURTLE, JSON_LD), JSON_LD),
        ("application/json", SOLUTIONS, JSON),
        ("application/json", GRAPHS, JSON_LD),
        ("application/xml", SOLUTIONS, XML),
        ("application/xml", GRAPHS, RDF_XML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", (*SOLUTIONS, HTML), HTML),
        ("text/turtle; charset=utf-8; q=0.9, application/ld+json", GRAPHS, JSON_LD),
        ("image/png", SOLUTIONS, None),
        ("text/csv;q=0", SOLUTIONS, None),
        ("text/csv;q=x", SOLUTIONS, None),
        ("text/csv;q=nan", SOLUTIONS, None),
        ("text/csv;q=2", SOLUTIONS, None),
        (",;,/,", SOLUTIONS, None),
    ],
)
def test_the_client_gets_what_it_likes_most(accept, offered, chosen):
    choice = best(accept, offered)

    assert (choice.format if choice else None) is chosen


def test_an_alias_is_answered_under_the_name_that_was_asked_for():
    assert best("application/json", SOLUTIONS).content_type == "application/json"


def test_a_text_format_says_that_it_is_utf_8():
    for known in ALL:
        content_type = best(known.media_types[0], (known,)).content_type
        textual = content_type.startswith("text/") or content_type.partition(";")[0].endswith("xml")

        assert ("charset=utf-8" in content_type) == textual


@pytest.mark.parametrize("known", ALL, ids=lambda f: f.name)
def test_a_format_is_found_by_name_extension_and_media_type(known):
    for name in (known.name, known.extension, *known.media_types[:1]):
        assert named(name, (known,)).format is known
    assert named("docx", ALL) is None


@given(
    accept=st.one_of(
        st.text(max_size=60),
        st.lists(
            st.builds(
                "{}{}".format,
                st.sampled_from([*TYPES, "*/*", "text/*", "application/*", "image/png"]),
                st.sampled_from(["", ";q=0", ";q=0.3", ";q=1", ";q=", ";q=-1", ";level=1"]),
            ),
            max_size=5,
        ).map(",".join),
    ),
    offered=st.lists(st.sampled_from(ALL), max_size=4, unique=True),
)
def test_nothing_is_answered_that_was_not_offered_or_was_refused(accept, offered):
    choice = best(accept, offered)

    if choice is not None:
        assert choice.format in offered
        assert choice.media_type in choice.format.media_types
        parts = accept.replace(" ", "").split(",")
        named = [part for part in parts if part.partition(";")[0] == choice.media_type]
        assert not named or any(part != f"{choice.media_type};q=0" for part in named)


@given(st.permutations(["text/csv;q=0.4", "application/sparql-results+xml;q=0.7", "*/*;q=0.1"]))
def test_the_order_of_the_header_does_not_matter(parts):
    assert best(", ".join(parts), SOLUTIONS).format is XML


@pytest.mark.parametrize(
    ("name", "offered", "chosen"),
    [("rdf+xml", GRAPHS, "rdfxml"), ("xml", GRAPHS, "rdfxml"), ("json-ld", GRAPHS, "jsonld"),
     ("n3", GRAPHS, "turtle"), ("xml", SOLUTIONS, "xml"), ("json", SOLUTIONS, "json")],
)  # fmt: skip
def test_the_names_that_clients_use_are_known(name, offered, chosen):
    assert named(name, offered).format.name == chosen
