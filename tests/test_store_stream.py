"""Results as they are sent on: whole or visibly broken, counted exactly, and never at the cost of others."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import StoreError, StoreTimeoutError
from kg.store import open_pool, open_store
from kg.store.counting import RowCounter
from kg.store.formats import SOLUTION_FORMATS

GRAPH = "https://example.org/graph/facts"
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
ALL_PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
JSON_TYPE = "application/sparql-results+json"
LIMITS = {"workers": 1, "seconds": 30, "memory_mb": 256, "result_bytes": 100_000_000}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("stream") / "store"
    store = open_store(path)
    lines = [f'<https://example.org/s{i}> <https://example.org/p> "值{i}" <{GRAPH}> .\n' for i in range(400)]
    store.load("".join(lines).encode())
    store.copy_to_default(GRAPH)
    store.close()
    return path


@pytest.fixture(scope="module")
def pool(path):
    with open_pool(path, **LIMITS) as pool:
        yield pool


def answered_within(pool, seconds):
    began = time.monotonic()
    assert pool.run("ASK {}").kind == "boolean"
    return time.monotonic() - began < seconds


def files_of(pool):
    """The files without a name that the pool and its workers have open."""
    open_files = set()
    for process in [os.getpid(), *pool.processes]:
        for entry in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                open_files.add(str(entry.readlink()))
    return {name for name in open_files if "deleted" in name}


def test_a_small_result_is_whole_at_once_with_its_rows(pool):
    with pool.stream("SELECT * { ?s ?p ?o } LIMIT 7") as result:
        assert len(json.loads(result.body)["results"]["bindings"]) == result.rows == 7
        assert list(result) == [result.body]


@pytest.mark.parametrize("media", SOLUTION_FORMATS)
def test_a_large_result_comes_in_pieces_that_make_the_whole(pool, path, media):
    with pool.stream(ALL_PAIRS, media=media) as result:
        pieces = list(result)
    store = pyoxigraph.Store.read_only(str(path))
    whole = store.query(ALL_PAIRS).serialize(format=SOLUTION_FORMATS[media])

    assert result.body is None
    assert len(pieces) > 4
    assert b"".join(pieces) == whole


def test_a_large_result_begins_long_before_it_ends(pool):
    began = time.monotonic()
    with pool.stream(ALL_PAIRS) as result:
        next(iter(result))
        first = time.monotonic() - began
        for _ in result:
            pass
        assert first < (time.monotonic() - began) / 2


def test_a_stopped_result_raises_and_is_never_closed_as_if_whole(pool):
    with pool.stream(ENDLESS, seconds=0.5) as result:
        assert result.body is None
        pieces = []
        with pytest.raises(StoreTimeoutError, match=r"longer than 0\.5 seconds"):
            pieces.extend(result)
    with pytest.raises(json.JSONDecodeError):
        json.loads(b"".join(pieces))

    assert answered_within(pool, 1)


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"result_bytes": 500_000}, "larger than 500,000 bytes"),
        ({"result_rows": 9000}, "than 9,000 rows"),
    ],
)
def test_a_large_result_over_a_limit_is_broken_off(path, limit, told):
    with open_pool(path, **LIMITS | limit) as pool:
        with pool.stream(ALL_PAIRS) as result, pytest.raises(StoreError, match=told):
            list(result)
        assert answered_within(pool, 1)


def test_a_small_result_with_too_many_rows_is_refused_and_one_with_as_many_is_not(path):
    with open_pool(path, **LIMITS, result_rows=20) as pool:
        assert pool.stream("SELECT * { ?s ?p ?o } LIMIT 20").rows == 20
        with pytest.raises(StoreError, match="more than 20 rows"):
            pool.stream("SELECT * { ?s ?p ?o } LIMIT 21")


def test_a_client_that_reads_nothing_holds_no_worker(pool):
    with pool.stream(ALL_PAIRS) as unread:
        assert answered_within(pool, 5)
        assert b"".join(unread).endswith(b"]}}")


def test_a_client_that_goes_away_frees_its_worker_and_the_disk_at_once(pool):
    before, files = pool.processes, files_of(pool)
    result = pool.stream(ENDLESS, seconds=20)
    next(iter(result))
    result.close()

    assert answered_within(pool, 1)
    assert pool.processes != before
    assert files_of(pool) == files
    with pytest.raises(StoreError, match="given back"):
        next(iter(result))


def test_a_query_whose_client_went_away_is_stopped_before_it_has_a_result(path):
    with open_pool(path, **LIMITS) as pool, ThreadPoolExecutor(2) as threads:
        gone = threading.Event()
        running, waiting = (threads.submit(pool.stream, FOREVER, gone=gone.is_set) for _ in range(2))
        time.sleep(0.3)
        assert not running.done()
        gone.set()
        for each in (running, waiting):
            with pytest.raises(StoreTimeoutError, match="gone away"):
                each.result(timeout=1)
        assert answered_within(pool, 0.5)


def test_a_full_disk_is_a_clear_error_before_the_first_byte(path):
    code = f"""
