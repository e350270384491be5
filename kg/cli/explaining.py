"""`kg explain`: what an extractor finds in an article, and which words and rules say so."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("articles", nargs=-1, required=True, metavar="ARTICLE...")
@click.option("--extractor", help="Name of an installed extractor.")
def explain(*, articles: tuple[str, ...], extractor: str | None) -> None:
    """Show each fact of ARTICLE with its sentence, rule and confidence, and each rejected candidate.

    ARTICLE is a file, a URL, or - for standard input. Words in [[brackets]] are the evidence. An article
    that cannot be read is listed, and the exit code is then 1.
    """
    from kg import settings  # noqa: PLC0415  heavy: only this command needs it
    from kg.pipeline.explaining import explained  # noqa: PLC0415  as above

    given = settings.load(Path(), extractor=extractor)
    failed = False
    for outcome in explained(articles, settings=given, stdin=sys.stdin.buffer):
        if isinstance(outcome, Exception):
            failed = True
            print(f"left out: {outcome}", file=sys.stderr)
        else:
            print(outcome)
    if failed:
        sys.exit(1)
