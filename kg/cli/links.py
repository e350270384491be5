"""`kg links`: what is done with decided links besides deciding: spreadsheets, checks, giving back."""

import getpass
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.errors import SourceError, StoreError

if TYPE_CHECKING:
    from kg.link.review import Review

_DIR = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def links() -> None:
    """Work with the links of a publication: spreadsheets, checks, giving back."""


@links.command("export")
@click.argument("directory", type=_DIR, metavar="DIR")
@click.argument("file", type=_FILE, metavar="FILE")
def export_queue(*, directory: Path, file: Path) -> None:
    """Write the queue of DIR into FILE (.csv, or .tsv), its column `decision` to be filled in.

    It takes accept, reject, none (there is no item) or unsure.
    """
    from kg.link.sheet import sheet_of  # noqa: PLC0415  only this command needs it

    questions = _opened(directory, None).questions()
    csv = file.suffix == ".csv"
    text = sheet_of(questions, delimiter="," if csv else "\t")
    try:
        # Spreadsheets take a .csv for Latin-1 unless it begins so.
        file.write_text(text, encoding="utf-8-sig" if csv else "utf-8", newline="")
    except OSError as error:
        raise StoreError(f"cannot write {file}: {error.strerror}") from error
    print(f"{file}: {len(questions)} things")


@links.command("import")
@click.argument("directory", type=_DIR, metavar="DIR")
@click.argument("file", type=_FILE, metavar="FILE")
@click.option("--reviewer", metavar="NAME", help="Who decided; the setting reviewer, or the user's name.")
def import_queue(*, directory: Path, file: Path, reviewer: str | None) -> None:
    """Take over the decisions of FILE, all of them or, where one cannot be obeyed, none."""
    from kg.link.sheet import apply_sheet  # noqa: PLC0415  only this command needs it

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: {error}") from error
    print(f"{apply_sheet(_opened(directory, reviewer), text, name=str(file))} decisions")


@links.command("verify")
@click.argument("directory", type=_DIR, metavar="DIR")
@click.option("--write", is_flag=True, help="Take back what is stale, and propose what took its place.")
def verify(*, directory: Path, write: bool) -> None:
    """Ask Wikidata what became of the accepted items of DIR; needs the setting contact."""
    from kg import settings  # noqa: PLC0415  heavy: only this command needs it
    from kg.pipeline.queue import verify_links  # noqa: PLC0415  as above

    checked = verify_links(directory, settings=settings.load(directory), on=_today(), write=write)
    for each in checked:
        if each.failed:
            print(f"look-up failed: {each.row.object_id}: {each.failed}", file=sys.stderr)
        elif each.stale:
            told = f"is now {each.now}" if each.now else "was deleted"
            print(f"stale: {each.row.subject_id} {each.row.object_id} {told}")
    stale, failed = sum(each.stale for each in checked), sum(bool(each.failed) for each in checked)
    print(f"{len(checked)} links: {stale} stale, {failed} look-ups failed")
    if stale or failed:
        sys.exit(1)


@links.command("quickstatements")
@click.argument("directory", type=_DIR, metavar="DIR")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="Lines at most.")
@click.option(
    "--least", type=click.FloatRange(0, 1), default=0.8, show_default=True, help="Confidence at least."
)
@click.option("--dry-run", is_flag=True, help="Do not note the lines as given out.")
def quickstatements(*, directory: Path, limit: int, least: float, dry_run: bool) -> None:
    """Print facts between accepted items as QuickStatements (V1) for you to look at and run.

    Nothing is sent anywhere. What was printed is noted in DIR/state/given.tsv and not printed again.
    """
    from kg.pipeline import giving  # noqa: PLC0415  heavy: only this command needs it

    given = giving.quickstatements(directory, least=least, limit=limit)
    for line in given.lines:
        print(line)
    if not dry_run:
        giving.note_given(directory, given.lines)
    print(f"{len(given.lines)} lines, {given.left} more to come", file=sys.stderr)


def _opened(directory: Path, reviewer: str | None) -> "Review":
    from kg import settings  # noqa: PLC0415  heavy: only these commands need it
    from kg.pipeline.queue import open_review  # noqa: PLC0415  as above

    given = settings.load(directory, reviewer=reviewer)
    return open_review(directory, reviewer=given.reviewer or getpass.getuser(), on=_today())


def _today() -> date:
    return datetime.now(UTC).date()
