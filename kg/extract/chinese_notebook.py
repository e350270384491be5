"""Stage 2, Chinese: what has been found so far, and who was already named."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kg import gazetteer
from kg.extract.chinese_marks import Piece
from kg.extract.chinese_names import dotted_parts
from kg.extract.chinese_words import lexicon
from kg.extract.confidence import confidence_of
from kg.model import (
    Article,
    Basis,
    Concept,
    Entity,
    Evidence,
    Fact,
    Findings,
    Kind,
    Ref,
    Relation,
    Text,
    Value,
)

if TYPE_CHECKING:
    from kg.extract.chinese_track import Track

_SHORT = 3
"""Shortest abbreviation of an institution that is taken for one."""


@dataclass(slots=True)
class Notebook:
    """The entities and facts of one article while it is read."""

    article: Article
    entities: dict[str, Entity] = field(default_factory=dict)
    facts: dict[tuple[str, Relation, Value], Fact] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)
    told: list[tuple[Piece, ...]] = field(default_factory=list)
    """Bodies and places of each sentence so far."""
    scene: tuple[Piece, ...] = ()
    """Day and place that the sentence before has set."""
    frame: tuple[Piece, ...] = ()
    """Day and place of what was told of last."""
    framed: int = 0
    """Where the sentence ends that set the frame."""
    short: dict[str, Piece] = field(default_factory=dict)
    """Bodies by their acronym."""
    speaks_of_itself: bool = False
    """The article calls its publisher `我校`, `我院`."""
    ways: list["Track"] = field(default_factory=list)
    """The sentences as letters, for what can only be told once the article is read."""
    bare: dict[str, tuple[str, Evidence]] = field(default_factory=dict)
    """Titles without a body, by the key of who holds them."""
    met_alone: frozenset[str] = frozenset()
    """Persons of whom the article says that each was met apart (`会见X时`)."""

    def thing(self, kind: Kind, name: str, evidence: Evidence, *, named: bool = True) -> str:
        """Return the key of a thing, written down now if its name is new."""
        key = self.find(kind, name) if named else None
        if key is None:
            key = f"{kind.value.lower()}-{1 + sum(e.kind is kind for e in self.entities.values())}"
            self.entities[key] = Entity(key, kind, name, (evidence,), named=named)
        else:
            self._mention(key, name, evidence)
        return key

    def find(self, kind: Kind, name: str) -> str | None:
        """Return the key of the thing of that kind that a name denotes, if it is known."""
        fitting = [
            key
            for key, entity in self.entities.items()
            if entity.kind is kind and entity.named and name in (entity.name, *entity.aliases)
        ]
        if not fitting and kind is Kind.INSTITUTION:
            fitting = [k for k, e in self.entities.items() if e.kind is kind and _same_body(name, e.name)]
        if not fitting and kind is Kind.PERSON:
            fitting = [k for k, e in self.entities.items() if e.kind is kind and _same_person(name, e.name)]
        if not fitting and kind is Kind.PLACE:
            fitting = [k for k, e in self.entities.items() if e.kind is kind and _same_place(name, e.name)]
        return fitting[0] if len(fitting) == 1 else None

    def _mention(self, key: str, name: str, evidence: Evidence) -> None:
        entity = self.entities[key]
        fuller = len(name) > len(entity.name)
        aliases = {entity.name, *entity.aliases, name} - {name if fuller else entity.name}
        self.entities[key] = replace(
            entity,
            name=name if fuller else entity.name,
            aliases=tuple(sorted(aliases)),
            evidence=tuple(sorted({*entity.evidence, evidence})),
        )

    def also(self, key: str, name: str, evidence: Evidence) -> None:
        """Write down another name of a thing."""
        entity = self.entities[key]
        names = tuple(sorted({*entity.aliases, name} - {entity.name}))
        self.entities[key] = replace(
            entity, aliases=names, evidence=tuple(sorted({*entity.evidence, evidence}))
        )

    def forget(self, keys: frozenset[str]) -> None:
        """Strike out things of which nothing is told."""
        self.entities = {key: e for key, e in self.entities.items() if key not in keys}
        self.facts = {told: fact for told, fact in self.facts.items() if fact.subject not in keys}

    def see(self, key: str, evidence: Evidence) -> None:
        """Write down one more mention of a thing."""
        entity = self.entities[key]
        self.entities[key] = replace(entity, evidence=tuple(sorted({*entity.evidence, evidence})))

    def piece(self, kind: Kind, piece: Piece) -> str:
        """Return the key of what a piece names."""
        return self.thing(kind, piece.name, piece.evidence)

    def state(
        self, subject: str, relation: Relation, value: Value, evidence: Evidence,
        *, rule: str, confidence: float, basis: Basis = Basis.STATED,
    ) -> None:  # fmt: skip
        """Write a fact down, or one more passage for it; the confidence counts until the rule is measured."""
        sure = confidence_of(rule, self._kind_of(subject), relation, guess=confidence)
        known = self.facts.get((subject, relation, value))
        passages = (*known.evidence, evidence) if known else (evidence,)
        made = Fact(subject, relation, value, tuple(sorted(set(passages))), rule, sure, basis)
        if known and known.confidence >= sure:
            made = replace(known, evidence=made.evidence)
        self.facts[subject, relation, value] = made

    def _kind_of(self, subject: str) -> Kind | None:
        return self.entities[subject].kind if subject in self.entities else None

    def values(self, subject: str, relation: Relation) -> list[Value]:
        """Return what is stated of a thing."""
        return [
            fact.value for fact in self.facts.values() if (fact.subject, fact.relation) == (subject, relation)
        ]

    def refs(self, subject: str, *relations: Relation) -> frozenset[str]:
        """Return the keys of the things that a thing is related to."""
        return frozenset(
            value.key
            for relation in relations
            for value in self.values(subject, relation)
            if isinstance(value, Ref)
        )

    def sources(self, value: str, relation: Relation) -> list[str]:
        """Return the keys of the things that are so related to a thing."""
        return [f.subject for f in self.facts.values() if (f.relation, f.value) == (relation, Ref(value))]

    def concept(self, subject: str, relation: Relation) -> str:
        """Return the local name of the first concept stated of a thing, or nothing."""
        return next((v.name for v in self.values(subject, relation) if isinstance(v, Concept)), "")

    def of_kind(self, kind: Kind) -> Iterable[Entity]:
        """Return what is known of one kind, in the order in which it was found."""
        return [entity for entity in self.entities.values() if entity.kind is kind]

    def words(self, subject: str, relation: Relation, value: str, evidence: Evidence, *, rule: str) -> None:
        """Write down a fact in words of the article."""
        self.state(
            subject, relation, Text(value, self.article.language), evidence, rule=rule, confidence=0.85
        )

    def reject(self, rule: str, evidence: Evidence, why: str) -> None:
        """Write down what was not asserted."""
        self.rejected.append(f"{rule}: {self.article.text[evidence.start : evidence.end]!r}: {why}")

    def findings(self, extractor: str) -> Findings:
        """Return everything, in an order that depends on the text alone."""
        entities = sorted(self.entities.values(), key=lambda e: (e.evidence[0], e.kind, e.key))
        facts = sorted(self.facts.values(), key=lambda f: (f.subject, f.relation, f.evidence, repr(f.value)))
        return Findings(self.article, tuple(entities), tuple(facts), extractor, tuple(self.rejected))


def _same_body(one: str, other: str) -> bool:
    """Return whether of two names one shortens the other: `尼众议院` or `众议院` of `尼泊尔众议院`."""
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORT or len(short) == len(long):
        return False
    if short in lexicon()["bodies"]["government"] and not long.startswith("中"):
        return False  # 外交部 alone is no other country's
    if len(short) > _SHORT and short[:2] == long[:2] and short[2:] == long[len(long) - len(short) + 2 :]:
        return short[2:] in lexicon()["short_ends"]  # 海盛公司 of 海盛工贸公司
    if len(short) > _SHORT and len(long) - len(short) == len(short[:2]) and long.endswith(short):
        return bool(gazetteer.lookup(long[:2]))  # 果城中学 of 南充果城中学
    for cut in range(2, len(long) - 1):
        place = gazetteer.lookup(long[:cut])
        if place and (short == long[cut:] or (place.kind == "country" and short == long[0] + long[cut:])):
            return True
    return False


def _same_person(one: str, other: str) -> bool:
    """Return whether one is the family name of the other (`沙利文`, `马克·沙利文`)."""
    short, long = sorted((one, other), key=len)
    parts = dotted_parts(long)
    return short in (*parts[-1:], *parts[:1])


def _same_place(one: str, other: str) -> bool:
    """Return whether one is the other with its ending (`奥卢`, `奥卢市`)."""
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and long[:-1] == short and long[-1] in "市省州县区镇"
