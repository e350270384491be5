"""Stage 2: partnerships that a verb tells by itself: `partners with`, `joined hands with`."""

from typing import TYPE_CHECKING

from kg.extract import frames, lists, parties, standing
from kg.extract.deals import Deal
from kg.extract.marks import Sentence
from kg.extract.scene import Scene
from kg.extract.tables import bargains
from kg.model import Kind

if TYPE_CHECKING:
    from spacy.tokens import Token


def at(scene: Scene, sentence: Sentence, token: "Token") -> Deal | None:
    """Return the partnership that a word tells of; without members where nobody is named."""
    if token.pos_ not in ("VERB", "AUX", "NOUN") or sentence.mention(token) is not None:
        return None
    if not _tells(token):
        return None
    if token.pos_ == "NOUN":
        return _twins(scene, sentence, token)
    status = standing.of_act(token, done="in-force")
    if not status:
        return None
    deal = Deal("partnership", sentence, token, token, status, "partner-verb")
    partners = parties.listed_after(sentence, token.i, token, token, ("with",))
    around = frames.of_verb(token)
    subject = [*around.get("subject", []), *_suffering(token, around)]
    listed = lists.before(sentence, token)
    if not parties.denoted(scene, sentence, subject):
        subject = listed or parties.speaker(scene, sentence, token)
    elif set(subject) & set(listed):
        subject = [*subject, *listed]
    others = [*around.get("with", []), *partners]
    if token.lemma_.lower() in bargains().joining and not others:
        return None
    parties.put(scene, deal, [*subject, *others], token)
    if token.lemma_.lower() == "join":  # `joined hands`: people do so too
        deal.parties = {k: v for k, v in deal.parties.items() if k not in deal.through}
    return deal


def _suffering(verb: "Token", around: frames.Neighbours) -> "list[Token]":
    """Return who is said to be twinned, paired or merged."""
    return list(around.get("object", [])) if verb.lemma_.lower() in bargains().pairing else []


def _tells(token: "Token") -> bool:
    lemma = token.lemma_.lower()
    if token.pos_ == "NOUN":
        return lemma in bargains().twins and token.tag_ == "NNS"
    if token.pos_ != "VERB":
        return False
    if lemma in bargains().joining:
        return True
    if lemma in bargains().pairing:
        return any(c.dep_ in ("auxpass", "prep", "dobj") for c in token.children)
    return any(c.dep_ == "dobj" and c.lower_ in bargains().together.get(lemma, ()) for c in token.children)


def _twins(scene: Scene, sentence: Sentence, noun: "Token") -> Deal | None:
    """Read `A and B have been sister cities since 1994`."""
    verb = noun.head
    sisters = any(c.lower_ in ("sister", "twin", "partner") for c in noun.children)
    if noun.dep_ != "attr" or not sisters:
        return None
    status = standing.of_act(verb, done="in-force")
    if not status:
        return None
    deal = Deal("partnership", sentence, verb, noun, status, "partner-verb")
    found, _ = frames.subjects(verb)
    parties.put(scene, deal, found, noun)
    deal.parties = {k: v for k, v in deal.parties.items() if scene.draft.kind(k) is Kind.INSTITUTION}
    return deal
