# ruff: noqa: E501  a table of cases reads best with one case a line
"""Set rules: each finds nothing in a right release, and finds what it is meant for in a wrong one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph

from kg.errors import ShapeError
from kg.resources import resource
from kg.validate import Scope, SetRule, Severity, Wording, check_set, rules, set_rules
from kg.vocabulary import KGS
from tests import seed_model
from tests.seed_model import NAMES, node

RULES = {rule.name: rule for rule in set_rules()}
PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in NAMES.prefixes().items())
FACTS = f"<{seed_model.FACTS}>"
EVIDENCE = f"<{seed_model.EVIDENCE}>"
CATALOG = f"<{seed_model.CATALOG}>"
YALE = "ev:seed-746"
SECOND = """
  GRAPH <https://w3id.org/accord-kg/graph/article/two/evidence> { ev:two-1 a kg:Evidence ;
    kg:source article:two ; kg:start 1 ; kg:end 4 ; kg:quote "two" }
"""


def insert(graph, triples):
    return f"INSERT DATA {{ GRAPH {graph} {{ {triples} }} }}"


def change(graph, old, new):
    """Return an update that puts `new` (with the variables of `old`) in the place of `old`."""
    return f"DELETE {{ GRAPH {graph} {{ {old} }} }} INSERT {{ GRAPH {graph} {{ {new} }} }} WHERE {{ GRAPH {graph} {{ {old} }} }}"


def state(triple):
    """Return an update that states a triple in the article's graph."""
    return insert(FACTS, triple)


A_CLAIM = "?claim rdf:object inst:yale-sm"

