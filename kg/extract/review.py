"""Stage 2, its last step: what is too unsure to be asserted is kept apart, for a person to look at."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from kg.model import Concept, Entity, Fact, Findings, Kind, Ref, Relation

_VITAL = {
    Kind.AGREEMENT: (Relation.STATUS,),
    Kind.AGREEMENT_SET: (Relation.STATUS,),
    Kind.EVENT: (Relation.KIND, Relation.STATUS),
    Kind.ROLE: (Relation.HOLDER, Relation.TITLE),
    Kind.FIGURE: (Relation.VALUE,),
}
"""What a thing cannot be without: if it is not asserted, neither is anything about the thing."""
_LASTING = (Kind.PERSON, Kind.PLACE, Kind.INSTITUTION)
"""Kinds of what is there because it is named, whatever is said of it."""
_UNTOLD = Concept("other-institution")
"""Says that the article tells no kind: there is nothing to doubt."""


def reviewed(findings: Findings, *, least: float) -> Findings:
    """Return the findings with every fact of less confidence, and what hangs on it, moved to `held`."""
    doubted = {fact for fact in findings.facts if fact.confidence < least and fact.value != _UNTOLD}
    if not doubted:
        return findings
    fallen = frozenset(_without(findings.entities, doubted, set(findings.facts) - doubted))
    asserted = [fact for fact in findings.facts if fact not in doubted and not _on(fact, fallen)]
    used = {fact.subject for fact in asserted} | {f.value.key for f in asserted if isinstance(f.value, Ref)}
    kept = {e for e in findings.entities if e.key in used or e.kind in _LASTING}
    return replace(
        findings,
        entities=tuple(e for e in findings.entities if e in kept),
        facts=tuple(asserted),
        held=tuple(fact for fact in findings.facts if fact in doubted or _on(fact, fallen)),
        doubted=tuple(e for e in findings.entities if e not in kept),
    )


def _without(entities: Iterable[Entity], doubted: Collection[Fact], sure: Collection[Fact]) -> Iterable[str]:
    """Yield the keys of the things that would be left without what they cannot be without."""
    lost = {(fact.subject, fact.relation) for fact in doubted} - {(f.subject, f.relation) for f in sure}
    for entity in entities:
        if any((entity.key, relation) in lost for relation in _VITAL.get(entity.kind, ())):
            yield entity.key


def _on(fact: Fact, fallen: frozenset[str]) -> bool:
    return fact.subject in fallen or (isinstance(fact.value, Ref) and fact.value.key in fallen)
