"""Stage 6, whether a store, and every other file of RDF, hold what the dump of all graphs holds."""

import hashlib
import io
import itertools
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from kg.checks import Check
from kg.errors import StoreError
from kg.store.contract import Row, Store, rows
from kg.store.lines import graph_of, predicate_of
from kg.store.manifest import MANIFEST, NQUADS, Entry, read_graph, read_manifest
from kg.store.tally import Tally, opened, rdf_format, tally, tally_of, triple_of

Ask = Callable[[str], Sequence[Row]]
"""Answers a SELECT query."""

_BY_GRAPH = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_SOME = "SELECT ?g (COUNT(*) AS ?n) WHERE { VALUES ?g { %s } GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_TOTAL = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
_DEFAULT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_OTHERS = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH <%s> { ?s ?p ?o } } }"
_CELLS = 4
_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_AT_ONCE = 200
"""Graphs that are asked for at once where one query for all is too slow."""
_WHOLE = re.compile(r"accord\.(nq|trig)(\.gz|\.zst)?")
_FACTS = re.compile(r"accord\.(ttl|nt|jsonld|rdf)(\.gz|\.zst)?")
_SUBSET = re.compile(r"accord-[a-z0-9-]+\.nq(\.gz|\.zst)?")
_WITHOUT = re.compile(r"accord-noquotes\.(nq|trig)(\.gz|\.zst)?")


def check_counts(ask: Ask, folder: Path, *, facts: str, where: str) -> Check:
    """Check that a store holds as many statements in each graph as the dump's list says."""
    entries = read_manifest(folder / MANIFEST)
    held = _counts(ask, entries)
    faults = [
        f"{where}: the graph {graph} holds {held.get(graph, 0):,} statements, {MANIFEST} says {entry.quads:,}"
        for graph, entry in entries.items()
        if held.get(graph, 0) != entry.quads
    ]
    faults += [f"{where}: the graph {g} is not in {MANIFEST}" for g in sorted(held.keys() - entries.keys())]
    total, listed = _number(ask(_TOTAL)), sum(entry.quads for entry in entries.values())
    if total != listed and not faults:
        faults.append(f"{where}: all graphs hold {total:,} statements, {MANIFEST} says {listed:,}")
    default, expected = _number(ask(_DEFAULT)), entries[facts].quads if facts in entries else 0
    if default != expected:
        faults.append(f"{where}: the default graph holds {default:,} statements, {facts} {expected:,}")
    said = f"{where}: {len(entries):,} graphs and the consolidated view hold the {total:,} statements listed"
    return Check(said, tuple(faults))


def check_store(store: Store, folder: Path, *, facts: str, where: str) -> Check:
    """Check that a store holds the very statements of the dump, and nothing else as its default graph."""
    found, expected = Sums(), tally(lines_of(folder))
    store.dump(cast("BinaryIO", found))
    said = f"{where}: it holds the very {expected.count:,} statements of {NQUADS}"
    faults = [] if found.tally == expected else [f"{where}: not the statements of {NQUADS}"]
    if (others := _number(rows(store, _OTHERS % facts))) > 0:
        faults.append(f"{where}: {others:,} statements of the default graph are not in {facts}")
    return Check(said, tuple(faults))


def check_formats(folder: Path, *, facts: str, quote: str, shown: str = "") -> Iterator[Check]:
    """Check that each file of RDF beside the dump parses, and holds what it is known to hold."""
    others = [
        p for p in sorted(folder.iterdir()) if rdf_format(p) and p.name not in {NQUADS, "context.jsonld"}
    ]
    for path in others:
        if _SUBSET.fullmatch(path.name) and not _WITHOUT.fullmatch(path.name):
            yield _subset(path, folder, shown)
            continue
        try:
            found, expected = tally_of(path), _expected(path.name, folder, facts, quote)
        except StoreError as error:
            yield Check(f"{shown}{path.name}: parsed", (f"{shown}{error}",))
            continue
        faults = []
        if expected is not None and found != expected:
            faults.append(f"{shown}{path.name} holds {_differs(found, expected)} of {NQUADS}")
        same = "" if expected is None else f", the same as in {NQUADS}"
        yield Check(f"{shown}{path.name}: parses to {found.count:,} statements{same}", tuple(faults))


