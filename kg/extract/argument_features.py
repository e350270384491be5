"""Stage 2: what the trained model is told of a person who may have taken part in an event."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.extract.argument_words import Spot, around, first_of, path, role_of, size, verb_of
from kg.extract.marks import Sentence, Sort
from kg.extract.scene import Scene
from kg.model import Evidence

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event, with the words that tell of it and what the rules have read from them."""

    kind: str
    clauses: tuple[Spot, ...]
    said: frozenset[str]
    """Those whom the rules have found taking part."""
    key: str = ""
    sure: float = 1.0
    """How likely it is that the article tells of it: the confidence of the rule that read it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is known of an article as a whole before its candidates are looked at."""

    scene: Scene
    spots: Mapping[str, Sequence[Spot]]
    titles: Sequence[Evidence]
    """Stretches that say who holds which office."""
    anchors: Sequence[Anchor]
    bound: frozenset[str]
    """Parties and signers of agreements."""
    travelling: frozenset[str]
    """Those who are of a delegation."""


def spots_of(scene: Scene) -> dict[str, list[Spot]]:
    """Return where each person, institution and place is named, in text order."""
    out: defaultdict[str, list[Spot]] = defaultdict(list)
    for sentence in scene.sentences:
        for token in sentence.tokens:
            key = _named(scene, sentence, token)
            if key is not None:
                out[key].append(Spot(sentence, token))
    return dict(out)


def _named(scene: Scene, sentence: Sentence, token: "Token") -> str | None:
    mention = sentence.mention(token)
    named = mention is not None and mention.sort in (Sort.PERSON, Sort.INSTITUTION, Sort.PLACE)
    return scene.cast.of(mention) if mention is not None and named else None


def nearest(anchor: Anchor, spots: Sequence[Spot]) -> tuple[Spot, Spot]:
    """Return the clause and the mention that are nearest; what follows is nearer than what precedes."""

    def far(pair: tuple[Spot, Spot]) -> tuple[float, int, int]:
        clause, spot = pair
        steps = spot.sentence.number - clause.sentence.number
        words = abs(spot.token.i - clause.token.i) if steps == 0 else 0
        return abs(steps) + _BACK * (steps < 0), words, spot.sentence.number

    return min(((clause, spot) for clause in anchor.clauses for spot in spots), key=far)


_BACK = 0.5


def features(stage: Stage, anchor: Anchor, key: str) -> list[str]:
    """Return the names of all that holds of a candidate, sorted."""
    clause, spot = nearest(anchor, stage.spots[key])
    kind, where, role, verb = anchor.kind, _where(clause, spot), role_of(spot.token), verb_of(clause, spot)
    known = list(_known(stage, anchor, key))
    out = {f"kind {kind}", f"where {where}", f"role {role}", f"verb {verb}", *known}
    out |= {f"{kind} {where}", f"{kind} {role}", f"{where} {role}", f"{where} {verb}", f"{role} {verb}"}
    out |= {f"{where} {role} {verb}", f"{kind} {role} {verb}", *(f"{where}: {name}" for name in known)}
    out |= {
        *around(anchor.clauses, clause, spot),
        *_rivals(stage, anchor, clause, spot),
        *_listed(stage, anchor, spot),
    }
    if where == "here":
        out |= set(path(spot.token, clause.token))
    return ["bias", *sorted(out)]


# Where the name stands -----------------------------------------------------------------------------


def _where(clause: Spot, spot: Spot) -> str:
    steps = spot.sentence.number - clause.sentence.number
    if steps == 0:
        return "here"
    if steps > 0:
        return "next" if steps == 1 else "soon" if steps <= _SOON else "later"
    return "before" if -steps < _SOON else "long before"


_SOON = 3
"""Sentences within which a report still speaks of the same."""


def _listed(stage: Stage, anchor: Anchor, spot: Spot) -> Iterator[str]:
    first = first_of(spot.token)
    if first is not spot.token:
        yield "listed"
    others = (t for t in spot.sentence.tokens if t != spot.token and first_of(t) == first)
    if any(_named(stage.scene, spot.sentence, t) in anchor.said for t in others):
        yield "listed with one who takes part"


def _rivals(stage: Stage, anchor: Anchor, clause: Spot, spot: Spot) -> Iterator[str]:
    """Yield how the event stands to the others of the article."""
    others = [c for a in stage.anchors if a is not anchor for c in a.clauses]
    if any(_steps(c, spot) < _steps(clause, spot) for c in others):
        yield "another is nearer"
    if any(c.sentence is spot.sentence and c.sentence is not clause.sentence for c in others):
        yield "another is told beside it"
    first = min(c.sentence.number for c in anchor.clauses)
    before = any(c.sentence.number < first for c in others)
    yield "the only event" if not others else "a later event" if before else "the first event"


def _steps(clause: Spot, spot: Spot) -> tuple[int, int]:
    return abs(clause.sentence.number - spot.sentence.number), abs(clause.token.i - spot.token.i)


# The article ---------------------------------------------------------------------------------------


_LEAD, _EARLY = 2, 5
"""Sentences in which an article says what it is about, and in which its first part ends."""


def _known(stage: Stage, anchor: Anchor, key: str) -> Iterator[str]:
    scene, spots = stage.scene, stage.spots[key]
    yield f"named {size(len(spots))}"
    first = spots[0].sentence.number
    yield "named in the lead" if first < _LEAD else "named early" if first < _EARLY else "named late"
    others = [a for a in stage.anchors if a is not anchor]
    bodies = {scene.employers.get(key), scene.lands.get(key)}
    inside = [any(e.start <= _start(s) < e.end for e in stage.titles) for s in spots]
    told = {
        "has an office": key in scene.titled,
        "takes part in another": any(key in a.said for a in others),
        "is bound": key in stage.bound,
        "travels": key in stage.travelling,
        "its body takes part": bool(bodies & anchor.said),
        "in the title": scene.draft.name(key) in scene.draft.article.title,
        "one word": " " not in scene.draft.name(key),
        "only with an office": all(inside),
        "once with an office": any(inside) and not all(inside),
    }
    yield from (name for name, holds in told.items() if holds)


def _start(spot: Spot) -> int:
    return spot.sentence.piece(spot.token).start
