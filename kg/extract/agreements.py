"""Stage 2: agreements and sets of agreements, from the words that tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.extract import frames, modality, parties
from kg.extract.deals import Deal
from kg.extract.figures import Number, number_of
from kg.extract.marks import Sentence
from kg.extract.scene import Scene
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from spacy.tokens import Token


_STATUS = {"reached": "signed"}


def enough(scene: Scene, group: Sequence[Deal]) -> bool:
    """Tell whether it is known who is bound: by two at least, or by one where agreements are counted."""
    members = {key for deal in group for key in deal.members}
    counted = any(deal.number is not None and (members or deal.among) for deal in group)
    if len(members) > 1 or counted:
        return True
    scene.draft.rejected.append(
        f"agreement without parties: {_quote(scene, group[0].sentence, group[0].noun)}"
    )
    return False


def find(scene: Scene) -> list[Deal]:
    """Return the agreements that the sentences tell, in text order, not yet united."""
    out: list[Deal] = []
    for sentence in scene.sentences:
        here: list[Deal] = []
        for token in sentence.tokens:
            deal = _at(scene, sentence, token, here)
            if deal is not None:
                here.append(deal)
        out += here
    return out


def kind_at(sentence: Sentence, token: "Token") -> tuple[str, bool]:
    """Return the kind of agreement that a noun names, and whether it needs its parties to count."""
    if sentence.mention(token) is not None or token.pos_ not in ("NOUN", "PROPN"):
        return "", False
    lemma = token.lemma_.lower()
    follow = " ".join(t.lower_ for t in [token, *_next(sentence, token, 2)])
    back = " ".join(t.lower_ for t in [*_next(sentence, token, -1), token])
    for row in bargains().kinds:
        if any(follow.startswith(p) or back.endswith(p) for p in bargains().phrases[row.kind]):
            return row.kind, row.light
    if token.dep_ in ("compound", "nmod"):
        return "", False
    return next(
        (
            (row.kind, row.light)
            for row in bargains().kinds
            if lemma in row.nouns or token.lower_ in row.nouns
        ),
        ("", False),
    )


def _next(sentence: Sentence, token: "Token", steps: int) -> "list[Token]":
    at = token.i - sentence.first
    return list(
        sentence.tokens[at + 1 : at + 1 + steps] if steps > 0 else sentence.tokens[max(0, at + steps) : at]
    )


def _at(scene: Scene, sentence: Sentence, token: "Token", here: list[Deal]) -> Deal | None:  # noqa: PLR0911  one return a case, in order
    if token.pos_ == "VERB" and token.lemma_.lower() in bargains().joining:
        return _joined(scene, sentence, token)
    kind, loose = kind_at(sentence, token)
    among = _among(sentence, token)
    if not kind and among is None:
        return None
    if _is_among(token):
        return None
    around, verb = frames.of_noun(token)
    listed = next((d for d in here if d.number is not None and _including(sentence, d, token)), None)
    verb = _verb(token, verb)
    if listed is not None:
        return _part(scene, sentence, token, kind or listed.kind, around, listed)
    bound = around.get("between") or [*around.get("owner", []), *around.get("with", [])]
    between = len(set(parties.denoted(scene, sentence, bound))) > 1
    if verb is None and between and not loose:
        return _mentioned(scene, sentence, token, kind, bound)
    if verb is None or (loose and not between):
        return None
    status = _status(token, verb)
    if not status:
        scene.draft.rejected.append(
            f"agreement not asserted ({verb.lemma_}): {_quote(scene, sentence, token)}"
        )
        return None
    kind = kind or (kind_at(sentence, among[1])[0] if among else "") or "formal-agreement"
    deal = Deal(kind, sentence, verb, token, status, "agreement-verb")
    deal.number = number_of(sentence, token)
    deal.among = among[0] if among else None
    deal.definite = any(c.lower_ in ("the", "this") for c in token.children if c.dep_ == "det")
    parties.fill(scene, deal, around, verb)
    return deal


def _mentioned(
    scene: Scene, sentence: Sentence, token: "Token", kind: str, bound: "list[Token]"
) -> Deal | None:
    """Read `the agreement between A and B`, of which no verb says how far it had come."""
    support = frames.support(token)
    said = modality.of_noun(token, support)
    if said == modality.NOTHING or modality.unreal(token):
        return None
    status = "in-force" if said == modality.HAPPENED else said
    deal = Deal(kind, sentence, token, token, status, "agreement-between")
    parties.put(scene, deal, bound, token)
    return deal


def _joined(scene: Scene, sentence: Sentence, verb: "Token") -> Deal | None:
    """Read `A partners with B`."""
    around = frames.of_verb(verb)
    said = modality.of_verb(verb)
    if said == modality.NOTHING or not around.get("with"):
        return None
    status = "in-force" if said == modality.HAPPENED else said
    deal = Deal("partnership", sentence, verb, verb, status, "partner-verb")
    parties.put(scene, deal, [*around.get("subject", []), *around["with"]], verb)
    return deal


def _quote(scene: Scene, sentence: Sentence, token: "Token") -> str:
    piece = sentence.piece(token)
    return " ".join(scene.draft.article.text[max(sentence.start, piece.start - 40) : piece.end + 30].split())


def _verb(noun: "Token", support: "Token | None") -> "Token | None":
    """Return the verb that says what became of an agreement: `signed an agreement`, `agreements signed`."""
    for child in noun.children:
        if (
            child.dep_ in ("acl", "relcl")
            and child.tag_ in ("VBN", "VBD")
            and child.lemma_.lower() in bargains().verbs
        ):
            return child
    if support is not None and noun.dep_ != "pobj" and support.lemma_.lower() in bargains().verbs:
        return support
    # `entered into an agreement`
    if support is not None and noun.dep_ == "pobj" and support.lemma_.lower() in ("enter", "agree"):
        return support if noun.head.lower_ in ("into", "on", "to") else None
    return None


def _status(noun: "Token", verb: "Token") -> str:
    said = modality.of_noun(noun, verb) if verb.dep_ != "acl" else modality.HAPPENED
    if said in (modality.PLANNED, modality.DENIED, modality.CANCELLED):
        return said
    if said == modality.NOTHING:
        return "planned" if bargains().verbs.get(verb.lemma_.lower()) == "planned" else ""
    base = bargains().verbs.get(verb.lemma_.lower(), "")
    if base in ("signed", "reached"):
        modifiers = {c.lower_ for c in noun.children if c.dep_ in ("amod", "compound")}
        if modifiers & bargains().preliminary:
            return "preliminary"
        if base == "reached" and any(
            c.dep_ in ("acl", "relcl") and c.pos_ == "VERB" and _to(c) for c in noun.children
        ):
            return "preliminary"
    return _STATUS.get(base, base)


def _to(verb: "Token") -> bool:
    return any(c.lower_ == "to" and c.dep_ == "aux" for c in verb.children)


# Sets: `Among the 71 medical partnerships, 31 were signed, including ...` ------------------------


def _among(sentence: Sentence, token: "Token") -> "tuple[Number, Token] | None":
    """Return the set of which a bare number is a part, and the noun that names it."""
    if token.pos_ != "NUM" or token.dep_ not in ("nsubjpass", "nsubj", "dobj"):
        return None
    for other in sentence.tokens:
        if other.dep_ == "pobj" and other.head.lower_ in ("among", "of") and kind_at(sentence, other)[0]:
            number = number_of(sentence, other)
            if number is not None and (other.head.head in (token, token.head)):
                return replace(number, evidence=sentence.span([other.head, other])), other
    return None


def _is_among(token: "Token") -> bool:
    return token.dep_ == "pobj" and token.head.lower_ == "among"


def _including(sentence: Sentence, whole: Deal, token: "Token") -> bool:
    return any(t.lower_ == "including" for t in sentence.tokens if whole.noun.i < t.i < token.i)


def _part(  # noqa: PLR0917  each is needed by name
    scene: Scene,
    sentence: Sentence,
    token: "Token",
    kind: str,
    around: Mapping[str, "list[Token]"],
    whole: Deal,
) -> Deal | None:
    deal = Deal(kind, sentence, token, token, whole.status, "agreement-listed", within=whole)
    parties.put(scene, deal, around.get("between", []), token)
    return deal if len(deal.members) > 1 else None