def _subset(path: Path, folder: Path, shown: str) -> Check:
    """Check that a file of some of the graphs holds each of them whole."""
    entries = read_manifest(folder / MANIFEST)
    faults: list[str] = []
    graphs = 0
    try:
        with opened(path) as file:
            for graph, lines in itertools.groupby(file, key=graph_of):
                graphs, name, hashed = graphs + 1, graph[1:-1].decode(), hashlib.sha256()
                for line in lines:
                    hashed.update(line)
                if name not in entries or entries[name].sha256 != hashed.hexdigest():
                    faults.append(f"{shown}{path.name}: the graph {name} is not that of {NQUADS}")
    except (OSError, EOFError, ValueError, IndexError, zlib.error, zstandard.ZstdError) as error:
        faults.append(f"{shown}{path.name} cannot be read: {error}")
    return Check(f"{shown}{path.name}: {graphs:,} graphs, each whole as in {NQUADS}", tuple(faults))


def types_in(folder: Path, graph: str) -> Counter[str]:
    """Return how many things of each class a graph of the dump names."""
    entry = read_manifest(folder / MANIFEST).get(graph)
    lines = read_graph(folder / NQUADS, entry) if entry else iter(())
    # A damaged line may be anything; that it is damaged is told when the graph has been read.
    cells = (line.split(b" ", 3) for line in lines)
    return Counter(c[2][1:-1].decode(errors="replace") for c in cells if len(c) == _CELLS and c[1] == _TYPE)


def lines_of(folder: Path) -> Iterator[bytes]:
    """Yield every line of the dump of a folder.

    Raises StoreError when a graph is not what the list says.
    """
    for entry in read_manifest(folder / MANIFEST).values():
        yield from read_graph(folder / NQUADS, entry)


class Sums(io.RawIOBase):
    """A file that keeps nothing but the tally of the lines written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""
        self._count = 0
        self._total = 0

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, data: Any, /) -> int:
        """Take a piece of a file."""
        whole, newline, tail = (self._rest + bytes(data)).rpartition(b"\n")
        self._rest = tail
        made = tally((whole + newline).splitlines(keepends=True))
        self._count, self._total = self._count + made.count, self._total + made.total
        return len(data)

    @property
    def tally(self) -> Tally:
        """The tally so far."""
        return Tally(self._count, self._total % (1 << 256))


def _expected(name: str, folder: Path, facts: str, quote: str) -> Tally | None:
    """Return what a file must hold; None where only it knows."""
    if _WHOLE.fullmatch(name):
        return tally(lines_of(folder))
    if _WITHOUT.fullmatch(name):
        return tally(line for line in lines_of(folder) if predicate_of(line) != f"<{quote}>".encode())
    entry = read_manifest(folder / MANIFEST).get(facts)
    if _FACTS.fullmatch(name) and entry:
        return tally(map(triple_of, read_graph(folder / NQUADS, entry)))
    return None


def _differs(found: Tally, expected: Tally) -> str:
    if found.count == expected.count:
        return f"{found.count:,} statements, as many as but not the same as those"
    return f"{found.count:,} statements and not the {expected.count:,}"


def _counts(ask: Ask, entries: Mapping[str, Entry]) -> dict[str, int]:
    try:
        return _by_graph(ask(_BY_GRAPH))
    except StoreError:  # too slow for the server: in pieces, and the total then tells of any other graph
        graphs = list(entries)
        found: dict[str, int] = {}
        for start in range(0, len(graphs), _AT_ONCE):
            some = " ".join(f"<{graph}>" for graph in graphs[start : start + _AT_ONCE])
            found |= _by_graph(ask(_SOME % some))
        return found


def _by_graph(found: Sequence[Row]) -> dict[str, int]:
    return {str(row["g"]): int(str(row["n"])) for row in found if "g" in row}


def _number(found: Sequence[Row]) -> int:
    return int(str(found[0]["n"]))