WRONG = [
    # rule, what is wrong (None: a claim), the update that makes it so
    ("quote-length", YALE, change(EVIDENCE, f"{YALE} kg:quote ?q", f'{YALE} kg:quote "Yale"')),
    ("quote-length", YALE, change(EVIDENCE, f"{YALE} kg:end ?e", f"{YALE} kg:end 770")),
    ("passage-in-article", YALE, change(CATALOG, "?a kg:textLength ?n", "?a kg:textLength 768")),
    ("passage-in-article", YALE, change(EVIDENCE, f"{YALE} kg:start ?s", f"{YALE} kg:start -1")),
    ("passage-in-article", YALE, change(EVIDENCE, f"{YALE} kg:start ?s", f"{YALE} kg:start 769")),
    ("passage-complete", YALE, change(EVIDENCE, f"{YALE} kg:quote ?q", f"{YALE} a kg:Evidence")),
    ("passage-complete", YALE, change(EVIDENCE, f"{YALE} kg:source ?q", f"{YALE} a kg:Evidence")),
    ("passage-complete", YALE, insert(EVIDENCE, f"{YALE} kg:start 747")),
    ("article-described", "article:seed", change(CATALOG, "?a kg:textHash ?h", "?a a kg:Article")),
    ("article-described", "article:two", f"INSERT DATA {{ {SECOND} }}"),
    ("claim-complete", None, change(EVIDENCE, f"{A_CLAIM} . ?claim kg:supportedBy ?e", A_CLAIM)),
    ("claim-complete", None, change(EVIDENCE, f"{A_CLAIM} . ?claim kg:confidence ?x", f"{A_CLAIM} . ?claim kg:confidence 1.1")),
    ("claim-complete", None, change(EVIDENCE, f"{A_CLAIM} . ?claim rdf:predicate ?x", A_CLAIM)),
    ("claim-complete", None, change(EVIDENCE, A_CLAIM, f"{A_CLAIM} , inst:hms")),
    ("claim-complete", None, change(EVIDENCE, f"{A_CLAIM} . ?claim kg:supportedBy ?e", f"{A_CLAIM} . ?claim kg:supportedBy ev:gone")),
    ("claim-of-one-article", None, f"INSERT DATA {{ {SECOND} }} ;" + change(EVIDENCE, A_CLAIM, f"{A_CLAIM} . ?claim kg:supportedBy ev:two-1 . ev:two-1 kg:source article:two")),
    ("claim-is-stated", None, f"DELETE DATA {{ GRAPH {FACTS} {{ agr:pancreas kg:party inst:yale-sm }} }}"),
    ("rejected-is-not-stated", None, change(EVIDENCE, A_CLAIM, f"{A_CLAIM} . ?claim kg:review kgv:rejected")),
    ("fact-has-claim", "agr:pancreas", change(EVIDENCE, A_CLAIM, "?claim rdf:object inst:hms")),
    ("fact-has-claim", "deleg:d", state("deleg:d kg:member person:wei")),
    ("review-is-signed", None, change(EVIDENCE, A_CLAIM, f"{A_CLAIM} . ?claim kg:review kgv:accepted")),
    ("subset-not-larger", "agset:signed", change(FACTS, "figure:31 kg:value ?n", "figure:31 kg:value 72")),
    ("named-not-more-than-counted", "agset:signed", change(FACTS, "figure:31 kg:value ?n", "figure:31 kg:value 1")),
    ("signed-set-is-signed", "agr:pancreas", change(FACTS, "agr:pancreas kg:status ?s", "agr:pancreas kg:status kgv:planned")),
    ("sub-event-within-dates", "event:conference", change(FACTS, "event:visit kg:endDate ?d", 'event:visit kg:endDate "2017-12-12"^^xsd:date')),
    ("sub-event-within-dates", "event:conference", change(FACTS, "event:visit kg:startDate ?d", 'event:visit kg:startDate "2017-12-14"^^xsd:date')),
    ("sub-event-within-dates", "event:global-health", state("event:global-health kg:subEventOf event:visit")),
    ("precision-fits-dates", "event:global-health", change(FACTS, "event:global-health kg:startDate ?d", 'event:global-health kg:startDate "2017-11-03"^^xsd:date')),
    ("happened-before-report", "event:talk", change(FACTS, "event:talk kg:startDate ?d", 'event:talk kg:startDate "2018-12-12"^^xsd:date')),
    ("planned-after-report", "event:talk", change(FACTS, "event:talk kg:status ?d", "event:talk kg:status kgv:planned")),
    ("used-is-described", "person:nobody", state("deleg:d kg:head person:nobody")),
    ("no-cycle-of-events", "event:visit", "INSERT DATA { event:visit kg:subEventOf event:conference }"),
    ("no-cycle-of-events", "event:talk", "INSERT DATA { event:talk kg:subEventOf event:talk }"),
    ("no-cycle-of-places", "place:shanxi", "INSERT DATA { place:china kg:within place:taiyuan }"),
    ("no-cycle-of-places", "place:shanxi", "INSERT DATA { place:shanxi kg:capitalOf place:taiyuan }"),
    ("no-cycle-of-units", "inst:hms", "INSERT DATA { inst:hms kg:unitOf inst:hms-oge }"),
    ("no-cycle-of-sets", "agset:all", "INSERT DATA { agset:all kg:subsetOf agset:signed }"),
    ("one-item-two-things", "inst:hms", "INSERT DATA { inst:hms schema:sameAs wd:Q1961140 }"),
    ("one-thing-two-items", "place:shanxi", "INSERT DATA { place:shanxi schema:sameAs wd:Q47974 }"),
    ("one-class", "inst:hms", "INSERT DATA { inst:hms a kg:Place }"),
    ("concept-is-declared", "agr:pancreas", "INSERT DATA { agr:pancreas kg:topic kgv:no-such-topic }"),
    ("view-has-one-status", "agr:pancreas", "INSERT DATA { agr:pancreas kg:status kgv:planned }"),
    ("view-rests-on-articles", "agr:pancreas", "INSERT DATA { agr:pancreas kg:status kgv:in-force }"),
    ("disputes-stand-in-the-view", "agr:pancreas", state("agr:pancreas kg:disputed kg:status")),
    ("disputes-stand-in-the-view", "agr:pancreas", state("agr:pancreas kg:status kgv:disputed")),
]  # fmt: skip

