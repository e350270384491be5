"""What goes wrong with disks, processes and files: one clear line, and the earlier release stays."""

import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from kg.release import current, verify
from tests.conftest import AS_OF, TREE, kg, start, stop
from tests.processes import descendants

pytestmark = pytest.mark.full
ARTICLES = TREE / "data/articles"


def build_command(into, *options):
    return [
        sys.executable,
        "-m",
        "kg",
        "build",
        str(ARTICLES),
        "--into",
        str(into),
        "--as-of",
        AS_OF,
        *options,
    ]


def one_line(run, code, *words):
    """Whether a run ended as a person likes: its exit code, one line, no traceback."""
    lines = [line for line in run.stderr.splitlines() if line.startswith("kg: ")]
    assert run.returncode == code, run.stderr
    assert len(lines) == 1, run.stderr
    assert "Traceback" not in run.stderr
    assert all(word in lines[0] for word in words), lines[0]
    assert len(lines[0]) < 500
    return True


@pytest.fixture
def copy(sample, tmp_path):
    """A publication of one's own, to damage."""
    return Path(shutil.copytree(sample, tmp_path / "copy", symlinks=True))


def few(tmp_path, count=2):
    folder = tmp_path / "few"
    folder.mkdir()
    for path in sorted(ARTICLES.glob("*.md"))[:count]:
        shutil.copy(path, folder)
    return folder


def whole(into):
    """The content of the current release, which is undamaged and answers queries."""
    release = current(into)
    assert verify(release) == []
    assert (release.store / "CURRENT").is_file()
    return release.content


# --- the disk ---


