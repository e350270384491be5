"""All findings of a build laid open for linking: every mention with the facts about it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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

    article: Article
    entity: Entity
    facts: tuple[Fact, ...]

    @property
    def id(self) -> MentionId:
        """Return what tells this mention from all others."""
        return (self.article.id, self.entity.key)

    @property
    def forms(self) -> tuple[str, ...]:
        """Return every written form, the fullest first."""
        return (self.entity.name, *self.entity.aliases)

    def refs(self, *relations: Relation) -> tuple[MentionId, ...]:
        """Return the mentions that those relations point to, in a fixed order."""
        return tuple(
            sorted(
                {
                    (self.article.id, fact.value.key)
                    for fact in self.facts
                    if fact.relation in relations and isinstance(fact.value, Ref)
                }
            )
        )

    def concept(self, relation: Relation) -> str | None:
        """Return the concept that the relation gives; of several the surest."""
        found = [
            (-f.confidence, f.value.name) for f in self.facts_of(relation) if isinstance(f.value, Concept)
        ]
        return min(found)[1] if found else None

    def day(self, relation: Relation) -> date | None:
        """Return the date that the relation gives; of several the earliest."""
        found = [f.value for f in self.facts_of(relation) if isinstance(f.value, date)]
        return min(found) if found else None

    def words(self, *relations: Relation) -> tuple[str, ...]:
        """Return the texts that those relations give."""
        return tuple(
            sorted(
                {f.value.value for f in self.facts if f.relation in relations and isinstance(f.value, Text)}
            )
        )

    def number(self, relation: Relation) -> int | None:
        """Return the number that the relation gives; of several the smallest."""
        found = [f.value for f in self.facts_of(relation) if isinstance(f.value, int)]
        return min(found) if found else None

    def facts_of(self, relation: Relation) -> Iterator[Fact]:
        """Yield the facts of one relation."""
        return (fact for fact in self.facts if fact.relation is relation)


@dataclass(frozen=True, slots=True)
class Book:
    """Every mention of a build, in the order of article ids and of introduction in the text."""

    mentions: Mapping[MentionId, Mention]
    pointing: Mapping[MentionId, tuple[tuple[Relation, MentionId], ...]]
    """Who points to a mention, and by what."""
    present: Mapping[tuple[str, Kind], tuple[MentionId, ...]]
    """The mentions of each class in each article; without its publisher."""

    def of(self, *kinds: Kind) -> list[Mention]:
        """Return the mentions of those classes."""
        return [mention for mention in self.mentions.values() if mention.entity.kind in kinds]

    def beside(self, mention: Mention) -> list[Mention]:
        """Return what the article of a mention names of the same class, that mention among them."""
        return self.of_article(mention.article.id, mention.entity.kind)

    def of_article(self, article: str, kind: Kind) -> list[Mention]:
        """Return the mentions of a class in one article, without its publisher."""
        return [self.mentions[one] for one in self.present.get((article, kind), ())]

    def sources(self, target: MentionId, *relations: Relation) -> list[Mention]:
        """Return the mentions that point to one by those relations."""
        found = self.pointing.get(target, ())
        return [self.mentions[source] for relation, source in found if relation in relations]


def open_book(findings: Sequence[Findings]) -> Book:
    """Return the book of those findings, the same whatever their order.

    Raises ExtractError when an article stands twice or a fact speaks of an entity that is not there.
    """
    mentions: dict[MentionId, Mention] = {}
    pointing: defaultdict[MentionId, list[tuple[Relation, MentionId]]] = defaultdict(list)
    previous = ""
    for found in sorted(findings, key=lambda f: f.article.id):
        if found.article.id == previous:
            raise ExtractError(f"{found.article.source}: a second article has the id {previous!r}")
        previous = found.article.id
        for mention in _mentions(found):
            mentions[mention.id] = mention
            for fact in mention.facts:
                if isinstance(fact.value, Ref):
                    pointing[(found.article.id, fact.value.key)].append((fact.relation, mention.id))
    present: defaultdict[tuple[str, Kind], list[MentionId]] = defaultdict(list)
    for mention in mentions.values():
        if mention.entity.key != PUBLISHER_KEY:
            present[mention.article.id, mention.entity.kind].append(mention.id)
    sources = {target: tuple(sorted(found)) for target, found in pointing.items()}
    return Book(mentions, sources, {where: tuple(found) for where, found in present.items()})


def _mentions(found: Findings) -> list[Mention]:
    keys = {entity.key for entity in found.entities}
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in found.facts:
        facts[fact.subject].append(fact)
        named = [fact.subject, *([fact.value.key] if isinstance(fact.value, Ref) else [])]
        for key in named:
            if key not in keys and key != ARTICLE_KEY:
                raise ExtractError(
                    f"{found.article.source}: {fact.relation} speaks of {key!r}, which is not there"
                )
    entities = sorted(found.entities, key=lambda e: (e.evidence, e.kind, normalise(e.name), e.key))
    mentions = [Mention(found.article, entity, tuple(facts[entity.key])) for entity in entities]
    publisher = Entity(PUBLISHER_KEY, Kind.INSTITUTION, found.article.publisher, ())
    return [*mentions, Mention(found.article, publisher, ())] if found.article.publisher else mentions
