"""The law of the view: made from what changed and what was there before, it is as if made anew."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal
from rdflib.namespace import RDF, RDFS, XSD

from kg.pipeline.storing import Earlier, store_and_view
from kg.store import Shelf, nquads_of
from kg.vocabulary import ENTITIES, FACTS, KG, KGV, Names, article_graph

NAMES = Names("https://x.example/")
DAY = date(2020, 1, 1)
DEALS = [NAMES.of_path(f"agreement/{name}") for name in "ab"]
PLACES = [NAMES.of_path(f"place/{name}") for name in ("beijing", "shanghai")]
BODY = NAMES.of_path("institution/i")
FIGURES = [NAMES.of_path(f"figure/{name}") for name in "fg"]
ARTICLES = "abcdef"


def figure(number):
    return [
        (FIGURES[number], RDF.type, KG.ReportedFigure),
        (FIGURES[number], KG.value, Literal(7 + number, datatype=XSD.integer)),
    ]


def named(thing, name, kind):
    return [(thing, RDF.type, kind), (thing, RDFS.label, Literal(name, lang="en"))]


deals, places = st.sampled_from(DEALS), st.sampled_from(PLACES)
one_fact = st.one_of(
    st.builds(lambda deal, place: [(deal, KG.signedAt, place)], deals, places),
    st.builds(
        lambda deal, status: [(deal, KG.status, KGV[status])], deals, st.sampled_from(["signed", "planned"])
    ),
    st.builds(lambda deal, n: [(deal, KG.size, FIGURES[n]), *figure(n)], deals, st.integers(0, 1)),
    st.builds(lambda place: named(place, "Here", KG.Place), places),
    st.builds(lambda deal, name: named(deal, name, KG.Agreement), deals, st.sampled_from(["One", "Another"])),
)
report = st.tuples(st.lists(one_fact, min_size=1, max_size=4), st.integers(0, 2))
"""What an article says, and after how many days."""
editions = st.dictionaries(st.sampled_from(ARTICLES), report, min_size=1)


def graph_iri(article):
    return str(NAMES.graph(article_graph(article)))


def graph_of(facts):
    graph = Graph()
    for triple in facts:
        graph.add(triple)
    return graph


def view(edition, folder, earlier=None, before=None):
    """Return the lines of the view of an edition, resting on an earlier one where it is given."""
    folder.mkdir()
    issued = {graph_iri(name): DAY + timedelta(days) for name, (_, days) in edition.items()}
    entities = graph_of([(BODY, KG.location, PLACES[0])])
    entities += graph_of(
        triple for n, place in enumerate(PLACES) for triple in named(place, f"P{n}", KG.Place)
    )
    taken = None
    if earlier is not None:
        days = {graph_iri(name): (DAY + timedelta(days)).isoformat() for name, (_, days) in before.items()}
        taken = Earlier(earlier / "store", days, same_view=True)
    with Shelf(folder / "fresh", earlier=earlier / "dumps" if earlier else None) as shelf:
        for name, (facts, _) in edition.items():
            put(shelf, graph_iri(name), graph_of(triple for some in facts for triple in some))
        put(shelf, str(NAMES.graph(ENTITIES)), entities)
        # Enough that a few changed ones are few.
        for n in range(30):
            put(shelf, f"https://x.example/graph/filler{n}", graph_of([(DEALS[0], KG.filler, Literal(n))]))
        store_and_view(folder / "store", shelf, entities, issued, NAMES, earlier=taken).close()
        shelf.write(folder / "dumps")
        return list(shelf.lines(str(NAMES.graph(FACTS))))


def put(shelf, iri, graph):
    shelf.put(iri, nquads_of(iri, graph.serialize(format="nt", encoding="utf-8")))


def require_same_view(before, after):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        view(before, folder / "before")
        changed = view(after, folder / "changed", folder / "before", before)
        anew = view(after, folder / "anew")
    assert changed == anew


@settings(max_examples=5, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(editions, editions)
def test_a_view_made_from_what_changed_is_the_view_made_anew(before, after):
    require_same_view(before, after)


def test_a_place_of_signing_that_is_believed_no_more_keeps_its_description():
    signed = ([[(DEALS[0], KG.signedAt, PLACES[0])]], 0)
    elsewhere = ([[(DEALS[0], KG.signedAt, PLACES[1])], named(PLACES[0], "Here", KG.Place)], 1)

    require_same_view({"a": signed}, {"a": signed, "b": elsewhere})
