"""Extract many articles, in this process or in several, one at a time and in the order given."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import repeat
from multiprocessing import get_context

from kg.errors import ExtractError, KgError
from kg.extract import load_extractor, referring, reviewed
from kg.model import Article, Extractor, Findings
from kg.pipeline.cache import StageCache
from kg.pipeline.findings_json import from_json, to_json
from kg.pipeline.makers import maker_of_extractor, prints_of_folders
from kg.pipeline.reading import article_digest
from kg.settings import Options, Settings, deciding_options, options_of

_STAGE = "extract"
_BATCH = 4
"""Articles handed to a worker at once: small, so that none waits while another idles."""


def findings_of(
    articles: Sequence[Article], *, extractor: str, workers: int, least: float, options: Options = ()
) -> Iterator[Findings | KgError]:
    """Yield each article's findings, or what went wrong with it, in order.

    Facts of less confidence than `least` are held back for review.

    Raises ExtractError when there is no such extractor or a worker process dies.
    """
    load_extractor(extractor, options)  # a wrong name is one error, not one an article
    if workers == 1 or len(articles) <= _BATCH:
        yield from (_one(article, extractor, options, least) for article in articles)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(
                _one, articles, repeat(extractor), repeat(options), repeat(least), chunksize=_BATCH
            )
        except BrokenProcessPool as error:
            raise ExtractError("an extraction process died; try fewer --workers (memory?)") from error


def findings_with(
    cache: StageCache, articles: Sequence[Article], settings: Settings, *, workers: int
) -> Iterator[tuple[str, Findings | KgError]]:
    """Yield for each article, in order, a key and its findings or what went wrong.

    The key stands for all that the findings depend on: what the cache has under it is not sought again. What
    it has under other keys is forgotten.
    """
    name, least = settings.extractor, settings.least_confidence
    options = options_of(settings, name)
    load_extractor(name, options)
    deciding = deciding_options(settings, name)
    of_all = [name, maker_of_extractor(name), list(deciding), prints_of_folders(deciding), least]
    keys = [_key(article, of_all) for article in articles]
    known = [_known(cache, key, article) for key, article in zip(keys, articles, strict=True)]
    missing = [article for article, found in zip(articles, known, strict=True) if found is None]
    fresh = findings_of(missing, extractor=name, workers=workers, least=least, options=options)
    for key, found in zip(keys, known, strict=True):
        outcome = next(fresh) if found is None else found
        if found is None and isinstance(outcome, Findings):
            cache.keep(_STAGE, key, to_json(outcome))
        yield key, outcome
    cache.forget_all_but(_STAGE, keys)


def _known(cache: StageCache, key: str, article: Article) -> Findings | None:
    text = cache.find(_STAGE, key)
    try:
        return from_json(text, article) if text is not None else None
    except (ValueError, KeyError, TypeError):
        return None


def _key(article: Article, of_all: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps([article_digest(article), *of_all]).encode()).hexdigest()


def _one(article: Article, name: str, options: Options, least: float) -> Findings | KgError:
    extract: Extractor = load_extractor(name, options)
    try:
        return reviewed(referring(extract(article)), least=least)
    except KgError as error:
        return error
    except Exception as error:  # noqa: BLE001  an extractor may be a stranger's: its fault is this article's alone
        return ExtractError(f"{article.source}: extractor {name!r} failed: {type(error).__name__}: {error}")
