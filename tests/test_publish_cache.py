"""What is kept, for whom, and how it is packed: the layer alone, over small real applications."""

import gzip
import io

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder

from kg.publish.cache import TAG, AnswerCache
from kg.publish.packing import coding_for, packed, packed_stream, tagged, untagged

TEXT = b"one and two and three and four\n" * 100
DAY = "Tue, 24 Nov 2026 00:00:00 GMT"
QUERY = "query=SELECT+*+{+?s+?p+?o+}"


class Application:
    """Answers everything with one body, and notes what it was asked."""

    def __init__(self, body=b"x", status="200 OK", etag='"e"', stream=False, **headers):
        self.calls = []
        self.closed = 0
        self.body, self.status, self.stream = body, status, stream
        self.headers = {"Content-Type": "text/plain", "Last-Modified": DAY} | headers
        self.headers |= {"ETag": etag} if etag else {}

    def __call__(self, environ, start_response):
        self.calls.append(environ["PATH_INFO"])
        self.seen = environ
        start_response(self.status, [(name.replace("_", "-"), v) for name, v in self.headers.items()])
        return Body(self, [self.body[:10], self.body[10:]]) if self.stream else [self.body]


class Body:
    def __init__(self, owner, pieces):
        self.owner, self.pieces = owner, pieces

    def __iter__(self):
        return iter(self.pieces)

    def close(self):
        self.owner.closed += 1


def cached(application, size=1_000_000, **options):
    return AnswerCache(application, total_bytes=size, **options)


def ask(cache, path="/page/a", method="GET", **extra):
    return Client(cache).open(path, method=method, headers=extra, buffered=True)


def test_the_cache_answers_again_without_asking_and_forgets_the_oldest():
    inner = Application(b"x" * 40)
    cache = cached(inner, 20_000)
    for path in "ababcdefghijkab":
        assert ask(cache, f"/page/{path}").data == b"x" * 40

    assert "".join(path[-1] for path in inner.calls) == "abcdefghijkab"


