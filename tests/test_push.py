"""A release in a remote store: only what changed is sent, and what a stopped push left is made whole."""

import fcntl
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import SettingsError, StateError, StoreBusyError, StoreError
from kg.pipeline.pushing import push
from kg.store import places, rows
from kg.store.manifest import Entry
from kg.store.plan import CHANGING, differences, plan_of
from kg.store.pushed import held, loading, steady
from tests.push_store import BASE, RECORD, MemoryStore, StoppedError, line_of, publish, quads_of

GRAPHS = {"catalog": {1, 2}, "article/a": {1}, "article/b": {2}, "facts": set(range(100))}


def graph(name):
    return f"{BASE}graph/{name}"


def pushed(folder, store, **options):
    return push(folder, store, base=BASE, large=1, **options)


def test_a_first_push_brings_all(tmp_path):
    release, store = publish(tmp_path, GRAPHS), MemoryStore()
    done = pushed(tmp_path, store)

    assert store.named() == quads_of(release)
    assert store.default() == []
    assert len(done.plan.put) == 4
    assert held(store, RECORD).release == release.id
    assert held(store, RECORD).content == release.content


def test_the_same_release_is_not_sent_again(tmp_path):
    publish(tmp_path, GRAPHS)
    store = MemoryStore()
    pushed(tmp_path, store)
    store.asked.clear()

    assert not pushed(tmp_path, store).changed
    assert store.asked == []


def test_only_what_changed_is_sent(tmp_path):
    store = MemoryStore()
    publish(tmp_path, GRAPHS)
    pushed(tmp_path, store)
    later = {**GRAPHS, "facts": set(range(1, 102)), "article/c": {3}}
    del later["article/b"]
    release = publish(tmp_path, later)
    store.asked.clear()
    done = pushed(tmp_path, store)

    assert store.named() == quads_of(release)
    assert (done.plan.put, done.plan.remove) == ((graph("article/c"),), (graph("article/b"),))
    assert [c.graph for c in done.plan.change] == [graph("facts")]
    told = [
        about
        for what, about in store.asked
        if what == "update" and graph("facts") in about and "/id/x/" in about
    ]
    assert len(told) == 1
    assert told[0].count("/id/x/") == 3


def test_a_graph_is_sent_whole_when_most_of_it_changed_or_its_earlier_form_is_not_kept(tmp_path):
    store = MemoryStore()
    first = publish(tmp_path, GRAPHS)
    pushed(tmp_path, store)
    publish(tmp_path, {**GRAPHS, "facts": set(range(200, 300))})
    store.asked.clear()
    pushed(tmp_path, store)
    assert ("put", graph("facts")) in store.asked

    second = publish(tmp_path, {**GRAPHS, "facts": set(range(200, 301))}, day=date(2026, 11, 25))
    for path in (tmp_path / "releases").iterdir():
        if path.name != second.id:
            (path / "dumps/graphs.tsv").unlink()
    store.asked.clear()
    pushed(tmp_path, store)
    assert ("put", graph("facts")) in store.asked
    assert store.named() == quads_of(second)
    assert first.id != second.id


def test_a_backslash_before_a_u_is_never_written_into_an_update(tmp_path):
    def line(name, number):
        return line_of(name, number).replace(b"\\n", b"\\\\u0022")

    store = MemoryStore()
    publish(tmp_path, GRAPHS, line=line)
    pushed(tmp_path, store)
    release = publish(tmp_path, {**GRAPHS, "facts": set(range(101))}, line=line)
    store.asked.clear()
    pushed(tmp_path, store)

    assert store.named() == quads_of(release)
    assert ("put", graph("facts")) in store.asked


def test_a_graph_that_somebody_else_changed_is_sent_whole(tmp_path):
    store = MemoryStore()
    publish(tmp_path, GRAPHS)
    pushed(tmp_path, store)
    store.inner.update(f"INSERT DATA {{ GRAPH <{graph('facts')}> {{ <x:y> <x:y> <x:y> }} }}")
    release = publish(tmp_path, {**GRAPHS, "facts": set(range(101))})
    pushed(tmp_path, store)

    assert store.named() == quads_of(release)


def test_the_default_graph_is_written_when_asked_for_and_then_kept_up(tmp_path):
    store = MemoryStore()
    publish(tmp_path, GRAPHS)
    pushed(tmp_path, store, default_graph=True)
    release = publish(tmp_path, {**GRAPHS, "facts": set(range(50))})
    pushed(tmp_path, store)
    facts = [line for line in quads_of(release) if b"graph/facts" in line]
    assert store.default() == facts

    publish(tmp_path, GRAPHS, day=date(2026, 11, 25))
    pushed(tmp_path, store, default_graph=False)
    assert store.default() == facts
    assert held(store, RECORD).default == ""


def test_graphs_that_no_push_has_put_there_are_not_touched_unasked(tmp_path):
    release, store = publish(tmp_path, GRAPHS), MemoryStore()
    store.inner.update(
        f"INSERT DATA {{ GRAPH <{graph('article/old')}> {{ <x:y> <x:y> <x:y> }} "
        "GRAPH <x:other> { <x:y> <x:y> <x:y> } }"
    )
    with pytest.raises(StoreError, match=r"article/old; --adopt"):
        pushed(tmp_path, store)
    assert store.asked == []

    pushed(tmp_path, store, adopt=True)
    assert store.named() == sorted([*quads_of(release), b"<x:y> <x:y> <x:y> <x:other> .\n"])


