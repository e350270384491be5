"""Files over HTTP: parts, conditions, media types, and nothing but what the release lists."""

import hashlib
import http.client
import json
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.publish import Dump, Edition, create_app
from kg.release.catalog.groups import grouped
from tests.conftest import kg
from tests.publish_site import NAMES, make_edition

LATEST = "/dumps/accord.nq.gz"
MEDIA = {
    "accord.nq.gz": "application/gzip",
    "accord.nq.zst": "application/zstd",
    "accord.trig.gz": "application/gzip",
    "accord.jsonld.zst": "application/zstd",
    "accord-links.sssom.tsv": "text/tab-separated-values; charset=utf-8",
    "ontology.ttl": "text/turtle; charset=utf-8",
    "void.jsonld": "application/ld+json",
    "coverage.json": "application/json",
    "README.txt": "text/plain; charset=utf-8",
    "CITATION.cff": "application/yaml",
    "SHA256SUMS": "text/plain; charset=utf-8",
}


@pytest.fixture(scope="module")
def ask(served):
    """Ask the real server, with the path as it is written here."""
    host = urlsplit(served.url)

    def asked(path, method="GET", **headers):
        connection = http.client.HTTPConnection(host.hostname, host.port, timeout=60)
        connection.request(method, path, headers={n.replace("_", "-"): v for n, v in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    return asked


@pytest.fixture(scope="module")
def dumps(sample):
    return (sample / "current/dumps").resolve()


@pytest.fixture(scope="module")
def permalink(dumps):
    return f"/releases/{dumps.parent.name}{LATEST}"


@pytest.fixture(scope="module")
def whole(dumps):
    return (dumps / "accord.nq.gz").read_bytes()


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """A site whose one file has a thousand bytes; its pages have no store."""
    edition = make_edition(tmp_path_factory.mktemp("made-up") / "dumps")
    return create_app(None, edition, names=NAMES, title="x").test_client()


def test_each_file_has_its_media_type_and_none_is_called_an_encoding(ask, dumps):
    for name, media in MEDIA.items():
        status, headers, body = ask(f"/dumps/{name}", Accept_Encoding="gzip, zstd")
        assert (status, headers["Content-Type"]) == (200, media), name
        assert "Content-Encoding" not in headers
        assert body == (dumps / name).read_bytes()


def test_the_checksum_is_the_etag_and_the_date_that_of_the_release(ask, whole):
    _, headers, _ = ask(LATEST)

    assert headers["ETag"] == f'"{hashlib.sha256(whole).hexdigest()}"'
    assert headers["Last-Modified"] == "Tue, 24 Nov 2026 00:00:00 GMT"
    assert headers["Accept-Ranges"] == "bytes"


def test_head_is_the_same_without_the_file(ask, whole):
    status, headers, body = ask(LATEST, "HEAD", Range="bytes=0-9")

    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == str(len(whole))
    assert headers["ETag"] == ask(LATEST)[1]["ETag"]


def test_a_part_may_be_kept_as_long_as_the_whole(ask, permalink, whole):
    for path in (LATEST, permalink):
        all_of_it, part = ask(path), ask(path, Range="bytes=5-14")
        assert (part[0], part[2]) == (206, whole[5:15])
        assert part[1]["Content-Range"] == f"bytes 5-14/{len(whole)}"
        not_modified = ask(path, If_None_Match=part[1]["ETag"])
        assert (not_modified[0], not_modified[2]) == (304, b"")
        for name in ("Cache-Control", "ETag", "Vary"):
            assert part[1][name] == all_of_it[1][name] == not_modified[1][name], name
        assert "no-cache" not in part[1]["Cache-Control"]


def test_a_permalink_names_its_release_and_the_latest_file_does_not(ask, dumps, permalink):
    kept, latest = ask(permalink), ask(LATEST)

    assert kept[1]["Content-Disposition"] == f"inline; filename={dumps.parent.name}-accord.nq.gz"
    assert latest[1]["Content-Disposition"] == "inline; filename=accord.nq.gz"
    assert kept[2] == latest[2]


@given(first=st.none() | st.integers(0, 1100), last=st.none() | st.integers(0, 1100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_any_range_is_that_part_or_refused_or_passed_over(made_up, first, last):
    data = b"0123456789" * 100
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    with made_up.get(LATEST, headers={"Range": asked}) as answer:
        if (first is None and last is None) or (first is not None and last is not None and last < first):
            assert (answer.status_code, answer.data) == (200, data)  # it is no range
            return
        wanted = data[-last:] if first is None and last else data[first : None if last is None else last + 1]
        if (first is None and last == 0) or (first or 0) >= len(data):
            assert answer.status_code == 416
            assert answer.headers["Content-Range"] == "bytes */1000"
        else:
            assert (answer.status_code, answer.data) == (206, wanted)


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-9", "bytes=0-1,0-1,0-1,0-1", "lines=1-2", "bytes", "bytes=a-b", "bytes=--1", "=0-"]
)
def test_several_ranges_or_what_is_none_are_answered_with_the_whole(made_up, asked):
    with made_up.get(LATEST, headers={"Range": asked}) as answer:
        assert (answer.status_code, len(answer.data)) == (200, 1000)


def test_a_part_is_sent_only_to_who_has_the_rest_of_the_same_file(ask, whole):
    etag, day = (ask(LATEST)[1][name] for name in ("ETag", "Last-Modified"))

    assert ask(LATEST, Range="bytes=9-", If_Range=etag)[0] == 206
    # Two releases may have the same date, and a weak ETag says nothing of bytes.
    for other in (day, f"W/{etag}", '"another"', "nonsense"):
        status, _, body = ask(LATEST, Range="bytes=9-", If_Range=other)
        assert (status, body) == (200, whole), other


def test_conditions(ask, permalink):
    etag, day = (ask(LATEST)[1][name] for name in ("ETag", "Last-Modified"))

    assert ask(LATEST, If_None_Match=f'"x", W/{etag}')[0] == 304
    assert ask(LATEST, If_None_Match='"x"', If_Modified_Since=day)[0] == 200
    assert ask(LATEST, If_Match=etag)[0] == 200
    assert ask(LATEST, If_Match='"x"')[0] == 412
    # By a date alone nobody is told that the latest file is the one of this morning.
    assert ask(LATEST, If_Modified_Since=day)[0] == 200
    assert ask(permalink, If_Modified_Since=day)[0] == 304


def test_the_list_has_every_file_as_it_is(ask, dumps):
    status, headers, body = ask("/dumps/", Accept="application/json")
    told = json.loads(body)

    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert told["release"] == dumps.parent.name
    assert sorted(file["name"] for file in told["files"]) == sorted(path.name for path in dumps.iterdir())
    for file in told["files"]:
        data = (dumps / file["name"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert file["title"]
        assert file["description"]
        for name in ("url", "permalink"):
            sent = ask(urlsplit(file[name]).path, "HEAD")
            assert sent[1]["Content-Type"].partition(";")[0] == file["media_type"], file
            assert sent[1]["ETag"] == f'"{file["sha256"]}"'


def test_the_list_of_an_earlier_release_leads_on_in_it(ask, dumps):
    release = dumps.parent.name
    page = ask(f"/releases/{release}/dumps/", Accept="text/html")
    told = json.loads(ask(f"/releases/{release}/dumps/", Accept="application/json")[2])

    assert page[0] == 200
    assert f'href="/dumps/accord.nq.gz?release={release}"' in page[2].decode()
    assert all(file["url"].endswith(f"?release={release}") for file in told["files"])
    assert ask("/dumps/", Accept="image/png")[0] == 406


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/../meta.json", "/dumps/..%2Fmeta.json", "/dumps/%2e%2e/meta.json",
        "/dumps/%2e%2e%2fmeta.json",
        "/dumps/..%5Cmeta.json", "/dumps//etc/passwd", "/dumps/%2Fetc%2Fpasswd", "/dumps/accord.nq.gz/",
        "/dumps/accord.nq.gz%00", "/dumps/./meta.json", "/dumps/store", "/releases/../dumps/meta.json",
        "/dumps/%252e%252e%252fmeta.json", "/dumps/" + "x" * 3000,
    ],
)  # fmt: skip
def test_nothing_else_can_be_had(ask, path):
    status, _, body = ask(path)

    assert status in {301, 308, 404}
    assert b"as_of" not in body
    assert b"root:" not in body


def test_a_link_among_the_files_leads_nowhere(tmp_path):
    secret, link = tmp_path / "secret", tmp_path / "accord.csv"
    secret.write_bytes(b"the secret")
    link.symlink_to(secret)
    edition = Edition("2026-11-24-0badcafe", make_edition(tmp_path / "x").issued, (Dump(link, 10, "0" * 64),))
    answer = create_app(None, edition, names=NAMES, title="x").test_client().get("/dumps/accord.csv")

    assert answer.status_code == 500
    assert b"secret" not in answer.data


def test_people_find_tables_first_and_each_thing_once_in_all_its_forms():
    names = [
        "SHA256SUMS",
        "agreements.csv",
        "accord-2025.nq.gz",
        "accord.ttl.gz",
        "accord.nq.zst",
        "accord.nq.gz",
    ]
    tables, rdf, parts = grouped(names)

    assert [(entry.title, entry.names) for entry in tables.entries] == [
        ("Table: agreements", ("agreements.csv",))
    ]
    assert [entry.names for entry in rdf.entries] == [("accord.nq.gz", "accord.nq.zst"), ("accord.ttl.gz",)]
    assert [entry.names for entry in parts.entries] == [("accord-2025.nq.gz",)]
    assert [group.folded for group in (tables, rdf, parts)] == [False, False, True]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_resumes_what_was_cut_off(served, permalink, whole, tmp_path):
    target = tmp_path / "part"
    target.write_bytes(whole[:1000])
    curl = ["curl", "-s", "-S", "-f", "-C", "-", "-o", target, "-w", "%{http_code} %{size_download}"]
    run = subprocess.run(
        [*curl, served.url.rstrip("/") + permalink], capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout == f"206 {len(whole) - 1000}"
    assert target.read_bytes() == whole


def test_a_folder_of_downloads_is_whole_by_its_own(served, ask, tmp_path):
    for file in json.loads(ask("/dumps/", Accept="application/json")[2])["files"]:
        (tmp_path / file["name"]).write_bytes(ask(urlsplit(file["url"]).path)[2])

    run = kg("verify", ".", cwd=tmp_path)
    assert "wrong" not in run.stdout
    (tmp_path / "README.txt").write_text("something else")
    assert kg("verify", ".", cwd=tmp_path, check=False).returncode == 7
    assert "README.txt" in kg("verify", ".", cwd=tmp_path, check=False).stdout
