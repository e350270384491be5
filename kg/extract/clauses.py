"""Stage 2: whom a clause about an agreement names, as in `the pact that binds A and B`."""

from typing import TYPE_CHECKING

from kg.extract import frames, lists, parties
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from spacy.tokens import Token

    from kg.extract.deals import Deal
    from kg.extract.scene import Scene

_PAIR = 2


def complete(scene: "Scene", deal: "Deal") -> None:
    """Put those whom a clause about an agreement names among its parties, where they are not yet two."""
    for verb in (c for c in deal.noun.children if c.dep_ == "relcl"):
        if len(deal.members) >= _PAIR or not _about(verb):
            return
        subject = [t for t in frames.subjects(verb)[0] if t != deal.noun]
        if any(t.lower_ in ("that", "which") for t in subject):
            subject = []
        subject = [*subject, *(lists.before(deal.sentence, verb) if subject else [])]
        around = frames.of_verb(verb)
        objects = around.get("object", []) if verb.lemma_.lower() in bargains().binding else []
        found = dict.fromkeys((*subject, *objects, *around.get("with", [])))
        parties.put(scene, deal, (t for t in found if t.i > deal.noun.i), verb)


def _about(verb: "Token") -> bool:
    lemma = verb.lemma_.lower()
    return lemma in bargains().verbs or lemma in bargains().having or lemma in bargains().binding
