"""The whole river: what a build promises."""

import gzip
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
from pathlib import Path

import pytest

from kg.release import current, verify
from kg.release.sums import own_files, write_sums
from tests.conftest import AS_OF, TREE, kg, start, stop

ARTICLES = TREE / "data/articles"
DUMPS = ("accord.nq.gz", "accord.trig.gz", "accord.ttl.gz", "accord.jsonld.gz")


def dumps(directory):
    return {name: (directory / "current/dumps" / name).read_bytes() for name in DUMPS}


def files(directory):
    return {path.name: path.read_bytes() for path in (directory / "current/dumps").iterdir()}


def build(*sources, into, **options):
    return kg("build", *sources, "--into", into, "--as-of", AS_OF, **options)


def few(tmp_path, count=3):
    """Copies of a few articles, since a build of all takes seconds."""
    folder = tmp_path / "few"
    folder.mkdir()
    for path in sorted(ARTICLES.glob("*.md"))[:count]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_every_dump_is_there_and_whole(sample):
    for name, data in dumps(sample).items():
        assert len(gzip.decompress(data)) > 1000, name


def test_two_builds_in_two_orders_give_the_same_bytes(sample, tmp_path):
    files = sorted(ARTICLES.glob("*.md"), reverse=True)
    build(*files, into=tmp_path / "other", check=True)

    assert dumps(tmp_path / "other") == dumps(sample)


def test_two_workers_give_the_same_bytes(sample, tmp_path):
    kg("build", ARTICLES, "--into", tmp_path / "other", "--as-of", AS_OF, "--workers", 2)

    assert dumps(tmp_path / "other") == dumps(sample)


def test_a_second_build_changes_nothing_and_says_so(tmp_path):
    folder = few(tmp_path)
    build(folder, into=tmp_path / "out")
    before = (tmp_path / "out/current").resolve()
    again = build(folder, into=tmp_path / "out")

    assert "nothing changed" in again.stdout
    assert (tmp_path / "out/current").resolve() == before


def test_a_vanished_source_takes_nothing_away(tmp_path):
    folder = few(tmp_path)
    build(folder, into=tmp_path / "out")
    before = dumps(tmp_path / "out")
    min(folder.iterdir()).unlink()
    build(folder, into=tmp_path / "out")

    assert dumps(tmp_path / "out") == before


