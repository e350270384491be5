"""Extract many articles, in this process or in several, one at a time and in the order given."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import repeat
from multiprocessing import get_context

from kg.errors import ExtractError, KgError
from kg.extract import load_extractor, reviewed
from kg.model import Article, Extractor, Findings
from kg.settings import Options

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


def _one(article: Article, name: str, options: Options, least: float) -> Findings | KgError:
    extract: Extractor = load_extractor(name, options)
    try:
        return reviewed(extract(article), least=least)
    except KgError as error:
        return error
    except Exception as error:  # noqa: BLE001  an extractor may be a stranger's: its fault is this article's alone
        return ExtractError(f"{article.source}: extractor {name!r} failed: {type(error).__name__}: {error}")
