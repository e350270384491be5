"""Beside the river: how well mentions were joined, by B-cubed and by pairs."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

MentionKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """Precision and recall over a number of mentions or pairs."""

    precision: float
    recall: float
    number: int

    @property
    def f1(self) -> float:
        """Return their harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def b_cubed(truth: Mapping[MentionKey, str], given: Mapping[MentionKey, Hashable]) -> Measured:
    """Return B-cubed over the mentions of things that have more than one.

    What was wrongly joined with such a mention counts, also where it is the only mention of its own thing.
    """
    sizes = Counter(truth.values())
    joined = Counter(given[mention] for mention in truth)
    both = Counter((thing, given[mention]) for mention, thing in truth.items())
    precision = recall = 0.0
    number = 0
    for mention, thing in truth.items():
        if sizes[thing] > 1:
            common = both[thing, given[mention]]
            precision += common / joined[given[mention]]
            recall += common / sizes[thing]
            number += 1
    return Measured(precision / number, recall / number, number) if number else Measured(1.0, 1.0, 0)


def pair_scores(
    truth: Mapping[MentionKey, str], given: Mapping[MentionKey, Hashable], languages: Mapping[str, str]
) -> dict[tuple[str, str], Measured]:
    """Return for each two languages how many of the joined pairs are right and of the right ones joined."""
    right = _pairs(truth, languages)
    made = _pairs({mention: (given[mention]) for mention in truth}, languages)
    found: dict[tuple[str, str], Measured] = {}
    for tongues in sorted(right.keys() | made.keys()):
        hit = len(right[tongues] & made[tongues])
        found[tongues] = Measured(
            hit / (len(made[tongues]) or 1), hit / (len(right[tongues]) or 1), len(right[tongues])
        )
    return found


def _pairs(
    groups: Mapping[MentionKey, Hashable], languages: Mapping[str, str]
) -> defaultdict[tuple[str, str], set[tuple[MentionKey, MentionKey]]]:
    found: defaultdict[tuple[str, str], set[tuple[MentionKey, MentionKey]]] = defaultdict(set)
    for members in _members(groups).values():
        for one, other in combinations(sorted(members), 2):
            low, high = sorted((languages[one[0]], languages[other[0]]))
            found[low, high].add((one, other))
    return found


def _members(groups: Mapping[MentionKey, Hashable]) -> dict[Hashable, list[MentionKey]]:
    found: defaultdict[Hashable, list[MentionKey]] = defaultdict(list)
    for mention, group in groups.items():
        found[group].append(mention)
    return found


def wrongly_joined(
    truth: Mapping[MentionKey, str], given: Mapping[MentionKey, Hashable]
) -> list[tuple[str, ...]]:
    """Return the things that were made one though they are several, sorted."""
    return sorted({several for m in _members(given).values() if len(several := _things(m, truth)) > 1})


def torn_apart(
    truth: Mapping[MentionKey, str], given: Mapping[MentionKey, Hashable]
) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Return each thing that was not made one, with the articles of its parts."""
    torn: list[tuple[str, tuple[tuple[str, ...], ...]]] = []
    for thing, members in sorted(_members(truth).items(), key=lambda item: str(item[0])):
        parts: defaultdict[Hashable, list[str]] = defaultdict(list)
        for mention in members:
            parts[given[mention]].append(mention[0])
        if len(parts) > 1:
            torn.append((str(thing), tuple(sorted(tuple(sorted(part)) for part in parts.values()))))
    return torn


def _things(mentions: Iterable[MentionKey], truth: Mapping[MentionKey, str]) -> tuple[str, ...]:
    return tuple(sorted({truth[mention] for mention in mentions if mention in truth}))