def test_the_cache_keeps_formats_hosts_and_addresses_apart():
    inner = Application()
    cache = cached(inner)
    for _ in range(2):
        ask(cache, "/browse/Event")
        ask(cache, "/browse/Event", Accept="text/turtle")
        ask(cache, "/browse/Event", Host="b")
        ask(cache, "/browse/Event?start=100")

    assert len(inner.calls) == 4


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        (Application(status="404 NOT FOUND"), "/page/a"),
        (Application(b"x" * 200_000), "/page/huge"),
        (Application(etag=""), "/page/untagged"),
        (Application(etag='W/"e"'), "/page/weakly-tagged"),
        (Application(Cache_Control="no-store"), "/lookup?id=Q1"),
        (Application(Accept_Ranges="bytes"), "/releases/2026/dumps/accord.nq.gz"),
        (Application(), "/dumps/accord.nq.gz"),
        (Application(), f"/sparql?{QUERY}+BIND(NOW()+AS+?x)"),
        (Application(), "/sparql?query=ASK+{+SERVICE+%3Chttp://other/%3E+{}+}"),
        (Application(), "/sparql?query=SELECT+(R\\u0041ND()+AS+%3Fx)+{}"),
        (Application(), "/sparql?query=CONSTRUCT+{+[]+a+%3Fc+}+WHERE+{+%3Fx+a+%3Fc+}"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_errors_large_answers_and_what_changes_are_never_kept(inner, path):
    cache = cached(inner, 500_000)
    for _ in range(2):
        assert ask(cache, path).data == inner.body

    assert len(inner.calls) == 2


def test_nothing_is_kept_where_no_memory_is_given():
    inner = Application()
    cache = cached(inner, 0)
    ask(cache), ask(cache)

    assert len(inner.calls) == 2


def test_what_leads_elsewhere_by_its_date_is_not_kept():
    inner = Application()
    cache = cached(inner)
    ask(cache, **{"Accept-Datetime": DAY}), ask(cache, **{"Accept-Datetime": DAY})

    assert len(inner.calls) == 2


def test_everything_is_forgotten_when_the_releases_changed():
    inner, now = Application(), [1]
    cache = cached(inner, stamp=lambda: now[0])
    ask(cache), ask(cache)
    now[0] = 2
    ask(cache), ask(cache)

    assert len(inner.calls) == 2


def test_what_was_begun_before_a_change_is_not_kept_after_it():
    now = [1]

    class Switching(Application):
        def __call__(self, environ, start_response):
            now[0] += 1
            return super().__call__(environ, start_response)

    inner = Switching()
    cache = cached(inner, stamp=lambda: now[0])
    ask(cache), ask(cache)

    assert len(inner.calls) == 2


def test_a_first_visitor_with_an_old_etag_does_not_spoil_the_cache():
    inner = Application()
    cache = cached(inner)

    assert ask(cache, **{"If-None-Match": '"e"'}).status_code == 304
    assert ask(cache).data == b"x"
    assert "HTTP_IF_NONE_MATCH" not in inner.seen


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": 'W/"e"'}, 304),
        ({"If-None-Match": '"a", "e"'}, 304),
        ({"If-None-Match": '"a"', "If-Modified-Since": DAY}, 200),
        ({"If-Modified-Since": DAY}, 304),
        ({"If-Modified-Since": "Mon, 23 Nov 2026 23:59:59 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
    ],
    ids=str,
)
def test_conditions_are_answered_from_memory(headers, status):
    inner = Application()
    cache = cached(inner)
    ask(cache)
    answer = ask(cache, **headers)

    assert answer.status_code == status
    assert answer.headers["ETag"] == '"e"'
    assert ("Content-Length" in answer.headers) == (status == 200)
    assert len(inner.calls) == 1


def test_a_needless_query_does_not_make_a_page_new_but_a_release_does():
    inner = Application()
    cache = cached(inner)
    for query in ("x=1", "x=2", "release=a", "x=3&release=a", "%72elease=b", "release=b&release=a"):
        ask(cache, f"/page/a?{query}")

    assert len(inner.calls) == 4


def test_a_head_request_is_answered_as_its_get_is():
    inner = Application(TEXT)
    cache = cached(inner)
    first, whole, again = (ask(cache, method=method) for method in ("HEAD", "GET", "HEAD"))

    assert (first.data, again.data, whole.data) == (b"", b"", TEXT)
    assert first.headers == again.headers == whole.headers
    assert len(inner.calls) == 1
    assert inner.seen["REQUEST_METHOD"] == "GET"


def test_the_tag_of_a_query_is_known_before_it_runs_and_differs_by_query_and_format():
    inner = Application()
    cache = cached(inner)
    tags = []
    for path, accept in ((QUERY, "text/csv"), (QUERY, "text/tsv"), ("query=ASK{}", "text/csv")):
        ask(cache, f"/sparql?{path}", Accept=accept)
        tags.append(inner.seen[TAG])

    assert len(set(tags)) == 3
    ask(cache, "/page/b")
    assert TAG not in inner.seen


def test_a_posted_query_is_kept_by_its_body_and_type():
    inner = Application(etag="")
    cache = cached(inner)
    for body, media in (
        (b"ASK {}", "application/sparql-query"),
        (b"ASK {}", "application/sparql-query"),
        (b"query=ASK", "application/x-www-form-urlencoded"),
        (b"query=ASK+{}", "application/x-www-form-urlencoded"),
        (b"update=CLEAR+ALL", "text/plain"),
        (b"update=CLEAR+ALL", "text/plain"),
    ):
        environ = EnvironBuilder("/sparql", method="POST", data=body, content_type=media).get_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        list(cache(environ, lambda *_: None))

    assert len(inner.calls) == 5


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("coding", "unpack"),
    [
        ("gzip", gzip.decompress),
        ("zstd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    ],
)
def test_text_is_packed_as_the_client_likes_it(coding, unpack, stream):
    inner = Application(TEXT, stream=stream, Vary="Accept")
    for cache in (cached(inner), cached(inner, 0)):
        for _ in range(2):
            answer = ask(cache, **{"Accept-Encoding": coding})

            assert unpack(answer.data) == TEXT
            assert len(answer.data) < len(TEXT) / 5
            assert answer.headers["Content-Encoding"] == coding
            assert answer.headers["Vary"] == "Accept, Accept-Encoding"
            assert answer.headers["ETag"] == f'"e-{coding}"'
        known = {"Accept-Encoding": coding, "If-None-Match": f'"e-{coding}"'}
        if cache.key(EnvironBuilder("/page/a").get_environ()):
            assert ask(cache, **known).status_code == 304
        plain = ask(cache)
        assert plain.data == TEXT
        assert plain.headers["ETag"] == '"e"'
        assert plain.headers["Vary"] == "Accept, Accept-Encoding"


def test_a_packed_answer_is_packed_once_and_asked_for_once():
    inner = Application(TEXT)
    cache = cached(inner)
    bodies = {ask(cache, **{"Accept-Encoding": "gzip"}).data for _ in range(3)}
    ask(cache)

    assert len(inner.calls) == 1
    environ = EnvironBuilder("/page/a", headers={"Accept-Encoding": "gzip"}).get_environ()
    assert cache.at_hand(environ)
    assert {b"".join(cache(environ, lambda *_: None))} == bodies


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "image/png"},
        {"Content-Type": "application/gzip"},
        {"Content-Encoding": "br"},
        {"Accept-Ranges": "bytes"},
    ],
    ids=str,
)
def test_what_is_packed_already_or_a_file_is_not_packed(headers):
    inner = Application(TEXT, **{name.replace("-", "_"): v for name, v in headers.items()})
    answer = ask(cached(inner), **{"Accept-Encoding": "gzip, zstd"})

    assert answer.data == TEXT
    assert answer.headers.get("Content-Encoding") == headers.get("Content-Encoding")


