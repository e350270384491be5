"""All article graphs and the entities -> the consolidated view, in which each thing stands once.

Where articles differ on a property that can have one value, the latest report is believed. Where reports of
that same day differ, a status becomes `kgv:disputed`, any other such property is left out, and `kg:disputed`
names it. Each article's own value stays in the article's graph.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rdflib import Graph, Literal
from rdflib.namespace import RDFS, SKOS
from rdflib.term import Node

from kg.map.country import add_countries
from kg.map.terms import STORE
from kg.vocabulary import KG, KGV

SINGLE = frozenset((KG.status, KG.kind, KG.size, KG.signedAt))
"""Of each of these a thing has one value; dates are settled together."""
DATES = (KG.startDate, KG.endDate, KG.datePrecision)
BOTH_CAN_BE_TRUE = frozenset((KG.signedAt,))
"""Of several equal reports one is taken, since they do not exclude each other."""
_TEXTS = frozenset((RDFS.label, KG.title))
"""Of each of these a thing has one value a language."""
_OF_ENTITIES = frozenset((RDFS.label, SKOS.altLabel, KG.kind))
"""What the graph of entities has settled already."""
_PRECISION: dict[Node | None, int] = {
    KGV["to-the-year"]: 0,
    KGV["to-the-month"]: 1,
    KGV["to-the-day"]: 2,
    None: 2,
}


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """One article's facts and the day they were issued."""

    article: str
    issued: date | None
    facts: Graph


@dataclass(frozen=True, slots=True)
class _Said:
    issued: date
    article: str
    values: tuple[Node | None, ...]
    """One value, or the dates that belong together."""
    means: Hashable
    """What two reports must share to agree: for a size its number, not the node of the figure."""


_Key = tuple[Node, Node, str]
"""Subject, property and, for texts, the language."""
_Heard = defaultdict[_Key, list[_Said]]


def consolidated(reports: Iterable[ArticleReport], entities: Graph) -> Graph:
    """Return the consolidated view; the order of the reports does not matter."""
    graph = settled(reports, entities)
    add_countries(graph, entities)
    return graph


def settled(reports: Iterable[ArticleReport], entities: Graph) -> Graph:
    """Return the view without countries: what it says of a thing rests on what is said of that thing alone.

    A thing and the figures that tell its size are one in this; so the view can be made piece by piece.
    """
    known = set(entities.subjects())
    graph = Graph(store=STORE)
    graph += entities
    heard: _Heard = defaultdict(list)
    for report in reports:
        for subject in set(report.facts.subjects()):
            _hear(report, subject, known, graph, heard)
    lost: set[Node | None] = set()
    for key, said in heard.items():
        unbelieved = _settle(graph, key, said)
        if key[1] == KG.size:  # a figure is told for the thing that it counts, and goes with it
            lost |= unbelieved
    for figure in lost:
        if next(graph.subjects(None, figure), None) is None:
            graph.remove((figure, None, None))
    return graph


def _hear(report: ArticleReport, subject: Node, known: set[Node], graph: Graph, heard: _Heard) -> None:
    """Take over what may stand many times; note the rest, to be settled once all is heard."""
    issued = report.issued or date.min
    dates: dict[Node, Node | None] = dict.fromkeys(DATES)
    for predicate, value in report.facts.predicate_objects(subject):
        if predicate in dates:
            # An article that gives two is broken: its lowest value, so that the order does not matter.
            held = dates[predicate]
            dates[predicate] = value if held is None else min(held, value, key=str)
        elif subject in known and predicate in _OF_ENTITIES:
            continue
        elif predicate in SINGLE or predicate in _TEXTS:
            tongue = value.language or "" if isinstance(value, Literal) else ""
            means = _meaning(report.facts, predicate, value)
            heard[subject, predicate, tongue].append(_Said(issued, report.article, (value,), means))
        else:
            graph.add((subject, predicate, value))
    if any(dates.values()):
        values = tuple(dates.values())
        heard[subject, KG.startDate, ""].append(_Said(issued, report.article, values, values))


def _meaning(facts: Graph, predicate: Node, value: Node) -> Hashable:
    if predicate != KG.size:
        return value
    return (facts.value(value, KG.value), facts.value(value, KG.qualifier) or KGV.exactly)


def _settle(graph: Graph, key: _Key, said: Sequence[_Said]) -> set[Node | None]:
    """Add the value that is believed; return the values that are not."""
    subject, predicate, _ = key
    fitting = _most_exact(said) if predicate == KG.startDate else said
    latest = max(one.issued for one in fitting)
    top = [one for one in fitting if one.issued == latest]
    everything = {value for one in said for value in one.values}
    clash = len({one.means for one in top}) > 1
    if clash and predicate not in _TEXTS and predicate not in BOTH_CAN_BE_TRUE:
        graph.add((subject, KG.disputed, predicate))
        if predicate == KG.status:
            graph.add((subject, KG.status, KGV.disputed))
        return everything
    chosen = min(top, key=lambda one: (*_fullest(one), one.article)).values
    for name, value in zip(DATES if predicate == KG.startDate else (predicate,), chosen, strict=True):
        if value is not None:
            graph.add((subject, name, value))
    return everything - set(chosen)


def _fullest(one: _Said) -> tuple[int, str]:
    text = " ".join(str(value) for value in one.values)
    return (-len(text) if isinstance(one.values[0], Literal) and one.values[0].language else 0, text)


def _most_exact(said: Sequence[_Said]) -> list[_Said]:
    """Return the reports but those that say the same as another one, only more vaguely."""
    return [one for one in said if not any(_vaguer(one, other) for other in said)]


def _vaguer(one: _Said, other: _Said) -> bool:
    (start, end, precision), (first, last, exact) = one.values, other.values
    if _PRECISION.get(precision, 2) >= _PRECISION.get(exact, 2) or None in (start, end, first, last):
        return False
    return str(start) <= str(first) and str(last) <= str(end)
