"""Releases: a build that is killed, refused or out of space leaves the earlier release as it was."""

import inspect
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kg.errors import NotFoundError, StateError, StoreError
from kg.release import begin, current, read_log, releases, roll_back, tidy, verify

DAY = date(2026, 11, 24)
ONE, TWO = "1" * 64, "2" * 64


def build(directory, content):
    with begin(Path(directory)) as draft:
        draft.rest_on_whole()
        (draft.store / "CURRENT").write_text(content)
        (draft.dumps / "accord.nq.gz").write_text(content * 20)
        (draft.dumps / "context.jsonld").write_text(content)
        (draft.report / "report.json").write_text(content)
        return draft.publish(as_of=date(2026, 11, 24), content=content, meta={"articles": 3})


BUILD = f"""
import resource, sys
from datetime import date
from pathlib import Path
from kg.errors import StoreError
from kg.release import begin

{inspect.getsource(build)}
"""


def run(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", BUILD + code, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=60, **options,
    )  # fmt: skip


def served(directory):
    """The content of the current release, when every part of it is that content's."""
    release = current(directory)
    assert verify(release) == []
    assert release.id == f"2026-11-24-{release.content[:8]}"
    assert (release.store / "CURRENT").read_text() == release.content
    assert (release.dumps / "accord.nq.gz").read_text() == release.content * 20
    assert (release.report / "report.json").read_text() == release.content
    return release.content


def test_a_published_draft_is_the_current_release(tmp_path):
    published = build(tmp_path / "new/folder", ONE)
    release = current(tmp_path / "new/folder")

    assert published.changed
    assert published.release == release
    assert (release.id, release.as_of, release.meta["articles"]) == ("2026-11-24-11111111", DAY, 3)
    assert served(tmp_path / "new/folder") == ONE
    assert (tmp_path / "new/folder/current").readlink() == Path("releases/2026-11-24-11111111")


def test_the_next_release_is_current_and_the_earlier_one_is_kept(tmp_path):
    build(tmp_path, ONE)
    build(tmp_path, TWO)

    assert served(tmp_path) == TWO
    assert [release.content for release in releases(tmp_path)] == [ONE, TWO]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "releases", "state"]


def test_the_same_content_changes_nothing(tmp_path):
    build(tmp_path, ONE)
    before = {
        path: path.stat().st_mtime_ns
        for path in tmp_path.rglob("*")
        if path.is_file() and "state" not in path.parts
    }
    again = build(tmp_path, ONE)

    assert not again.changed
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [again.release.id]


def test_going_back_to_earlier_content_makes_it_current_again(tmp_path):
    for content in (ONE, TWO, ONE):
        assert build(tmp_path, content).changed

    assert served(tmp_path) == ONE
    assert len(releases(tmp_path)) == 2


def test_a_damaged_release_is_made_again(tmp_path):
    build(tmp_path, ONE)
    (current(tmp_path).dumps / "accord.nq.gz").write_text("damaged")

    assert verify(current(tmp_path)) == ["accord.nq.gz is not what was released"]
    assert build(tmp_path, ONE).changed
    assert served(tmp_path) == ONE


@pytest.mark.parametrize("part", ["store/CURRENT", "report/report.json", "records/parts"])
def test_nothing_is_taken_over_from_a_release_of_which_any_file_is_damaged(tmp_path, part):
    build(tmp_path, ONE)
    with begin(tmp_path) as draft:
        draft.rest_on_whole()
        assert draft.earlier == current(tmp_path)
    (current(tmp_path).path / part).write_text("damaged")

    with begin(tmp_path) as draft:
        draft.rest_on_whole()
        assert draft.earlier is None
    with pytest.raises(StoreError, match=part):
        roll_back(tmp_path, current(tmp_path).id)
    assert build(tmp_path, ONE).changed
    assert served(tmp_path) == ONE


