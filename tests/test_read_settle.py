"""Which articles of a build are published, and which are another one over again."""

import random
import string
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ArticleRefused
from kg.read import require_date, settle, with_kept
from kg.read.article import article_of
from kg.read.metadata import Metadata

WORDS = [a + b + c for a in "bdfgk" for b in "aeiou" for c in string.ascii_lowercase]


def prose(seed, words=120):
    chance = random.Random(seed)  # noqa: S311  prose, not secrets
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."


def article(text, article_id="a", day=1, source=None, **said):
    metadata = Metadata(
        id=article_id,
        title=said.pop("title", article_id),
        publisher="P",
        published=date(2025, 1, day),
        language="en",
        **said,
    )
    return article_of(text + "\n", metadata, source or f"{article_id}.txt")


def ids(settled):
    return [each.id for each in settled.kept]


def reasons(settled):
    return {(each.id, reason) for each, reason in settled.dropped}


def test_different_articles_are_all_kept_in_the_order_of_their_ids():
    settled = settle([article(prose(2), "b"), article(prose(1), "a")])

    assert ids(settled) == ["a", "b"]
    assert settled.dropped == ()


def test_of_the_same_text_the_first_to_report_is_kept():
    settled = settle([article(prose(1), "a", day=2), article(prose(1), "b", day=1)])

    assert ids(settled) == ["b"]
    assert reasons(settled) == {("a", "same text as b")}


def test_the_same_file_in_two_places_is_kept_once_by_its_source():
    settled = settle([article(prose(1), source="y.txt"), article(prose(1), source="x.txt")])

    assert [each.source for each in settled.kept] == ["x.txt"]


def test_a_syndicated_copy_under_another_headline_is_left_out():
    copy = "Another headline of the trade\n\n" + prose(1).replace(prose(1).split()[5], "changed", 1)
    settled = settle([article(prose(1), "first", day=1), article(copy, "second", day=2)])

    assert ids(settled) == ["first"]
    assert reasons(settled) == {("second", "syndicated copy of first")}


@pytest.mark.parametrize(
    ("first", "second"), [("signed 31 papers", "signed 13 papers"), ("have signed it", "have not signed it")]
)
def test_copies_that_differ_in_a_number_or_a_negation_are_both_kept(first, second):
    one, other = f"{prose(1)} They {first}.", f"{prose(1)} They {second}."

    assert len(settle([article(one, "a"), article(other, "b")]).kept) == 2


def test_a_part_of_a_longer_text_is_left_out_even_if_it_came_first():
    settled = settle([article(prose(1), "brief", day=1), article(f"{prose(1)}\n\n{prose(2)}", "full", day=2)])

    assert ids(settled) == ["full"]
    assert reasons(settled) == {("brief", "part of full, which says it all")}


def test_a_standing_phrase_makes_no_copies():
    articles = [
        article(f"{prose(n)}\n\nFor the trade we print this phrase under all.", f"a{n}") for n in range(80)
    ]

    assert len(settle(articles).kept) == 80


def test_of_many_outlets_with_one_text_one_is_kept():
    articles = [article(f"{prose(1)} {WORDS[n]}.", f"a{n}", day=1 + n % 28) for n in range(70)]
    settled = settle(articles)

    assert ids(settled) == ["a0"]
    assert {reason for _, reason in settled.dropped} == {"syndicated copy of a0"}


def test_a_later_version_at_the_same_address_supersedes():
    url = "https://example.org/news/1"
    old = article(f"{prose(1)} Signed: 31.", "old", day=1, url=url)
    new = article(f"{prose(1)} Signed: 30.", "new", day=2, url=url + "/?utm_source=x")
    settled = settle([old, new])

    assert ids(settled) == ["new"]
    assert reasons(settled) == {("old", "older version of new, at the same address")}


