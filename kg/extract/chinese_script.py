"""Stage 2, Chinese: traditional characters read as simplified ones, and names given back as written."""

from dataclasses import replace
from functools import cache

from kg.extract.chinese_words import lexicon
from kg.model import Article, Entity, Fact, Findings, Text

_ENOUGH = 3
"""Fewest traditional characters that make a text a traditional one."""


@cache
def _table() -> dict[int, str]:
    pairs = lexicon()["traditional"].split()
    return {ord(pair[0]): pair[1] for pair in pairs}


def simplified(article: Article) -> Article:
    """Return the article in simplified characters, one for one, so that every place in it stays."""
    text = article.text.translate(_table())
    changed = sum(a != b for a, b in zip(text, article.text, strict=True))
    if changed < _ENOUGH:
        return article
    return replace(
        article,
        text=text,
        title=article.title.translate(_table()),
        publisher=article.publisher.translate(_table()),
    )


def as_written(findings: Findings, article: Article) -> Findings:
    """Return the findings with the article's own characters in names and words."""
    if findings.article.text == article.text:
        return findings
    text = findings.article.text

    def written(words: str) -> str:
        at = text.find(words)
        return article.text[at : at + len(words)] if at >= 0 else words

    def entity(one: Entity) -> Entity:
        return replace(one, name=written(one.name), aliases=tuple(sorted(map(written, one.aliases))))

    def fact(one: Fact) -> Fact:
        value = one.value
        return (
            replace(one, value=replace(value, value=written(value.value))) if isinstance(value, Text) else one
        )

    return replace(
        findings,
        article=article,
        entities=tuple(entity(one) for one in findings.entities),
        facts=tuple(fact(one) for one in findings.facts),
    )
