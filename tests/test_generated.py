"""The seeded articles of `bench/`: the same for ever, true to their words, and nothing is kept out."""

from dataclasses import replace

import pytest
from generated import article, extract, write_sources

from kg.errors import ExtractError
from kg.model import ARTICLE_KEY, Ref
from kg.read import outcomes, read, settle, sources
from tests.conftest import AS_OF, TREE, kg

LIMIT = 10_000_000
SEED = 11


def test_an_article_is_the_same_whatever_was_made_before_it():
    alone = article(17, SEED)
    several = [article(number, SEED) for number in (16, 17, 18)]

    assert alone == several[1]
    assert alone != article(17, SEED + 1)


def test_what_is_read_from_the_files_is_what_was_generated(tmp_path):
    write_sources(tmp_path, 12, SEED)

    found = [extract(each) for source in sources([str(tmp_path)]) for each in read(source, limit=LIMIT)]

    made = [article(number, SEED) for number in range(12)]
    assert [replace(each, article=replace(each.article, source="")) for each in found] == [
        replace(each, article=replace(each.article, source="")) for each in made
    ]


def test_names_are_the_words_of_the_text_and_facts_speak_of_what_is_there():
    for number in range(100):
        found = article(number, SEED)
        keys = {entity.key for entity in found.entities} | {ARTICLE_KEY}
        for entity in found.entities:
            assert entity.evidence, entity
            words = {found.article.text[span.start : span.end] for span in entity.evidence}
            assert not entity.named or entity.name in words, entity
        for fact in found.facts:
            assert fact.evidence, fact
            assert fact.subject in keys, fact
            assert not isinstance(fact.value, Ref) or fact.value.key in keys, fact


def test_a_later_version_is_the_same_article_with_other_words():
    first, second = article(3, SEED), article(3, SEED, version=1)

    assert (first.article.id, first.article.url) == (second.article.id, second.article.url)
    assert first.article.text != second.article.text
    assert [fact.value for fact in first.facts] != [fact.value for fact in second.facts]
    assert extract(second.article) == second


def test_an_article_with_another_text_is_refused():
    given = article(3, SEED).article
    with pytest.raises(ExtractError, match="not the one that was generated"):
        extract(replace(given, text=given.text + " More."))
    with pytest.raises(ExtractError, match="not a generated article"):
        extract(replace(given, url="https://news.example/other"))


def test_articles_share_bodies_languages_and_occasions_and_few_are_copies():
    found = [article(number, SEED) for number in range(400)]
    chinese = sum(each.article.language == "zh" for each in found)
    named = [e.name for each in found for e in each.entities if e.kind == "Institution"]
    facts = sum(len(each.facts) for each in found) / len(found)

    assert 50 < chinese < 120
    assert max(map(named.count, set(named))) > 10, "there are no hubs"
    assert len(set(named)) > 300, "there are too few bodies"
    assert 75 < facts < 95
    assert len(settle(each.article for each in found).dropped) <= 2


@pytest.mark.parametrize("workers", [1, 2])
def test_a_build_of_generated_articles_keeps_nothing_out_and_breaks_no_rule(tmp_path, monkeypatch, workers):
    monkeypatch.setenv("PYTHONPATH", f"{TREE}:{TREE / 'bench'}")
    write_sources(tmp_path / "articles", 20, SEED)

    build = kg(
        "build", tmp_path / "articles", "--into", tmp_path / "out", "--as-of", AS_OF,
        "--extractor", "generated", "--workers", workers, "--strict",
    )  # fmt: skip

    assert "20 articles" in build.stdout + build.stderr
    assert "violation" not in build.stdout + build.stderr


def test_a_file_of_a_later_version_takes_the_place_of_the_earlier_one(tmp_path):
    write_sources(tmp_path, 3, SEED)
    write_sources(tmp_path, 1, SEED, first=1, version=2)

    texts = [each.text for source in sources([str(tmp_path)]) for each in outcomes(source, limit=LIMIT)]

    assert [("Correction 2" in text or "更正2" in text) for text in texts] == [False, True, False]
