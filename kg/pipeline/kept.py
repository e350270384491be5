"""The articles of a publication, kept in its state folder: a source that vanishes takes nothing away.

One JSON file an article, `state/articles/ID.json`. An article stays until it is superseded or its file is
removed. The texts stay here: they are never published.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from kg.errors import StateError, StoreError
from kg.model import Article, Zone, ZoneKind

_FIELDS = {field.name: field.type for field in fields(Article)}


def load(folder: Path) -> tuple[Article, ...]:
    """Return the kept articles in the order of their ids.

    Raises StateError naming the file that is damaged.
    """
    return tuple(_of_file(path) for path in sorted(folder.glob("*.json")))


def save(folder: Path, articles: Iterable[Article]) -> None:
    """Keep the articles, each by one atomic rename of what is on the disk; other files are removed.

    Raises StoreError when the folder cannot be written.
    """
    wanted = {f"{article.id}.json": to_json(article) for article in articles}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drafts = [draft for name, text in wanted.items() if (draft := _draft(folder / name, text))]
        if drafts:
            os.sync()  # once for all: a file of ten thousand each seen on the disk takes minutes
        for draft in drafts:
            draft.replace(draft.with_suffix(".json"))
        for path in folder.glob("*.json"):
            if path.name not in wanted:
                path.unlink()
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror}") from error


def _draft(path: Path, text: str) -> Path | None:
    """Write what is to take a file's place beside it; nothing where the file says that already."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return None
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    return draft


def to_json(article: Article) -> str:
    """Return an article as it is kept: the same article, the same text."""
    values = {name: getattr(article, name) for name in _FIELDS}  # asdict takes four times as long
    values["published"] = article.published and article.published.isoformat()
    values["zones"] = [{"kind": zone.kind, "start": zone.start, "end": zone.end} for zone in article.zones]
    return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def from_json(text: str) -> Article:
    """Return the article of such a text; raise ValueError, TypeError or KeyError where it is damaged."""
    return _article(json.loads(text))


def _of_file(path: Path) -> Article:
    try:
        article = from_json(path.read_text(encoding="utf-8"))
        _check(article, path.stem)
    except (OSError, UnicodeDecodeError, ValueError, TypeError, KeyError) as error:
        raise StateError(f"{path}: not an article of ours ({error}); restore it or remove it") from error
    return article


def _article(values: dict[str, Any]) -> Article:
    if set(values) != _FIELDS.keys():
        raise KeyError(f"fields {sorted(set(values) ^ _FIELDS.keys())}")
    zones = tuple(Zone(ZoneKind(z["kind"]), z["start"], z["end"]) for z in values["zones"])
    published = date.fromisoformat(values["published"]) if values["published"] else None
    return Article(**(values | {"zones": zones, "published": published, "cites": tuple(values["cites"])}))


def _check(article: Article, name_of_file: str) -> None:
    """Refuse an article whose text is not the one that its offsets were made for."""
    if article.id != name_of_file:
        raise ValueError(f"its id is {article.id!r}")
    for name, kind in _FIELDS.items():
        if kind in (str, bool) and not isinstance(getattr(article, name), kind):
            raise TypeError(f"{name} is not {kind.__name__}")
    if hashlib.sha256(article.text.encode()).hexdigest() != article.sha256:
        raise ValueError("its text is not the one with that sha256")
    ends = [place for zone in article.zones for place in (zone.start, zone.end)]
    if ends != sorted(ends) or not all(0 <= place <= len(article.text) for place in ends):
        raise ValueError("its zones do not lie in its text")
