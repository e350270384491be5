"""Stage 2: several agreements told in one breath: `one between A and B, another between A and C`."""

from typing import TYPE_CHECKING

from kg.extract import lists, parties
from kg.extract.deals import Deal
from kg.extract.marks import Sentence
from kg.extract.scene import Scene
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Token

_PART = frozenset(
    ("one", "another", "first", "second", "third", "fourth", "other", "others", "largest", "last")
)
_FEW = 4
"""Words around which a part is named."""
_NEAR = 2
"""Sentences after a set in which its parts are told."""


def apart(scene: Scene, sentence: Sentence, here: list[Deal], before: "Sequence[Deal]") -> list[Deal]:
    """Return the deals of a sentence, with each `between` that is told of several as one of its own."""
    betweens = [t for t in sentence.tokens if t.lower_ == "between" or _binds(t)]
    whole = next((d for d in reversed((*before, *here)) if _several(d)), None)
    if whole is None or sentence.number - whole.sentence.number > _NEAR:
        return here
    known = [set(d.members) for d in here if d is not whole]
    found = [d for t in betweens if (d := _one(scene, sentence, t, whole)) is not None]
    named = [d for d in found if set(d.members) not in known]
    parts = [d for d in named if len(named) > 1 or _is_part(sentence, d.token)]
    if not parts:
        return here
    kept = [d for d in here if d is not whole]
    if whole in here and (whole.number is None or whole.number.value == len(parts)):
        return [*kept, *parts]
    for part in parts:
        part.within = whole if whole.number is not None else None
    if whole in here:
        for part in parts:
            for key in part.members:
                whole.parties.pop(key, None)
                whole.sides.pop(key, None)
        return [*kept, whole, *parts]
    return [*kept, *parts]


def _several(deal: Deal) -> bool:
    return deal.number is not None or deal.noun.tag_ in ("NNS", "NNPS")


def _is_part(sentence: Sentence, between: "Token") -> bool:
    at = between.i - sentence.first
    start = max((i + 1 for i in range(at) if sentence.tokens[i].text in (";", ":")), default=0)
    near = (*sentence.tokens[start : start + _FEW], *sentence.tokens[max(start, at - _FEW) : at])
    return any(t.lower_ in _PART and t.i < between.i for t in near)


def _binds(verb: "Token") -> bool:
    """Read `the second binds A and B`."""
    before = {t.lower_ for t in verb.doc[max(verb.sent.start, verb.i - _FEW) : verb.i]}
    return verb.lemma_.lower() in bargains().binding and verb.tag_ in ("VBZ", "VBD") and bool(_PART & before)


def _one(scene: Scene, sentence: Sentence, between: "Token", whole: Deal) -> Deal | None:
    deal = Deal(whole.kind, sentence, between, between, whole.status, "agreement-listed", apart=True)
    names = lists.after(sentence, between)
    parties.bodies(scene, sentence, names, short=True)
    parties.put(scene, deal, names, between)
    return deal if len(deal.members) > 1 else None
