"""What many tests share: the sample articles built once, and served once."""

import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

TREE = Path(__file__).parent.parent
SHARED = TREE.parent / "shared"
SEED = SHARED / "seeds" / "31-shanxi-us-medical-partnerships.txt"
AS_OF = "2026-11-24"


def kg(*arguments, cwd=None, check=True, **options):
    """Run the command line as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, check=check, **options,
    )  # fmt: skip


@dataclass(frozen=True)
class Served:
    url: str
    directory: Path
    process: subprocess.Popen

    def get(self, path, accept="*/*", **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        request = urllib.request.Request(self.url + path + query, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def sparql(self, query, accept="text/csv"):
        return self.get("sparql", accept, query=query)


def start(directory, *options):
    """Start `kg serve` on a free port; the caller stops it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", str(directory), "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    line = process.stdout.readline()
    found = re.search(r"http://\S+/", line)
    assert found, f"kg serve said {line!r}"
    return Served(found.group(), Path(directory), process)


def stop(served):
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=20) == 0
    served.process.stdout.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The folder of a release built from `data/articles`."""
    into = tmp_path_factory.mktemp("sample") / "demo"
    kg("build", TREE / "data/articles", "--into", into, "--as-of", AS_OF)
    return into


@pytest.fixture(scope="session")
def served(sample):
    """The sample release, served by the real command."""
    server = start(sample)
    yield server
    stop(server)


HISTORY = (
    ("2026-09-01", "lincoln-yangling-2015"),
    ("2026-10-01", "porto-memorandum-2025"),
    ("2026-11-24", "rotterdam-forum-courier-2025"),
)


@pytest.fixture(scope="session")
def history(tmp_path_factory):
    """The folder of three releases, each with one article more."""
    from kg.pipeline import build
    from kg.settings import Settings

    into = tmp_path_factory.mktemp("history") / "demo"
    for day, article in HISTORY:
        build(
            [str(TREE / f"data/articles/{article}.md")], into,
            settings=Settings(), as_of=date.fromisoformat(day), workers=1, strict=False, tell=lambda _: None,
        )  # fmt: skip
    (into / "kg.toml").write_text("query_seconds = 4\n")
    return into


@pytest.fixture(scope="session")
def history_served(history):
    """The three releases, served by the real command."""
    server = start(history)
    yield server
    stop(server)


@pytest.fixture(scope="session")
def seed_release(tmp_path_factory):
    """The folder of a release built from the seed article alone."""
    if not SEED.exists():
        pytest.skip("the seed article is not part of the project (copyright); it stands in ../shared")
    into = tmp_path_factory.mktemp("seed") / "seed"
    kg("build", SEED, "--into", into, "--as-of", AS_OF)
    return into


@pytest.fixture(scope="session")
def seed_served(seed_release):
    server = start(seed_release)
    yield server
    stop(server)


@pytest.fixture(scope="session")
def day():
    return date.fromisoformat(AS_OF)


@pytest.fixture(scope="session")
def two(tmp_path_factory):
    """A publication with two releases: one article, and then another that settles what it left open."""
    folder = tmp_path_factory.mktemp("two")
    articles, into = folder / "articles", folder / "demo"
    articles.mkdir()
    names = ("rotterdam-forum-daily-2025.md", "porto-memorandum-2025.md")
    for day, name in enumerate(names, start=24):
        (articles / name).write_bytes((TREE / "data/articles" / name).read_bytes())
        kg("build", articles, "--into", into, "--as-of", f"2026-11-{day}")
    return into
