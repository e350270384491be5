"""Stage 2: acts of agreeing told without the word for what was agreed, as in `it was signed by`."""

from typing import TYPE_CHECKING

from kg.extract import frames, modality, parties, standing
from kg.extract.deals import Deal
from kg.extract.marks import Sentence
from kg.extract.scene import Scene
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spacy.tokens import Token

SIGNING = frozenset(("sign", "ink", "initial", "seal", "countersign"))
"""Verbs of putting names under a text."""
_PRONOUNS = frozenset(("it", "this", "both", "they", "them", "these", "each", "which"))


def told(scene: Scene, sentence: Sentence, verb: "Token", before: "Sequence[Deal]") -> Deal | None:
    """Return what a verb of signing adds to the agreement told before it."""
    last = before[-1] if before else None
    thing = _thing(verb)
    if last is None or verb.lemma_.lower() not in SIGNING or (thing is None and not _for(sentence, verb)):
        return None
    if thing is not None and not _document(sentence, thing):
        return None
    status = standing.of_act(verb)
    if not status:
        return None
    deal = Deal(last.kind, sentence, verb, thing or verb, status, "signing-told", definite=True)
    parties.fill(scene, deal, {}, verb)
    if len(last.parties) > 1:  # `for the Dutch side` says no more than which of them
        deal.sides.clear()
    return deal


def _thing(verb: "Token") -> "Token | None":
    """Return the word for what is signed."""
    return next((c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")), None)


def _document(sentence: Sentence, thing: "Token") -> bool:
    if sentence.mention(thing) is not None:
        return False
    return thing.lower_ in _PRONOUNS or thing.lemma_.lower() in bargains().documents


def _for(sentence: Sentence, verb: "Token") -> bool:
    """Tell whether somebody signs for another."""
    after = [t for t in sentence.tokens if verb.i < t.i <= verb.i + 3]
    return any(t.lower_ in ("for", "behalf") for t in after) and verb.tag_ in ("VBD", "VBN", "VB", "VBZ")


def in_principle(scene: Scene, sentence: Sentence, verb: "Token") -> Deal | None:
    """Read `A and B agreed in principle to build`, and without `in principle` where two are named."""
    if verb.lemma_ != "agree" or modality.of_verb(verb) != modality.HAPPENED:
        return None
    outright = not standing.in_principle(sentence, verb, verb)
    if outright and not (verb.tag_ in ("VBD", "VBN") and _to_do(verb)):
        return None
    deal = Deal("formal-agreement", sentence, verb, verb, "preliminary", "agreement-verb")
    parties.fill(scene, deal, frames.of_verb(verb), verb)
    return deal if not outright or len(set(deal.members) - deal.through) > 1 else None


def _to_do(verb: "Token") -> bool:
    """Tell whether it is said what those who agree will do."""
    done = [c for c in verb.children if c.dep_ == "xcomp" and any(g.lower_ == "to" for g in c.children)]
    return any(c.lemma_.lower() not in bargains().vague for c in done)
