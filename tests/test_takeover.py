"""What a build takes over from the one before, and when it must not."""

import json
import shutil
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from kg.errors import ShapeError, StoreError
from kg.link import Decisions, Ledger, link, load_registry
from kg.model import Relation
from kg.pipeline import build, checking, extraction, makers, unchanged
from kg.pipeline.cache import StageCache
from kg.pipeline.checking import Desk, Found, check_articles
from kg.pipeline.decisions import open_book
from kg.pipeline.extraction import findings_with
from kg.pipeline.unchanged import Built, Used, note_built, nothing_new
from kg.release import current, releases
from kg.settings import Settings, load, options_of
from kg.store import Shelf, sorted_lines, sorting
from kg.store.dumps import folder as parts_folder
from kg.store.parts import Parted, PartsFile
from kg.vocabulary import Names
from tests.builders import Story
from tests.conftest import AS_OF
from tests.edits import Add, Correct, Decide, Publication

DAY = date.fromisoformat(AS_OF)


def built(publication, *, shrink=True, on=DAY, tell=lambda _: None, **options):
    return build(
        [str(publication.folder / "articles")],
        publication.out,
        settings=load(publication.folder, {}, authority="", **{"extractor": "generated"} | options),
        as_of=on,
        workers=1,
        strict=False,
        shrink=shrink,
        tell=tell,
    )


@pytest.fixture
def publication(tmp_path):
    made = Publication(tmp_path)
    made.edit([Add(0), Add(110)])
    made.build()
    return made


# --- a build that is asked for the same again ---


def test_what_is_decided_while_a_build_works_is_obeyed_by_the_next(publication):
    def decide(line):
        if line.startswith("writing store"):
            publication.edit([Decide(0, accepted=True)])

    publication.edit([Correct(110)])
    first = built(publication, tell=decide)
    second = built(publication)
    linked = (publication.out / "current/dumps/accord-links.sssom.tsv").read_text()

    assert second.release != first.release
    assert "A Reviewer" in linked


def test_a_build_of_the_same_again_does_no_work(publication):
    told = []
    publication.edit([Correct(110)])
    built(publication)
    again = built(publication, tell=told.append)

    assert "nothing changed" in again.summary
    assert not any("extracting" in line for line in told)


def test_a_snapshot_that_is_replaced_while_it_is_read_is_read_by_the_next(tmp_path):
    publication = Publication(tmp_path)
    publication.edit([Add(0)])
    publication.build()
    release, state = current(publication.out), publication.state
    articles, rows = [], open_book(state).rows
    shutil.rmtree(state / "articles")
    snapshot = tmp_path / "snapshot"
    snapshot.write_bytes(b"new")
    note_built(state, "asked", Used(articles, rows, "digest of an older one"), Built(release.id, (), (), ""))
    before = nothing_new(state, "asked", str(snapshot), release)
    used = Used(articles, rows, unchanged.snapshot_digest(state, str(snapshot)))
    note_built(state, "asked", used, Built(release.id, (), (), ""))

    assert before is None
    assert nothing_new(state, "asked", str(snapshot), release) is not None


def test_another_version_of_the_program_is_named_in_every_graph_of_evidence(publication, monkeypatch):
    for module in (checking, unchanged):
        monkeypatch.setattr(module, "__version__", "99")
    publication.edit([Add(7)])
    publication.build()
    found, clean = publication.released(), publication.built_clean().released()

    assert [part for part in clean if found.get(part) != clean[part]] == []
    assert found["dumps/accord.nq.gz"] == clean["dumps/accord.nq.gz"]


def test_a_build_by_another_version_of_the_program_is_no_build_of_the_same(publication, monkeypatch):
    told = []
    monkeypatch.setattr(unchanged, "__version__", "99")
    built(publication, tell=told.append)

    assert any("extracting" in line for line in told)


def test_a_build_that_changes_nothing_removes_what_is_kept_no_longer(publication):
    publication.edit([Correct(110)])
    built(publication)
    before = len(releases(publication.out))
    told = []
    built(publication, tell=told.append, keep_releases=1)

    assert before == 2
    assert not any("extracting" in line for line in told)
    assert len(releases(publication.out)) == 1


# --- what is refused leaves no trace ---


