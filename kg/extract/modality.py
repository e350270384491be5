"""Stage 2: tell whether a clause states a fact, a plan, a denial or none of these."""

from functools import cache
from typing import TYPE_CHECKING

from kg.extract import frames
from kg.extract.tables import table, words

if TYPE_CHECKING:
    from spacy.tokens import Token

HAPPENED = "happened"
PLANNED = "planned"
DENIED = "denied"
CANCELLED = "cancelled"
NOTHING = ""
"""Wish, condition, opinion: the clause states no fact."""

_CLAUSES = ("ccomp", "xcomp", "conj", "advcl", "acl", "relcl", "pcomp")
_DEEPEST = 8


@cache
def row(name: str) -> frozenset[str]:
    """Return a list of `modality.yaml`."""
    return words(table("modality")[name])


def of_verb(verb: "Token", depth: int = 0) -> str:
    """Return what the clause of a verb says of it: happened, planned, denied, cancelled, or nothing."""
    own = _own(verb)
    if own is not None or depth > _DEEPEST:
        return NOTHING if own is None else own
    above = verb.head
    if verb.dep_ in ("advcl", "acl", "relcl") and verb.tag_ in ("VBD", "VBN", "VBZ", "VBP") and _finite(verb):
        return HAPPENED
    if (
        above is verb
        or verb.dep_ not in _CLAUSES
        or above.pos_ not in ("VERB", "AUX", "ADJ", "ADP", "NOUN", "SCONJ")
    ):
        return PLANNED if _infinitive(verb) else HAPPENED
    return _governed(verb, above, depth)


def _finite(verb: "Token") -> bool:
    return not _infinitive(verb)


def _infinitive(verb: "Token") -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)


def _own(verb: "Token") -> str | None:
    """Return what the verb's own auxiliaries say, or None when they say nothing."""
    children = list(verb.children)
    if any(_negates(c) for c in children):
        return DENIED
    if any(c.dep_ == "mark" and c.lower_ in row("conditions") for c in children):
        return NOTHING
    auxiliaries = {c.lower_ for c in children if c.dep_ in ("aux", "auxpass")}
    if auxiliaries & {"will", "wo", "shall", "'ll", "’ll"}:
        return PLANNED
    if auxiliaries & row("hypothetical"):
        return NOTHING
    if verb.dep_ == "ROOT" and _infinitive(verb):
        return PLANNED
    return None


def _negates(child: "Token") -> bool:
    """Tell whether a child of a verb denies it: not, never, `neither A nor B`."""
    if child.dep_ in ("nsubj", "nsubjpass"):
        return any(c.lower_ in ("neither", "nor") for c in child.children)
    return child.dep_ == "neg" or (child.dep_ == "advmod" and child.lower_ == "never")


def _governed(verb: "Token", above: "Token", depth: int) -> str:  # noqa: C901, PLR0911  one return a case, in order
    if verb.dep_ == "conj":
        finite = any(c.dep_ in ("nsubj", "nsubjpass") for c in verb.children)
        return (
            HAPPENED
            if finite and _own(verb) is None and verb.tag_ in ("VBD", "VBZ")
            else of_verb(above, depth + 1)
        )
    if above.dep_ == "prep" or above.pos_ == "ADP":
        return _after_preposition(above, depth)
    lemma = above.lemma_.lower()
    if lemma in row("occasions") and _infinitive(verb):  # `a ceremony to mark the signing was held`
        return of_noun(above, frames.support(above))
    if lemma in row("denied"):
        return DENIED
    if lemma in row("cancelled"):
        return CANCELLED
    if not _infinitive(verb):
        if verb.dep_ == "ccomp":
            return _of_report(verb, above, depth)
        return _of_gerund(verb, above, depth)
    if above.pos_ == "NOUN" and lemma in row("planned_nouns"):
        said = of_noun(above, frames.support(above))  # `plans to merge were dropped`
        return said if said in (CANCELLED, DENIED) else PLANNED
    if lemma in row("planned") or yet_to(above):
        return PLANNED if of_verb(above, depth + 1) in (HAPPENED, PLANNED) else NOTHING
    if lemma in row("kept"):  # `is pleased to announce` is as real as `is`
        return of_verb(above.head if above.dep_ == "acomp" else above, depth + 1)
    return NOTHING


