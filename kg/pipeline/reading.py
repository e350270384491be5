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
from kg.read import Dropped, Outcome, Settled, Source, outcomes, require_date, settle, with_kept
from kg.release import Withdrawal, Withdrawals

_STAGE = "read"
_MANY = (".jsonl", ".ndjson")
"""Files of many articles: read as streams, and not remembered."""


@dataclass(frozen=True, slots=True)
class Given:
    """One source and what stands for it; nothing stands for what is no file."""

    source: Source
    print: str | None


def articles_of(
    given: Iterable[Given], state: Path, cache: StageCache, withdrawals: Withdrawals, *, limit: int
) -> tuple[Settled, list[str]]:
    """Return what is to be published of what is read and kept, and what could not be read or used.

    What was withdrawn is dropped before anything is settled, so that nothing gives way to it; it is not kept.
    """
    fresh: list[Article] = []
    faults: list[str] = []
    keys: list[str] = []
    gone: list[Dropped] = []
    for each in given:
        keys.append(_key(each, limit))
        for outcome in _outcomes(each, cache, withdrawals, limit):
            try:
                article = _read(outcome)
                if (withdrawal := _withdrawal_of(article, withdrawals)) is not None:
                    gone.append(Dropped(article, f"withdrawn on {withdrawal.day}"))
                    continue
                # Before anything is settled: what cannot be published must not displace what can.
                fresh.append(require_date(article))
            except SourceError as error:
                faults.append(str(error))
    cache.forget_all_but(_STAGE, keys)
    held = [each for each in kept.load(state / "articles") if _withdrawal_of(each, withdrawals) is None]
    settled = settle(with_kept(fresh, held))
    return replace(settled, dropped=(*gone, *settled.dropped)), faults


def _withdrawal_of(article: Article, withdrawals: Withdrawals) -> Withdrawal | None:
    return withdrawals.of_article(article.id, text=article.sha256, url=article.url)


def _outcomes(given: Given, cache: StageCache, withdrawals: Withdrawals, limit: int) -> Iterator[Outcome]:
    if given.print is None or given.source.name.lower().endswith(_MANY):
        yield from outcomes(given.source, limit=limit)
        return
    key = _key(given, limit)
    if (known := cache.find(_STAGE, key)) is not None:
        yield kept.from_json(known)
        return
    for outcome in outcomes(given.source, limit=limit):
        if isinstance(outcome, Article) and _withdrawal_of(outcome, withdrawals) is None:
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
