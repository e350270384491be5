"""`kg withdraw`: take an article or a statement out of everything that is kept."""

import sys
from pathlib import Path

import click

from kg.cli.building import day_of


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--reason", required=True, help="Why; noted in the record.")
@click.option("--show-reason", is_flag=True, help="Tell the reason to everybody who asks for what is gone.")
@click.option("--by", default="", metavar="NAME", help="Who decided it.")
@click.option("--as-of", metavar="DATE", help="Day of the withdrawal, YYYY-MM-DD; today when not given.")
@click.option("--undo", is_flag=True, help="Take a withdrawal back: what is read again is published again.")
def withdraw(
    *,
    directory: Path,
    targets: tuple[str, ...],
    reason: str,
    show_reason: bool,
    by: str,
    as_of: str | None,
    undo: bool,
) -> None:
    """Take articles or statements out of every release that DIR keeps, and never publish them again.

    TARGET is an article (its id, IRI or web address) or a statement (the IRI or id of its claim). A release
    that holds it is replaced by one without it; a running server follows within seconds and answers 410.
    """
    from kg import settings  # noqa: PLC0415  only this command needs it
    from kg.pipeline.withdrawing import take_back, withdraw  # noqa: PLC0415  heavy

    on = day_of(as_of)
    if undo:
        for target in take_back(directory, targets, reason=reason, by=by, on=on):
            print(f"no longer withdrawn: {target}; the next build publishes it if it is read")
        return
    done = withdraw(
        directory,
        targets,
        reason=reason,
        by=by,
        shown=show_reason,
        on=on,
        settings=settings.load(directory),
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )
    for target in done:
        print(f"withdrawn: {target}")
