"""Stage 6, the record that a remote store keeps of what it holds: a small graph that is written by pushes.

It tells which release is there, whether a push is under way (`push:loading`), and the SHA-256 of each graph.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from kg.errors import StoreBusyError, StoreError
from kg.store.contract import Queried, Row, rows
from kg.store.plan import CHANGING
from kg.store.reading import iri_ref
from kg.vocabulary import PUSH

_T = TypeVar("_T")
_PAGE = 5000
"""Rows that are asked for at once: public servers cut a longer answer without a word."""
_ROWS = """SELECT ?s ?p ?o WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} FILTER(STR(?s) >= "{after}") }}
ORDER BY STR(?s) STR(?p) STR(?o) LIMIT {page}"""
_GRAPHS = """SELECT DISTINCT ?s WHERE {{ GRAPH ?s {{ ?x ?p ?o }}
FILTER(STRSTARTS(STR(?s), "{start}") && STR(?s) >= "{after}") }} ORDER BY STR(?s) LIMIT {page}"""
_HOLDS, _RELEASE, _CONTENT, _LOADING, _DEFAULT = (
    str(PUSH[name]) for name in ("holds", "release", "content", "loading", "default")
)


class Remote(Queried, Protocol):
    """What a push asks of a store; each of it may be asked again."""

    def update(self, sparql: str, /) -> None:
        """Carry out an update that may be carried out twice."""

    def replace(self, graph: str, ntriples: Path, /) -> None:
        """Make the named graph hold exactly these triples."""

    def remove(self, graph: str, /) -> None:
        """Remove the named graph, if it is there."""

    def copy_to_default(self, graph: str, /) -> None:
        """Make the default graph hold exactly what the named graph holds."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a remote store says that it holds."""

    release: str = ""
    """The release that it holds whole, if no push is under way."""
    content: str = ""
    loading: str = ""
    """The release that a push brings, or was bringing when it was stopped."""
    default: str = ""
    """SHA-256 of what the default graph is a copy of; nothing when pushes leave it alone."""
    graphs: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each graph, or what marks it as being changed."""


def loading(store: Queried, record: str) -> str:
    """Return the release that a push is bringing; nothing when the store is at rest."""
    graph = iri_ref(record)
    found = rows(store, f"SELECT ?id WHERE {{ GRAPH {graph} {{ {graph} <{_LOADING}> ?id }} }} LIMIT 1")
    return str(found[0]["id"]) if found else ""


def steady(store: Queried, record: str, release: str, ask: Callable[[], _T]) -> _T:
    """Return what `ask` returns if the store held that release, whole, before and after.

    Raises StoreBusyError (503 over HTTP) when a push was under way, or another release is there: an answer
    may then be a mix. A push that begins and ends between the two looks leaves another release behind.
    """
    require_held(store, record, release)
    answer = ask()
    require_held(store, record, release)
    return answer


def require_held(store: Queried, record: str, release: str) -> bool:
    """Return whether the default graph is a copy of the view, of a store that holds that release, whole.

    Raises StoreBusyError when it does not, or when a push is under way.
    """
    graph = iri_ref(record)
    found = rows(store, f"SELECT ?p ?o WHERE {{ GRAPH {graph} {{ {graph} ?p ?o }} }}")
    told = {(str(row["p"]), str(row["o"])) for row in found}
    if any(p == _LOADING for p, _ in told):
        raise StoreBusyError("a release is being brought into the store; please try again")
    if (_RELEASE, release) not in told:
        raise StoreBusyError(f"the store does not hold release {release}")
    return any(p == _DEFAULT and o and o != CHANGING for p, o in told)


def held(store: Queried, record: str) -> Held:
    """Return what the record of a store says; nothing where there is none.

    Raises StoreError when it cannot be read whole.
    """
    return _held(_read(store, record), record)


def _held(found: Iterable[tuple[str, str, str]], record: str) -> Held:
    own: dict[str, str] = {}
    graphs: dict[str, str] = {}
    for s, p, o in sorted(found):
        if s == record:
            own[p] = o if p not in own else CHANGING
        elif p == _HOLDS:
            # Two values: an update was stopped between its halves.
            graphs[s] = o if s not in graphs else CHANGING
    release, content, coming, default = (own.get(p, "") for p in (_RELEASE, _CONTENT, _LOADING, _DEFAULT))
    return Held(release, content, coming, default, graphs)


def _read(store: Queried, record: str) -> set[tuple[str, str, str]]:
    graph = iri_ref(record)
    found = {(str(r["s"]), str(r["p"]), str(r["o"])) for r in _paged(store, _ROWS, graph=graph)}
    (total,) = rows(store, f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
    if int(str(total["n"])) != len(found):
        raise StoreError(f"the record {record} has {total['n']} rows, of which {len(found)} could be read")
    return found


def _literal(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def graphs_under(store: Queried, start: str) -> list[str]:
    """Return the named graphs whose IRIs begin so."""
    return sorted({str(row["s"]) for row in _paged(store, _GRAPHS, start=start)})


def counts(store: Queried, graphs: Iterable[str]) -> dict[str, int]:
    """Return how many triples each graph holds; one without any is absent."""
    names = " ".join(iri_ref(graph) for graph in graphs)
    found = rows(
        store,
        f"SELECT ?g (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s ?p ?o }} VALUES ?g {{ {names} }} }} GROUP BY ?g",
    )
    return {str(row["g"]): int(str(row["n"])) for row in found if "g" in row}


def _paged(store: Queried, query: str, **given: str) -> Iterator[Row]:
    after = ""
    while True:
        page = rows(store, query.format(after=after, page=_PAGE, **given))
        yield from page
        if len(page) < _PAGE:
            return
        # From the last subject on again: it may have more rows than were given.
        last = str(page[-1]["s"])
        if last == after:
            raise StoreError(f"{last} has more than {_PAGE} rows in the record")
        after = iri_ref(last)[1:-1]


class Record:
    """The record of a store, as one push reads and writes it.

    Each note is one update, in which what is new is told before what is old is taken back: a server that
    stops between the two leaves both, and of two values none is believed.
    """

    def __init__(self, store: Remote, record: str) -> None:
        self._store = store
        self._record = record
        found = _read(store, record)
        self.held = _held(found, record)
        self._told: dict[tuple[str, str], set[str]] = {}
        for s, p, o in found:
            self._told.setdefault((s, p), set()).add(o)

    def note(self, graphs: Mapping[str, str]) -> None:
        """Record of each graph a SHA-256 or a mark; with an empty text nothing is recorded any more."""
        self._write({(graph, _HOLDS): text for graph, text in graphs.items()})

    def begin(self, release: str) -> None:
        """Mark the store as being changed; nobody should answer from it."""
        self._write({(self._record, _LOADING): release})

    def default(self, text: str) -> None:
        """Record what the default graph is a copy of."""
        self._write({(self._record, _DEFAULT): text})

    def end(self, release: str, content: str) -> None:
        """Record the release that is now there, whole, and take the mark away."""
        self._write({(self._record, _RELEASE): release, (self._record, _CONTENT): content})
        self._write({(self._record, _LOADING): ""})

    def _write(self, values: Mapping[tuple[str, str], str]) -> None:
        added, dropped = [], []
        for (s, p), text in values.items():
            old = self._told.get((s, p), set())
            added += [(s, p, text)] if text and text not in old else []
            dropped += [(s, p, o) for o in sorted(old - {text})]
            self._told[s, p] = {text} if text else set()
        parts = [self._data(word, lines) for word, lines in (("INSERT", added), ("DELETE", dropped)) if lines]
        if parts:
            self._store.update(" ;\n".join(parts))

    def _data(self, word: str, lines: Iterable[tuple[str, str, str]]) -> str:
        text = "\n".join(f"{iri_ref(s)} {iri_ref(p)} {_literal(o)} ." for s, p, o in lines)
        return f"{word} DATA {{ GRAPH {iri_ref(self._record)} {{\n{text}\n}} }}"
