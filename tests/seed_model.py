"""The seed article as a careful reader models it, in the published layout.

Shapes, rules and questions are tried on it. Wei Xiaochun is no member of the delegation, nothing but 31 of
the 71 is signed, there is no signing event beside the conference, and the undated communication with the
state government is not joined to the dated meeting. The quotations are the only words of the article here.
"""

from hashlib import sha256
from pathlib import Path

import pyoxigraph
from rdflib import RDF, XSD, Graph, Literal, URIRef

from kg.resources import resource
from kg.vocabulary import KG, KGV, Names

HERE = Path(__file__).parent
NAMES = Names()
N_QUADS = pyoxigraph.RdfFormat.N_QUADS
PREFIXES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in NAMES.prefixes().items())
ARTICLE = NAMES.thing("article", "seed")
FACTS = NAMES.graph("article/seed")
EVIDENCE = NAMES.graph("article/seed/evidence")
CATALOG = NAMES.graph("catalog")
ENTITIES = NAMES.graph("entities")

ABOUT_THE_ARTICLE = """
article:seed a kg:Article ; dcterms:title "31 Shanxi-US medical partnerships signed in Boston"@en ;
  dcterms:publisher inst:china-daily ; dcterms:issued "2017-12-18"^^xsd:date ; dcterms:language "en" ;
  kg:textHash "b96f3838d5c0fcacdd6206f91f6284c608cf0f4052499020a3ca7fbd1bdb936b" ; kg:textLength 2532 .
<https://w3id.org/accord-kg/graph/article/seed> dcterms:source article:seed .
"""

BACKGROUND = (HERE / "seed_background.ttl").read_text(encoding="utf-8")

REPORTED = (HERE / "seed_reported.ttl").read_text(encoding="utf-8")

PASSAGES = {
    24: "31 Shanxi-US medical partnerships signed in Boston",
    746: "Yale School of Medicine",
    1322: "The delegation also furthered communication with the state government of Massachusetts",
}
"""Start -> words. Which passage supports what is simplified: the tests need the form, not the reading."""


def turtle(text):
    return Graph().parse(data=PREFIXES + text, format="turtle")


def facts():
    return turtle(REPORTED)


def entities():
    return turtle(BACKGROUND)


def release():
    """Return the graphs of a release with this one article; under None the consolidated view."""
    graphs = {
        CATALOG: turtle(ABOUT_THE_ARTICLE),
        ENTITIES: entities(),
        FACTS: facts(),
        EVIDENCE: evidence(facts()),
    }
    graphs[None] = graphs[NAMES.graph("facts")] = view_of(graphs)
    return graphs


def evidence(stated):
    """Return one claim for each `kg:` triple, and the passages."""
    graph = Graph()
    for start, quote in PASSAGES.items():
        passage = NAMES.thing("evidence", f"seed-{start}")
        for predicate, value in (
            (RDF.type, KG.Evidence),
            (KG.source, ARTICLE),
            (KG.start, Literal(start)),
            (KG.end, Literal(start + len(quote))),
            (KG.quote, Literal(quote)),
        ):
            graph.add((passage, predicate, value))
    for triple in stated:
        if triple[1].startswith(KG):
            claim(graph, triple)
    return graph


def claim(graph, triple):
    """Add the claim that the article says this triple, supported by the words that fit best."""
    claim = NAMES.thing("claim", sha256(" ".join(map(str, triple)).encode()).hexdigest()[:16])
    start = 746 if "yale" in triple[2] else 24
    for predicate, value in (
        (RDF.type, KG.Claim),
        (RDF.subject, triple[0]),
        (RDF.predicate, triple[1]),
        (RDF.object, triple[2]),
        (KG.supportedBy, NAMES.thing("evidence", f"seed-{start}")),
        (KG.confidence, Literal("0.9", datatype=XSD.decimal)),
    ):
        graph.add((claim, predicate, value))
    return claim


def view_of(graphs):
    """Return ontology, entities, facts, and the country of what has a place."""
    view = Graph().parse(resource("ontology/kg.ttl"))
    view += graphs[ENTITIES]
    view += graphs[FACTS]
    countries = set(view.subjects(KG.kind, KGV.country))
    places = ((place, place) for place in view.subjects(RDF.type, KG.Place))
    for thing, place in [*view.subject_objects(KG.location), *places]:
        for larger in view.transitive_objects(place, KG.within):
            if larger in countries:
                view.add((thing, KG.country, larger))
    return view


def store_of(graphs):
    store = pyoxigraph.Store()
    for name, graph in graphs.items():
        into = pyoxigraph.NamedNode(name) if name else pyoxigraph.DefaultGraph()
        store.load(
            graph.serialize(format="nt").encode(), format=pyoxigraph.RdfFormat.N_TRIPLES, to_graph=into
        )
    return store


def loaded(quads):
    store = pyoxigraph.Store()
    store.load(quads, format=N_QUADS)
    return store


def ask(store):
    """Return the function that `check_set` wants, for a pyoxigraph store."""

    def query(sparql):
        answers = store.query(sparql)
        names = [variable.value for variable in answers.variables]
        return [{n: row[n].value for n in names if row[n] is not None} for row in answers]

    return query


def second_article(graphs):
    """Add a made-up report of another outlet: 28 instead of 31, and the training programme only planned."""
    name = NAMES.graph("article/other")
    graphs[name] = turtle("""
        figure:28 a kg:ReportedFigure ; rdfs:label "agreements"@en ; kg:value 28 .
        agset:signed kg:size figure:28 .
        agr:training kg:status kgv:planned ; kg:party inst:shanxi-hfpc , inst:hms-oge .
    """)
    graphs[CATALOG] += turtle(f"""
        article:other a kg:Article ; dcterms:publisher inst:example-daily ;
          dcterms:issued "2017-12-15"^^xsd:date .
        <{name}> dcterms:source article:other .
    """)
    graphs[None] += turtle('inst:example-daily rdfs:label "Example Daily (fictional)"@en .')


def node(name):
    """Return the IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return URIRef(NAMES.prefixes()[prefix] + local)
