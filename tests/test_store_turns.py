"""Whose turn it is, and what looks cheap: nobody waits for more than one query of each other client."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ClientBusyError, StoreBusyError, StoreError
from kg.store import open_pool, open_store
from kg.store.cheap import is_cheap
from kg.store.turns import Lane, Ticket, Turns, network_of

GRAPH = "https://example.org/graph/facts"
JOIN = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
SOON = 0.05


def seats(free=1, kept=0, **caps):
    turns = Turns(**{"per_client": 99, "in_all": 99} | caps)
    for number in range(free):
        turns.give(f"free {number}")
    for number in range(kept):
        turns.give(f"kept {number}", kept=True)
    return turns


def in_a_moment():
    return time.monotonic() + SOON


@given(asked=st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=40))
def test_no_client_waits_for_more_than_one_query_of_each_other_client(asked):
    lane, waiting, passed = Lane(), {}, {}
    for client, served_between in asked:
        ticket = Ticket(client)
        lane.add(ticket)
        waiting.setdefault(client, []).append(ticket)
        passed.setdefault(client, Counter())
        if served_between:
            serve(lane, waiting, passed)
    while any(waiting.values()):
        serve(lane, waiting, passed)

    assert lane.next() is None


def serve(lane, waiting, passed):
    ticket = lane.next()
    assert waiting[ticket.client].pop(0) is ticket  # of one client, who came first
    passed[ticket.client].clear()
    for other, tickets in waiting.items():
        if tickets and other != ticket.client:
            passed[other][ticket.client] += 1
            assert passed[other][ticket.client] == 1


@given(asked=st.lists(st.sampled_from("abc"), max_size=20), left=st.lists(st.integers(0, 19)))
def test_who_waits_no_more_is_not_served_and_everybody_else_is(asked, left):
    lane, tickets = Lane(), [Ticket(client) for client in asked]
    for ticket in tickets:
        lane.add(ticket)
    gone = {number for number in left if number < len(tickets)}
    for number in gone:
        lane.drop(tickets[number])
    served = []
    while (ticket := lane.next()) is not None:
        served.append(tickets.index(ticket))

    assert sorted(served) == sorted(set(range(len(tickets))) - gone)


def test_a_seat_for_cheap_queries_is_given_to_no_other():
    turns = seats(free=0, kept=1)

    assert turns.take("a", cheap=False, deadline=in_a_moment()) is None
    assert turns.take("a", cheap=True, deadline=in_a_moment()) == "kept 0"


def test_a_cheap_query_takes_any_seat_that_comes_free_first():
    turns = seats(free=0)
    with ThreadPoolExecutor(1) as one:
        waiting = one.submit(turns.take, "a", cheap=True, deadline=time.monotonic() + 5)
        time.sleep(SOON)
        turns.give("free")
        assert waiting.result() == "free"
    turns.give("kept", kept=True)

    assert turns.take("b", cheap=True, deadline=in_a_moment()) == "kept"


def test_a_seat_that_comes_as_one_gives_up_goes_to_the_next():
    turns = seats(free=0)
    taken = []

    def wait(name):
        seat = turns.take(name, cheap=False, deadline=time.monotonic() + 0.02)
        if seat is not None:
            taken.append(seat)

    for number in range(30):
        threads = [threading.Thread(target=wait, args=(f"{number} {each}",)) for each in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.0195)
        turns.give("seat")
        for thread in threads:
            thread.join()
        left = turns.take("last", cheap=False, deadline=in_a_moment())
        assert len(taken) + (left is not None) == 1
        taken.clear()


def test_one_client_has_so_many_queries_and_so_have_all_and_cheap_ones_count_apart():
    turns = seats(per_client=2, in_all=3)
    for client in ("a", "a", "b"):
        turns.enter(client, cheap=False)
    with pytest.raises(ClientBusyError, match="2 of your queries"):
        turns.enter("a", cheap=False)
    with pytest.raises(StoreBusyError):
        turns.enter("c", cheap=False)
    turns.enter("a", cheap=True)
    turns.leave("a", cheap=False)

    turns.enter("c", cheap=False)


def test_our_own_queries_are_not_counted_as_one_client():
    turns = seats(per_client=1)
    for _ in range(5):
        turns.enter("", cheap=False)


def test_who_waits_is_sent_away_when_the_seats_are_closed():
    turns = seats(free=0)
    with ThreadPoolExecutor(2) as threads:
        soon = time.monotonic() + 9
        waiting = [threads.submit(turns.take, "a", cheap=cheap, deadline=soon) for cheap in (True, False)]
        time.sleep(SOON)
        turns.close()
        for one in waiting:
            with pytest.raises(StoreError, match="closed"):
                one.result(timeout=1)


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_version_6(client, network):
    assert network_of(client) == network


CHEAP = [
    "ASK {}",
    "ASK { ?s a kg:Event }",
    "DESCRIBE <https://example.org/a>",
    "SELECT ?p ?o { <https://example.org/a> ?p ?o }",
    "PREFIX ex: <https://example.org/>\n# with { and ?x\nSELECT * WHERE { ex:a ex:p ?o . ?o ex:q ?v }",
    'SELECT * { ?s <https://example.org/doi> "10.1/2"^^<http://www.w3.org/2001/XMLSchema#string> }',
    'SELECT * { ?s rdfs:label "x"@en ; ex:q ?v , ?w . }',
    "SELECT ?o { ex:a ex:p ?o OPTIONAL { ?o rdfs:label ?l FILTER(LANG(?l) = 'en') } } ORDER BY ?l LIMIT 5",
    "SELECT ?g { GRAPH ?g { ex:a ex:p ?o } }",
    "SELECT * { ?s ?p ?o } LIMIT 10",
    "CONSTRUCT { ex:a ?p ?o } WHERE { ex:a ?p ?o }",
    "CONSTRUCT WHERE { ex:a ?p ?o }",
]
DEAR = [
    JOIN,
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s ?p ?o } LIMIT 1000",
    "SELECT * { ?s ?p ?o } ORDER BY ?o LIMIT 10",
    "SELECT DISTINCT ?p { ?s ?p ?o } LIMIT 10",
    "SELECT * { ?s a kg:Event ; rdfs:label ?l }",
    "SELECT * { ex:a ex:p+ ?o }",
    "SELECT * { ex:a ex:p/ex:q ?o }",
    "SELECT * { ex:a ^ex:p ?o }",
    "SELECT * { ex:a ex:p ?o . ?x ex:q ?y }",
    "SELECT (COUNT(*) AS ?n) { ex:a ?p ?o }",
    "SELECT * { ex:a ?p ?o { SELECT ?o { ?o ?q ?r } } }",
    "SELECT * { { ex:a ?p ?o } UNION { ?x ?y ?z } }",
    "SELECT * FROM ex:g { ex:a ?p ?o }",
    "DESCRIBE ?s { ?s a kg:Event }",
    "DESCRIBE ?s",
    "ASK { ?s ?p ?o FILTER(?o > 1) }",
    "SELECT * { ex:a ?p ?o FILTER NOT EXISTS { ?x ?y ?z } }",
    "SELECT * { ?x ?y [ ex:p 1 ] }",
    "ASK { " + " . ".join(f"ex:a ex:p{i} ?v{i}" for i in range(20)) + " }",
    "this is no query",
    "",
]


@pytest.mark.parametrize("query", CHEAP)
def test_a_look_up_looks_cheap(query):
    assert is_cheap(query)


@pytest.mark.parametrize("query", DEAR)
def test_what_may_read_much_does_not_look_cheap(query):
    assert not is_cheap(query)


@given(st.text(st.sampled_from("{}().;,?a*/^ <>\"'@:_#\n12"), max_size=60))
def test_any_text_is_judged_without_an_error(text):
    assert is_cheap("SELECT * { " + text) in (True, False)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A store in which one query looks cheap and is not: its constant has twenty thousand neighbours."""
    path = tmp_path_factory.mktemp("turns") / "store"
    store = open_store(path)
    lines = [f'<https://example.org/hub> <https://example.org/p> "{i}" <{GRAPH}> .\n' for i in range(20_000)]
    store.load("".join(lines).encode())
    store.copy_to_default(GRAPH)
    store.close()
    return path


