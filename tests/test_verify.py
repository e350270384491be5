"""`kg verify` finds any flipped byte, missing or further file, and edited count."""

import gzip
import http.server
import json
import shutil
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import NotFoundError, StoreError
from kg.pipeline.verifying import Thoroughness, verified
from kg.release import current, own_files, write_sums
from kg.release.sums import files_of
from kg.store.manifest import MANIFEST, NQUADS, read_manifest
from tests.conftest import kg
from tests.dump_files import write_dump

BASE = "https://w3id.org/accord-kg/"
QUICK, DEEP = Thoroughness(), Thoroughness(deep=True)


def faults(where, how=QUICK, release=""):
    checks = verified(str(where), release=release, how=how, tell=lambda _: None)
    return [fault for check in checks for fault in check.faults]


@pytest.fixture(scope="module")
def whole(sample, tmp_path_factory):
    """A release of our own to damage; every test puts it back as it was."""
    release = current(sample)
    copy = tmp_path_factory.mktemp("verify") / release.id
    shutil.copytree(release.path, copy)
    return copy


@contextmanager
def damaged(path, data):
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(data)
    try:
        yield
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def test_nothing_is_wrong_with_what_a_build_made(sample, whole):
    assert faults(sample) == []
    assert faults(whole) == []
    assert faults(whole, Thoroughness(deep=True, shapes=True)) == []
    assert faults(whole / "dumps", DEEP, release=whole.name) == []


def flip(data, at, bit):
    if not data:
        return b"\0"
    place = at % len(data)
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def without_a_line(data, at, _):
    lines = data.splitlines(keepends=True)
    if not lines:
        return b"x"
    del lines[at % len(lines)]
    return b"".join(lines)


def with_a_line_twice(data, at, _):
    lines = data.splitlines(keepends=True) or [b"x\n"]
    return b"".join(lines[: at % len(lines) + 1] + lines[at % len(lines) :])


def cut(data, at, _):
    return data[: at % len(data)] if data else b"x"


def longer(data, at, bit):
    return data + bytes([at % 256]) * (bit + 1)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    change=st.sampled_from([flip, flip, flip, without_a_line, with_a_line_twice, cut, longer]),
    at=st.integers(0, 10**9),
    bit=st.integers(0, 7),
)
def test_any_change_of_any_file_is_found_and_the_file_is_named(whole, data, change, at, bit):
    name = data.draw(st.sampled_from([*files_of(whole), "SHA256SUMS"]))
    path = whole / name
    with damaged(path, change(path.read_bytes(), at, bit)):
        found = faults(whole)

        assert [fault for fault in found if name in fault], (name, found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([NQUADS, MANIFEST]), at=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_a_flipped_byte_in_the_data_is_found_even_when_the_checksums_were_made_to_fit(whole, name, at, bit):
    data = flip((whole / "dumps" / name).read_bytes(), at, bit)
    with resealed(whole, f"dumps/{name}", data):
        assert [fault for fault in faults(whole) if name in fault]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    change=st.sampled_from([flip, flip, without_a_line, with_a_line_twice, cut, longer]),
    at=st.integers(0, 10**9),
    bit=st.integers(0, 7),
)
def test_any_change_of_a_downloaded_file_is_found_without_the_rest(whole, data, change, at, bit):
    dumps = whole / "dumps"
    path = dumps / data.draw(st.sampled_from([*files_of(dumps), "SHA256SUMS", "SHA256SUMS", MANIFEST]))
    with damaged(path, change(path.read_bytes(), at, bit)):
        assert [fault for fault in faults(dumps) if path.name in fault]


@pytest.mark.parametrize("folder", ["", "dumps", "store", "search", "report", "records"])
def test_a_missing_and_a_further_file_are_found(whole, folder):
    with damaged(whole / folder / "more.txt", b""):
        assert any("more.txt is not part of the release" in fault for fault in faults(whole))
    path = min(p for p in (whole / folder).iterdir() if p.is_file() and p.name != "SHA256SUMS")
    data = path.read_bytes()
    path.unlink()
    try:
        assert any(f"{path.name} is missing" in fault for fault in faults(whole))
    finally:
        path.write_bytes(data)


