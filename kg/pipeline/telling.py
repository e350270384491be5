"""Check what a release says of itself (its id, its counts) against what is in it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kg.checks import Check
from kg.errors import StoreError
from kg.store import CATALOG_FILE, MANIFEST, catalogued, content_of, read_manifest, types_in
from kg.vocabulary import CATALOG, FACTS, KG, Names

META = "meta.json"
_ID = re.compile(r"(\d{4}-\d\d-\d\d)-([0-9a-f]{8})")


def meta_of(release: Path | None) -> dict[str, Any]:
    """Return what a release says of itself; nothing where it cannot be read, which `check_names` tells."""
    try:
        return _read(release) if release else {}
    except StoreError:
        return {}


def check_names(dumps: Path, release: Path | None, expected: str) -> Iterator[Check]:
    """Check that the ids that folder, server, catalog and meta.json tell are made of what the graphs hold."""
    content = content_of(read_manifest(dumps / MANIFEST).values())
    told = [("the id that was asked for" if release is None else "the folder", expected)] if expected else []
    if (dumps / CATALOG_FILE).is_file():
        told += [(CATALOG_FILE, name) for name in catalogued(dumps / CATALOG_FILE)[1]]
    faults = []
    for who, name in told:
        match = _ID.fullmatch(name)
        if match is None or match[2] != content[:8]:
            faults.append(f"{who} says {name}, but the graphs have the content {content[:8]}...")
    if release is not None:
        faults += _meta_faults(_read(release), content, expected)
    said = f"the content is {content}"
    yield Check(f"{said}, as its id says" if told else said, tuple(faults))


def check_meta(meta: Mapping[str, Any], dumps: Path, names: Names) -> Iterator[Check]:
    """Check the counts that meta.json tells."""
    entries = read_manifest(dumps / MANIFEST)
    found = {"quads": sum(entry.quads for entry in entries.values())}
    found["articles"] = types_in(dumps, str(names.graph(CATALOG)))[str(KG.Article)]
    faults = [
        f"{META}: {name} is {meta[name]!r}, but there are {number:,}"
        for name, number in found.items()
        if name in meta and meta[name] != number
    ]
    faults += [f"{META}: it does not say how many {name} there are" for name in found if name not in meta]
    things, types = dict(meta.get("things", {})), types_in(dumps, str(names.graph(FACTS)))
    faults += [
        f"{META}: of the class {name} it tells {told!r} things, but there are {types[str(KG[name])]:,}"
        for name, told in sorted(things.items())
        if told != types[str(KG[name])]
    ]
    said = (
        f"{META}: {found['articles']:,} articles, {found['quads']:,} quads, {len(things)} classes are as told"
    )
    yield Check(said, tuple(faults))


def _meta_faults(meta: Mapping[str, Any], content: str, expected: str) -> Iterator[str]:
    if meta.get("content") != content:
        yield f"{META}: content is {meta.get('content')!r}, but the graphs have {content}"
    if meta.get("id") != expected:
        yield f"{META}: id is {meta.get('id')!r}, but the folder is {expected}"
    if meta.get("as_of") != expected[: len(date.min.isoformat())]:
        yield f"{META}: as_of is {meta.get('as_of')!r}, but the folder is {expected}"


def _read(release: Path) -> dict[str, Any]:
    try:
        meta = json.loads((release / META).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{META} cannot be read: {error}") from error
    if not isinstance(meta, dict):
        raise StoreError(f"{META} is not what a build writes")
    return meta
