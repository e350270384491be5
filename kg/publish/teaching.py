"""Stage 6, publish: what is told of a query that is wrong, or that asks for a word that there is not."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache

from rdflib import Graph

from kg.errors import QueryError
from kg.publish.errors import REFUSED_QUERY, ProblemError, readable
from kg.publish.site import Site
from kg.store import Fault, iris_in, read_fault, token_at
from kg.vocabulary import KG, KGV

_NEAR = 200
_PARAGRAPH = 500
_MOST = 5
_LONGEST = 20_000
_FORBIDDEN = re.compile("this is an update|SERVICE is not allowed")
_OTHERS = {
    "wdt": "http://www.wikidata.org/prop/direct/",
    "p": "http://www.wikidata.org/prop/",
    "ps": "http://www.wikidata.org/prop/statement/",
    "pq": "http://www.wikidata.org/prop/qualifier/",
    "wikibase": "http://wikiba.se/ontology#",
    "bd": "http://www.bigdata.com/rdf#",
    "dbo": "http://dbpedia.org/ontology/",
    "dbr": "http://dbpedia.org/resource/",
    "dct": "http://purl.org/dc/terms/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
}
"""What people write in queries and no library of ours knows."""


def refused_query(error: QueryError, sparql: str, site: Site) -> ProblemError:
    """Return what to tell of a query that is wrong: where, what stands there, and what was probably meant."""
    fault = read_fault(str(error))
    if fault is None:
        return ProblemError(400, REFUSED_QUERY, readable(str(error)), kind="query")
    token = token_at(sparql, fault.line, fault.column)
    members = _where(fault, sparql, token)
    if _FORBIDDEN.search(fault.said):
        return ProblemError(403, "This is not allowed here", _in_words(fault, members), members)
    prefix, colon, local = token.partition(":")
    undeclared = bool(colon) and fault.said.endswith(f"{prefix}: is not declared")
    meant = _prefixes_meant(prefix, local, site) if undeclared else [fault.nearest] if fault.nearest else []
    if meant:
        members["did_you_mean"] = meant
    if undeclared and (namespace := _well_known().get(prefix)):
        members["declare"] = f"PREFIX {prefix}: <{namespace}>"
    if fault.expected:
        members["expected"] = list(fault.expected)
    return ProblemError(400, REFUSED_QUERY, _in_words(fault, members), members, kind="query")


def _where(fault: Fault, sparql: str, token: str) -> dict[str, object]:
    members: dict[str, object] = {"line": fault.line, "column": fault.column}
    if token:
        members["token"] = token[:_NEAR]
    lines = sparql.split("\n")
    if fault.line <= len(lines):
        members["near"] = lines[fault.line - 1].strip()[:_NEAR]
    return members


def notices(sparql: str, site: Site) -> list[str]:
    """Return what a query names in our namespaces and our ontology does not have: nothing can match it.

    Pure ASCII, as it goes into headers; of a very long query nothing is told.
    """
    if len(sparql) > _LONGEST:
        return []
    found = {}
    for written, iri in iris_in(sparql, site.names.prefixes()):
        space = next((s for s in (str(KG), str(KGV)) if iri.startswith(s) and iri != s), "")
        if space and iri not in site.terms.by_iri and iri not in found:
            near = [site.terms.compact(each) for each in _nearest(iri, space, site.terms.by_iri)]
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            found[iri] = f"{ascii(written[:_NEAR])[1:-1]} is no term of the ontology{meant}"
    told = list(found.values())
    return told[:_MOST] + ([f"and {len(told) - _MOST} more"] if len(told) > _MOST else [])


def _in_words(fault: Fault, members: Mapping[str, object]) -> str:
    said = f"Line {fault.line}, column {fault.column}: {fault.said}"
    if meant := members.get("did_you_mean"):
        said += f"; did you mean {' or '.join(map(str, meant))}?"  # type: ignore[call-overload]  # a list of ours
    if declaration := members.get("declare"):
        said += f"; put {declaration} before the query"
    if fault.expected and not meant:
        said += f"; here may stand: {', '.join(fault.expected)}"
    return said if len(said) <= _PARAGRAPH else said[: _PARAGRAPH - 3] + "..."


def _prefixes_meant(prefix: str, local: str, site: Site) -> list[str]:
    """Return names of ours that one with an unknown prefix may mean: of the same thing, or spelt alike."""
    known = site.names.prefixes()
    same = [
        name
        for name, space in known.items()
        if local and space in {str(KG), str(KGV)} and space + local in site.terms.by_iri
    ]
    near = same or get_close_matches(prefix, known, n=3, cutoff=0.6)
    return [f"{name}:{local}" for name in near]


def _nearest(iri: str, space: str, known: Iterable[str]) -> list[str]:
    names = {each.removeprefix(space).lower(): each for each in known if each.startswith(space)}
    return [names[n] for n in get_close_matches(iri.removeprefix(space).lower(), names, n=2, cutoff=0.7)]


@cache
def _well_known() -> Mapping[str, str]:
    """Return the namespaces by the prefixes that people use for them."""
    named = {prefix: str(space) for prefix, space in Graph(bind_namespaces="rdflib").namespaces()}
    return {**named, **_OTHERS}
