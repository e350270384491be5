"""Stage 2: one event as one clause tells it, and who and what fills its slots."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from kg.extract import frames
from kg.extract.figures import Number, number_of
from kg.extract.marks import Mention, Sentence, Sort, When
from kg.extract.places import known
from kg.extract.scene import Scene
from kg.extract.tables import Trigger, table, words
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
    back: bool = False
    """It is only pointed to, as in `attended the meeting`: who takes part is told besides."""
    weak: bool = False
    """It counts only if the sentence dates it."""
    sizes: list[Number] = field(default_factory=list)
    """How many are said to have taken part."""
    echoes: bool = False
    """Who takes part is only called `the group`, or nothing that names them."""
    key: str = ""

    @property
    def lemma(self) -> str:
        """Return the base form of the word that tells of the event."""
        return lemma(self.token)


def lemma(token: "Token") -> str:
    """Return the base form of a word; the lemmatizer leaves capitalised plurals as they are: `Talks`."""
    lower = token.lemma_.lower()
    plural = token.pos_ == "PROPN" and not lower.endswith("ss")
    return lower.removesuffix("s") if plural else lower


_PLACES = ("in", "at", "near")


@cache
def _counted() -> frozenset[str]:
    return words(table("groups")["counted"])


def fill(scene: Scene, found: Happening, row: Trigger, around: Mapping[str, "list[Token]"]) -> None:
    """Put what the neighbours denote into the slots that the table gives them."""
    sentence = found.sentence
    for slot in ("who", "host", "where"):
        for name in sorted(row.slots[slot]):
            for token in around.get(name, []):
                keys = scene.denoted(sentence, token)
                keys = _owning(scene, found, token, around[name], keys) if name == "owner" else keys
                for key in keys:
                    put(scene, found, slot, key, scene.evidence(sentence, [found.token, token]))
                found.echoes |= slot == "who" and not keys and _group(token)
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


_JOINED = re.compile(r"\b[A-Z][\w.]+(?:[-–—‐][A-Z][\w.]+)+")
_JOINT = re.compile(r"[^-–—‐]+")


def named_sides(scene: Scene, found: Happening, mention: Mention) -> None:
    """Read `the Kenya-Uganda Border Dialogue`: its name tells whose it is."""
    for pair in _JOINED.finditer(mention.name):
        parts = list(_JOINT.finditer(pair[0]))
        if all((place := known(part[0])) is not None and place.kind == "country" for part in parts):
            for part in parts:
                start = mention.start + pair.start() + part.start()
                own = replace(mention, name=part[0], start=start, end=start + len(part[0]), sort=Sort.NATION)
                key = scene.cast.of(own)
                if key is not None:
                    found.sides.setdefault(key, Evidence(mention.start, mention.end))


def _owning(
    scene: Scene, found: Happening, token: "Token", owners: "list[Token]", keys: list[str]
) -> list[str]:
    """Return who owns an event; one place before it only says where it is: the Geneva summit."""
    if found.kind == "visit" or token.dep_ == "poss":
        return keys
    places = {
        k for t in owners for k in scene.denoted(found.sentence, t) if scene.draft.kind(k) is Kind.PLACE
    }
    return [key for key in keys if key not in places] if len(places) == 1 else keys


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


def _group(token: "Token") -> bool:
    """Tell whether a word means people told of before: `the group`, `the lawmakers`, `they`."""
    definite = any(c.lower_ in ("the", "these") for c in token.children)
    return token.lower_ in ("they", "we") or (definite and token.lemma_.lower() in _travellers())


@cache
def _travellers() -> frozenset[str]:
    rows = table("groups")
    return words(rows["delegations"]) | words(rows["travellers"]) | words(rows["echoes"])


def put(scene: Scene, found: Happening, slot: str, key: str, evidence: Evidence) -> None:
    """Put an entity into the slot that its kind allows."""
    kind = scene.draft.kind(key)
    if kind is Kind.PLACE:
        if slot == "who":
            found.sides.setdefault(key, evidence)
        else:
            found.where.setdefault(key, evidence)
    elif kind in (Kind.PERSON, Kind.INSTITUTION, Kind.DELEGATION):
        (found.host if slot == "host" else found.who).setdefault(key, evidence)
