"""Stage 2: gather entities and facts, each once with all its evidence, and number them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.extract.confidence import confidence_of
from kg.model import Article, Basis, Concept, Entity, Evidence, Fact, Findings, Kind, Ref, Relation, Value

LONGEST = 400
"""Code points of the longest quotation that the shapes allow."""
_PREFIX = {Kind.AGREEMENT_SET: "agreement-set", Kind.FIGURE: "figure"}


@dataclass(slots=True)
class _Thing:
    kind: Kind
    name: str
    named: bool
    sure: bool
    evidence: set[Evidence] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Claim:
    rule: str
    confidence: float
    basis: Basis
    evidence: set[Evidence] = field(default_factory=set)


class Draft:
    """What has been found so far in one article."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.rejected: list[str] = []
        self._things: dict[str, _Thing] = {}
        self._claims: dict[tuple[str, Relation, Value], _Claim] = {}
        self._count: Counter[Kind] = Counter()

    def add(
        self, kind: Kind, name: str, evidence: Iterable[Evidence], *, named: bool = True, sure: bool = True
    ) -> str:
        """Add an entity and return its key; one that is not sure is kept only if a fact needs it."""
        self._count[kind] += 1
        key = f"{_PREFIX.get(kind, kind.value.lower())}-{self._count[kind]}"
        self._things[key] = _Thing(kind, name, named, sure, {self.short(e) for e in evidence})
        return key

    def mention(self, key: str, *evidence: Evidence, alias: str = "") -> None:
        """Add evidence, or another name, of an entity."""
        thing = self._things[key]
        thing.evidence.update(self.short(e) for e in evidence)
        if alias and alias != thing.name:
            thing.aliases.add(alias)

    def rename(self, key: str, name: str, *, named: bool) -> None:
        """Give an entity a fuller name; the old one stays as an alias when it was one."""
        thing = self._things[key]
        if thing.named and named and thing.name != name:
            thing.aliases.add(thing.name)
        thing.name, thing.named = name, named
        thing.aliases.discard(name)

    def kind(self, key: str) -> Kind:
        """Return the class of an entity."""
        return self._things[key].kind

    def name(self, key: str) -> str:
        """Return the name of an entity."""
        return self._things[key].name

    def keys(self, *kinds: Kind) -> list[str]:
        """Return the entities of some classes, in the order in which they were added."""
        return [key for key, thing in self._things.items() if thing.kind in kinds]

    def retype(self, key: str, kind: Kind) -> None:
        """Give an entity another class, where its place in a sentence tells it better than its name."""
        self._things[key].kind = kind

    def first(self, key: str) -> Evidence:
        """Return where an entity is first mentioned."""
        return min(self._things[key].evidence)

    def counted(self, evidence: Evidence, value: int, label: str) -> bool:
        """Tell whether a figure has been read from these words, or the same one from others."""
        figures = {key: t for key, t in self._things.items() if t.kind is Kind.FIGURE}
        if any(
            e.start < evidence.end and evidence.start < e.end for t in figures.values() for e in t.evidence
        ):
            return True
        noun = label.split()[-1:]
        alike = (key for key, t in figures.items() if t.name.split()[-1:] == noun)
        told = (
            k
            for k, t in self._things.items()
            if any(e.start < evidence.end and evidence.start < e.end for e in t.evidence)
        )
        sizes = (v.key for key in told for v in self.values(key, Relation.SIZE) if isinstance(v, Ref))
        return any(self.values(key, Relation.VALUE) == [value] for key in (*alike, *sizes))

    def state(
        self, subject: str, relation: Relation, value: Value, evidence: Evidence, *,
        rule: str, basis: Basis = Basis.STATED, confidence: float | None = None,
    ) -> None:  # fmt: skip
        """Add a fact, or more evidence of one; the surest rule names it.

        `confidence` is that of this one fact, where it is known better than for the rule as a whole.
        """
        known = confidence_of(rule, self._kind_of(subject), relation)
        confidence = known if confidence is None else confidence
        claim = self._claims.setdefault((subject, relation, value), _Claim(rule, confidence, basis))
        claim.evidence.add(self.short(evidence))
        if (confidence, rule) > (claim.confidence, claim.rule):
            claim.rule, claim.confidence, claim.basis = rule, confidence, basis

    def _kind_of(self, subject: str) -> Kind | None:
        return self._things[subject].kind if subject in self._things else None

    def values(self, subject: str, relation: Relation) -> list[Value]:
        """Return what has been stated of an entity."""
        return [v for s, r, v in self._claims if s == subject and r is relation]

    def short(self, evidence: Evidence) -> Evidence:
        """Return the evidence without blanks at its ends, cut at a word where it is too long to quote."""
        text = self.article.text
        start, end = evidence.start, min(evidence.end, evidence.start + LONGEST)
        if end < evidence.end:
            end = max(text.rfind(" ", start, end), start + 1)
        while start < end - 1 and text[start].isspace():
            start += 1
        while end > start + 1 and text[end - 1].isspace():
            end -= 1
        return Evidence(start, end)

    def findings(self, extractor: str) -> Findings:
        """Return everything, in order of appearance; entities without a mention in use are left out."""
        self._name_kinds()
        used = {s for s, _, _ in self._claims} | {v.key for _, _, v in self._claims if isinstance(v, Ref)}
        entities = tuple(
            Entity(key, t.kind, t.name, tuple(sorted(t.evidence)), tuple(sorted(t.aliases)), t.named)
            for key, t in sorted(self._things.items(), key=lambda item: (min(item[1].evidence), item[0]))
            if t.evidence
            and (key in used or (t.sure and t.kind in (Kind.PERSON, Kind.PLACE, Kind.INSTITUTION)))
        )
        facts = tuple(
            Fact(s, r, v, tuple(sorted(c.evidence)), c.rule, c.confidence, c.basis)
            for (s, r, v), c in sorted(self._claims.items(), key=_order)
        )
        return Findings(self.article, entities, facts, extractor, tuple(sorted(set(self.rejected))))

    def _name_kinds(self) -> None:
        """Give every institution that a fact needs a kind, the widest where its name tells none."""
        needed = {v.key for _, _, v in list(self._claims) if isinstance(v, Ref)}
        for key in sorted(needed):
            thing = self._things[key]
            if thing.kind is Kind.INSTITUTION and not self.values(key, Relation.KIND):
                other = Concept("other-institution")
                self.state(key, Relation.KIND, other, min(thing.evidence), rule="institution-kind")


def _order(item: tuple[tuple[str, Relation, Value], _Claim]) -> tuple[Evidence, str, str, str]:
    (subject, relation, value), claim = item
    return min(claim.evidence), subject, relation.value, _plain(value)


def _plain(value: Value) -> str:
    return value.key if isinstance(value, Ref) else value.name if isinstance(value, Concept) else str(value)
