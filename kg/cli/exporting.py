"""`kg export-site`: the current release as files for any web server."""

import sys
from pathlib import Path

import click


@click.command("export-site")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False), metavar="OUT")
@click.option(
    "--url", default="", help="Address where OUT will be; links are then full, else from file to file."
)
@click.option("--server", default="", metavar="URL", help="A server of this release, for what needs one.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
def export_site(*, directory: Path, out: Path, url: str, server: str, quiet: bool) -> None:
    """Write the site of the current release in DIR as a folder of files, OUT.

    OUT is written beside its place and put there when it is whole; an earlier export there is replaced.
    """
    from kg import settings  # noqa: PLC0415  heavy: only this command needs it
    from kg.publish.export import export_site as export  # noqa: PLC0415  as above

    given = settings.load(directory)
    done = export(
        directory, out, settings=given, url=url, server=server, tell=_nothing if quiet else _progress
    )
    if not quiet:
        print(f"release {done.release}: {done.files:,} files, {done.size / 1e6:,.1f} MB, in {out}")


def _nothing(_: str) -> None:
    pass


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
