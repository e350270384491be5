"""Stage 2: how far an agreement had come: planned, preliminary, signed, in force, denied, cancelled."""

from itertools import pairwise
from typing import TYPE_CHECKING

from kg.extract import frames, modality
from kg.extract.marks import Sentence
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from spacy.tokens import Token

_STATUS = {"reached": "signed"}
_WAITING = frozenset(("ahead", "before", "until", "pending", "prior", "await", "toward", "towards"))
_LEAVE = frozenset(("approve", "authorise", "authorize", "allow", "permit", "endorse", "back", "support"))
"""Verbs that let a signing come."""
_STEPS = 2
_FARTHEST = 12
"""Words between an act and what is signed."""
_LATER = frozenset(("yet", "still", "until", "till"))


def of_act(verb: "Token", *, done: str = "signed") -> str:
    """Return what became of the agreement that a verb tells by itself, `done` if it happened, or nothing."""
    said = modality.of_verb(verb)
    return done if said == modality.HAPPENED else said


def by_verb(sentence: Sentence, noun: "Token", verb: "Token") -> str:
    """Return what a verb of agreeing says of the agreement that a noun names, or nothing."""
    participle = verb.dep_ == "acl" and not _to(verb)  # `an agreement signed with`
    said = modality.HAPPENED if participle else modality.of_noun(noun, verb)
    if said == modality.DENIED and _LATER & {t.lower_ for t in verb.subtree}:
        return modality.PLANNED
    if said in (modality.PLANNED, modality.DENIED, modality.CANCELLED):
        return said
    base = bargains().verbs.get(verb.lemma_.lower(), "")
    if said == modality.NOTHING:
        return "planned" if base == "planned" else ""
    if base in ("signed", "reached") and _preliminary(sentence, noun, verb, base):
        return "preliminary"
    return _STATUS.get(base, base)


def _preliminary(sentence: Sentence, noun: "Token", verb: "Token", base: str) -> bool:
    words = {c.lower_ for c in noun.children if c.dep_ in ("amod", "compound")}
    if words & bargains().preliminary or in_principle(sentence, noun, verb):
        return True
    to_do = any(c.dep_ in ("acl", "relcl") and c.pos_ == "VERB" and _to(c) for c in noun.children)
    return base == "reached" and to_do


def in_principle(sentence: Sentence, noun: "Token", verb: "Token") -> bool:
    """Read `agreed in principle`, `an agreement in principle`."""
    near = [t for t in sentence.tokens if min(noun.i, verb.i) <= t.i <= max(noun.i, verb.i) + 3]
    return any(a.lower_ == "in" and b.lower_ == "principle" for a, b in pairwise(near))


def _to(verb: "Token") -> bool:
    return any(c.lower_ == "to" and c.dep_ == "aux" for c in verb.children)


def by_mention(noun: "Token", support: "Token | None") -> str:
    """Return how far an agreement had come of which a text only speaks; nothing where it asserts none."""
    over = over_noun(noun)
    if _fails(over or noun, support if over is None else frames.support(over)):
        return modality.CANCELLED
    if over is not None:
        return _under(over)
    if _undecided(noun, support):
        return modality.PLANNED
    if modality.unreal(noun) or _of_another(noun) or _open(noun):
        return ""
    given = noun.dep_ == "pobj" and noun.head.lower_ in bargains().grounds
    return "in-force" if given and not _doubtful(noun) else _said(noun, support)


def over_noun(noun: "Token") -> "Token | None":
    """Return the noun on which an agreement hangs: `talks on a merger`, `merger talks`."""
    found = next((a for a in _ancestors(noun) if a.lemma_.lower() in bargains().under), None)
    return found if found is not None or noun.dep_ != "pobj" else _act_before(noun.head)


def _act_before(of: "Token") -> "Token | None":
    """Read `the signing, in Rome on Monday, of a treaty`, which the parser tears apart."""
    first = of.sent.start
    for step in range(1, _FARTHEST):
        if of.lower_ != "of" or of.i - step < first:
            return None
        token = of.nbor(-step)
        if bargains().under.get(token.lemma_.lower()) == "signed" and token.pos_ == "NOUN":
            return token
        if token.pos_ in ("VERB", "AUX") or (token.pos_ == "NOUN" and token.tag_ != "NNP"):
            return None
    return None