def many(publication):
    """Publish enough that a loss means something, and then take most of it away."""
    publication.edit([Add(n) for n in (1, 2, 3, 4, 5)])
    publication.build()
    for path in sorted((publication.folder / "articles").iterdir())[1:]:
        path.unlink()
        (publication.state / "articles" / f"{path.stem}.json").unlink()


def test_a_build_that_loses_much_tells_the_reviewer_nothing(publication):
    many(publication)
    before = (publication.state / "subjects.jsonl").read_bytes()
    with pytest.raises(ShapeError, match="fell from"):
        built(publication, shrink=False)

    assert (publication.state / "subjects.jsonl").read_bytes() == before


def test_much_is_not_lost_unasked_where_the_current_release_is_damaged(publication):
    many(publication)
    dump = current(publication.out).dumps / "accord.ttl.gz"
    dump.write_bytes(dump.read_bytes() + b"x")

    with pytest.raises(ShapeError, match="fell from"):
        built(publication, shrink=False)


# --- what checking came to ---

NAMES = Names("https://x.example/")
REGISTRY = load_registry()


class Counting(Shelf):
    """Notes which graphs are put."""

    def put(self, graph, lines):
        self.noted = [*getattr(self, "noted", []), graph]
        return super().put(graph, lines)


def test_articles_are_not_checked_again_because_another_one_is_refused(tmp_path):
    good, bad = Story("a-good"), Story("b-bad")
    good.institution("Example Hospital", kind="hospital")
    bad.event("a meeting", kind="meeting")
    read = [Found(story.findings(), story.id) for story in (good, bad)]
    with Counting(tmp_path / "fresh") as shelf:
        desk = Desk(NAMES, REGISTRY, shelf, {})
        linked = partial(link, ledger=Ledger(), registry=REGISTRY, decisions=Decisions())
        checked = check_articles(read, linked, desk)
        held = [entry.graph for entry in shelf.entries()]

    assert [each.findings.article.id for each in checked.articles] == ["a-good"]
    assert len(checked.refused) == 1
    assert len(shelf.noted) == len(set(shelf.noted)) == 2
    assert held == sorted(shelf.noted)


# --- what keys are made of ---


def keys_of(tmp_path, articles, monkeypatch, **given):
    """Return the keys under which findings are sought with these settings."""
    monkeypatch.setattr(extraction, "findings_of", lambda *_, **__: iter(articles))
    with StageCache(tmp_path / "cache") as cache:
        settings = Settings(extractor="llm", llm_url="https://m.example/", **given)
        return [key for key, _ in findings_with(cache, articles, settings, workers=1)]


def test_a_rotated_key_or_another_patience_extracts_nothing_again(tmp_path, monkeypatch):
    articles = [Story("a").findings().article]
    keys = partial(keys_of, tmp_path, articles, monkeypatch)
    one = keys(llm_model="m", llm_key="old", llm_cache=str(tmp_path))
    other = keys(llm_model="m", llm_key="new", llm_seconds=5.0, llm_cache=str(tmp_path / "elsewhere"))

    assert one == other
    assert one != keys(llm_model="better", llm_key="old", llm_cache=str(tmp_path))


def test_other_weights_are_another_extractor(tmp_path):
    options = options_of(Settings(extractor="gliner", gliner_model=str(tmp_path)), "gliner")
    (tmp_path / "model.bin").write_bytes(b"one")
    one = makers.prints_of_folders(options)
    (tmp_path / "model.bin").write_bytes(b"more")

    assert one != makers.prints_of_folders(options)


@pytest.mark.parametrize(
    ("stage", "part"),
    [
        ("extract", "pipeline/findings_json.py"),
        ("extract", "pipeline/extraction.py"),
        ("view", "pipeline/verdicts.py"),
        ("link", "proposals.py"),
        *(("release", f"pipeline/{name}.py") for name in ("releasing", "decisions", "subjects", "verdicts")),
        ("release", "pipeline/cataloguing.py"),
        ("release", "release/catalog/dcat.py"),
    ],
)
def test_a_stage_is_done_again_when_what_it_reads_is_another(stage, part):
    package = Path(makers.kg.__file__).parent
    parts, _, libraries = makers._READS[stage]

    assert package / part in set(makers._files(package, parts))
    assert stage not in {"read", "check", "view", "link"} or "pyyaml" in libraries


