"""The consolidated view of a release: of what changed it is made anew, of all else taken over.

What the view says of a thing rests on what the articles and the graph of entities say of that thing and of
the figures that tell its size. Countries follow from many things, and are derived again each time.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF

from kg.map import ArticleReport, add_countries, settled
from kg.map.terms import STORE
from kg.release.draft import clear_errors
from kg.store import EmbeddedStore, Shelf, Term, described, nquads_of, predicate_of, sorted_lines, subject_of
from kg.vocabulary import ENTITIES, FACTS, ID_KINDS, KG, KGV, Names

_BATCH = 500
"""Things that are settled at once."""
_LEADS_TO_COUNTRY: Mapping[bytes, frozenset[bytes]] = {
    f"<{iri}>".encode(): frozenset(f"<{value}>".encode() for value in values)
    for iri, values in (
        (RDF.type, (KG.Place, KG.Institution, KG.Event)),
        (KG.kind, (KGV.country,)),
        *((iri, ()) for iri in (KG.within, KG.capitalOf, KG.location, KG.unitOf)),
    )
}
"""What countries are derived from: predicates, and which of their values where not all of them matter."""
_FIGURES = f"/id/{ID_KINDS['figure']}/"
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_COUNTRY = f"<{KG.country}>".encode()


@dataclass(frozen=True, slots=True)
class Sources:
    """What the view is made from."""

    store: EmbeddedStore
    """Holds the graphs of the articles as they are now."""
    shelf: Shelf
    entities: Graph
    issued: Mapping[str, date]
    """The day of publication by graph of an article's statements."""
    constant: Sequence[bytes]
    """Sorted lines that stand in every view: the ontology."""
    names: Names

    @property
    def facts(self) -> str:
        """Return the graph of the view."""
        return str(self.names.graph(FACTS))


def write_view(sources: Sources, changed: set[str] | None, folder: Path) -> None:
    """Put the view on the shelf; `changed` are the things of which something else is said (None: all).

    Memory holds a batch of things, the names of those that changed (of all, where all is made anew), and
    what countries are derived from: of each thing its class, kind and place. Raises StoreError when the
    disk fails.
    """
    with clear_errors(folder):
        _write_view(sources, changed, folder)


def _write_view(sources: Sources, changed: set[str] | None, folder: Path) -> None:
    wanted = _everything(sources) if changed is None else changed
    settled_path, whole_path = folder / "settled.nq", folder / "view.nq"
    done: set[str] = set()
    with settled_path.open("wb") as file:
        file.writelines(sorted_lines(_settled(sources, wanted, done), folder))
    old = () if changed is None else sources.shelf.old_lines(sources.facts)
    constant = set(sources.constant)
    kept = (
        line
        for line in old
        if predicate_of(line) != _COUNTRY and line not in constant and subject_of(line) not in done
    )
    with settled_path.open("rb") as fresh, whole_path.open("wb") as file:
        file.writelines(_once(heapq.merge(kept, fresh, sources.constant)))
    with whole_path.open("rb") as lines:
        countries = _countries(lines, sources)
    with whole_path.open("rb") as lines:
        sources.shelf.put(sources.facts, _once(heapq.merge(lines, countries)))
    settled_path.unlink()
    whole_path.unlink()


def changed_things(shelf: Shelf, graphs: Iterable[str], redated: Iterable[str]) -> set[str]:
    """Return the things of which the given graphs say something else than before.

    Of `redated` graphs it matters that they are of another day now: all that they speak of counts.
    """
    found: set[str] = set()
    size = f"<{KG.size}>".encode()
    for graph in graphs:
        for _, line in shelf.differences(graph):
            found.add(subject_of(line))
            if predicate_of(line) == size:
                found.add(line.split(b" ")[2][1:-1].decode())
    for graph in redated:
        found |= {
            subject_of(line) for lines in (shelf.old_lines(graph), shelf.lines(graph)) for line in lines
        }
    return found


def _everything(sources: Sources) -> set[str]:
    graphs = (*sources.issued, str(sources.names.graph(ENTITIES)))
    return {subject_of(line) for graph in graphs for line in sources.shelf.lines(graph)}


def _settled(sources: Sources, wanted: set[str], done: set[str]) -> Iterator[bytes]:
    """Yield what the view says of things, and note them and the figures that belong to them in `done`."""
    groups = _groups(sources, wanted, done)
    while batch := list(islice(groups, _BATCH)):
        reports: dict[str, Graph] = {}
        entities = Graph(store=STORE)
        for things in batch:
            for thing, said in things.items():
                for graph, predicate, value in said:
                    held = reports.setdefault(graph, Graph(store=STORE))
                    held.add((URIRef(thing), URIRef(predicate), _node(value)))
                for triple in sources.entities.triples((URIRef(thing), None, None)):
                    entities.add(triple)
        told = [ArticleReport(graph, sources.issued[graph], held) for graph, held in sorted(reports.items())]
        view = settled(told, entities)
        yield from nquads_of(sources.facts, view.serialize(format="nt", encoding="utf-8"))


_Said = list[tuple[str, str, Term]]


def _groups(sources: Sources, wanted: set[str], done: set[str]) -> Iterator[dict[str, _Said]]:
    """Yield things with what the articles say of each; a thing and its figures come together."""
    for thing in sorted(wanted, key=lambda iri: (_FIGURES in iri, iri)):
        if thing not in done:
            group = _group(sources, thing)
            done.update(group)
            yield group


def _group(sources: Sources, thing: str) -> dict[str, _Said]:
    group: dict[str, _Said] = {}
    waiting = [thing]
    while waiting:
        if (each := waiting.pop()) in group:
            continue
        said = [told for told in sources.store.about(each) if told[0] in sources.issued]
        group[each] = said
        waiting += [value.value for _, predicate, value in said if predicate == str(KG.size)]
        if any(
            predicate == str(RDF.type) and value.value == str(KG.ReportedFigure)
            for _, predicate, value in said
        ):
            waiting += sources.store.holders(str(KG.size), each)
    return group


def _node(term: Term) -> URIRef | Literal:
    if term.kind == "uri":
        return URIRef(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = None if term.datatype == _STRING else URIRef(term.datatype)
    return Literal(term.value, datatype=datatype, normalize=False)


def _countries(lines: Iterable[bytes], sources: Sources) -> list[bytes]:
    """Return the sorted lines that say in which country things are."""
    graph = Graph(store=STORE)
    for thing, said in described(filter(_leads_to_country, lines)):
        for predicate, value in said:
            graph.add((URIRef(thing), URIRef(predicate), _node(value)))
    add_countries(graph, sources.entities)
    found = Graph(store=STORE)
    for triple in graph.triples((None, KG.country, None)):
        found.add(triple)
    return nquads_of(sources.facts, found.serialize(format="nt", encoding="utf-8"))


def _leads_to_country(line: bytes) -> bool:
    _, predicate, value, _ = line.split(b" ", 3)
    values = _LEADS_TO_COUNTRY.get(predicate)
    return values is not None and (not values or value in values)


def _once(lines: Iterable[bytes]) -> Iterator[bytes]:
    last = b""
    for line in lines:
        if line != last:
            yield line
        last = line
