"""Stage 6, what the dump of a release holds: its facts counted, its other graphs summed up, its articles."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, RdfFormat, parse

from kg.counts import Coverage, Outlet, Part, Survey
from kg.store.manifest import MANIFEST, NQUADS, Entry, read_graph, read_manifest
from kg.store.statistics import Pairs, count_graph, things
from kg.vocabulary import AUTHORITIES, CATALOG, FACTS, KG, KGV, LIKELY_LINKS, SCHEMA, Names

_ARTICLE = re.compile(r"article/[^/]+(/evidence)?")
_DCTERMS = "http://purl.org/dc/terms/"
_LABEL = b"<http://www.w3.org/2000/01/rdf-schema#label>"
_TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_IS_ARTICLE = (_TYPE, f"<{KG.Article}>".encode())
_IS_RUN = (_TYPE, b"<http://www.w3.org/ns/prov#Activity>")
_IS_COUNTRY = (f"<{KG.kind}>".encode(), f"<{KGV.country}>".encode())


def survey(folder: Path, names: Names) -> Survey:
    """Count what the dump in `folder` holds, in one pass over the graphs of facts and catalog.

    Raises StoreError when the dump cannot be read.
    """
    entries = read_manifest(folder / MANIFEST)

    def lines(graph: str) -> Iterator[bytes]:
        entry = entries.get(str(names.graph(graph)))
        return read_graph(folder / NQUADS, entry) if entry else iter(())

    articles = _Articles()
    for subject, pairs in things(lines(CATALOG)):
        articles.take(subject, pairs)
    told = _Told(frozenset(articles.outlets))
    facts = count_graph(lines(FACTS), folder, space=f"{names.base}id/", observer=told.take)
    for _, pairs in things(lines(LIKELY_LINKS)):
        told.link(pairs, KG.likelySameAs, "likely")
    covered = told.added_to(articles.coverage(told.labels))
    return Survey(facts, _parts(entries.values(), names), covered, articles.runs)


def _parts(entries: Iterable[Entry], names: Names) -> dict[str, Part]:
    graphs, quads = Counter[str](), Counter[str]()
    for entry in entries:
        name = entry.graph.removeprefix(str(names.graph("")))
        if found := _ARTICLE.fullmatch(name):
            name = "evidence" if found[1] else "reports"
        graphs[name] += 1
        quads[name] += entry.quads
    return {name: Part(graphs[name], quads[name]) for name in sorted(graphs)}


@dataclass(slots=True)
class _Span:
    articles: int = 0
    first: str = ""
    last: str = ""

    def take(self, day: str) -> None:
        self.articles += 1
        if day:
            self.first = min(self.first or day, day)
            self.last = max(self.last, day)


@dataclass(slots=True)
class _Articles:
    """The articles and runs of the catalog, met one after another."""

    count: int = 0
    fictional: int = 0
    outlets: dict[str, _Span] = field(default_factory=dict)
    months: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    runs: dict[str, str] = field(default_factory=dict)

    def take(self, subject: bytes, pairs: Pairs) -> None:
        if _IS_RUN in pairs:
            self.runs[_iri(subject)] = _label(pairs)
        if _IS_ARTICLE not in pairs:
            return
        known = {predicate[1:-1].decode(): value for predicate, value in pairs}
        self.count += 1
        self.fictional += str(SCHEMA.genre) in known
        day = _lexical(known.get(_DCTERMS + "issued", b""))
        self.months[day[:7]] += bool(day)
        self.languages[_lexical(known.get(_DCTERMS + "language", b"")) or "und"] += 1
        if (publisher := known.get(_DCTERMS + "publisher")) is not None:
            self.outlets.setdefault(_iri(publisher), _Span()).take(day)

    def coverage(self, labels: Mapping[str, str]) -> Coverage:
        outlets = (
            Outlet(iri, labels.get(iri, ""), span.articles, _day(span.first), _day(span.last))
            for iri, span in self.outlets.items()
        )
        return Coverage(
            articles=self.count,
            fictional=self.fictional,
            outlets=tuple(sorted(outlets, key=lambda outlet: (-outlet.articles, outlet.iri))),
            months={month: count for month, count in sorted(self.months.items()) if month},
            languages=dict(sorted(self.languages.items())),
        )


@dataclass(slots=True)
class _Told:
    """What the facts tell: days, countries, links, and the names of outlets and countries."""

    outlets: frozenset[str]
    labels: dict[str, str] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    countries: Counter[str] = field(default_factory=Counter)
    links: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, subject: bytes, pairs: Pairs) -> None:
        for predicate, value in pairs:
            if predicate == _COUNTRY:
                self.countries[_iri(value)] += 1
            elif predicate in _DAYS:
                day = _lexical(value)
                self.first = min(self.first or day, day)
                self.last = max(self.last, day)
        self.link(pairs, SCHEMA.sameAs, "accepted")
        if _iri(subject) in self.outlets or _IS_COUNTRY in pairs:
            self.labels[_iri(subject)] = _label(pairs)

    def link(self, pairs: Pairs, predicate: str, state: str) -> None:
        wanted = f"<{predicate}>".encode()
        for iri in (_iri(value) for found, value in pairs if found == wanted):
            authority = next((each.name for each in AUTHORITIES if iri.startswith(each.items)), "")
            self.links[state, authority] += bool(authority)

    def added_to(self, coverage: Coverage) -> Coverage:
        named = {iri: (self.labels.get(iri, ""), count) for iri, count in sorted(self.countries.items())}
        links = {key: count for key, count in sorted(self.links.items()) if count}
        first, last = _day(self.first), _day(self.last)
        return replace(coverage, first_day=first, last_day=last, countries=named, links=links)


_COUNTRY = f"<{KG.country}>".encode()
_DAYS = frozenset(f"<{each}>".encode() for each in (KG.startDate, KG.endDate))


def _label(pairs: Pairs) -> str:
    """Return the English name, else the first by language."""
    found = [_literal(value) for predicate, value in pairs if predicate == _LABEL]
    return min(((tag != "en", tag, text) for text, tag in found), default=(False, "", ""))[2]


def _literal(term: bytes) -> tuple[str, str]:
    (triple,) = parse(b"<x:s> <x:p> " + term + b" .", RdfFormat.N_TRIPLES)
    value = triple.object
    return (value.value, value.language or "") if isinstance(value, Literal) else ("", "")


def _lexical(term: bytes) -> str:
    """Return the text of a literal that needs no escapes, such as a date; nothing for what is none."""
    return term[1:].split(b'"', 1)[0].decode() if term.startswith(b'"') else ""


def _iri(term: bytes) -> str:
    return term[1:-1].decode()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
