"""Read what a build is given, and settle what of it and of what is kept is published."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import SourceError
from kg.model import Article
from kg.pipeline import kept
from kg.pipeline.cache import StageCache
from kg.pipeline.makers import maker
from kg.read import Outcome, Settled, Source, outcomes, require_date, settle, with_kept

_STAGE = "read"
_MANY = (".jsonl", ".ndjson")
"""Files of many articles: read as streams, and not remembered."""


@dataclass(frozen=True, slots=True)
class Given:
    """One source and what stands for it; nothing stands for what is no file."""

    source: Source
    print: str | None


def articles_of(
    given: Iterable[Given], state: Path, cache: StageCache, *, limit: int
) -> tuple[Settled, list[str]]:
    """Return what is to be published of what is read and kept, and what could not be read or used."""
    fresh: list[Article] = []
    faults: list[str] = []
    keys: list[str] = []
    for each in given:
        keys.append(_key(each, limit))
        for outcome in _outcomes(each, cache, limit):
            try:
                # Before anything is settled: what cannot be published must not displace what can.
                fresh.append(require_date(_read(outcome)))
            except SourceError as error:
                faults.append(str(error))
    cache.forget_all_but(_STAGE, keys)
    return settle(with_kept(fresh, kept.load(state / "articles"))), faults


def _outcomes(given: Given, cache: StageCache, limit: int) -> Iterator[Outcome]:
    if given.print is None or given.source.name.lower().endswith(_MANY):
        yield from outcomes(given.source, limit=limit)
        return
    key = _key(given, limit)
    if (known := cache.find(_STAGE, key)) is not None:
        yield kept.from_json(known)
        return
    for outcome in outcomes(given.source, limit=limit):
        if isinstance(outcome, Article):
            cache.keep(_STAGE, key, kept.to_json(outcome))
        yield outcome


def _key(given: Given, limit: int) -> str:
    told = json.dumps([given.print, maker(_STAGE), limit])
    return hashlib.sha256(told.encode()).hexdigest()


def _read(outcome: Outcome) -> Article:
    if isinstance(outcome, SourceError):
        raise outcome
    return outcome


def article_digest(article: Article) -> str:
    """Return the SHA-256 of an article, wherever it was read."""
    return hashlib.sha256(kept.to_json(replace(article, source="")).encode()).hexdigest()
