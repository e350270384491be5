"""The graph of entities once articles or statements are gone: without what only they brought.

What an article brought is known from what is left: a name stays where another article's graph, another
publisher or the gazetteer has it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib.namespace import RDF, RDFS, SKOS

from kg.gazetteer import InstitutionRecord, PlaceRecord, Registry, place
from kg.map import kind_told
from kg.map.terms import NAMED, words
from kg.model import Kind
from kg.store import EmbeddedStore, Term, rows
from kg.vocabulary import KG, KGV, Names, article_graph

Triple = tuple[bytes, bytes, bytes]
_TYPE, _LABEL, _OTHER, _KIND = (f"<{iri}>".encode() for iri in (RDF.type, RDFS.label, SKOS.altLabel, KG.kind))
_LEADS_TO = tuple(f"<{iri}>".encode() for iri in (KG.within, KG.location, KG.unitOf))
_CLASSES = {f"<{KG[kind]}>".encode(): kind for kind in NAMED}
_KINDS = """SELECT ?claim ?kind ?sure WHERE { GRAPH ?g { ?claim rdf:subject <%s> ; rdf:predicate kg:kind ;
  rdf:object ?kind ; kg:confidence ?sure } }"""
_USES = "SELECT DISTINCT ?g ?s ?p WHERE { GRAPH ?g { ?s ?p <%s> } %s } LIMIT %d"


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is asked of the other articles, and of what is known without any."""

    store: EmbeddedStore
    """Of the release as it was."""
    names: Names
    registry: Registry
    owners: Mapping[str, list[str]]
    """Fingerprints by path, from the ledger."""
    articles: frozenset[str]
    """Those that go."""
    claims: frozenset[str]

    @property
    def gone(self) -> set[str]:
        """Return the graphs that go."""
        return {str(self.names.graph(article_graph(each))) for each in self.articles}

    def names_of(self, thing: str) -> set[bytes] | None:
        """Return the names that other articles give a thing, as terms; nothing when none speaks of it."""
        said = [each for each in self.store.about(thing) if self._is_report(each[0])]
        if not any(predicate == str(RDF.type) for _, predicate, _ in said):
            return None
        return {
            _term(value) for _, predicate, value in said if predicate in (str(RDFS.label), str(SKOS.altLabel))
        }

    def record(self, thing: str, names: set[bytes]) -> PlaceRecord | InstitutionRecord | None:
        """Return what gazetteer or registry have of a thing that is called so."""
        path = thing.removeprefix(str(self.names.of_path("")))
        slugs = [path.partition("/")[2], *(each.rpartition(":")[2] for each in self.owners.get(path, []))]
        for slug in slugs:
            found = place(slug) if path.startswith("place/") else self.registry.institutions.get(slug)
            if (
                found is not None
                and {words(t, lang).n3().encode() for lang, t in found.names.items()} <= names
            ):
                return found
        return None

    def kinds(self, thing: str) -> list[tuple[str, float]]:
        """Return the kinds that other articles say a thing is of, and how sure each is."""
        found = rows(self.store, _KINDS % thing)
        base = str(self.names.of_path("claim/"))
        told = [
            (str(row["claim"]).removeprefix(base), str(row["kind"]), float(str(row["sure"]))) for row in found
        ]
        lost = {claim for claim, _, _ in told if claim in self.claims or self._claim_goes(base + claim)}
        return sorted((kind.removeprefix(str(KGV)), sure) for claim, kind, sure in told if claim not in lost)

    def uses(self, term: str, triples: Sequence[Triple]) -> bool:
        """Return whether other articles use a term of the controlled lists."""
        graphs = ", ".join(f"<{graph}>" for graph in sorted(self.gone))
        without = f"FILTER(?g NOT IN ({graphs}))" if graphs else ""
        starts = f'FILTER(STRSTARTS(STR(?g), "{self.names.graph("article/")}"))'
        ends = 'FILTER(!STRENDS(STR(?g), "/evidence"))'
        taken = {(s[1:-1].decode(), p[1:-1].decode()) for s, p, o in triples if o == f"<{term}>".encode()}
        asked = _USES % (term, f"{without} {starts} {ends}", len(taken) + 1)
        found = [(str(row["s"]), str(row["p"])) for row in rows(self.store, asked)]
        return any(pair not in taken or self.articles for pair in found)

    def _claim_goes(self, claim: str) -> bool:
        evidence = {f"{graph}/evidence" for graph in self.gone}
        return any(graph in evidence for graph, _, _ in self.store.about(claim))

    def _is_report(self, graph: str) -> bool:
        reports = str(self.names.graph("article/"))
        return graph.startswith(reports) and not graph.endswith("/evidence") and graph not in self.gone


