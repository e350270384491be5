"""Stage 7, changes: what is new, changed and gone between two releases, counted and told thing by thing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from kg.changes.labels import NAMED_BY, Labels, name_among, short
from kg.changes.sentences import Sentences, sentences
from kg.changes.sides import Side, changed_graphs
from kg.changes.things import Thing, Value, things
from kg.changes.words import TYPE, Altered, altered, mentioned, phrases
from kg.differences import differences
from kg.vocabulary import CATALOG, FACTS, KG, Names

KINDS = {
    "Article": "articles",
    "Agreement": "agreements",
    "AgreementSet": "sets of agreements",
    "Event": "events",
    "Delegation": "delegations",
    "Institution": "institutions",
    "Person": "persons",
    "Role": "roles",
    "Place": "places",
    "ReportedFigure": "figures",
    "Term": "terms of the ontology",
}
"""What is told of, in this order; Term is all that the view holds beside."""
FOLDER = "changes"
"""Where a release keeps what changed since the one before it."""
CHANGES_FILE = "changes.json"
PATCH_FILE = "changes.rdfp.gz"
CHANGES = ("new", "changed", "joined", "withdrawn")
"""`joined` is what proved to be the same as another thing."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing's change."""

    iri: str
    kind: str
    change: str
    name: Value
    words: tuple[str, ...]
    altered: tuple[Altered, ...] = ()
    sentences: tuple[int, int] = (0, 0)
    into: str = ""
    """The IRI of the thing that a joined one is now."""


@dataclass(frozen=True, slots=True)
class Summary:
    """All that is told of two releases."""

    before: Side
    after: Side
    graphs: tuple[int, int, int]
    """How many are new, changed and gone."""
    quads: tuple[int, int]
    """How many came and went."""
    counts: Mapping[str, Mapping[str, int]]
    """How many things, by kind and change."""
    things: tuple[Told, ...]
    """By kind, change and IRI; of each at most as many as were asked for."""


@dataclass(slots=True)
class _Found:
    limit: int
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    listed: dict[tuple[str, str], list[Thing]] = field(default_factory=dict)

    def note(self, kind: str, change: str, thing: Thing) -> None:
        self.counts[kind, change] += 1
        listed = self.listed.setdefault((kind, change), [])
        if not self.limit or len(listed) < self.limit:
            listed.append(thing)


def summary(before: Side, after: Side, names: Names, *, limit: int = 0) -> Summary:
    """Compare two releases; of each kind and change at most `limit` things are told, all when it is 0.

    Raises StoreError when a graph cannot be read.
    """
    changed = changed_graphs(before, after)
    counted = sentences(before, after, changed, names)
    found = _Found(limit)
    for thing in _things(before, after, changed, counted, names):
        found.note(_kind(thing, names), _change(thing, after, names), thing)
    teller = _Teller(counted, _labels(found, before, after, names), after, names)
    told = [
        teller.tell(thing, kind, change)
        for kind in KINDS
        for change in CHANGES
        for thing in found.listed.get((kind, change), ())
    ]
    counts = {
        kind: {change: n for change in CHANGES if (n := found.counts[kind, change])}
        for kind in KINDS
        if any(found.counts[kind, change] for change in CHANGES)
    }
    return Summary(
        before, after, _graphs(before, after, changed), _quads(before, after, changed), counts, tuple(told)
    )


def _things(
    before: Side, after: Side, changed: list[str], counted: Sentences, names: Names
) -> Iterator[Thing]:
    """Yield the articles and the things of the view that changed, or of which other sentences tell."""
    start = str(names.graph("article/"))
    read = {
        str(names.thing("article", g.removeprefix(start).split("/")[0]))
        for g in changed
        if g.startswith(start)
    }
    catalog, facts = str(names.graph(CATALOG)), str(names.graph(FACTS))
    for thing in things(before.graph(catalog), after.graph(catalog), lambda iri: iri in read):
        if _is_article(thing) and (thing.change != "same" or thing.iri in read):
            yield thing
    if facts in changed or counted.added or counted.removed:
        for thing in things(before.graph(facts), after.graph(facts), lambda iri: any(counted.of(iri))):
            if not _is_article(thing):
                yield thing


def _is_article(thing: Thing) -> bool:
    return (TYPE, Value(str(KG.Article), is_iri=True)) in thing.before | thing.after


