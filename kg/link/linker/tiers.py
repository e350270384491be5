"""From points to a probability and a tier: likely enough, far enough before the next, proved enough."""

import math
from collections.abc import Sequence

from kg.link.linker.weighing import Weighed
from kg.proposals import Tier

AUTO, REVIEW = 0.92, 0.5
"""Chosen on made cases: of links from .92 on, 99 in 100 were right; below .5 none is the likelier answer."""
_GAP = 0.2
"""What the best must be likelier than the next: nearly always so from .9 on, and often not at .5."""
_PROOFS = ("occupation and dates", "support", "name: identifier")
_MOST = 30.0


def decide(weighed: Sequence[Weighed]) -> tuple[Tier, list[float], str]:
    """Return the tier, the score of each candidate and why."""
    if not weighed:
        return Tier.NONE, [], "no item has such a name"
    scores = probabilities([one.points for one in weighed])
    best, second = weighed[0], scores[1] if len(scores) > 1 else 0.0
    if scores[0] + second > REVIEW and scores[0] - second < _GAP:
        return Tier.NONE, scores, "two items are about as likely"
    if scores[0] < REVIEW:
        return Tier.NONE, scores, "no item is likely enough"
    if best.found.record.type == "person" and not any(best.values.get(proof) for proof in _PROOFS):
        return Tier.REVIEW, scores, "a person is more than a name: a second fact is wanted"
    if scores[0] < AUTO:
        return Tier.REVIEW, scores, "likely, not certain"
    return Tier.AUTO, scores, "name and surroundings agree"


def probabilities(points: Sequence[float]) -> list[float]:
    """Return how likely each candidate is the one; what is left is how likely none of them is."""
    highest = max(0.0, *points)
    weights = [math.exp(max(p - highest, -_MOST)) for p in points]
    total = math.exp(-highest) + sum(weights)
    return [round(weight / total, 4) for weight in weights]
