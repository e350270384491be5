"""All findings of a build laid open for linking: every mention with the facts about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from kg.errors import ExtractError
from kg.link.normalise import normalise
from kg.model import ARTICLE_KEY, Article, Concept, Entity, Fact, Findings, Kind, Ref, Relation, Text

PUBLISHER_KEY = "(publisher)"
"""The key of the mention that stands for an article's publisher."""

MentionId = tuple[str, str]
"""Article id and entity key."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One entity of one article, with what the article says of it."""

    id: MentionId
    """What tells this mention from all others."""
    article: Article
    entity: Entity
    facts: Mapping[Relation, Sequence[Fact]]
    pointers: Mapping[Relation, Sequence[MentionId]]
    """The mentions that each relation points to, in a fixed order."""

    @property
    def forms(self) -> tuple[str, ...]:
        """Return every written form, the fullest first."""
        return (self.entity.name, *self.entity.aliases)

    def refs(self, *relations: Relation) -> Sequence[MentionId]:
        """Return the mentions that those relations point to, in a fixed order."""
        found = [self.pointers[relation] for relation in relations if relation in self.pointers]
        return found[0] if len(found) == 1 else sorted(set(chain.from_iterable(found)))

    def concept(self, relation: Relation) -> str | None:
        """Return the concept that the relation gives; of several the surest."""
        found = [
            (-f.confidence, f.value.name) for f in self.facts_of(relation) if isinstance(f.value, Concept)
        ]
        return min(found)[1] if found else None

    def day(self, relation: Relation) -> date | None:
        """Return the date that the relation gives; of several the earliest."""
        return min((f.value for f in self.facts_of(relation) if isinstance(f.value, date)), default=None)

    def words(self, relation: Relation) -> tuple[str, ...]:
        """Return the texts that a relation gives."""
        return tuple(sorted({f.value.value for f in self.facts_of(relation) if isinstance(f.value, Text)}))

    def number(self, relation: Relation) -> int | None:
        """Return the number that the relation gives; of several the smallest."""
        return min((f.value for f in self.facts_of(relation) if isinstance(f.value, int)), default=None)

    def facts_of(self, relation: Relation) -> Sequence[Fact]:
        """Return the facts of one relation."""
        return self.facts.get(relation, ())


@dataclass(frozen=True, slots=True)
class Book:
    """Every mention of a build, in the order of article ids and of introduction in the text."""

    mentions: Mapping[MentionId, Mention]
    pointing: Mapping[MentionId, Mapping[Relation, Sequence[Mention]]]
    """Who points to a mention, and by what."""
    kinds: Mapping[Kind, Sequence[Mention]]
    """The mentions of each class."""
    present: Mapping[tuple[str, Kind], Sequence[Mention]]
    """The mentions of each class in each article; without its publisher."""

    def of(self, kind: Kind) -> Sequence[Mention]:
        """Return the mentions of a class."""
        return self.kinds.get(kind, ())

    def beside(self, mention: Mention) -> Sequence[Mention]:
        """Return what the article of a mention names of the same class, that mention among them."""
        return self.of_article(mention.article.id, mention.entity.kind)

    def of_article(self, article: str, kind: Kind) -> Sequence[Mention]:
        """Return the mentions of a class in one article, without its publisher."""
        return self.present.get((article, kind), ())

    def sources(self, target: MentionId, *relations: Relation) -> list[Mention]:
        """Return the mentions that point to one by those relations."""
        found = self.pointing.get(target, {})
        return [source for relation in relations for source in found.get(relation, ())]


def open_book(findings: Sequence[Findings]) -> Book:
    """Return the book of those findings, the same whatever their order.

    Raises ExtractError when an article stands twice or a fact speaks of an entity that is not there.
    """
    mentions: dict[MentionId, Mention] = {}
    previous = ""
    for found in sorted(findings, key=lambda f: f.article.id):
        if found.article.id == previous:
            raise ExtractError(f"{found.article.source}: a second article has the id {previous!r}")
        previous = found.article.id
        mentions |= {mention.id: mention for mention in _mentions(found)}
    pointing: defaultdict[MentionId, defaultdict[Relation, list[Mention]]]
    pointing = defaultdict(lambda: defaultdict(list))
    kinds: defaultdict[Kind, list[Mention]] = defaultdict(list)
    present: defaultdict[tuple[str, Kind], list[Mention]] = defaultdict(list)
    for mention in mentions.values():
        kinds[mention.entity.kind].append(mention)
        if mention.entity.key != PUBLISHER_KEY:
            present[mention.article.id, mention.entity.kind].append(mention)
        for relation, targets in mention.pointers.items():
            for target in targets:
                pointing[target][relation].append(mention)
    return Book(mentions, pointing, kinds, present)


def _mentions(found: Findings) -> list[Mention]:
    article, keys = found.article, {entity.key for entity in found.entities}
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in found.facts:
        facts[fact.subject].append(fact)
        wanted = {fact.subject} - {ARTICLE_KEY}
        if isinstance(fact.value, Ref):
            wanted.add(fact.value.key)
        for key in sorted(wanted - keys):
            raise ExtractError(f"{article.source}: {fact.relation} speaks of {key!r}, which is not there")
    entities = sorted(found.entities, key=lambda e: (e.evidence, e.kind, normalise(e.name), e.key))
    if article.publisher:
        entities.append(Entity(PUBLISHER_KEY, Kind.INSTITUTION, article.publisher, ()))
    return [_mention(article, entity, facts[entity.key]) for entity in entities]


def _mention(article: Article, entity: Entity, told: Iterable[Fact]) -> Mention:
    facts: defaultdict[Relation, list[Fact]] = defaultdict(list)
    pointers: defaultdict[Relation, set[MentionId]] = defaultdict(set)
    for fact in told:
        facts[fact.relation].append(fact)
        if isinstance(fact.value, Ref):
            pointers[fact.relation].add((article.id, fact.value.key))
    ordered = {relation: sorted(targets) for relation, targets in pointers.items()}
    return Mention((article.id, entity.key), article, entity, facts, ordered)
