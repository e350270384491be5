"""Stage 1, read: of all articles of a build, which are published and which are another one over again."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from kg.model import Article
from kg.read.copies import copies, words_of
from kg.read.identity import suffixed
from kg.read.zones import plain

_RELATED = 0.5
"""Share of the shorter text's words that two versions of one article have in common, at the least."""


class Dropped(NamedTuple):
    """An article that is not published, and why in words."""

    article: Article
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The articles to publish, each id once, in the order of their ids; and those left out."""

    kept: tuple[Article, ...]
    dropped: tuple[Dropped, ...]


def settle(articles: Iterable[Article]) -> Settled:
    """Return what is published of the articles; their order means nothing.

    Left out are, in this order: what a correction supersedes, the same text again, an older version at the
    same address, and syndicated copies. Articles that would share an id are told apart by their text's hash.
    """
    ordered = sorted(articles, key=_by_first_report)
    gone: dict[int, tuple[int, str]] = {}
    corrected: set[int] = set()
    for step in (_superseded, _repeated, _older_versions):
        for place, by, reason in step(ordered, gone):
            gone.setdefault(place, (by, reason))
            if step is not _repeated:
                corrected.add(by)
    _leave_out_copies(ordered, corrected, gone)
    named = _with_own_ids(ordered, gone)
    kept = sorted((named[place] for place in range(len(ordered)) if place not in gone), key=_by_id)
    dropped = [
        Dropped(ordered[place], reason.format(named[_survivor(by, gone)].id))
        for place, (by, reason) in gone.items()
    ]
    return Settled(tuple(kept), tuple(sorted(dropped, key=lambda each: (_by_id(each.article), each.reason))))


def with_kept(articles: Iterable[Article], kept: Iterable[Article]) -> tuple[Article, ...]:
    """Return the articles just read and, of those kept from earlier builds, all that were not read again.

    A kept article was read again if one of those has its id, its text or its source; a line of a file is no
    source in this sense, since lines move.
    """
    fresh = tuple(articles)
    ids = {article.id for article in fresh}
    texts = {article.sha256 for article in fresh}
    places = {article.source for article in fresh if not _is_line(article)}
    stale = (
        article
        for article in kept
        if article.id not in ids and article.sha256 not in texts and article.source not in places
    )
    return fresh + tuple(stale)


def _is_line(article: Article) -> bool:
    return re.search(r":\d+$", article.source) is not None


def _by_id(article: Article) -> tuple[str, str, str, str]:
    return article.id, article.sha256, article.source, repr(article)


def _by_first_report(article: Article) -> tuple[date, str, str, str, str]:
    """Order articles by who reported first; an undated one cannot have been."""
    return article.published or date.max, *_by_id(article)


def _by_version(article: Article) -> tuple[date, str, int, str]:
    """Order versions of one article; where no date tells, the fuller text is the later one."""
    return article.published or date.min, article.revised, len(article.text), article.sha256


_Left = Iterator[tuple[int, int, str]]


def _superseded(ordered: list[Article], gone: dict[int, tuple[int, str]]) -> _Left:
    """Yield what another article names as the one that it corrects; a ring of such leaves one."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, article in enumerate(ordered):
        places[article.id].append(place)
    for place, article in enumerate(ordered):
        for target in places.get(article.supersedes, ()):
            if ordered[target].id != article.id and _survivor(place, gone) != target:
                yield target, place, "superseded by {}"


def _repeated(ordered: list[Article], gone: dict[int, tuple[int, str]]) -> _Left:
    first: dict[str, int] = {}
    for place, article in enumerate(ordered):
        if place not in gone and (by := first.setdefault(article.sha256, place)) != place:
            yield place, by, "same text as {}"


def _older_versions(ordered: list[Article], gone: dict[int, tuple[int, str]]) -> _Left:
    versions: dict[str, list[int]] = defaultdict(list)
    for place, article in enumerate(ordered):
        if place not in gone and (address := _address(article.url)):
            versions[address].append(place)
    for found in versions.values():
        latest = max(found, key=lambda place: _by_version(ordered[place]))
        for place in found:
            if place != latest and _one_article(ordered[place], ordered[latest]):
                yield place, latest, "older version of {}, at the same address"


def _address(url: str) -> str:
    """Return what an address has in common with others of the same article; a site's front page has none."""
    parts = urlsplit(url)
    asked = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith("utm_")
    ]
    path = parts.path.rstrip("/")
    if not path and not asked:
        return ""
    return f"{parts.netloc.lower()}{path}?{urlencode(asked)}#{parts.fragment}"


def _one_article(one: Article, other: Article) -> bool:
    """Return whether two texts can be versions of one article: data sets give one address to many."""
    if plain(one.title) == plain(other.title):
        return True
    left, right = set(words_of(one)), set(words_of(other))
    return len(left & right) >= _RELATED * min(len(left), len(right))


def _leave_out_copies(ordered: list[Article], corrected: set[int], gone: dict[int, tuple[int, str]]) -> None:
    """Add the syndicated copies; a corrected version comes first, so that no copy of the old one beats it."""
    places = [place for place in range(len(ordered)) if place not in gone]
    places.sort(key=lambda place: place not in corrected)
    for each in copies([ordered[place] for place in places]):
        reason = "part of {}, which says it all" if each.part else "syndicated copy of {}"
        gone[places[each.copy]] = places[each.original], reason


def _with_own_ids(ordered: list[Article], gone: dict[int, tuple[int, str]]) -> dict[int, Article]:
    """Return the remaining articles, each with an id of its own; the first to report keeps the plain one."""
    named: dict[int, Article] = {}
    taken = {article.id for place, article in enumerate(ordered) if place not in gone}
    used: set[str] = set()
    for place, article in enumerate(ordered):
        if place in gone:
            continue
        chosen = article.id
        if chosen in used:
            chosen = suffixed(article.id, article.sha256)
            while chosen in taken or chosen in used:
                chosen = suffixed(chosen, article.sha256[::-1])
        used.add(chosen)
        named[place] = article if chosen == article.id else replace(article, id=chosen)
    return named


def _survivor(place: int, gone: dict[int, tuple[int, str]]) -> int:
    while place in gone:
        place = gone[place][0]
    return place
