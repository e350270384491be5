"""A withdrawal that is killed at any moment leaves a whole release, and is finished by the next run."""

import random
import shutil
import time
from pathlib import Path

import pytest
from generated import article, write_sources

from kg.release import current, releases, verify
from tests.conftest import AS_OF
from tests.full.test_kills import build_words, killed, run, whole
from tests.test_withdraw import contents_of_files

pytestmark = pytest.mark.full
KILLS = 15
CHANCE = 20261124
ID = "generated-7-000003"


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Two releases that both hold the article."""
    folder = tmp_path_factory.mktemp("begun")
    write_sources(folder / "articles", 4, 7)
    run(*build_words(folder))
    write_sources(folder / "articles", 1, 7, version=1)
    run(*build_words(folder))
    assert len(releases(folder / "out")) == 2
    return folder


def words(folder):
    return ("withdraw", folder / "out", ID, "--reason", "a test", "--as-of", AS_OF)


def test_a_withdrawal_killed_at_random_moments_is_finished_by_the_next_run(begun, tmp_path):
    old = whole(begun / "out")
    clean = Path(shutil.copytree(begun, tmp_path / "clean", symlinks=True))
    began = time.monotonic()
    run(*words(clean))
    usual = time.monotonic() - began
    new = whole(clean / "out")
    title = article(3, 7).article.title.encode()

    chance = random.Random(CHANCE)  # noqa: S311  no secret
    stopped = 0
    for number in range(KILLS):
        trial = Path(shutil.copytree(begun, tmp_path / f"trial-{number}", symlinks=True))
        stopped += killed(chance.uniform(0.2, 1.1) * usual, *words(trial))
        assert whole(trial / "out") in {old, new}
        # The build finishes it only where the record was written before the kill.
        run(
            *(
                words(trial)
                if number % 2 or not (trial / "out/state/decisions").exists()
                else build_words(trial)
            )
        )
        assert whole(trial / "out") == new
        assert current(trial / "out").content == new
        assert [verify(each) for each in releases(trial / "out")] == [[], []]
        assert [str(path) for path, data in contents_of_files(trial / "out") if title in data] == []
        shutil.rmtree(trial)

    assert new != old
    assert stopped > KILLS / 2
