"""Stage 2: who leads a delegation, who belongs to it, and who travels together without the word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg.extract import frames, modality
from kg.extract.marks import Sentence, Sort
from kg.extract.offices import Office
from kg.extract.scene import Scene
from kg.extract.tables import table, words
from kg.model import Evidence, Kind, Ref, Relation

if TYPE_CHECKING:
    from spacy.tokens import Token

_LEAD = ("lead", "head", "chair")
_INCLUDE = ("comprise", "include", "consist", "compose", "number", "feature")
_FINITE = ("VBD", "VBZ", "VBP", "MD")
_FARTHEST = 14
"""Words between a delegation and the verb that tells of its people."""
_REAL = (modality.HAPPENED, modality.PLANNED)


@cache
def journeys() -> frozenset[str]:
    """Return the verbs and nouns of travel."""
    return words(table("groups")["journeys"])


@dataclass(frozen=True, slots=True)
class Told:
    """People that words after a delegation name."""

    relation: Relation
    persons: tuple[str, ...]
    last: "Token"


def told_after(scene: Scene, sentence: Sentence, token: "Token") -> Iterator[Told]:
    """Yield who `..., led by A and including B and C` names after a delegation."""
    tokens = sentence.tokens
    at = token.i - sentence.first + 1
    steps = 0
    while at < len(tokens) and steps < _FARTHEST:
        word = tokens[at]
        relation = _relation(tokens, at)
        if relation is not None and not _denied(tokens, at):
            persons, last = _persons(scene, sentence, at + 1)
            if persons and last is not None:
                heads = persons[:1] if relation is Relation.HEAD else persons
                yield Told(relation, tuple(heads), last)
                at, steps = last.i - sentence.first, 0
        elif word.pos_ == "VERB" and word.tag_ in _FINITE and word.lemma_ not in _INCLUDE:
            return
        at, steps = at + 1, steps + 1


def _relation(tokens: "Sequence[Token]", at: int) -> Relation | None:
    lemma = tokens[at].lemma_.lower()
    by = at + 1 < len(tokens) and tokens[at + 1].lower_ == "by"
    if lemma in _LEAD and by:
        return Relation.HEAD
    if lemma == "accompany" and by:
        return Relation.MEMBER
    return Relation.MEMBER if lemma in _INCLUDE and tokens[at].pos_ in ("VERB", "ADP") else None


def _denied(tokens: "Sequence[Token]", at: int) -> bool:
    return any(t.lower_ in ("not", "n't", "no", "never") for t in tokens[max(0, at - 2) : at])


def _persons(scene: Scene, sentence: Sentence, start: int) -> tuple[list[str], "Token | None"]:
    """Return the persons named in a row, and the last word of the row."""
    found: list[str] = []
    last = None
    for at, token in enumerate(sentence.tokens[start:], start):
        mention = sentence.mention(token)
        if found and _relation(sentence.tokens, at) is not None:
            break
        if mention is not None and mention.sort is Sort.PERSON:
            key = scene.cast.of(mention)
            if key is not None:
                found.append(key)
                last = token
        elif (
            token.tag_ in _FINITE
            or token.text in (";", ".")
            or token.lower_ in ("who", "which", "that", "to")
        ):
            break
    return list(dict.fromkeys(found)), last


# Without the word --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Party:
    """Persons who travel together, and the words that tell it."""

    sentence: Sentence
    head: str | None
    members: tuple[str, ...]
    senders: tuple[str, ...]
    evidence: Evidence


def parties(scene: Scene, held: Sequence[Office]) -> Iterator[Party]:
    """Yield who travels together though no delegation is named."""
    officials = {one.person for one in held}
    for number, sentence in enumerate(scene.sentences):
        if any(at == sentence.number for at, _ in scene.delegations):
            continue
        for token in sentence.tokens:
            if token.lemma_.lower() == "accompany" and _travels(
                scene.sentences[max(0, number - 2) : number + 2]
            ):
                yield from _accompanied(scene, sentence, token)
            elif token.pos_ == "VERB" and token.lemma_.lower() in (
                "visit",
                "travel",
                "fly",
                "tour",
                "arrive",
            ):
                yield from _together(scene, sentence, token, officials)


def _travels(sentences: Sequence[Sentence]) -> bool:
    return any(token.lemma_.lower() in journeys() for sentence in sentences for token in sentence.tokens)


def _accompanied(scene: Scene, sentence: Sentence, verb: "Token") -> Iterator[Party]:
    """Read `Minister A, accompanied by B and officials from C`."""
    at = verb.i - sentence.first
    tokens = sentence.tokens
    if at + 1 >= len(tokens) or tokens[at + 1].lower_ != "by" or modality.of_verb(verb) not in _REAL:
        return
    before = [t for t in tokens[:at] if (m := sentence.mention(t)) is not None and m.sort is Sort.PERSON]
    head = scene.cast.of(m) if before and (m := sentence.mention(before[-1])) is not None else None
    members, last = _persons(scene, sentence, at + 2)
    groups = [
        key
        for token in frames.of_verb(verb).get("by", [])
        if sentence.mention(token) is None
        for key in scene.denoted(sentence, token)
        if scene.draft.kind(key) is Kind.INSTITUTION
    ]
    if head is not None and (members or groups):
        end = last if last is not None else tokens[-1]
        evidence = sentence.span([before[-1], verb, end])
        yield Party(sentence, head, tuple(m for m in members if m != head), tuple(groups), evidence)


def _together(scene: Scene, sentence: Sentence, verb: "Token", officials: set[str]) -> Iterator[Party]:
    """Read `Director A and Dean B visited C`."""
    if modality.of_verb(verb) not in _REAL:
        return
    subjects = frames.of_verb(verb).get("subject", [])
    mentions = [(t, m) for t in subjects if (m := sentence.mention(t)) is not None and m.sort is Sort.PERSON]
    keys = list(dict.fromkeys(key for _, m in mentions if (key := scene.cast.of(m)) is not None))
    if len(keys) > 1 and officials.issuperset(keys):
        yield Party(sentence, None, tuple(keys), (), sentence.span([*(t for t, _ in mentions), verb]))


def state(scene: Scene, party: Party, held: Sequence[Office]) -> None:
    """State a delegation of persons who travel together."""
    draft = scene.draft
    people = [party.head, *party.members] if party.head is not None else list(party.members)
    names = [draft.name(key) for key in people if key is not None]
    label = (
        " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else f"{names[0]} and officials"
    )
    key = draft.add(Kind.DELEGATION, label, [party.evidence], named=False)
    if party.head is not None:
        draft.state(key, Relation.HEAD, Ref(party.head), party.evidence, rule="delegation-together")
    for member in party.members:
        draft.state(key, Relation.MEMBER, Ref(member), party.evidence, rule="delegation-together")
    whence = {(one.body, one.place) for one in held if one.person == (party.head or party.members[0])}
    senders = [*party.senders, *(body for body, _ in whence if body is not None)]
    for sender in sorted(set(senders)):
        draft.state(key, Relation.SENT_BY, Ref(sender), party.evidence, rule="delegation-together")
    for place in sorted(place for _, place in whence if place is not None):
        draft.state(key, Relation.ORIGIN, Ref(place), party.evidence, rule="delegation-together")
