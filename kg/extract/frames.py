"""Stage 2: collect the grammatical neighbours of a word: who, whom, with whom, by whom, of what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from kg.extract.tables import table, words

if TYPE_CHECKING:
    from spacy.tokens import Token

Neighbours = Mapping[str, "list[Token]"]
"""Neighbour (subject, object, by, owner, or a preposition) -> the words that fill it, lists unfolded."""

_MOST_STEPS = 6
STAND_IN_DATE = "Monday"
"""The word as which dates are parsed."""


@cache
def light(name: str) -> frozenset[str]:
    """Return the verbs that lend a noun their subject (`do`), or whose subject it is (`happen`)."""
    return words(table("events")["light"][name])


def unfolded(token: "Token") -> "list[Token]":
    """Return a word and all that is listed with it."""
    out = [token]
    for child in token.children:
        # `to Peru this week`, `met Ana Lopez today`: the parser takes the name for a part of the date
        dated = token.text == STAND_IN_DATE and child.dep_ in ("nmod", "compound") and child.pos_ == "PROPN"
        if (
            child.dep_ == "conj"
            or dated
            or (child.dep_ == "appos" and child.pos_ == "PROPN" and _after_comma(child))
        ):
            out += unfolded(child)
    return out


def _after_comma(token: "Token") -> bool:
    return token.i > 0 and token.nbor(-1).text in (",", "the")


def subjects(verb: "Token", steps: int = 0) -> "tuple[list[Token], bool]":  # noqa: C901, PLR0911, PLR0912  one branch a construction
    """Return who does what a verb says, and whether it is said in the passive (they then suffer it)."""
    for child in verb.children:
        if child.dep_ in ("nsubj", "nsubjpass"):
            passive = child.dep_ == "nsubjpass"
            if child.lower_ in ("who", "which", "that") and verb.dep_ == "relcl":
                return unfolded(verb.head), passive
            return unfolded(child), passive
    # A headline's or caption's `X talks with Y` is often parsed as a compound noun.
    for child in verb.children:
        if (
            child.dep_ in ("compound", "nmod")
            and child.pos_ == "PROPN"
            and verb.tag_ in ("VBZ", "VBP", "VBD")
        ):
            return unfolded(child), False
    if steps > _MOST_STEPS or verb.head is verb:
        return [], False
    passive_form = any(c.dep_ == "auxpass" for c in verb.children)
    if verb.dep_ == "acl":
        if any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children):  # `announced plans to sign`
            over = support(verb.head)
            return subjects(over, steps + 1) if over is not None and over is not verb else ([], False)
        return unfolded(verb.head), verb.tag_ == "VBN"
    if verb.dep_ == "xcomp" and verb.head.pos_ == "ADJ" and verb.head.dep_ == "acomp":  # `is about to sign`
        return subjects(verb.head.head, steps + 1)
    if verb.dep_ in ("conj", "xcomp", "advcl", "ccomp") and verb.head.pos_ in ("VERB", "AUX"):
        if verb.dep_ == "xcomp":
            objects = [c for c in verb.head.children if c.dep_ == "dobj"]
            if objects:
                return unfolded(objects[0]), passive_form
        found, passive = subjects(verb.head, steps + 1)
        return found, passive_form or (passive and verb.tag_ == "VBN")
    if verb.dep_ == "pcomp" and verb.head.head is not verb.head:
        return subjects(verb.head.head, steps + 1)
    return [], False


def _prepositional(token: "Token") -> "Iterator[tuple[str, Token]]":
    for child in token.children:
        if child.dep_ in ("prep", "agent", "dative"):
            name = "by" if child.dep_ == "agent" else child.lower_
            for inner in child.children:
                if inner.dep_ == "pobj":
                    for one in unfolded(inner):
                        yield name, one
                elif inner.dep_ == "prep":
                    for deeper in inner.children:
                        if deeper.dep_ == "pobj":
                            yield from ((inner.lower_, one) for one in unfolded(deeper))
        elif child.dep_ == "advmod" and child.lower_ in ("together", "along"):
            yield from _prepositional(child)


def of_verb(verb: "Token") -> Neighbours:
    """Return the neighbours of a verb."""
    out: defaultdict[str, list[Token]] = defaultdict(list)
    found, passive = subjects(verb)
    out["object" if passive else "subject"] += found
    for child in verb.children:
        if child.dep_ == "dobj" or (child.dep_ == "attr" and not found):
            out["object"] += unfolded(child)
    for name, token in _prepositional(verb):
        out[name].append(token)
    return out


def of_noun(noun: "Token") -> "tuple[Neighbours, Token | None]":
    """Return the neighbours of a noun, those of the verb that supports it included, and that verb."""
    out: defaultdict[str, list[Token]] = defaultdict(list)
    for name, token in _prepositional(noun):
        out[name].append(token)
    for child in noun.children:
        if child.dep_ == "poss" or child.dep_ in ("compound", "nmod", "amod"):
            out["owner"] += unfolded(child)
            # `the China-Italy meeting`: the first of the two hangs on the second
            out["owner"] += [
                c for c in child.children if c.dep_ in ("compound", "nmod") and c.pos_ == "PROPN"
            ]
    for child in (c for c in noun.children if c.dep_ == "acl" and c.tag_ in ("VBN", "VBG")):
        for name, token in _prepositional(child):
            out[name].append(token)
    for name in ("between", "with", "from"):
        if name not in out:
            out[name] = _below(noun, name)
    verb = support(noun)
    if verb is not None:
        for name, tokens in _supported(noun, verb).items():
            out[name] += tokens
    return out, verb


def _below(noun: "Token", name: str) -> "list[Token]":
    """Return what a noun is between or with, where the parser hung the preposition on a word deeper down."""
    for token in noun.subtree:
        if token.lower_ != name or token.i < noun.i:
            continue
        path = [a for a in token.ancestors if noun in a.ancestors]
        if all(a.dep_ == "pobj" or a.lower_ in ("on", "of", "for", "in", "about", "over") for a in path):
            return [one for c in token.children if c.dep_ == "pobj" for one in unfolded(c)]
    return []


def support(noun: "Token") -> "Token | None":
    """Return the verb whose subject or object a noun is."""
    top = noun
    while top.dep_ in ("conj", "appos") and top.head.pos_ in ("NOUN", "PROPN"):
        top = top.head
    if top.dep_ in ("dobj", "nsubj", "nsubjpass", "attr") and top.head.pos_ in ("VERB", "AUX"):
        return top.head
    if top.dep_ == "pobj" and top.head.head.pos_ in ("VERB", "AUX"):
        return top.head.head
    return None


def _supported(noun: "Token", verb: "Token") -> Neighbours:
    lemma = verb.lemma_.lower()
    given = of_verb(verb)
    mine = {"subject", "object"}
    if noun in given.get("object", []) and lemma in light("do"):
        return {
            name: [t for t in tokens if t is not noun] for name, tokens in given.items() if name != "object"
        }
    happens = noun in [*given.get("subject", []), *given.get("object", [])] and lemma in light("happen")
    if happens:
        return {name: tokens for name, tokens in given.items() if name not in mine}
    inside = any(noun in given.get(name, []) for name in ("at", "in", "during", "to", "on", "for", "from"))
    if inside and lemma in light("at"):
        joined = list(given.get("object", [])) if lemma == "join" else []
        return {"subject": list(given.get("subject", [])), "joined": joined}
    return {}