import resource
from pathlib import Path
from kg.errors import StoreError
from kg.store import open_pool
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with open_pool(Path({str(path)!r}), **{LIMITS!r}) as pool:
    try:
        pool.stream({ALL_PAIRS!r})
    except StoreError as error:
        print(error, pool.run("ASK {{}}").kind)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "a large result cannot be kept on disk: File too large boolean\n"


def test_a_worker_is_replaced_after_its_queries_and_nobody_notices(path):
    with open_pool(path, **LIMITS, worker_queries=3, spares=1) as pool:
        seen = set()
        for _ in range(20):
            pool.run("ASK {}")
            seen.update(pool.processes)

        assert len(seen) >= 7
        assert len(pool.processes) == 2


def test_a_time_that_is_asked_for_cannot_be_longer_than_the_limit(path):
    with open_pool(path, **LIMITS | {"seconds": 0.3}) as pool:
        began = time.monotonic()
        with pytest.raises(StoreTimeoutError, match=r"0\.3 seconds"):
            pool.run(FOREVER, seconds=20)

        assert time.monotonic() - began < 1.3


def test_many_large_results_at_once_are_each_whole(path):
    def ask(_):
        with pool.stream(ALL_PAIRS, media="text/csv") as result:
            return sum(piece.count(b"\n") for piece in result)

    with open_pool(path, **LIMITS | {"workers": 2}) as pool, ThreadPoolExecutor(6) as threads:
        files = files_of(pool)
        assert list(threads.map(ask, range(6))) == [20_001] * 6
        assert files_of(pool) == files


TEXT = st.lists(st.sampled_from([*'a,{}[]":\\\n\r<>x', "<result>", "值"]), max_size=12).map("".join)
CELL = st.none() | TEXT
TABLES = st.integers(1, 3).flatmap(
    lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), max_size=8).map(lambda rows: (n, rows))
)


@given(table=TABLES, media=st.sampled_from(sorted(SOLUTION_FORMATS)), cuts=st.lists(st.integers(1, 400)))
def test_rows_are_counted_exactly_whatever_the_strings_say(table, media, cuts):
    width, rows = table
    names = ["type", "value", "a"][:width]
    cells = "".join(
        "(" + " ".join("UNDEF" if c is None else str(pyoxigraph.Literal(c)) for c in row) + ")"
        for row in rows
    )
    variables = " ".join("?" + name for name in names)
    query = f"SELECT {variables} {{ VALUES ({variables}) {{ {cells} }} }}"
    data = pyoxigraph.Store().query(query).serialize(format=SOLUTION_FORMATS[media])
    counter, at = RowCounter(media), data.find(b"[", data.find(b"bindings")) + 30  # the head is never cut
    counter.add(data[:at])
    for cut in cuts:
        counter.add(data[at : at + cut])
        at += cut

    assert counter.add(data[at:], last=True) == len(rows)


def test_a_csv_row_with_line_breaks_is_one_row():
    data = b'a\r\n"x\r\ny""\n"\r\nz\r\n'

    assert (
        RowCounter("text/csv").add(data, last=True) == len(list(csv.reader(io.StringIO(data.decode())))) - 1
    )