def stranger(folder, version, code, *, group, name):
    """Install a package of somebody else's that offers one entry point."""
    folder.mkdir(exist_ok=True)
    (folder / "stranger.py").write_text(code)
    info = folder / "stranger-1.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: stranger\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = stranger:made\n")
    return folder


def test_another_version_of_a_strangers_linker_is_another_linker(tmp_path, monkeypatch):
    found = []
    for version in ("1", "2"):
        monkeypatch.syspath_prepend(
            stranger(tmp_path / version, version, "", group="kg.linkers", name="strange")
        )
        makers.maker_of_linker.cache_clear()
        found.append(makers.maker_of_linker("strange"))
        monkeypatch.undo()

    assert found[0] != found[1]


def test_parts_of_files_for_download_are_made_again_when_the_engine_is_opened_in_another_way():
    assert {"embedded.py", "contract.py", "sorting.py"} <= set(parts_folder._READ)


# --- an extractor of somebody else's ---

DANGLING = """
from kg.model import ARTICLE_KEY, Entity, Evidence, Fact, Findings, Kind, Ref, Relation

def made(article):
    span = Evidence(0, 5)
    place = Entity("p", Kind.PLACE, article.text[:5], (span,), named=True)
    wrong = Fact("p", Relation.WITHIN, Ref(ARTICLE_KEY), (span,), "rule", 0.9)
    return Findings(article, (place,), (wrong,) if "wrong" in article.text else (), "strange 1")
"""


def test_a_fact_whose_value_is_the_article_is_the_fault_of_one_article(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(
        stranger(tmp_path / "package", "1", DANGLING, group="kg.extractors", name="strange")
    )
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, words in (("good", "right"), ("bad", "wrong")):
        head = f"---\nid: {name}\ntitle: {name}\npublisher: P\ndate: 2025-01-01\nlanguage: en\n---\n"
        (folder / f"{name}.md").write_text(f"{head}Paris is a city, and this is {words}.\n")

    outcome = built(Publication(tmp_path), extractor="strange")

    assert len(outcome.left_out) == 1
    assert "bad.md" in outcome.left_out[0]
    assert "'article', which is not there" in outcome.left_out[0]
    assert json.loads((tmp_path / "out/current/meta.json").read_text())["articles"] == 1


def test_linking_refuses_a_fact_whose_value_is_the_article():
    story = Story("a")
    story.fact(story.place("Boston"), Relation.WITHIN, "article")

    with pytest.raises(Exception, match="'article', which is not there"):
        link([story.findings()], ledger=Ledger(), registry=REGISTRY, decisions=Decisions())


# --- disks that refuse ---

SMALL_DISK = """
import resource, sys
from pathlib import Path
from kg.errors import StoreError
from kg.store import sorting
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
sorting._RUN = 10
folder = Path(sys.argv[1])
try:
    list(sorting.sorted_lines((b"%09000d\\n" % n for n in range(40)), folder))
except StoreError as error:
    print(error)
"""


def test_lines_that_cannot_be_sorted_on_a_full_disk_are_one_clear_error(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(tmp_path)], capture_output=True, text=True, check=True
    )

    assert str(tmp_path) in run.stdout
    assert "File too large" in run.stdout


def test_places_that_cannot_be_written_are_named(tmp_path):
    with pytest.raises(StoreError, match="nowhere/fresh"):
        Shelf(tmp_path / "nowhere" / "fresh")
    record = tmp_path / "record"
    record.write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError, match="file"):
        PartsFile(Parted(tmp_path / "file", tmp_path / "new"), earlier=Parted(record, record))


def test_a_note_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state/cache").write_text("no folder")
    with pytest.raises(StoreError, match="state/cache"):
        note_built(
            tmp_path / "state",
            "asked",
            Used((), open_book(tmp_path / "state").rows, ""),
            Built("", (), (), ""),
        )


def test_runs_on_disk_are_merged_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(sorting, "_RUN", 3)
    lines = [b"%d\n" % (n * 7 % 10) for n in range(20)]

    assert list(sorted_lines(lines, tmp_path)) == sorted(set(lines))
