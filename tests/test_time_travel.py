"""One folder, three releases: each answers at `?release=ID` as it did when it was current."""

import gzip
import hashlib
import json
import re
import shutil
import threading
import urllib.error
import urllib.parse
import urllib.request
import warnings
from datetime import date
from html import unescape

import pytest
import rdflib
from werkzeug.test import Client

from kg.publish.live import OLD_AT_ONCE, Live
from kg.release import current, releases, remove
from kg.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library's own, at import
    from SPARQLWrapper import GET, JSON, POST, POSTDIRECTLY, SPARQLWrapper

ARTICLES = "SELECT (COUNT(DISTINCT ?a) AS ?n) WHERE { GRAPH ?g { ?a a kg:Article } }"
LATER = "/id/article/rotterdam-forum-courier-2025"
EARLIER = "/id/article/lincoln-yangling-2015"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
FOLLOWED = ("/page/", "/browse/", "/queries/", "/help", "/ns?")
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def ids(history):
    return [release.id for release in releases(history)]


@pytest.fixture(scope="module")
def live(history):
    live = Live(history, settings=Settings(query_workers=1))
    live.open()
    yield live
    live.close()


@pytest.fixture(scope="module")
def client(live):
    return Client(live)


def got(client, address):
    """Return a file; werkzeug's client leaves it open unless it is told otherwise."""
    return client.get(address, buffered=True)


def asked(client, sparql, release=""):
    query = {"query": sparql} | ({"release": release} if release else {})
    response = client.get("/sparql", query_string=query, headers={"Accept": "application/json"})
    assert response.status_code == 200, response.text
    return response


def count(client, release=""):
    return int(asked(client, ARTICLES, release).json["results"]["bindings"][0]["n"]["value"])


def test_the_endpoint_answers_from_the_release_that_is_named(client, ids):
    assert [count(client, name) for name in ids] == [1, 2, 3]
    assert count(client) == 3


@pytest.mark.parametrize(
    "path", ["/sparql?query=ASK%7B%7D", "/", "/dumps/SHA256SUMS", "/nothing", EARLIER, "/help"]
)
def test_every_answer_names_its_release(client, ids, path):
    for name in ids:
        answer = got(client, f"{path}{'&' if '?' in path else '?'}release={name}")
        assert answer.headers["Accord-Release"] == name
    assert got(client, path).headers["Accord-Release"] == ids[-1]


def test_a_thing_that_was_not_yet_described_is_not_there(client, ids):
    assert client.get(f"{LATER}?release={ids[0]}").status_code == 404
    assert client.get(f"{LATER}?release={ids[2]}").status_code == 303
    assert client.get(f"{EARLIER}?release={ids[0]}").status_code == 303


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json"])
def test_a_redirect_stays_in_its_release(client, ids, accept):
    response = client.get(f"{EARLIER}?release={ids[0]}", headers={"Accept": accept})
    assert response.headers["Location"].endswith(f"?release={ids[0]}")

    arrived = client.get(f"{EARLIER}?release={ids[0]}", headers={"Accept": accept}, follow_redirects=True)
    assert (arrived.status_code, arrived.headers["Accord-Release"]) == (200, ids[0])


@pytest.mark.parametrize("path", ["/id/catalog", "/id/dataset"])
def test_other_redirects_stay_in_their_release_too(client, ids, path):
    assert client.get(f"{path}?release={ids[0]}").headers["Location"].endswith(f"?release={ids[0]}")


def links_in(text):
    return [unescape(link) for link in re.findall(r'(?:href|action)="([^"]*)"', text)]


def test_every_link_on_every_page_stays_in_the_release_but_the_one_that_leaves_it(client, ids):
    seen, todo = set(), [f"/?release={ids[0]}"]
    while todo and len(seen) < 80:
        address = todo.pop()
        response = client.get(address, headers=PAGE, follow_redirects=True)
        seen.add(address)
        assert response.status_code == 200, address
        if not response.content_type.startswith("text/html"):
            continue
        assert response.headers["Accord-Release"] == ids[0]
        inside = {link for link in links_in(response.text) if link.startswith("/") and "/static/" not in link}
        plain = {link for link in inside if f"release={ids[0]}" not in link and "/releases/" not in link}
        plain -= {link for link in plain if any(f"release={other}" in link for other in ids[1:])}
        place = address.replace(f"release={ids[0]}", "").rstrip("?&").replace("?&", "?")
        assert {link.partition("?")[0] for link in plain} <= {place.partition("?")[0], "/sparql"}, address
        todo += [
            link for link in sorted(inside - seen)
            if f"release={ids[0]}" in link and link.startswith(FOLLOWED)
        ]  # fmt: skip
    assert len(seen) > 30


