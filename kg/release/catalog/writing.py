"""Stage 7, the catalog of a release written as files beside its dumps."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rdflib import Graph

from kg.errors import StoreError
from kg.release.catalog.coverage import coverage
from kg.release.catalog.dcat import FORMATS, SPDX, VCARD, catalog_graph
from kg.release.catalog.texts import license_text, readme
from kg.release.catalog.told import CATALOG, COVERAGE, VOID, File, Told
from kg.release.catalog.void import void_graph
from kg.release.generation import sha256_of
from kg.vocabulary import FIXED_PREFIXES

PREFIXES = FIXED_PREFIXES | {"spdx": str(SPDX), "vcard": str(VCARD), "format": str(FORMATS)}


def turtle(graph: Graph) -> str:
    """Return a graph as Turtle, with our prefixes."""
    bound = Graph()
    bound += graph
    for prefix, space in PREFIXES.items():
        bound.bind(prefix, space)
    return bound.serialize(format="turtle")


def jsonld(graph: Graph) -> str:
    """Return a graph as JSON-LD in the order of its IRIs; rdflib's own order is another in each process."""
    context = dict(PREFIXES)
    text = graph.serialize(format="json-ld", context=context, auto_compact=False)
    told = json.loads(text)
    nodes = told.get("@graph", [told])
    nodes = [_ordered({k: v for k, v in node.items() if k != "@context"}) for node in nodes]
    whole = {"@context": context, "@graph": sorted(nodes, key=lambda node: str(node["@id"]))}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _ordered(node: dict[str, Any]) -> dict[str, Any]:
    return {name: _sorted(value) for name, value in sorted(node.items())}


def _sorted(value: Any) -> Any:
    return sorted(value, key=_as_text) if isinstance(value, list) else value


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def write_all(told: Told, folder: Path) -> None:
    """Write statistics, coverage, texts and the catalog itself, which lists all other files of the folder.

    Raises StoreError when a file cannot be read or written.
    """
    told = replace(told, files=files_in(folder))
    graph = void_graph(told)
    covered = json.dumps(coverage(told), ensure_ascii=False, indent=1) + "\n"
    _write(folder, {f"{VOID}.ttl": turtle(graph), f"{VOID}.jsonld": jsonld(graph), COVERAGE: covered})
    told = replace(told, files=files_in(folder))
    graph = catalog_graph(told)
    _write(folder, {f"{CATALOG}.ttl": turtle(graph), f"{CATALOG}.jsonld": jsonld(graph)})
    texts = {
        "CITATION.cff": told.cited.cff,
        "LICENSE-DATA.txt": license_text(told),
        "README.txt": readme(told),
    }
    _write(folder, texts)


def files_in(folder: Path) -> tuple[File, ...]:
    """Return the files of a folder; raises StoreError when one cannot be read."""
    try:
        return tuple(
            File(path.name, path.stat().st_size, sha256_of(path))
            for path in sorted(folder.iterdir())
            if path.is_file() and not path.name.startswith(".")
        )
    except OSError as error:
        raise StoreError(f"cannot read {error.filename}: {error.strerror}") from error


def _write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        try:
            (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise StoreError(f"cannot write {folder / name}: {error.strerror}") from error
