"""Withdrawing: what is taken out is in no file any more, all else stays, and it never comes back unasked."""

import gzip
import json
import sqlite3
import time
import urllib.error
import zlib
from datetime import date

import pytest
import zstandard
from generated import article

from kg.errors import NotFoundError, StateError
from kg.pipeline.withdrawing import take_back, withdraw
from kg.release import (
    current,
    own_files,
    read_log,
    read_withdrawals,
    releases,
    verify,
    write_sums,
)
from kg.release.sums import damages
from kg.release.withdrawals import RECORD
from kg.settings import load
from kg.store import MANIFEST, NQUADS, read_graph, read_manifest
from kg.vocabulary import Names
from tests.conftest import AS_OF, kg, start, stop
from tests.edits import SEED, Add, Correct, Publication

NUMBER = 6
ID = f"generated-{SEED}-{NUMBER:06}"
DAY = date.fromisoformat(AS_OF)


def withdrawn(publication, *targets, reason="a court says so", shown=False):
    settings = load(publication.folder, {}, extractor="generated", authority="")
    return withdraw(
        publication.out, targets, reason=reason, by="", shown=shown, on=DAY, settings=settings,
        tell=lambda _: None,
    )  # fmt: skip


def telling(found):
    """Return what only one article says: its title, its address, and its sentences."""
    spans = {span for fact in found.facts for span in fact.evidence}
    quotes = {found.article.text[span.start : span.end] for span in spans}
    others = [article(number, SEED).article for number in (0, 1, 2)]
    words = {found.article.title, found.article.url, *(quote for quote in quotes if len(quote) > 40)}
    return {each for each in words if not any(each in other.text + other.url for other in others)}


def contents_of_files(folder):
    """Yield each file with what it holds, unpacked as well."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        data = path.read_bytes()
        yield path, data
        if path.suffix == ".gz":
            yield path, gzip.decompress(data)
        elif path.suffix == ".zst":
            yield path, zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
        elif path.suffix == ".sqlite" and path.name == "stages.sqlite":
            with sqlite3.connect(path) as file:
                yield from ((path, zlib.decompress(row[0])) for row in file.execute("SELECT done FROM work"))


def where(folder, words):
    return sorted(
        {str(path) for path, data in contents_of_files(folder) for w in words if w.encode() in data}
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Three releases: the article comes with the second and is corrected in the third."""
    publication = Publication(tmp_path_factory.mktemp("begun"))
    for edits in ([Add(0), Add(1), Add(2)], [Add(NUMBER)], [Correct(NUMBER)]):
        publication.edit(edits)
        publication.build()
    return publication


@pytest.fixture
def publication(begun, tmp_path):
    return begun.copied(tmp_path / "one")


def test_no_file_holds_a_word_of_a_withdrawn_article(publication):
    words = telling(article(NUMBER, SEED)) | telling(article(NUMBER, SEED, version=1))
    assert len(where(publication.out, words)) > 10, "the search finds nothing"

    withdrawn(publication, ID)

    assert where(publication.out, words) == []


def test_a_release_that_lost_an_article_is_the_one_of_a_build_without_it(publication):
    before = [release.id for release in releases(publication.out)]
    withdrawn(publication, ID)
    derived = current(publication.out)
    first, second, third = releases(publication.out)

    publication.build()

    assert first.id == before[0], "one that never held it is another one"
    assert (second.as_of, third.as_of) == tuple(date.fromisoformat(name[:10]) for name in before[1:])
    assert current(publication.out).content == derived.content == first.content
    assert [verify(each) for each in (first, second, third)] == [[], [], []]
    assert derived.meta["statements"] == first.meta["statements"]


def test_the_log_tells_what_was_replaced_and_keeps_the_order(publication):
    before = [release.id for release in releases(publication.out)]

    withdrawn(publication, ID)

    log = read_log(publication.out)
    assert [log[name].removed_on for name in before] == ["", AS_OF, AS_OF]
    assert "replaced by" in log[before[2]].reason
    assert [each.as_of for each in releases(publication.out)] == sorted(
        e.as_of for e in releases(publication.out)
    )