@pytest.mark.parametrize("damage", ["missing", "added"])
def test_a_dump_that_is_missing_or_added_is_found(tmp_path, damage):
    build(tmp_path, ONE)
    dumps = current(tmp_path).dumps
    (dumps / "context.jsonld").unlink() if damage == "missing" else (dumps / "more.nq").write_text("")

    assert len(verify(current(tmp_path))) == 1


def test_the_checksums_are_those_that_the_usual_tool_checks(tmp_path):
    build(tmp_path, ONE)
    check = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=current(tmp_path).dumps, capture_output=True, check=False
    )

    assert (check.returncode, check.stdout.count(b": OK")) == (0, 2)


def test_a_draft_that_is_not_published_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), begin(tmp_path):
        _ = 1 / 0

    assert list((tmp_path / "releases").iterdir()) == []
    assert build(tmp_path, ONE).changed


def test_no_release_yet_comes_with_advice(tmp_path):
    with pytest.raises(NotFoundError, match="kg build"):
        current(tmp_path)


def test_a_release_without_its_meta_file_is_no_release(tmp_path):
    build(tmp_path, ONE)
    (current(tmp_path).path / "meta.json").write_text("{}")

    with pytest.raises(StoreError, match="no whole release"):
        current(tmp_path)


def test_two_builds_at_once_are_refused(tmp_path):
    with begin(tmp_path):
        with pytest.raises(StateError, match="another build is running"):
            begin(tmp_path)
        other = run("build(sys.argv[1], '1' * 64)", tmp_path)

        assert "another build is running" in other.stderr
    assert build(tmp_path, ONE).changed