def test_a_damaged_release_is_not_sent(tmp_path):
    release, store = publish(tmp_path, GRAPHS), MemoryStore()
    (release.dumps / "accord.nq.gz").write_bytes(b"")

    with pytest.raises(StoreError, match="is damaged"):
        pushed(tmp_path, store)
    assert store.asked == []


def test_two_pushes_of_one_folder_do_not_run_at_once(tmp_path):
    publish(tmp_path, GRAPHS)
    with (tmp_path / "state/push.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(StateError, match="another push"):
            pushed(tmp_path, MemoryStore())


def test_nobody_answers_from_a_store_that_is_being_changed(tmp_path):
    release, store = publish(tmp_path, GRAPHS), MemoryStore()
    pushed(tmp_path, store)
    assert steady(store, RECORD, release.id, lambda: 7) == 7

    later = publish(tmp_path, {**GRAPHS, "article/a": {9}})
    store.asked.clear()
    store.stop_at, store.how = 3, "after"
    with pytest.raises(StoppedError):
        pushed(tmp_path, store)
    assert loading(store, RECORD) == later.id
    with pytest.raises(StoreBusyError):
        steady(store, RECORD, release.id, lambda: 7)

    store.stop_at = None
    pushed(tmp_path, store)
    assert loading(store, RECORD) == ""
    assert steady(store, RECORD, later.id, lambda: 7) == 7
    with pytest.raises(StoreBusyError, match="does not hold release"):
        steady(store, RECORD, release.id, lambda: 7)


def test_an_answer_during_which_a_push_began_is_not_given(tmp_path):
    release, store = publish(tmp_path, GRAPHS), MemoryStore()
    pushed(tmp_path, store)
    publish(tmp_path, {**GRAPHS, "article/a": {9}})

    with pytest.raises(StoreBusyError):
        steady(store, RECORD, release.id, lambda: pushed(tmp_path, store))


def test_a_long_record_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("kg.store.pushed._PAGE", 7)
    release, store = publish(tmp_path, {f"article/{n}": {n} for n in range(120)}), MemoryStore()
    pushed(tmp_path, store)

    assert len(held(store, RECORD).graphs) == 121
    assert not pushed(tmp_path, store).changed
    assert store.named() == quads_of(release)


CONTENTS = st.dictionaries(
    st.sampled_from(["article/a", "article/b", "article/c", "facts"]),
    st.sets(st.integers(0, 6), min_size=1),
    min_size=1,
)
STOPS = st.tuples(CONTENTS, st.none() | st.integers(1, 12), st.sampled_from(["before", "amid", "after"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STOPS, min_size=1, max_size=5), CONTENTS, st.booleans())
def test_wherever_pushes_stop_the_last_one_makes_the_store_equal_to_its_release(stops, last, default):
    store = MemoryStore()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for graphs, stop_at, store.how in stops:
            publish(folder, graphs)
            store.asked.clear()
            store.stop_at = stop_at
            try:
                pushed(folder, store, default_graph=default)
            except StoppedError:
                begun = [about for what, about in store.asked if what == "update"]
                assert loading(store, RECORD) or len(store.asked) == 1 or "push#loading" in begun[-1]
        release = publish(folder, last)
        store.stop_at = None
        pushed(folder, store, default_graph=default)
        expected = quads_of(release)

    assert store.named() == expected
    assert store.default() == ([line for line in expected if b"graph/facts" in line] if default else [])
    assert held(store, RECORD).loading == ""
    assert held(store, RECORD).release == release.id


TEXTS = st.sets(st.binary(min_size=1, max_size=3))


@given(TEXTS, TEXTS)
def test_differences_are_what_sets_say(before, after):
    told = list(differences(sorted(before), sorted(after)))

    assert sorted(line for added, line in told if added) == sorted(after - before)
    assert sorted(line for added, line in told if not added) == sorted(before - after)


SHAS = st.sampled_from("ABC")
MARKS = SHAS | st.just(CHANGING) | st.builds(lambda a, b: f"{CHANGING} {a} {b}", SHAS, SHAS)
NAMES = st.sampled_from(["g:1", "g:2", "g:3", "g:4"])


@given(st.dictionaries(NAMES, MARKS), st.dictionaries(NAMES, SHAS), st.sets(st.tuples(NAMES, SHAS)))
def test_a_plan_touches_each_graph_once_and_leaves_alone_what_is_right(now, then, kept):
    wanted = {name: Entry(name, 5, sha, 0, 0) for name, sha in then.items()}
    plan = plan_of(now, wanted, kept, large=5)
    touched = [*plan.put, *(c.graph for c in plan.change), *plan.remove]

    assert len(touched) == len(set(touched))
    assert set(touched) == {n for n in {*now, *then} if now.get(n) != then.get(n)}
    assert plan.same == sum(now.get(n) == sha for n, sha in then.items())
    for change in plan.change:
        assert (change.graph, change.before) in kept
        assert now[change.graph] in (change.before, change.mark)
    assert not plan_of(now, wanted, kept, large=6).change


def test_addresses_are_checked_before_anything_is_sent():
    assert places("http://h:1/query").graphs == "http://h:1/store"
    with pytest.raises(SettingsError, match="--update"):
        places("http://h:1/sparql")
    with pytest.raises(SettingsError, match="KG_PUSH_PASSWORD"):
        places("http://me:secret@h:1/query")
    with pytest.raises(SettingsError, match="http address"):
        places("file:///etc/query")


def test_the_record_counts_as_no_part_of_the_release(tmp_path):
    publish(tmp_path, GRAPHS)
    store = MemoryStore()
    pushed(tmp_path, store)
    (row,) = rows(store, f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{RECORD}> {{ ?s ?p ?o }} }}")

    assert int(str(row["n"])) == len(GRAPHS) + 2
