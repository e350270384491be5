"""Random histories of a publication: articles come, are corrected and go, links and merges are decided.

folder = Publication(tmp_path)
for edits in history:            # drawn from `histories`
    folder.edit(edits)
    folder.build()
assert folder.released() == folder.built_clean().released()
"""

import json
import shutil
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from zlib import crc32

import pyoxigraph
from generated import write_sources
from hypothesis import strategies as st

from kg.link.decision_log import append_rows
from kg.link.mappings import OWN, SAME, Row
from kg.pipeline import build
from kg.release import current
from kg.settings import load
from tests.conftest import AS_OF

SEED = 7
NUMBERS = (0, 6, 7, 1, 8, 2, 9, 3, 4, 5, 110, 116)
"""0, 6 and 7 tell of one occasion, as do 1 and 8, 2 and 9; 116 is a copy of 110."""


@dataclass(frozen=True)
class Add:
    number: int


@dataclass(frozen=True)
class Correct:
    """Write the next version of an article: with another status and figure, or signed elsewhere."""

    number: int


@dataclass(frozen=True)
class Remove:
    """Remove an article's file, and the article from the state."""

    number: int


@dataclass(frozen=True)
class Rename:
    """Give an article's file another name, which changes the order in which files are read."""

    number: int
    before: str


@dataclass(frozen=True)
class Decide:
    """Accept or refuse an item of Wikidata for one of the bodies that have a name in the ledger."""

    body: int
    accepted: bool


@dataclass(frozen=True)
class Merge:
    """Say that two of the bodies that have a name in the ledger are one."""

    one: int
    other: int


Edit = Add | Correct | Remove | Rename | Decide | Merge

_numbers = st.sampled_from(NUMBERS)
_edits = st.one_of(
    st.builds(Add, _numbers),
    st.builds(Correct, _numbers),
    st.builds(Remove, _numbers),
    st.builds(Rename, _numbers, st.sampled_from("amz")),
    st.builds(Decide, st.integers(0, 8), st.booleans()),
    st.builds(Merge, st.integers(0, 8), st.integers(0, 8)),
)


def histories(*, builds: int, articles: int) -> st.SearchStrategy[list[list[Edit]]]:
    """Return lists of the edits before each build; the first are some articles, of which a few stay."""
    start = st.lists(_numbers, min_size=2, max_size=articles, unique=True).map(lambda ns: list(map(Add, ns)))
    later = st.lists(st.lists(_edits, max_size=3), min_size=1, max_size=builds - 1)
    return st.tuples(start, later).map(lambda parts: [parts[0], *parts[1]])


@dataclass
class Publication:
    folder: Path
    versions: dict[int, int] = field(default_factory=dict)
    """Of each article that has a file."""
    names: dict[int, str] = field(default_factory=dict)
    builds: int = 0

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def state(self) -> Path:
        return self.out / "state"

    def edit(self, edits: list[Edit]) -> None:
        """Do what can be done of the edits; one article stays, since a build of none is an error."""
        for edit in edits:
            match edit:
                case Add(number) if number not in self.versions:
                    self._write(number, 0)
                case Correct(number) if number in self.versions:
                    self._write(number, self.versions[number] + 1)
                case Remove(number) if number in self.versions and len(self.versions) > 1:
                    self._path(number).unlink()
                    del self.versions[number]
                    (self.state / "articles" / f"{_id(number)}.json").unlink(missing_ok=True)
                case Rename(number, before) if number in self.versions:
                    old = self._path(number)
                    self.names[number] = f"{before}-{_id(number)}"
                    old.rename(self._path(number))
                case Decide(body, accepted) if known := self._bodies():
                    name = known[body % len(known)]
                    # Always the same item: a thing with two is refused.
                    item = f"wd:Q{9000 + crc32(name.encode()) % 1000}"
                    self._decide(name, SAME, item, modifier="" if accepted else "Not")
                case Merge(one, other) if (known := self._bodies()) and (one - other) % len(known):
                    self._decide(known[one % len(known)], OWN, f"inst:{known[other % len(known)]}")

    def build(self) -> None:
        """Build on what is there, after setting aside the state that the build starts from."""
        before = self.folder / "before"
        shutil.rmtree(before, ignore_errors=True)
        if self.state.exists():
            shutil.copytree(self.state, before, ignore=shutil.ignore_patterns("cache"))
        self.builds += 1
        self._build(date.fromisoformat(AS_OF) + timedelta(days=self.builds))

    def copied(self, folder: Path) -> "Publication":
        """Return another one that is as far as this one."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return replace(self, folder=folder, versions=dict(self.versions), names=dict(self.names))

    def built_clean(self) -> "Publication":
        """Return the same articles built from the same state, with no release and no cache to rest on."""
        clean = replace(self, folder=self.folder / f"clean-{self.builds}")
        if (self.folder / "before").exists():
            shutil.copytree(self.folder / "before", clean.state)
        shutil.copytree(self.folder / "articles", clean.folder / "articles")
        # A release that says the same keeps its date.
        clean._build(current(self.out).as_of)
        return clean

    def released(self) -> dict[str, object]:
        """Return all that a release says, in a form that can be compared."""
        release = self.out / "current"
        files = [path for part in ("dumps", "report") for path in sorted((release / part).iterdir())]
        found: dict[str, object] = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}
        meta = json.loads((release / "meta.json").read_text(encoding="utf-8"))
        found["meta"] = meta
        found["store"] = _quads(release / "store")
        found["names"] = (release / "search/names.sqlite").read_bytes()
        ledger = (self.state / "iris.tsv").read_text(encoding="utf-8").splitlines()
        found["ledger"] = [line.split("\t")[:2] for line in ledger]
        found["subjects"] = (self.state / "subjects.jsonl").read_bytes()
        found["kept"] = sorted(path.name for path in (self.state / "articles").glob("*.json"))
        return found

    def _build(self, as_of: date) -> None:
        build(
            [str(self.folder / "articles")],
            self.out,
            settings=load(self.folder, {}, extractor="generated", authority=""),
            as_of=as_of,
            workers=1,
            strict=False,
            shrink=True,
            tell=lambda _: None,
        )

    def _write(self, number: int, version: int) -> None:
        self.versions[number] = version
        write_sources(self.folder / "articles", 1, SEED, first=number, version=version)
        named = self._path(number)
        (self.folder / "articles" / f"{_id(number)}.md").rename(named)

    def _path(self, number: int) -> Path:
        return self.folder / "articles" / f"{self.names.get(number, _id(number))}.md"

    def _decide(self, name: str, predicate: str, target: str, *, modifier: str = "") -> None:
        row = Row(
            subject_id=f"inst:{name}", predicate_id=predicate, object_id=target, predicate_modifier=modifier,
            mapping_justification="semapv:MappingReview", reviewer_label="A Reviewer", mapping_date=AS_OF,
        )  # fmt: skip
        append_rows(self.state / "decisions", [row])

    def _bodies(self) -> list[str]:
        """Return the names in the ledger of all bodies."""
        ledger = self.state / "iris.tsv"
        cells = ledger.read_text(encoding="utf-8").split() if ledger.is_file() else []
        return sorted({each.partition("/")[2] for each in cells if each.startswith("institution/")})


def _id(number: int) -> str:
    return f"generated-{SEED}-{number:06}"


def _quads(store: Path) -> list[str]:
    opened = pyoxigraph.Store.read_only(str(store))
    return sorted(str(quad) for quad in opened)
