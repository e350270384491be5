"""Stage 2: who else took part, from the sentences that go on to tell of an event: `Also present were`."""

from functools import cache
from typing import TYPE_CHECKING

from kg.extract import attendance, frames, lists, modality
from kg.extract.places import known
from kg.extract.scene import group_words
from kg.extract.tables import table, words
from kg.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Token

    from kg.extract.happenings import Happening
    from kg.extract.marks import Sentence
    from kg.extract.scene import Scene

_FAR = 6
"""Sentences after an event that may still tell of it without naming it."""
_FIRST = 8
"""Words of a sentence in which `at the meeting` says where all of it happened."""
_NAMED = (Kind.PERSON, Kind.INSTITUTION, Kind.DELEGATION)
_POINTING = ("the", "this", "his", "her", "their")
_BEFORE_WORD = frozenset(
    ("at", "during", "in", "on", "for", "from", "after", "following", "addressing", "delivering", "speaking",
     "opening", "attending", "chairing", "while")
)  # fmt: skip


@cache
def _row(name: str) -> frozenset[str]:
    return words(table("events")["continuing"][name])


@cache
def _kin(kind: str) -> frozenset[str]:
    return words(table("events")["continuing"]["kin"].get(kind))


def add(scene: "Scene", told: "Sequence[Happening]") -> None:
    """Put whom the sentences after an event tell to have been there among its participants."""
    telling = {h.sentence.number for h in told}
    nouns = {(h.sentence.number, h.token.i) for h in told}
    for sentence in scene.sentences:
        for word, tokens in _present(scene, sentence, nouns, tells=sentence.number in telling):
            event = _meant(sentence, [h for h in told if _timely(sentence, h)], word)
            if event is not None:
                _put(scene, event, sentence, tokens)
    for one in told:
        _echo(told, one)


def _put(scene: "Scene", event: "Happening", sentence: "Sentence", tokens: "Sequence[Token]") -> None:
    for token in tokens:
        for key in scene.denoted(sentence, token):
            kind = scene.draft.kind(key)
            if kind in _NAMED and key not in event.host:
                event.who.setdefault(key, scene.evidence(sentence, [token]))
            elif kind is Kind.PLACE and _country(scene, key):
                event.sides.setdefault(key, scene.evidence(sentence, [token]))


def _country(scene: "Scene", key: str) -> bool:
    place = known(scene.draft.name(key))
    return place is not None and place.kind == "country"


def _echo(told: "Sequence[Happening]", one: "Happening") -> None:
    """Let `the group met` mean those who are told to have travelled before."""
    if not one.echoes:
        return
    before = [h for h in told if h.kind == "visit" and h.sentence.number < one.sentence.number and h.who]
    for key, evidence in before[-1].who.items() if before else ():
        one.who.setdefault(key, evidence)


# Who was there ---------------------------------------------------------------------------------------


