"""Make a release again without what is withdrawn, from itself alone, and put it in its place."""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rdflib import Graph

from kg.changes import FOLDER
from kg.errors import StoreError
from kg.gazetteer import load_registry
from kg.link import load_ledger
from kg.pipeline import verdicts
from kg.pipeline.decisions import TABLE_FOR_ALL
from kg.pipeline.describing import describe_draft
from kg.pipeline.differing import changes_between
from kg.pipeline.graphs import instances
from kg.pipeline.releasing import Contents, write_draft
from kg.pipeline.remaining import Remaining
from kg.pipeline.reviewing import COLUMNS
from kg.pipeline.storing import Earlier
from kg.pipeline.taking import Taken, held_in, take_out
from kg.pipeline.tombstones import tombstones
from kg.pipeline.verdicts import Told, Verdict
from kg.release import Release, Withdrawals, derive, put_folder, replace_release
from kg.settings import Settings
from kg.store import MANIFEST, Shelf, open_read_only, read_manifest
from kg.vocabulary import FACTS, Names, article_graph

_UNTOLD: Mapping[str, Any] = {"software": [], "settings": {}, "inputs": {}}
"""How a release was made that does not tell it: nothing is said, and what is withdrawn goes all the same."""


def holds(release: Release, withdrawals: Withdrawals) -> Taken:
    """Return what a release has of what is withdrawn, also of articles that it only tells of as kept out."""
    return held_in(release, withdrawals, verdicts.load(release.records / verdicts.FILE))


def derived(
    directory: Path,
    release: Release,
    before: Release | None,
    taken: Taken,
    withdrawals: Withdrawals,
    *,
    on: date,
    reason: str,
    settings: Settings,
) -> Release:
    """Put a release without what is withdrawn in the place of one; `before` is the one before it.

    Raises StoreError when the release cannot be read or the disk fails.
    """
    names = Names(str(release.meta["base"]))
    store = open_read_only(release.store, prefixes=names.prefixes())
    with (
        derive(directory, release) as draft,
        Shelf(draft.path / "fresh.nq.gz", earlier=release.dumps) as shelf,
    ):
        owners = load_ledger(directory / "state" / "iris.tsv").owners()
        remaining = Remaining(store, names, load_registry(), owners, taken.articles, frozenset(taken.claims))
        entities = take_out(shelf, taken, release, store, remaining)
        contents = _contents(release, shelf, taken, entities, withdrawals)
        earlier = Earlier(release.store, {}, same_view=True, derived=True)
        written = write_draft(draft, shelf, contents, strict=False, earlier=earlier)
        shelf.close()
        meta = written.meta | {"made": release.meta.get("made", _UNTOLD)}
        meta["makers"] = meta["makers"] | {"view": release.meta.get("makers", {}).get("view", "")}
        describe_draft(draft, before, written.content, meta, as_of=release.as_of, settings=settings)
        return replace_release(draft, release, content=written.content, meta=meta, on=on, reason=reason)


def changes_mention(release: Release, withdrawals: Withdrawals) -> bool:
    """Return whether what a release tells of its changes names something that is withdrawn."""
    words = [f"/{target}".encode() for target in withdrawals.by_target]
    for path in sorted((release.path / FOLDER).glob("*")):
        data = path.read_bytes()
        text = gzip.decompress(data) if path.suffix == ".gz" else data
        if any(word in text for word in words):
            return True
    return False


def redo_changes(directory: Path, before: Release | None, release: Release) -> None:
    """Write what changed in a release since the one before it, as both are now; nothing without one."""
    with derive(directory, release) as draft:
        folder = draft.path / FOLDER
        if before is not None and before.content != release.content:
            changes_between(before, release, folder)
        put_folder(release, FOLDER, folder)


def _contents(
    release: Release, shelf: Shelf, taken: Taken, entities: Graph, withdrawals: Withdrawals
) -> Contents:
    meta, names = release.meta, Names(str(release.meta["base"]))
    known = verdicts.load(release.records / verdicts.FILE)
    lost = sum(known[each].statements for each in taken.articles if each in known and known[each].passed)
    told = tuple(_verdict(each, taken) for name, each in known.items() if name not in taken.articles)
    things = {thing for thing, _ in instances(shelf.old_lines(str(names.graph(FACTS))))}
    base = str(names.of_path(""))
    given = {thing.removeprefix(base) for thing in things if thing.startswith(base)}
    named = {path: {"of": target} for path, target in taken.paths.items()}
    try:
        review = (release.report / "review.tsv").read_text(encoding="utf-8")
        table = (release.dumps / TABLE_FOR_ALL).read_text(encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{error.filename} cannot be read: {error.strerror}") from error
    return Contents(
        names,
        str(meta["title"]),
        entities,
        told,
        _issued(release, taken, told, names),
        int(meta["statements"]) - lost - len(taken.claims),
        _review(review, taken),
        table,
        meta["moved"],
        frozenset(given | set(meta["gone"])),
        tombstones(withdrawals, {"withdrawn": {**meta.get("withdrawn", {}), **named}}),
    )


def _issued(release: Release, taken: Taken, known: Iterable[Verdict], names: Names) -> dict[str, date]:
    manifest = read_manifest(release.dumps / MANIFEST)
    found = {
        each.article: date.fromisoformat(each.issued) if each.issued else date.min
        for each in known
        if each.passed and str(names.graph(article_graph(each.article))) in manifest
    }
    reports = sum(graph.endswith("/evidence") for graph in manifest)
    if reports != len(found) + sum(str(names.graph(article_graph(a))) in manifest for a in taken.articles):
        raise StoreError(f"{release.records} does not name the articles of the release; build it again")
    return found


def _verdict(verdict: Verdict, taken: Taken) -> Verdict:
    """Return a verdict without quotations that are withdrawn."""
    if verdict.article not in taken.claims.values():
        return verdict
    gone = [claim for claim, article in taken.claims.items() if article == verdict.article]
    return replace(
        verdict,
        # Its graphs are no longer what the key stands for: the next build makes them.
        key="",
        shapes=_without_quotes(verdict.shapes, taken),
        rules=_without_quotes(verdict.rules, taken),
        statements=verdict.statements - len(gone),
    )


def _without_quotes(told: Iterable[Told], taken: Taken) -> tuple[Told, ...]:
    return tuple(
        replace(each, quotes=tuple(quote for quote in each.quotes if quote not in taken.quotes))
        for each in told
    )


def _review(text: str, taken: Taken) -> str:
    rows = list(csv.reader(io.StringIO(text), delimiter="\t"))
    out = io.StringIO()
    article, quote = COLUMNS.index("article"), COLUMNS.index("quote")
    said = {" ".join(each.split()) for each in taken.quotes}
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(
        row for row in rows if row[article] not in taken.articles and row[quote] not in said
    )
    return out.getvalue()