def test_the_links_in_headers_stay_in_the_release(client, ids):
    links = client.get(f"{EARLIER}?release={ids[0]}").headers["Link"]
    alternates = re.findall(r'<([^>]*)>; rel="alternate"', links)

    assert len(alternates) == 5
    assert all(link.endswith(f"?release={ids[0]}") for link in alternates)


def test_the_query_form_asks_the_same_release(client, ids):
    text = client.get(f"/sparql?release={ids[0]}&query=ASK%7B%7D", headers=PAGE).text

    assert f'<input type="hidden" name="release" value="{ids[0]}">' in text
    assert 'name="release"' not in client.get("/sparql", headers=PAGE).text


def test_the_banner_tells_both_dates_and_leads_to_the_same_thing_now(client, ids):
    text = client.get(f"/browse/Article?start=0&release={ids[0]}", headers=PAGE).text

    assert "You see the release of 1 September 2026; the current one is of 24 November 2026." in text
    assert '<a href="/browse/Article?start=0">See this now</a>' in text
    assert "You see" not in client.get("/browse/Article", headers=PAGE).text
    assert "it is the current one" in client.get(f"/?release={ids[-1]}", headers=PAGE).text


def test_answers_of_two_releases_have_different_etags_and_may_be_kept_for_a_day(client, ids):
    tags = set()
    for name in ids:
        response = client.get(f"/ns?release={name}", headers=PAGE)
        tags.add(response.headers["ETag"])
        assert response.headers["Cache-Control"] == "public, max-age=86400"
        again = client.get(f"/ns?release={name}", headers=PAGE | {"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304
    assert len(tags) == 3
    assert client.get("/ns", headers=PAGE).headers["Cache-Control"] == "public, max-age=60"


def test_downloads_of_an_old_release_are_what_its_checksums_say(client, ids):
    for address in ("/dumps/{}?release={}", "/releases/{1}/dumps/{0}"):
        sums = got(client, address.format("SHA256SUMS", ids[0])).text
        for line in sums.splitlines():
            digest, _, name = line.partition("  ")
            assert hashlib.sha256(got(client, address.format(name, ids[0])).data).hexdigest() == digest
    now = got(client, "/dumps/accord.nq.gz").data
    assert now == got(client, f"/releases/{ids[-1]}/dumps/accord.nq.gz").data
    before = got(client, f"/releases/{ids[0]}/dumps/accord.nq.gz").data
    assert len(gzip.decompress(now)) > len(gzip.decompress(before))


def test_the_service_description_of_an_old_release_leads_back_to_it(client, ids):
    answer = client.get(f"/sparql?release={ids[0]}", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")

    assert [str(o) for o in graph.objects(None, SD.endpoint)] == [f"http://localhost/sparql?release={ids[0]}"]


@pytest.mark.parametrize("name", ["2020-01-01-00000000", "latest", "../state", "%00", "x" * 3000])
def test_an_unknown_release_is_told_with_those_that_there_are(client, ids, name):
    for path in (EARLIER, "/sparql", "/dumps/accord.nq.gz"):
        answer = client.get(f"{path}?release={name}")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert answer.json["releases"] == ids
        assert "Accord-Release" not in answer.headers
    assert client.get(f"{EARLIER}?release={name}").json["timemap"] == f"/timemap/link{EARLIER}"
    assert f'<a href="/?release={ids[0]}">' in client.get(f"/?release={name}", headers=PAGE).text


def test_two_releases_or_none_in_one_address_are_refused(client, ids):
    twice = f"release={ids[0]}&release={ids[1]}"
    assert client.get(f"/releases/{ids[0]}/dumps/SHA256SUMS?release={ids[1]}").status_code == 400
    for query in (twice, twice.replace("release", "rele%61se", 1), twice.replace("&", "?"), "release="):
        assert client.get(f"/sparql?{query}").status_code == 400


def test_no_link_leads_to_another_host(client, ids):
    answer = client.open(
        environ_overrides={"PATH_INFO": "//elsewhere.example/", "QUERY_STRING": f"release={ids[0]}"},
        headers=PAGE,
    )

    assert answer.status_code == 404
    assert '"//elsewhere' not in answer.text


def test_a_release_that_a_form_names_is_never_passed_over(client, ids):
    form = {"query": ARTICLES, "release": ids[0]}

    assert client.post("/sparql", data=form).status_code == 400
    same = client.post(f"/sparql?release={ids[0]}", data=form, headers={"Accept": "text/csv"})
    assert same.text.split() == ["n", "1"]
    direct = client.post(
        f"/sparql?release={ids[0]}",
        data=ARTICLES,
        content_type="application/sparql-query",
        headers={"Accept": "text/csv"},
    )
    assert direct.text.split() == ["n", "1"]


@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/suggest/entity?prefix=x", "/lookup?id=Q148"])
def test_names_are_not_looked_up_in_the_past_and_that_is_said(client, ids, path):
    assert client.get(f"{path}{'&' if '?' in path else '?'}release={ids[0]}").status_code == 400


def test_health_is_that_of_the_current_release(client, ids):
    assert client.get(f"/healthz?release={ids[0]}").json == {"status": "ok", "release": ids[-1]}


def test_the_list_of_releases_has_dates_counts_and_files(client, ids):
    told = client.get("/releases/", headers={"Accept": "application/json"}).json
    assert told["current"] == ids[-1]
    assert [each["id"] for each in told["releases"]] == ids[::-1]
    assert [each["articles"] for each in told["releases"]] == [3, 2, 1]
    file = next(f for f in told["releases"][-1]["files"] if f["name"] == "accord.nq.gz")
    assert len(got(client, file["url"].removeprefix("http://localhost")).data) == file["bytes"]

    graph = rdflib.Graph().parse(
        data=client.get("/releases/", headers={"Accept": "text/turtle"}).text, format="turtle"
    )
    assert sorted(map(str, graph.objects(None, DCAT.version))) == ids
    page = client.get("/releases/", headers=PAGE).text
    assert all(f'href="/?release={name}"' in page for name in ids)
    assert client.get(f"/releases/{ids[0]}/").headers["Location"] == f"/?release={ids[0]}"
    assert client.get("/releases/2020-01-01-00000000/").status_code == 404


def test_the_name_of_a_release_leads_to_it(client, ids):
    place = f"/id/dataset/{ids[0]}"
    assert client.get(place, headers=PAGE).headers["Location"] == f"/?release={ids[0]}"

    answer = client.get(place, headers={"Accept": "text/turtle"}, follow_redirects=True, buffered=True)
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    iri = rdflib.URIRef(f"https://w3id.org/accord-kg/id/dataset/{ids[0]}")
    assert (iri, DCAT.version, rdflib.Literal(ids[0])) in graph
    assert client.get("/id/dataset/2020-01-01-00000000").status_code == 404


@pytest.mark.parametrize("path", ["/browse/Article", "/queries/", "/"])
def test_pages_of_two_releases_are_not_mixed_up_in_the_cache(client, ids, path):
    for _ in range(2):
        for name in (*ids, ""):
            text = client.get(f"{path}?release={name}" if name else path, headers=PAGE).text
            assert f"Release {name or ids[-1]}" in text
            assert ("?release=" in text) == bool(name)
    assert client.get(f"{path}?release=2020-01-01-00000000", headers=PAGE).status_code == 404


@pytest.fixture
def own(history, tmp_path):
    """A folder of releases that a test may change, its server, and the time as the server sees it."""
    folder, now = tmp_path / "demo", [0.0]
    shutil.copytree(history, folder, symlinks=True)
    live = Live(folder, settings=Settings(query_workers=1), clock=lambda: now[0])
    live.open()
    yield folder, Client(live), now
    live.close()


def test_a_release_that_is_removed_is_gone_at_once_and_says_why_when_that_is_known(own, ids):
    folder, client, now = own
    assert count(client, ids[0]) == 1
    (first, *_) = releases(folder)
    shutil.rmtree(first.path)
    assert client.get(f"/?release={ids[0]}").status_code == 404
    first.path.mkdir()
    remove(folder, first, on=date(2026, 11, 24), reason="withdrawn on request")
    now[0] += 10
    answer = client.get(f"{EARLIER}?release={ids[0]}")
    assert answer.status_code == 410
    assert answer.json["detail"] == f"release {ids[0]} was removed on 2026-11-24: withdrawn on request"
    assert answer.json["releases"] == ids[1:]
    assert client.get(f"/releases/{ids[0]}/").status_code == 410
    assert client.get(f"/releases/{ids[0]}/dumps/SHA256SUMS").status_code == 410
    assert client.get("/").status_code == 200


def test_a_page_that_is_kept_in_memory_tells_of_no_release_that_is_gone_and_of_no_current_one_that_was(
    own, ids
):
    folder, client, now = own
    address = f"/page/article/lincoln-yangling-2015?release={ids[1]}"
    assert f'release={ids[0]}>; rel="first prev memento"' in client.get(address, headers=PAGE).headers["Link"]
    shutil.rmtree(folder / "releases" / ids[0])
    now[0] += 10
    assert ids[0] not in client.get(address, headers=PAGE).headers["Link"]

    assert "the current one is of" in client.get(address, headers=PAGE).text
    switch(folder, ids[1])
    now[0] += 10
    assert "it is the current one" in client.get(address, headers=PAGE).text


def test_the_ontology_of_an_old_release_is_the_one_that_it_was_made_with(own, ids):
    folder, client, _ = own
    dumps = folder / "releases" / ids[0] / "dumps"
    text = (dumps / "ontology.ttl").read_text().replace('"Agreement"@en', '"Accord of old"@en')
    (dumps / "ontology.ttl").write_text(text)
    names = [line.partition("  ")[2] for line in (dumps / "SHA256SUMS").read_text().splitlines()]
    sums = [f"{hashlib.sha256((dumps / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (dumps / "SHA256SUMS").write_text("".join(sums))

    assert "Accord of old" in client.get(f"/ns?release={ids[0]}", headers=PAGE).text
    assert "Accord of old" in client.get(f"/browse/Agreement?release={ids[0]}", headers=PAGE).text
    assert "Accord of old" not in client.get("/ns", headers=PAGE).text


def test_a_list_of_the_removed_that_cannot_be_read_stops_nobody(own, ids):
    folder, client, now = own
    (folder / "state/releases.tsv").write_text("nonsense\n")
    now[0] += 10
    assert count(client, ids[0]) == 1


def test_a_damaged_old_release_is_an_error_and_the_current_one_goes_on(own, ids):
    folder, client, _ = own
    (folder / "releases" / ids[0] / "dumps/accord.nq.gz").write_bytes(b"x")

    assert client.get(f"/?release={ids[0]}").status_code == 500
    assert count(client) == 3


def switch(folder, name):
    link = folder / ".current-test"
    link.symlink_to(f"releases/{name}")
    link.replace(folder / "current")


def test_a_pinned_release_keeps_answering_when_it_becomes_current_and_when_it_is_replaced(own, ids):
    folder, client, now = own
    assert count(client, ids[1]) == 2
    switch(folder, ids[1])
    now[0] += 10
    assert (count(client), count(client, ids[1]), count(client, ids[2])) == (2, 2, 3)
    switch(folder, ids[2])
    now[0] += 10
    assert (count(client), count(client, ids[1])) == (3, 2)


def test_nothing_is_mixed_while_the_current_release_changes_under_many_readers(own, ids):
    folder, client, now = own
    expected = dict(zip(ids, (1, 2, 3), strict=True))
    wrong, rounds = [], 12

    def reader(name):
        for _ in range(rounds):
            response = client.get(
                "/sparql",
                query_string={"query": ARTICLES} | ({"release": name} if name else {}),
                headers={"Accept": "text/csv"},
            )
            if response.status_code == 503:
                continue
            told = response.headers["Accord-Release"]
            if (name and told != name) or response.text.split() != ["n", str(expected[told])]:
                wrong.append((name, told, response.text))

    threads = [threading.Thread(target=reader, args=(name,)) for name in (*ids, "", "")]
    for thread in threads:
        thread.start()
    for step in range(4):
        switch(folder, ids[step % 3])
        now[0] += 3
        count(client)
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []
    assert current(folder).id == ids[0]


SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?l) }"


def test_a_crowd_that_asks_the_past_slowly_leaves_the_current_release_quick(history_served, ids):
    url, ended = history_served.url, []

    def slow():
        query = urllib.parse.urlencode({"query": SLOW, "release": ids[0]})
        try:
            urllib.request.urlopen(f"{url}sparql?{query}", timeout=60).close()
        except urllib.error.HTTPError as error:
            with error:
                ended.append((error.code, error.headers["Retry-After"]))

    threads = [threading.Thread(target=slow) for _ in range(4 * OLD_AT_ONCE)]
    for thread in threads:
        thread.start()
    answers = [history_served.sparql(ARTICLES).split() for _ in range(5)]
    assert any(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join(timeout=60)

    assert answers == [["n", "3"]] * 5
    assert ended == [(503, "5")] * 4 * OLD_AT_ONCE


@pytest.mark.parametrize(("method", "directly"), [(GET, False), (POST, False), (POST, True)])
def test_sparqlwrapper_asks_an_old_release_at_its_own_endpoint(history_served, ids, method, directly):
    found = []
    for name in ids:
        wrapper = SPARQLWrapper(f"{history_served.url}sparql?release={name}", returnFormat=JSON)
        wrapper.setMethod(method)
        if directly:
            wrapper.setRequestMethod(POSTDIRECTLY)
        wrapper.setQuery(ARTICLES)
        answer = wrapper.query()
        found.append(int(answer.convert()["results"]["bindings"][0]["n"]["value"]))
        assert answer.info()["accord-release"] == name
        answer.response.close()

    assert found == [1, 2, 3]


def test_the_folder_is_not_changed_by_being_served(client, history, ids):
    for name in ids:
        client.get(f"/?release={name}")

    assert sorted(path.name for path in history.iterdir()) == ["current", "kg.toml", "releases", "state"]
    assert [
        json.loads((release.path / "meta.json").read_text())["id"] for release in releases(history)
    ] == ids
