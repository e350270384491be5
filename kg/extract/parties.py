"""Stage 2: who is bound by an agreement, and where and at what occasion it was made."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kg.extract import frames
from kg.extract.deals import Deal
from kg.extract.marks import Sentence, Sort
from kg.extract.scene import Scene
from kg.model import Kind

if TYPE_CHECKING:
    from spacy.tokens import Token


def denoted(scene: Scene, sentence: Sentence, tokens: "Iterable[Token]") -> list[str]:
    """Return the entities that words stand for."""
    return [key for token in tokens for key in scene.denoted(sentence, token)]


def fill(scene: Scene, deal: Deal, around: Mapping[str, "list[Token]"], verb: "Token") -> None:
    """Find who is bound by an agreement, where and at what occasion, among the neighbours of its words."""
    of_verb = frames.of_verb(verb)
    subject = [t for t in of_verb.get("subject", []) if t != deal.noun and not _inside(t, deal.noun)]
    if verb.dep_ == "acl" or (
        verb.lemma_.lower() in ("launch", "form", "create") and not around.get("between")
    ):
        subject = [t for t in subject if t != verb.head]
    tokens = [
        *subject,
        *(
            t
            for name in ("with", "between", "among", "by")
            for t in (*around.get(name, []), *of_verb.get(name, []))
        ),
    ]
    put(scene, deal, dict.fromkeys(tokens), verb)
    for token in deal.sentence.tokens:
        mention = deal.sentence.mention(token)
        named = mention is not None and mention.sort in (Sort.PLACE, Sort.NATION, Sort.INSTITUTION)
        if named and token.i < deal.noun.i and _modifies(token, deal.noun):
            put(scene, deal, [token], deal.noun)
    for name in ("in", "at"):
        for token in (*of_verb.get(name, []), *around.get(name, [])):
            place = scene.place(deal.sentence, token)
            if place is not None and place not in deal.sides:
                deal.where.setdefault(place, scene.evidence(deal.sentence, [verb, token]))
    deal.occasion = next(
        (t for name in ("at", "during", "in") for t in of_verb.get(name, []) if _occasional(deal, t)), None
    )
    deal.after = next((t for name in ("after", "following") for t in of_verb.get(name, [])), None)


def _occasional(deal: Deal, token: "Token") -> bool:
    mention = deal.sentence.mention(token)
    return mention is None or mention.sort is Sort.OCCASION


def _inside(token: "Token", noun: "Token") -> bool:
    return noun in token.children


def _modifies(token: "Token", noun: "Token") -> bool:
    """Tell whether a name stands before a noun as its modifier: `Shanxi-US medical partnerships`."""
    for ancestor in [token, *token.ancestors]:
        if ancestor == noun:
            return True
        if ancestor.dep_ not in ("compound", "nmod", "amod", "punct", "conj", "npadvmod", "poss", "dep"):
            return False
    return False


def put(scene: Scene, deal: Deal, tokens: "Iterable[Token]", anchor: "Token") -> None:
    """Put what words denote among the parties, the sides or the signers."""
    for token in tokens:
        for key in scene.denoted(deal.sentence, token):
            evidence = scene.evidence(deal.sentence, [anchor, deal.noun, token])
            kind = scene.draft.kind(key)
            if kind is Kind.INSTITUTION:
                deal.parties.setdefault(key, evidence)
            elif kind is Kind.PLACE:
                deal.sides.setdefault(key, evidence)
            elif kind is Kind.PERSON:
                deal.signers.setdefault(key, evidence)
                employer = scene.employers.get(key)
                if employer is not None and employer not in deal.parties:
                    deal.parties[employer] = evidence
                    deal.through.add(employer)
