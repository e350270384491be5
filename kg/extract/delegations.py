"""Stage 2: delegations, and which words of the article mean which of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg.extract import companions, frames, modality, state
from kg.extract.figures import Number, number_of, value_of
from kg.extract.marks import Sentence, Sort
from kg.extract.offices import Office
from kg.extract.scene import Scene
from kg.extract.tables import table, words
from kg.model import Evidence, Kind, Ref, Relation

if TYPE_CHECKING:
    from spacy.tokens import Token


_LEADER = re.compile(
    r"(head|leader|chief|chair\w*|member)s? of .*(?:delegation|mission|group|team|party)\b", re.IGNORECASE
)


@cache
def _words(name: str) -> frozenset[str]:
    return words(table("groups")[name])


@dataclass(frozen=True, slots=True)
class _Seen:
    """One noun phrase that means a delegation."""

    sentence: Sentence
    token: "Token"
    name: str
    evidence: Evidence
    origins: tuple[str, ...]
    senders: tuple[str, ...]
    proper: bool
    """It is called a delegation, not only delegates."""
    new: bool
    """The words tell enough of it to make it one, though not whence it comes."""


def find(scene: Scene, held: Sequence[Office]) -> None:
    """Find the delegations of an article, and state whence they come, who sent them and who belongs."""
    seen = [one for sentence in scene.sentences for one in _in_sentence(scene, sentence)]
    keys: dict[str, str] = {}
    last = None
    for one in seen:
        threads = [*one.origins, *one.senders]
        key = next((keys[t] for t in threads if t in keys), None)
        if key is None and not threads:
            key = last
        if key is None and (threads or one.new):
            key = _new(scene, one, seen)
        if key is None:
            scene.draft.rejected.append(f"delegation without origin: {one.name}")
            continue
        for thread in threads:
            keys.setdefault(thread, key)
        last = key
        scene.delegations[one.sentence.number, one.token.i] = key
        scene.draft.mention(
            key, one.evidence, alias=one.name if one.proper and len(one.name.split()) > 1 else ""
        )
        _state(scene, key, one)
    for one in seen:
        key = scene.delegations.get((one.sentence.number, one.token.i))
        if key is not None:
            _people(scene, key, one)
            _size(scene, key, one)
    _by_title(scene, held)
    for party in companions.parties(scene, held):
        companions.state(scene, party, held)


def _new(scene: Scene, one: _Seen, seen: Iterable[_Seen]) -> str:
    threads = {*one.origins, *one.senders}
    same = [s for s in seen if threads & {*s.origins, *s.senders}] or [one]
    best = max(same, key=lambda s: (s.proper, len(s.name.split()), -s.evidence.start))
    return scene.draft.add(Kind.DELEGATION, best.name, [one.evidence], named=best.proper)


def _state(scene: Scene, key: str, one: _Seen) -> None:
    for relation, values in ((Relation.ORIGIN, one.origins), (Relation.SENT_BY, one.senders)):
        for value in values:
            scene.draft.state(key, relation, Ref(value), one.evidence, rule="delegation-phrase")


def _in_sentence(scene: Scene, sentence: Sentence) -> Iterable[_Seen]:
    lemmas = {token.lemma_.lower() for token in sentence.tokens}
    journey = bool(lemmas & _words("journeys"))
    for token in sentence.tokens:
        if sentence.mention(token) is not None:
            continue
        lemma = token.lemma_.lower()
        proper = lemma in _words("delegations") and token.pos_ in ("NOUN", "PROPN")
        traveller = lemma in _words("travellers") and token.pos_ == "NOUN"
        if proper or traveller:
            one = _phrase(scene, sentence, token, proper=proper)
            if lemma == "mission" and not (one.origins or one.senders):
                continue
            away = journey or lemma in _words("away")
            if (
                proper
                or (journey and (one.origins or one.senders))
                or (away and _with_people(scene, sentence, token))
            ):
                yield one


def _told_of(scene: Scene, sentence: Sentence, token: "Token", *, proper: bool) -> bool:
    """Tell whether a group without origin is led by somebody, has members, or is a delegation that visits."""
    if not token.is_lower:  # a headline
        return False
    led = token.dep_ == "dobj" and token.head.lemma_ in ("lead", "head")
    clause = proper and any(child.dep_ in ("acl", "relcl") for child in token.children)
    return led or clause or any(companions.told_after(scene, sentence, token))


def _with_people(scene: Scene, sentence: Sentence, token: "Token") -> bool:
    """Tell whether `the party, which included Ana Lopez` means a delegation told of before."""
    definite = any(child.lower_ == "the" for child in token.children)
    return definite and any(companions.told_after(scene, sentence, token))


def _phrase(scene: Scene, sentence: Sentence, token: "Token", *, proper: bool) -> _Seen:
    around, _ = frames.of_noun(token)
    before = [
        c
        for c in token.children
        if c.dep_ in ("compound", "amod", "nmod", "poss", "nummod") and c.i < token.i
    ]
    of = [t for name in ("from", "of") for t in around.get(name, []) if _own(token, t)]
    denoted = [key for t in [*before, *of] for key in _origin(scene, sentence, t)]
    if not proper and not any(_own(token, t) for t in around.get("from", [])):
        denoted = []
    first = min([*before, token], key=lambda t: t.i)
    tail = [t for t in of if _origin(scene, sentence, t)]
    words_ = sentence.tokens[
        first.i - sentence.first : max([token, *tail], key=lambda t: t.i).i - sentence.first + 1
    ]
    evidence = scene.evidence(sentence, words_)
    name = " ".join(scene.draft.article.text[evidence.start : evidence.end].split())
    kinds = [(key, scene.draft.kind(key)) for key in dict.fromkeys(denoted)]
    return _Seen(
        sentence, token, name, evidence,
        tuple(key for key, kind in kinds if kind is Kind.PLACE),
        tuple(key for key, kind in kinds if kind is Kind.INSTITUTION),
        proper,
        _told_of(scene, sentence, token, proper=proper),
    )  # fmt: skip


def _own(noun: "Token", token: "Token") -> bool:
    """Tell whether a word hangs on the noun itself, not on the verb that supports the noun."""
    return any(ancestor is noun or ancestor == noun for ancestor in token.ancestors)


def _origin(scene: Scene, sentence: Sentence, token: "Token") -> list[str]:
    mention = sentence.mention(token)
    if mention is not None:
        if mention.sort in (Sort.PLACE, Sort.NATION, Sort.INSTITUTION):
            key = scene.cast.of(mention)
            return [key] if key is not None else []
        return []
    lemma = token.lemma_.lower()
    if lemma in _words("bodies") or lemma in _words("travellers"):
        return [
            k
            for child in token.children
            if child.dep_ in ("compound", "amod", "nmod")
            for k in _origin(scene, sentence, child)
        ]
    return []


# Head and members --------------------------------------------------------------------------------


def _size(scene: Scene, key: str, one: _Seen) -> None:
    """State how many belong: `a 50-member delegation`, `a delegation of eight senators`."""
    around, _ = frames.of_noun(one.token)
    for token in [t for t in around.get("of", []) if _own(one.token, t)]:
        number = number_of(one.sentence, token)
        if number is not None and scene.draft.kind(key) is Kind.DELEGATION:
            state.size(scene, key, number, [number])
    words_ = one.sentence.tokens
    at = one.token.i - one.sentence.first
    for back in range(max(0, at - 6), at - 1):
        value = value_of(words_[back].text)
        if (
            value
            and words_[back + 1].text == "-"
            and words_[back + 2].lower_ in ("member", "person", "strong")
        ):
            evidence = scene.evidence(one.sentence, [words_[back], one.token])
            number = Number(value, "exactly", evidence, "members")
            state.size(scene, key, number, [number])


def _people(scene: Scene, key: str, one: _Seen) -> None:
    for told in companions.told_after(scene, one.sentence, one.token):
        evidence = scene.evidence(one.sentence, [one.token, told.last])
        for person in told.persons:
            scene.draft.state(
                key, told.relation, Ref(person), evidence, rule=f"delegation-{told.relation.value}"
            )
    verb = one.token.head
    if verb.pos_ == "VERB" and verb.lemma_ in ("lead", "head") and one.token.dep_ in ("dobj", "nsubjpass"):
        around = frames.of_verb(verb)
        _belong(
            scene,
            key,
            one,
            Relation.HEAD,
            around.get("subject" if one.token.dep_ == "dobj" else "by", []),
            verb,
        )
    for child in one.token.children:
        if child.dep_ == "acl" and child.lemma_ in ("lead", "head"):
            _belong(scene, key, one, Relation.HEAD, frames.of_verb(child).get("by", []), child)
        elif child.dep_ == "acl" and child.lemma_ in ("comprise", "include", "consist", "make", "compose"):
            around = frames.of_verb(child)
            inner = [*around.get("object", []), *around.get("of", []), *around.get("by", [])]
            _belong(scene, key, one, Relation.MEMBER, [t for t in inner if t is not one.token], child)
        elif child.dep_ == "prep" and child.lower_ == "including":
            _belong(
                scene,
                key,
                one,
                Relation.MEMBER,
                [t for c in child.children for t in frames.unfolded(c)],
                child,
            )


def _by_title(scene: Scene, held: Sequence[Office]) -> None:
    """Read `Ana Lopez, head of the delegation`."""
    starts = {key: scene.draft.first(key).start for key in scene.delegations.values()}
    for one in held:
        found = _LEADER.match(one.title)
        for mention in one.mentions if found else ():
            before = [key for key in starts if starts[key] < mention.start]
            key = max(before, key=lambda k: starts[k], default=None)
            if key is not None and found is not None:
                relation = Relation.MEMBER if found[1].lower() == "member" else Relation.HEAD
                evidence = Evidence(mention.start, mention.end)
                scene.draft.state(
                    key, relation, Ref(one.person), evidence, rule=f"delegation-{relation.value}"
                )


def _belong(  # noqa: PLR0917  each is needed by name
    scene: Scene, key: str, one: _Seen, relation: Relation, tokens: "Iterable[Token]", verb: "Token"
) -> None:
    if verb.pos_ == "VERB" and modality.of_verb(verb) not in (modality.HAPPENED, modality.PLANNED):
        return
    for token in tokens:
        for person in scene.denoted(one.sentence, token):
            allowed = (Kind.PERSON,) if relation is Relation.HEAD else (Kind.PERSON, Kind.INSTITUTION)
            if scene.draft.kind(person) in allowed:
                evidence = scene.evidence(one.sentence, [token, one.token, verb])
                scene.draft.state(key, relation, Ref(person), evidence, rule=f"delegation-{relation.value}")