WRITES = {"open", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.scandir", "fcntl.flock"}


def killed_at(step, directory, content):
    """Build in a process that kills itself before it touches the disk for the `step`-th time."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    left = itertools.count(step, -1)
    sys.addaudithook(
        lambda event, _: os.kill(os.getpid(), signal.SIGKILL) if event in WRITES and next(left) == 0 else None
    )
    try:
        build(directory, content)
    finally:
        os._exit(0 if sys.exc_info()[0] is None else 1)


def test_a_build_that_is_killed_anywhere_leaves_a_whole_release(tmp_path):
    """Kill at each step that touches the disk, one after another, until a build comes through."""
    build(tmp_path, ONE)
    seen = []
    for step in range(200):
        code = killed_at(step, tmp_path, TWO)
        seen.append(served(tmp_path))
        if code == 0:
            break
        assert code == -signal.SIGKILL

    assert seen[-1] == TWO
    assert seen == sorted(seen)
    assert seen.count(ONE) > 30
    build(tmp_path, ONE)
    assert [path.name for path in (tmp_path / "releases").iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_release_is_made_again_whole_or_not_at_all(tmp_path):
    """Kill at each step of making a release again while another one is current."""
    damaged = build(tmp_path, TWO).release
    build(tmp_path, ONE)
    seen = []
    for step in range(200):
        if damaged.path.exists():  # else it went, and the new one did not come yet
            (damaged.dumps / "accord.nq.gz").write_text("damaged")
        code = killed_at(step, tmp_path, TWO)
        seen.append(served(tmp_path))
        if code == 0:
            break

    assert seen[-1] == TWO
    assert seen == sorted(seen)
    assert [path.name for path in (tmp_path / "releases").iterdir() if path.name.startswith(".gone")] == []


def test_a_full_disk_is_one_clear_error_and_the_earlier_release_stays(tmp_path):
    build(tmp_path, ONE)
    code = """
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    with begin(Path(sys.argv[1])) as draft:
        (draft.dumps / "a").write_text("x")
        draft.publish(as_of=date(2026, 11, 24), content="2" * 64, meta={"long": "x" * 2000})
except StoreError as error:
    print(error)
"""
    for size in (2, 100, 1000):
        tried = run(code, tmp_path, size)

        assert tried.stdout.startswith("cannot write"), tried.stderr
        assert "File too large" in tried.stdout
        assert served(tmp_path) == ONE
    assert [path.name for path in (tmp_path / "releases").iterdir()] == ["2026-11-24-11111111"]


@pytest.mark.parametrize("place", ["file/out", "file"])
def test_a_path_that_is_no_folder_is_one_clear_error(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        begin(tmp_path / place)


def test_a_folder_that_cannot_be_written_is_one_clear_error():
    if not Path("/proc/self").exists():
        pytest.skip("needs a folder that even root cannot write")
    with pytest.raises(StoreError, match="cannot write"):
        begin(Path("/proc/self"))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_meta_is_told_and_sorted(tmp_path):
    release = build(tmp_path, ONE).release
    text = (release.path / "meta.json").read_text()

    assert list(json.loads(text)) == ["articles", "as_of", "content", "id"]


def test_the_oldest_of_too_many_releases_goes_and_the_log_says_so(tmp_path):
    made = [build(tmp_path, str(n) * 64).release.id for n in range(4)]
    removed = tidy(tmp_path, keep=2, on=date(2026, 11, 30))

    assert removed == made[:2]
    assert [release.id for release in releases(tmp_path)] == made[2:]
    assert [(n.id, n.removed_on) for n in read_log(tmp_path).values()] == [
        (made[0], "2026-11-30"), (made[1], "2026-11-30"), (made[2], ""), (made[3], ""),
    ]  # fmt: skip


def test_the_current_release_stays_however_old_it_is(tmp_path):
    made = [build(tmp_path, str(n) * 64).release.id for n in range(3)]
    roll_back(tmp_path, made[0])

    assert tidy(tmp_path, keep=1, on=date(2026, 11, 30)) == made[1:]
    assert current(tmp_path).id == made[0]


def test_rolling_back_makes_the_release_before_the_current_one_and_each_time_one_more(tmp_path):
    made = [build(tmp_path, str(n) * 64).release.id for n in range(3)]

    assert roll_back(tmp_path).id == made[1] == current(tmp_path).id
    assert roll_back(tmp_path).id == made[0]
    with pytest.raises(NotFoundError, match="no release before"):
        roll_back(tmp_path)
    assert roll_back(tmp_path, made[2]).id == current(tmp_path).id == made[2]


def test_what_is_not_kept_or_damaged_cannot_be_gone_back_to(tmp_path):
    made = [build(tmp_path, str(n) * 64).release for n in range(2)]
    with pytest.raises(NotFoundError, match="no release 2020-01-01-00000000; it has: 2"):
        roll_back(tmp_path, "2020-01-01-00000000")
    next(made[0].dumps.glob("*.gz")).write_bytes(b"other")
    with pytest.raises(StoreError, match="is damaged"):
        roll_back(tmp_path)

    assert current(tmp_path).id == made[1].id


def test_a_release_without_its_meta_file_is_in_nobodys_way(tmp_path, caplog):
    made = [build(tmp_path, str(n) * 64).release for n in range(4)]
    (made[1].path / "meta.json").unlink()

    assert tidy(tmp_path, keep=1, on=date(2026, 11, 30)) == [made[0].id, made[2].id]
    assert f"{made[1].id} is no whole release" in caplog.text
    with pytest.raises(StoreError, match="is no whole release"):
        roll_back(tmp_path, made[1].id)
    assert roll_back(tmp_path, made[3].id) == made[3]


def test_one_can_go_back_from_a_current_release_that_is_damaged(tmp_path):
    made = [build(tmp_path, str(n) * 64).release for n in range(2)]
    (made[1].path / "meta.json").unlink()

    assert roll_back(tmp_path) == made[0] == current(tmp_path)


@pytest.mark.parametrize("damage", ["no header\n", "LINE", "LINE\tx\n"])
def test_a_damaged_log_of_releases_is_named_with_its_line(tmp_path, damage):
    build(tmp_path, ONE)
    log = tmp_path / "state/releases.tsv"
    header = log.read_text().splitlines()[0]
    log.write_text(damage.replace("LINE", f"{header}\nwrong") + "\n")

    with pytest.raises(StateError, match=r"releases\.tsv, line [12]"):
        releases(tmp_path)
