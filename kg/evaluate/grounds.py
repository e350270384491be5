"""Stage evaluate, its memory: which rule says an item of the annotation format, and how sure it is."""

from collections.abc import Callable
from typing import Any

from kg.evaluate.dossier import Dossier
from kg.model import Entity, Fact, Ref, Relation
from kg.precision import said

Told = dict[str, Any]
"""`{"rule": "agreement-verb", "said": "Agreement.party", "confidence": 0.9}`."""


def told_by(book: Dossier, key: str, *relations: Relation) -> Told | None:
    """Return what says the first of these relations that the entity has; None where it has none."""
    facts = (book.about(key, relation) for relation in relations)
    return next((_told(book, found[0]) for found in facts if found), None)


def each_told_by(
    book: Dossier,
    key: str,
    relations: tuple[Relation, ...],
    names: Callable[[Dossier, Entity], list[str]] = lambda _, entity: [entity.name],
) -> dict[str, Told]:
    """Return for each name that these relations lead to what says it first."""
    found: dict[str, Told] = {}
    for fact in book.about(key, *relations):
        if isinstance(fact.value, Ref) and fact.value.key in book.entities:
            for name in names(book, book.entities[fact.value.key]):
                found.setdefault(name, _told(book, fact))
    return found


def _told(book: Dossier, fact: Fact) -> Told:
    what = said(book.entities[fact.subject].kind, fact.relation)
    return {"rule": fact.rule, "said": what, "confidence": fact.confidence}
