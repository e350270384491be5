"""Stage 1, read: which texts are the same but for a few words, found without comparing all with all."""

import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from kg.model import Article, ZoneKind

SAME = 0.9
"""Share of common shingles from which two texts are one (of both together, or of the shorter)."""
_WIDTH = 4
"""Words, or Chinese characters, in a shingle."""
_FEWEST = 20
"""Shingles below which a text is too short to be called a part of a longer one."""
_CROWD = 50
"""Texts that may share a shingle before it tells nothing: a standing phrase of the trade."""
_TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u3041-\u30ff]|[^\W_]+")
_TURNS = frozenset(
    (
        "not",
        "no",
        "never",
        "without",
        "deny",
        "denied",
        "denies",
        "cancelled",
        "canceled",
        "postponed",
        "未",
        "没",
        "否",
    )
)
"""Words that turn a report round; texts that differ in one are not the same, however alike."""
_SAYING = {ZoneKind.BODY, ZoneKind.CAPTION}
"""Without the headline, which each outlet writes anew."""
_NEAREST = 20
_LONG = 200
_ONE_IN = 8


@dataclass(frozen=True, slots=True)
class Copy:
    """`copy` says nothing that `original` does not; both are places in the given order."""

    copy: int
    original: int
    part: bool
    """The copy is a part of a longer text."""


@dataclass(frozen=True, slots=True)
class _Shape:
    shingles: "array[int]"
    """Sorted and each once; an array, since a set of a hundred thousand articles' would fill the memory."""
    decisive: frozenset[str]
    """Its numbers and negations."""


def copies(articles: Sequence[Article]) -> Iterator[Copy]:
    """Yield each article that is a copy of another one, given the one to be preferred first.

    Of two near-identical texts the later in order is the copy; of a text and a part of it, the part is.
    Texts that differ in a number or a negation are never copies: it may be the news.
    """
    shapes = [_shape(article) for article in articles]
    holders: dict[int, list[int]] = defaultdict(list)
    gone: set[int] = set()
    for place, shape in enumerate(shapes):
        found = _judged(place, shapes, _candidates(shape, holders, gone))
        gone.update(each.copy for each in found)
        yield from found
        if place not in gone:
            for shingle in _sample(shape):
                holders[shingle].append(place)


def words_of(article: Article) -> list[str]:
    """Return the words of the article's sentences in lower case; a Chinese character is a word."""
    zones = [zone for zone in article.zones if zone.kind in _SAYING] or article.zones
    return [token.lower() for zone in zones for token in _TOKEN.findall(article.text[zone.start : zone.end])]


def _judged(place: int, shapes: list[_Shape], candidates: list[int]) -> list[Copy]:
    """Return that the text is a copy, or which earlier texts are parts of it."""
    mine = frozenset(shapes[place].shingles)
    parts = []
    for other in candidates:
        verdict = _verdict(place, other, shapes, mine)
        if verdict and verdict.copy == place:
            return [verdict]
        if verdict:
            parts.append(verdict)
    return parts


def _verdict(place: int, other: int, shapes: list[_Shape], mine: frozenset[int]) -> Copy | None:
    theirs = shapes[other].shingles
    common = len(mine.intersection(theirs))
    if common >= SAME * (len(mine) + len(theirs) - common):
        return Copy(place, other, part=False) if shapes[place].decisive == shapes[other].decisive else None
    small, large = (place, other) if len(mine) <= len(theirs) else (other, place)
    size = len(shapes[small].shingles)
    if size < _FEWEST or common < SAME * size or not shapes[small].decisive <= shapes[large].decisive:
        return None
    return Copy(small, large, part=True)


def _candidates(shape: _Shape, holders: dict[int, list[int]], gone: set[int]) -> list[int]:
    """Return the earlier texts that share most, in order."""
    shared: dict[int, int] = defaultdict(int)
    for shingle in shape.shingles:
        near = holders.get(shingle)
        if near and len(near) <= _CROWD:
            for other in near:
                if other not in gone:
                    shared[other] += 1
    least = max(shared.values(), default=0) / 2
    most = (other for other, times in shared.items() if times >= least)
    return sorted(most, key=lambda other: (-shared[other], other))[:_NEAREST]


def _sample(shape: _Shape) -> Iterable[int]:
    """Return the shingles that a text is found by: all of a short one, about an eighth of a long one."""
    if len(shape.shingles) < _LONG:
        return shape.shingles
    return (shingle for shingle in shape.shingles if shingle % _ONE_IN == 0)


def _shape(article: Article) -> _Shape:
    words = words_of(article)
    width = min(_WIDTH, max(len(words), 1))
    windows = zip(*(islice(words, start, None) for start in range(width)), strict=False)
    shingles = {zlib.crc32(" ".join(window).encode("utf-8")) for window in windows}
    return _Shape(
        array("L", sorted(shingles)), frozenset(word for word in words if word.isdigit() or word in _TURNS)
    )
