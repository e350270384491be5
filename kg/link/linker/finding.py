"""Which items a name could be: by the name itself, its short and long forms, and names that are nearly it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kg.link.authority.folding import (
    bag,
    content,
    expanded,
    fold,
    has_han,
    is_general,
    is_short_form,
    without_legal,
)
from kg.link.authority.records import Record
from kg.link.authority.snapshot import Name, Snapshot
from kg.link.linker.common_places import known_places
from kg.link.linker.nearness import Alignment, align, mended

_MOST = 60
"""Items of one name that are looked at: more are namesakes that only a place can tell apart."""
_NEAR = 24
"""Items looked at for names that are nearly the one asked for."""
_RARE = 4
_COMPLETIONS = 60
_DOTTED = re.compile(r"(\w{2,})\.")
_BRACKETS = re.compile(r"^(.*?)\s*[(（]([^()（）]+)[)）]\s*$")


class Way(StrEnum):
    """How a name was found, the surest first."""

    IDENTIFIER = "identifier"
    """By what it is known as elsewhere."""
    LABEL = "label"
    LANGUAGE = "language"
    ALIAS = "alias"
    SHORT = "short"
    WORDS = "words"
    """The same weighty words, in another order or language, or abbreviated."""
    NEAR = "near"
    """The same words but for a slip of the pen."""
    BEGINNING = "beginning"
    """The beginning of a name whose rest stands in the text."""


_WAYS = {
    Name.LABEL: Way.LABEL,
    Name.LANGUAGE: Way.LANGUAGE,
    Name.ALIAS: Way.ALIAS,
    Name.SHORT: Way.SHORT,
    Name.BAG: Way.WORDS,
}
_FULL = (Way.IDENTIFIER, Way.LABEL, Way.LANGUAGE, Way.ALIAS)
_OF_WORDS = {"organization", "concept"}
_ORDER = {way: number for number, way in enumerate(Way)}


@dataclass(frozen=True, slots=True)
class Found:
    """An item that a name could be."""

    number: int
    record: Record
    way: Way
    match: str
    """The folded name that was found."""
    slips: int = 0
    """Letters by which it differs."""
    rarity: float = 0.0
    """How telling its words are: 0 for general ones only, 1 for one that no other item has."""


def find(
    forms: Sequence[str],
    types: frozenset[str],
    context: str,
    snapshot: Snapshot,
    *,
    ids: Mapping[str, str],
) -> list[Found]:
    """Return the items that one of the forms could name, the surest way of finding each."""
    ways: dict[int, tuple[Way, str, int]] = {}
    for scheme, value in sorted(ids.items()):
        for number in snapshot.identified(value, scheme):
            _keep(ways, number, Way.IDENTIFIER, value, 0)
    for number, way, match in _exactly(forms, snapshot):
        _keep(ways, number, way, match, 0)
    own = fold(forms[0])
    if "place" in types:
        for number in known_places(forms[0], snapshot):
            _keep(ways, number, Way.LANGUAGE, own, 0)
    # What has the very name leaves nothing to those that nearly have it.
    exact = any(way in _FULL for way, *_ in ways.values())
    if not exact and types & _OF_WORDS:
        for number, way, match, slips in _nearly(forms[0], context, snapshot, known=set(ways)):
            _keep(ways, number, way, match, slips)
    chosen = sorted(ways, key=lambda n: (_ORDER[ways[n][0]], ways[n][2], n))[:_MOST]
    records = snapshot.records(chosen)
    rarity = _rarity(own, snapshot)
    return [
        Found(number, records[number], *ways[number], rarity)
        for number in chosen
        if records[number].type in types
    ]


def _keep(ways: dict[int, tuple[Way, str, int]], number: int, way: Way, match: str, slips: int) -> None:
    if number not in ways or (_ORDER[way], slips) < (_ORDER[ways[number][0]], ways[number][2]):
        ways[number] = (way, match, slips)


def _exactly(forms: Sequence[str], snapshot: Snapshot) -> Iterator[tuple[int, Way, str]]:
    keys: dict[str, Way] = {}
    for form in forms:
        for key, way in _keys(form):
            keys.setdefault(key, way)
    for key, items in snapshot.named(keys).items():
        for number, kind in items:
            way = _WAYS[kind]
            if way is Way.LABEL and " " not in key and is_short_form(forms[0]):
                way = Way.SHORT
            yield number, max(way, keys[key], key=_ORDER.__getitem__), key


def _keys(form: str) -> Iterator[tuple[str, Way]]:
    key = fold(form)
    yield key, Way.LABEL
    if (parts := _BRACKETS.match(form)) is not None:
        yield fold(parts[1]), Way.ALIAS
        # `Orlan University (OU)`, and not `Virgin Islands (US)`.
        if is_short_form(parts[2]) and fold(parts[2])[:1] == fold(parts[1])[:1]:
            yield fold(parts[2]), Way.SHORT
    if " " in key and not has_han(key):
        yield without_legal(key), Way.ALIAS
        yield expanded(key), Way.ALIAS
        if len(content(key)) > 1:
            yield bag(key), Way.WORDS


def parted(name: str) -> tuple[str, str]:
    """Return a name without what stands in brackets at its end, and that."""
    parts = _BRACKETS.match(name)
    return (parts[1], parts[2]) if parts is not None else (name, "")


def _nearly(
    form: str, context: str, snapshot: Snapshot, known: set[int]
) -> Iterator[tuple[int, Way, str, int]]:
    """Return items whose name has the same words but for slips, or is completed by the text."""
    key = fold(form)
    dotted = {fold(word) for word in _DOTTED.findall(form)}
    if has_han(key):
        return
    plain_words = content(key)
    words = mended(plain_words, snapshot.frequencies(plain_words))
    slip = int(words != plain_words)
    if slip:
        for number, _ in snapshot.named([" ".join(sorted(words))]).get(" ".join(sorted(words)), ()):
            yield number, Way.NEAR, key, slip
    if len(words) > 1:
        plain = f" {' '.join(content(fold(context)))} "
        for name, number in snapshot.beginning(key, _COMPLETIONS):
            rest = content(name.removeprefix(key))
            if 0 < len(rest) < 4 and f" {' '.join(rest)} " in plain:  # noqa: PLR2004  a tail, not a sentence
                yield number, Way.BEGINNING, name, 0
    numbers = [n for n in _with_like_words(words, snapshot) if n not in known]
    for number, record in snapshot.records(numbers).items():
        aligned = [a for name in record.names if (a := _aligned(words, name, dotted, snapshot)) is not None]
        if aligned:
            best = min(aligned, key=lambda a: a.slips)
            slips = best.slips + slip
            yield number, Way.NEAR if slips else Way.WORDS, best.name, slips


def _aligned(words: Sequence[str], name: str, dotted: set[str], snapshot: Snapshot) -> Alignment | None:
    other = fold(name)
    if has_han(other) or not other:
        return None
    return align(words, other, counts=snapshot.frequencies, dotted=dotted)


def _with_like_words(words: Iterable[str], snapshot: Snapshot) -> list[int]:
    """Return items that have most of the rare words of a name, or words one slip away from them."""
    wanted = [word for word in dict.fromkeys(words) if len(word) > 1]
    counts = snapshot.frequencies(wanted)
    known = sorted((w for w in wanted if w in counts), key=lambda w: (counts[w], w))
    strange = [w for w in wanted if w not in counts]
    near = [w for word in strange[:3] for w in _like(word, snapshot) if not is_general(w)]
    rare = [w for w in known if not is_general(w)][:_RARE] or known[:2]
    asked = [*rare, *near]
    return snapshot.with_words(asked, _NEAR) if asked else []


def _like(word: str, snapshot: Snapshot) -> list[str]:
    """Return known words that a slip or an abbreviation could have turned into that one."""
    if len(word) < 4:  # noqa: PLR2004  shorter words are like too many
        return []
    near = [
        w
        for w in snapshot.words_beginning(word[:2], range(len(word) - 2, len(word) + 3))
        if align((word,), w, counts=lambda _: {}) is not None
    ]
    return sorted(near, key=lambda w: (abs(len(w) - len(word)), w))[:6]


def _rarity(key: str, snapshot: Snapshot) -> float:
    words = [word for word in content(key) if not is_general(word)]
    if has_han(key):
        return min(1.0, len(key) / 8)
    counts = snapshot.frequencies(words)
    return max((1 / (1 + counts.get(word, 0) / 10) for word in words), default=0.0)
