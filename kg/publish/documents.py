"""Stage 6, publish: what is known of one thing, as an RDF document."""

from kg.publish.asking import PREFIXES, holds, is_safe, quoted
from kg.publish.negotiate import JSON_LD, N_TRIPLES, Choice
from kg.publish.prefixed import PREFIXED, tidy
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


def _written(site: Site, query: str, choice: Choice) -> bytes:
    """Return the answer in the form that was chosen: JSON-LD in our own short names."""
    if choice.format is JSON_LD:
        answer = site.runner.run(query, media=N_TRIPLES.media_types[0])
        return jsonld_of(answer.body, context=site.context)
    body = site.runner.run(query, media=choice.format.media_types[0]).body
    return tidy(body) if choice.format in PREFIXED else body
