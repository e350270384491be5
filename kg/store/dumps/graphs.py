"""Stage 6, the files for download that hold named graphs: all, those without quotations, and subsets."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from typing import BinaryIO

from kg.store.dumps.folder import Folder, key_of
from kg.store.dumps.rdf import header_of, pieces_of, trig_of
from kg.store.embedded import clear_errors
from kg.store.lines import predicate_of, statement_of, subject_of
from kg.store.manifest import Entry
from kg.store.parts import Part, packed
from kg.store.shelf import Shelf
from kg.vocabulary import CATALOG, KG, Names, article_graph

_QUOTE = f"<{KG.quote}>".encode()
_ISSUED = "http://purl.org/dc/terms/issued"
_EVIDENCE = "/evidence"
_HELD = 20_000
"""Quads of a graph that are held at once; a larger one is cut between subjects."""

_Piece = tuple[str, Callable[[], Iterable[bytes]]]
"""What tells it from any other, and its lines."""


def write_whole(shelf: Shelf, folder: Folder, earlier: Folder | None, names: Names) -> None:
    """Write every graph as N-Quads in zstd, as TriG, and as N-Quads without quotations."""
    prefixes = names.prefixes()
    head = header_of(prefixes)
    with ExitStack() as stack:
        files = ("accord.nq.zst", "accord-noquotes.nq.gz", "accord.trig.gz", "accord.trig.zst")
        nquads, slim, *trig = (stack.enter_context(folder.begin(name, earlier)) for name in files)
        for file in trig:
            file.add(Part(key_of("prefixes", head), lambda out: out.write(head)))
        for entry in shelf.entries():
            lines = _lines(shelf, entry)
            slim.add(Part(key_of("slim", entry.sha256), partial(_slim, shelf, entry, lines), ready=True))
            for told, piece in _pieces(entry, lines):
                nquads.add(Part(key_of("nq", told), partial(_put, piece)))
                block = cache(partial(_block, piece, prefixes))
                for file in trig:
                    file.add(Part(key_of("trig", head, told), partial(_put, block)))


def write_subsets(shelf: Shelf, folder: Folder, names: Names) -> None:
    """Write the graphs of articles alone, those of evidence alone, and both by the year of the article.

    They are the gzip members of the file of all graphs, in the same order.
    """
    articles = str(names.graph(article_graph("")))
    graphs = [entry.graph for entry in shelf.entries() if entry.graph.startswith(articles)]
    evidence = [graph for graph in graphs if graph.endswith(_EVIDENCE)]
    years = _years(shelf, names)
    subsets = {"evidence": evidence, "reports": [graph for graph in graphs if graph not in set(evidence)]}
    by_year: dict[str, list[str]] = defaultdict(list)
    for graph in graphs:
        article = graph.removeprefix(articles).removesuffix(_EVIDENCE)
        by_year[years.get(article, "undated")].append(graph)
    for name, chosen in (subsets | by_year).items():
        path = folder.files / f"accord-{name}.nq.gz"
        with clear_errors(str(path)), path.open("wb") as out:
            shelf.copy(chosen, out)
            if not out.tell():
                with packed(out, ".gz"):
                    pass  # an empty member, since some readers want one


def _years(shelf: Shelf, names: Names) -> dict[str, str]:
    """Return the year in which each article was issued, by its name, as the catalog has it."""
    catalog, article = str(names.graph(CATALOG)), str(names.thing("article", ""))
    years: dict[str, str] = {}
    for line in shelf.lines(catalog):
        if (subject := subject_of(line)).startswith(article):
            predicate, value = statement_of(line)
            if predicate == _ISSUED:
                years[subject.removeprefix(article)] = value.value[:4]
    return years


def _lines(shelf: Shelf, entry: Entry) -> Callable[[], Iterable[bytes]]:
    """Return what gives the lines of a graph as often as wanted; those of a small one are read once."""
    if entry.quads <= _HELD:
        return cache(lambda: list(shelf.lines(entry.graph)))
    return partial(shelf.lines, entry.graph)


def _pieces(entry: Entry, lines: Callable[[], Iterable[bytes]]) -> Iterator[_Piece]:
    if entry.quads <= _HELD:
        yield entry.sha256, lines
        return
    for piece in pieces_of(lines()):
        yield key_of(b"".join(piece)), partial(list, piece)


def _block(lines: Callable[[], Iterable[bytes]], prefixes: dict[str, str]) -> list[bytes]:
    return [trig_of(lines(), prefixes)]


def _put(lines: Callable[[], Iterable[bytes]], out: BinaryIO) -> None:
    out.write(b"".join(lines()))  # a zstd frame takes no lines


def _slim(shelf: Shelf, entry: Entry, lines: Callable[[], Iterable[bytes]], out: BinaryIO) -> None:
    """Write a graph's gzip member without quotations: as it is where nothing is quoted."""
    if not any(predicate_of(line) == _QUOTE for line in lines()):
        shelf.copy([entry.graph], out)
        return
    with packed(out, ".gz") as member:
        for piece in pieces_of(line for line in lines() if predicate_of(line) != _QUOTE):
            member.write(b"".join(piece))
