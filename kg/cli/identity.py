"""`kg eval-identity`: how well it is found out who is who."""

from pathlib import Path

import click


@click.command("eval-identity")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
def eval_identity(*, folder: Path) -> None:
    """Link the reports of DIR and score it: B-cubed by class, pairs by language, every fault by name."""
    from kg.pipeline.identifying import identity_lines, identity_scores  # noqa: PLC0415  only needed here

    for line in identity_lines(identity_scores(folder)):
        print(line)
