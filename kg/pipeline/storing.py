"""Bring the store of a draft to what the shelf holds: what changed of an earlier one, or all of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from re import compile as pattern

from rdflib import Graph

from kg.errors import StoreError
from kg.pipeline.graphs import ontology_lines
from kg.pipeline.view import Sources, changed_things, write_view
from kg.store import EmbeddedStore, Shelf, copy_store, open_store, predicate_of, subject_of
from kg.vocabulary import ENTITIES, FACTS, KG, KGV, ONTOLOGY, SCHEMA, Names

_MOST_CHANGED = 0.2
"""Share of the graphs from which filling a new store is faster than changing a copy of the old one."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What can be taken over from the release before."""

    store: Path
    issued: Mapping[str, str]
    """Day of publication by graph of an article's statements."""
    same_view: bool
    """Whether the view was made in the same way."""
    derived: bool = False
    """Whether the release is the earlier one with something taken out: nothing else in it may change, and of
    what is gone nothing may be left in its files."""


def store_and_view(
    path: Path,
    shelf: Shelf,
    entities: Graph,
    issued: Mapping[str, date],
    names: Names,
    *,
    earlier: Earlier | None,
) -> EmbeddedStore:
    """Return the open store of all that the shelf holds, with the view, which then is on the shelf as well.

    `issued` is the day of publication by graph. Raises StoreError when the store lacks what was loaded.
    """
    facts = str(names.graph(FACTS))
    changed = [graph for graph in shelf.changed() if graph != facts]
    derived = earlier is not None and earlier.derived
    small = earlier is not None and not derived and len(changed) <= _MOST_CHANGED * len(shelf.entries())
    if earlier is not None and small:
        copy_store(earlier.store, path)
    store = open_store(path, prefixes=names.prefixes(), settle=not small)
    sources = Sources(store, shelf, entities, issued, _constant(shelf, facts, names, derived=derived), names)
    if earlier is None or not small:
        store.load(line for entry in shelf.entries() for line in shelf.lines(entry.graph))
        affected = _affected(sources, changed, earlier) if earlier is not None and derived else None
        write_view(sources, affected, path.parent)
        store.load(shelf.lines(facts))
        store.copy_to_default(facts)
    else:
        for graph in changed:
            _change(store, shelf, graph, facts)
        write_view(sources, _affected(sources, changed, earlier), path.parent)
        _change(store, shelf, facts, facts)
    _check(store, shelf, facts)
    return store


def _constant(shelf: Shelf, facts: str, names: Names, *, derived: bool) -> list[bytes]:
    """Return the ontology as it stands in the view: today's, or that of the release that is derived from."""
    if not derived:
        return ontology_lines(names)
    own, linked = (str(KG), str(KGV), str(ONTOLOGY)), f"<{SCHEMA.sameAs}>".encode()
    return [
        line
        for line in shelf.old_lines(facts)
        if subject_of(line).startswith(own) and predicate_of(line) != linked
    ]


def _affected(sources: Sources, changed: list[str], earlier: Earlier) -> set[str] | None:
    if not earlier.same_view:
        return None
    reports = pattern(f"{sources.names.graph('article/')}[a-z0-9-]+")
    telling = [g for g in changed if reports.fullmatch(g) or g == str(sources.names.graph(ENTITIES))]
    days = {graph: day.isoformat() for graph, day in sources.issued.items()}
    # A graph whose earlier day is not known counts; in a derived release no day is another one.
    redated = [] if earlier.derived else [g for g, day in days.items() if earlier.issued.get(g) != day]
    return changed_things(sources.shelf, telling, redated)


def _change(store: EmbeddedStore, shelf: Shelf, graph: str, facts: str) -> None:
    def side(new: bool) -> Iterator[bytes]:  # noqa: FBT001  which of two
        return (line for is_new, line in shelf.differences(graph) if is_new is new)

    store.change(side(False), side(True), default=facts)  # noqa: FBT003  as above


def _check(store: EmbeddedStore, shelf: Shelf, facts: str) -> None:
    quads = sum(entry.quads for entry in shelf.entries())
    # The default graph holds the view once more.
    held = store.size() - sum(entry.quads for entry in shelf.entries() if entry.graph == facts)
    if held != quads:
        raise StoreError(
            f"the store holds {held} of {quads} quads; are some equal but for how a number is written?"
        )
