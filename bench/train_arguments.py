"""Beside the river: train the model that judges who took part in an event, on the project's own articles.

    python bench/train_arguments.py            write kg/extract/lexicon/arguments.json, print how good it is
    python bench/train_arguments.py --check    print only

The same articles, rules and parser give the same file. Train again whenever the English rules have changed.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.evaluate import to_eval
from kg.evaluate.classes import Page, page
from kg.evaluate.dossier import dossier
from kg.evaluate.eval_format import EVENT_TYPES
from kg.evaluate.items import Facts, Item, document, facts_in, several
from kg.evaluate.matching import matchings
from kg.extract import arguments, english
from kg.extract.acts import SIGNING
from kg.extract.argument_features import Anchor
from kg.extract.argument_words import Spot
from kg.extract.arguments import Candidate, Model
from kg.extract.scene import Scene
from kg.extract.tables import triggers
from kg.model import Article, Entity, Findings, Kind, Relation
from kg.read import read, sources

HOME = Path(__file__).resolve().parent.parent
GOLD = HOME / "data" / "gold"
TARGET = HOME / "kg" / "extract" / "lexicon" / "arguments.json"
THRESHOLD = 0.6
FOLDS = 5
PENALTY = 4.0
"""How much a weight costs (L2)."""
RARE = 8
"""What holds of fewer candidates than this is left out."""
STEPS, ENOUGH = 50, 1e-8
WHO = (Kind.PERSON, Kind.INSTITUTION)
"""Institutions take part as persons do: they are learned from, too, but not asked about."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A candidate, and whether the annotation has it."""

    article: str
    choice: tuple[str, str]
    names: tuple[str, ...]
    takes_part: bool
    matched: bool
    """Whether the event itself is one that is annotated."""
    sure: float
    """How likely the event is, by the rule that read it; 0 where none did."""
    person: bool


def main() -> None:
    arguments_ = argparse.ArgumentParser(description="Train the model that judges who took part in an event.")
    arguments_.add_argument("--check", action="store_true", help="print figures and write nothing")
    check = arguments_.parse_args().check
    examples = [one for name in english_articles(GOLD) for one in of_article(GOLD, name)]
    print(report(examples))
    if not check:
        TARGET.write_text(as_json(train(examples)), encoding="utf-8")


def english_articles(folder: Path) -> list[str]:
    """Return the names of the English articles of an annotated set."""
    names = sorted(path.stem for path in (folder / "annotations").glob("*.json"))
    return [n for n in names if document(folder / "articles" / f"{n}.json")["language"].startswith("en")]


# Examples ------------------------------------------------------------------------------------------


def of_article(folder: Path, name: str) -> list[Example]:
    """Return the candidates of one article with what its annotation says of them."""
    article = read(sources([str(folder / "articles" / f"{name}.txt")])[0], limit=10**9)[0]
    file = folder / "annotations" / f"{name}.json"
    gold, reading = facts_in(document(file), file), english.read(article)
    scene, told = reading.scene, page(gold, article.text)
    known = arguments.stage(scene, arguments.anchors(scene, reading.events, reading.agreements), reading.held)
    matched = _matched(told, gold, scene.draft.findings("rules"))
    pairs = [(one, matched.get(one.anchor.key)) for one in arguments.candidates(known, *WHO)]
    for wanted in (w for w in gold["events"] if all(w is not other for other in matched.values())):
        anchor = _unread(article, scene, wanted)
        if anchor is not None:
            more = replace(known, anchors=[anchor, *known.anchors])
            pairs += [(c, wanted) for c in arguments.candidates(more, *WHO) if c.anchor is anchor]
    entities = {entity.key: entity for entity in scene.draft.findings("rules").entities}
    named = [(c, wanted) for c, wanted in pairs if c.key in entities]
    open_ = (wanted is not None and bool(wanted.get("optional")) for _, wanted in named)
    return [
        _example(name, told, entities[c.key], c, wanted)
        for (c, wanted), unsaid in zip(named, open_, strict=True)
        if not unsaid
    ]


def _matched(told: Page, gold: Facts, found: Findings) -> dict[str, Item]:
    """Return which annotated event each event that was read is, as the scorer has it."""
    book, predicted = dossier(found), to_eval(found)
    events = [e.key for e in book.of_kind(Kind.EVENT) if book.concept(e.key, Relation.KIND) != "statement"]
    key_of = {id(item): key for item, key in zip(predicted["events"], events, strict=True)}
    facts = facts_in(predicted, Path("predicted"))
    pairs = matchings(told, gold, facts, strict_quotes=True)["events"].pairs
    return {key_of[id(item)]: wanted for wanted, item in pairs}


