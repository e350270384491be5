"""The whole river on one page: sources -> articles -> findings -> links -> graphs -> checks -> a release.

This package alone knows the order; every stage is told what it needs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from kg.errors import KgError, SourceError
from kg.evaluate import to_eval
from kg.gazetteer import Registry, load_registry
from kg.link import Ledger, append_lines, link, load_ledger
from kg.link.mappings import Row
from kg.model import Article, Findings, Links
from kg.pipeline import kept, verdicts
from kg.pipeline.cache import CACHE, StageCache
from kg.pipeline.cataloguing import made_now, version_of
from kg.pipeline.checking import Checked, Desk, Found, check_articles
from kg.pipeline.decisions import Book, digest_of, open_book, snapshot_of, told_and_proposed
from kg.pipeline.describing import describe_draft
from kg.pipeline.extraction import findings_of, findings_with
from kg.pipeline.graphs import shelve_graphs
from kg.pipeline.losses import meta_before, refuse_losses
from kg.pipeline.reading import Given, articles_of
from kg.pipeline.releasing import Written, contents_of, taken_over, write_draft
from kg.pipeline.tombstones import tombstones
from kg.pipeline.tracking import Track, untracked
from kg.pipeline.unchanged import Built, Used, asked_for, note_built, nothing_new, snapshot_digest
from kg.pipeline.verdicts import Verdict
from kg.pipeline.withdrawing import complete
from kg.read import outcomes, print_of, sources
from kg.release import Draft, Published, Withdrawals, begin, read_withdrawals, renew, tidy
from kg.settings import Settings, options_of
from kg.store import Shelf
from kg.vocabulary import Names

__all__ = ["Built", "Tell", "Track", "build", "extracted", "untracked"]

Tell = Callable[[str], None]
"""Takes one line about what the build does now."""


def build(
    sources_named: Sequence[str],
    into: Path,
    *,
    settings: Settings,
    as_of: date,
    workers: int,
    strict: bool,
    tell: Tell,
    shrink: bool = False,
    track: Track = untracked,
    stdin: BinaryIO | None = None,
) -> Built:
    """Read, extract, link, map, check and release; the earlier release is served until the new one is whole.

    Raises SourceError when nothing could be read, ShapeError when `strict` and a rule over all articles is
    broken or when much is lost since the earlier release and not `shrink`, StateError when another build
    works in the same folder, StoreError when the disk fails.
    """
    complete(into, settings=settings, on=as_of, tell=tell)
    with begin(into) as draft:
        withdrawn = read_withdrawals(into)
        order = _Order(settings, into / "state", as_of, workers, strict, shrink, tell, track, withdrawn)
        found = sources(sources_named, stdin=stdin, notice=tell)
        tell(f"reading {len(found)} sources")
        given = [Given(source, print_of(source)) for source in found]
        asked = asked_for(given, settings, strict=strict)
        built = nothing_new(order.state, asked, settings.authority, draft.earlier)
        if built is None:
            draft.rest_on_whole()
            snapshot = snapshot_digest(order.state, settings.authority)
            with StageCache(order.state / CACHE) as cache:
                built, articles, rows = _released(draft, given, cache, order)
            note_built(order.state, asked, Used(articles, rows, snapshot), built)
        for gone in tidy(into, keep=settings.keep_releases, on=as_of):
            tell(f"removed release {gone}: only {settings.keep_releases} are kept")
    return built


@dataclass(frozen=True, slots=True)
class _Order:
    """What a build is asked to do."""

    settings: Settings
    state: Path
    as_of: date
    workers: int
    strict: bool
    shrink: bool
    tell: Tell
    track: Track
    withdrawals: Withdrawals


def _released(
    draft: Draft, given: Sequence[Given], cache: StageCache, order: _Order
) -> tuple[Built, Sequence[Article], Sequence[Row]]:
    """Return what came of it, and the articles and decisions that it rests on."""
    state, earlier = order.state, draft.earlier
    tracked = order.track(given, "reading", len(given))
    settled, unread = articles_of(
        tracked, state, cache, order.withdrawals, limit=order.settings.article_bytes
    )
    if not settled.kept:
        raise SourceError("; ".join(unread) or "no article was given")
    registry, ledger, book = load_registry(), load_ledger(state / "iris.tsv"), open_book(state)
    with Shelf(draft.path / "fresh.nq.gz", earlier=earlier.dumps if earlier else None) as shelf:
        read, failed = _found(settled.kept, cache, order)
        order.tell(f"linking and checking {len(read)} articles")
        known = verdicts.load(earlier.records / verdicts.FILE) if earlier else {}
        desk = Desk(
            Names(order.settings.base), registry, shelf, known, order.track, order.withdrawals.claims_of
        )
        checked = check_articles(read, _linker(ledger, registry, book), desk)
        if not checked.articles:
            raise SourceError("; ".join((*failed, *checked.refused)))
        checked, book = told_and_proposed(checked, book, registry, settings=order.settings, on=order.as_of)
        written = _written(draft, shelf, checked, book, ledger=ledger, known=known, order=order)
    kept.save(state / "articles", settled.kept)
    append_lines(state / "iris.tsv", checked.links.new, release=order.as_of.isoformat())
    book.keep()
    published = draft.publish(as_of=order.as_of, content=written.content, meta=written.meta)
    if not published.changed:
        same = published.release
        makers = same.meta.get("makers", {}) | {"view": written.meta["makers"]["view"]}
        renew(same, draft.records / verdicts.FILE, same.meta | {"makers": makers})
    dropped = (f"{each.article.source}: {each.reason}" for each in settled.dropped)
    left_out, notices = (*unread, *failed, *checked.refused), (*dropped, *written.notices)
    built = Built(published.release.id, left_out, notices, _summary(published))
    return built, settled.kept, book.rows


def _written(
    draft: Draft,
    shelf: Shelf,
    checked: Checked,
    book: Book,
    *,
    ledger: Ledger,
    known: Mapping[str, Verdict],
    order: _Order,
) -> Written:
    """Write the release into its draft, unless it loses much or is the one that there is."""
    earlier, settings = draft.earlier, order.settings
    before = meta_before(draft.directory)
    order.tell("writing store and dumps")
    shelve_graphs(shelf, checked, book, settings=settings)
    paths = ledger.extended(checked.links.new).paths.values()
    told = tombstones(order.withdrawals, before)
    contents = contents_of(checked, book, paths, told, settings=settings)
    taken = taken_over(earlier, known, contents.names)
    written = write_draft(draft, shelf, contents, strict=order.strict, earlier=taken)
    if before is not None and not order.shrink:
        refuse_losses(before, written.meta)
    version = version_of(snapshot_of(order.state, settings.authority))
    meta = written.meta | {"made": made_now(digest_of(book), version, settings=settings)}
    if earlier is None or earlier.content != written.content:
        describe_draft(draft, earlier, written.content, meta, as_of=order.as_of, settings=settings)
    return replace(written, meta=meta)


def extracted(
    names: Sequence[str], *, settings: Settings, stdin: BinaryIO | None = None
) -> Iterator[tuple[str, dict[str, Any] | KgError]]:
    """Yield for each article its file's name without ending and what was found, in the annotation format.

    Several articles of one file are told apart by their ids.
    """
    for source in sources(names, stdin=stdin):
        told = list(outcomes(source, limit=settings.article_bytes))
        stem = Path(source.name).stem
        articles = [each for each in told if isinstance(each, Article)]
        yield from ((stem, each) for each in told if isinstance(each, KgError))
        for article, found in zip(articles, _findings(articles, settings, workers=1), strict=True):
            name = stem if len(told) == 1 else article.id
            yield name, found if isinstance(found, KgError) else to_eval(found)


def _linker(ledger: Ledger, registry: Registry, book: Book) -> Callable[[Sequence[Findings]], Links]:
    return lambda read: link(read, ledger=ledger, registry=registry, decisions=book.decisions)


def _found(articles: Sequence[Article], cache: StageCache, order: _Order) -> tuple[list[Found], list[str]]:
    order.tell(f"extracting {len(articles)} articles")
    read: list[Found] = []
    failed: list[str] = []
    found = findings_with(cache, articles, order.settings, workers=order.workers)
    for key, outcome in order.track(found, "extracting", len(articles)):
        read.append(Found(outcome, key)) if isinstance(outcome, Findings) else failed.append(str(outcome))
    return read, failed


def _findings(
    articles: Sequence[Article], settings: Settings, *, workers: int
) -> Iterator[Findings | KgError]:
    name = settings.extractor
    options, least = options_of(settings, name), settings.least_confidence
    return findings_of(articles, extractor=name, workers=workers, least=least, options=options)


def _summary(published: Published) -> str:
    state = "new" if published.changed else "nothing changed, still"
    meta = published.release.meta
    counts = f"{meta['articles']} articles, {meta['statements']} statements, {meta['quads']} quads"
    return f"{state} release {published.release.id}: {counts}"
