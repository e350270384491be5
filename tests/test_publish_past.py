"""The old releases that are open: few, each opened once, closed for another when nobody asks."""

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from kg.errors import StoreBusyError, StoreError
from kg.publish.opened import open_old, require_whole
from kg.publish.past import Past
from kg.release import find
from kg.settings import Settings
from tests.processes import descendants, settled, zombies
from tests.publish_site import make_release


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    directory = tmp_path_factory.mktemp("old")
    for number in range(1, 5):
        make_release(directory, number)
    return directory


class Door:
    """Opens and checks for real, and writes down what it did."""

    def __init__(self):
        self.checked, self.opened, self.wait = [], [], threading.Event()
        self.wait.set()

    def check(self, release):
        self.checked.append(release.id)
        require_whole(release)

    def open(self, release):
        assert self.wait.wait(30)
        self.opened.append(release.id)
        return open_old(release, Settings(query_seconds=20.0))


@pytest.fixture
def door():
    return Door()


@pytest.fixture
def past(door):
    past = Past(door.open, check=door.check, most=2, wait_seconds=0.3)
    yield past
    past.close()
    assert settled(zombies, set()) == set()


def release(folder, number):
    return find(folder, f"2026-11-{number:02}-0badcafe")


def agreements(opened):
    client = opened.application.test_client()
    return client.get("/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%7B%3Fa%20a%20kg:Agreement%7D").json


def test_a_worker_starts_only_when_something_is_asked(folder, past):
    before = len(descendants())
    with past.open(release(folder, 1)) as opened:
        assert len(descendants()) == before
        assert agreements(opened)["results"]["bindings"][0]["n"]["value"] == "4"
        assert len(descendants()) == before + 2  # and what it is forked from


def test_threads_that_ask_for_the_same_closed_release_open_it_once(folder, past, door):
    together = threading.Barrier(6)

    def ask(_):
        together.wait()
        with past.open(release(folder, 1)) as opened:
            return opened

    with ThreadPoolExecutor(6) as threads:
        assert len({id(opened) for opened in threads.map(ask, range(6))}) == 1
    assert door.opened == ["2026-11-01-0badcafe"]


def test_the_one_that_was_asked_for_longest_ago_is_closed_and_its_files_are_read_once_only(
    folder, past, door
):
    for number in (1, 2, 1, 3, 1, 2):
        with past.open(release(folder, number)):
            pass

    assert [name[9] for name in door.opened] == ["1", "2", "3", "2"]
    assert [name[9] for name in door.checked] == ["1", "2", "3"]


def test_one_that_is_being_asked_is_never_closed_for_another(folder, past, door):
    with past.open(release(folder, 1)) as first, past.open(release(folder, 2)) as second:
        with pytest.raises(StoreBusyError), past.open(release(folder, 3)):
            pass
        assert agreements(first) == agreements(second)
    with past.open(release(folder, 3)) as third:
        assert agreements(third)
    assert [name[9] for name in door.opened] == ["1", "2", "3"]


def test_what_is_open_answers_while_another_is_being_opened(folder, past, door):
    with past.open(release(folder, 1)):
        pass
    door.wait.clear()
    with ThreadPoolExecutor(1) as threads:

        def slowly():
            with past.open(release(folder, 2)) as opened:
                return opened.release.id

        other = threads.submit(slowly)
        with past.open(release(folder, 1)) as opened:
            assert agreements(opened)
        assert not other.done()
        door.wait.set()
        assert other.result() == "2026-11-02-0badcafe"


def test_what_is_no_longer_kept_is_closed_after_its_last_reader(folder, past, door):
    before = len(descendants())
    with past.open(release(folder, 1)) as opened:
        agreements(opened)
        past.keep_only({"2026-11-02-0badcafe"})
        assert agreements(opened)
    assert len(descendants()) == before
    with past.open(release(folder, 1)):
        pass
    assert len(door.opened) == len(door.checked) == 2


def test_a_damaged_release_is_refused_and_its_files_are_not_read_again_at_once(tmp_path, door):
    make_release(tmp_path, 1)
    damaged = find(tmp_path, "2026-11-01-0badcafe")
    (damaged.dumps / "accord.nt").write_text("dat")
    now = [0.0]
    past = Past(door.open, check=door.check, most=2, clock=lambda: now[0])
    for _ in range(3):
        with pytest.raises(StoreError, match=r"accord\.nt is not what was released"), past.open(damaged):
            pass
    assert len(door.checked) == 1

    (damaged.dumps / "accord.nt").write_text("data")
    now[0] += 60
    with past.open(damaged) as opened:
        assert json.dumps(agreements(opened))
    past.close()


def test_a_release_without_its_store_is_damaged(tmp_path):
    make_release(tmp_path, 1)
    found = find(tmp_path, "2026-11-01-0badcafe")
    shutil.rmtree(found.store)

    with pytest.raises(StoreError, match="store is missing"):
        require_whole(found)


def test_nothing_is_opened_after_the_end(folder, door):
    past = Past(door.open, check=door.check, most=2)
    past.close()

    with pytest.raises(StoreError), past.open(release(folder, 1)):
        pass
