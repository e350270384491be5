"""Fill the draft of a release with store, dumps and report."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rdflib import Graph

from kg.errors import ShapeError, StoreError
from kg.pipeline import verdicts
from kg.pipeline.checking import Checked, local_name
from kg.pipeline.decisions import Book, table_of, write_table
from kg.pipeline.graphs import instances
from kg.pipeline.makers import maker
from kg.pipeline.reviewing import review_table
from kg.pipeline.storing import Earlier, store_and_view
from kg.pipeline.verdicts import Told, Verdict, lines_of
from kg.release import Draft, Release
from kg.resources import resource
from kg.search import FILE, write_names
from kg.settings import Settings
from kg.store import EmbeddedStore, Shelf, context_of, described, rows
from kg.store.dumps import Folder, write_dumps
from kg.validate import Report, Scope, Violation, check_set, report_graph, set_rules
from kg.vocabulary import FACTS, KG, Names, article_graph


@dataclass(frozen=True, slots=True)
class Contents:
    """What a release is made of, besides the graphs on the shelf."""

    names: Names
    title: str
    entities: Graph
    verdicts: tuple[Verdict, ...]
    issued: Mapping[str, date]
    """The day of publication of each article that is published, by its id."""
    statements: int
    review: str
    """The table of what was too unsure to be asserted."""
    table: str
    """The table of decisions about links."""
    moved: Mapping[str, str]
    given: frozenset[str]
    """Every path that was ever given to something."""
    withdrawn: Mapping[str, Mapping[str, str]]
    """What pages tell of what was withdrawn, by path."""

    @property
    def issued_by_graph(self) -> dict[str, date]:
        """Return the days of publication by the graphs of what the articles report."""
        return {str(self.names.graph(article_graph(name))): day for name, day in self.issued.items()}


@dataclass(frozen=True, slots=True)
class Written:
    """A draft that is whole, and what the rules over all articles said of it."""

    content: str
    """What names the data."""
    notices: tuple[str, ...]
    """What the rules found, in words."""
    meta: dict[str, Any]


def contents_of(
    checked: Checked,
    book: Book,
    given: Iterable[str],
    withdrawn: Mapping[str, Mapping[str, str]],
    *,
    settings: Settings,
) -> Contents:
    """Return what a build comes to; `given` are the paths that the ledger holds."""
    names = Names(settings.base)
    articles = [each.findings.article for each in checked.articles]
    return Contents(
        names,
        settings.title,
        checked.entities,
        checked.verdicts,
        {article.id: article.published or date.min for article in articles},
        sum(verdict.statements for verdict in checked.verdicts if verdict.passed),
        review_table(each.findings for each in checked.articles),
        table_of(book, names),
        checked.links.merged,
        frozenset(given),
        withdrawn,
    )


def write_draft(
    draft: Draft, shelf: Shelf, contents: Contents, *, strict: bool, earlier: Earlier | None
) -> Written:
    """Write all of a release into its draft, but for its catalog.

    Raises ShapeError when `strict` and a rule over all articles is broken, StoreError when the disk fails.
    """
    names = contents.names
    facts = str(names.graph(FACTS))
    found = _stored(draft, shelf, contents, earlier)
    if strict and not Report(tuple(each.violation for each in found)).conforms:
        raise ShapeError("\n".join(lines_of(found)))
    content = write_dumps(
        shelf,
        Folder(draft.dumps, draft.records / "parts"),
        names=names,
        context=context_of(resource("ontology/kg.ttl").read_bytes(), names.prefixes()),
        earlier=Folder(draft.earlier.dumps, draft.earlier.records / "parts") if draft.earlier else None,
    )
    write_table(draft.dumps, contents.table)
    write_names(draft.search / FILE, described(shelf.lines(facts)), base=names.base, ontology=str(KG))
    _write_report(draft.report, found, contents)
    verdicts.save(draft.records / verdicts.FILE, contents.verdicts)
    return Written(content, tuple(lines_of(found)), _meta(shelf, contents))


def _meta(shelf: Shelf, contents: Contents) -> dict[str, Any]:
    names, moved = contents.names, dict(contents.moved)
    things: set[str] = set()
    classes: Counter[str] = Counter()
    for thing, kind in instances(shelf.lines(str(names.graph(FACTS)))):
        things.add(thing)
        classes[kind] += 1
    lost = {path for path in contents.given if path not in moved and str(names.of_path(path)) not in things}
    own = {kind.removeprefix(str(KG)): n for kind, n in sorted(classes.items()) if kind.startswith(str(KG))}
    return {
        "base": names.base,
        "title": contents.title,
        "moved": moved,
        "gone": sorted(lost | contents.withdrawn.keys()),
        "withdrawn": {path: dict(told) for path, told in sorted(contents.withdrawn.items())},
        "makers": {stage: maker(stage) for stage in ("view", "store", "dumps")},
        "articles": len(contents.issued),
        "kept_out": sum(not verdict.passed for verdict in contents.verdicts),
        "quads": sum(entry.quads for entry in shelf.entries()),
        "statements": contents.statements,
        "things": own,
    }


def _stored(draft: Draft, shelf: Shelf, contents: Contents, earlier: Earlier | None) -> tuple[Told, ...]:
    """Fill store and view; return what the rules find."""
    issued, names = contents.issued_by_graph, contents.names
    store = store_and_view(draft.store, shelf, contents.entities, issued, names, earlier=earlier)
    try:
        report = check_set(
            lambda sparql: [{name: str(term) for name, term in row.items()} for row in rows(store, sparql)],
            [rule for rule in set_rules() if rule.scope is Scope.STORE],
        )
        of_all = [_told(violation, store) for violation in report.violations]
    finally:
        store.close()
    of_articles = [t for v in contents.verdicts if v.article in contents.issued for t in v.rules]
    return tuple(sorted((*of_all, *of_articles), key=lambda told: told.violation))


def taken_over(release: Release | None, known: Mapping[str, Verdict], names: Names) -> Earlier | None:
    """Return what can be taken over from a release whose verdicts are known by article.

    Nothing where its store is of another engine.
    """
    made = release.meta.get("makers", {}) if release else {}
    if release is None or made.get("store") != maker("store"):
        return None
    undated = date.min.isoformat()
    issued = {str(names.graph(article_graph(name))): each.issued or undated for name, each in known.items()}
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


def _write_report(folder: Path, found: Iterable[Told], contents: Contents) -> None:
    """Write what was found wrong, for people and as RDF, and what was too unsure to be asserted."""
    everything = {each.violation for each in found}
    everything |= {told.violation for verdict in contents.verdicts for told in verdict.shapes}
    graph = report_graph(Report(tuple(sorted(everything))), str(contents.names.of_path("report")))
    try:
        (folder / "report.txt").write_text("".join(_text(found, contents)), encoding="utf-8")
        (folder / "review.tsv").write_text(contents.review, "utf-8")
        graph.serialize(folder / "report.ttl", format="turtle", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror}") from error


def _text(found: Iterable[Told], contents: Contents) -> Iterator[str]:
    kept_out = sum(not verdict.passed for verdict in contents.verdicts)
    yield f"{len(contents.issued)} articles published, {kept_out} kept out\n\n"
    for verdict in contents.verdicts:
        if not verdict.passed:
            yield f"KEPT OUT\n{verdict.article}: cannot be mapped\n" if verdict.fault else "KEPT OUT\n"
            yield from (f"{line}\n" for line in lines_of(verdict.errors(), verdict.article))
            yield "\n"
    yield from (f"{line}\n" for line in lines_of(found))
    for verdict in contents.verdicts:
        if verdict.passed:
            yield from (f"{line}\n" for line in lines_of(verdict.shapes, verdict.article))
