"""Stage 2: whom an agreement binds of which no verb tells: `through a new partnership with X`."""

from typing import TYPE_CHECKING

from kg.extract import clauses, frames, lists, parties, standing
from kg.extract.deals import Deal
from kg.extract.scene import Scene
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from spacy.tokens import Token


def bind(scene: Scene, deal: Deal, *, only_between: bool) -> None:
    """Find those between whom an agreement is, its owner and with whom it is, or those of its clause."""
    _bind(scene, deal, only_between=only_between)
    if not only_between:
        clauses.complete(scene, deal)


def _bind(scene: Scene, deal: Deal, *, only_between: bool) -> None:
    sentence, noun = deal.sentence, deal.noun
    between = parties.listed_after(sentence, noun.i, noun, noun, ("between", "among"))
    around, _ = frames.of_noun(noun)
    parties.bodies(scene, sentence, between, short=True)
    between = list(dict.fromkeys([*between, *around.get("between", [])]))
    if len(set(parties.denoted(scene, sentence, between))) > 1:
        parties.put(scene, deal, between, noun)
        return
    if only_between:
        return
    if _by_signing(scene, deal):
        return
    parties.before(scene, deal)
    if len(deal.members) > 1 and deal.kind == "partnership" and not _stands(noun):
        deal.parties.clear()
        deal.sides.clear()
    if len(deal.members) > 1 or not (_stands(noun) or deal.status == "cancelled"):
        return
    if noun.dep_ == "dobj" and not around.get("with"):  # `A and B share a memorandum`
        parties.put(scene, deal, lists.before(sentence, noun.head), noun)
        return
    others = list(
        dict.fromkeys(
            [*parties.listed_after(sentence, noun.i, noun, noun, ("with",)), *around.get("with", [])]
        )
    )
    if noun.lemma_.lower() in bargains().trading:  # `announced the purchase of B`
        others += around.get("of", [])
    owners = [t for t in around.get("owner", []) if t.pos_ != "PRON"]
    parties.put(scene, deal, owners, noun)
    if not deal.members:
        parties.put(scene, deal, parties.speaker(scene, sentence, noun), noun)
    parties.bodies(scene, sentence, parties.listed_after(sentence, noun.i, noun, noun, ("with",)))
    if deal.members:  # `an agreement with A and B` of nobody is not between A and B
        deal.partners = others
        parties.put(scene, deal, others, noun)


def _by_signing(scene: Scene, deal: Deal) -> bool:
    """Read `the signing of a treaty by A and B`, `talks with B on a treaty`."""
    over = standing.over_noun(deal.noun)
    if over is None:
        return False
    around, support = frames.of_noun(over)
    given = [t for name in ("between", "by") for t in around.get(name, [])]
    given = given or list(frames.of_noun(deal.noun)[0].get("by", []))
    if not given:
        others = [
            *around.get("with", []),
            *frames.of_noun(deal.noun)[0].get("with", []),
            *(frames.of_verb(support).get("with", []) if support is not None else []),
        ]
        owners = [t for t in around.get("owner", []) if t.pos_ != "PRON"]
        mine = owners or parties.speaker(scene, deal.sentence, over) or _listed_above(deal, over)
        given = [*mine, *others]
    if len(set(parties.denoted(scene, deal.sentence, given))) < 2:  # noqa: PLR2004  two at least
        return False
    parties.bodies(scene, deal.sentence, given)
    parties.put(scene, deal, given, deal.noun)
    return len(deal.members) > 1


def _listed_above(deal: Deal, over: "Token") -> "list[Token]":
    """Read `With the signing of a treaty, A and B have ended a quarrel`."""
    verb = over.head.head if over.dep_ == "pobj" and over.head.i == deal.sentence.first else None
    return lists.before(deal.sentence, verb) if verb is not None and verb.i > deal.noun.i else []


def _stands(noun: "Token") -> bool:
    """Tell whether an agreement with somebody is taken as given, not only thought of."""
    if noun.dep_ == "pobj":
        over = noun.head.head.lemma_.lower()
        return noun.head.lower_ in bargains().grounds or over in bargains().under
    if noun.dep_ == "attr" and any(c.dep_ == "expl" for c in noun.head.children):
        return True
    return noun.dep_ == "dobj" and noun.head.lemma_.lower() in bargains().having
