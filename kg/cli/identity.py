"""`kg eval-identity`: how well it is found out who is who."""

from pathlib import Path

import click


@click.command("eval-identity")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--extractor", help="Link what this extractor finds in the texts, not what is annotated.")
def eval_identity(*, folder: Path, extractor: str | None) -> None:
    """Link the reports of DIR and score it: B-cubed by class, pairs by language, every fault by name."""
    from kg import settings  # noqa: PLC0415  only needed here
    from kg.pipeline.identifying import identity_lines, identity_scores  # noqa: PLC0415  only needed here

    given = settings.load(Path(), extractor=extractor) if extractor else None
    for line in identity_lines(identity_scores(folder, settings=given)):
        print(line)
