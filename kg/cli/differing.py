"""`kg diff`: what changed between two releases."""

import json
import sys
from pathlib import Path
from typing import BinaryIO, cast

import click

from kg.errors import NotFoundError


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="[DIR] A B")
@click.option(
    "--format", "form", type=click.Choice(["words", "json", "patch"]), default="words", show_default=True
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Things told of each kind and change; 0 is all.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write here; `.gz` is packed.",
)
def diff(*, places: tuple[str, ...], form: str, limit: int, output: Path | None) -> None:
    """Say what changed from release A to release B.

    A and B are ids of releases that DIR keeps, or folders: of a publication, a release, or downloaded files.
    `--format patch` gives an RDF Patch: applied to the quads of A's dump it gives those of B's.
    """
    from kg.changes import text_of  # noqa: PLC0415  heavy: only this command needs it
    from kg.pipeline.differing import compared, packed_patch, write_patch_file  # noqa: PLC0415  as above

    first, second = _two(places)
    if form == "patch":
        with click.open_file(str(output or "-"), "wb", atomic=output is not None) as file:
            write = packed_patch if output and output.suffix == ".gz" else write_patch_file
            write(first, second, cast("BinaryIO", file))
        return
    told = compared(first, second, limit=limit)
    text = json.dumps(told, ensure_ascii=False, indent=1) if form == "json" else "\n".join(text_of(told))
    if output is None:
        sys.stdout.write(text + "\n")
    else:
        output.write_text(text + "\n", encoding="utf-8")


def _two(places: tuple[str, ...]) -> tuple[Path, Path]:
    if len(places) == 3:  # noqa: PLR2004  a folder, and two releases in it
        folder = Path(places[0]) / "releases"
        return _there(folder / places[1]), _there(folder / places[2])
    if len(places) != 2:  # noqa: PLR2004  two folders
        raise click.UsageError("give two folders, or a folder and two ids of releases")
    return _there(Path(places[0])), _there(Path(places[1]))


def _there(path: Path) -> Path:
    if not path.is_dir():
        raise NotFoundError(f"{path}: there is no such release")
    return path
