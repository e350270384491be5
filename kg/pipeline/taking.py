"""Take articles and statements out of the graphs of a finished release; all else stays as it is.

Lines stand for triples here: a graph may be of an older version of this program, and what is not withdrawn
must keep its very form.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rdflib import Graph
from rdflib.namespace import DCTERMS, PROV, RDF

from kg.errors import StoreError
from kg.map import linksets_graph
from kg.pipeline.remaining import Remaining, entities_without
from kg.release import Release, Withdrawals
from kg.store import MANIFEST, NQUADS, EmbeddedStore, Entry, Shelf, nquads_of, read_graph, read_manifest
from kg.vocabulary import (
    CATALOG,
    ENTITIES,
    FACTS,
    KG,
    LIKELY_LINKS,
    Names,
    article_graph,
    evidence_graph,
)

Triple = tuple[bytes, bytes, bytes]
_SUPPORTED = f"<{KG.supportedBy}>".encode()
_QUOTE = f"<{KG.quote}>".encode()
_RUN = f"<{PROV.wasGeneratedBy}>".encode()
_PUBLISHER = f"<{DCTERMS.publisher}>".encode()
_IDENTIFIER = f"<{DCTERMS.identifier}>".encode()
_TYPE = f"<{RDF.type}>".encode()


@dataclass(slots=True)
class Taken:
    """What is taken out of one release."""

    articles: frozenset[str]
    claims: Mapping[str, str]
    """Id of a claim -> id of its article."""
    paths: dict[str, str] = field(default_factory=dict)
    """What went with a target, by path -> the target."""
    quotes: set[str] = field(default_factory=set)
    triples: list[Triple] = field(default_factory=list)
    """What articles reported and no longer do."""
    publishers: set[bytes] = field(default_factory=set)
    """Of the articles that go."""


def held_in(release: Release, withdrawals: Withdrawals, known: Iterable[str]) -> Taken:
    """Return what a release holds of what is withdrawn; `known` are articles that its records name."""
    names, manifest = Names(str(release.meta["base"])), read_manifest(release.dumps / MANIFEST)
    named = frozenset(known)
    articles = {
        name
        for target in withdrawals.by_target
        if (name := target.removeprefix("article/")) != target
        and (name in named or str(names.graph(article_graph(name))) in manifest)
    }
    claims = {}
    for target, each in withdrawals.by_target.items():
        entry = manifest.get(str(names.graph(evidence_graph(each.article))))
        if each.article and entry and each.article not in articles:
            claim = f"<{names.of_path(target)}> ".encode()
            if any(line.startswith(claim) for line in _lines(release, entry)):
                claims[target.removeprefix("claim/")] = each.article
    return Taken(frozenset(articles), claims)


def _lines(release: Release, entry: Entry) -> Iterator[bytes]:
    return read_graph(release.dumps / NQUADS, entry)


def take_out(shelf: Shelf, taken: Taken, release: Release, store: EmbeddedStore, records: Remaining) -> Graph:
    """Put on the shelf what remains of a release, but for its view; return the graph of entities.

    `store` is that of the release, to look things up in.
    """
    names = records.names
    for graph in read_manifest(release.dumps / MANIFEST):
        if graph != str(names.graph(FACTS)):
            shelf.keep(graph)
    for article in sorted(taken.articles):
        _take_article(shelf, taken, article, names)
    for claim, article in sorted(taken.claims.items()):
        _take_claim(shelf, taken, claim, article, names)
    catalog = [_triple(line) for line in shelf.old_lines(str(names.graph(CATALOG)))]
    ids = {f"<{names.thing('article', article)}>".encode() for article in taken.articles}
    taken.publishers |= {o for s, p, o in catalog if p == _PUBLISHER and s in ids}
    staying = {o for s, p, o in catalog if p == _PUBLISHER and s not in ids}
    graph = str(names.graph(ENTITIES))
    old = [_triple(line) for line in shelf.old_lines(graph)]
    new = entities_without(old, taken.triples, taken.publishers, staying, records)
    _put(shelf, graph, new)
    _put_likely(shelf, {s for s, _, _ in new}, names)
    before, after = _parsed(old), _parsed(new)
    _put_catalog(shelf, catalog, taken, store, entities=(before, after), names=names)
    return after


def _take_article(shelf: Shelf, taken: Taken, article: str, names: Names) -> None:
    target = f"article/{article}"
    taken.paths[target] = target
    facts, evidence = (str(names.graph(name)) for name in (article_graph(article), evidence_graph(article)))
    taken.triples += [_triple(line) for line in shelf.old_lines(facts)]
    base = f"<{names.of_path('')}"
    for subject, predicate, value in map(_triple, shelf.old_lines(evidence)):
        path = subject.decode().removeprefix(base).removesuffix(">")
        if path.startswith(("claim/", "evidence/")):
            taken.paths[path] = target
        if predicate == _QUOTE:
            taken.quotes.add(_text(value))
    shelf.drop(facts)
    shelf.drop(evidence)


def _take_claim(shelf: Shelf, taken: Taken, claim: str, article: str, names: Names) -> None:
    target = f"claim/{claim}"
    iri = f"<{names.of_path(target)}>".encode()
    facts, evidence = (str(names.graph(name)) for name in (article_graph(article), evidence_graph(article)))
    told = [_triple(line) for line in shelf.lines(evidence)]
    own = {p: o for s, p, o in told if s == iri}
    said = tuple(own[f"<{part}>".encode()] for part in (RDF.subject, RDF.predicate, RDF.object))
    used = {o for s, p, o in told if p == _SUPPORTED and s != iri}
    lost = {o for s, p, o in told if p == _SUPPORTED and s == iri} - used
    base = f"<{names.of_path('')}"
    taken.paths |= {target: target} | {
        passage.decode().removeprefix(base).removesuffix(">"): target for passage in lost
    }
    taken.quotes |= {_text(o) for s, p, o in told if p == _QUOTE and s in lost}
    taken.triples.append((said[0], said[1], said[2]))
    kept = [t for t in map(_triple, shelf.lines(facts)) if t != said]
    _put(shelf, evidence, [t for t in told if t[0] != iri and t[0] not in lost])
    _put(shelf, facts, kept)


def _put_likely(shelf: Shelf, known: set[bytes], names: Names) -> None:
    graph = str(names.graph(LIKELY_LINKS))
    kept = [t for t in map(_triple, shelf.old_lines(graph)) if t[0] in known]
    _put(shelf, graph, kept)


def _put_catalog(
    shelf: Shelf,
    catalog: list[Triple],
    taken: Taken,
    store: EmbeddedStore,
    *,
    entities: tuple[Graph, Graph],
    names: Names,
) -> None:
    graph = str(names.graph(CATALOG))
    gone = {
        f"<{iri}>".encode()
        for article in taken.articles
        for iri in (names.thing("article", article), names.graph(article_graph(article)))
    }
    gone |= _idle_runs(catalog, taken, store, names)
    table = f"<{names.of_path('dataset/decisions')}>".encode()
    digest = next((_text(o) for s, p, o in catalog if s == table and p == _IDENTIFIER), "")
    linksets = [
        {_triple(line) for line in nquads_of(graph, told.serialize(format="nt", encoding="utf-8"))}
        for told in (linksets_graph(each, names, digest.removeprefix("sha256:")) for each in entities)
    ]
    kept = {t for t in catalog if t[0] not in gone and t not in linksets[0]} | linksets[1]
    _put(shelf, graph, kept)


def _idle_runs(catalog: list[Triple], taken: Taken, store: EmbeddedStore, names: Names) -> set[bytes]:
    """Return the runs that read nothing but what goes."""
    gone = {str(names.graph(evidence_graph(article))) for article in taken.articles}
    runs = {s for s, p, o in catalog if p == _TYPE and o == f"<{PROV.Activity}>".encode()}
    return {run for run in runs if set(store.holders(str(PROV.wasGeneratedBy), _iri(run))) <= gone}


def _parsed(triples: Iterable[Triple]) -> Graph:
    return Graph().parse(data=b"".join(b"%s %s %s .\n" % t for t in triples), format="nt")


def _triple(line: bytes) -> Triple:
    parts = line.rsplit(b" ", 2)[0].split(b" ", 2)
    if len(parts) != len(("subject", "predicate", "object")):
        raise StoreError(f"not a line of N-Quads: {line[:80]!r}")
    return parts[0], parts[1], parts[2]


def _put(shelf: Shelf, graph: str, triples: Iterable[Triple]) -> None:
    lines = sorted({b"%s %s %s <%s> .\n" % (*t, graph.encode()) for t in triples})
    shelf.drop(graph)
    shelf.put(graph, lines)


def _text(literal: bytes) -> str:
    return str(next(Graph().parse(data=b"<u:s> <u:p> %s .\n" % literal, format="nt").objects()))


def _iri(term: bytes) -> str:
    return term[1:-1].decode()
