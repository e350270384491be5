"""Make the files for download again from a release's graphs, and compare them byte by byte."""

import filecmp
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.checks import Check
from kg.errors import StoreError
from kg.pipeline.makers import maker
from kg.store import MANIFEST, Shelf, read_manifest
from kg.store.dumps import Folder, write_dumps
from kg.vocabulary import Names

_SAID = "tables and documents"


def check_remade(dumps: Path, meta: Mapping[str, Any], names: Names, *, shown: str = "") -> Check:
    """Check that every file that can be made from the graphs is, byte for byte, what is made from them now.

    Other versions of the program write in other ways: of what one of them made this says that it was not
    compared. Raises StoreError when a file cannot be read, or the temporary ones not be written.
    """
    if meta.get("makers", {}).get("dumps") != maker("dumps"):
        return Check(f"{shown}{_SAID}: made by another version of the program, so only their checksums count")
    with tempfile.TemporaryDirectory(prefix="accord-verify-") as temporary:
        made = _made(dumps, Path(temporary), names)
        differing = [path.name for path in made if not _same(path, dumps / path.name)]
    faults = tuple(f"{shown}{name} is not what its release's graphs come to" for name in differing)
    return Check(f"{shown}{_SAID}: {len(made)} files made again from the graphs are the same bytes", faults)


def _made(dumps: Path, folder: Path, names: Names) -> list[Path]:
    try:
        context = json.loads((dumps / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(f"{dumps / 'context.jsonld'} cannot be read: {error}") from error
    with Shelf(folder / "fresh.nq.gz", earlier=dumps) as shelf:
        for graph in read_manifest(dumps / MANIFEST):
            shelf.keep(graph)
        write_dumps(shelf, Folder(folder / "dumps", folder / "records"), names=names, context=context)
    return sorted((folder / "dumps").iterdir())


def _same(made: Path, held: Path) -> bool:
    try:
        return filecmp.cmp(made, held, shallow=False)
    except OSError:
        return False
