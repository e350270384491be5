"""The consolidated view of an incremental build, of graphs that say just what makes a difference."""

from datetime import date

import pytest
from rdflib import RDF, Graph, Literal

from kg.pipeline import storing
from kg.pipeline.storing import Earlier, store_and_view
from kg.pipeline.view import write_view
from kg.store import Shelf, nquads_of
from kg.vocabulary import ENTITIES, FACTS, KG, KGV, Names, article_graph

NAMES = Names("https://x.example/")
DEAL, FIRST, SECOND = map(NAMES.of_path, ("agreement/a", "event/first", "event/second"))
OLD, NEW = date(2020, 1, 1), date(2020, 2, 1)
OTHERS = {f"other-{n}": (OLD, [(NAMES.of_path(f"event/e{n}"), RDF.type, KG.Event)]) for n in range(12)}
"""Enough that a change of one article is a small one."""


def graph_of(article):
    return str(NAMES.graph(article_graph(article)))


def put(shelf, name, triples):
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    shelf.put(name, nquads_of(name, graph.serialize(format="nt", encoding="utf-8")))


@pytest.fixture
def view(tmp_path):
    """Return what makes a release of articles, each a day and its triples, and returns its view."""

    def made(name, articles, *, earlier="", known=None, derived=False):
        entities = Graph()
        issued = {graph_of(article): day for article, (day, _) in articles.items()}
        folder, before = tmp_path / name, tmp_path / earlier
        folder.mkdir()
        with Shelf(folder / "fresh", earlier=before / "dumps" if earlier else None) as shelf:
            for article, (_, triples) in articles.items():
                put(shelf, graph_of(article), triples)
            put(shelf, str(NAMES.graph(ENTITIES)), entities)
            rests_on = Earlier(before / "store", known or {}, same_view=True, derived=derived)
            taken = rests_on if earlier else None
            store_and_view(folder / "store", shelf, entities, issued, NAMES, earlier=taken).close()
            shelf.write(folder / "dumps")
            return [line.decode() for line in shelf.lines(str(NAMES.graph(FACTS)))]

    return made


def test_a_thing_that_one_report_is_not_believed_to_be_signed_at_is_in_the_view(view):
    one = [(DEAL, KG.signedAt, FIRST), (FIRST, RDF.type, KG.Event)]
    lines = view("only", {"one": (OLD, one), "two": (NEW, [(DEAL, KG.signedAt, SECOND)])})

    assert any(line.startswith(FIRST.n3()) for line in lines)
    assert not any(f"{KG.signedAt.n3()} {FIRST.n3()}" in line for line in lines)


def test_a_figure_that_is_not_believed_is_not_in_the_view(view):
    figure = NAMES.of_path("figure/f")
    one = [(DEAL, KG.size, figure), (figure, RDF.type, KG.ReportedFigure), (figure, KG.value, Literal(4))]
    other = NAMES.of_path("figure/g")
    two = [(DEAL, KG.size, other), (other, RDF.type, KG.ReportedFigure), (other, KG.value, Literal(5))]
    lines = view("only", {"one": (OLD, one), "two": (NEW, two)})

    assert not any(line.startswith(figure.n3()) for line in lines)
    assert any(line.startswith(other.n3()) for line in lines)


@pytest.mark.parametrize("known", [False, True], ids=["of an unknown day before", "of another day before"])
def test_a_report_that_is_now_of_another_day_is_weighed_anew(view, known):
    def articles(day):
        one = (date(2020, 1, 15), [(DEAL, KG.status, KGV.planned)])
        return OTHERS | {"one": one, "two": (day, [(DEAL, KG.status, KGV.signed)])}

    view("before", articles(NEW))
    days = {graph_of(article): day.isoformat() for article, (day, _) in articles(NEW).items()}

    after = view("after", articles(OLD), earlier="before", known=days if known else {})

    assert after == view("clean", articles(OLD))


def test_of_a_derived_release_only_what_was_taken_out_is_weighed_anew(view, monkeypatch):
    weighed = []

    def noted(sources, changed, folder):
        weighed.append(changed)
        write_view(sources, changed, folder)

    view("before", OTHERS | {"gone": (OLD, [(DEAL, KG.status, KGV.planned)])})
    monkeypatch.setattr(storing, "write_view", noted)
    view("after", OTHERS, earlier="before", derived=True)

    assert weighed == [{str(DEAL)}]