@contextmanager
def resealed(whole, name, data):
    """Change a file and write both lists of checksums anew, as somebody would who means to deceive."""
    before = {n: (whole / n).read_bytes() for n in (name, "dumps/SHA256SUMS", "SHA256SUMS")}
    (whole / name).write_bytes(data)
    try:
        write_sums(whole / "dumps", files_of(whole / "dumps"))
        write_sums(whole, own_files(whole))
        yield
    finally:
        for each, kept in before.items():
            (whole / each).write_bytes(kept)


@pytest.mark.parametrize(
    "told",
    [
        {"articles": 14},
        {"quads": 1},
        {"content": "0" * 64},
        {"id": "2026-11-24-00000000"},
        {"as_of": "2026-11-23"},
    ],
    ids=lambda told: next(iter(told)),
)
def test_an_edited_count_is_found_even_when_the_checksums_were_made_to_fit(whole, told):
    meta = json.loads((whole / "meta.json").read_text())
    with resealed(whole, "meta.json", json.dumps(meta | told).encode()):
        (found,) = faults(whole)

        assert found.startswith(f"meta.json: {next(iter(told))} is")


def test_an_edited_count_of_a_class_is_found(whole):
    meta = json.loads((whole / "meta.json").read_text())
    meta["things"]["Agreement"] += 1
    with resealed(whole, "meta.json", json.dumps(meta).encode()):
        (found,) = faults(whole)

        assert "Agreement" in found


@pytest.mark.parametrize("column", [1, 2, 3, 4])
def test_an_edited_list_of_graphs_is_found_even_when_the_checksums_were_made_to_fit(whole, column):
    lines = (whole / "dumps" / MANIFEST).read_text().splitlines()
    cells = lines[3].split("\t")
    cells[column] = f"{cells[column][:-1]}{(int(cells[column][-1], 16) + 1) % 10}"
    lines[3] = "\t".join(cells)
    with resealed(whole, f"dumps/{MANIFEST}", ("\n".join(lines) + "\n").encode()):
        assert any(MANIFEST in fault and cells[0] in fault for fault in faults(whole))


def test_another_format_that_lacks_a_statement_is_found_by_looking_deep(whole):
    name = "dumps/accord-noquotes.nq.gz"
    lines = gzip.decompress((whole / name).read_bytes()).splitlines(keepends=True)
    with resealed(whole, name, gzip.compress(b"".join(lines[1:]))):
        assert [fault for fault in faults(whole) if "catalog.ttl" not in fault] == []
        found = [fault for fault in faults(whole, DEEP) if "catalog.ttl" not in fault]

        assert len(found) == 2
        assert found[0].startswith("dumps/accord-noquotes.nq.gz holds")
        assert found[1] == "dumps/accord-noquotes.nq.gz is not what its release's graphs come to"


def test_a_table_that_says_something_else_is_found_by_looking_deep(whole):
    text = (whole / "dumps/events.csv").read_text(encoding="utf-8")
    with resealed(whole, "dumps/events.csv", text.replace("held", "planned").encode()):
        assert [fault for fault in faults(whole) if "catalog.ttl" not in fault] == []
        (found,) = (fault for fault in faults(whole, DEEP) if "catalog.ttl" not in fault)

        assert found == "dumps/events.csv is not what its release's graphs come to"


def test_a_file_of_some_graphs_has_each_of_them_whole(tmp_path):
    write_dump(tmp_path, LINES)
    some = "".join(LINES[f"{BASE}graph/article/a"]).encode()
    for data, wrong in (
        (some, 0),
        (some[:-1] + b" ", 1),
        (some + some.splitlines(keepends=True)[0], 1),
        (b"x\n", 1),
    ):
        (tmp_path / "accord-2025.nq.gz").write_bytes(gzip.compress(data))
        write_sums(tmp_path, files_of(tmp_path))
        found = faults(tmp_path, DEEP)

        assert bool(found) == bool(wrong), found
        assert all(fault.startswith("accord-2025.nq.gz") for fault in found)


