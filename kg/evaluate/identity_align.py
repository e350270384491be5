"""Beside the river: which entity that an extractor found is which mention of an annotated report."""

import re
from collections.abc import Iterable
from dataclasses import replace

from kg.evaluate.identity_gold import IdentityGold, Truth
from kg.model import Concept, Entity, Findings, Kind, Relation

_NAMED = frozenset((Kind.PLACE, Kind.INSTITUTION, Kind.PERSON))


def as_found(gold: IdentityGold, found: Iterable[Findings]) -> IdentityGold:
    """Return what an extractor found in the reports, with the thing of each entity where that is clear."""
    read = tuple(found)
    by_id = {findings.article.id: findings for findings in read}
    truth: Truth = {}
    for known in gold.findings:
        if (findings := by_id.get(known.article.id)) is not None:
            for entity, thing in _pairs(known, findings, gold.truth):
                truth[known.article.id, entity.key] = thing
    return replace(gold, findings=read, truth=truth)


def _pairs(known: Findings, found: Findings, truth: Truth) -> list[tuple[Entity, str]]:
    pairs: list[tuple[Entity, str]] = []
    taken: set[str] = set()
    for mention in known.entities:
        thing = truth.get((known.article.id, mention.key))
        fits = [e for e in found.entities if e.kind is mention.kind and e.key not in taken]
        fits = [e for e in fits if _fits(e, mention, known, found)]
        if thing is not None and (len(fits) == 1 or (fits and mention.kind in _NAMED)):
            taken.add(fits[0].key)
            pairs.append((fits[0], thing))
    return pairs


def _fits(entity: Entity, mention: Entity, known: Findings, found: Findings) -> bool:
    if mention.kind in _NAMED:
        return _plain(mention.name) in {_plain(form) for form in (entity.name, *entity.aliases)}
    if len([e for e in known.entities if e.kind is mention.kind]) > 1 and mention.kind is not Kind.EVENT:
        return False
    return mention.kind is not Kind.EVENT or _event(entity, found) == _event(mention, known)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold().removeprefix("the "))


def _event(event: Entity, findings: Findings) -> str:
    kinds = (f.value.name for f in findings.facts if f.subject == event.key and f.relation is Relation.KIND
             and isinstance(f.value, Concept))  # fmt: skip
    return next(kinds, "")