def _kind(thing: Thing, names: Names) -> str:
    if thing.iri.startswith(f"{names.base}id/"):
        types = {value.text for side in (True, False) for value in thing.values(TYPE, new=side)}
        for kind in KINDS:
            if str(KG[kind]) in types:
                return kind
    return "Term"


def _change(thing: Thing, after: Side, names: Names) -> str:
    if thing.change == "withdrawn" and _path(thing, names) in after.moved:
        return "joined"
    return "changed" if thing.change == "same" else thing.change


def _path(thing: Thing, names: Names) -> str:
    return thing.iri.removeprefix(f"{names.base}id/")


def _labels(found: _Found, before: Side, after: Side, names: Names) -> Labels:
    wanted: set[str] = set()
    for (_, change), listed in found.listed.items():
        for thing in listed:
            if change == "changed":
                wanted |= mentioned(thing)
            elif change == "joined":
                wanted.add(str(names.of_path(after.moved[_path(thing, names)])))
    labels = Labels()
    for side in (after, before):
        labels.learn(
            chain(side.graph(str(names.graph(FACTS))), side.graph(str(names.graph(CATALOG)))), wanted
        )
    return labels


@dataclass(frozen=True, slots=True)
class _Teller:
    counted: Sentences
    labels: Labels
    after: Side
    names: Names

    def tell(self, thing: Thing, kind: str, change: str) -> Told:
        own = [value for p, value in thing.after or thing.before if p in NAMED_BY]
        name = name_among(own) if own else Value(short(thing.iri))
        if figures := sorted(value.text for p, value in thing.after or thing.before if p == str(KG.value)):
            name = Value(" ".join([*figures, *([name.text] if own else [])]), language=name.language)
        counted = self.counted.of(thing.iri)
        if change == "joined":
            into = str(self.names.of_path(self.after.moved[_path(thing, self.names)]))
            words = f"is now one with {self.labels.of(Value(into, is_iri=True))}"
            return Told(thing.iri, kind, change, name, (words,), into=into)
        if change == "withdrawn":
            return Told(thing.iri, kind, change, name, ("withdrawn",), sentences=counted)
        changes = altered(thing, self.labels) if thing.change == "changed" else ()
        told = tuple(phrases(thing, changes, counted)) or ("read anew",)
        return Told(thing.iri, kind, change, name, told, changes, counted)


def _graphs(before: Side, after: Side, changed: list[str]) -> tuple[int, int, int]:
    new = sum(graph not in before.hashes for graph in changed)
    gone = sum(graph not in after.hashes for graph in changed)
    return new, len(changed) - new - gone, gone


def _quads(before: Side, after: Side, changed: list[str]) -> tuple[int, int]:
    counts: Counter[bool] = Counter()
    for graph in changed:
        counts.update(is_new for is_new, _ in differences(before.graph(graph), after.graph(graph)))
    return counts[True], counts[False]


def as_json(found: Summary) -> dict[str, Any]:
    """Return a summary as plain data; its structure is documented and stays."""
    return {
        "from": _side(found.before),
        "to": _side(found.after),
        "graphs": dict(zip(("new", "changed", "withdrawn"), found.graphs, strict=True)),
        "quads": dict(zip(("added", "removed"), found.quads, strict=True)),
        "counts": {kind: dict(counts) for kind, counts in found.counts.items()},
        "things": [_thing(each) for each in found.things],
        "untold": {
            kind: left for kind, counts in found.counts.items() if (left := _untold(found, kind, counts))
        },
    }


def _side(side: Side) -> dict[str, str]:
    return {"id": side.id, "as_of": side.as_of, "content": side.content}


def _thing(each: Told) -> dict[str, Any]:
    told: dict[str, Any] = {
        "iri": each.iri,
        "kind": each.kind,
        "change": each.change,
        "name": {"text": each.name.text, "language": each.name.language},
        "words": list(each.words),
        "sentences": dict(zip(("added", "removed"), each.sentences, strict=True)),
        "statements": [
            {"property": a.property, "label": a.label, "before": list(a.before), "after": list(a.after)}
            for a in each.altered
        ],
    }
    return told | ({"into": each.into} if each.into else {})


def _untold(found: Summary, kind: str, counts: Mapping[str, int]) -> int:
    return sum(counts.values()) - sum(each.kind == kind for each in found.things)
