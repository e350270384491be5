"""Fill the draft of a release with store, dumps and report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import ShapeError, StoreError
from kg.gazetteer import Registry
from kg.pipeline.checking import Checked, readable
from kg.pipeline.decisions import Book, table_of, write_table
from kg.pipeline.graphs import write_graphs
from kg.pipeline.reviewing import review_table
from kg.release import Draft
from kg.resources import resource
from kg.search import FILE, write_names
from kg.settings import Settings
from kg.store import context_of, described, fill, open_store, rows, write_dumps
from kg.validate import Report, check_set, report_graph, set_rules
from kg.vocabulary import FACTS, KG, Names


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that is whole, and what the rules over all articles said of it."""

    content: str
    """SHA-256 of the sorted N-Quads."""
    quads: int
    report: Report
    meta: dict[str, Any]


def write_draft(
    draft: Draft,
    checked: Checked,
    registry: Registry,
    book: Book,
    given: Iterable[str],
    *,
    settings: Settings,
    strict: bool,
) -> Written:
    """Write all of a release into its draft; `given` are the paths that the ledger holds.

    Raises ShapeError when `strict` and a rule over all articles is broken, StoreError when the disk fails.
    """
    names = Names(settings.base)
    nquads = draft.path / "all.nq"
    quads = write_graphs(nquads, checked, registry, book, settings=settings)
    report, things = _stored(draft, nquads, quads, names)
    if strict and not report.conforms:
        raise ShapeError("\n".join(readable(Report(report.errors), checked)))
    content = write_dumps(
        nquads,
        draft.dumps,
        facts=str(names.graph(FACTS)),
        quote=str(KG.quote),
        prefixes=names.prefixes(),
        context=context_of(resource("ontology/kg.ttl").read_bytes(), names.prefixes()),
    )
    write_table(draft.dumps, table_of(book, names))
    facts = described(nquads, str(names.graph(FACTS)))
    write_names(draft.search / FILE, facts, base=names.base, ontology=str(KG))
    _remove(nquads)
    _write_report(draft.report, report, checked, names)
    moved = checked.links.merged
    gone = sorted({path for path in given if path not in moved and str(names.of_path(path)) not in things})
    counts = {"articles": len(checked.articles), "kept_out": len(checked.refused), "quads": quads}
    meta = {"base": settings.base, "title": settings.title, "moved": dict(moved), "gone": gone, **counts}
    return Written(content, quads, report, meta)


def _stored(draft: Draft, nquads: Path, quads: int, names: Names) -> tuple[Report, set[str]]:
    """Fill the store; return what the rules find and the IRIs of all that is described."""
    store = open_store(draft.store, prefixes=names.prefixes())
    try:
        fill(store, nquads, quads=quads, default=str(names.graph(FACTS)))
        report = check_set(
            lambda sparql: [{name: str(term) for name, term in row.items()} for row in rows(store, sparql)],
            set_rules(),
        )
        things = rows(store, "SELECT DISTINCT ?thing WHERE { ?thing a ?class }")
        return report, {str(row["thing"]) for row in things}
    finally:
        store.close()


def _write_report(folder: Path, report: Report, checked: Checked, names: Names) -> None:
    """Write what was found wrong, for people and as RDF, and what was too unsure to be asserted."""
    whole = Report(tuple(sorted({v for found in (report, *_reports(checked)) for v in found.violations})))
    graph = report_graph(whole, str(names.of_path("report")))
    try:
        (folder / "report.txt").write_text("".join(_text(report, checked)), encoding="utf-8")
        (folder / "review.tsv").write_text(review_table(each.findings for each in checked.articles), "utf-8")
        graph.serialize(folder / "report.ttl", format="turtle", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror}") from error


def _reports(checked: Checked) -> Iterator[Report]:
    yield from (each.report for each in checked.refused)
    yield from (each.report for each in checked.articles)


def _text(report: Report, checked: Checked) -> Iterator[str]:
    yield f"{len(checked.articles)} articles published, {len(checked.refused)} kept out\n\n"
    yield from (f"KEPT OUT\n{each.in_words}\n\n" for each in checked.refused)
    yield from (f"{line}\n" for line in readable(report, checked))
    for each in checked.articles:
        yield from (f"{line}\n" for line in each.readable(each.findings.article.id))


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise StoreError(f"cannot remove {path}: {error.strerror}") from error
