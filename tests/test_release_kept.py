"""What a folder keeps: releases in the order of time, and a list of those that were taken away."""

import json
import shutil
from datetime import date

import pytest

from kg.errors import NotFoundError
from kg.release import Kept

LOG = "id\tas_of\tcontent\tremoved_on\treason\n"


def lay(directory, name):
    path = directory / "releases" / name
    path.mkdir(parents=True)
    told = {"id": name, "as_of": name[:10], "content": name[11:] * 8}
    (path / "meta.json").write_text(json.dumps(told))
    return path


def names(kept):
    kept.look()
    return [release.id for release in kept.releases]


def note(directory, *rows):
    (directory / "state").mkdir(exist_ok=True)
    lines = ["\t".join((name, name[:10], "abc", *rest)) + "\n" for name, *rest in rows]
    (directory / "state/releases.tsv").write_text(LOG + "".join(lines))


def test_releases_stand_in_the_order_of_their_day_and_then_of_their_making(tmp_path):
    for name in ("2026-11-02-aaaaaaaa", "2026-11-02-ffffffff", "2026-10-30-cccccccc"):
        lay(tmp_path, name)
    note(tmp_path, *((f"2026-{x}", "", "") for x in ("11-02-ffffffff", "11-02-aaaaaaaa", "10-30-cccccccc")))

    assert names(Kept(tmp_path)) == ["2026-10-30-cccccccc", "2026-11-02-ffffffff", "2026-11-02-aaaaaaaa"]


def test_what_comes_and_what_goes_is_noticed_at_the_next_look(tmp_path):
    first = lay(tmp_path, "2026-11-01-aaaaaaaa")
    kept = Kept(tmp_path)
    assert names(kept) == [first.name]
    before = kept.changes
    assert names(kept) == [first.name]
    assert kept.changes == before

    second = lay(tmp_path, "2026-11-02-bbbbbbbb")
    shutil.rmtree(first)
    with pytest.raises(NotFoundError):
        kept.get(first.name)
    assert names(kept) == [second.name]
    assert kept.get(second.name).as_of == date(2026, 11, 2)
    assert kept.changes == before + 1


def test_a_damaged_release_is_not_listed_and_hides_no_other(tmp_path, caplog):
    lay(tmp_path, "2026-11-01-aaaaaaaa")
    (lay(tmp_path, "2026-11-02-bbbbbbbb") / "meta.json").write_text("{")
    kept = Kept(tmp_path)

    assert [*names(kept), *names(kept)] == ["2026-11-01-aaaaaaaa"] * 2
    assert caplog.text.count("2026-11-02-bbbbbbbb") == 1
    shutil.rmtree(tmp_path / "releases/2026-11-02-bbbbbbbb")
    lay(tmp_path, "2026-11-02-bbbbbbbb")
    assert names(kept) == ["2026-11-01-aaaaaaaa", "2026-11-02-bbbbbbbb"]


@pytest.mark.parametrize("name", ["", "..", "../state", "2026-11-01", "2026-11-01-AAAAAAAA", "x" * 9000])
def test_what_is_no_id_names_no_release(tmp_path, name):
    kept = Kept(tmp_path)
    kept.look()

    with pytest.raises(NotFoundError):
        kept.get(name)


def test_what_was_removed_is_known_with_its_reason_until_it_is_made_again(tmp_path):
    note(tmp_path, ("2026-11-01-aaaaaaaa", "2026-11-20", "on request"), ("2026-11-02-bbbbbbbb", "", ""))
    kept = Kept(tmp_path)
    kept.look()
    assert {name: noted.reason for name, noted in kept.gone.items()} == {"2026-11-01-aaaaaaaa": "on request"}

    lay(tmp_path, "2026-11-01-aaaaaaaa")
    kept.look()
    assert kept.gone == {}


def test_a_damaged_log_is_told_once_and_what_was_known_is_believed_on(tmp_path, caplog):
    note(tmp_path, ("2026-11-01-aaaaaaaa", "2026-11-20", "on request"))
    kept = Kept(tmp_path)
    kept.look()
    (tmp_path / "state/releases.tsv").write_text("nonsense\n")
    kept.look()
    kept.look()

    assert list(kept.gone) == ["2026-11-01-aaaaaaaa"]
    assert caplog.text.count("releases.tsv, line 1") == 1
