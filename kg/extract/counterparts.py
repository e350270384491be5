"""Stage 2: who is bound by an agreement whose own clause names one or nobody: the two who met."""

from collections.abc import Iterator, Sequence

from kg.extract.deals import Deal
from kg.extract.happenings import Happening
from kg.extract.scene import Scene
from kg.model import Evidence, Kind, Ref, Relation

_NEAR = 2
"""Sentences after a meeting or visit in which an agreement is still its outcome."""
_PAIR = 2
_KINDS = ("meeting", "visit")
_REAL = {"signed": ("happened", "ongoing"), "preliminary": ("happened", "ongoing"), "planned": ("planned",)}


def complete(scene: Scene, deals: Sequence[Deal], happenings: Sequence[Happening]) -> None:
    """Give agreements that lack a party the other of the two who met, where they are just two."""
    for at, deal in enumerate(deals):
        known = deal.rule == "agreement-verb" and not (deal.definite and at)
        if not known or len(deal.members) >= _PAIR or deal.partners or deal.apart:
            continue
        for event in reversed(happenings):
            if _fits(deal, event) and _put(scene, deal, event):
                break


def _fits(deal: Deal, event: Happening) -> bool:
    back = deal.sentence.number - event.sentence.number
    near = 0 <= back <= _NEAR and (back > 0 or event.token.i < deal.token.i or event.token == deal.occasion)
    return near and event.kind in _KINDS and event.status in _REAL.get(deal.status, ())


def _put(scene: Scene, deal: Deal, event: Happening) -> bool:
    """Put the two bodies of an event among the parties; return whether they are two."""
    bodies = dict(_bodies(scene, event))
    mine = set(deal.members)
    if len(bodies) != _PAIR or not mine <= set(bodies):
        return False
    for key in bodies:
        if key not in mine:
            slots = deal.parties if scene.draft.kind(key) is Kind.INSTITUTION else deal.sides
            slots[key] = scene.evidence(deal.sentence, [deal.token, deal.noun])
            deal.through.add(key)
    return True


def _bodies(scene: Scene, event: Happening) -> Iterator[tuple[str, Evidence]]:
    """Yield the bodies and countries that took part in an event, those of its people included."""
    visited = {k: v for k, v in event.where.items() if scene.draft.kind(k) is Kind.INSTITUTION}
    told = {**event.who, **event.host, **event.sides, **visited}
    for key, evidence in told.items():
        kind = scene.draft.kind(key)
        if kind is Kind.DELEGATION:
            yield from ((value.key, evidence) for value in _senders(scene, key))
        elif kind is Kind.PERSON:
            body = scene.employers.get(key) or scene.lands.get(key)
            if body is not None:
                yield body, evidence
        elif kind in (Kind.INSTITUTION, Kind.PLACE):
            yield key, evidence


def _senders(scene: Scene, delegation: str) -> list[Ref]:
    return [v for v in scene.draft.values(delegation, Relation.SENT_BY) if isinstance(v, Ref)]
