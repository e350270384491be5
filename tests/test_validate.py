# ruff: noqa: E501  a table of cases reads best with one case a line
"""Shapes: what is right passes, and each wrong variant is caught by the shape that is meant for it."""

import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SH

from kg.errors import ShapeError
from kg.resources import resource
from kg.validate import (
    Report,
    Severity,
    Violation,
    Wording,
    load_shapes,
    report_graph,
    report_lines,
    set_rules,
    validate,
    with_descriptions,
)
from kg.validate import shacl as shacl_stage
from kg.vocabulary import KG, KGS
from tests import seed_model
from tests.seed_model import node, turtle

RIGHT = """
place:p a kg:Place ; rdfs:label "Shanxi"@en ; kg:kind kgv:province .
inst:i a kg:Institution ; rdfs:label "Hospital"@en ; kg:kind kgv:hospital ; kg:location place:p .
inst:j a kg:Institution ; rdfs:label "School"@en ; kg:kind kgv:university .
person:q a kg:Person ; rdfs:label "Ann Lee"@en .
event:e a kg:Event ; rdfs:label "Visit"@en ; kg:kind kgv:visit ; kg:status kgv:happened ;
  kg:participant deleg:d ; kg:startDate "2017-12-12"^^xsd:date ; kg:endDate "2017-12-13"^^xsd:date .
deleg:d a kg:Delegation ; rdfs:label "Delegation"@en ; kg:origin place:p .
agr:a a kg:Agreement ; rdfs:label "Agreement"@en ; kg:status kgv:signed ; kg:party inst:i , inst:j ;
  kg:signedAt event:e ; kg:inSet agset:s .
agset:s a kg:AgreementSet ; rdfs:label "Agreements"@en ; kg:status kgv:signed ; kg:size figure:f .
figure:f a kg:ReportedFigure ; rdfs:label "agreements"@en ; kg:value 31 .
role:r a kg:Role ; kg:holder person:q ; kg:roleIn inst:i ; kg:title "director"@en ;
  kg:attestedOn "2017-12-18"^^xsd:date .
"""