MISJUDGED = "SELECT ?a { <https://example.org/hub> ?p ?a , ?b , ?c FILTER(?b > ?c && ?c > ?b) }"
LIMITS = {"seconds": 20, "memory_mb": 256, "result_bytes": 10_000_000}


def test_a_query_that_only_looks_cheap_is_moved_on_and_answered(path):
    misjudged = "SELECT ?a { <https://example.org/hub> ?p ?a }"  # more than fits in one message
    assert is_cheap(misjudged)
    with open_pool(path, workers=1, cheap_workers=1, spares=1, **LIMITS) as pool:
        with pool.stream(misjudged) as result:
            assert b"".join(result).count(b'"literal"') == 20_000
        assert len(pool.processes) == 3


def test_one_that_only_looks_cheap_has_its_whole_time_and_no_more(path):
    assert is_cheap(MISJUDGED)
    with (
        open_pool(path, workers=1, cheap_workers=1, spares=1, **LIMITS) as pool,
        ThreadPoolExecutor(4) as threads,
    ):
        began = time.monotonic()
        slow = [threads.submit(pool.stream, MISJUDGED, seconds=1.5, client=f"192.0.2.{n}") for n in range(4)]
        waits = []
        while not all(one.done() for one in slow):
            asked = time.monotonic()
            pool.stream("ASK {}", client="192.0.2.99")
            waits.append(time.monotonic() - asked)
        assert 1.4 < time.monotonic() - began < 2.5
        assert {type(one.exception()).__base__ for one in slow} == {StoreError}
        assert max(waits) < 1


def test_cheap_queries_are_answered_while_every_other_worker_is_taken(path):
    with (
        open_pool(path, workers=2, cheap_workers=1, spares=1, per_client=4, in_all=24, **LIMITS) as pool,
        ThreadPoolExecutor(20) as threads,
    ):
        joins = [
            threads.submit(pool.stream, JOIN, seconds=1.0, client=f"192.0.2.{number % 5}")
            for number in range(20)
        ]
        time.sleep(0.1)
        waits = []
        for _ in range(10):
            asked = time.monotonic()
            pool.stream("ASK {}", client="192.0.2.6")
            waits.append(time.monotonic() - asked)
        assert max(waits) < 0.5
        assert all(isinstance(join.exception(), StoreError) for join in joins)


def test_a_client_with_many_queries_waits_for_them_and_another_does_not(path):
    scan = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c FILTER(STRLEN(CONCAT(?c, ?c, ?c)) > 2) }"
    ended = []

    def ask(client):
        pool.stream(scan, client=client)
        ended.append(client)

    with open_pool(path, workers=1, **LIMITS) as pool, ThreadPoolExecutor(20) as threads:
        crowd = [threads.submit(ask, "many") for _ in range(15)]
        while len(ended) < 2:
            time.sleep(0.001)
        before = len(ended)
        threads.submit(ask, "one").result()
        after = ended.index("one") - before
        for each in crowd:
            each.result()

    assert after <= 3  # the one that ran, one more, and one that ended as this was looked at