ALSO_RIGHT = {
    "a rejected claim whose statement is gone": change(
        EVIDENCE, A_CLAIM,
        f"{A_CLAIM} . ?claim kg:review kgv:rejected ; kg:reviewedBy person:wei ; kg:reviewedOn '2026-11-24'^^xsd:date",
    ) + f"; DELETE DATA {{ GRAPH {FACTS} {{ agr:pancreas kg:party inst:yale-sm }} }}",
    "about 72 of 71": change(FACTS, "figure:31 kg:value ?n", "figure:31 kg:value 72")
    + f"; DELETE DATA {{ GRAPH {FACTS} {{ figure:31 kg:qualifier kgv:exactly }} }} ;"
    + insert(FACTS, "figure:31 kg:qualifier kgv:about"),
    "a part known to the month that touches the whole": change(
        FACTS, "event:conference kg:startDate ?s ; kg:endDate ?e",
        'event:conference kg:startDate "2017-12-01"^^xsd:date ; kg:endDate "2017-12-31"^^xsd:date ;'
        " kg:datePrecision kgv:to-the-month",
    ),
    "a figure that only its article has": "DELETE DATA { figure:31 a kg:ReportedFigure . agset:signed kg:size figure:31 }",
    "a disputed status in the view": "DELETE DATA { agr:pancreas kg:status kgv:signed } ;"
    "INSERT DATA { agr:pancreas kg:status kgv:disputed ; kg:disputed kg:status }",
    "a link to another data set beside Wikidata": "INSERT DATA { inst:hms schema:sameAs <https://ror.org/1> , <https://ror.org/2> }",
}  # fmt: skip


@pytest.fixture(scope="module")
def quads():
    return bytes(seed_model.store_of(seed_model.release()).dump(format=seed_model.N_QUADS))


@pytest.fixture
def store(quads):
    return seed_model.loaded(quads)


def test_there_are_rules_and_each_has_a_wrong_case():
    assert len(RULES) > 20
    assert {name for name, *_ in WRONG} == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_worded_in_both_languages(name):
    rule = RULES[name]
    for words in (rule.title, rule.message, rule.advice):
        assert words.en
        assert re.search("[\u4e00-\u9fff]", words.zh)
        assert not re.search("[\u4e00-\u9fff]", words.en)
    assert "/id/" not in rule.sparql
    assert "/graph/" not in rule.sparql


def test_a_right_release_breaks_no_rule(store):
    assert check_set(seed_model.ask(store), RULES.values()).violations == ()


@pytest.mark.parametrize(("name", "focus", "update"), WRONG, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(WRONG)])  # fmt: skip
def test_what_is_wrong_is_found_by_the_rule_meant_for_it(name, focus, update, store):
    store.update(PREFIXES + update)
    report = check_set(seed_model.ask(store), [RULES[name]])

    assert report.violations, "nothing was found"
    assert {v.shape for v in report.violations} == {str(KGS[name])}
    assert {v.severity for v in report.violations} == {RULES[name].severity}
    found = {v.focus for v in report.violations}
    assert str(node(focus)) in found if focus else all("/id/claim/" in claim for claim in found)


ALONE = [(name, focus, update) for name, focus, update in WRONG if RULES[name].scope is Scope.ARTICLE]


@pytest.fixture(scope="module")
def quads_alone():
    graphs = seed_model.release()
    kept = {name: graphs[name] for name in (seed_model.FACTS, seed_model.EVIDENCE, seed_model.CATALOG)}
    # What is known without the article: the ontology's terms, places and bodies.
    kept[None] = seed_model.entities() + Graph().parse(resource("ontology/kg.ttl"))
    return bytes(seed_model.store_of(kept).dump(format=seed_model.N_QUADS))


