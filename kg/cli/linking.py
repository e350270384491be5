"""`kg authority` and `kg link`: a snapshot of an authority, and links to it."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.queueing import fill
from kg.errors import SourceError, StoreError

if TYPE_CHECKING:
    from kg.proposals import Proposal, Subject

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def authority() -> None:
    """Make and look at snapshots of Wikidata, ROR and other authorities."""


@authority.command("build")
@click.argument("sources", nargs=-1, type=_FILE, metavar="[SOURCE]...")
@click.option(
    "--into", type=_FILE, required=True, metavar="FILE", help="The snapshot, such as authority.sqlite."
)
@click.option(
    "--starter", is_flag=True, help="Take what installed open packages know: countries, towns, brands."
)
@click.option(
    "--modules", type=click.Path(path_type=Path), metavar="DIR", help="A node_modules folder, for --starter."
)
@click.option(
    "--keep",
    multiple=True,
    type=click.Choice(["organization", "place", "person"]),
    help="What to keep of a Wikidata dump; organizations and places when not given.",
)
@click.option("--date", metavar="DATE", help="Date of the sources; that in their names when not given.")
@click.option("--quiet", is_flag=True, help="Say nothing on the way.")
def build_authority(
    *,
    sources: tuple[Path, ...],
    into: Path,
    starter: bool,
    modules: Path | None,
    keep: tuple[str, ...],
    date: str | None,
    quiet: bool,
) -> None:
    """Build a snapshot from each SOURCE.

    SOURCE is a Wikidata JSON dump (.json, .json.gz, .json.bz2), a ROR release (.json, .zip) or records as
    JSON lines (.jsonl, .jsonl.gz). Filtering a dump takes hours; started again, it goes on where it stopped.
    """
    from kg.link.authority import build_snapshot  # noqa: PLC0415  heavy: only this command needs it
    from kg.link.authority.wikidata import KEPT  # noqa: PLC0415  as above

    if not sources and not starter:
        raise click.UsageError("give a SOURCE or --starter")
    manifest = build_snapshot(
        sources,
        into,
        keep=keep or KEPT,
        date=date,
        starter=starter,
        modules=modules,
        tell=_nothing if quiet else _progress,
    )
    counts = ", ".join(f"{number:,} {kind}" for kind, number in manifest.items.items())
    print(f"{into}: {counts}; {manifest.names:,} names; {manifest.date}")


@authority.command("show")
@click.argument("snapshot", type=_FILE, metavar="FILE")
def show_authority(*, snapshot: Path) -> None:
    """Show what a snapshot was made of."""
    from kg.link.authority import open_snapshot  # noqa: PLC0415  only this command needs it

    with open_snapshot(snapshot) as opened:
        manifest = opened.manifest
    told = {"date": manifest.date, "items": dict(manifest.items), "names": manifest.names}
    sources = [{"name": name, "sha256": digest} for name, digest in manifest.sources]
    print(json.dumps(told | {"sources": sources, "version": manifest.version}, indent=1))


@click.command()
@click.argument("cases", type=click.Path(path_type=Path), metavar="CASES|DIR")
@click.option(
    "--pool",
    type=_FILE,
    metavar="FILE",
    help="A snapshot, or records as JSON lines; for DIR its own if not given.",
)
@click.option("--into", type=_FILE, metavar="FILE", help="One answer a line, as JSON.")
@click.option("--linker", default="names", show_default=True, help="Name of an installed linker.")
@click.option("--explain", is_flag=True, help="Write candidates and features with each answer.")
@click.option("--live", is_flag=True, help="With DIR: ask the service of the setting reconcile_url instead.")
def link(
    *, cases: Path, pool: Path | None, into: Path | None, linker: str, explain: bool, live: bool
) -> None:
    """Link each mention of CASES to an item of the pool, or to none; or the things of the publication in DIR.

    What is found for DIR is put into its queue for `kg review`; the next build says what is likely.

    CASES has one JSON object a line with `id`, `mention`, `type` and `context`; so has the answer, with `id`,
    `qid` (`NIL` for none), `score` and `auto` (whether the link may be said without a person).
    """
    from kg.link.linker import load_linker  # noqa: PLC0415  heavy: only this command needs it

    if cases.is_dir():
        fill(cases, pool=pool, live=live)
        return
    if pool is None or into is None:
        raise click.UsageError("CASES needs --pool and --into")
    subjects = list(_subjects(cases))
    with tempfile.TemporaryDirectory() as folder:
        known = load_linker(linker)(_snapshot(pool, Path(folder)))
        _write(into, (_answer(proposal, explain=explain) for proposal in known(subjects)))


def _snapshot(pool: Path, folder: Path) -> Path:
    if pool.suffix == ".sqlite":
        return pool
    from kg.link.authority import build_snapshot  # noqa: PLC0415  as above

    made = folder / "pool.sqlite"
    build_snapshot((pool,), made)
    return made


def _subjects(path: Path) -> Iterator["Subject"]:
    from kg.proposals import Subject  # noqa: PLC0415  as above

    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            yield Subject(
                id=str(row["id"]),
                name=str(row["mention"]),
                kind=str(row.get("type") or ""),
                context=str(row.get("context") or ""),
                language=str(row.get("lang") or ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(f"{path}, line {number}: not a case with id and mention: {error!r}") from error


def _answer(proposal: "Proposal", *, explain: bool) -> dict[str, object]:
    best = proposal.best
    first = proposal.candidates[0].score if proposal.candidates else 0.0
    answer: dict[str, object] = {
        "id": proposal.subject,
        "qid": best.item if best is not None else "NIL",
        "score": first,
        "auto": proposal.tier == "auto",
    }
    if explain:
        answer["reason"] = proposal.reason
        answer["candidates"] = [
            {
                "item": c.item,
                "label": c.label,
                "match": c.match,
                "score": c.score,
                "features": dict(c.features),
            }
            for c in proposal.candidates
        ]
    return answer


def _write(path: Path, answers: Iterator[dict[str, object]]) -> None:
    text = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def _nothing(_: str) -> None:
    pass


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
