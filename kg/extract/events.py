"""Stage 2: events, from the words that tell of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from kg.extract import attendance, frames, modality
from kg.extract.figures import Number, number_of
from kg.extract.marks import Mention, Sentence, Sort, When
from kg.extract.scene import Scene
from kg.extract.tables import Trigger, table, triggers, words
from kg.model import Evidence, Kind, Ref, Relation

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(slots=True)
class Happening:
    """One event as one clause tells it."""

    kind: str
    sentence: Sentence
    token: "Token"
    status: str
    rule: str
    who: dict[str, Evidence] = field(default_factory=dict)
    host: dict[str, Evidence] = field(default_factory=dict)
    where: dict[str, Evidence] = field(default_factory=dict)
    sides: dict[str, Evidence] = field(default_factory=dict)
    when: When | None = None
    when_evidence: Evidence | None = None
    name: str = ""
    definite: bool = False
    weak: bool = False
    """It counts only if the sentence dates it."""
    sizes: list[Number] = field(default_factory=list)
    """How many are said to have taken part."""
    key: str = ""

    @property
    def lemma(self) -> str:
        """Return the base form of the word that tells of the event."""
        return self.token.lemma_.lower()


_PLACES = ("in", "at", "near")
_DATED = ("conference", "ceremony")
"""Kinds that a date alone makes an event."""


def enough(scene: Scene, group: Sequence[Happening]) -> bool:
    """Tell whether it is known who, where or when enough for one event to be told from another."""
    who = {key for h in group for key in (*h.who, *h.sides)}
    host = {key for h in group for key in h.host}
    where = {key for h in group for key in h.where}
    when = any(h.when for h in group)
    kind = group[0].kind
    if all(h.definite and not h.name for h in group) and not (who | host | where):
        known = False  # it only refers back
    elif kind == "meeting":
        one = bool(where) if group[0].rule == "meeting-verb" else bool(who | host | where)
        known = len(who | host) > 1 or (one and bool(who | host | where) and when)
    elif kind == "visit":
        known = bool(who and (host or where)) or (when and bool(where | host))
    else:
        known = (
            when
            or bool(who | host)
            or (bool(where) and bool(group[0].name or group[0].rule.endswith("noun")))
        )
    if not known:
        scene.draft.rejected.append(f"{group[0].rule} too vague: {_quote(scene, group[0])}")
    return known


@cache
def _counted() -> frozenset[str]:
    return words(table("groups")["counted"])


def find(scene: Scene) -> list[Happening]:
    """Return the events that the sentences tell, in text order, not yet united."""
    out = []
    for sentence in scene.sentences:
        out += [h for token in sentence.tokens for h in _at(scene, sentence, token)]
        _called(scene, sentence, out)
    return out


def _called(scene: Scene, sentence: Sentence, told: Sequence[Happening]) -> None:
    """Put those whom a roll call lists among the participants of the last gathering."""
    last = next(
        (h for h in reversed(told) if h.kind in _GATHERINGS and h.sentence is not sentence and not h.weak),
        None,
    )
    for token in attendance.roll(sentence) if last is not None else []:
        for key in scene.denoted(sentence, token):
            if last is not None:
                _put(scene, last, "who", key, scene.evidence(sentence, [token]))


_GATHERINGS = ("conference", "training", "ceremony", "meeting")


def _at(scene: Scene, sentence: Sentence, token: "Token") -> Iterable[Happening]:
    mention = sentence.mention(token)
    if mention is not None:
        if mention.sort is Sort.OCCASION:
            yield from _occasion(scene, sentence, token, mention)
        return
    lemma = token.lemma_.lower()
    for row in triggers("events"):
        if token.pos_ == "VERB" and lemma in row.verbs:
            found = _verb(scene, sentence, token, row)
        elif (
            token.pos_ in ("NOUN", "PROPN") and lemma in row.nouns and token.dep_ not in ("compound", "nmod")
        ):
            found = _noun(scene, sentence, token, row)
        else:
            continue
        if found is not None:
            yield found
            return


def _verb(scene: Scene, sentence: Sentence, token: "Token", row: Trigger) -> Happening | None:
    around = attendance.widened(sentence, frames.of_verb(token), token)
    if "delegation" in row.needs:
        # `led a delegation to Peru`: the parser may hang the place on the delegation.
        inner = [t for obj in around.get("object", []) for t in frames.of_noun(obj)[0].get("to", [])]
        around["to"] = list(dict.fromkeys([*around.get("to", []), *inner]))
    needed = [t for name in row.needs for t in around.get(name, []) if not _is_date(sentence, t)]
    status = modality.of_verb(token)
    found = Happening(row.kind, sentence, token, status, f"{row.kind}-verb")
    _fill(scene, found, row, around)
    if "delegation" in row.needs:
        needed = [t for t in around.get("object", []) if (sentence.number, t.i) in scene.delegations]
    if (row.needs and not needed) or not _said_of(sentence, row, around, token):
        return None
    if row.kind == "visit" and not (found.host or found.where):
        return None
    return _told(scene, found, enough=bool(found.who or found.host) and not row.dated, dated=row.dated)


def _is_date(sentence: Sentence, token: "Token") -> bool:
    mention = sentence.mention(token)
    return mention is not None and mention.sort is Sort.DATE


def _said_of(sentence: Sentence, row: Trigger, around: "Mapping[str, list[Token]]", verb: "Token") -> bool:
    """Tell whether a verb is said of what its row asks for: `opened a clinic`, `received the mayor`."""
    if verb.lemma_ == "call" and any(c.dep_ in ("xcomp", "ccomp", "advcl") for c in verb.children):
        return False  # `called on both sides to stop`
    if not row.objects:
        return True
    objects = [t for t in around.get("object", []) if t != verb]
    lemmas = {t.lemma_.lower() for t in objects}
    mentions = [m for t in objects if (m := sentence.mention(t)) is not None]
    lemmas |= {m.name.split()[-1].lower() for m in mentions if m.name}
    lemmas |= {m.sort.value for m in mentions}
    return bool(lemmas & row.objects)


def _noun(scene: Scene, sentence: Sentence, token: "Token", row: Trigger) -> Happening | None:
    plain, support = frames.of_noun(token)
    if _otherwise(token, plain):
        return None
    around = attendance.widened(sentence, plain, support if support is not None else token)
    status = modality.of_noun(token, support)
    found = Happening(row.kind, sentence, token, status, f"{row.kind}-noun")
    _fill(scene, found, row, around)
    found.definite = any(c.lower_ in ("the", "this", "that") for c in token.children if c.dep_ == "det")
    backed = support is not None and (
        (support.lemma_ in frames.light("do") and token.dep_ in ("dobj", "nsubjpass"))
        or (support.lemma_ in frames.light("happen") and token.dep_ in ("nsubj", "nsubjpass"))
    )
    own = any(
        (c.dep_ == "acl" and c.lemma_ in ("hold", "host", "organise", "organize"))
        or (c.dep_ == "relcl" and c.lemma_ in ("hold", "take", "open", "convene", "kick"))
        for c in token.children
    )
    several = len({*found.who, *found.sides}) > 1 or bool(found.who and found.host)
    return _told(scene, found, enough=bool(backed or own or several))


_VAGUE = frozenset(("call", "round", "communication"))


def _otherwise(token: "Token", around: "Mapping[str, list[Token]]") -> bool:
    """Tell whether a word means something else: `made the call for peace`, the Congress."""
    if token.text == "Congress":
        return True
    told = any(around.get(name) for name in ("with", "between")) or any(
        c.dep_ in ("compound", "amod") for c in token.children
    )
    return token.lemma_.lower() in _VAGUE and not told


def _occasion(scene: Scene, sentence: Sentence, token: "Token", mention: Mention) -> Iterable[Happening]:
    after = sentence.tokens[token.i + 1 - sentence.first :][:1]
    if mention.name.lower().endswith("convention") and after and after[0].lower_ in ("on", "against", "for"):
        return  # a treaty, not a gathering
    row = next(r for r in triggers("events") if r.kind == "conference")
    around, support = frames.of_noun(token)
    kind = next(
        (r.kind for r in triggers("events") if mention.name.lower().split()[-1] in r.nouns), "conference"
    )
    found = Happening(
        kind, sentence, token, modality.of_noun(token, support), "named-occasion", name=mention.name
    )
    _fill(scene, found, row, around)
    told = _told(scene, found, enough=support is not None)
    if told is not None:
        yield told


def _told(scene: Scene, found: Happening, *, enough: bool, dated: bool = False) -> Happening | None:
    gathering = found.kind in _DATED and found.token.dep_ != "dobj" and not found.where
    people = found.kind in ("visit", "meeting") and bool(found.who or found.host) and not found.definite
    found.weak = not enough and (gathering or people or dated)
    if found.status == modality.NOTHING or not (enough or found.where or found.weak):
        scene.draft.rejected.append(f"{found.rule} not asserted: {_quote(scene, found)}")
        return None
    for token in attendance.company(found.sentence, found.token):
        for key in scene.denoted(found.sentence, token):
            _put(scene, found, "who", key, scene.evidence(found.sentence, [found.token, token]))
    return found


def _quote(scene: Scene, found: Happening) -> str:
    piece = found.sentence.piece(found.token)
    text = scene.draft.article.text[max(found.sentence.start, piece.start - 40) : piece.end + 40]
    return " ".join(text.split())


def _fill(scene: Scene, found: Happening, row: Trigger, around: Mapping[str, "list[Token]"]) -> None:
    """Put what the neighbours denote into the slots that the table gives them."""
    sentence = found.sentence
    for slot in ("who", "host", "where"):
        for name in sorted(row.slots[slot]):
            for token in around.get(name, []):
                for key in scene.denoted(sentence, token):
                    _put(scene, found, slot, key, scene.evidence(sentence, [found.token, token]))
                number = (
                    number_of(sentence, token)
                    if slot == "who" and token.lemma_.lower() in _counted()
                    else None
                )
                found.sizes += [number] if number is not None else []
                if slot == "host":
                    _at_body(scene, found, token)
                    _seat(scene, found, token)
    for name in _PLACES:
        for token in around.get(name, []):
            place = scene.place(sentence, token)
            if place is not None:
                found.where.setdefault(place, scene.evidence(sentence, [found.token, token]))
            elif name in {"in", "at"}:
                _at_body(scene, found, token)


def _at_body(scene: Scene, found: Happening, token: "Token") -> None:
    """Read `visited the center in Boston`, where the place hangs on what was visited."""
    around, _ = frames.of_noun(token)
    for inner in around.get("in", []):
        place = scene.place(found.sentence, inner)
        if place is not None:
            found.where.setdefault(place, scene.evidence(found.sentence, [found.token, inner]))


def _seat(scene: Scene, found: Happening, token: "Token") -> None:
    """Read `visited X in Boston`: X is there, if the place follows at once."""
    after = [t for t in found.sentence.tokens if token.i < t.i <= token.i + 2]
    if found.kind != "visit" or len(after) < 2 or after[0].lower_ != "in":  # noqa: PLR2004  the number is plain here
        return
    place = scene.place(found.sentence, after[1])
    for key in scene.denoted(found.sentence, token):
        if place is not None and scene.draft.kind(key) is Kind.INSTITUTION:
            scene.draft.state(
                key, Relation.LOCATION, Ref(place), scene.evidence(found.sentence, [token, after[1]]),
                rule="visited-in",
            )  # fmt: skip


def _put(scene: Scene, found: Happening, slot: str, key: str, evidence: Evidence) -> None:
    kind = scene.draft.kind(key)
    if kind is Kind.PLACE:
        if slot == "who":
            found.sides.setdefault(key, evidence)
        else:
            found.where.setdefault(key, evidence)
    elif kind in (Kind.PERSON, Kind.INSTITUTION, Kind.DELEGATION):
        (found.host if slot == "host" else found.who).setdefault(key, evidence)
