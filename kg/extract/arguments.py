"""Stage 2: who else took part in an event, as a small trained model judges it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from kg.errors import ExtractError
from kg.extract import modality
from kg.extract.argument_features import Anchor, Stage, features, nearest, spots_of
from kg.extract.argument_words import Spot
from kg.extract.confidence import confidence_of
from kg.extract.deals import Deal
from kg.extract.draft import LONGEST
from kg.extract.happenings import Happening
from kg.extract.marks import Sentence
from kg.extract.offices import Office
from kg.extract.scene import Scene
from kg.model import Concept, Evidence, Kind, Ref, Relation

RULE = "argument-model"
_WORTH_A_WORD = 0.45
"""How likely a candidate must be to be told of where it is not stated."""
_SIDES = (Relation.PARTICIPANT, Relation.HOST, Relation.SIDE)
_GROUP = (Relation.SENT_BY, Relation.ORIGIN, Relation.HEAD, Relation.MEMBER)


@dataclass(frozen=True, slots=True)
class Model:
    """What holds of a candidate -> how much it says; a fact is stated if it is as likely as `threshold`."""

    threshold: float
    weights: Mapping[str, float]

    def probability(self, names: Sequence[str]) -> float:
        """Return how likely a candidate is of which this holds."""
        return 1 / (1 + exp(-sum(self.weights.get(name, 0.0) for name in names)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody named in an article who may have taken part in one of its events."""

    anchor: Anchor
    key: str
    clause: Spot
    spot: Spot
    names: Sequence[str]
    """What holds of the two."""

    @property
    def choice(self) -> tuple[str, str]:
        """Return of whom and of what kind of event it is: of several meetings, one is where somebody was."""
        return self.key, self.anchor.kind