def _present(
    scene: "Scene", sentence: "Sentence", nouns: "set[tuple[int, int]]", *, tells: bool
) -> "Iterator[tuple[Token | None, Sequence[Token]]]":
    """Yield who a sentence says was there, and the word for the event where it has one."""
    roll = attendance.roll(sentence)
    if roll:
        yield _event_word(sentence), roll
    if not tells:
        yield None, attendance.company(sentence, sentence.tokens[len(sentence.tokens) // 2])
    opening = _opening(sentence)
    for verb in (t for t in sentence.tokens if t.pos_ in ("VERB", "AUX")):
        if modality.of_verb(verb) in (modality.DENIED, modality.NOTHING) or _lectures(sentence, verb, nouns):
            continue
        if _attends(verb):
            yield _event_word(sentence), _subjects(sentence, verb)
        elif verb.lemma_.lower() == "accompany":
            yield None, [t for t in lists.before(sentence, verb) if attendance.person(sentence, t)]
        elif _lists_members(verb):
            yield None, attendance.persons_after(sentence, verb)
        elif opening is not None and _main(verb):
            yield opening, _persons(scene, sentence, frames.subjects(verb)[0])
        elif _hosts(sentence, verb):
            around = frames.of_verb(verb)
            yield None, _persons(scene, sentence, around.get("subject", []) or around.get("by", []))


def _lectures(sentence: "Sentence", verb: "Token", nouns: "set[tuple[int, int]]") -> bool:
    """Tell whether what is given is an event of its own: `gave a public lecture`."""
    given = verb.lemma_ in _row("speech_verbs")
    return given and any((sentence.number, c.i) in nouns for c in verb.children)


def _subjects(sentence: "Sentence", verb: "Token") -> "list[Token]":
    """Return who does what a verb says, and every person named before it: a parser cuts long lists short."""
    found, passive = frames.subjects(verb)
    if passive:
        return frames.of_verb(verb).get("by", [])
    start = next((t.i for t in reversed(sentence.tokens) if t.i < verb.i and _ends(t)), -1)
    named = [t for t in sentence.tokens if start < t.i < verb.i and attendance.person(sentence, t)]
    return list(dict.fromkeys([*found, *lists.before(sentence, verb), *named]))


def _ends(token: "Token") -> bool:
    """Tell whether a word belongs to the clause before."""
    return token.tag_ in ("VBD", "VBZ", "VBP", "MD") or token.text in (";", ":")


def _persons(scene: "Scene", sentence: "Sentence", tokens: "Sequence[Token]") -> "list[Token]":
    return [
        t for t in tokens if any(scene.draft.kind(key) is Kind.PERSON for key in scene.denoted(sentence, t))
    ]


def _attends(verb: "Token") -> bool:
    """Tell whether a verb says that its subject was there: `attended`, `were present`, `gave a speech`."""
    lemma = verb.lemma_.lower()
    inner = {g.lemma_.lower() for c in verb.children if c.dep_ == "prep" for g in c.children}
    objects = {
        c.lemma_.lower()
        for c in verb.children
        if c.dep_ in ("dobj", "nsubjpass", "attr", "acomp", "prep", "advmod")
    }
    if lemma == "be":
        among = {
            g.lemma_.lower() for c in verb.children if c.lower_ in ("among", "amongst") for g in c.children
        }
        there = objects & {"present", "attendee", "participant"} or among & _row("guests")
        return bool(there) or "attendance" in inner
    if lemma == "take":
        return "part" in objects
    if lemma in _row("speech_verbs"):
        return bool(objects & _row("speeches"))
    things = {c.lemma_.lower() for c in verb.children if c.dep_ in ("dobj", "nsubjpass")} | inner
    return lemma in _row("attending") and (not things or bool(things & _row("gatherings")))


def _lists_members(verb: "Token") -> bool:
    """Tell whether a verb lists who belongs to a group that travels: `The delegation also included`."""
    subject = next((c.lemma_.lower() for c in verb.children if c.dep_ == "nsubj"), "")
    return verb.lemma_.lower() in ("include", "comprise", "consist") and subject in _row("groups")


def _event_word(sentence: "Sentence") -> "Token | None":
    """Return the word by which a sentence means an event told before: `the meeting`."""
    return next(
        (t for t in sentence.tokens if t.lemma_.lower() in _row("gatherings") and _points_back(t)), None
    )


def _points_back(token: "Token") -> bool:
    return any(c.lower_ in ("the", "this", "that") for c in token.children) and not any(
        c.dep_ in ("relcl", "acl") or c.lower_ == "of" for c in token.children
    )


def _opening(sentence: "Sentence") -> "Token | None":
    """Return the event or speech that a sentence begins with: `At the meeting, ...`, `In his speech, ...`."""
    first = sentence.tokens[:_FIRST]
    for i, token in enumerate(first):
        lemma = token.lemma_.lower()
        pointed = any(c.lower_ in _POINTING for c in token.children)
        led = any(t.lower_ in _BEFORE_WORD for t in first[max(0, i - 4) : i])
        if led and pointed and lemma in _row("gatherings") | _row("speeches") | {"part", "side"}:
            return token
    return None


def _main(verb: "Token") -> bool:
    return verb.dep_ == "ROOT" or (verb.dep_ == "conj" and verb.head.dep_ == "ROOT")


def _hosts(sentence: "Sentence", verb: "Token") -> bool:
    """Tell whether somebody welcomes, thanks or receives those who have come."""
    guests = _row("guests") | group_words()
    return verb.lemma_.lower() in _row("welcoming") and any(
        t.lemma_.lower() in guests or attendance.person(sentence, t)
        for t in frames.of_verb(verb).get("object", [])
    )


# Which event -----------------------------------------------------------------------------------------


def _timely(sentence: "Sentence", event: "Happening") -> bool:
    """Tell whether an event may be meant: what is announced is not gone on with in the past tense."""
    if event.status not in ("happened", "ongoing", "planned") or event.kind == "statement":
        return False
    past = any(t.tag_ == "VBD" and t.dep_ in ("ROOT", "conj", "auxpass") for t in sentence.tokens)
    ahead = any(t.lower_ in ("will", "shall") for t in sentence.tokens)
    return not (past and event.status == "planned") and not (ahead and event.status == "happened")


def _meant(sentence: "Sentence", told: "Sequence[Happening]", word: "Token | None") -> "Happening | None":
    """Return the event told before that a sentence goes on to tell of."""
    before = [h for h in told if h.sentence.number < sentence.number and not h.weak]
    lemma = word.lemma_.lower() if word is not None else ""
    if lemma and lemma not in _row("any"):
        named = [h for h in before if _called(h, lemma)]
        if named:
            return named[-1]
    near = [h for h in before if word is not None or sentence.number - h.sentence.number <= _FAR]
    gatherings = [h for h in near if h.kind != "visit"] if lemma in _row("any") else []
    return next(reversed(gatherings or near), None)


def _called(event: "Happening", lemma: str) -> bool:
    return lemma in {event.lemma, event.kind} | _kin(event.kind) or event.name.lower().endswith(lemma)
