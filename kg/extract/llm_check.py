"""Stage 2, model by HTTP: what of an answer is believed. Nothing is, unless the article's words bear it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kg.extract.llm_ontology import Property, grammar
from kg.extract.llm_quotes import Passages, Unfounded, shown
from kg.extract.llm_values import SETTLED, dates_of, is_unsettled, numbers_in
from kg.extract.marks import When
from kg.extract.places import known
from kg.model import ARTICLE_KEY, Article, Concept, Evidence, Kind, Ref, Relation, Text, Value

_NAMED = frozenset((Kind.INSTITUTION, Kind.PERSON, Kind.PLACE))
_NAMEABLE = _NAMED | {Kind.EVENT}
_LONGEST_NAME = 120
"""Characters of a label that is made of the words that introduce a thing."""

Reject = Callable[[str], None]
"""Takes one line about what is not believed and why."""


@dataclass(slots=True)
class Thing:
    """An entity whose words were found."""

    id: str
    kind: Kind
    name: str
    named: bool
    mentions: set[Evidence] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact whose words were found and bear it, as far as rules can tell."""

    subject: str
    relation: Relation
    value: Value
    evidence: Evidence
    when: When | None = None
    """What the quoted words give, for a date."""


# Entities ------------------------------------------------------------------------------------------


def things_in(answer: Mapping[str, Any], passages: Passages, reject: Reject) -> dict[str, Thing]:
    """Return the entities that are believed, by the ids of the answer; two ids may mean one thing."""
    things: dict[str, Thing] = {}
    by_name: dict[tuple[Kind, str], Thing] = {}
    for number, item in enumerate(answer["entities"], 1):
        where = f"entity {number}"
        try:
            thing = _thing(item, passages)
            where += f" ({thing.kind} {shown(thing.name)})"
            if thing.id in things or thing.id == ARTICLE_KEY:
                raise Unfounded(f"its id {shown(thing.id)} is taken")  # noqa: TRY301  one way out for all reasons
        except Unfounded as why:
            reject(f"{where}: {why}")
            continue
        for place in _mentions(item, passages, reject, where):
            thing.mentions.add(place)
            _alias(thing, passages.words(place))
        same = by_name.setdefault((thing.kind, thing.name.casefold()), thing) if thing.named else thing
        same.mentions |= thing.mentions
        same.aliases |= thing.aliases
        things[thing.id] = same
    return things


def _thing(item: object, passages: Passages) -> Thing:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not item["id"]:
        raise Unfounded("it is not an entity with an id")
    if item.get("kind") not in list(Kind):
        raise Unfounded(f"there is no class {shown(str(item.get('kind')))}")
    kind, given = Kind(item["kind"]), item.get("name")
    place = passages.find(item.get("quote"), item.get("sentence"))
    name = passages.within(given, place) if isinstance(given, str) else ""
    if kind is Kind.PLACE and isinstance(given, str) and not name:
        name = _country(given, passages.words(place))
    if kind in _NAMED and not name:
        raise Unfounded(f"its name {shown(str(given))} is not in its quote")
    named = bool(name) and kind in _NAMEABLE
    usable = named or (bool(name) and kind is Kind.FIGURE)
    thing = Thing(item["id"], kind, name if usable else _label(passages.words(place)), named, {place})
    if kind in _NAMED:
        thing.mentions.update(passages.occurrences(name))
    return thing


def _country(given: str, words: str) -> str:
    """Return the name of a place where the words are its adjective: China, for `Chinese`."""
    named, told = known(given), known(words)
    return named.name if named is not None and told is not None and named.name == told.name else ""


def _label(words: str) -> str:
    return words if len(words) <= _LONGEST_NAME else words[:_LONGEST_NAME].rsplit(" ", 1)[0] + "…"


def _mentions(item: Mapping[str, Any], passages: Passages, reject: Reject, where: str) -> Iterator[Evidence]:
    mentions = item.get("mentions")
    for mention in mentions if isinstance(mentions, list) else ():
        told = mention if isinstance(mention, dict) else {}
        try:
            yield passages.find(told.get("quote"), told.get("sentence"))
        except Unfounded as why:
            reject(f"{where}, a mention: {why}")


def _alias(thing: Thing, words: str) -> None:
    """Keep a mention as another name where it is part of the name or its initials: not `the hospital`."""
    parts = thing.name.split()
    initials = "".join(part[0] for part in parts if part[0].isupper())
    few = 1 if thing.kind is Kind.PERSON else 2  # `Boston` alone is no name of Boston University
    part_of = words[:1].isupper() and set(words.split()) < set(parts) and len(words.split()) >= few
    if thing.named and (part_of or (words == initials and len(words) > 1)):
        thing.aliases.add(words)


# Facts ---------------------------------------------------------------------------------------------


