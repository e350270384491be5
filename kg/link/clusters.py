"""Joining mentions into things: what a thing can have only one of does not differ in a cluster."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from kg.link.mentions import Mention, MentionId


@dataclass(slots=True)
class Clusters:
    """Mentions joined so far; private to one run of link."""

    members: dict[MentionId, list[MentionId]] = field(default_factory=dict)
    """The cluster of each mention, one list for all that are in it; its smallest mention is the first."""
    marks: dict[MentionId, dict[str, str]] = field(default_factory=dict)
    """What a cluster can have only one of, such as the country of an institution; by root."""
    joins: int = 0
    """How often two clusters became one."""
    moved: dict[str, int] = field(default_factory=dict)
    """At which of these joins a mention of an article last got another root."""

    def add(self, mention: MentionId) -> None:
        """Let a mention stand for itself."""
        self.members[mention] = [mention]

    def root(self, mention: MentionId) -> MentionId:
        """Return the mention that stands for a cluster: the smallest one in it."""
        return self.members[mention][0]

    def mark(self, mention: MentionId, name: str, value: str) -> None:
        """Note what the thing of a mention can have only one of; the first value stays."""
        self.marks.setdefault(self.root(mention), {}).setdefault(name, value)

    def clash(self, one: MentionId, other: MentionId) -> bool:
        """Tell whether the clusters of two mentions differ in something of which a thing has only one."""
        left, right = (self.marks.get(self.root(mention), {}) for mention in (one, other))
        return any(name in right and right[name] != value for name, value in left.items())

    def join(self, one: MentionId, other: MentionId) -> bool:
        """Make the clusters of two mentions one, unless their marks clash; tell whether they are one now."""
        left, right = self.members[one], self.members[other]
        if left is right:
            return True
        if self.clash(one, other):
            return False
        low, high = sorted((left[0], right[0]))
        if high in self.marks:
            self.marks[low] = {**self.marks.pop(high), **self.marks.get(low, {})}
        self.joins += 1
        self.moved |= dict.fromkeys((article for article, _ in self.members[high]), self.joins)
        small, large = sorted((left, right), key=len)
        for mention in small:
            self.members[mention] = large
        if small[0] == low:
            small[0], large[0] = large[0], low
        large += small
        return True

    def changed(self, article: str, since: int) -> bool:
        """Tell whether a mention of an article got another root after so many joins."""
        return self.moved.get(article, 0) > since

    def of(self, mention: MentionId) -> list[MentionId]:
        """Return all mentions of the cluster that a mention is in."""
        return self.members[mention]

    def roots(self, mentions: Iterable[MentionId]) -> frozenset[MentionId]:
        """Return the clusters of those mentions."""
        return frozenset([self.members[mention][0] for mention in mentions])

    def all(self) -> list[list[MentionId]]:
        """Return every cluster, in the order of their roots."""
        return [members for mention, members in sorted(self.members.items()) if mention == members[0]]


def join_equal(clusters: Clusters, keyed: Iterable[tuple[Hashable, Mention]]) -> None:
    """Join all mentions that share a key, as far as their marks allow."""
    first: defaultdict[Hashable, list[MentionId]] = defaultdict(list)
    for key, mention in keyed:
        if not any(clusters.join(one, mention.id) for one in first[key]):
            first[key].append(mention.id)
