"""Stage 2: contracts that a verb of trade tells by itself: `ordered six ships from B`, `bought B`."""

from typing import TYPE_CHECKING

from kg.extract import frames, parties, standing
from kg.extract.deals import Deal
from kg.extract.marks import Sentence, Sort
from kg.extract.scene import Scene
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from spacy.tokens import Token


def told(scene: Scene, sentence: Sentence, verb: "Token") -> Deal | None:
    """Return the contract that a verb of buying tells of between two bodies."""
    lemma = verb.lemma_.lower()
    if lemma not in bargains().buying and lemma not in bargains().ordering:
        return None
    status = standing.of_act(verb)
    if not status:
        return None
    around = frames.of_verb(verb)
    bought = around.get("object", []) if lemma in bargains().buying else []
    sellers = [
        *bought,
        *around.get("from", []),
        *parties.listed_after(sentence, verb.i, verb, verb, ("from",)),
    ]
    buyers = around.get("subject", []) or around.get("by", [])
    deal = Deal("contract", sentence, verb, verb, status, "trade-verb")
    pair = [_body(scene, sentence, buyers), _body(scene, sentence, sellers)]
    if None in pair or pair[0] == pair[1]:
        return None
    parties.put(scene, deal, [*buyers, *sellers], verb)
    deal.sides.clear()
    return deal if len(deal.parties) > 1 else None


def _body(scene: Scene, sentence: Sentence, tokens: "list[Token]") -> str | None:
    """Return the first body that words name."""
    named = (t for t in tokens if (m := sentence.mention(t)) is not None and m.sort is Sort.INSTITUTION)
    return next((key for t in named for key in scene.denoted(sentence, t)), None)