@contextmanager
def disk(folder, size):
    """A disk of so many bytes."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def bytes_in(folder):
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_full_disk_is_one_line_and_the_earlier_release_stays(tmp_path):
    articles = few(tmp_path)
    kg("build", articles, "--into", tmp_path / "measure", "--as-of", AS_OF)
    first = bytes_in(tmp_path / "measure")
    failed = 0
    for part in (0.05, 0.3, 0.6, 0.9):
        with disk(tmp_path / f"disk-{part}", int(first * 5)) as small:
            kg("build", articles, "--into", small / "out", "--as-of", AS_OF)
            before, state = whole(small / "out"), state_of(small / "out")
            left = shutil.disk_usage(small).free
            (small / "ballast").write_bytes(b"x" * int(left - part * first))
            run = subprocess.run(build_command(small / "out"), capture_output=True, text=True, check=False)
            one_line(run, 7, str(small))
            failed += 1

            assert whole(small / "out") == before
            assert state_of(small / "out").keys() >= state.keys()
            assert not list((small / "out/releases").glob(".draft*"))
            (small / "ballast").unlink()
            again = kg("build", articles, "--into", small / "out", "--as-of", AS_OF)
            assert "release" in again.stdout
    assert failed == 4


def state_of(into):
    return {path.name: path.read_bytes() for path in (into / "state").rglob("*") if path.is_file()}


def test_a_disk_that_is_full_from_the_start_is_one_line(tmp_path):
    with disk(tmp_path / "disk", 65536) as small:
        (small / "ballast").write_bytes(b"x" * 40960)
        run = subprocess.run(build_command(small / "out"), capture_output=True, text=True, check=False)

        assert one_line(run, 7)
        assert not (small / "out/current").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_disk_that_may_only_be_read_serves_and_refuses_to_be_built_into(tmp_path, sample):
    with disk(tmp_path / "disk", "50m") as small:
        shutil.copytree(sample, small / "out", symlinks=True)
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        run = subprocess.run(build_command(small / "out"), capture_output=True, text=True, check=False)
        assert one_line(run, 7, "Read-only")
        server = start(small / "out")
        try:
            assert server.sparql("ASK {}").strip() == "true"
            assert server.get("page/place/china", "text/html")
        finally:
            stop(server)


# --- processes ---


def test_a_build_killed_while_served_disturbs_no_reader(tmp_path):
    into = tmp_path / "out"
    kg("build", few(tmp_path), "--into", into, "--as-of", AS_OF)
    server = start(into)
    try:
        before = json.loads(server.get("healthz"))["release"]
        process = subprocess.Popen(
            build_command(into, "--workers", "2"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
        )  # fmt: skip
        time.sleep(1.5)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(3)
        assert json.loads(server.get("healthz"))["release"] == before
        kg("build", ARTICLES, "--into", into, "--as-of", AS_OF)
        deadline = time.monotonic() + 20
        while json.loads(server.get("healthz"))["release"] == before and time.monotonic() < deadline:
            time.sleep(0.5)
        assert json.loads(server.get("healthz"))["release"] == current(into).id != before
    finally:
        stop(server)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_build_that_is_asked_to_end_leaves_nothing_behind(tmp_path, number):
    into = tmp_path / "out"
    process = subprocess.Popen(build_command(into), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert process.returncode != 0
    assert "release" not in out
    assert "Traceback" not in err
    assert not (into / "current").exists()
    kg("build", few(tmp_path), "--into", into, "--as-of", AS_OF)
    assert whole(into)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_server_ends_with_its_workers(sample, number):
    server = start(sample)
    workers = workers_of(server.process.pid)
    assert len(workers) > 1
    server.process.send_signal(number)

    assert server.process.wait(timeout=20) == 0
    server.process.stdout.close()
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


def test_the_workers_of_a_killed_server_end_on_their_own(sample):
    server = start(sample)
    workers = workers_of(server.process.pid)
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()
    deadline = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.2)

    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []


def workers_of(pid):
    return sorted(descendants(pid))


def serve(directory, *options):
    command = [sys.executable, "-m", "kg", "serve", str(directory), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)


def test_a_port_that_is_taken_is_one_line(sample):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert one_line(serve(sample, "--port", str(port)), 2, str(port), "in use")


def test_an_address_that_is_not_ours_is_one_line(sample):
    assert one_line(serve(sample, "--host", "192.0.2.1"), 2, "192.0.2.1")
    assert one_line(serve(sample, "--host", "no such host"), 2, "no such host")


# --- damage ---


def damaged(path, how):
    if how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "junk":
        path.write_bytes(os.urandom(300))
    else:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("how", ["missing", "empty", "junk", "cut"])
@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-*", "*.sst"])
def test_a_store_that_is_damaged_is_one_line_at_serve(copy, name, how):
    for path in sorted((copy / "current/store").glob(name)):
        damaged(path, how)

    assert one_line(serve(copy, "--port", "0"), 7, "store")


@pytest.mark.parametrize("how", ["missing", "empty", "junk", "cut"])
def test_a_release_whose_meta_is_damaged_is_one_line_at_serve(copy, how):
    damaged(copy / "current/meta.json", how)

    assert one_line(serve(copy, "--port", "0"), 7, "build again")


def test_a_current_that_leads_nowhere_is_one_line_at_serve(copy):
    shutil.rmtree((copy / "current").resolve())

    assert one_line(serve(copy, "--port", "0"), 7, "build again")


@pytest.mark.parametrize("how", ["missing", "cut"])
def test_a_dump_that_is_damaged_is_never_given_out_as_whole(copy, how):
    damaged(copy / "current/dumps/accord.nq.gz", how)

    assert one_line(serve(copy, "--port", "0"), 7, "accord.nq.gz")


def test_a_build_makes_a_damaged_release_again(copy):
    before = current(copy).content
    damaged(copy / "current/dumps/accord.nq.gz", "cut")
    kg("build", ARTICLES, "--into", copy, "--as-of", AS_OF)

    assert whole(copy) == before
    assert gzip.decompress((copy / "current/dumps/accord.nq.gz").read_bytes())


def rebuilt(copy):
    return subprocess.run(build_command(copy), capture_output=True, text=True, check=False)


def test_a_ledger_that_is_cut_off_is_one_line_that_names_file_and_line(copy):
    ledger = copy / "state/iris.tsv"
    text = ledger.read_text()
    ledger.write_text(text[:-5])
    number = text.count("\n")

    assert one_line(rebuilt(copy), 12, str(ledger), f"line {number}")


def test_a_ledger_with_a_broken_line_is_one_line_that_names_it(copy):
    ledger = copy / "state/iris.tsv"
    lines = ledger.read_text().splitlines(keepends=True)
    lines[6] = lines[6].replace("\t", " ")
    ledger.write_text("".join(lines))

    assert one_line(rebuilt(copy), 12, str(ledger), "line 7")


@pytest.mark.parametrize("how", ["empty", "junk", "cut"])
def test_a_kept_article_that_is_broken_is_one_line_that_names_it(copy, how):
    path = min((copy / "state/articles").glob("*.json"))
    damaged(path, how)
    before = whole(copy)

    assert one_line(rebuilt(copy), 12, path.name)
    assert whole(copy) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("published", "yesterday"),
        ("zones", [{"kind": "body", "start": 0, "end": 10**9}]),
        ("text", 7),
        ("id", "../x"),
    ],
)
def test_a_kept_article_with_a_wrong_value_is_one_line_that_names_it(copy, field, value):
    path = min((copy / "state/articles").glob("*.json"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))

    assert one_line(rebuilt(copy), 12, path.name)


def test_a_decision_that_cannot_be_obeyed_is_one_line_that_names_it(copy):
    (copy / "state/decisions").mkdir(exist_ok=True)
    table = copy / "state/decisions/mine.sssom.tsv"
    table.write_text("subject_id\tpredicate_id\tobject_id\tmapping_justification\nnonsense\tx\ty\tz\n")

    assert one_line(rebuilt(copy), 12, str(table), "line 2")


@pytest.mark.parametrize(
    "text", ["query_seconds = 'soon'", "nonsense = 1", "= 1", "query_workers = -1", "port = 99999"]
)
def test_a_setting_that_cannot_be_obeyed_is_one_line_that_names_it(copy, text):
    (copy / "kg.toml").write_text(text + "\n")

    assert one_line(serve(copy), 2, "kg.toml")
