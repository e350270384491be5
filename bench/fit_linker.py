"""Fit the linker's weights on cases made from an authority.

    python bench/fit_linker.py POOL.jsonl bench/linker_start.json kg/resources/linking/weights.json

A conditional logit with `none` as one of the answers, pulled towards the start, which is set by hand.
Needs numpy. Weights that no made case teaches (`doubled`, `name: identifier`) stay as they are.
"""

import json
import math
import sys
import tempfile
from pathlib import Path

import numpy as np

from kg.link.authority import build_snapshot, open_snapshot
from kg.link.linker import NameLinker
from kg.proposals import Subject
from tests.linking_cases import make, write

SEEDS, EACH, PULL, STEPS = (1, 2, 3), 150, 3.0, 120
SHARE = {
    "org_alias_held": 0.0, "org_alias_held_none": 0.0, "org_acronym_none": 0.35, "org_mixed": 0.4,
    "org_mixed_none": 0.4, "org_same_name_none": 1.5, "org_bare": 0.6,
}  # fmt: skip
"""How much a kind of made cases counts, where it is rarer or commoner than in texts."""


def examples(rows, seed, folder):
    """Yield type, values of each candidate, positions of the right ones, and weight."""
    less, cases = make(rows, seed, EACH)
    write(less, cases, folder)
    build_snapshot((folder / "pool.jsonl",), folder / "pool.sqlite")
    linker = NameLinker(open_snapshot(folder / "pool.sqlite"))
    for case in cases:
        share = SHARE.get(case["category"], 1.0)
        subject = Subject("", case["mention"], case["type"], context=case["context"], language=case["lang"])
        weighed = linker.weigh(subject) if share else []
        right = {case["gold"], *case["also_ok"]} - {"NIL"}
        if weighed:
            good = [i for i, w in enumerate(weighed) if w.found.record.item in right]
            yield case["type"], [w.values for w in weighed], good, share


def slope(weights, start, data):
    """Return how the loss grows with each weight."""
    total = 2 * PULL * (weights - start)
    for matrix, good, share in data:
        points = matrix @ weights
        top = max(0.0, points.max())
        likely = np.exp(points - top)
        likely /= likely.sum() + math.exp(-top)
        aim = np.zeros(len(likely))
        if good:
            aim[good] = likely[good] / max(likely[good].sum(), 1e-12)
        total += share * matrix.T @ (likely - aim)
    return total


def fitted(start, data, names):
    """Return the weights after some steps of Adam."""
    at = {name: i for i, name in enumerate(names)}
    rows = []
    for values, good, share in data:
        matrix = np.zeros((len(values), len(names)))
        for i, told in enumerate(values):
            for name, value in told.items():
                matrix[i, at[name]] = value
        rows.append((matrix, good, share))
    begin = np.array([start.get(name, 0.0) for name in names])
    weights, mean, square = begin.copy(), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, STEPS + 1):
        down = slope(weights, begin, rows)
        mean, square = 0.9 * mean + 0.1 * down, 0.99 * square + 0.01 * down * down
        pace = 0.12 if step < STEPS * 2 / 3 else 0.036
        weights -= pace * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return {name: round(float(weights[at[name]]), 2) for name in names}


def main(pool, start, into):
    rows = [json.loads(line) for line in Path(pool).read_text(encoding="utf-8").splitlines()]
    groups = json.loads(Path(start).read_text(encoding="utf-8"))
    data = {kind: [] for kind in ("organization", "place", "person")}
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            for kind, *example in examples(rows, seed, Path(folder)):
                if kind in data:
                    data[kind].append(example)
    for kind, told in data.items():
        names = sorted({name for values, _, _ in told for one in values for name in one} - {"doubled"})
        kept = [([{n: v for n, v in one.items() if n in names} for one in vs], g, s) for vs, g, s in told]
        groups[kind] = groups[kind] | fitted(groups[kind], kept, names)
    text = json.dumps(groups, indent=1, ensure_ascii=False, sort_keys=True)
    Path(into).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
