"""`kg verify`: whether a release is whole, and is what it says it is."""

import sys
from typing import TYPE_CHECKING

import click

from kg.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.checks import Check


@click.command()
@click.argument("where", metavar="RELEASE")
@click.option(
    "--release", default="", metavar="ID", help="Which of several releases; or the id it must have."
)
@click.option("--deep", is_flag=True, help="Look at every statement in every file, and at the shapes.")
@click.option("--shapes", is_flag=True, help="Check the shapes and the rules over all articles.")
@click.option("--quiet", is_flag=True, help="Say only what is wrong.")
def verify(*, where: str, release: str, deep: bool, shapes: bool, quiet: bool) -> None:
    """Check a release: the bytes, the statements, the counts.

    RELEASE is the folder of a publication or of one release, a folder with its downloaded files, or the
    address of a server (http://host/, http://host/?release=ID), whose files are then fetched and whose
    endpoint is asked. Each line is a check; the exit code is 7 when one finds a fault.
    """
    from kg.pipeline.verifying import Thoroughness, verified  # noqa: PLC0415  heavy: only this command needs it

    how = Thoroughness(deep=deep, shapes=shapes or deep)
    tell = _nothing if quiet else _progress
    faults = _report(verified(where, release=release, how=how, tell=tell), quiet=quiet)
    if faults:
        raise StoreError(f"{where}: {faults} {'fault' if faults == 1 else 'faults'}")


def _report(checks: "Iterable[Check]", *, quiet: bool) -> int:
    faults = 0
    for check in checks:
        faults += len(check.faults)
        for fault in check.faults:
            print(f"FAULT  {fault}", flush=True)
        if not (quiet or check.faults):
            print(f"ok     {check.said}", flush=True)
    return faults


def _nothing(_: str) -> None:
    pass


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