def test_a_later_revision_of_the_same_day_supersedes():
    old = article(
        f"{prose(1)} Signed: 31 and more.", "old", url="https://e.org/1", revised="2025-01-01T08:00:00"
    )
    new = article(f"{prose(1)} Signed: 30.", "new", url="https://e.org/1", revised="2025-01-01T09:00:00")

    assert ids(settle([old, new])) == ["new"]


@pytest.mark.parametrize("url", ["https://example.org/", "https://example.org/all"])
def test_different_articles_with_one_address_are_kept(url):
    articles = [article(prose(n), f"a{n}", day=n, url=url) for n in (1, 2, 3)]

    assert len(settle(articles).kept) == 3


def test_a_correction_supersedes_what_it_names_through_a_chain():
    first = article(prose(1), "v1", day=3)
    second = article(prose(2), "v2", day=2, supersedes="v1")
    third = article(prose(3), "v3", day=1, supersedes="v2")
    settled = settle([first, second, third])

    assert ids(settled) == ["v3"]
    assert reasons(settled) == {("v1", "superseded by v3"), ("v2", "superseded by v3")}


def test_corrections_in_a_ring_leave_one():
    ring = [article(prose(n), f"v{n}", day=n, supersedes=f"v{n % 3 + 1}") for n in (1, 2, 3)]

    assert len(settle(ring).kept) == 1


def test_a_correction_is_not_lost_to_a_copy_of_what_it_corrects():
    old = article(prose(1), "old", day=1)
    elsewhere = article(f"{prose(1)} Ba.", "elsewhere", day=1)
    new = article(f"{prose(1)} Be.", "new", day=5, supersedes="old")

    assert ids(settle([old, elsewhere, new])) == ["new"]


def test_two_different_articles_with_one_id_get_ids_of_their_own():
    one, other = article(prose(1), "same"), article(prose(2), "same", day=2)
    settled = settle([one, other])

    assert ids(settled) == ["same", f"same-{other.sha256[:8]}"]
    assert settle(settled.kept) == settled


def test_a_kept_article_stays_unless_it_was_read_again():
    vanished = article(prose(1), "vanished")
    edited = article(prose(2), "old-title", source="edited.txt")
    line = article(prose(4), "moved", source="feed.jsonl:1")
    fresh = [
        article(prose(3), "new-title", source="edited.txt"),
        article(prose(5), "other", source="feed.jsonl:1"),
    ]

    assert {each.id for each in with_kept(fresh, [vanished, edited, line])} == {
        "vanished",
        "moved",
        "new-title",
        "other",
    }


def test_an_undated_article_is_refused_by_name():
    with pytest.raises(ArticleRefused, match=r"^a\.txt: has no date"):
        require_date(replace(article(prose(1)), published=None))

    assert require_date(article(prose(1))) == article(prose(1))


@st.composite
def pools(draw):
    texts = [prose(n, 40) for n in range(3)]
    texts += [texts[0] + " Ba.", texts[0] + " " + texts[1], texts[1] + " 31.", "Be."]
    found = []
    for n in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(["a", "b", "c"]))
        url = draw(st.sampled_from(["", "https://e.org/1", "http://e.org/1/", "https://e.org/"]))
        supersedes = draw(st.sampled_from(["", "", "a", "b", "c"]))
        day = draw(st.integers(1, 3))
        text = draw(st.sampled_from(texts))
        found.append(article(text, name, day, source=f"{n % 4}.txt", url=url, supersedes=supersedes))
    return found


@settings(max_examples=150, deadline=None)
@given(pools(), st.randoms(use_true_random=False))
def test_the_order_of_the_articles_means_nothing(pool, chance):
    shuffled = list(pool)
    chance.shuffle(shuffled)
    settled = settle(pool)

    assert settle(shuffled) == settled
    assert len(settled.kept) + len(settled.dropped) == len(pool)
    assert settled.kept
    assert len(set(ids(settled))) == len(settled.kept)
    assert len({each.sha256 for each in settled.kept}) == len(settled.kept)
