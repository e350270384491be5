"""`kg releases` and `kg rollback`: which releases there are, and going back to one."""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.argument("directory", type=_FOLDER, metavar="DIR")
def releases(*, directory: Path) -> None:
    """List the releases that are kept in DIR, in the order in which they were made."""
    from kg import release  # noqa: PLC0415  only this command needs it

    now = release.current(directory).id
    for each in release.releases(directory):
        mark = "current" if each.id == now else ""
        print(
            f"{each.id}  {each.meta['articles']:>7} articles  {each.meta['quads']:>9} quads  {mark}".rstrip()
        )
    for gone in release.read_log(directory).values():
        if gone.removed_on:
            print(f"{gone.id}  removed on {gone.removed_on}: {gone.reason}")


@click.command()
@click.argument("directory", type=_FOLDER, metavar="DIR")
@click.argument("release", required=False)
def rollback(*, directory: Path, release: str | None) -> None:
    """Make RELEASE the current one in DIR; without it, the one made before the current one.

    A running server follows within seconds. The next build that finds something new makes a release again.
    """
    from kg.release import roll_back  # noqa: PLC0415  only this command needs it

    print(f"the current release is {roll_back(directory, release).id}")