def test_a_store_with_other_statements_is_found(whole, sample, tmp_path):
    from kg.store import open_store

    copy = tmp_path / whole.name
    shutil.copytree(whole, copy)
    store = open_store(copy / "store")
    store.load(b"<http://a.example/s> <http://a.example/p> <http://a.example/o> <http://a.example/g> .\n")
    store.close()
    write_sums(copy, own_files(copy))

    assert faults(copy) == ["store: the graph http://a.example/g is not in graphs.tsv"]


S = f'<{BASE}id/place/%s> <http://www.w3.org/2000/01/rdf-schema#label> "%s"@en <{BASE}graph/%s> .\n'
LINES = {
    f"{BASE}graph/article/a": [S % (name, name, "article/a") for name in "bcd"],
    f"{BASE}graph/facts": [S % (name, name, "facts") for name in "abcd"],
}


def test_a_dump_of_our_own_is_whole(tmp_path):
    content = write_dump(tmp_path, LINES)

    assert faults(tmp_path, DEEP, release=f"2026-11-24-{content[:8]}") == []
    assert "the graphs have the content" in faults(tmp_path, release="2026-11-24-00000000")[0]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (lambda lines: [lines[1], lines[0], *lines[2:]], "a line out of order"),
        (lambda lines: [lines[0], *lines], "a line twice"),
        (lambda lines: [line.replace("graph/facts", "graph/other") for line in lines], "not of this graph"),
        (lambda lines: [*lines, S.replace(f"<{BASE}id/place/%s>", "_:z") % ("x", "facts")], "a blank node"),
        (lambda lines: [*lines, S.replace('"%s"@en', "_:z") % ("x", "facts")], "a blank node"),
        (lambda lines: [*lines, S.replace('"%s"@en', "x") % ("x", "facts")], "a line that is no statement"),
        (lambda lines: [*lines, f"<z>  <z> <z> <{BASE}graph/facts> .\n"], "a line that is no statement"),
        (lambda lines: [*lines, lines[-1].replace("<", " <", 1)], "a line out of order"),
    ],
)  # fmt: skip
def test_lines_that_a_build_would_not_write_are_found(tmp_path, lines, fault):
    facts = f"{BASE}graph/facts"
    write_dump(tmp_path, LINES | {facts: lines(LINES[facts])})
    (found,) = faults(tmp_path)

    assert fault in found
    assert found.startswith(f"{NQUADS}, graph {facts}: ")


def test_a_line_that_is_not_canonical_is_found_by_looking_deep(tmp_path):
    facts = f"{BASE}graph/facts"
    write_dump(tmp_path, {facts: [S % ("a", r"\u0061", "facts")]})

    assert faults(tmp_path) == []
    assert "not in canonical form" in faults(tmp_path, DEEP)[0]


@pytest.mark.parametrize("given", [{"behind": b"\0"}, {"pad": b"\0\0"}, {"extra": b"\0"}, {"behind": b"x"}])
def test_bytes_between_the_members_are_found(tmp_path, given):
    write_dump(tmp_path, LINES, **given)

    assert any(NQUADS in fault for fault in faults(tmp_path))


def test_graphs_out_of_order_or_twice_are_found(tmp_path):
    write_dump(tmp_path, dict(reversed(LINES.items())))

    assert "graphs.tsv is not in the order of its graphs" in faults(tmp_path)
    path = tmp_path / MANIFEST
    path.write_text(path.read_text() + path.read_text().splitlines(keepends=True)[-1])
    write_sums(tmp_path, files_of(tmp_path))
    assert any("a graph twice" in fault for fault in faults(tmp_path))


