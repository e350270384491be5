"""Killed at any moment, a publication serves the old release or the new one; the next run mends the rest."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from generated import write_sources

from kg.release import current, releases, verify
from kg.store import count, open_read_only, read_manifest
from kg.vocabulary import FACTS, Names
from tests.conftest import AS_OF, TREE

pytestmark = pytest.mark.full
KILLS = 30
SEED_OF_CHANCE = 20261124
FACTS_GRAPH = str(Names().graph(FACTS))


def command(*words):
    return [sys.executable, "-m", "kg", *map(str, words)]


def environment():
    return os.environ | {"PYTHONPATH": f"{TREE}:{TREE / 'bench'}", "KG_AUTHORITY": ""}


def run(*words):
    return subprocess.run(
        command(*words), cwd=TREE, env=environment(), capture_output=True, text=True, check=True, timeout=300
    )


def killed(seconds, *words):
    """Run a command, kill it with all its processes after so long; return whether it was still at work."""
    process = subprocess.Popen(
        command(*words), cwd=TREE, env=environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        return True
    return False


def build_words(folder):
    return (
        "build", folder / "articles", "--into", folder / "out", "--extractor", "generated", "--as-of", AS_OF,
        "--shrink", "--quiet",
    )  # fmt: skip


def whole(directory):
    """Return the content of the current release, all of whose parts are of that content."""
    release = current(directory)
    assert verify(release) == []
    entries = read_manifest(release.dumps / "graphs.tsv")
    store = open_read_only(release.store)
    try:
        assert count(store) == sum(entry.quads for entry in entries.values())
        for graph in (FACTS_GRAPH, *sorted(entries)[:3]):
            assert count(store, graph) == entries[graph].quads
    finally:
        store.close()
    return release.content


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    folder = tmp_path_factory.mktemp("begun")
    write_sources(folder / "articles", 6, 7)
    run(*build_words(folder))
    return folder


def test_a_build_that_is_killed_at_random_moments_leaves_a_whole_release(begun, tmp_path):
    folder = Path(shutil.copytree(begun, tmp_path / "one", symlinks=True))
    old = whole(folder / "out")
    write_sources(folder / "articles", 2, 7, version=1)
    write_sources(folder / "articles", 1, 7, first=6)
    clean = Path(shutil.copytree(folder, tmp_path / "clean", symlinks=True))
    began = time.monotonic()
    run(*build_words(clean))
    usual = time.monotonic() - began
    new = whole(clean / "out")

    chance = random.Random(SEED_OF_CHANCE)  # noqa: S311  no secret
    stopped = 0
    for number in range(KILLS):
        trial = Path(shutil.copytree(folder, tmp_path / f"trial-{number}", symlinks=True))
        stopped += killed(chance.uniform(0.2, 1.1) * usual, *build_words(trial))
        assert whole(trial / "out") in {old, new}
        run(*build_words(trial))
        assert whole(trial / "out") == new
        hidden = [path.name for path in (trial / "out/releases").iterdir() if path.name.startswith(".")]
        assert hidden == []
        shutil.rmtree(trial)

    assert new != old
    assert stopped > KILLS / 2


def test_going_back_is_one_step_that_a_kill_cannot_halve(begun, tmp_path):
    folder = Path(shutil.copytree(begun, tmp_path / "one", symlinks=True))
    write_sources(folder / "articles", 1, 7, version=1)
    run(*build_words(folder))
    contents = {release.content for release in releases(folder / "out")}
    chance = random.Random(SEED_OF_CHANCE)  # noqa: S311  no secret
    ids = [release.id for release in releases(folder / "out")]

    assert len(contents) == 2
    for number in range(10):
        killed(chance.uniform(0.1, 0.5), "rollback", folder / "out", ids[number % 2])
        assert whole(folder / "out") in contents
