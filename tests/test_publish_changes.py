"""/changes: what each release changed, for readers, programs and feed readers."""

import gzip
import json
import re
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import Client

from kg.publish.atom import Item, feed_of
from kg.publish.live import Live
from kg.release import releases
from kg.settings import Settings

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def client(two):
    live = Live(two, settings=Settings())
    live.open()
    yield Client(live)
    live.close()


@pytest.fixture(scope="module")
def made(two):
    return releases(two)


def get(client, address, accept="text/html"):
    return client.get(address, headers={"Accept": accept, "Host": "kg.example"})


def test_the_page_tells_what_the_current_release_changed_and_links_to_it(client, made):
    page = get(client, "/changes")

    assert page.status_code == 200
    assert "is now signed (was planned)" in page.text
    assert f"since {made[0].id}" in page.text
    target = re.search(r'href="(/page/agreement/[^"]+)"', page.text)[1]
    assert get(client, target).status_code == 200
    assert f'href="/changes?release={made[0].id}"' in page.text


def test_of_the_first_release_nothing_is_told(client, made):
    page = get(client, f"/changes?release={made[0].id}")

    assert "Nothing is told of a release before it." in page.text
    for form in ("json", "rdfp.gz"):
        assert get(client, f"/changes.{form}?release={made[0].id}").status_code == 404


def test_the_data_and_the_patch_are_those_that_the_build_left(client, made):
    folder = made[1].path / "changes"
    told = json.loads((folder / "changes.json").read_text())

    assert get(client, "/changes.json").json == told
    assert get(client, "/changes", "application/json").json == told
    assert get(client, f"/changes.json?release={made[1].id}").json == told
    patch = get(client, "/changes.rdfp.gz")
    assert patch.data == (folder / "changes.rdfp.gz").read_bytes()
    patch.close()
    assert gzip.decompress(patch.data).startswith(b"H id <ni:///sha-256;")
    assert get(client, "/changes", "text/turtle").status_code == 406


@pytest.fixture(scope="module")
def feed(client):
    answer = get(client, "/changes.atom", "application/atom+xml")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.data)  # noqa: S314  our own


def check(part, required, once):
    """Hold an element of Atom against what RFC 4287 says it must and may have."""
    names = [child.tag.removeprefix(ATOM) for child in part]
    assert all(child.tag.startswith(ATOM) for child in part)
    assert required <= set(names)
    assert [name for name in once if names.count(name) > 1] == []
    assert datetime.fromisoformat(part.find(f"{ATOM}updated").text).tzinfo is not None
    assert re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", part.find(f"{ATOM}id").text)
    alternates = [
        (x.get("type"), x.get("hreflang")) for x in part.iter(f"{ATOM}link") if x.get("rel") == "alternate"
    ]
    if part.tag == f"{ATOM}entry":
        assert len(set(alternates)) == len(alternates) >= 1
    assert all(link.get("href").startswith("http://kg.example/") for link in part.iter(f"{ATOM}link"))


def test_the_feed_has_all_that_the_standard_requires(feed, made):
    once = {"id", "title", "updated", "subtitle", "generator", "logo", "icon", "rights"}
    assert feed.tag == f"{ATOM}feed"
    check(feed, {"id", "title", "updated", "author", "link", "entry"}, once)
    assert [link.get("rel") for link in feed.findall(f"{ATOM}link")] == ["self", "alternate"]
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    entries = feed.findall(f"{ATOM}entry")
    for entry in entries:
        check(entry, {"id", "title", "updated", "link", "summary", "content"}, {*once, "content", "summary"})
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert ids == [f"https://w3id.org/accord-kg/id/dataset/{release.id}" for release in reversed(made)]
    assert (
        entries[0].find(f"{ATOM}updated").text == feed.find(f"{ATOM}updated").text == "2026-11-25T00:00:00Z"
    )


def test_an_entry_tells_the_words_and_leads_to_the_things(client, feed):
    content = feed.find(f"{ATOM}entry/{ATOM}content")

    assert content.get("type") == "html"
    assert "is now signed (was planned)" in content.text
    targets = re.findall(r'href="http://kg\.example(/page/[^"]+)"', content.text)
    assert len(targets) > 3
    for target in targets[:4]:
        assert get(client, target.replace("&amp;", "&")).status_code == 200


def test_what_xml_cannot_say_does_not_break_the_feed(day):
    text = "a\x00b \x0b <tag> & \ud800 中"
    item = Item("https://a.example/1", text, day, text, text, ())
    made = feed_of(iri="https://a.example/", title=text, author="x", links=(), items=(item,))
    feed = ET.fromstring(made)  # noqa: S314  our own

    assert feed.find(f"{ATOM}title").text == "a\ufffdb \ufffd <tag> & \ufffd 中"


def test_the_front_page_names_the_feed(client):
    assert (
        '<link rel="alternate" type="application/atom+xml" title="Changes" href="/changes.atom">'
        in get(client, "/").text
    )


def test_the_patch_can_be_asked_again_without_being_sent_again(client):
    with get(client, "/changes.rdfp.gz") as first:
        etag = first.headers["ETag"]

    assert client.get("/changes.rdfp.gz", headers={"If-None-Match": etag}).status_code == 304


def test_the_feed_can_be_asked_again_without_being_sent_again(client):
    first = get(client, "/changes.atom")
    again = client.get(
        "/changes.atom", headers={"If-None-Match": first.headers["ETag"], "Host": "kg.example"}
    )

    assert again.status_code == 304
