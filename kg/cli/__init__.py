"""The mouth of the river for people at a terminal: the only room that prints or exits.

What is heavy (language models, RDF, the web) is imported inside the command that needs it.
"""

import sys

import click

from kg import __version__
from kg.cli.building import build
from kg.cli.differing import diff
from kg.cli.explaining import explain
from kg.cli.exporting import export_site
from kg.cli.extracting import calibrate, evaluate, extract
from kg.cli.identity import eval_identity
from kg.cli.linking import authority, link
from kg.cli.links import links
from kg.cli.pushing import push
from kg.cli.releases import releases, rollback
from kg.cli.reviewing import review
from kg.cli.serving import serve
from kg.cli.verifying import verify
from kg.cli.withdrawing import withdraw
from kg.errors import (
    ArticleRefused,
    ClientBusyError,
    ExtractError,
    KgError,
    NotFoundError,
    QueryError,
    ServiceError,
    SettingsError,
    ShapeError,
    SourceError,
    StateError,
    StoreBusyError,
    StoreError,
    StoreTimeoutError,
    TooLargeError,
)

EXIT: dict[type[KgError], int] = {
    SettingsError: 2,  # click's own code for wrong usage
    SourceError: 3,
    ShapeError: 4,
    QueryError: 5,
    NotFoundError: 6,
    StoreError: 7,
    StoreTimeoutError: 8,
    ArticleRefused: 9,
    ExtractError: 10,
    StoreBusyError: 11,
    StateError: 12,
    ClientBusyError: 13,
    ServiceError: 14,
    TooLargeError: 15,
}
"""What each error means to a shell; 1 means: done, but something was left out."""


@click.group()
@click.version_option(__version__, prog_name="kg")
def cli() -> None:
    """Turn news articles into a published, validated knowledge graph."""


for command in (
    authority,
    build,
    calibrate,
    diff,
    eval_identity,
    evaluate,
    explain,
    export_site,
    extract,
    link,
    links,
    releases,
    push,
    review,
    rollback,
    serve,
    withdraw,
    verify,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; an error of ours is one line and its exit code."""
    try:
        cli(prog_name="kg")
    except KgError as error:
        print(f"kg: {error}", file=sys.stderr)
        sys.exit(EXIT[type(error)])
