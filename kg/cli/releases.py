"""`kg releases` and `kg rollback`: which releases there are, and going back to one."""

from pathlib import Path

import click

from kg.errors import StoreError

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command()
@click.argument("directory", type=_FOLDER, metavar="DIR")
def releases(*, directory: Path) -> None:
    """List the releases that are kept in DIR, in the order in which they were made."""
    from kg import release  # noqa: PLC0415  only this command needs it

    now = release.current_id(directory)
    for name in release.in_order(directory):
        mark = "current" if name == now else ""
        try:
            told = release.find(directory, name).meta
        except StoreError as error:
            print(f"{name}  damaged: {error}  {mark}".rstrip())
            continue
        counts = f"{told.get('articles', '?'):>7} articles  {told.get('quads', '?'):>9} quads"
        print(f"{name}  {counts}  {mark}".rstrip())
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
