"""Mentions of one sort matched across articles: each with its one best match, round by round.

What a mention tells rests on its own article, and on what the things there were joined with. So it is asked
again only where something was joined since, and compared again only where it tells something else.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Generic, Protocol, TypeVar

from kg.link.clusters import Clusters
from kg.link.mentions import Mention, MentionId

WINDOW = 40
"""With how many neighbours of its block a mention is compared: keeps the work linear."""

_Pair = tuple[int, int]


class Telling(Protocol):
    """What a mention tells at present, with all that it refers to named by what has been joined."""

    @property
    def keys(self) -> frozenset[Hashable]:
        """Return the blocks in which the mention stands; only those of one block are compared."""


Told = TypeVar("Told", bound=Telling)


@dataclass(slots=True)
class Matching(Generic[Told]):
    """The mentions of one sort, by number in the order of publication; private to one run of link."""

    clusters: Clusters
    mentions: Sequence[Mention]
    tell: Callable[[Mention], Told]
    score: Callable[[Told, Told], int]
    """How much speaks for two mentions being one thing; 0 when they are not, or nothing speaks for it."""
    bearable: Callable[[Told, Told], bool] | None = None
    """Whether two may come together through others; where it is not given, only what has a score may."""
    told: dict[int, Told] = field(default_factory=dict)
    blocks: defaultdict[Hashable, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The mentions that share each key."""
    scores: dict[Hashable, dict[_Pair, int]] = field(default_factory=dict)
    """What came of comparing them; without pairs for which nothing speaks."""
    articles: list[str] = field(init=False)
    asked: int = -1
    """At which join of the clusters all mentions were last asked what they tell."""

    def __post_init__(self) -> None:
        # So that the neighbours in a crowded block are those of the same days.
        self.mentions = sorted(self.mentions, key=lambda m: (m.article.published or date.min, m.id))
        self.articles = [mention.article.id for mention in self.mentions]

    def join(self) -> None:
        """Join mentions of different articles that are each other's one best match.

        Two that fit equally well are left apart: a guess between them would be wrong data that looks right.
        All that come together must fit each other, or at least be `bearable` where that is given.
        """
        self._compare(self._ask())
        scores = dict(chain.from_iterable(found.items() for found in self.scores.values()))
        best, numbers = self._best(scores), {mention.id: n for n, mention in enumerate(self.mentions)}
        for one, other in sorted(best, key=lambda pair: (-scores[pair], *self._ids(pair))):
            if self._may_join(*self._ids((one, other)), numbers):
                self.clusters.join(self.mentions[one].id, self.mentions[other].id)

    def _ids(self, pair: _Pair) -> tuple[MentionId, MentionId]:
        one, other = self.mentions[pair[0]].id, self.mentions[pair[1]].id
        return (one, other) if one < other else (other, one)

    def _ask(self) -> set[Hashable]:
        """Ask the mentions of articles in which something was joined; return keys whose blocks changed."""
        changed: set[Hashable] = set()
        for number, mention in enumerate(self.mentions):
            if not self.clusters.changed(mention.article.id, self.asked):
                continue
            old, new = self.told.get(number), self.tell(mention)
            if new == old:
                continue
            self.told[number] = new
            before = old.keys if old is not None else frozenset()
            for key in before - new.keys:
                self.blocks[key].remove(number)
            for key in new.keys - before:
                insort(self.blocks[key], number)
            changed |= before | new.keys
        self.asked = self.clusters.joins
        return changed

    def _compare(self, changed: Iterable[Hashable]) -> None:
        seen: dict[_Pair, int] = {}
        # Many keys have the same mentions: all that two articles share, and that in each of two months.
        compared: dict[tuple[int, ...], dict[_Pair, int]] = {}
        for key in changed:
            block = tuple(self.blocks[key])
            if block not in compared:
                compared[block] = self._scores(block, seen)
            if found := compared[block]:
                self.scores[key] = found
            else:
                self.scores.pop(key, None)

    def _scores(self, block: Sequence[int], seen: dict[_Pair, int]) -> dict[_Pair, int]:
        found: dict[_Pair, int] = {}
        for place, one in enumerate(block):
            for other in block[place + 1 : place + 1 + WINDOW]:
                value = seen.get((one, other))
                if value is None:
                    elsewhere = self.articles[one] != self.articles[other]
                    value = self.score(self.told[one], self.told[other]) if elsewhere else 0
                    seen[one, other] = value
                if value > 0:
                    found[one, other] = value
        return found

    def _best(self, scores: Mapping[_Pair, int]) -> list[_Pair]:
        """Return the pairs that are each other's best match, and the only one so good in that article."""
        best: dict[tuple[int, str], tuple[int, int]] = {}
        for (one, other), value in scores.items():
            for where in ((one, self.articles[other]), (other, self.articles[one])):
                top, count = best.get(where, (0, 0))
                if value >= top:
                    best[where] = (value, count + 1 if value == top else 1)
        return [
            (one, other)
            for (one, other), value in scores.items()
            if best[one, self.articles[other]] == (value, 1) == best[other, self.articles[one]]
        ]

    def _may_join(self, one: MentionId, other: MentionId, numbers: Mapping[MentionId, int]) -> bool:
        left, right = self.clusters.of(one), self.clusters.of(other)
        if left is right or not {article for article, _ in left}.isdisjoint(article for article, _ in right):
            return False
        pairs = ((a, b) for a in sorted(left)[:WINDOW] for b in sorted(right)[:WINDOW])
        return all(self._fit(self.told[numbers[a]], self.told[numbers[b]]) for a, b in pairs)

    def _fit(self, one: Told, other: Told) -> bool:
        return self.bearable(one, other) if self.bearable is not None else self.score(one, other) > 0
