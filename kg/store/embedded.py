"""Stage 6, the store on this machine's disk or in memory: Oxigraph inside the process."""

import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from kg.errors import StoreError
from kg.store.contract import Answer
from kg.store.evaluation import Request, evaluate


class EmbeddedStore:
    """A Store in this process."""

    def __init__(
        self, inner: pyoxigraph.Store, *, where: str, prefixes: Mapping[str, str], settle: bool = False
    ) -> None:
        self._inner: pyoxigraph.Store | None = inner
        self._where = where
        self._prefixes = prefixes
        self._settle = settle

    def load(self, nquads: bytes | Path, /) -> None:
        """Add the quads of an N-Quads document or file; fast, but readers may see a part."""
        with self._open() as inner:
            if isinstance(nquads, bytes):
                inner.bulk_load(nquads, RdfFormat.N_QUADS)
            else:
                inner.bulk_load(path=nquads, format=RdfFormat.N_QUADS)

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
        if inner is not None and self._settle:
            with clear_errors(self._where):
                inner.optimize()
                inner.flush()

    @contextmanager
    def _open(self) -> Iterator[pyoxigraph.Store]:
        if self._inner is None:
            raise StoreError(f"{self._where} is closed")
        with clear_errors(self._where):
            yield self._inner


def open_store(path: Path | None = None, *, prefixes: Mapping[str, str] | None = None) -> EmbeddedStore:
    """Open or make the store in a folder, to write it; without a folder, one in memory.

    Raises StoreError when it cannot be opened, or another process writes it.
    """
    if path is None:
        return EmbeddedStore(pyoxigraph.Store(), where="the store in memory", prefixes=prefixes or {})
    with clear_errors(str(path)):
        path.mkdir(parents=True, exist_ok=True)
        inner = pyoxigraph.Store(str(path))
    return EmbeddedStore(inner, where=str(path), prefixes=prefixes or {}, settle=True)


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