def _example(article: str, told: Page, who: Entity, one: Candidate, wanted: Item | None) -> Example:
    asked = several(wanted, "participants") if wanted is not None else []
    there = any(told.same(a, b) > 0 for a in asked for b in (who.name, *who.aliases))
    sure = one.anchor.sure if one.anchor.key else 0
    return Example(
        article, one.choice, tuple(one.names), there, wanted is not None, sure, who.kind is Kind.PERSON
    )


def _unread(article: Article, scene: Scene, wanted: Item) -> Anchor | None:
    """Return an annotated event that the rules have not read, by a word of its quotation that tells."""
    start = article.text.find(wanted["quote"])
    rows = [row for row in triggers("events") if EVENT_TYPES.get(row.kind, row.kind) == wanted.get("type")]
    telling = {word for row in rows for word in row.verbs | row.nouns} or SIGNING
    for sentence in scene.sentences:
        for token in sentence.tokens:
            inside = start <= sentence.piece(token).start < start + len(wanted["quote"])
            if inside and token.lemma_.lower() in telling:
                kind = rows[0].kind if rows else "signing"
                return Anchor(kind, (Spot(sentence, token),), frozenset())
    return None


# Training ------------------------------------------------------------------------------------------


def train(examples: Sequence[Example]) -> Model:
    """Return the model of the greatest likelihood under a penalty: a logistic regression.

    It learns who takes part in an event that is one, so only from those that are annotated.
    """
    examples = [one for one in examples if one.matched]
    counted = Counter(name for one in examples for name in one.names)
    names = sorted(name for name, number in counted.items() if number >= RARE)
    place = {name: at for at, name in enumerate(names)}
    table = np.zeros((len(examples), len(names)))
    for row, one in enumerate(examples):
        table[row, [place[name] for name in one.names if name in place]] = 1
    wanted = np.array([float(one.takes_part) for one in examples])
    weights = _fitted(table, wanted)
    return Model(THRESHOLD, {name: round(float(w), 3) for name, w in zip(names, weights, strict=True)})


def _fitted(table: Numbers, wanted: Numbers) -> Numbers:
    """Return the weights, by Newton's method; the problem is convex, so there is one answer."""
    weights = np.zeros(table.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (likely - wanted) + PENALTY * weights
        curve = (table * (likely * (1 - likely))[:, None]).T @ table + PENALTY * np.eye(len(weights))
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < ENOUGH:
            break
    return weights


def as_json(model: Model) -> str:
    """Return a model as the file that ships: one weight a line, in the order of the names."""
    content = {"threshold": model.threshold, "weights": dict(sorted(model.weights.items()))}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


# Figures -------------------------------------------------------------------------------------------


def report(examples: Sequence[Example]) -> str:
    """Return how good the model is on articles it was not trained on: one fifth after another held back."""
    judged: list[tuple[float, Example]] = []
    for fold in range(FOLDS):
        model = train([one for one in examples if _fold(one.article) != fold])
        held_back = [one for one in examples if _fold(one.article) == fold and one.sure and one.person]
        best: dict[tuple[str, tuple[str, str]], tuple[float, Example]] = {}
        for one in held_back:
            likely = one.sure * model.probability(one.names)
            if likely > best.get((one.article, one.choice), (0.0, one))[0]:
                best[one.article, one.choice] = likely, one
        judged += best.values()
    learned = [one for one in examples if one.matched]
    lines = [
        f"learned from: {_counted(learned)}",
        f"judged, with events that the rules read: {_counted([one for _, one in judged])}",
        "likely   said  right  precision  recall   precision in right events",
    ]
    lines += [_line(judged, at) for at in (0.45, 0.5, 0.55, 0.6, 0.65)]
    return "\n".join(lines)


def _counted(examples: Sequence[Example]) -> str:
    articles = len({one.article for one in examples})
    there = sum(one.takes_part for one in examples)
    return f"{len(examples)} pairs of {articles} articles, {there} participants"


def _line(judged: Sequence[tuple[float, Example]], at: float) -> str:
    said = [one for likely, one in judged if likely >= at]
    right, known = sum(one.takes_part for one in said), sum(one.matched for one in said)
    possible = sum(one.takes_part for _, one in judged)
    return (
        f">= {at:.2f}  {len(said):4d}  {right:5d}  {right / max(1, len(said)):9.3f}"
        f"  {right / max(1, possible):6.3f}  {right / max(1, known):.3f}"
    )


def _fold(article: str) -> int:
    return int(sha256(article.encode()).hexdigest(), 16) % FOLDS


if __name__ == "__main__":
    main()