WRONG = [
    # shape, focus, what is taken out, what is put in
    ("name", "inst:i", 'inst:i rdfs:label "Hospital"@en .', ""),
    ("name-language", "inst:i", "", 'inst:i rdfs:label "Clinic"@en .'),
    ("name-text", "person:q", "", 'person:q rdfs:label " "@zh .'),
    ("name-text", "person:q", "", "person:q rdfs:label inst:i ."),
    ("one-class", "inst:i", "", "inst:i a kg:Place ."),
    ("one-class", "deleg:d", "", "deleg:d a kg:Institution ."),
    ("OneClass", None, "", '[] a kg:Person ; rdfs:label "Nobody"@en .'),
    ("agreement-status", "agr:a", "agr:a kg:status kgv:signed .", ""),
    ("agreement-status", "agr:a", "", "agr:a kg:status kgv:planned ."),
    ("agreement-status", "agr:a", "agr:a kg:status kgv:signed .", "agr:a kg:status kgv:happened ."),
    ("agreement-status", "agr:a", "agr:a kg:status kgv:signed .", 'agr:a kg:status "signed" .'),
    ("agreement-status", "agr:a", "agr:a kg:status kgv:signed .", "agr:a kg:status kgv:disputed ."),
    ("agreement-party", "agr:a", "", "agr:a kg:party place:p ."),
    ("agreement-party", "agset:s", "", "agset:s kg:party person:q ."),
    ("agreement-kind", "agr:a", "", "agr:a kg:kind kgv:visit ."),
    ("agreement-in-set", "agr:a", "", "agr:a kg:inSet agr:a ."),
    ("outcome-of", "agr:a", "", "agr:a kg:outcomeOf place:p ."),
    ("subject-matter", "agr:a", "", 'agr:a kg:subjectMatter "health" .'),
    ("signed-status", "agr:a", "agr:a kg:status kgv:signed .", "agr:a kg:status kgv:planned ."),
    ("signed-status", "agr:a", "agr:a kg:status kgv:signed .", "agr:a kg:status kgv:preliminary ."),
    ("signed-status", "agr:a", "agr:a kg:status kgv:signed .", "agr:a kg:status kgv:denied ."),
    ("signed-status", "agr:a", "agr:a kg:status kgv:signed .", "agr:a kg:status kgv:cancelled ."),
    ("signed-once", "agr:a", "", "agr:a kg:signedAt event:other ."),
    ("signed-at-event", "agr:a", "", "agr:a kg:signedAt place:p ."),
    ("signed-event-status", "agr:a", "event:e kg:status kgv:happened .", "event:e kg:status kgv:planned ."),
    ("signed-event-status", "agr:a", "event:e kg:status kgv:happened .", "event:e kg:status kgv:denied ."),
    ("set-status", "agset:s", "", "agset:s kg:status kgv:preliminary ."),
    ("set-status", "agset:s", "agset:s kg:status kgv:signed .", "agset:s kg:status kgv:ongoing ."),
    ("set-size-figure", "agset:s", "", "agset:s kg:size 31 ."),
    ("set-subset-of", "agset:s", "", "agset:s kg:subsetOf agr:a ."),
    ("figure-value", "figure:f", "figure:f kg:value 31 .", ""),
    ("figure-value", "figure:f", "figure:f kg:value 31 .", 'figure:f kg:value "31" .'),
    ("figure-value", "figure:f", "figure:f kg:value 31 .", "figure:f kg:value -1 ."),
    ("figure-value", "figure:f", "", "figure:f kg:value 28 ."),
    ("figure-qualifier", "figure:f", "", 'figure:f kg:qualifier "about" .'),
    ("event-kind", "event:e", "", "event:e kg:kind kgv:hospital ."),
    ("event-one-kind", "event:e", "event:e kg:kind kgv:visit .", ""),
    ("event-one-kind", "event:e", "", "event:e kg:kind kgv:meeting ."),
    ("event-status", "event:e", "event:e kg:status kgv:happened .", ""),
    ("event-status", "event:e", "", "event:e kg:status kgv:cancelled ."),
    ("event-status", "event:e", "event:e kg:status kgv:happened .", "event:e kg:status kgv:signed ."),
    ("event-start", "event:e", "", 'event:e kg:startDate "2017-12-11"^^xsd:date .'),
    ("event-start", "event:e", "", 'event:e kg:startDate "2017-12" .'),
    ("event-end", "event:e", "", 'event:e kg:endDate "2017-12-14"^^xsd:date .'),
    ("event-order", "event:e", "", 'event:e kg:endDate "2017-01-02"^^xsd:date .'),
    ("date-precision", "event:e", "", 'event:e kg:datePrecision "day" .'),
    ("event-location", "event:e", "", "event:e kg:location inst:i ."),
    ("event-actor", "event:e", "", "event:e kg:participant place:p ."),
    ("event-actor", "event:e", "", "event:e kg:host agr:a ."),
    ("event-sub-event-of", "event:e", "", "event:e kg:subEventOf deleg:d ."),
    ("event-size", "event:e", "", "event:e kg:size 300 ."),
    ("delegation-origin", "deleg:d", "", "deleg:d kg:origin inst:i ."),
    ("delegation-sender", "deleg:d", "", "deleg:d kg:sentBy place:p ."),
    ("delegation-member", "deleg:d", "", "deleg:d kg:member place:p ."),
    ("delegation-head", "deleg:d", "", "deleg:d kg:head inst:i ."),
    ("delegation-size", "deleg:d", "", "deleg:d kg:size 8 ."),
    ("institution-kind", "inst:i", "", "inst:i kg:kind kgv:city ."),
    ("institution-location", "inst:i", "", "inst:i kg:location inst:j ."),
    ("institution-unit-of", "inst:i", "", "inst:i kg:unitOf place:p ."),
    ("place-kind", "place:p", "", "place:p kg:kind kgv:hospital ."),
    ("place-within", "place:p", "", "place:p kg:within inst:i ."),
    ("place-capital-of", "place:p", "", "place:p kg:capitalOf inst:i ."),
    ("role-holder", "role:r", "role:r kg:holder person:q .", ""),
    ("role-holder", "role:r", "", "role:r kg:holder inst:i ."),
    ("role-one-institution", "role:r", "", "role:r kg:roleIn inst:j ."),
    ("role-represents", "role:r", "", "role:r kg:represents inst:j ."),
    ("role-title", "role:r", 'role:r kg:title "director"@en .', ""),
    ("role-title", "role:r", "", 'role:r kg:title "head"@en .'),
    ("role-title", "role:r", "", 'role:r kg:title "主任" .'),
    ("role-start", "role:r", "", 'role:r kg:startDate "2017" .'),
    ("role-end", "role:r", "", 'role:r kg:endDate "2017" .'),
    (
        "role-order",
        "role:r",
        "",
        'role:r kg:startDate "2017-02-01"^^xsd:date ; kg:endDate "2016-02-01"^^xsd:date .',
    ),
    ("role-day", "role:r", "", 'role:r kg:attestedOn "today" .'),
    ("topic", "agr:a", "", "agr:a kg:topic kgv:hospital ."),
    ("topic", "article:x", "", "article:x kg:topic kgv:no-such-topic ."),
    ("side", "agset:s", "", "agset:s kg:side inst:i ."),
    ("same-as", "place:p", "", 'place:p schema:sameAs "Q46913" .'),
    ("same-as-wikidata", "place:p", "", "place:p schema:sameAs <https://www.wikidata.org/wiki/Q46913> ."),
    ("same-as-wikidata", "place:p", "", "place:p schema:sameAs <https://www.wikidata.org/entity/Q46913> ."),
    ("likely-same-as", "inst:i", "", "inst:i kg:likelySameAs <http://www.wikidata.org/entity/P31> ."),
    ("view-only", "agr:a", "", "agr:a kg:disputed kg:status ."),
    ("AgreementOnly", "event:e", "", "event:e kg:inSet agset:s ."),
    ("AgreementOrSet", "event:e", "", "event:e kg:party inst:i ."),
    ("SetOnly", "agr:a", "", "agr:a kg:subsetOf agset:s ."),
    ("SideTaker", "deleg:d", "", "deleg:d kg:side place:p ."),
    ("SideTaker", "agr:undescribed", "", "agr:undescribed kg:status kgv:signed ."),
    ("EventOnly", "agr:a", "", "agr:a kg:participant deleg:d ."),
    ("DelegationOnly", "inst:i", "", "inst:i kg:member person:q ."),
    ("InstitutionOnly", "person:q", "", "person:q kg:unitOf inst:i ."),
    ("PlaceOnly", "inst:i", "", "inst:i kg:within place:p ."),
    ("RoleOnly", "person:q", "", 'person:q kg:title "director"@en .'),
    ("FigureOnly", "agset:s", "", "agset:s kg:value 31 ."),
]

