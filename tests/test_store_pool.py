"""Queries of strangers: whatever they ask, the next one is answered."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.errors import QueryError, StoreBusyError, StoreError, StoreTimeoutError
from kg.store import QueryPool, open_pool, open_store
from kg.store.allowance import PoolLimits
from tests.processes import descendants, handles, parent_of, settled

GRAPH = "https://example.org/graph/facts"
PREFIXES = {"ex": "https://example.org/"}
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
HUNGRY = "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("pool") / "store"
    store = open_store(path)
    lines = [f'<https://example.org/s{i}> <https://example.org/p> "值{i}" <{GRAPH}> .\n' for i in range(400)]
    store.load("".join(lines).encode())
    store.copy_to_default(GRAPH)
    store.close()
    return path


@pytest.fixture(scope="module")
def pool(path):
    limits = {"seconds": 20.0, "memory_mb": 256, "result_bytes": 200_000}
    with open_pool(path, workers=2, prefixes=PREFIXES, **limits) as pool:
        yield pool


def test_a_query_is_answered_in_the_format_asked_for(pool):
    csv = pool.run("SELECT ?o { ex:s7 ?p ?o }", media="text/csv")
    turtle = pool.run("CONSTRUCT WHERE { ex:s7 ?p ?o }", media="text/turtle")
    asked = pool.run("ASK { ex:s7 ?p ?o }")

    assert (csv.kind, csv.media, csv.body.decode()) == ("solutions", "text/csv", "o\r\n值7\r\n")
    assert turtle.body.decode().endswith('ex:s7 ex:p "值7" .\n')
    assert json.loads(asked.body)["boolean"] is True


def test_an_endless_query_is_stopped_at_its_limit_while_others_are_answered(pool):
    with ThreadPoolExecutor(1) as threads:
        begun = time.monotonic()
        endless = threads.submit(pool.run, FOREVER, seconds=1.5)
        time.sleep(0.1)
        waits = []
        while not endless.done():
            asked = time.monotonic()
            pool.run("ASK {}")
            waits.append(time.monotonic() - asked)
        took = time.monotonic() - begun

        assert isinstance(endless.exception(), StoreTimeoutError)
        assert 1.4 < took < 2.5
        assert len(waits) > 20
        assert max(waits) < 1


def test_fifty_time_outs_leave_no_process_and_no_handle(path):
    before, others = handles(), descendants()
    with open_pool(path, workers=2, seconds=5, memory_mb=256, result_bytes=1000) as pool:
        opened = handles()
        stopped = 0
        while stopped < 50:
            try:
                pool.run(FOREVER, seconds=0.05)
            except StoreTimeoutError:
                stopped += 1
            except StoreBusyError:  # both workers are still starting
                pool.run("ASK {}")

        assert settled(lambda: len(descendants() - others), 3) == 3  # two, and what they are forked from
        assert settled(handles, opened) == opened
        assert pool.run("ASK {}").kind == "boolean"
    assert descendants() - others == set()
    assert handles() == before


def test_waiting_for_a_worker_counts_as_time(path):
    with (
        open_pool(path, workers=1, seconds=5, memory_mb=256, result_bytes=1000) as pool,
        ThreadPoolExecutor(1) as one,
    ):
        endless = one.submit(pool.run, FOREVER, seconds=1.0)
        time.sleep(0.1)
        begun = time.monotonic()
        with pytest.raises(StoreBusyError, match=r"no query worker came free in 0\.3 seconds"):
            pool.run("ASK {}", seconds=0.3)

        assert time.monotonic() - begun < 0.7
        assert isinstance(endless.exception(), StoreTimeoutError)


def test_a_result_that_is_too_large_is_refused_and_not_cut(pool):
    with pytest.raises(StoreError, match="larger than 200,000 bytes"):
        pool.run(LARGE)


def test_a_result_of_many_pieces_arrives_whole(path):
    with open_pool(path, workers=1, seconds=30, memory_mb=256, result_bytes=50_000_000) as pool:
        answer = pool.run(LARGE, media="text/csv")

    assert answer.body.count(b"\r\n") == 400 * 400 + 1


def test_a_query_that_eats_memory_is_stopped_and_the_next_is_answered(path):
    with open_pool(path, workers=1, seconds=30, memory_mb=32, result_bytes=1000) as pool:
        with pytest.raises(StoreError, match="32 MiB"):
            pool.run(HUNGRY)

        assert pool.run("ASK {}").kind == "boolean"


@pytest.mark.parametrize(
    ("sparql", "told"),
    [
        ("SELECT * {\n ?s ?p", "line 2, column 7"),
        ("INSERT DATA {}", "update"),
        ("ASK { SERVICE <http://127.0.0.1:9/> {} }", "SERVICE is not allowed"),
        ("ASK { FILTER(<https://example.org/f>(1)) }", "not supported"),
        ("ASK {} ASK {}", "line 1, column"),
    ],
)
def test_a_wrong_query_is_told_what_is_wrong(pool, sparql, told):
    with pytest.raises(QueryError, match=told):
        pool.run(sparql)


def test_a_format_that_a_result_cannot_have_is_refused(pool):
    with pytest.raises(QueryError, match="text/csv"):
        pool.run("CONSTRUCT WHERE { ?s ?p ?o }", media="text/csv")


def test_from_fetches_nothing(pool):
    answer = pool.run("SELECT (COUNT(*) AS ?n) FROM <http://127.0.0.1:9/> { ?s ?p ?o }", media="text/csv")

    assert answer.body.split() == [b"n", b"0"]


def test_the_protocols_data_set_is_obeyed(pool):
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    answers = [
        pool.run(count, media="text/csv", **asked).body.split()[1]
        for asked in (
            {"default_graphs": [GRAPH]},
            {"named_graphs": [GRAPH]},
            {"default_graphs": [GRAPH, GRAPH + "x"]},
        )
    ]

    assert answers == [b"400", b"0", b"400"]


def test_a_worker_that_ends_while_it_is_idle_is_replaced(path):
    with open_pool(path, workers=1, seconds=5, memory_mb=256, result_bytes=1000) as pool:
        pool.run("ASK {}")
        (worker,) = pool.processes
        os.kill(worker, signal.SIGKILL)
        time.sleep(0.2)

        assert pool.run("ASK {}").kind == "boolean"
        assert len(pool.processes) == 1
        assert worker not in pool.processes


def test_a_worker_that_cannot_be_replaced_now_is_replaced_later(path, monkeypatch):
    with open_pool(path, workers=1, seconds=5, memory_mb=256, result_bytes=1000) as pool:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "executable", "/nonexistent")
            os.kill(parent_of(pool.processes[0]), signal.SIGKILL)  # what workers are forked from
            with pytest.raises(StoreTimeoutError):
                pool.run(FOREVER, seconds=0.1)
            with pytest.raises(StoreError, match="cannot be started"):
                pool.run("ASK {}")

        assert pool.run("ASK {}").kind == "boolean"


def test_many_threads_get_each_its_own_answer(pool):
    def ask(i):
        return pool.run(f"SELECT ?o {{ ex:s{i} ?p ?o }}", media="text/tab-separated-values").body.decode()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(200)))

    assert answers == [f'?o\n"值{i}"\n' for i in range(200)]


def test_a_closed_pool_ends_what_runs_and_answers_nothing(path):
    pool = open_pool(path, workers=1, seconds=20, memory_mb=256, result_bytes=1000)
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(pool.run, FOREVER)
        time.sleep(0.2)
        waiting = threads.submit(pool.run, "ASK {}")
        time.sleep(0.1)
        pool.close()

        assert type(running.exception(timeout=5)) is StoreError
        assert type(waiting.exception(timeout=5)) is StoreError
    with pytest.raises(StoreError, match="closed"):
        pool.run("ASK {}")


def test_a_pool_that_was_not_started_does_not_wait_for_ever(path):
    pool = QueryPool(path, PoolLimits(workers=1, seconds=0.1, memory_mb=256, result_bytes=1000))
    with pytest.raises(StoreError):
        pool.run("ASK {}")


def test_a_store_that_is_not_there_is_told_at_the_start(tmp_path):
    before = descendants()
    with pytest.raises(StoreError, match="there is no store"):
        open_pool(tmp_path, workers=2, seconds=1, memory_mb=256, result_bytes=1000)
    assert descendants() - before == set()


def test_a_query_does_not_outlive_a_killed_server(path):
    code = (
        "import sys, threading, time; from pathlib import Path; from kg.store import open_pool\n"
        f"pool = open_pool(Path({str(path)!r}), workers=1, seconds=1, memory_mb=256, result_bytes=1000)\n"
        "print(pool.processes[0], flush=True)\n"
        f"pool.run({FOREVER!r})\n"
    )
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with server.stdout:
        worker = int(server.stdout.readline())
    time.sleep(0.3)
    server.kill()
    server.wait()
    deadline = time.monotonic() + 6
    while Path(f"/proc/{worker}/cmdline").exists() and Path(f"/proc/{worker}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "the worker still runs"
        time.sleep(0.1)


def test_a_worker_loads_nothing_heavy():
    code = (
        "import sys, kg.store.worker; print(sorted({'spacy', 'rdflib', 'flask', 'click'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_no_thread_is_left_behind(pool):
    pool.run("ASK {}")

    assert [t.name for t in threading.enumerate() if t is not threading.main_thread()] == []
