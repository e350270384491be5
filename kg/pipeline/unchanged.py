"""What a build was asked for: one that is asked for the same again knows that nothing is to be done."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from kg import __version__
from kg.errors import StoreError
from kg.link.decision_log import tables
from kg.pipeline.decisions import snapshot_of
from kg.pipeline.makers import maker, maker_of_extractor, maker_of_linker, prints_of_folders, stages
from kg.pipeline.reading import Given
from kg.release import Release
from kg.release.withdrawals import RECORD
from kg.settings import Settings, deciding_options

_FILE = "cache/last.json"


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to."""

    release: str
    """Its id."""
    left_out: tuple[str, ...]
    """One line for each source or article that is not in it through a fault."""
    notices: tuple[str, ...]
    """One line for each copy, superseded version or warning."""
    summary: str


def asked_for(given: Iterable[Given], settings: Settings, *, strict: bool) -> str:
    """Return what stands for the sources and settings of a build and for what does its work.

    Nothing (an empty text) stands for a source that is no file: what it gives is not known before it is read.
    """
    prints = [each.print for each in given]
    if None in prints:
        return ""
    options = deciding_options(settings, settings.extractor)
    told = {
        "sources": prints,
        "limit": settings.article_bytes,
        "settings": [settings.base, settings.title, settings.least_confidence, settings.linker],
        "extractor": [settings.extractor, list(options), prints_of_folders(options)],
        "strict": strict,
        "makers": [
            __version__,
            maker_of_extractor(settings.extractor),
            maker_of_linker(settings.linker),
            *map(maker, stages()),
        ],
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def nothing_new(state: Path, asked: str, authority: str, release: Release | None) -> Built | None:
    """Return what the last build came to, if it was asked for the same and its release is the current one."""
    try:
        last = json.loads((state / _FILE).read_text(encoding="utf-8"))
        told = last["built"]
        lines = {name: tuple(told[name]) for name in ("left_out", "notices")}
        built = Built(**(told | lines))
        same = asked and last["asked"] == asked and last["state"] == _state(state, authority)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # What was left out may be well the next time: a server that was down, say.
    done = same and not built.left_out
    return built if done and release is not None and built.release == release.id else None


def note_built(state: Path, asked: str, authority: str, built: Built) -> None:
    """Note what a build was asked for and came to, with the state of things after it."""
    summary = built.summary.replace("new release", "nothing changed, still release")
    told = {
        "asked": asked,
        "state": _state(state, authority),
        "built": asdict(built) | {"summary": summary},
    }
    path = state / _FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def _state(state: Path, authority: str) -> str:
    """Return what stands for kept articles, ledger, decisions and the authority's snapshot."""
    hashed = hashlib.sha256()
    for path in _files(state, authority):
        with path.open("rb") as file:
            hashed.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return hashed.hexdigest()


def _files(state: Path, authority: str) -> Iterator[Path]:
    yield from sorted((state / "articles").glob("*.json"))
    others = (state / "iris.tsv", state.parent / RECORD, *tables(state / "decisions"))
    yield from (path for path in others if path.is_file())
    snapshot = snapshot_of(state, authority)
    if snapshot is not None and snapshot.is_file():
        yield snapshot
