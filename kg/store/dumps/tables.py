"""Stage 6, the files for download that are tables: facts and articles as CSV, evidence as packed CSV."""

import heapq
import io
from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO

from rdflib.namespace import RDF

from kg.store.dumps.cells import guarded, row_of, short_of, write_row
from kg.store.dumps.columns import Table
from kg.store.dumps.folder import Folder, key_of
from kg.store.dumps.index import Index
from kg.store.dumps.listed import EVIDENCE
from kg.store.dumps.thing import Thing, things_of
from kg.store.parts import Part
from kg.store.shelf import Shelf
from kg.vocabulary import CATALOG, FACTS, KG, Names, article_graph

_EVIDENCE = "/evidence"


def header_of(table: Table) -> bytes:
    """Return the first row of a table."""
    return _rows([[column.name for column in table.columns]])


def rows_of(table: Table, thing: Thing, index: Index) -> bytes:
    """Return what a table tells of a thing; nothing where it is not of the table's classes."""
    if set(table.classes).isdisjoint(thing.classes):
        return b""
    return _rows(_pairs(table, thing, index) if table.relations else [row_of(table, thing, index)])


def lines_of_articles(shelf: Shelf, names: Names) -> Iterator[bytes]:
    """Yield what the catalog says of the articles, with what the facts say of them, in order."""
    prefix = f"<{names.thing('article', '')}".encode()
    graphs = (shelf.lines(str(names.graph(graph))) for graph in (CATALOG, FACTS))
    return heapq.merge(*((line for line in lines if line.startswith(prefix)) for lines in graphs))


def write_evidence(shelf: Shelf, folder: Folder, earlier: Folder | None, names: Names) -> None:
    """Write the claims with their passages, those of an article as one part."""
    articles = str(names.graph(article_graph("")))
    with folder.begin(f"{EVIDENCE.url}.gz", earlier) as file:
        head = header_of(EVIDENCE)
        file.add(Part(key_of("evidence.csv", head), lambda out: out.write(head)))
        for entry in shelf.entries():
            if entry.graph.startswith(articles) and entry.graph.endswith(_EVIDENCE):
                file.add(Part(key_of("evidence.csv", entry.sha256), partial(_put_claims, shelf, entry.graph)))


def _put_claims(shelf: Shelf, graph: str, out: BinaryIO) -> None:
    out.write(_rows(_claims(shelf.lines(graph))))


def _rows(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    for row in rows:
        write_row(text, row)
    return text.getvalue().encode()


def _claims(lines: Iterable[bytes]) -> Iterator[list[str]]:
    """Yield a row for each claim and passage; the graph of one article is held whole."""
    things = {thing.iri: thing for thing in things_of(lines)}
    for claim in things.values():
        if "Claim" in claim.classes:
            passages = [things.get(term.value) for term in claim.values.get(str(KG.supportedBy), ())]
            yield from (_claim(claim, passage) for passage in passages or [None])


def _claim(claim: Thing, passage: Thing | None) -> list[str]:
    def of(thing: Thing | None, property_: object) -> str:
        terms = thing.values.get(str(property_), []) if thing else []
        return terms[0].value if terms else ""

    (value,) = claim.values[str(RDF.object)]
    return [
        claim.iri,
        of(passage, KG.source),
        of(claim, RDF.subject),
        short_of(of(claim, RDF.predicate)),
        guarded(value.value) if value.kind == "literal" else value.value,
        guarded(of(passage, KG.quote)),
        of(claim, KG.confidence),
        of(passage, KG.start),
        of(passage, KG.end),
        short_of(of(claim, KG.basis)),
        short_of(of(claim, KG.review)),
    ]


def _pairs(table: Table, thing: Thing, index: Index) -> Iterator[list[str]]:
    for relation in table.relations:
        for term in thing.values.get(str(KG[relation]), ()):
            other = term.value
            yield [thing.iri, relation, other, index.class_of(other), guarded(index.label(other))]
