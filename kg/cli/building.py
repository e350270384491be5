"""`kg build`: from articles to a new release."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

_Item = TypeVar("_Item")

if TYPE_CHECKING:
    from kg.pipeline import Built


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="DIR")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that extract."
)
@click.option("--strict", is_flag=True, help="Publish nothing when a rule over all articles is broken.")
@click.option("--shrink", is_flag=True, help="Publish even if much is lost since the earlier release.")
@click.option("--as-of", metavar="DATE", help="Release date, YYYY-MM-DD; today when not given.")
@click.option("--base", help="Base IRI of the published things, ending with a slash.")
@click.option("--extractor", help="Name of an installed extractor.")
@click.option("--quiet", is_flag=True, help="Say only what was left out.")
def build(
    *,
    sources: tuple[str, ...],
    into: Path,
    workers: int,
    strict: bool,
    shrink: bool,
    as_of: str | None,
    base: str | None,
    extractor: str | None,
    quiet: bool,
) -> None:
    """Read articles and publish a new release in DIR.

    SOURCE is a file (.txt .md .html .jsonl), a folder, a pattern, a URL, or - for standard input.
    DIR/current is the release; DIR/state is what must be backed up. An article that cannot be read
    or breaks a rule is left out and listed; the exit code is then 1.
    """
    from kg import pipeline, settings  # noqa: PLC0415  heavy: only this command needs it

    given = settings.load(into, base=base, extractor=extractor)
    tell = _nothing if quiet else _progress
    result = pipeline.build(
        sources,
        into,
        settings=given,
        as_of=day_of(as_of),
        workers=workers,
        strict=strict,
        shrink=shrink,
        tell=tell,
        track=pipeline.untracked if quiet or not sys.stderr.isatty() else _bar,
        stdin=sys.stdin.buffer,
    )
    _report(result, quiet=quiet)
    if result.left_out:
        sys.exit(1)


def day_of(text: str | None) -> date:
    """Return the day that is given, else today."""
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a date like 2026-01-31", param_hint="--as-of") from error


def _nothing(_: str) -> None:
    pass


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _bar(items: Iterable[_Item], label: str, length: int, /) -> Iterator[_Item]:
    with click.progressbar(items, length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        yield from bar


def _report(result: "Built", *, quiet: bool) -> None:
    for line in result.left_out:
        print(f"left out: {line}", file=sys.stderr)
    if quiet:
        return
    for line in result.notices:
        print(f"notice: {line}", file=sys.stderr)
    print(result.summary)
