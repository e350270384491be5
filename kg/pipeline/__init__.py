"""The whole river on one page: sources -> articles -> findings -> links -> graphs -> checks -> a release.

This package alone knows the order; every stage is told what it needs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from kg.errors import KgError, SourceError
from kg.evaluate import to_eval
from kg.gazetteer import Registry, load_registry
from kg.link import Ledger, append_lines, link, load_ledger
from kg.model import Article, Findings, Links
from kg.pipeline import kept
from kg.pipeline.checking import Checked, check_articles, readable
from kg.pipeline.decisions import Book, open_book, told_and_proposed
from kg.pipeline.extraction import findings_of
from kg.pipeline.releasing import write_draft
from kg.read import Outcome, Settled, outcomes, require_date, settle, sources, with_kept
from kg.release import Published, begin
from kg.settings import Settings, options_of
from kg.vocabulary import Names

Tell = Callable[[str], None]
"""Takes one line about how far the build is."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to."""

    release: str
    """Its id."""
    left_out: tuple[str, ...]
    """One line for each source or article that is not in it through a fault."""
    notices: tuple[str, ...]
    """One line for each copy, superseded version or warning."""
    summary: str


def build(
    names: Sequence[str],
    into: Path,
    *,
    settings: Settings,
    as_of: date,
    workers: int,
    strict: bool,
    tell: Tell,
    stdin: BinaryIO | None = None,
) -> Built:
    """Read, extract, link, map, check and release; the earlier release is served until the new one is whole.

    Raises SourceError when nothing could be read, ShapeError when `strict` and a rule over all articles is
    broken, StateError when another build works in the same folder, StoreError when the disk fails.
    """
    state = into / "state"
    with begin(into) as draft:
        settled, unread = _articles(names, state, settings, tell, stdin)
        read, failed = _found(settled.kept, settings, workers, tell)
        tell(f"linking and checking {len(read)} articles")
        registry = load_registry()
        ledger = load_ledger(state / "iris.tsv")
        book = open_book(state)
        checked = check_articles(read, _linker(ledger, registry, book), registry, Names(settings.base))
        left_out = unread + failed + [each.message for each in checked.refused]
        if not checked.articles:
            raise SourceError("; ".join(left_out) or "no article was given")
        checked, book = told_and_proposed(checked, book, registry, settings=settings, on=as_of)
        tell("writing store and dumps")
        given = ledger.extended(checked.links.new).paths.values()
        written = write_draft(draft, checked, registry, book, given, settings=settings, strict=strict)
        kept.save(state / "articles", settled.kept)
        append_lines(state / "iris.tsv", checked.links.new, release=as_of.isoformat())
        book.keep()
        published = draft.publish(as_of=as_of, content=written.content, meta=written.meta)
    dropped = [f"{each.article.source}: {each.reason}" for each in settled.dropped]
    notices = dropped + list(readable(written.report, checked))
    summary = _summary(published, checked, written.quads)
    return Built(published.release.id, tuple(left_out), tuple(notices), summary)


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


def _articles(
    names: Sequence[str], state: Path, settings: Settings, tell: Tell, stdin: BinaryIO | None
) -> tuple[Settled, list[str]]:
    """Return what is to be published of what is read and kept, and what could not be read or used."""
    fresh: list[Article] = []
    faults: list[str] = []
    found = sources(names, stdin=stdin, notice=tell)
    tell(f"reading {len(found)} sources")
    for source in found:
        for outcome in outcomes(source, limit=settings.article_bytes):
            try:
                # Before anything is settled: what cannot be published must not displace what can.
                fresh.append(require_date(_read(outcome)))
            except SourceError as error:
                faults.append(str(error))
    return settle(with_kept(fresh, kept.load(state / "articles"))), faults


def _read(outcome: Outcome) -> Article:
    if isinstance(outcome, SourceError):
        raise outcome
    return outcome


def _linker(ledger: Ledger, registry: Registry, book: Book) -> Callable[[Sequence[Findings]], Links]:
    return lambda read: link(read, ledger=ledger, registry=registry, decisions=book.decisions)


def _found(
    articles: Sequence[Article], settings: Settings, workers: int, tell: Tell
) -> tuple[list[Findings], list[str]]:
    tell(f"extracting {len(articles)} articles")
    read: list[Findings] = []
    failed: list[str] = []
    for outcome in _findings(articles, settings, workers=workers):
        read.append(outcome) if isinstance(outcome, Findings) else failed.append(str(outcome))
    return read, failed


def _findings(
    articles: Sequence[Article], settings: Settings, *, workers: int
) -> Iterator[Findings | KgError]:
    name = settings.extractor
    options, least = options_of(settings, name), settings.least_confidence
    return findings_of(articles, extractor=name, workers=workers, least=least, options=options)


def _summary(published: Published, checked: Checked, quads: int) -> str:
    state = "new" if published.changed else "nothing changed, still"
    statements = sum(len(each.findings.facts) for each in checked.articles)
    counts = f"{len(checked.articles)} articles, {statements} statements, {quads} quads"
    return f"{state} release {published.release.id}: {counts}"