def _fails(noun: "Token", support: "Token | None") -> bool:
    """Tell whether nothing comes of it: `the merger collapsed`, `pulled out of the talks`."""
    support = support or _left(noun)
    if support is None or modality.of_verb(support) != modality.HAPPENED:
        return False
    lemma = support.lemma_.lower()
    if noun.dep_ == "nsubj":
        return lemma in bargains().failing
    if noun.dep_ == "pobj":
        return lemma in bargains().leaving and noun.head.lower_ in ("from", "of")
    particle = bargains().with_particle.get(lemma)
    complete = not particle or any(c.lower_ == particle for c in support.children)
    return bargains().verbs.get(lemma) == "cancelled" and complete and noun.dep_ in ("dobj", "nsubjpass")


def _left(noun: "Token") -> "Token | None":
    """Return the verb above `out of`, `away from`."""
    step = noun.head if noun.dep_ == "pobj" else noun
    for _ in range(_STEPS):
        step = step.head
        if step.pos_ == "VERB":
            return step
    return None


def _open(noun: "Token") -> bool:
    """Tell whether nothing says that an agreement stands: `a treaty between A and B hangs on a clause`."""
    vague = any(c.lower_ in ("a", "an", "any") for c in noun.children)
    present = noun.head.tag_ in ("VBZ", "VBP") and noun.head.lemma_ != "be"
    return vague and noun.dep_ == "nsubj" and present


def _said(noun: "Token", support: "Token | None") -> str:
    pending = _pending(noun, support) if support is not None else None
    if pending is not None:
        return pending
    said = modality.of_noun(noun, support)
    if said == modality.NOTHING and support is not None:
        return "planned" if bargains().verbs.get(support.lemma_.lower()) == "planned" else ""
    if said == modality.HAPPENED:
        words = {c.lower_ for c in noun.children if c.dep_ in ("amod", "compound")}
        return "preliminary" if words & bargains().preliminary else "in-force"
    return said


def _pending(noun: "Token", support: "Token") -> str | None:
    """Return what is said of one that waits: `is close`, `is expected`, `has yet to be signed`."""
    if noun.dep_ not in ("nsubj", "nsubjpass"):
        return None
    if modality.yet_to(support):
        return modality.PLANNED
    if noun.dep_ == "nsubjpass" and support.lemma_.lower() in bargains().awaited:
        return modality.PLANNED
    if support.lemma_ != "be":
        return None
    words = {c.lower_ for c in support.children if c.dep_ in ("acomp", "advmod", "prep")}
    words |= {t.lower_ for c in support.children if c.dep_ == "prep" for t in c.children if t.dep_ == "pobj"}
    return next((status for word, status in sorted(bargains().being.items()) if word in words), None)


def _undecided(noun: "Token", support: "Token | None") -> bool:
    if support is None or any(c.lower_ == "through" for c in support.children):  # `pushed through a merger`
        return False
    return noun.dep_ != "nsubj" and support.lemma_.lower() in bargains().undecided


def _of_another(noun: "Token") -> bool:
    """Tell whether it only says of what something else is: `the case for a merger`."""
    vague = not any(c.lower_ in ("the", "this", "their", "its") for c in noun.children)
    return (
        noun.dep_ == "pobj"
        and noun.head.head.pos_ == "NOUN"
        and vague
        and noun.head.lower_ not in bargains().grounds
    )


def _under(over: "Token") -> str:
    """Return what `talks on`, `the signing of` say of the agreement that hangs on them."""
    status = bargains().under[over.lemma_.lower()]
    if status != "signed":
        return status
    said = modality.of_noun(over, frames.support(over))
    waited = any(t.lower_ in _WAITING for t in (over.head, over.head.head))
    support = frames.support(over)
    if support is not None and support.lemma_.lower() in _LEAVE:
        return "planned"
    if said == modality.CANCELLED or _undecided(over, frames.support(over)):
        return modality.PLANNED
    if said in (modality.HAPPENED, modality.PLANNED):
        return modality.PLANNED if waited else {modality.HAPPENED: "signed"}.get(said, said)
    return said


def _doubtful(noun: "Token") -> bool:
    words = {c.lower_ for c in noun.children}
    return bool(words & (modality.row("planned_words") | modality.row("false_words")))


def _ancestors(noun: "Token") -> "list[Token]":
    """Return the nouns that an agreement hangs on: `talks on an agreement`."""
    out: list[Token] = []
    token = noun
    if token.dep_ in ("compound", "nmod") and token.head.pos_ == "NOUN":  # `merger talks`
        token = token.head
        out.append(token)
    while token.dep_ in ("pobj", "conj") and len(out) < 2:  # noqa: PLR2004  one noun over another
        token = token.head.head if token.dep_ == "pobj" else token.head
        if token.pos_ not in ("NOUN", "PROPN"):
            break
        out.append(token)
    return out