BAD = {
    "empty.txt": b"",
    "junk.txt": bytes(range(256)) * 40,
    "undated.txt": b"A delegation from Exampleland visited the Institute of Examples in Boston.\n",
    "front.md": b"---\ntitle: [unclosed\n---\nText.\n",
    "lines.jsonl": b'{"text": "ok", "date": "2025-01-01", "publisher": "P", "title": "T"\n',
    "bomb.html": b"<div>" * 200_000 + b"x",
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_article_is_named_and_stops_nothing(tmp_path, name):
    folder = few(tmp_path, 2)
    (folder / name).write_bytes(BAD[name])
    run = build(folder, into=tmp_path / "out", check=False)

    assert run.returncode == 1
    assert name in run.stderr
    assert "Traceback" not in run.stderr
    assert "2 articles" in run.stdout


def test_an_oversized_article_is_refused_before_it_is_read(tmp_path):
    folder = few(tmp_path, 1)
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(50_000_001)
    run = build(folder, into=tmp_path / "out", check=False)

    assert run.returncode == 1
    assert "huge.txt" in run.stderr


def test_a_missing_source_is_an_error_with_its_own_code(tmp_path):
    run = build(tmp_path / "nothing.txt", into=tmp_path / "out", check=False)

    assert run.returncode == 3
    assert "nothing.txt" in run.stderr
    assert not (tmp_path / "out/current").exists()


def test_a_wrong_date_extractor_or_base_is_one_clear_line(tmp_path):
    folder = few(tmp_path, 1)
    for options, code, word in (
        (["--as-of", "yesterday"], 2, "yesterday"),
        (["--extractor", "nobody"], 10, "nobody"),
        (["--base", "https://example.org/x"], 2, "slash"),
    ):
        run = kg("build", folder, "--into", tmp_path / "out", *options, check=False)

        assert run.returncode == code, run.stderr
        assert word in run.stderr
        assert "Traceback" not in run.stderr


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    # Not even root may make a folder there.
    run = build(few(tmp_path, 1), into=Path("/proc/accord"), check=False)

    assert run.returncode == 7
    assert "/proc/accord" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_path_that_is_no_folder_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    run = build(few(tmp_path, 1), into=tmp_path / "file/out", check=False)

    assert run.returncode == 7
    assert "Traceback" not in run.stderr


def test_a_killed_build_leaves_the_earlier_release(tmp_path):
    into = tmp_path / "out"
    build(few(tmp_path, 2), into=into)
    before = dumps(into)
    command = [sys.executable, "-m", "kg", "build", str(ARTICLES), "--into", str(into), "--as-of", AS_OF]
    for seconds in (1.0, 2.5, 4.0):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()

        assert verify(current(into)) == []
        if dumps(into) != before:  # it was faster than we were
            break
    build(ARTICLES, into=into)

    assert dumps(into) != before
    assert [path.name for path in (into / "releases").iterdir() if path.name.startswith(".")] == []


def test_two_builds_at_once_are_refused_with_a_clear_line(tmp_path):
    into = tmp_path / "out"
    command = [sys.executable, "-m", "kg", "build", str(ARTICLES), "--into", str(into), "--as-of", AS_OF]
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outcomes = sorted((run.wait(), run.communicate()[1]) for run in runs)

    assert [code for code, _ in outcomes] == [0, 12]
    assert "another build" in outcomes[1][1]


def test_what_was_found_before_is_taken_over_and_the_release_is_as_if_built_anew(tmp_path):
    folder = few(tmp_path, 2)
    build(folder, into=tmp_path / "out")
    added = sorted(ARTICLES.glob("*.md"))[3]
    (folder / added.name).write_bytes(added.read_bytes())
    build(folder, into=tmp_path / "out")
    (tmp_path / "clean").mkdir()
    shutil.copytree(tmp_path / "out/state", tmp_path / "clean/state", ignore=lambda *_: ["cache"])
    build(folder, into=tmp_path / "clean")

    assert files(tmp_path / "out") == files(tmp_path / "clean")


def test_a_release_that_another_version_made_is_rested_on_once_it_is_found_the_same(tmp_path):
    folder = few(tmp_path, 1)
    build(folder, into=tmp_path / "out")
    release = tmp_path / "out/current"
    record = release / "records/articles.jsonl"
    own = record.read_bytes()
    record.write_text(re.sub('"key": "[0-9a-f]*"', '"key": "of another version"', own.decode()))
    meta = json.loads((release / "meta.json").read_text())
    (release / "meta.json").write_text(json.dumps(meta | {"makers": meta["makers"] | {"view": "other"}}))
    write_sums(release, own_files(release))
    (tmp_path / "out/state/cache/last.json").unlink()
    again = build(folder, into=tmp_path / "out")

    assert "nothing changed" in again.stdout
    assert record.read_bytes() == own
    assert json.loads((release / "meta.json").read_text()) == meta
    assert kg("verify", tmp_path / "out", "--quiet").returncode == 0


def test_a_damaged_cache_costs_nothing_but_time(tmp_path):
    folder = few(tmp_path, 1)
    build(folder, into=tmp_path / "out")
    before = files(tmp_path / "out")
    for path in (tmp_path / "out/state/cache").iterdir():
        path.write_bytes(b"broken")
    again = build(folder, into=tmp_path / "out")

    assert "nothing changed" in again.stdout
    assert files(tmp_path / "out") == before


def test_a_release_with_damaged_records_is_made_anew_as_it_was(tmp_path):
    folder = few(tmp_path, 1)
    build(folder, into=tmp_path / "out")
    before = files(tmp_path / "out")
    (tmp_path / "out/current/records/articles.jsonl").write_bytes(b"{")
    build(folder, into=tmp_path / "out")

    assert files(tmp_path / "out") == before
    assert verify(current(tmp_path / "out")) == []


def test_the_dump_without_quotations_has_none(sample):
    text = gzip.decompress((sample / "current/dumps/accord-noquotes.nq.gz").read_bytes()).decode()

    assert "ns#start>" in text
    assert re.search(r"^<\S+> <\S+ns#quote> ", text, re.MULTILINE) is None


def test_no_article_text_is_in_a_release(sample):
    release = Path(sample / "current").resolve()
    article = (ARTICLES / "shanxi-boston-2017.md").read_text(encoding="utf-8")
    body = article.split("---", 2)[2].strip()
    text = gzip.decompress((release / "dumps/accord.nq.gz").read_bytes()).decode()
    longest = max(body.split("\n\n"), key=len)

    assert longest not in text


def test_an_undated_copy_does_not_displace_the_dated_article(tmp_path):
    folder = few(tmp_path, 1)
    dated = min(folder.iterdir())
    body = dated.read_text(encoding="utf-8").split("---\n", 2)[2]
    build(folder, into=tmp_path / "out")
    before = dumps(tmp_path / "out")
    (folder / "copy.txt").write_text(body, encoding="utf-8")
    run = build(folder, into=tmp_path / "out", check=False)

    assert run.returncode == 1
    assert "copy.txt" in run.stderr
    assert dumps(tmp_path / "out") == before


def test_the_iri_of_what_is_no_longer_told_answers_gone(tmp_path):
    folder = few(tmp_path, 2)
    build(folder, into=tmp_path / "out")
    min((tmp_path / "out/state/articles").iterdir()).unlink()
    min(folder.iterdir()).unlink()
    refused = build(folder, into=tmp_path / "out", check=False)
    kg("build", folder, "--into", tmp_path / "out", "--as-of", AS_OF, "--shrink")
    gone = json.loads((tmp_path / "out/current/meta.json").read_text())["gone"]
    server = start(tmp_path / "out")
    try:
        with pytest.raises(urllib.error.HTTPError) as refusal:
            server.get(f"id/{gone[0]}", accept="text/turtle")
        refusal.value.close()
    finally:
        stop(server)

    assert refused.returncode == 4
    assert "statements fell from" in refused.stderr
    assert refusal.value.code == 410


def test_releases_are_listed_and_gone_back_to_by_one_command(tmp_path):
    folder = few(tmp_path, 1)
    build(folder, into=tmp_path / "out")
    first = current(tmp_path / "out").id
    added = sorted(ARTICLES.glob("*.md"))[3]
    (folder / added.name).write_bytes(added.read_bytes())
    build(folder, into=tmp_path / "out")
    back = kg("rollback", tmp_path / "out")
    (tmp_path / "out/releases/2026-01-01-00000000").mkdir()
    listed = kg("releases", tmp_path / "out").stdout.splitlines()

    assert back.stdout == f"the current release is {first}\n"
    assert len(listed) == 3
    assert "2026-01-01-00000000  damaged: " in "\n".join(listed)
    assert listed[0].startswith(first)
    assert listed[0].endswith("current")