def _of_report(verb: "Token", above: "Token", depth: int) -> str:
    """Read `said that it signed`, `hopes that it signs`."""
    lemma = above.lemma_.lower()
    if lemma in row("wished") and lemma != "tell" and verb.tag_ != "VBD":
        return NOTHING
    return HAPPENED if of_verb(above, depth + 1) else NOTHING


def _of_gerund(verb: "Token", above: "Token", depth: int) -> str:
    """Read `considered signing`, `plans signing`, `by signing`."""
    if verb.tag_ != "VBG" or verb.dep_ not in ("xcomp", "acl"):
        return HAPPENED
    if verb.dep_ == "xcomp" and above.lemma_.lower() in row("planned") | row("considered"):
        return PLANNED
    if verb.dep_ == "xcomp" and above.lemma_.lower() in row("wished"):
        return NOTHING
    return of_verb(above, depth + 1)


def yet_to(verb: "Token") -> bool:
    """Read `has yet to`, `remains to`."""
    return verb.lemma_ == "remain" or (
        verb.lemma_ == "have" and any(c.lower_ == "yet" for c in verb.children)
    )


def _after_preposition(preposition: "Token", depth: int) -> str:
    if preposition.lower_ in ("after", "by", "since", "following", "upon", "in", "with"):
        governor = preposition.head
        return HAPPENED if preposition.lower_ in ("after", "since") else of_verb(governor, depth + 1)
    governor = preposition.head
    if governor.lemma_ == "look" and any(c.lower_ == "forward" for c in governor.children):
        return PLANNED
    if governor.lemma_.lower() in row("occasions"):  # `the ceremony of signing the agreement was held`
        return of_noun(governor, frames.support(governor))
    return NOTHING


def of_noun(noun: "Token", support: "Token | None") -> str:
    """Return what a clause says of the thing that a noun names; `support` is the verb that it depends on."""
    modifiers = {c.lower_ for c in noun.children if c.dep_ in ("amod", "det", "compound", "nummod")}
    if modifiers & row("cancelled_words"):
        return CANCELLED
    if modifiers & row("false_words"):
        return DENIED if "no" in modifiers else NOTHING
    said = _of_support(support) if support is not None else HAPPENED
    # `a planned agreement has not been signed` is still planned
    return PLANNED if said in (HAPPENED, DENIED) and modifiers & row("planned_words") else said


def unreal(noun: "Token") -> bool:
    """Tell whether a thing is only talked of: `talks on an agreement`."""
    return any(a.lemma_.lower() in row("unreal_nouns") for a in list(noun.ancestors)[:3])


def _of_support(verb: "Token") -> str:
    said = of_verb(verb)
    lemma = verb.lemma_.lower()
    if said in (HAPPENED, PLANNED) and (lemma in row("cancelled") or _called_off(verb)):
        return CANCELLED
    if said == HAPPENED and lemma in row("denied"):
        return DENIED
    if said == HAPPENED and lemma in ("plan", "schedule", "propose", "arrange"):
        return PLANNED
    called = lemma == "call" and not any(c.dep_ == "prep" and c.lower_ == "for" for c in verb.children)
    return NOTHING if lemma in row("wished") and said == HAPPENED and not called else said


def _called_off(verb: "Token") -> bool:
    if verb.lemma_ == "stand":  # `the visit stands cancelled`
        return any(c.lemma_.lower() in row("cancelled") for c in verb.children)
    return verb.lemma_ == "call" and any(c.lower_ == "off" for c in verb.children)
