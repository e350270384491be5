"""Stage 6, the files that people download, all made from one file of sorted N-Quads.

The same quads give the same bytes: nothing in a file depends on a clock, a name or an order of arrival. What
is held in memory does not grow with the data.
"""

import gzip
import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import Quad, RdfFormat, parse, serialize

from kg.store.embedded import clear_errors
from kg.store.jsonld import Context, write_jsonld
from kg.store.shelf import Shelf
from kg.store.sorting import by_graph, graph_of, predicate_of

_BATCH = 1000
"""Lines that are parsed at once."""


def write_dumps(
    nquads: Path, folder: Path, *, facts: str, quote: str, prefixes: Mapping[str, str], context: Context
) -> str:
    """Write every dump of the sorted N-Quads into `folder`; return the SHA-256 that names the content.

    `facts` is the graph of the consolidated view, which Turtle and JSON-LD hold; `quote` is the property that
    the dump without quotations leaves out. Raises StoreError when a file cannot be written.
    """
    writers: dict[str, Callable[[BinaryIO], None]] = {
        "accord-noquotes.nq.gz": lambda out: out.writelines(_without(nquads, f"<{quote}>".encode())),
        "accord.trig.gz": lambda out: _serialized(by_graph(nquads), out, RdfFormat.TRIG, prefixes),
        "accord.ttl.gz": lambda out: _serialized(_facts(nquads, facts), out, RdfFormat.TURTLE, prefixes),
        "accord.jsonld.gz": lambda out: write_jsonld(
            _statements(_facts(nquads, facts)), out, context=context
        ),
    }
    with clear_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        for name, write in writers.items():
            with _gzipped(folder / name) as out:
                write(out)
        text = json.dumps({"@context": context}, ensure_ascii=False, indent=1)
        (folder / "context.jsonld").write_text(text + "\n", encoding="utf-8")
        with Shelf(folder / ".fresh") as shelf:
            for graph, lines in itertools.groupby(by_graph(nquads), key=graph_of):
                shelf.put(graph[1:-1].decode(), lines)
            return shelf.write(folder)


def _lines(nquads: Path) -> Iterator[bytes]:
    with nquads.open("rb") as file:
        yield from file


def _without(nquads: Path, predicate: bytes) -> Iterator[bytes]:
    return (line for line in _lines(nquads) if predicate_of(line) != predicate)


def _facts(nquads: Path, facts: str) -> Iterator[bytes]:
    """Yield the facts as sorted N-Triples."""
    wanted = f"<{facts}>".encode()
    for line in _lines(nquads):
        if graph_of(line) == wanted:
            yield line.rsplit(b" ", 2)[0] + b" .\n"


def _statements(lines: Iterable[bytes]) -> Iterator[Quad]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH:
            yield from parse(b"".join(batch), RdfFormat.N_QUADS)
            batch.clear()
    yield from parse(b"".join(batch), RdfFormat.N_QUADS)


def _serialized(lines: Iterable[bytes], out: BinaryIO, form: RdfFormat, prefixes: Mapping[str, str]) -> None:
    quads = _statements(lines)
    if form.supports_datasets:
        serialize(quads, output=out, format=form, prefixes=dict(prefixes))
    else:
        serialize((quad.triple for quad in quads), output=out, format=form, prefixes=dict(prefixes))


@contextmanager
def _gzipped(path: Path) -> Iterator[BinaryIO]:
    """Open a gzip file whose header has no name and no time."""
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
        io.BufferedWriter(packed) as buffered,
    ):
        yield buffered