def entities_without(
    old: Sequence[Triple],
    taken: Sequence[Triple],
    publishers: set[bytes],
    staying: set[bytes],
    remaining: Remaining,
) -> list[Triple]:
    """Return the triples of the graph of entities that remain.

    `taken` is what was reported and is no longer; `publishers` are those of the articles that go, `staying`
    those of the others.
    """
    about: defaultdict[bytes, list[Triple]] = defaultdict(list)
    for triple in old:
        about[triple[0]].append(triple)
    touched = {s for s, p, o in taken} | publishers
    named = {s for s in touched if any(p == _TYPE and o in _CLASSES for _, p, o in about.get(s, ()))}
    spoken = {s: remaining.names_of(_iri(s)) for s in _reached(named, about)}
    dead = _dead(spoken, staying, about)
    for subject in named - dead:
        about[subject] = _described(
            about[subject],
            spoken[subject],
            taken,
            remaining,
            published=subject in publishers,
            publishes=subject in staying,
        )
    for term in {o for _, _, o in taken if o.startswith(f"<{KGV}".encode()) and o in about}:
        if not remaining.uses(_iri(term), taken):
            dead.add(term)
    return [triple for subject, triples in about.items() if subject not in dead for triple in triples]


def _reached(things: Iterable[bytes], about: Mapping[bytes, list[Triple]]) -> set[bytes]:
    seen: set[bytes] = set()
    waiting = list(things)
    while waiting:
        if (thing := waiting.pop()) not in seen:
            seen.add(thing)
            waiting += [o for _, p, o in about.get(thing, ()) if p in _LEADS_TO]
    return seen


def _dead(
    spoken: Mapping[bytes, set[bytes] | None], staying: set[bytes], about: Mapping[bytes, list[Triple]]
) -> set[bytes]:
    """Return the things that nobody speaks of any more, and that nothing that stays lies in or belongs to."""
    dead = {thing for thing, names in spoken.items() if names is None and thing not in staying}
    holders: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for triples in about.values():
        for subject, predicate, value in triples:
            if predicate in _LEADS_TO and value in dead:
                holders[value].add(subject)
    while saved := {thing for thing in dead if holders[thing] - dead}:
        dead -= saved
    return dead


def _described(
    triples: list[Triple],
    spoken: set[bytes] | None,
    taken: Sequence[Triple],
    remaining: Remaining,
    *,
    published: bool,
    publishes: bool,
) -> list[Triple]:
    thing = triples[0][0]
    names = {o for _, p, o in triples if p in (_LABEL, _OTHER)}
    record = remaining.record(_iri(thing), names)
    known = names if publishes else (spoken or set()) | _names(record)
    kept = [t for t in triples if t[1] not in (_LABEL, _OTHER) or t[2] in known]
    doubtful = published or any(t[0] == thing and t[1] == _KIND for t in taken)
    if record is not None or not doubtful:
        return kept
    kind = next(_CLASSES[o] for _, p, o in triples if p == _TYPE and o in _CLASSES)
    concept = kind_told(Kind(kind), remaining.kinds(_iri(thing)), publishes=publishes)
    kept = [t for t in kept if t[1] != _KIND]
    return [*kept, (thing, _KIND, f"<{KGV[concept]}>".encode())] if concept else kept


def _names(record: PlaceRecord | InstitutionRecord | None) -> set[bytes]:
    if record is None:
        return set()
    told = {words(text, tongue) for tongue, text in record.names.items()}
    told |= {words(alias, tongue) for alias in record.aliases for tongue in ("zh", "en")}
    return {each.n3().encode() for each in told}


def _term(value: Term) -> bytes:
    return words(value.value, value.language).n3().encode()


def _iri(term: bytes) -> str:
    return term[1:-1].decode()
