"""Stage 6, whether what a catalog (DCAT) tells of the files beside it is so: sizes, checksums, release."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyoxigraph
from pyoxigraph import QuerySolutions, RdfFormat

from kg.checks import Check
from kg.errors import StoreError

CATALOG_FILE = "catalog.ttl"
_BASE = "http://catalog.invalid/dumps/"
"""Stands before addresses that the catalog writes from where it lies."""
_PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "spdx": "http://spdx.org/rdf/terms#",
}
_FILES = """SELECT DISTINCT ?url ?size ?sum WHERE { ?file dcat:downloadURL ?url .
  OPTIONAL { ?file dcat:byteSize ?size } OPTIONAL { ?file spdx:checksum/spdx:checksumValue ?sum } }
  ORDER BY ?url ?size ?sum"""
_IDS = """SELECT DISTINCT ?id WHERE { ?set dcat:distribution ?file ; dcat:version|dcterms:identifier ?id }
  ORDER BY ?id"""
_ID = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What a catalog tells of one file; a text is empty where it tells nothing."""

    name: str
    size: str
    sha256: str


def catalogued(path: Path) -> tuple[list[Catalogued], list[str]]:
    """Return the files that a catalog tells of, and the ids of releases that it says they are.

    Raises StoreError when it cannot be read.
    """
    store = pyoxigraph.Store()
    try:
        store.load(path=path, format=RdfFormat.TURTLE, base_iri=_BASE)
    except (OSError, SyntaxError, ValueError) as error:
        raise StoreError(f"{path.name} cannot be read: {error}") from error
    files = [Catalogued(_name(url), size, digest.lower()) for url, size, digest in _values(store, _FILES)]
    return files, [found for (found,) in _values(store, _IDS) if _ID.fullmatch(found)]


def check_catalog(folder: Path, *, shown: str = "") -> Check:
    """Check each file that the catalog of a folder tells of against the file itself."""
    files, _ = catalogued(folder / CATALOG_FILE)
    listing = shown + CATALOG_FILE
    faults = []
    for told in files:
        path = folder / told.name
        if not path.is_file():
            faults.append(f"{shown}{told.name} is missing; {listing} tells of it")
            continue
        if told.size and told.size != str(path.stat().st_size):
            faults.append(f"{listing}: {told.name} has {path.stat().st_size} bytes, not {told.size}")
        if told.sha256 and told.sha256 != _sha256(path):
            faults.append(f"{listing}: {told.name} has another checksum than is told")
    said = f"{listing}: sizes and checksums of {len({told.name for told in files})} files are as told"
    return Check(said, tuple(faults))


def _values(store: pyoxigraph.Store, sparql: str) -> Iterator[tuple[str, ...]]:
    found = store.query(sparql, prefixes=_PREFIXES)
    if not isinstance(found, QuerySolutions):
        raise TypeError("both queries are SELECT")
    for row in found:
        yield tuple(str(getattr(row[variable], "value", "")) for variable in found.variables)


def _name(url: str) -> str:
    return unquote(urlsplit(url).path).rsplit("/", 1)[-1]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