INCOMPLETE = [
    ("agreement-two-parties", "agr:a", "agr:a kg:party inst:j .", ""),
    ("agreement-one-kind", "agr:a", "", "agr:a kg:kind kgv:memorandum , kgv:programme ."),
    ("set-size", "agset:s", "agset:s kg:size figure:f .", ""),
    ("set-one-size", "agset:s", "", "agset:s kg:size figure:g . figure:g a kg:ReportedFigure ; kg:value 3 ."),
    ("figure-label", "figure:f", 'figure:f rdfs:label "agreements"@en .', ""),
    ("event-dated", "event:e", 'event:e kg:startDate "2017-12-12"^^xsd:date .', ""),
    ("delegation-from", "deleg:d", "deleg:d kg:origin place:p .", ""),
    ("delegation-event", "deleg:d", "event:e kg:participant deleg:d .", ""),
    ("institution-has-kind", "inst:i", "inst:i kg:kind kgv:hospital .", ""),
    ("role-institution", "role:r", "role:r kg:roleIn inst:i .", ""),
    ("role-dated", "role:r", 'role:r kg:attestedOn "2017-12-18"^^xsd:date .', ""),
]  # fmt: skip

ALSO_RIGHT = [
    "",
    'agr:b a kg:Agreement ; rdfs:label "B"@en ; kg:status kgv:denied ; kg:side place:p ; kg:party inst:i .',
    """event:f a kg:Event ; rdfs:label "F"@en ; kg:kind kgv:ceremony ; kg:status kgv:planned ;
      kg:side place:p ; kg:host person:q ; kg:startDate "2018-01-01"^^xsd:date ; kg:subjectMatter "opening"@en .""",
    "place:p schema:sameAs wd:Q46913 . inst:i kg:likelySameAs wd:Q1 ; schema:sameAs <https://ror.org/1> .",
    "agr:a kg:topic kgv:cancer , kgv:health . article:x kg:topic kgv:trade . inst:i kg:topic kgv:robotics .",
    'inst:i rdfs:label "医院"@zh . role:r kg:title "主任"@zh ; kg:startDate "2017-01-01"^^xsd:date .',
    """place:c a kg:Place ; rdfs:label "Taiyuan"@en ; kg:kind kgv:city ; kg:within place:p ;
      kg:capitalOf place:p .""",
]


