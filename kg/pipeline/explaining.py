"""What an extractor found in one article and why, in plain words for a person who doubts it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from kg.errors import KgError
from kg.extract.sentences import sentence_around
from kg.model import ARTICLE_KEY, Article, Concept, Entity, Evidence, Fact, Findings, Ref, Text, Value
from kg.pipeline.extraction import findings_of
from kg.read import outcomes, sources
from kg.settings import Settings, options_of

_WIDE = 12
"""Spaces before a sentence, so that the facts stand out."""


def explained(
    names: Sequence[str], *, settings: Settings, stdin: BinaryIO | None = None
) -> Iterator[str | KgError]:
    """Yield for each article its explanation, or the error that keeps it out."""
    name = settings.extractor
    for source in sources(names, stdin=stdin):
        for outcome in outcomes(source, limit=settings.article_bytes):
            if isinstance(outcome, KgError):
                yield outcome
                continue
            options, least = options_of(settings, name), settings.least_confidence
            for found in findings_of([outcome], extractor=name, workers=1, least=least, options=options):
                yield found if isinstance(found, KgError) else explanation(found)


def explanation(findings: Findings) -> str:
    """Return every fact with its words, rule and confidence, then what was not asserted and why."""
    article = findings.article
    entities = {entity.key: entity for entity in findings.entities}
    about: dict[str, list[Fact]] = {}
    for fact in sorted(findings.facts, key=lambda f: _order(f, entities)):
        about.setdefault(fact.subject, []).append(fact)
    lines = [*_heading(findings)]
    if ARTICLE_KEY in about:
        lines += ["", "the article itself", *_facts(article, about[ARTICLE_KEY], entities)]
    for entity in sorted(findings.entities, key=lambda e: (min(e.evidence, default=Evidence(0, 0)), e.key)):
        lines += ["", *_entity(article, entity), *_facts(article, about.get(entity.key, []), entities)]
    lines += ["", f"too unsure to be asserted: {len(findings.held)}"]
    everything = entities | {entity.key: entity for entity in findings.doubted}
    for fact in findings.held:
        subject = everything[fact.subject].name if fact.subject in everything else "the article itself"
        lines += [f"  {_in_one_line(subject)} ({fact.subject})", *_facts(article, [fact], everything)]
    lines += ["", f"not asserted: {len(findings.rejected)}"]
    lines += [f"    {_in_one_line(why)}" for why in findings.rejected]
    return "\n".join(lines) + "\n"


def _heading(findings: Findings) -> Iterator[str]:
    article = findings.article
    day = article.published.isoformat() if article.published else "no date"
    yield f"{article.id}: {_in_one_line(article.title) or 'no title'} ({article.language}, {day})"
    yield f"read by {findings.extractor}"
    yield f"{len(findings.entities)} things, {len(findings.facts)} facts"


def _entity(article: Article, entity: Entity) -> Iterator[str]:
    called = "" if entity.named else ", named by us"
    yield f"{_in_one_line(entity.name)} ({_words(entity.kind)} {entity.key}{called})"
    if entity.aliases:
        yield f"    also called {'; '.join(_in_one_line(a) for a in entity.aliases)}"
    yield from _quoted(article.text, entity.evidence[:1], entity.evidence)


def _facts(article: Article, facts: Sequence[Fact], entities: Mapping[str, Entity]) -> Iterator[str]:
    for fact in facts:
        yield f"    {_words(fact.relation)}: {_value(fact.value, entities)}"
        yield f"        by {fact.rule}, confidence {fact.confidence:.2f}, {fact.basis}"
        yield from _quoted(article.text, fact.evidence, fact.evidence)


def _quoted(text: str, shown: Iterable[Evidence], marked: Iterable[Evidence]) -> Iterator[str]:
    """Yield each sentence in which shown words stand, once, with all the marked words in it."""
    for sentence in sorted({sentence_around(text, evidence) for evidence in shown}):
        yield " " * _WIDE + _in_one_line(_with_marks(text, sentence, marked))


def _with_marks(text: str, sentence: Evidence, marked: Iterable[Evidence]) -> str:
    parts, at = [], sentence.start
    for start, end in _united(e for e in marked if sentence.start <= e.start and e.end <= sentence.end):
        parts += [text[at:start], "[[", text[start:end], "]]"]
        at = end
    return "".join((*parts, text[at : sentence.end]))


def _united(spans: Iterable[Evidence]) -> list[tuple[int, int]]:
    """Return stretches without overlaps: marks within marks cannot be read."""
    united: list[tuple[int, int]] = []
    for span in sorted(spans):
        if united and span.start < united[-1][1]:
            united[-1] = united[-1][0], max(united[-1][1], span.end)
        else:
            united.append((span.start, span.end))
    return united


def _value(value: Value, entities: Mapping[str, Entity]) -> str:
    match value:
        case Ref(key):
            return f"{_in_one_line(entities[key].name)} ({key})" if key in entities else f"{key} (not there)"
        case Concept(name):
            return name
        case Text(words, _):
            return f"“{_in_one_line(words)}”"
        case _:
            return str(value)


def _words(name: str) -> str:
    """Return `signed at` for `signedAt`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _order(fact: Fact, entities: Mapping[str, Entity]) -> tuple[str, Evidence, str]:
    return fact.relation.value, min(fact.evidence, default=Evidence(0, 0)), _value(fact.value, entities)
