"""What a build was asked for: one that is asked for the same again knows that nothing is to be done.

What stands for the state is what the build used and what it left, never what others did meanwhile.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kg import __version__
from kg.errors import StoreError
from kg.link.decision_log import tables
from kg.link.mappings import Row
from kg.model import Article
from kg.pipeline import kept
from kg.pipeline.decisions import open_book, snapshot_of
from kg.pipeline.makers import maker, maker_of_extractor, maker_of_linker, prints_of_folders, stages
from kg.pipeline.reading import Given
from kg.release import Release
from kg.release.draft import clear_errors
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
        same = asked and last["asked"] == asked and last["state"] == _state_now(state, authority)
    except (OSError, StoreError, ValueError, KeyError, TypeError):
        return None
    # What was left out may be well the next time: a server that was down, say.
    done = same and not built.left_out
    return built if done and release is not None and built.release == release.id else None


@dataclass(frozen=True, slots=True)
class Used:
    """What a build rested on, besides what it was asked for."""

    articles: Sequence[Article]
    """All that it kept."""
    rows: Sequence[Row]
    """The decisions that it obeyed and those that it made."""
    snapshot: str
    """The digest of the authority's snapshot before it was read."""


def note_built(state: Path, asked: str, used: Used, built: Built) -> None:
    """Note what a build was asked for and came to; nothing when more was decided while it worked."""
    summary = built.summary.replace("new release", "nothing changed, still release")
    articles = {f"{each.id}.json": _digest(kept.to_json(each).encode()) for each in used.articles}
    path = state / _FILE
    draft = path.with_suffix(".draft")
    with clear_errors(path.parent):
        # Hashed before the rows are read again: rows are only ever added.
        now = _state(state, articles, used.snapshot)
        # Not in their order: new ones stand in the log, which other tables may come after.
        if Counter(open_book(state).rows) != Counter(used.rows):
            return
        told = {"asked": asked, "state": now, "built": asdict(built) | {"summary": summary}}
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(path)


def snapshot_digest(state: Path, authority: str) -> str:
    """Return the digest of the authority's snapshot; an empty text where there is none."""
    snapshot = snapshot_of(state, authority)
    if snapshot is None or not snapshot.is_file():
        return ""
    try:
        return _digest_of_file(snapshot)
    except OSError as error:
        raise StoreError(f"cannot read {snapshot}: {error.strerror}") from error


def _state(state: Path, articles: Mapping[str, str], snapshot: str) -> str:
    """Return what stands for kept articles, ledger, withdrawals, decisions and the authority's snapshot."""
    others = (state / "iris.tsv", state.parent / RECORD, *tables(state / "decisions"))
    told = [
        *sorted(articles.items()),
        *((path.name, _digest_of_file(path)) for path in others if path.is_file()),
        ("snapshot", snapshot),
    ]
    return _digest(json.dumps(told).encode())


def _state_now(state: Path, authority: str) -> str:
    articles = {path.name: _digest_of_file(path) for path in (state / "articles").glob("*.json")}
    return _state(state, articles, snapshot_digest(state, authority))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
