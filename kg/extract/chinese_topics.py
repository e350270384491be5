"""Stage 2, Chinese: what an article and its agreements are about."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from kg.extract.chinese_notebook import Notebook
from kg.extract.chinese_words import Sentence, lexicon
from kg.extract.tables import table
from kg.model import ARTICLE_KEY, Concept, Evidence, Kind, Relation

_OFTEN = 2


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each topic with the words that tell it: its label and the words of the table."""
    more = lexicon()["topic_words"]
    return tuple(
        (name, re.compile("|".join([re.escape(row["zh"]), *more.get(name, ())])))
        for name, row in sorted(table("topics").items())
    )


def topics_in(text: str, start: int, end: int) -> Iterator[tuple[str, Evidence]]:
    """Yield the topics that the words of a stretch tell, with those words."""
    hits = [
        (name, Evidence(match.start(), match.end()))
        for name, pattern in _patterns()
        for match in pattern.finditer(text, start, end)
    ]
    for name, hit in hits:
        # 胰腺癌 is not also said to be 癌: the longer words have it.
        if not any(o.start <= hit.start and hit.end <= o.end and o != hit for _, o in hits):
            yield name, hit


def read_topics(sentences: Sequence[Sentence], book: Notebook) -> None:
    """State the topics of the article and of its agreements."""
    text = book.article.text
    found = [hit for s in sentences for hit in topics_in(text, s.start, s.end)]
    for name in sorted({name for name, _ in found}):
        spans = [span for topic, span in found if topic == name]
        sure = 0.85 if len(spans) >= _OFTEN else 0.7
        for span in spans:
            book.state(ARTICLE_KEY, Relation.TOPIC, Concept(name), span, rule="zh-topic", confidence=sure)
    for key in [e.key for e in book.of_kind(Kind.AGREEMENT)]:
        about = [f for f in book.facts.values() if f.subject == key and f.relation is Relation.SUBJECT_MATTER]
        for evidence in [e for fact in about for e in fact.evidence]:
            for name, hit in topics_in(text, evidence.start, evidence.end):
                book.state(key, Relation.TOPIC, Concept(name), hit, rule="zh-topic", confidence=0.85)
