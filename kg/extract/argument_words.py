"""Stage 2: the words between and around a name and an event, as the trained model is told of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.extract import frames
from kg.extract.marks import Sentence
from kg.extract.tables import table, words
from kg.model import ZoneKind

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(frozen=True, slots=True)
class Spot:
    """One word in its sentence: it tells of an event, or stands for a name."""

    sentence: Sentence
    token: "Token"


_SIZES = ((0, "0"), (1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"))


def size(number: int) -> str:
    """Return a number in steps."""
    return next((name for most, name in _SIZES if number <= most), "11+")


_ROLES = {
    "nsubj": "subject", "nsubjpass": "sufferer", "dobj": "object", "poss": "owner",
    "compound": "inside", "nmod": "inside", "amod": "inside",
}  # fmt: skip


def first_of(token: "Token") -> "Token":
    """Return the first of a list of names."""
    while token.dep_ in ("conj", "appos") and token.head.i != token.i:
        token = token.head
    return token


def role_of(token: "Token") -> str:
    """Return how a name, or the list that it is in, stands in its clause."""
    first = first_of(token)
    if first.dep_ == "pobj":
        return first.head.lower_ if first.head.lower_ in _listed("prepositions") else "preposition"
    return _ROLES.get(first.dep_, "other")


@cache
def _sorts() -> dict[str, str]:
    """Return which sort each verb is of; a verb of two sorts is of the later one."""
    rows = table("arguments")["verbs"]
    return {verb: sort for sort, verbs in rows.items() for verb in words(verbs)}


@cache
def _listed(name: str) -> frozenset[str]:
    return words(table("arguments")[name])


def verb_of(clause: Spot, spot: Spot) -> str:
    """Return of which sort the nearest verb above a name is."""
    verb = next((t for t in _chain(first_of(spot.token))[1:] if t.pos_ in ("VERB", "AUX")), None)
    if verb is None:
        return "none"
    if verb == clause.token:
        return "itself"
    if spot.sentence is clause.sentence and verb == frames.support(clause.token):
        return "its support"
    return _sorts().get(verb.lemma_.lower(), "other")


# The path from the name to the event ---------------------------------------------------------------


def _chain(token: "Token") -> "list[Token]":
    out = [token]
    while out[-1].head.i != out[-1].i:
        out.append(out[-1].head)
    return out


def path(a: "Token", b: "Token") -> Iterator[str]:
    """Yield what the parse has between two words of a sentence."""
    up, down = _chain(a), _chain(b)
    common = next((t for t in up if t in down), None)
    if common is None:
        yield "path none"
        return
    ups = [_edge(t) for t in up[: up.index(common)] if t.dep_ != "conj"]
    downs = [_edge(t) for t in down[: down.index(common)] if t.dep_ != "conj"][::-1]
    yield f"path length {min(len(ups) + len(downs), 8)}"
    yield f"up {min(len(ups), 5)} down {min(len(downs), 5)}"
    if len(ups) + len(downs) <= _SHORT:
        yield "path " + " ".join([*ups, "^", *downs])
    yield from (f"path has {step}" for step in {*ups, *downs} & _CLAUSES)


_SHORT = 3
_CLAUSES = frozenset(("relcl", "advcl", "ccomp", "acl", "appos", "poss", "parataxis", "xcomp", "pcomp"))


def _edge(token: "Token") -> str:
    if token.dep_ in ("prep", "agent"):
        return token.lower_
    return {"nsubjpass": "nsubj", "nmod": "compound"}.get(token.dep_, token.dep_)


# The words around ----------------------------------------------------------------------------------

_QUOTES = frozenset(("“", '"', "”"))


def around(clauses: Iterable[Spot], clause: Spot, spot: Spot) -> Iterator[str]:
    """Yield what the words around a name tell of it and the event."""
    token, sentence = spot.token, spot.sentence
    if sentence.zone is ZoneKind.HEADLINE:
        yield "in a headline"
    if clause.sentence.zone is ZoneKind.HEADLINE:
        yield "told in a headline"
    yield from _between(clause, spot) if sentence is clause.sentence else _continued(clauses, sentence)
    for one in sentence.tokens[token.i - sentence.first + 1 :][:1]:
        yield f"followed by {one.pos_ if one.text != ',' else 'comma'}"


def _between(clause: Spot, spot: Spot) -> Iterator[str]:
    """Yield what stands between a name and the word of the event in one sentence."""
    low, high = sorted((spot.token.i, clause.token.i))
    side = "before" if spot.token.i < clause.token.i else "behind"
    between = [t for t in spot.sentence.tokens if low < t.i < high]
    yield side
    yield f"{side} by {size((high - low) // 4)}"
    yield f"{min(sum(t.pos_ == 'VERB' for t in between), 3)} verbs between"
    if any(t.text in _QUOTES or t.text == ";" for t in between):
        yield "marks between"
    if any(t.lower_ in ("who", "which", "that", "where") for t in between):
        yield "clause between"


def _continued(clauses: Iterable[Spot], sentence: Sentence) -> Iterator[str]:
    """Yield what tells that another sentence still speaks of the event: `at the meeting`, `they attended`."""
    tokens = list(sentence.tokens)
    lemmas = {t.lemma_.lower() for t in tokens}
    again = {b.lemma_.lower() for a, b in pairwise(tokens) if a.lower_ in ("the", "this")}
    if again & {c.token.lemma_.lower() for c in clauses}:
        yield "the same word again"
    elif again & _listed("occasions"):
        yield "an event's word"
    if tokens[0].lower_ in ("he", "she", "they", "it"):
        yield "a pronoun begins"
    if lemmas & _listed("attending"):
        yield "attendance told"
    if any(t.text in _QUOTES for t in tokens):
        yield "quoted"