def claims_in(
    answer: Mapping[str, Any],
    article: Article,
    things: Mapping[str, Thing],
    passages: Passages,
    reject: Reject,
) -> list[Claim]:
    """Return the facts that are believed one by one; whether they fit together is asked later."""
    claims = []
    for number, item in enumerate(answer["facts"], 1):
        told = item if isinstance(item, dict) else {}
        named = " ".join(str(told.get(part)) for part in ("subject", "relation", "value"))
        try:
            claims.append(_claim(told, article, things, passages))
        except Unfounded as why:
            reject(f"fact {number} ({shown(named)}): {why}")
    return claims


def _claim(
    item: Mapping[str, Any], article: Article, things: Mapping[str, Thing], passages: Passages
) -> Claim:
    prop = _property(item.get("relation"))
    subject, kind = _subject(item.get("subject"), things, prop)
    evidence = passages.find(item.get("quote"), item.get("sentence"))
    sentence = passages.around(evidence)
    if subject is not None and not _speaks_of(subject, sentence):
        raise Unfounded("the sentence of its quote does not speak of the subject")
    key = subject.id if subject is not None else ARTICLE_KEY
    given = item.get("value")
    if prop.form == "date":
        day, when = _day(given, prop.relation, dates_of(article, sentence, evidence))
        return Claim(key, prop.relation, day, evidence, when)
    value: Value
    match prop.form:
        case "entity":
            value = _reference(given, things, prop, subject, sentence)
        case "concept":
            value = _concept(given, kind, prop.relation, article.text, sentence, evidence)
        case "number":
            value = _number(given, passages.words(evidence))
        case _:
            value = _text(given, passages, sentence, article.language)
    return Claim(key, prop.relation, value, evidence)


def _property(name: object) -> Property:
    known = {prop.relation.value: prop for prop in grammar().properties.values()}
    if not isinstance(name, str) or name not in known:
        raise Unfounded(f"there is no relation {shown(str(name))}")
    return known[name]


def _subject(given: object, things: Mapping[str, Thing], prop: Property) -> tuple[Thing | None, str]:
    thing = things.get(given) if isinstance(given, str) else None
    if thing is None and given != ARTICLE_KEY:
        raise Unfounded("its subject is not among the entities that are believed")
    kind = ARTICLE_KEY if thing is None else thing.kind.value
    if kind not in prop.subjects:
        raise Unfounded(f"{prop.relation} is not said of {kind}")
    return thing, kind


def _speaks_of(thing: Thing, sentence: Evidence) -> bool:
    return any(m.start < sentence.end and sentence.start < m.end for m in thing.mentions)


def _reference(
    given: object, things: Mapping[str, Thing], prop: Property, subject: Thing | None, sentence: Evidence
) -> Ref:
    other = things.get(given) if isinstance(given, str) else None
    if other is None:
        raise Unfounded("its value is not among the entities that are believed")
    if other.kind not in prop.values:
        raise Unfounded(f"{prop.relation} does not lead to {other.kind}")
    if other is subject:
        raise Unfounded("it relates a thing to itself")
    if not _speaks_of(other, sentence):
        raise Unfounded("the sentence of its quote does not speak of the value")
    return Ref(other.id)


def _concept(  # noqa: PLR0917  each is one of the things that the words are held against
    given: object, kind: str, relation: Relation, text: str, sentence: Evidence, quote: Evidence
) -> Concept:
    if not isinstance(given, str) or given not in grammar().concepts_for(kind, relation):
        raise Unfounded(f"{shown(str(given))} is not in the list of {kind} {relation}")
    signed = kind != Kind.EVENT
    settled = relation is Relation.STATUS and given in SETTLED
    if settled and (word := is_unsettled(text, sentence, quote, signed=signed)):
        raise Unfounded(f"its words say “{word}”, so it is not {given}")
    return Concept(given)


def _number(given: object, words: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise Unfounded("it is not a whole number")
    if given not in numbers_in(words):
        raise Unfounded(f"its quote does not say {given}")
    return given


def _text(given: object, passages: Passages, sentence: Evidence, language: str) -> Text:
    words = passages.within(given, sentence) if isinstance(given, str) else ""
    if not words:
        raise Unfounded("these are not words of its sentence")
    return Text(words, language)


def _day(given: object, relation: Relation, told: list[When]) -> tuple[date, When]:
    try:
        day = date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        day = None
    if day is None:
        raise Unfounded("it is not a date like 2017-12-13")
    if not told:
        raise Unfounded("no date can be read from its quote")
    for when in told:
        if day == (when.start if relation is Relation.START_DATE else when.end):
            return day, when
    read = " or ".join(f"{when.start} to {when.end}" for when in told)
    raise Unfounded(f"its quote gives {read}")
