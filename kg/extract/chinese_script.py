"""Stage 2, Chinese: other characters and half-width marks read as the usual ones, and given back."""

import re
from dataclasses import replace
from functools import cache

from kg.extract.chinese_words import lexicon
from kg.model import Article, Entity, Fact, Findings, Text

_ENOUGH = 3
"""Fewest traditional characters that make a text a traditional one."""
_WIDE = {",": "，", ":": "：", ";": "；", "!": "！", "?": "？", "(": "（", ")": "）"}
_DOT = re.compile(r"(?<=[一-鿿])[•‧・∙⋅](?=[一-鿿])")
"""Other dots of foreign names."""
_NARROW = re.compile(r"(?<=[^\x00-\x7f])\s?[,:;!?](?!\d{3}\b)|[,:;!?](?=\s?[^\x00-\x7f])|[()]")
"""Half-width marks beside Chinese letters; those of figures and of foreign names stay."""


@cache
def _table() -> dict[int, str]:
    pairs = lexicon()["traditional"].split()
    return {ord(pair[0]): pair[1] for pair in pairs}


def simplified(article: Article) -> Article:
    """Return the article in simplified characters, one for one, so that every place in it stays."""
    text = article.text.translate(_table())
    changed = sum(a != b for a, b in zip(text, article.text, strict=True))
    if changed < _ENOUGH:
        wide = _widened(article.text)
        return replace(article, text=wide) if wide != article.text else article
    return replace(
        article,
        text=_widened(text),
        title=article.title.translate(_table()),
        publisher=article.publisher.translate(_table()),
    )


def _widened(text: str) -> str:
    """Return a text with its half-width marks as full-width ones, one for one."""
    text = _DOT.sub("·", text)
    return _NARROW.sub(lambda match: match.group()[:-1] + _WIDE[match.group()[-1]], text)


def as_written(findings: Findings, article: Article) -> Findings:
    """Return the findings with the article's own characters in names and words."""
    if findings.article.text == article.text:
        return findings
    read = findings.article
    # `我校` is named as the page names its publisher.
    pairs = ((read.text, article.text), (read.publisher, article.publisher))

    def written(words: str) -> str:
        found = ((own, seen.find(words)) for seen, own in pairs)
        return next((own[at : at + len(words)] for own, at in found if at >= 0), words)

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
