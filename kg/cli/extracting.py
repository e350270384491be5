"""`kg extract` and `kg eval`: what an extractor finds, and how well."""

import json
import sys
from pathlib import Path

import click

from kg.errors import SourceError, StoreError

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "form", type=click.Choice(["eval-json"]), default="eval-json", show_default=True)
@click.option("--into", type=_FOLDER, required=True, metavar="DIR", help="One NAME.json for each FILE.")
@click.option("--extractor", help="Name of an installed extractor.")
def extract(*, files: tuple[str, ...], form: str, into: Path, extractor: str | None) -> None:  # noqa: ARG001  one format yet
    """Extract each FILE's facts and write them for `kg eval`."""
    from kg import pipeline, settings  # noqa: PLC0415  heavy: only this command needs it

    given = settings.load(Path(), extractor=extractor)
    failed = False
    for name, outcome in pipeline.extracted(files, settings=given, stdin=sys.stdin.buffer):
        if isinstance(outcome, Exception):
            failed = True
            print(f"left out: {outcome}", file=sys.stderr)
        else:
            _write(into / f"{name}.json", outcome)
    if failed:
        sys.exit(1)


def _write(path: Path, value: object) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


@click.command("eval")
@click.argument("predictions", type=_FOLDER, metavar="PRED_DIR")
@click.option("--gold", type=_FOLDER, required=True, metavar="DIR", help="Annotated NAME.json files.")
@click.option(
    "--articles",
    type=_FOLDER,
    metavar="DIR",
    help="NAME.txt files; `articles` beside the gold when not given.",
)
@click.option("--ids", type=click.Path(path_type=Path, dir_okay=False), help="A file with one NAME a line.")
@click.option("--strict-quotes", is_flag=True, help="An item whose quote is not in the text counts as wrong.")
@click.option(
    "--bootstrap", type=click.IntRange(min=0), default=0, metavar="N", help="Resamples for intervals of F1."
)
@click.option("--reliability", is_flag=True, help="Also print how often each rule was right.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the figures there too.",
)
def evaluate(
    *,
    predictions: Path,
    gold: Path,
    articles: Path | None,
    ids: Path | None,
    strict_quotes: bool,
    bootstrap: int,
    reliability: bool,
    json_file: Path | None,
) -> None:
    """Score the facts in PRED_DIR against annotated ones."""
    from kg.evaluate import as_json, as_text, reliability_text, score  # noqa: PLC0415  only this command needs it

    scores = score(
        predictions,
        gold,
        articles or gold.parent / "articles",
        ids=_ids(ids),
        strict_quotes=strict_quotes,
        bootstrap=bootstrap,
    )
    print(as_text(scores))
    if reliability:
        print(f"\n{reliability_text(scores)}")
    if json_file:
        _write(json_file, as_json(scores))


@click.command()
@click.argument(
    "evaluations",
    nargs=-1,
    required=True,
    metavar="EVAL.json...",
    type=click.Path(path_type=Path, dir_okay=False),
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The table that is written: kg/extract/lexicon/measured.yaml in the sources.",
)
def calibrate(*, evaluations: tuple[Path, ...], into: Path) -> None:
    """Sum what each EVAL.json (`kg eval --json`) says of every rule: how sure the extractor may be of it."""
    from kg.evaluate import as_yaml, rule_records  # noqa: PLC0415  only this command needs it

    records = rule_records(evaluations)
    try:
        into.write_text(as_yaml(records), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {into}: {error.strerror}") from error
    cases = sum(record.of for record in records.values())
    print(f"{into}: {len(records)} rules and relations, {cases} cases")


def _ids(path: Path | None) -> tuple[str, ...] | None:
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: {error}") from error
    return tuple(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
