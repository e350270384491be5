"""Stage 6, the store on this machine's disk or in memory: Oxigraph inside the process."""

import io
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat

from kg.errors import StoreError
from kg.store.contract import Answer, Term
from kg.store.evaluation import Request, evaluate

_BATCH = 2000
"""Lines that are parsed at once."""


class EmbeddedStore:
    """A Store in this process."""

    def __init__(
        self,
        inner: pyoxigraph.Store,
        *,
        where: str,
        prefixes: Mapping[str, str],
        written: bool = False,
        settle: bool = False,
    ) -> None:
        self._inner: pyoxigraph.Store | None = inner
        self._where = where
        self._prefixes = prefixes
        self._written = written
        self._settle = settle

    def load(self, nquads: bytes | Path | Iterable[bytes], /) -> None:
        """Add the quads of an N-Quads document, file or lines; fast, but readers may see a part."""
        with self._open() as inner:
            if isinstance(nquads, Path):
                inner.bulk_load(path=nquads, format=RdfFormat.N_QUADS)
            else:
                given = nquads if isinstance(nquads, bytes) else io.BufferedReader(_Lines(nquads))
                inner.bulk_load(given, RdfFormat.N_QUADS)

    def replace(self, graph: str, ntriples: bytes, /) -> None:
        """Make the named graph hold exactly these triples, in one transaction."""
        with self._open() as inner:
            text = "".join(
                f"{triple.subject} {triple.predicate} {triple.object} ." for triple in _triples(ntriples)
            )
            name = NamedNode(graph)
            inner.update(f"DROP SILENT GRAPH {name} ; INSERT DATA {{ GRAPH {name} {{ {text} }} }}")

    def copy_to_default(self, graph: str, /) -> None:
        """Make the default graph hold exactly what the named graph holds."""
        with self._open() as inner, tempfile.TemporaryFile() as triples:
            inner.dump(triples, RdfFormat.N_TRIPLES, from_graph=NamedNode(graph))
            triples.seek(0)
            inner.clear_graph(DefaultGraph())
            inner.bulk_load(triples, RdfFormat.N_TRIPLES, to_graph=DefaultGraph())

    def change(self, removed: Iterable[bytes], added: Iterable[bytes], *, default: str) -> None:
        """Take out and put in N-Quads lines; those of the graph `default` in the default graph as well."""
        home = NamedNode(default)
        with self._open() as inner:
            for lines, act in ((removed, inner.remove), (added, inner.add)):
                for quad in _quads(lines):
                    act(quad)
                    if quad.graph_name == home:
                        act(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()))

    def about(self, subject: str) -> Iterator[tuple[str, str, Term]]:
        """Yield graph, predicate and value of all that the named graphs say of a thing."""
        with self._open() as inner:
            for quad in inner.quads_for_pattern(NamedNode(subject), None, None, None):
                if isinstance(quad.graph_name, NamedNode):
                    yield quad.graph_name.value, quad.predicate.value, term_of(quad.object)

    def holders(self, predicate: str, value: str) -> Iterator[str]:
        """Yield the things that have an IRI as the value of a property, in any graph."""
        with self._open() as inner:
            found = inner.quads_for_pattern(None, NamedNode(predicate), NamedNode(value), None)
            yield from (quad.subject.value for quad in found if isinstance(quad.subject, NamedNode))

    def query(
        self,
        sparql: str,
        /,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Answer a query in this process and without a time limit: for our own queries only."""
        request = Request(sparql, media, default_graphs, named_graphs, prefixes=self._prefixes)
        out = io.BytesIO()
        with self._open() as inner:
            kind, written = evaluate(inner, request, out)
        return Answer(kind, written, out.getvalue())

    def size(self) -> int:
        """Return how many quads it holds, those of the default graph among them."""
        with self._open() as inner:
            return len(inner)

    def dump(self, out: BinaryIO, /) -> None:
        """Write every quad of the named graphs as N-Quads."""
        with self._open() as inner:
            for graph in sorted(inner.named_graphs(), key=str):
                pyoxigraph.serialize(
                    inner.quads_for_pattern(None, None, None, graph), output=out, format=RdfFormat.N_QUADS
                )

    def close(self) -> None:
        """Settle what was written, so that readers open it fast, and release the folder."""
        inner, self._inner = self._inner, None
        if inner is not None and self._written:
            with clear_errors(self._where):
                if self._settle:
                    inner.optimize()
                inner.flush()

    @contextmanager
    def _open(self) -> Iterator[pyoxigraph.Store]:
        if self._inner is None:
            raise StoreError(f"{self._where} is closed")
        with clear_errors(self._where):
            yield self._inner


def open_store(
    path: Path | None = None, *, prefixes: Mapping[str, str] | None = None, settle: bool = True
) -> EmbeddedStore:
    """Open or make the store in a folder, to write it; without a folder, one in memory.

    With `settle` its files are put in order at the end, which takes the longer the larger it is. Raises
    StoreError when it cannot be opened, or another process writes it.
    """
    if path is None:
        return EmbeddedStore(pyoxigraph.Store(), where="the store in memory", prefixes=prefixes or {})
    with clear_errors(str(path)):
        path.mkdir(parents=True, exist_ok=True)
        inner = pyoxigraph.Store(str(path))
    return EmbeddedStore(inner, where=str(path), prefixes=prefixes or {}, written=True, settle=settle)


def copy_store(earlier: Path, path: Path) -> None:
    """Make the store of a folder that of an earlier release; what does not change is shared on the disk.

    Raises StoreError when there is none or it cannot be copied.
    """
    with clear_errors(str(path)):
        if path.exists():
            path.rmdir()
        read_only(earlier).backup(str(path))


def term_of(term: object) -> Term:
    """Return one of the engine's terms as ours."""
    if isinstance(term, Literal):
        return Term("literal", term.value, term.language or "", term.datatype.value)
    return Term("uri", getattr(term, "value", ""))


def open_read_only(path: Path, *, prefixes: Mapping[str, str] | None = None) -> EmbeddedStore:
    """Open a finished store, to read it; any number of processes may.

    Raises StoreError when there is none.
    """
    return EmbeddedStore(read_only(path), where=str(path), prefixes=prefixes or {})


def read_only(path: Path) -> pyoxigraph.Store:
    """Return the engine's own handle on a finished store."""
    if not (path / "CURRENT").is_file():  # the engine's own message names a file of its inside
        raise StoreError(f"{path}: there is no store")
    with clear_errors(str(path)):
        return pyoxigraph.Store.read_only(str(path))


class _Lines(io.RawIOBase):
    """Lines as a file to read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = b"".join(itertools.islice(self._lines, _BATCH))
        data, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _quads(lines: Iterable[bytes]) -> Iterator[Quad]:
    source = iter(lines)
    while batch := b"".join(itertools.islice(source, _BATCH)):
        yield from pyoxigraph.parse(batch, RdfFormat.N_QUADS)


def _triples(ntriples: bytes) -> Iterator[pyoxigraph.Triple]:
    for quad in pyoxigraph.parse(ntriples, RdfFormat.N_TRIPLES):
        yield quad.triple


@contextmanager
def clear_errors(where: str) -> Iterator[None]:
    """Turn what the engine or the disk raises into a StoreError that names the place."""
    try:
        yield
    except SyntaxError as error:
        raise StoreError(f"{where}: what is loaded is not N-Quads or N-Triples: {error}") from error
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(f"{where}: {error}") from error
