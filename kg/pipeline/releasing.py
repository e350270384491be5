"""Fill the draft of a release with store, dumps and report."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kg.errors import ShapeError, StoreError
from kg.pipeline import verdicts
from kg.pipeline.checking import Checked, local_name
from kg.pipeline.decisions import Book, table_of, write_table
from kg.pipeline.graphs import instances, shelve_graphs
from kg.pipeline.makers import maker
from kg.pipeline.reviewing import review_table
from kg.pipeline.storing import Earlier, store_and_view
from kg.pipeline.verdicts import Told, lines_of
from kg.release import Draft, Release
from kg.resources import resource
from kg.search import FILE, write_names
from kg.settings import Settings
from kg.store import EmbeddedStore, Folder, Shelf, context_of, described, rows, write_dumps
from kg.validate import Report, Scope, Violation, check_set, report_graph, set_rules
from kg.vocabulary import FACTS, KG, Names, article_graph


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that is whole, and what the rules over all articles said of it."""

    content: str
    """What names the data."""
    quads: int
    notices: tuple[str, ...]
    """What the rules found, in words."""
    meta: dict[str, Any]


def write_draft(
    draft: Draft,
    shelf: Shelf,
    checked: Checked,
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
    facts = str(names.graph(FACTS))
    shelve_graphs(shelf, checked, book, settings=settings)
    found = _stored(draft, shelf, checked, names)
    if strict and not Report(tuple(each.violation for each in found)).conforms:
        raise ShapeError("\n".join(lines_of(found)))
    content = write_dumps(
        shelf,
        Folder(draft.dumps, draft.records / "parts"),
        names=names,
        context=context_of(resource("ontology/kg.ttl").read_bytes(), names.prefixes()),
        earlier=Folder(draft.earlier.dumps, draft.earlier.records / "parts") if draft.earlier else None,
    )
    write_table(draft.dumps, table_of(book, names))
    write_names(draft.search / FILE, described(shelf.lines(facts)), base=names.base, ontology=str(KG))
    _write_report(draft.report, found, checked, names)
    verdicts.save(draft.records / verdicts.FILE, checked.verdicts)
    quads = sum(entry.quads for entry in shelf.entries())
    meta = _meta(shelf, checked, given, quads, settings)
    return Written(content, quads, tuple(lines_of(found)), meta)


def _meta(
    shelf: Shelf, checked: Checked, given: Iterable[str], quads: int, settings: Settings
) -> dict[str, Any]:
    names = Names(settings.base)
    things: set[str] = set()
    classes: Counter[str] = Counter()
    for thing, kind in instances(shelf.lines(str(names.graph(FACTS)))):
        things.add(thing)
        classes[kind] += 1
    moved = dict(checked.links.merged)
    gone = sorted({path for path in given if path not in moved and str(names.of_path(path)) not in things})
    own = {kind.removeprefix(str(KG)): n for kind, n in sorted(classes.items()) if kind.startswith(str(KG))}
    counts = {"articles": len(checked.articles), "kept_out": len(checked.refused), "quads": quads}
    counts["statements"] = sum(len(each.findings.facts) for each in checked.articles)
    made = {stage: maker(stage) for stage in ("view", "store", "dumps")}
    told = {"base": settings.base, "title": settings.title, "moved": moved, "gone": gone, "makers": made}
    return told | counts | {"things": own}


def _stored(draft: Draft, shelf: Shelf, checked: Checked, names: Names) -> tuple[Told, ...]:
    """Fill store and view; return what the rules find."""
    issued = {
        str(names.graph(article_graph(a.id))): a.published or date.min
        for a in (each.findings.article for each in checked.articles)
    }
    store = store_and_view(
        draft.store, shelf, checked.entities, issued, names, earlier=_earlier(draft.earlier, names)
    )
    try:
        report = check_set(
            lambda sparql: [{name: str(term) for name, term in row.items()} for row in rows(store, sparql)],
            [rule for rule in set_rules() if rule.scope is Scope.STORE],
        )
        of_all = [_told(violation, store) for violation in report.violations]
    finally:
        store.close()
    published = {each.findings.article.id for each in checked.articles}
    of_articles = [t for v in checked.verdicts if v.article in published for t in v.rules]
    return tuple(sorted((*of_all, *of_articles), key=lambda told: told.violation))


def _earlier(release: Release | None, names: Names) -> Earlier | None:
    """Return what can be taken over from a release; nothing where its store is of another engine."""
    made = release.meta.get("makers", {}) if release else {}
    if release is None or made.get("store") != maker("store"):
        return None
    known = verdicts.load(release.records / verdicts.FILE).values()
    issued = {str(names.graph(article_graph(each.article))): each.issued for each in known}
    return Earlier(release.store, issued, same_view=made.get("view") == maker("view"))


_LABEL = "SELECT ?label {{ <{iri}> rdfs:label ?label }} ORDER BY ?label LIMIT 1"
_QUOTES = """SELECT DISTINCT ?start ?quote {{ GRAPH ?g {{
  ?claim rdf:subject <{iri}> ; rdf:predicate ?path ; kg:supportedBy ?passage .
  ?passage kg:start ?start ; kg:quote ?quote {which} }} }} ORDER BY ?start ?quote"""


def _told(violation: Violation, store: EmbeddedStore) -> Told:
    """Return what a rule over the whole store found, with the names and sentences that are in there."""
    labels: dict[str, str] = {}
    for iri in {violation.focus, violation.value, violation.article}:
        if iri.startswith(("http://", "https://")):
            found = rows(store, _LABEL.format(iri=iri))
            labels[iri] = str(found[0]["label"]) if found else local_name(iri)
    which = f"FILTER(?path = <{violation.path}>)" if violation.path.startswith(str(KG)) else ""
    quotes = rows(store, _QUOTES.format(iri=violation.focus, which=which))
    return Told(violation, labels, tuple(str(row["quote"]) for row in quotes))


def _write_report(folder: Path, found: Iterable[Told], checked: Checked, names: Names) -> None:
    """Write what was found wrong, for people and as RDF, and what was too unsure to be asserted."""
    everything = {each.violation for each in found}
    everything |= {told.violation for verdict in checked.verdicts for told in verdict.shapes}
    graph = report_graph(Report(tuple(sorted(everything))), str(names.of_path("report")))
    findings = (each.findings for each in checked.articles)
    try:
        (folder / "report.txt").write_text("".join(_text(found, checked)), encoding="utf-8")
        (folder / "review.tsv").write_text(review_table(findings), "utf-8")
        graph.serialize(folder / "report.ttl", format="turtle", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror}") from error


def _text(found: Iterable[Told], checked: Checked) -> Iterator[str]:
    yield f"{len(checked.articles)} articles published, {len(checked.refused)} kept out\n\n"
    for verdict in checked.verdicts:
        if not verdict.passed:
            yield f"KEPT OUT\n{verdict.article}: cannot be mapped\n" if verdict.fault else "KEPT OUT\n"
            yield from (f"{line}\n" for line in lines_of(verdict.errors(), verdict.article))
            yield "\n"
    yield from (f"{line}\n" for line in lines_of(found))
    for verdict in checked.verdicts:
        if verdict.passed:
            yield from (f"{line}\n" for line in lines_of(verdict.shapes, verdict.article))
