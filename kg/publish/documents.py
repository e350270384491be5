"""Stage 6, publish: what is known of one thing, as an RDF document."""

from kg.publish.asking import PREFIXES, holds, is_safe, quoted
from kg.publish.negotiate import JSON_LD, N_TRIPLES, TRIG, TURTLE, Choice
from kg.publish.site import Site
from kg.store import jsonld_of
from kg.vocabulary import CATALOG

IN_VIEW = "%s"
IN_A_GRAPH = "GRAPH ?g { %s }"
_DOCUMENT = """CONSTRUCT {{
  {iri} ?p ?o . ?s ?q {iri} . ?x ?naming ?name .
  {document} foaf:primaryTopic {iri} ; rdfs:comment ?note .
}} WHERE {{
  {{ {out} }} UNION {{ GRAPH <{catalog}> {{ {iri} ?p ?o }} }}
  UNION {{ SELECT DISTINCT ?s ?q WHERE {{ {into} }} ORDER BY ?q ?s LIMIT {limit} }}
  UNION {{ {mentioned} VALUES ?naming {{ rdfs:label skos:prefLabel }} ?x ?naming ?name }}
  UNION {{ {{ SELECT DISTINCT ?x ?q WHERE {{ {linking} }} ORDER BY ?q ?x LIMIT {limit} }}
          VALUES ?naming {{ rdfs:label }} ?x ?naming ?name }}
  UNION {{ SELECT (CONCAT("Lists {limit} of ", STR(COUNT(*)), " links to it; the endpoint has all.") AS ?note)
          WHERE {{ {into} }} HAVING (COUNT(*) > {limit}) }}
}}"""


def scope_of(site: Site, iri: str) -> str | None:
    """Return where a thing is described: in the consolidated view, in another graph, or (None) nowhere."""
    triple = f"{quoted(iri)} ?p ?o"
    for scope in (IN_VIEW, IN_A_GRAPH):
        if holds(site.runner, scope % triple):
            return scope
    return None


def document_of(site: Site, iri: str, choice: Choice, *, scope: str, address: str) -> bytes:
    """Return the triples of a thing, those that point to it, and the names of what is mentioned."""
    thing = quoted(iri)
    query = PREFIXES + _DOCUMENT.format(
        iri=thing,
        catalog=site.names.graph(CATALOG),
        document=f"<{address}>" if is_safe(address) else thing,
        limit=site.limits.incoming,
        out=scope % f"{thing} ?p ?o",
        into=scope % f"?s ?q {thing}",
        mentioned=scope % f"{thing} ?mentions ?x",
        linking=scope % f"?x ?q {thing}",
    )
    return _written(site, query, choice)


def graph_document(site: Site, graph: str, choice: Choice) -> bytes:
    """Return the triples of a named graph."""
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {quoted(graph)} {{ ?s ?p ?o }} }}"
    return _written(site, query, choice)


def _written(site: Site, query: str, choice: Choice) -> bytes:
    """Return the answer in the form that was chosen: JSON-LD in our own short names."""
    if choice.format is JSON_LD:
        answer = site.runner.run(query, media=N_TRIPLES.media_types[0])
        return jsonld_of(answer.body, context=site.context)
    return _tidy(site.runner.run(query, media=choice.format.media_types[0]).body, choice)


def _tidy(body: bytes, choice: Choice) -> bytes:
    """Sort a Turtle document's prefixes and drop the unused; the engine gives all, in any order."""
    if choice.format not in {TURTLE, TRIG}:
        return body
    lines = body.split(b"\n")
    count = next((i for i, line in enumerate(lines) if not line.startswith(b"@prefix ")), len(lines))
    rest = b"\n".join(lines[count:])
    used = sorted(line for line in lines[:count] if line.split()[1] in rest)
    return b"\n".join([*used, rest])
