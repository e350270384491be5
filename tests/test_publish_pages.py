"""The front page, downloads, lists, examples, health, and what caches are told."""

import re
from itertools import pairwise

import pytest

from kg import errors
from kg.errors import KgError, StoreBusyError, StoreError
from kg.publish import Limits, create_app
from kg.publish.errors import STATUS
from kg.publish.examples import load_examples
from kg.resources import resource
from tests.publish_site import NAMES, make_edition, open_site

PAGE = "/page/agreement/nurses-2025"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with open_site(tmp_path_factory.mktemp("site")) as app:
        yield app


@pytest.fixture
def client(app):
    return app.test_client()


class Failing:
    """A door whose store always answers with the same error."""

    def __init__(self, error):
        self.error = error

    def run(self, sparql, **options):
        raise self.error

    stream = run


def failing_client(tmp_path, error):
    app = create_app(
        Failing(error), make_edition(tmp_path / "dumps"), names=NAMES, title="x", limits=Limits()
    )
    return app.test_client()


def test_every_error_of_ours_has_a_status():
    ours = {
        thing for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, KgError) and thing is not KgError
    }  # fmt: skip

    assert set(STATUS) == ours
    assert all(400 <= status < 600 for status in STATUS.values())


@pytest.mark.parametrize("error", sorted(STATUS, key=lambda e: e.__name__), ids=lambda e: e.__name__)
def test_the_inside_is_told_below_500_only(tmp_path, error):
    response = failing_client(tmp_path, error("the secret of the inside")).get(PAGE)

    assert response.status_code == STATUS[error]
    assert ("secret" in response.text) == (response.status_code < 500)
    assert ("Retry-After" in response.headers) == (response.status_code in (429, 503))
    assert response.headers["Cache-Control"] == "no-store"


def test_a_bug_is_an_error_without_its_inside(tmp_path):
    response = failing_client(tmp_path, ZeroDivisionError("the secret")).get(PAGE)

    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.content_type == "application/problem+json"


def test_the_front_page_tells_what_is_in_here(client):
    text = re.sub(r"\s+", " ", client.get("/").text)

    for count, name in ((4, "Agreement"), (5, "Institution"), (2, "Article"), (2, "Event")):
        assert re.search(rf'/browse/{name}"><b>{count}</b>', text), name
    assert "7 statements" in text
    assert "accord.nq.gz" in text
    assert '<a href="/dumps/">All 1 files</a>, 1.0 kB, with checksums' in text
    assert "(2026). A made-up release. Release 2026-11-24-0badcafe [data set]" in text


def test_the_newest_agreements_carry_their_status(client):
    text = client.get("/").text
    deals = text[text.index("Newest agreements") :]
    order = [
        deals.index(name)
        for name in ("Training of nurses", "badge signed", "Joint laboratory", "badge planned")
    ]

    assert all(a < b for a, b in pairwise(order))
    assert "badge denied" in deals


def test_a_list_has_every_thing_of_its_class_once(client):
    text = client.get("/browse/Agreement").text
    found = re.findall(r'<li><a href="/page/agreement/([^"]+)"', text)

    assert sorted(found) == ["labs-2026", "letter-2025", "nurses-2025", "robots-2025"]
    assert "none in this release" in client.get("/browse/Agreement?start=100").text


def test_a_download_is_the_file_with_its_checksum_as_etag(client, app):
    response = client.get("/dumps/accord.nq.gz")

    assert response.data == b"0123456789" * 100
    assert response.content_type == "application/gzip"
    assert re.fullmatch(r'"[0-9a-f]{64}"', response.headers["ETag"])
    again = client.get("/dumps/accord.nq.gz", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["ETag"] == response.headers["ETag"]
    response.close()


def test_a_download_can_be_resumed(client):
    response = client.get("/dumps/accord.nq.gz", headers={"Range": "bytes=990-"})

    assert response.status_code == 206
    assert response.data == b"0123456789"
    assert response.headers["Content-Range"] == "bytes 990-999/1000"
    assert client.get("/dumps/accord.nq.gz", headers={"Range": "bytes=2000-"}).status_code == 416
    response.close()


@pytest.mark.parametrize("name", ["other.gz", "..%2F..%2Fetc%2Fpasswd", "../store/CURRENT", ".", "%2e%2e"])
def test_only_what_the_release_lists_can_be_downloaded(client, name):
    assert client.get(f"/dumps/{name}").status_code in {301, 308, 404}
    assert b"root:" not in client.get(f"/dumps/{name}").data


def test_health_says_which_release_answers_and_readiness_whether_it_does(client, tmp_path):
    assert client.get("/healthz").json == {"status": "ok", "release": "2026-11-24-0badcafe"}
    assert client.get("/readyz").json == {"status": "ready", "release": "2026-11-24-0badcafe"}
    (tmp_path / "a").mkdir()
    broken = failing_client(tmp_path / "a", StoreError("gone"))
    assert (broken.get("/readyz").status_code, broken.get("/readyz").json["status"]) == (503, "failing")
    assert broken.get("/healthz").status_code == 200
    ending = client.get("/readyz", environ_base={"accord.told": {"ending": True}})
    assert (ending.status_code, ending.json["status"]) == (503, "ending")
    (tmp_path / "b").mkdir()
    busy = failing_client(tmp_path / "b", StoreBusyError("full"))
    assert (busy.get("/readyz").status_code, busy.get("/readyz").json["status"]) == (503, "busy")


def test_robots_may_read_pages_and_must_leave_the_endpoint(client):
    text = client.get("/robots.txt").text

    assert "Disallow: /sparql" in text
    assert "/page" not in text


def test_the_icon_and_the_void_address_lead_somewhere(client):
    assert client.get("/favicon.ico").content_type.startswith("image/svg+xml")
    assert client.get("/.well-known/void").headers["Location"] == "/graph/catalog"
    assert (
        client.get("/id/dataset", headers={"Accept": "text/turtle"}).headers["Location"] == "/graph/catalog"
    )
    assert client.get("/id/dataset", headers={"Accept": "text/html"}).headers["Location"] == "/"


def test_every_example_is_listed_in_both_languages_and_runs(client):
    examples = load_examples(resource("questions"))
    text = client.get("/queries/").text

    assert len(examples) > 2
    for example in examples:
        assert {language for _, language in example.titles} == {"en", "zh"}
        response = client.post("/sparql", data={"query": example.sparql})
        assert response.status_code == 200, (example.name, response.text)
    assert text.count("<details>") == len(examples)


def test_links_on_pages_lead_somewhere(client):
    seen, todo = set(), ["/"]
    while todo and len(seen) < 60:
        path = todo.pop()
        response = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        seen.add(path)
        assert response.status_code == 200, path
        if response.content_type.startswith("text/html"):
            found = re.findall(r'href="(/[^"#?]*)["#]', response.text)
            todo += sorted({link for link in found if link not in seen and not link.startswith("/vocab")})
        response.close()
    assert PAGE in seen


@pytest.mark.parametrize(
    "path", ["/", PAGE, "/data/agreement/nurses-2025.ttl", "/browse/Event", "/ns", "/sparql?query=ASK{}"]
)
def test_pages_can_be_cached_by_others_and_are_checked_by_etag(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    changed = client.get(path, headers={"If-None-Match": '"other"'})

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["Last-Modified"] == "Tue, 24 Nov 2026 00:00:00 GMT"
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert changed.data == first.data