def test_a_small_answer_is_not_packed():
    answer = ask(cached(Application(b"small")), **{"Accept-Encoding": "gzip"})

    assert answer.data == b"small"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("GZIP, deflate", "gzip"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("zstd;q=0, gzip;q=0", ""),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("identity, gzip;q=0.5", ""),
        ("br, deflate", ""),
        ("gzip;q=high", ""),
        ("x-gzip", "gzip"),
    ],
)
def test_the_coding_is_the_one_that_is_liked_most(accepted, coding):
    assert coding_for(accepted) == coding


def test_a_stream_is_kept_when_it_came_to_its_end_and_always_closed():
    inner = Application(TEXT, stream=True)
    cache = cached(inner)
    left = Client(cache).get("/page/a")
    left.close()
    assert inner.closed == 1
    assert ask(cache).data == TEXT
    assert ask(cache).data == TEXT
    assert ask(cache, method="HEAD").data == b""

    assert len(inner.calls) == 2
    assert inner.closed == 2


def test_a_stream_that_breaks_is_not_kept_and_breaks_packed_as_well():
    def broken(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("ETag", '"e"')])
        yield TEXT
        raise OSError("the worker is gone")

    def application(environ, start_response):
        body = broken(environ, start_response)
        first = next(body)
        return Body(Application(), (piece for piece in (first, *body)))

    cache = cached(application)
    for headers in ({}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "zstd"}):
        with pytest.raises(OSError, match="gone"):
            _ = ask(cache, **headers).data


@given(st.lists(st.binary(max_size=5000), max_size=8), st.sampled_from(["gzip", "zstd"]))
def test_what_is_packed_in_pieces_unpacks_to_the_whole(pieces, coding):
    unpack = {
        "gzip": gzip.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    }[coding]
    whole = b"".join(pieces)

    assert unpack(b"".join(packed_stream(pieces, coding))) == whole
    assert unpack(packed(whole, coding)) == whole


@given(st.text('abc-"', max_size=20), st.sampled_from(["gzip", "zstd"]))
def test_a_tag_is_found_again_by_its_packed_form(text, coding):
    etag = f'"{text.replace(chr(34), "")}x"'

    assert untagged(tagged(etag, coding)) == etag
    assert tagged(etag, coding) != etag