@pytest.fixture(scope="module")
def shapes():
    return load_shapes()


def variant(out, into):
    graph = turtle(RIGHT)
    missing = [triple for triple in turtle(out) if triple not in graph]
    assert not missing, "the variant takes out what is not there"
    return graph - turtle(out) + turtle(into)


def found(report, severity):
    return {(v.shape, v.focus) for v in report.violations if v.severity is severity}


def ids(cases):
    return [f"{shape}-{number}" for number, (shape, *_) in enumerate(cases)]


@pytest.mark.parametrize("into", ALSO_RIGHT)
def test_what_is_right_passes(into, shapes):
    assert validate(variant("", into), shapes).violations == ()


@pytest.mark.parametrize(("shape", "focus", "out", "into"), WRONG, ids=ids(WRONG))
def test_what_is_wrong_is_caught_by_the_shape_meant_for_it(shape, focus, out, into, shapes):
    report = validate(variant(out, into), shapes)
    hits = {where for name, where in found(report, Severity.VIOLATION) if name == str(KGS[shape])}

    assert not report.conforms
    assert hits
    assert focus is None or str(node(focus)) in hits


@pytest.mark.parametrize(("shape", "focus", "out", "into"), INCOMPLETE, ids=ids(INCOMPLETE))
def test_what_is_only_incomplete_is_a_warning(shape, focus, out, into, shapes):
    report = validate(variant(out, into), shapes)

    assert report.conforms
    assert (str(KGS[shape]), str(node(focus))) in found(report, Severity.WARNING)


def test_every_shape_is_broken_by_some_variant(shapes):
    assert {str(KGS[shape]) for shape, *_ in WRONG + INCOMPLETE} == set(shapes.rules)


def test_every_shape_says_what_is_wrong_and_what_to_do_in_both_languages(shapes):
    for rule in shapes.rules.values():
        for words in (rule.message, rule.advice):
            assert words.en.isascii()
            assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh)


def test_the_page_has_every_shape_and_every_rule(shapes):
    page = (Path(__file__).parent.parent / "docs/validation.md").read_text(encoding="utf-8")
    rows = {line for line in page.splitlines() if line.startswith("| `")}

    assert rows == {
        f"| `{shape.removeprefix(KGS)}` | {rule.severity} | {rule.message} | {rule.advice} |"
        for shape, rule in shapes.rules.items()
    } | {f"| `{rule.name}` | {rule.severity} | {rule.scope} | {rule.title} |" for rule in set_rules()}


def test_the_seed_as_a_careful_reader_models_it_passes(shapes):
    report = validate(with_descriptions(seed_model.facts(), seed_model.entities()), shapes)

    assert report.conforms
    assert {v.shape for v in report.warnings} == {str(KGS["event-dated"])}


def test_the_shapes_are_good_shacl():
    from pyshacl import validate as run

    conforms, _, text = run(Graph(), shacl_graph=Graph().parse(resource("shapes/kg.ttl")), meta_shacl=True)

    assert conforms, text


def test_a_violation_carries_the_article_it_is_of(shapes):
    article = "https://example.org/id/article/a"
    report = validate(variant("", "inst:i a kg:Place ."), shapes, article=article)
    graph = report_graph(report, "https://example.org/report")

    assert {v.article for v in report.violations} == {article}
    assert set(graph.objects(None, DCTERMS.source)) == {URIRef(article)}
    assert next(report_lines(report, label=lambda iri: iri[-1])).startswith("violation: a: ")
    assert next(report_lines(report, article="a.txt")).startswith("violation: a.txt: ")


def test_validating_changes_neither_the_graph_nor_the_shapes(shapes):
    graph = variant("", "inst:i a kg:Place .")
    first = validate(graph, shapes)
    before = (set(graph), set(shapes.lists), set(shapes.graph))

    assert set(graph) == set(variant("", "inst:i a kg:Place ."))
    assert first == validate(graph, shapes)
    assert (set(graph), set(shapes.lists), set(shapes.graph)) == before


