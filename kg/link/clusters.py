"""Joining mentions into things: union-find, with the rule that one article's things stay apart."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kg.link.mentions import Mention, MentionId

WINDOW = 40
"""With how many neighbours of its block a mention is compared: keeps the work linear."""

Score = Callable[[Mention, Mention], int]
"""How much speaks for two mentions being one thing; 0 when they are not, or nothing speaks for it."""


@dataclass(slots=True)
class Clusters:
    """Mentions joined so far; private to one run of link."""

    parent: dict[MentionId, MentionId] = field(default_factory=dict)
    members: dict[MentionId, list[MentionId]] = field(default_factory=dict)
    marks: dict[MentionId, dict[str, str]] = field(default_factory=dict)
    """What a cluster can have only one of, such as the country of an institution; by root."""

    def add(self, mention: MentionId) -> None:
        """Let a mention stand for itself."""
        self.parent[mention] = mention
        self.members[mention] = [mention]

    def root(self, mention: MentionId) -> MentionId:
        """Return the mention that stands for a cluster: the smallest one in it."""
        while self.parent[mention] != mention:
            self.parent[mention] = self.parent[self.parent[mention]]
            mention = self.parent[mention]
        return mention

    def mark(self, mention: MentionId, name: str, value: str) -> None:
        """Note what the thing of a mention can have only one of; the first value stays."""
        self.marks.setdefault(self.root(mention), {}).setdefault(name, value)

    def clash(self, one: MentionId, other: MentionId) -> bool:
        """Tell whether the clusters of two mentions differ in something of which a thing has only one."""
        left, right = (self.marks.get(self.root(mention), {}) for mention in (one, other))
        return any(name in right and right[name] != value for name, value in left.items())

    def join(self, one: MentionId, other: MentionId) -> bool:
        """Make the clusters of two mentions one, unless their marks clash; tell whether they are one now."""
        low, high = sorted((self.root(one), self.root(other)))
        if low == high:
            return True
        if self.clash(low, high):
            return False
        self.parent[high] = low
        self.members[low] += self.members.pop(high)
        if high in self.marks:
            self.marks[low] = {**self.marks.pop(high), **self.marks.get(low, {})}
        return True

    def of(self, mention: MentionId) -> list[MentionId]:
        """Return all mentions of the cluster that a mention is in."""
        return self.members[self.root(mention)]

    def roots(self, mentions: Iterable[MentionId]) -> frozenset[MentionId]:
        """Return the clusters of those mentions."""
        return frozenset(self.root(mention) for mention in mentions)


def join_equal(clusters: Clusters, keyed: Iterable[tuple[Hashable, Mention]]) -> None:
    """Join all mentions that share a key, as far as their marks allow."""
    first: defaultdict[Hashable, list[MentionId]] = defaultdict(list)
    for key, mention in keyed:
        if not any(clusters.join(one, mention.id) for one in first[key]):
            first[key].append(mention.id)


def join_best(
    clusters: Clusters,
    mentions: Sequence[Mention],
    keys: Callable[[Mention], Iterable[Hashable]],
    score: Score,
    *,
    bearable: Callable[[Mention, Mention], bool] | None = None,
) -> None:
    """Join mentions of different articles that are each other's one best match.

    Two that fit equally well are left apart: a guess between them would be wrong data that looks right. All
    that come together must fit each other, or at least be `bearable` where that is given.
    """
    fits = bearable or (lambda one, other: score(one, other) > 0)
    scores = _scores(_blocks(mentions, keys), score)
    best = _best(scores)
    by_id = {mention.id: mention for mention in mentions}
    for (one, other), value in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        unique = best[one, other[0]] == (value, 1) and best[other, one[0]] == (value, 1)
        if unique and _may_join(clusters, one, other, by_id, fits):
            clusters.join(one, other)


def _blocks(
    mentions: Sequence[Mention], keys: Callable[[Mention], Iterable[Hashable]]
) -> Mapping[Hashable, list[Mention]]:
    blocks: defaultdict[Hashable, list[Mention]] = defaultdict(list)
    # In order of publication, so that the neighbours in a crowded block are those of the same days.
    for mention in sorted(mentions, key=lambda m: (m.article.published or date.min, m.id)):
        for key in sorted(set(keys(mention)), key=str):
            blocks[key].append(mention)
    return blocks


def _scores(blocks: Mapping[Hashable, list[Mention]], score: Score) -> dict[tuple[MentionId, MentionId], int]:
    scores: dict[tuple[MentionId, MentionId], int] = {}
    for block in blocks.values():
        for place, one in enumerate(block):
            for other in block[place + 1 : place + 1 + WINDOW]:
                pair = (min(one.id, other.id), max(one.id, other.id))
                if one.article.id != other.article.id and pair not in scores:
                    scores[pair] = score(one, other)
    return {pair: value for pair, value in scores.items() if value > 0}


def _best(scores: Mapping[tuple[MentionId, MentionId], int]) -> dict[tuple[MentionId, str], tuple[int, int]]:
    best: dict[tuple[MentionId, str], tuple[int, int]] = {}
    for (one, other), value in scores.items():
        for mention, article in ((one, other[0]), (other, one[0])):
            top, count = best.get((mention, article), (0, 0))
            if value >= top:
                best[mention, article] = (value, count + 1 if value == top else 1)
    return best


def _may_join(
    clusters: Clusters,
    one: MentionId,
    other: MentionId,
    by_id: Mapping[MentionId, Mention],
    fits: Callable[[Mention, Mention], bool],
) -> bool:
    left, right = clusters.of(one), clusters.of(other)
    if {article for article, _ in left} & {article for article, _ in right}:
        return False
    pairs = ((a, b) for a in sorted(left)[:WINDOW] for b in sorted(right)[:WINDOW])
    return all(fits(by_id[a], by_id[b]) for a, b in pairs)