@cache
def model() -> Model:
    """Return the model that ships with the package, written by `bench/train_arguments.py`."""
    try:
        found = json.loads((files("kg.extract") / "lexicon" / "arguments.json").read_text(encoding="utf-8"))
        return Model(float(found["threshold"]), {name: float(w) for name, w in found["weights"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExtractError(f"kg/extract/lexicon/arguments.json: {error}") from error


def state(
    scene: Scene,
    events: Sequence[Sequence[Happening]],
    deals: Sequence[Sequence[Deal]],
    held: Sequence[Office],
    *,
    by: Model | None = None,
) -> None:
    """State those participants of the stated events whom the rules have not found and the model has."""
    by = by or model()
    known = stage(scene, anchors(scene, events, deals), held)
    for likely, one in _best(by, candidates(known, Kind.PERSON)):
        if likely < by.threshold:
            who, event = scene.draft.name(one.key), scene.draft.name(one.anchor.key)
            scene.draft.rejected.append(f"{RULE} not sure enough ({likely:.2f}): {who} in {event}")
            continue
        for evidence in _evidence(scene, one):
            scene.draft.state(
                one.anchor.key, Relation.PARTICIPANT, Ref(one.key), evidence,
                rule=RULE, confidence=round(likely, 2),
            )  # fmt: skip


def _best(by: Model, found: Iterable[Candidate]) -> list[tuple[float, Candidate]]:
    """Return how likely each person is in that event of a kind in which they are likeliest, if at all."""
    best: dict[tuple[str, str], tuple[float, Candidate]] = {}
    for one in found:
        likely = one.anchor.sure * by.probability(one.names)
        if likely >= _WORTH_A_WORD and not _denied(one.spot) and likely > best.get(one.choice, (0.0, one))[0]:
            best[one.choice] = likely, one
    return list(best.values())


def _denied(spot: Spot) -> bool:
    """Tell whether the clause in which somebody is named says what did not happen: `A was not present`."""
    verb = next((a for a in spot.token.ancestors if a.pos_ in ("VERB", "AUX")), None)
    return verb is not None and modality.of_verb(verb) == modality.DENIED


def anchors(
    scene: Scene, events: Sequence[Sequence[Happening]], deals: Sequence[Sequence[Deal]]
) -> list[Anchor]:
    """Return the events that are stated, acts of signing among them, save mere statements."""
    out: list[Anchor] = []
    for group in (g for g in events if g[0].kind != "statement"):
        clauses = tuple(Spot(one.sentence, one.token) for one in group)
        first = group[0]
        out.append(Anchor(first.kind, clauses, _said(scene, first.key), first.key, _sure(first.rule)))
    for bargain in deals:
        clauses = tuple(Spot(deal.sentence, deal.token) for deal in bargain)
        for act in _acts(scene, bargain[0].key):
            sure = _sure(bargain[0].rule)
            out.append(Anchor("signing", clauses, _said(scene, act), act, sure))
    return out


def _sure(rule: str) -> float:
    """Return how likely an event is that a rule has read."""
    return confidence_of(rule, Kind.EVENT, Relation.STATUS)


def _acts(scene: Scene, agreement: str) -> list[str]:
    """Return the acts of signing of an agreement that are events of their own."""
    told = [v for r in (Relation.SIGNED_AT, Relation.OUTCOME_OF) for v in scene.draft.values(agreement, r)]
    keys = [value.key for value in told if isinstance(value, Ref)]
    return [key for key in keys if Concept("signing") in scene.draft.values(key, Relation.KIND)]


def _refs(scene: Scene, key: str, relations: Sequence[Relation]) -> set[str]:
    return {v.key for r in relations for v in scene.draft.values(key, r) if isinstance(v, Ref)}


def _said(scene: Scene, event: str) -> frozenset[str]:
    """Return who is stated to take part, and who is of a delegation that does."""
    told = _refs(scene, event, _SIDES)
    return frozenset(told.union(*(_refs(scene, key, _GROUP) for key in told)))


def stage(scene: Scene, found: Sequence[Anchor], held: Sequence[Office]) -> Stage:
    """Return what candidates of an article have in common."""
    agreements = scene.draft.keys(Kind.AGREEMENT, Kind.AGREEMENT_SET)
    return Stage(
        scene=scene,
        spots=spots_of(scene),
        titles=[Evidence(mention.start, mention.end) for one in held for mention in one.mentions],
        anchors=found,
        bound=frozenset().union(*(_refs(scene, key, (Relation.PARTY, Relation.SIDE)) for key in agreements)),
        travelling=frozenset().union(
            *(_refs(scene, key, _GROUP) for key in scene.draft.keys(Kind.DELEGATION))
        ),
    )


def candidates(known: Stage, *kinds: Kind) -> Iterator[Candidate]:
    """Yield each entity of these classes with each event that it may belong to besides, in order.

    One that the rules have found in an event is not asked about others of the kind; nor is a person of one
    word, who is often none.
    """
    draft = known.scene.draft
    keys = sorted(key for key in known.spots if draft.kind(key) in kinds)
    keys = [key for key in keys if draft.kind(key) is not Kind.PERSON or " " in draft.name(key)]
    for anchor in known.anchors:
        told = frozenset().union(*(other.said for other in known.anchors if other.kind == anchor.kind))
        for key in keys:
            if key not in told:
                clause, spot = nearest(anchor, known.spots[key])
                yield Candidate(anchor, key, clause, spot, features(known, anchor, key))


def _evidence(scene: Scene, one: Candidate) -> list[Evidence]:
    """Return the words that tell of the event and name the person, in one stretch or in two."""
    clause, sentence = one.clause.sentence, one.spot.sentence
    name, word = sentence.piece(one.spot.token), clause.piece(one.clause.token)
    if clause is sentence:
        whole = scene.evidence(sentence, [one.clause.token, one.spot.token])
        if whole.end - whole.start <= LONGEST:
            return [whole]
    text = scene.draft.article.text
    return [_around(text, clause, word.end), _around(text, sentence, name.end)]


def _around(text: str, sentence: Sentence, last: int) -> Evidence:
    """Return a sentence, or as much of it up to a word as can be quoted."""
    start = sentence.start
    if last - start > LONGEST:
        start = text.find(" ", last - LONGEST, last) + 1 or last - LONGEST
    return Evidence(start, sentence.end)
