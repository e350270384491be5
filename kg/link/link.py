"""Findings of all articles -> who is who across them; between extract and map."""

import gc
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from kg.gazetteer import Registry, place
from kg.link.bodies import Bodies, join_institutions
from kg.link.circumstances import institutions
from kg.link.clusters import Clusters
from kg.link.deals import agreements, join_roles
from kg.link.decisions import Decisions
from kg.link.fingerprints import fingerprints
from kg.link.footing import footings
from kg.link.ledger import Ledger
from kg.link.mentions import PUBLISHER_KEY, Book, Mention, MentionId, open_book
from kg.link.named import Known, join_places, known_institutions, known_places
from kg.link.normalise import normalise, normalise_person
from kg.link.occasions import Scene, delegations, events
from kg.link.paths import NAMED, Paths, Thing, give_paths
from kg.link.persons import persons
from kg.link.sets import join_sets
from kg.link.verdicts import join_decided, split_prints
from kg.model import Findings, Kind, Links

_HAN = re.compile(r"[\u3400-\u9fff]")
_CONCEPT = "concept/"
_ROUNDS = 3
"""Who met tells which bodies are one, and that tells which meetings are: so often is this asked."""


def link(findings: Sequence[Findings], *, ledger: Ledger, registry: Registry, decisions: Decisions) -> Links:
    """Return who is who in those findings, the same for every order of them."""
    with _without_collector():
        return _link(findings, ledger, registry, decisions)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles to free: link makes none, and it would walk all findings."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _link(findings: Sequence[Findings], ledger: Ledger, registry: Registry, decisions: Decisions) -> Links:
    book = open_book(findings)
    known = Known(known_places(book), known_institutions(book, registry))
    bodies = Bodies(book, known, footings(book, known.places))
    prints = split_prints(fingerprints(book, known, bodies.footings), ledger, decisions)
    clusters = _joined(bodies, prints, ledger, decisions)
    things = _things(book, clusters, prints, known, registry)
    leaving = frozenset(gone for gone, _ in decisions.together)
    paths = give_paths(things, Scene(book, clusters, known), ledger, registry, leaving=leaving)
    return _links(book, clusters, things, paths, decisions)


def _joined(
    bodies: Bodies, prints: Mapping[MentionId, tuple[str, ...]], ledger: Ledger, decisions: Decisions
) -> Clusters:
    book, known, clusters = bodies.book, bodies.known, Clusters()
    for mention in book.mentions:
        clusters.add(mention)
    join_decided(clusters, book, prints, ledger, decisions)
    join_places(clusters, book, known.places)
    join_institutions(clusters, bodies)
    scene = Scene(book, clusters, known)
    people = persons(scene)
    people.join()
    steps = (delegations(scene), events(scene), agreements(scene), institutions(scene, bodies), people)
    for _ in range(_ROUNDS):
        for step in steps:
            step.join()
    join_sets(scene)
    join_roles(scene)
    return clusters


def _things(
    book: Book,
    clusters: Clusters,
    prints: Mapping[MentionId, tuple[str, ...]],
    known: Known,
    registry: Registry,
) -> list[Thing]:
    slugs = {**known.places, **known.institutions}
    things: list[Thing] = []
    for members in clusters.all():
        mentions = sorted((book.mentions[m] for m in members), key=_when)
        record = min((slugs[m] for m in members if m in slugs), default=None)
        told = tuple(sorted({print_ for m in members for print_ in prints[m]}))
        labels = _labels(mentions, record, registry) if mentions[0].entity.kind in NAMED else {}
        things.append(Thing(members[0], tuple(mentions), told, labels, record))
    return things


def _when(mention: Mention) -> tuple[date, MentionId]:
    return (mention.article.published or date.max, mention.id)


def _labels(mentions: Iterable[Mention], record: str | None, registry: Registry) -> dict[str, str]:
    """Return one name by language: that of gazetteer or registry, else the fullest in any article."""
    forms: defaultdict[str, set[str]] = defaultdict(set)
    kind = Kind.PLACE
    for mention in mentions:
        kind = mention.entity.kind
        forms[mention.article.language].add(mention.entity.name)
    found = {language: min(names, key=lambda n: _fullest(n, language)) for language, names in forms.items()}
    if record is not None:
        entry = place(record) if kind is Kind.PLACE else registry.institutions[record]
        found |= dict(entry.names) if entry is not None else {}
    return dict(sorted(found.items()))


def _fullest(name: str, language: str) -> tuple[bool, bool, int, str]:
    foreign = language.startswith("zh") and not _HAN.search(name)
    titled = normalise_person(name) != normalise(name)
    return (foreign, titled, -len(name), name)


def _links(
    book: Book, clusters: Clusters, things: Sequence[Thing], paths: Paths, decisions: Decisions
) -> Links:
    given = {thing.root: paths.given[thing.root] for thing in things}
    of_mention = {m: given[clusters.root(m)] for m in sorted(book.mentions)}
    new = {(print_, given[thing.root]) for thing in things for print_ in thing.fingerprints}
    return Links(
        paths={m: path for m, path in of_mention.items() if m[1] != PUBLISHER_KEY},
        publishers={m[0]: path for m, path in of_mention.items() if m[1] == PUBLISHER_KEY},
        labels={given[t.root]: t.labels for t in sorted(things, key=lambda t: given[t.root]) if t.labels},
        records={given[t.root]: t.record for t in things if t.record is not None},
        same_as=_present(decisions.same_as, paths.merged),
        concepts={
            path.partition("/")[2]: iris
            for path, iris in decisions.same_as.items()
            if path.startswith(_CONCEPT)
        },
        merged=dict(sorted(paths.merged.items())),
        new=tuple(sorted(line for line in new if line[0] not in paths.ledger.paths)),
        likely=_present(decisions.likely, paths.merged),
    )


def with_likely(links: Links, decisions: Decisions) -> Links:
    """Return links with what a linker is sure enough of since."""
    return replace(links, likely=_present(decisions.likely, links.merged))


def _present(links: Mapping[str, tuple[str, ...]], merged: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return links by the paths that things have now; what was decided about a part holds for the whole."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path, iris in links.items():
        if not path.startswith(_CONCEPT):
            found[merged.get(path, path)] |= set(iris)
    return {path: tuple(sorted(iris)) for path, iris in sorted(found.items())}