def test_descriptions_are_followed_however_far_and_nothing_else_is_taken():
    facts = turtle("event:e kg:host inst:i .")
    entities = turtle("""
        inst:i kg:location place:a ; kg:unitOf inst:j . inst:j kg:location place:b .
        place:a kg:within place:c . place:c rdfs:label "C"@en . place:elsewhere rdfs:label "D"@en .
    """)

    whole = with_descriptions(facts, entities)

    assert set(whole - facts) == set(entities - turtle('place:elsewhere rdfs:label "D"@en .'))
    assert len(facts) == 1


def test_descriptions_that_run_in_a_circle_come_to_an_end():
    entities = turtle("place:a kg:within place:b . place:b kg:within place:a .")

    assert set(with_descriptions(turtle("event:e kg:location place:a ."), entities)) > set(entities)


def test_a_path_of_several_properties_is_named_in_words(shapes):
    report = validate(variant("agr:a kg:party inst:j .", ""), shapes)

    assert [v.path for v in report.warnings] == ["party|side"]
    assert shapes.rules[str(KGS["signed-event-status"])].path == "signedAt/status"
    assert shapes.rules[str(KGS["delegation-event"])].path == "^participant"


def violation(**changes):
    values = {
        "severity": Severity.VIOLATION, "article": "", "focus": str(node("agr:a")),
        "shape": str(KGS["signed-status"]), "path": str(KG.status), "value": str(node("kgv:planned")),
        "message": Wording("wrong", "错误"), "advice": Wording("mend it", "请修正"),
    }  # fmt: skip
    return Violation(**(values | changes))


def test_a_report_reads_article_statement_sentence_rule_and_what_to_do():
    lines = report_lines(
        Report((violation(),)), article="Daily, 18 Dec", quotes=lambda _: ["to be signed"],
        label=lambda iri: iri.rsplit("/", 1)[-1],
    )  # fmt: skip

    assert list(lines) == [
        "violation: Daily, 18 Dec: a [status = planned]",
        "  wrong (signed-status)",
        "  “to be signed”",
        "  -> mend it",
    ]


def test_a_report_can_be_read_in_chinese():
    assert "  -> 请修正" in list(report_lines(Report((violation(),)), language="zh"))


def test_a_report_in_rdf_has_no_blank_nodes_and_is_the_same_each_time():
    report = Report((violation(), violation(severity=Severity.WARNING, path="party|side", value="31")))
    graph = report_graph(report, "https://w3id.org/accord-kg/report/1")

    assert not [t for triple in graph for t in triple if isinstance(t, BNode)]
    assert set(graph) == set(report_graph(report, "https://w3id.org/accord-kg/report/1"))
    assert len(set(graph.subjects(RDF.type, SH.ValidationResult))) == 2
    assert graph.value(URIRef("https://w3id.org/accord-kg/report/1"), SH.conforms) == Literal(False)
    assert len(list(graph.objects(None, SH.resultPath))) == 1
    assert set(graph.objects(None, SH.value)) == {node("kgv:planned"), Literal("31")}


def test_a_report_with_warnings_alone_conforms():
    report = Report((violation(severity=Severity.WARNING),))

    assert report.conforms
    assert not report.errors
    assert len(report.warnings) == 1


def test_a_broken_shapes_file_is_one_clear_error(tmp_path, monkeypatch):
    bad = tmp_path / "kg.ttl"
    bad.write_text("this is not Turtle")
    monkeypatch.setattr(shacl_stage, "resource", lambda _: bad)

    with pytest.raises(ShapeError, match="cannot read the shapes"):
        load_shapes()


def test_a_shape_without_words_is_refused(tmp_path, monkeypatch):
    bad = tmp_path / "kg.ttl"
    bad.write_text('<http://a/b> <https://w3id.org/accord-kg/shapes#advice> "x"@en .')
    monkeypatch.setattr(shacl_stage, "resource", lambda _: bad)

    with pytest.raises(ShapeError, match="in English and Chinese"):
        load_shapes()


def test_pyshacl_is_not_imported_before_it_is_needed():
    code = "import sys, kg.validate; kg.validate.load_shapes(); print('pyshacl' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"
