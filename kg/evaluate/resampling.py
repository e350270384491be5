"""Stage evaluate, its caution: how far a figure may lie from the one that other articles would give."""

import random
from collections.abc import Iterable, Mapping, Sequence

from kg.evaluate.tally import Tally, rates_of

_SEED = 0
Counts = tuple[int, int, int]
"""Found, wrong and missed in one article."""


def intervals(
    measures: Mapping[str, Sequence[Counts]], *, articles: int, times: int
) -> dict[str, tuple[float, float]]:
    """Return between which values each measure's F1 lies in 95 of 100 resamples of the articles."""
    dice = random.Random(_SEED)  # noqa: S311  a resample is no secret, and must come out the same again
    samples = [[dice.randrange(articles) for _ in range(articles)] for _ in range(times)]
    return {name: _interval(counts, samples) for name, counts in measures.items()}


def counts_of(tallies: Iterable[Tally]) -> list[Counts]:
    """Return what was found, wrong and missed."""
    return [(tally.found, tally.wrong, tally.missed) for tally in tallies]


def counts_with_status(tallies: Iterable[Tally]) -> list[Counts]:
    """Return the same where another status is wrong and missed."""
    return [
        (t.status_right, t.wrong + t.found - t.status_right, t.missed + t.found - t.status_right)
        for t in tallies
    ]


def _interval(counts: Sequence[Counts], samples: Sequence[Sequence[int]]) -> tuple[float, float]:
    values = sorted(_f1(counts, sample) for sample in samples)
    return values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1]


def _f1(counts: Sequence[Counts], sample: Sequence[int]) -> float:
    found, wrong, missed = (sum(counts[n][part] for n in sample) for part in range(3))
    return rates_of(found, wrong, missed).f1
