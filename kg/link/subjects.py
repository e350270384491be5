"""What a release knows of each thing that an authority may have: for linker and reviewer."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.errors import NotFoundError, StoreError
from kg.proposals import Subject

FILE = "subjects.jsonl"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where an article speaks of the thing."""

    article: str
    text: str
    words: str
    """The thing's name as it stands there."""


@dataclass(frozen=True, slots=True)
class Told:
    """A thing as the linker is asked about it, and the sentences that a person is shown."""

    subject: Subject
    sentences: tuple[Sentence, ...] = ()


def write_subjects(path: Path, told: Iterable[Told]) -> None:
    """Write one thing a line; raise StoreError when the disk fails."""
    lines = (json.dumps(asdict(each), ensure_ascii=False, sort_keys=True) for each in told)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def read_subjects(path: Path) -> list[Told]:
    """Return the things of such a file.

    Raises NotFoundError where there is none, StoreError where it is damaged.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: the release tells no subjects; build it again")
    try:
        return [_told(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: {error}") from error


def _told(line: str) -> Told:
    row = json.loads(line)
    subject = row["subject"]
    for name in ("places", "aliases"):
        subject[name] = tuple(subject[name])
    return Told(Subject(**subject), tuple(Sentence(**each) for each in row["sentences"]))
