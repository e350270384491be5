"""Stage evaluate, its reading room: one article's findings, asked by entity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kg.model import Concept, Entity, Evidence, Fact, Findings, Kind, Ref, Relation, Text


@dataclass(frozen=True, slots=True)
class Dossier:
    """Findings with their facts sorted by subject."""

    text: str
    entities: Mapping[str, Entity]
    facts: Mapping[str, tuple[Fact, ...]]
    """The facts about each entity, in the order of their words."""

    def of_kind(self, kind: Kind) -> list[Entity]:
        """Return the entities of one class in text order."""
        return sorted((e for e in self.entities.values() if e.kind == kind), key=place_in_text)

    def about(self, key: str, *relations: Relation) -> list[Fact]:
        """Return the facts of these relations about one entity."""
        return [fact for fact in self.facts.get(key, ()) if fact.relation in relations]

    def others(self, key: str, *relations: Relation) -> list[Entity]:
        """Return each entity that one of these relations leads to, once."""
        keys = [fact.value.key for fact in self.about(key, *relations) if isinstance(fact.value, Ref)]
        return [self.entities[other] for other in dict.fromkeys(keys) if other in self.entities]

    def sources(self, key: str, *relations: Relation) -> list[Entity]:
        """Return the entities that one of these relations leads from, in text order."""
        found = {
            fact.subject
            for facts in self.facts.values()
            for fact in facts
            if fact.relation in relations and fact.value == Ref(key)
        }
        return sorted((self.entities[k] for k in found if k in self.entities), key=place_in_text)

    def names(self, key: str, *relations: Relation) -> list[str]:
        """Return the names of what these relations lead to."""
        return list(dict.fromkeys(other.name for other in self.others(key, *relations)))

    def concept(self, key: str, relation: Relation) -> str | None:
        """Return the first concept that the relation gives."""
        values = (fact.value for fact in self.about(key, relation))
        return next((value.name for value in values if isinstance(value, Concept)), None)

    def words(self, key: str, relation: Relation) -> list[str]:
        """Return the texts that the relation gives, each once."""
        values = (fact.value for fact in self.about(key, relation))
        return list(dict.fromkeys(value.value for value in values if isinstance(value, Text)))

    def day(self, key: str, relation: Relation) -> date | None:
        """Return the first day that the relation gives."""
        values = (fact.value for fact in self.about(key, relation))
        return next((value for value in values if isinstance(value, date)), None)

    def number(self, key: str, relation: Relation) -> int | None:
        """Return the first number that the relation gives."""
        values = (fact.value for fact in self.about(key, relation))
        return next((value for value in values if isinstance(value, int)), None)


def dossier(findings: Findings) -> Dossier:
    """Return an article's findings sorted for questions about one entity."""
    by_subject: dict[str, list[Fact]] = {}
    for fact in sorted(findings.facts, key=_fact_order):
        by_subject.setdefault(fact.subject, []).append(fact)
    return Dossier(
        text=findings.article.text,
        entities={entity.key: entity for entity in findings.entities},
        facts={key: tuple(facts) for key, facts in by_subject.items()},
    )


def place_in_text(entity: Entity) -> tuple[Evidence, str]:
    """Return what entities are ordered by."""
    return (_first(entity.evidence), entity.key)


def _fact_order(fact: Fact) -> tuple[Evidence, str, str]:
    return (_first(fact.evidence), fact.relation.value, repr(fact.value))


def _first(evidence: Iterable[Evidence]) -> Evidence:
    return min(evidence, default=Evidence(0, 0))