@pytest.mark.parametrize(("name", "focus", "update"), ALONE, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(ALONE)])  # fmt: skip
def test_a_rule_of_one_article_needs_no_more_than_that(name, focus, update, quads_alone):
    store = seed_model.loaded(quads_alone)
    query = seed_model.ask(store)
    alone = [rule for rule in RULES.values() if rule.scope is Scope.ARTICLE]

    assert check_set(query, alone).violations == ()
    store.update(PREFIXES + update)
    assert check_set(query, [RULES[name]]).violations


def test_what_contradicts_itself_in_one_article_can_be_seen_there():
    alone = {name for name, rule in RULES.items() if rule.scope is Scope.ARTICLE}

    assert {"subset-not-larger", "sub-event-within-dates", "signed-set-is-signed", "quote-length"} <= alone
    assert not {name for name in alone if name.startswith(("view", "no-cycle"))}


@pytest.mark.parametrize("case", ALSO_RIGHT)
def test_what_looks_wrong_and_is_right_passes(case, store, quads):
    store.update(PREFIXES + ALSO_RIGHT[case])
    # The update does not mend the claims, so the two rules that compare them with the facts are left out.
    others = [rule for name, rule in RULES.items() if name not in {"claim-is-stated", "fact-has-claim"}]
    report = check_set(seed_model.ask(store), others)

    assert bytes(store.dump(format=seed_model.N_QUADS)) != quads, "the update did nothing"
    assert report.violations == ()


def test_doubtful_is_a_warning_and_contradictory_a_violation():
    warnings = {name for name, rule in RULES.items() if rule.severity is Severity.WARNING}

    assert warnings == {"happened-before-report", "planned-after-report", "one-item-two-things"}


def test_a_rule_says_in_which_article_and_what(store):
    store.update(PREFIXES + state("deleg:d kg:member person:wei"))
    (broken,) = check_set(seed_model.ask(store), [RULES["fact-has-claim"]]).violations

    assert (broken.article, broken.path, broken.value) == (
        str(seed_model.ARTICLE), str(node("kg:member")), str(node("person:wei"))
    )  # fmt: skip


def made(name, severity=Severity.VIOLATION):
    words = Wording("wrong", "错误")
    return SetRule(name, severity, Scope.STORE, words, words, words, sparql=name)


@given(st.permutations([("a", "1"), ("b", "2"), ("b", "3"), ("a", "1")]), st.permutations(["x", "y"]))
def test_the_report_does_not_depend_on_the_order_of_answers_or_rules(rows, names):
    found = check_set(lambda _: [{"focus": f, "value": v} for f, v in rows], map(made, names))

    assert [(v.focus, v.shape[-1], v.value) for v in found.violations] == [
        ("a", "x", "1"), ("a", "y", "1"), ("b", "x", "2"), ("b", "x", "3"), ("b", "y", "2"), ("b", "y", "3")
    ]  # fmt: skip


def test_an_answer_that_does_not_say_what_is_wrong_is_refused():
    with pytest.raises(ShapeError, match=r"rules/odd\.rq: an answer without \?focus"):
        check_set(lambda _: [{"value": "1"}], [made("odd")])


@pytest.mark.parametrize(
    "line", ["# severity: violation\n", "# scope: store\n", "# advice zh: 请修正\n", "# title: t\n"]
)
def test_a_rule_without_a_line_of_its_header_is_refused(line, tmp_path):
    header = (
        "# title: t\n# title zh: 题\n# severity: violation\n# scope: store\n# message: m\n# message zh: 信\n"
        "# advice: a\n# advice zh: 请修正\nSELECT ?focus WHERE {}\n"
    )
    path = tmp_path / "new.rq"
    path.write_text(header, encoding="utf-8")
    assert rules._read(path).title == Wording("t", "题")

    path.write_text(header.replace(line, ""), encoding="utf-8")
    with pytest.raises(ShapeError, match=r"new\.rq: the header lacks"):
        rules._read(path)