def test_a_withdrawn_article_that_is_read_again_is_not_taken_in_until_that_is_taken_back(publication):
    withdrawn(publication, article(NUMBER, SEED).article.url)
    words = telling(article(NUMBER, SEED, version=1))

    publication.build()
    without = current(publication.out).content
    assert where(publication.out, words) == []

    take_back(publication.out, [ID], reason="an error", by="", on=DAY)
    assert current(publication.out).content == without
    publication.build()
    assert current(publication.out).meta["articles"] == 4
    assert where(publication.out, words)


def claim_of(publication):
    """Return a claim of the article, its statement and the words that no other claim of it rests on."""
    release = current(publication.out)
    manifest = read_manifest(release.dumps / MANIFEST)
    entry = next(e for g, e in manifest.items() if g.endswith(f"article/{ID}/evidence"))
    lines = [line.decode() for line in read_graph(release.dumps / NQUADS, entry)]
    claim = next(line.split(" ")[0] for line in lines if "#predicate> " in line and "ns#topic>" in line)
    return claim[1:-1]


def test_a_withdrawn_statement_goes_and_the_rest_of_its_article_stays(publication):
    claim = claim_of(publication)
    before = current(publication.out)

    withdrawn(publication, claim)

    after = current(publication.out)
    path = claim.partition("/id/")[2]
    dump = gzip.decompress((after.dumps / NQUADS).read_bytes()).decode()
    assert claim not in dump
    assert path in after.meta["gone"]
    assert after.meta["articles"] == before.meta["articles"]
    assert after.meta["statements"] == before.meta["statements"] - 1
    publication.build()
    assert current(publication.out).content == after.content, "a build brings it back or takes more"

    take_back(publication.out, [claim], reason="it is right", by="", on=DAY)
    publication.build()
    assert current(publication.out).content == before.content


def test_a_release_that_does_not_tell_how_it_was_made_loses_what_is_withdrawn_all_the_same(publication):
    old = current(publication.out)
    meta = {name: value for name, value in old.meta.items() if name != "made"}
    (old.path / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    write_sums(old.path, own_files(old.path))
    words = telling(article(NUMBER, SEED))
    assert where(publication.out, words)

    withdrawn(publication, ID)

    assert where(publication.out, words) == []
    assert damages(current(publication.out)) == []


def test_what_is_not_there_is_not_withdrawn(publication):
    with pytest.raises(NotFoundError, match="no-such-article"):
        withdrawn(publication, "no-such-article")
    with pytest.raises(NotFoundError, match="is not withdrawn"):
        take_back(publication.out, [ID], reason="", by="", on=DAY)
    assert not (publication.out / RECORD).exists()


@pytest.mark.parametrize(
    ("line", "fault"),
    [("article/x\twithdraw\n", "line 3: 2 cells"), ("article/x\twithdraw\tsoon\t\t\t\t\t\t\n", "'soon'"),
     ("article/x", "line 3: the last line is cut")],
)  # fmt: skip
def test_a_damaged_record_is_named_with_its_line(publication, line, fault):
    withdrawn(publication, ID)
    path = publication.out / RECORD
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]) + line)

    with pytest.raises(StateError, match=fault) as told:
        read_withdrawals(publication.out)
    assert str(path) in str(told.value)


def test_a_running_server_answers_410_within_seconds(publication):
    served = start(publication.out)
    try:
        assert "kg:Article" in served.get(f"id/article/{ID}.ttl")
        old = current(publication.out).id
        withdrawn(publication, ID, reason="The author wishes it", shown=True)
        deadline = time.monotonic() + 20
        while (answer := asked(served, f"id/article/{ID}.ttl"))[0] != 410 and time.monotonic() < deadline:
            time.sleep(0.3)
        assert answer[0] == 410
        assert f"withdrawn on {AS_OF}: The author wishes it" in answer[1]
        assert asked(served, f"graph/article/{ID}")[0] == 410
        assert asked(served, f"?release={old}")[0] == 410
        graph = Names().graph(f"article/{ID}")
        assert served.sparql(f"SELECT ?s {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}").split() == ["s"]
    finally:
        stop(served)


def asked(served, path):
    try:
        return 200, served.get(path)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_command_says_what_was_done(publication):
    found = kg("withdraw", publication.out, ID, "--reason", "x", "--as-of", AS_OF)
    assert found.stdout == f"withdrawn: article/{ID}\n"
    undone = kg("withdraw", publication.out, ID, "--reason", "x", "--undo", "--as-of", AS_OF)
    assert "no longer withdrawn" in undone.stdout