CATALOG = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
<{BASE}id/dataset> dcat:version "2026-11-24-%s" ; dcat:distribution <f> .
<f> dcat:downloadURL <{NQUADS}> ; dcat:byteSize %d ; spdx:checksum <c> . <c> spdx:checksumValue "%s" .
"""


def test_what_the_catalog_tells_of_the_files_is_checked(tmp_path):
    import hashlib

    content = write_dump(tmp_path, LINES)
    size, digest = (
        (tmp_path / NQUADS).stat().st_size,
        hashlib.sha256((tmp_path / NQUADS).read_bytes()).hexdigest(),
    )
    for told, wrong in (
        ((content[:8], size, digest), ""),
        ((content[:8], size + 1, digest), "bytes, not"),
        ((content[:8], size, digest[::-1]), "another checksum"),
        (("00000000", size, digest), "catalog.ttl says 2026-11-24-00000000"),
    ):
        (tmp_path / "catalog.ttl").write_text(CATALOG % told)
        write_sums(tmp_path, files_of(tmp_path))
        found = faults(tmp_path)

        assert [wrong in fault for fault in found] == ([True] if wrong else [])


def test_a_server_is_checked_file_by_file_and_its_endpoint_is_asked(served):
    checks = list(verified(served.url, release="", how=QUICK, tell=lambda _: None))

    assert [fault for check in checks for fault in check.faults] == []
    assert any(check.said.startswith("accord.nq.gz: ") and "arrived whole" in check.said for check in checks)
    assert any("healthz: serves release" in check.said for check in checks)
    assert any("sparql: " in check.said for check in checks)
    assert faults(f"{served.url}?release={current(served.directory).id}") == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def serving(folder, handler=Quiet):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()


def test_a_server_that_gives_other_bytes_is_found(whole, tmp_path):
    shutil.copytree(whole / "dumps", tmp_path / "dumps")
    (tmp_path / "healthz").write_text(json.dumps({"status": "ok", "release": whole.name}))
    (tmp_path / "dumps/accord.ttl.gz").write_bytes(b"other")
    (tmp_path / "dumps/context.jsonld").unlink()
    with serving(tmp_path) as url:
        found = faults(url)

    assert any(f.startswith("accord.ttl.gz is not what was released") for f in found)
    assert any(f.startswith("context.jsonld cannot be fetched: ") and f.endswith("status 404") for f in found)
    assert any("sparql" in f for f in found)
    assert len(found) == len(set(found))


def test_a_list_that_names_a_place_elsewhere_leads_nowhere(whole, tmp_path):
    shutil.copytree(whole / "dumps", tmp_path / "dumps")
    (tmp_path / "healthz").write_text(json.dumps({"release": whole.name}))
    sums = tmp_path / "dumps/SHA256SUMS"
    sums.write_text(sums.read_text() + f"{'0' * 64}  ../healthz\n")
    with serving(tmp_path) as url:
        assert any("../healthz is missing" in fault for fault in faults(url))


class Elsewhere(Quiet):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", "http://localhost:9/dumps/SHA256SUMS")
        self.end_headers()


def test_a_redirect_to_another_host_is_not_followed(tmp_path):
    with serving(tmp_path, Elsewhere) as url, pytest.raises(StoreError, match="redirects to another host"):
        faults(url)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://host/", "http:///"])
def test_only_web_addresses_are_asked(address):
    with pytest.raises(StoreError, match="not an address"):
        faults(address)


def test_where_there_is_no_release_it_says_so(tmp_path):
    with pytest.raises(NotFoundError, match="holds no release"):
        faults(tmp_path)
    with pytest.raises(NotFoundError, match="no release"):
        faults(tmp_path / "absent")


def test_the_command_says_each_check_and_ends_with_the_code_of_a_store_error(whole):
    told = kg("verify", whole)
    assert told.returncode == 0
    assert all(line.startswith("ok     ") for line in told.stdout.splitlines())
    with damaged(whole / "dumps/accord.nq.gz", b"x"):
        told = kg("verify", whole, "--quiet", check=False)

    assert told.returncode == 7
    assert "FAULT  dumps/accord.nq.gz is not what was released" in told.stdout
    assert "ok" not in told.stdout
    assert told.stderr.startswith("kg: ")


def test_reading_a_list_of_graphs_keeps_what_it_says(whole):
    entries = read_manifest(whole / "dumps" / MANIFEST)
    first = next(iter(entries.values()))

    assert replace(first, offset=0) == first
    assert Path(whole / "dumps" / NQUADS).stat().st_size == sum(e.size for e in entries.values())
