"""What an article reports, as graphs; and the view in which each thing stands once."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS, SKOS, XSD

from kg.errors import ExtractError
from kg.link import Ledger, link, load_decisions, load_registry
from kg.map import ArticleReport, Review, Run, article_graphs, catalog_graph, consolidated, entities_graph
from kg.map.terms import share
from kg.model import Basis, Evidence, Findings
from kg.vocabulary import KG, KGV, SCHEMA, WD, Names
from tests.builders import Story, visit
from tests.test_link import corpora

REGISTRY = load_registry()
NAMES = Names()
RUN = Run("hand 1", {"mode": "test"})


def links_of(findings):
    return link(findings, ledger=Ledger(), registry=REGISTRY, decisions=load_decisions())


def mapped(*stories):
    """Return links, article graphs, entities and view of those stories."""
    found = [s.findings() if isinstance(s, Story) else s for s in stories]
    links = links_of(found)
    graphs = {f.article.id: article_graphs(f, links, NAMES, run=RUN.iri(NAMES)) for f in found}
    entities = entities_graph(links, found, REGISTRY, NAMES)
    reports = [ArticleReport(f.article.id, f.article.published, graphs[f.article.id].facts) for f in found]
    return links, graphs, entities, consolidated(reports, entities)


def iri(path):
    return NAMES.of_path(path)


AGSET = iri("agreement-set/shanxi-united-states-2017-12-13-signed")
DEAL = iri("agreement/shanxi-provincial-peoples-hospital-yale-school-of-medicine-2017-12-13")


def claims(evidence):
    return {
        tuple(evidence.value(claim, part) for part in (RDF.subject, RDF.predicate, RDF.object)): claim
        for claim in evidence.subjects(RDF.type, KG.Claim)
    }


def stated(facts):
    return {t for t in facts if str(t[1]).startswith(str(KG))}


@given(corpora())
@settings(max_examples=25, deadline=None)
def test_no_fact_without_a_claim_and_no_claim_without_its_fact(findings):
    links = links_of(findings)
    for found in findings:
        graphs = article_graphs(found, links, NAMES, run=RUN.iri(NAMES))

        assert set(claims(graphs.evidence)) == stated(graphs.facts)


@given(corpora())
@settings(max_examples=15, deadline=None)
def test_the_order_of_statements_does_not_matter_and_there_are_no_blank_nodes(findings):
    turned = [Findings(f.article, f.entities[::-1], f.facts[::-1], f.extractor) for f in reversed(findings)]
    one, other = mapped(*findings), mapped(*turned)

    assert one[0] == other[0]
    for left, right in [(one[2], other[2]), (one[3], other[3])]:
        assert set(left) == set(right)
    for article, graphs in one[1].items():
        assert set(graphs.facts) == set(other[1][article].facts)
        assert set(graphs.evidence) == set(other[1][article].evidence)
    assert not any(isinstance(term, BNode) for t in one[3] for term in t)


def test_every_quote_is_what_stands_there():
    story = visit("a")
    text = story.article().text
    evidence = mapped(story)[1]["a"].evidence

    passages = list(evidence.subjects(RDF.type, KG.Evidence))
    assert passages
    for passage in passages:
        start, end = (int(evidence.value(passage, p)) for p in (KG.start, KG.end))
        assert str(evidence.value(passage, KG.quote)) == text[start:end]
        assert passage == iri(f"evidence/a-{start}-{end}")


def test_a_long_passage_is_quoted_to_the_end_of_a_sentence_and_says_so_in_its_positions():
    story = Story("a")
    first, second = "The clinic agreed to train nurses. ", "It was a long day " * 30
    clinic = story.institution("Riverdale Clinic")
    story.fact(clinic, "topic", "nursing", words=first + second)

    evidence = mapped(story)[1]["a"].evidence
    quotes = [str(q) for q in evidence.objects(None, KG.quote)]

    assert first.strip() in quotes
    assert all(len(q) <= 400 for q in quotes)
    for passage in evidence.subjects(RDF.type, KG.Evidence):
        length = int(evidence.value(passage, KG.end)) - int(evidence.value(passage, KG.start))
        assert length == len(evidence.value(passage, KG.quote))


def test_a_long_chinese_passage_is_cut_after_a_full_stop():
    story = Story("a", language="zh")
    clinic = story.institution("里弗代尔医院集团")
    story.fact(clinic, "topic", "nursing", words="双方签署了协议。" + "今天天气很好" * 100)

    assert "双方签署了协议。" in {str(q) for q in mapped(story)[1]["a"].evidence.objects(None, KG.quote)}


def test_evidence_outside_the_text_is_refused():
    found = visit("a").findings()
    bad = found.facts[0].__class__(
        found.facts[0].subject,
        found.facts[0].relation,
        found.facts[0].value,
        (Evidence(5, 10**6),),
        "hand",
        0.5,
    )

    with pytest.raises(ExtractError, match="outside the text"):
        mapped(Findings(found.article, found.entities, (bad,), "hand"))


def test_claims_say_how_they_were_read_once():
    story = Story("a")
    event = story.event("talks", kind="meeting")
    story.fact(event, "start_date", "2018-05-02", confidence=0.9, rule="weekday", basis=Basis.RESOLVED)
    story.fact(event, "start_date", "2018-05-02", confidence=0.5, rule="second", basis=Basis.RESOLVED)
    evidence = mapped(story)[1]["a"].evidence
    [claim] = evidence.subjects(RDF.predicate, KG.startDate)

    assert evidence.value(claim, KG.confidence) == Literal("0.9", datatype=XSD.decimal)
    assert str(evidence.value(claim, KG.rule)) == "weekday"
    assert evidence.value(claim, KG.basis) == KGV.resolved
    assert evidence.value(claim, KG.review) == KGV.unreviewed
    assert len(list(evidence.objects(claim, KG.supportedBy))) == 2
    assert re.fullmatch(r"[0-9a-f]{16}", str(claim).rpartition("/")[2])
    assert list(evidence.objects(None, PROV.wasGeneratedBy)) == [RUN.iri(NAMES)]
    [kind] = evidence.subjects(RDF.predicate, KG.kind)
    assert evidence.value(kind, KG.basis) is None


@pytest.mark.parametrize(
    ("value", "text"), [(0.9, "0.9"), (1.0, "1"), (0.0, "0"), (0.123456, "0.123"), (0.1 + 0.2, "0.3")]
)
def test_confidences_are_canonical_decimals(value, text):
    assert str(share(value)) == text


def test_an_article_names_things_as_the_entities_do_and_keeps_its_own_words():
    one, two = Story("a"), Story("b")
    one.institution("Yale University School of Medicine")
    two.institution("Riverdale Clinic")
    _, graphs, entities, _ = mapped(one, two)
    school = iri("institution/yale-school-of-medicine")

    assert graphs["a"].facts.value(school, RDFS.label) == Literal("Yale School of Medicine", lang="en")
    assert (school, SKOS.altLabel, Literal("Yale University School of Medicine", lang="en")) in graphs[
        "a"
    ].facts
    merged = graphs["a"].facts + entities
    languages = [label.language for label in merged.objects(school, RDFS.label)]
    assert sorted(languages) == ["en", "zh"]


def test_entities_hold_what_is_known_besides_the_articles():
    _, _, entities, _ = mapped(visit("a"))
    school, new_haven = iri("institution/yale-school-of-medicine"), iri("place/new-haven")

    assert (school, KG.location, new_haven) in entities
    assert (new_haven, KG.within, iri("place/connecticut")) in entities
    assert (iri("place/connecticut"), KG.within, iri("place/united-states")) in entities
    assert (iri("place/china"), SCHEMA.sameAs, WD.Q148) in entities
    assert (iri("place/shanxi"), SCHEMA.sameAs, WD.Q46913) in entities
    assert (school, KG.kind, KGV["medical-school"]) in entities
    assert (KGV["pancreatic-cancer"], SCHEMA.sameAs, WD.Q212961) in entities
    assert not list(entities.objects(iri("institution/shanxi-provincial-peoples-hospital"), SCHEMA.sameAs))
    assert not list(entities.triples((iri("institution/harvard-medical-school"), None, None)))


def test_what_only_a_rejected_article_brought_stays_out():
    kept, out = Story("a"), Story("b", publisher="Vanishing Post")
    kept.institution("Riverdale Clinic")
    out.institution("Harvard Medical School Office of Global Education", location=out.place("Kenya"))
    found = [kept.findings(), out.findings()]
    links = links_of(found)

    entities = entities_graph(links, found[:1], REGISTRY, NAMES)

    things = {str(s).rpartition("/id/")[2] for s in entities.subjects()}
    assert things == {"institution/riverdale-clinic", "institution/example-daily"}
    both = entities_graph(links, found, REGISTRY, NAMES)
    assert (iri("institution/harvard-medical-school"), SCHEMA.sameAs, WD.Q49121) in both


def test_a_publisher_is_described_as_one():
    _, _, entities, _ = mapped(visit("a", publisher="Riverdale Post"))

    assert (iri("institution/riverdale-post"), KG.kind, KGV.publisher) in entities
    assert (iri("institution/riverdale-post"), RDFS.label, Literal("Riverdale Post", lang="en")) in entities


def test_the_catalog_describes_articles_runs_and_graphs():
    story = visit("a")
    graph = catalog_graph(
        [story.article()], [RUN], mapped(story)[0], NAMES, title="Test", as_of=date(2018, 6, 1)
    )
    article = iri("article/a")

    assert (NAMES.graph("article/a"), DCTERMS.source, article) in graph
    assert (article, DCTERMS.publisher, iri("institution/example-daily")) in graph
    assert (article, DCTERMS.issued, Literal("2017-12-18", datatype=XSD.date)) in graph
    assert (article, SCHEMA.url, URIRef("https://news.example/a")) in graph
    assert (article, KG.textLength, Literal(str(len(story.article().text)), datatype=XSD.integer)) in graph
    assert (RUN.iri(NAMES), RDF.type, PROV.Activity) in graph
    assert Run("hand 1", {"mode": "other"}).name != RUN.name == Run("hand 1", {"mode": "test"}).name


def sizes(view):
    return [int(view.value(figure, KG.value)) for figure in view.objects(AGSET, KG.size)]


def test_the_latest_report_is_believed_and_both_stay_in_their_graphs():
    early = visit("a", size=28, published="2017-12-15", status="planned")
    late = visit("b", size=31, published="2017-12-18")
    # Only a settled pair is of interest here: one set, one deal, planned first and signed later.
    _, graphs, _, view = mapped(early, late)

    assert set(view.objects(DEAL, KG.status)) == {KGV.signed}
    assert (DEAL, KG.status, KGV.planned) in graphs["a"].facts
    assert (DEAL, KG.status, KGV.signed) in graphs["b"].facts
    assert not list(view.objects(DEAL, KG.disputed))


def test_two_counts_of_one_set_never_add_up():
    _, graphs, _, view = mapped(visit("a", size=28, published="2017-12-15"), visit("b", size=31))

    assert sizes(view) == [31]
    assert len(set(view.subjects(RDF.type, KG.ReportedFigure))) == 1
    assert {int(n) for g in graphs.values() for n in g.facts.objects(None, KG.value)} == {28, 31}


def test_a_clash_on_one_day_is_disputed():
    _, _, _, view = mapped(visit("a", size=28), visit("b", size=31))

    assert sizes(view) == []
    assert set(view.objects(AGSET, KG.disputed)) == {KG.size}
    assert not set(view.subjects(RDF.type, KG.ReportedFigure))


def test_two_that_agree_on_one_day_are_no_clash():
    _, _, _, view = mapped(visit("a"), visit("b"))

    assert sizes(view) == [31]
    assert not list(view.subject_objects(KG.disputed))
    assert len(list(view.subjects(RDF.type, KG.ReportedFigure))) == 1


def test_a_status_that_clashes_on_one_day_is_called_disputed():
    def told(name, status):
        story = Story(name)
        both = [story.institution("Riverdale Clinic"), story.institution("Oslo Clinic")]
        story.agreement("deal", party=both, status=status)
        return story

    links, _, _, view = mapped(told("a", "signed"), told("b", "denied"))
    [deal] = {path for path in links.paths.values() if path.startswith("agreement/")}

    assert set(view.objects(iri(deal), KG.status)) == {KGV.disputed}
    assert set(view.objects(iri(deal), KG.disputed)) == {KG.status}


def test_dates_are_settled_together_and_the_exact_ones_win_over_the_vague():
    def told(name, published, start, end, precision):
        story = Story(name, published=published)
        who = story.institution("Riverdale Clinic")
        days = {"start": start, "end": end, "date_precision": precision}
        story.event("Riverdale Nursing Forum", named=True, kind="conference", participant=who, **days)
        return story

    exact = told("a", "2018-05-03", "2018-05-02", "2018-05-03", "to-the-day")
    vague = told("b", "2018-06-01", "2018-05-01", "2018-05-31", "to-the-month")
    links, _, _, view = mapped(exact, vague)
    [event] = {path for path in links.paths.values() if path.startswith("event/")}

    found = [view.value(iri(event), p) for p in (KG.startDate, KG.endDate, KG.datePrecision)]
    assert [str(f) for f in found[:2]] == ["2018-05-02", "2018-05-03"]
    assert found[2] == KGV["to-the-day"]


def test_each_thing_has_one_name_a_language_in_the_view():
    _, _, _, view = mapped(visit("a"), visit("b"), visit("c", language="zh"))

    for thing in set(view.subjects(RDFS.label)):
        languages = [label.language for label in view.objects(thing, RDFS.label)]
        assert len(languages) == len(set(languages)), thing


def test_countries_are_derived():
    story = visit("a")
    office = story.institution("Harvard Medical School Office of Global Education")
    ward = story.institution("Ward of Riverdale", unit_of=office)
    story.event("talks", kind="meeting", location="e3", participant=ward)
    links, _, _, view = mapped(story)
    us, china = iri("place/united-states"), iri("place/china")

    assert set(view.objects(iri("institution/yale-school-of-medicine"), KG.country)) == {us}
    assert set(view.objects(iri(links.paths["a", ward]), KG.country)) == {us}
    assert set(view.objects(iri("institution/shanxi-provincial-peoples-hospital"), KG.country)) == {china}
    assert set(view.objects(iri("place/boston"), KG.country)) == {us}
    assert set(view.objects(us, KG.country)) == {us}


def test_a_wrong_statement_of_an_article_does_not_move_a_known_place():
    story = Story("a")
    story.fact(story.place("Boston"), "within", story.place("Texas"))
    story.fact(story.place("Nowhere Bridge"), "within", story.place("Kenya"))
    links, graphs, _, view = mapped(story)

    assert set(view.objects(iri("place/boston"), KG.country)) == {iri("place/united-states")}
    assert set(view.objects(iri(links.paths["a", "e3"]), KG.country)) == {iri("place/kenya")}
    assert (iri("place/boston"), KG.within, iri("place/texas")) in graphs["a"].facts


def test_topics_of_the_article_are_facts_about_the_article():
    story = visit("a")
    story.topic("nursing")
    facts = mapped(story)[1]["a"].facts

    assert (iri("article/a"), KG.topic, KGV.nursing) in facts


def test_another_base_moves_the_things_and_not_the_words():
    names = Names("https://kg.example/")
    found = visit("a").findings()
    graphs = article_graphs(found, links_of([found]), names, run=RUN.iri(names))

    assert isinstance(graphs.facts, Graph)
    assert all(str(s).startswith("https://kg.example/id/") for s in graphs.facts.subjects())
    assert all(str(p).startswith(("https://w3id.org/accord-kg/ns#", str(RDF), str(RDFS), str(SKOS)))
               for p in graphs.facts.predicates())  # fmt: skip


def test_a_rejected_statement_leaves_the_facts_and_stays_on_record():
    found = visit("a").findings()
    links = links_of([found])
    before = article_graphs(found, links, NAMES, run=RUN.iri(NAMES))
    [claim] = before.evidence.subjects(RDF.predicate, KG.inSet)
    who = URIRef("https://example.org/reviewer")
    accepted = next(iter(before.evidence.subjects(RDF.predicate, KG.origin)))
    verdicts = {
        str(claim).rpartition("/")[2]: Review(accepted=False, by=who, on=date(2018, 6, 1)),
        str(accepted).rpartition("/")[2]: Review(accepted=True, by=who, on=date(2018, 6, 1)),
    }

    after = article_graphs(found, links, NAMES, run=RUN.iri(NAMES), reviews=verdicts)

    assert set(before.facts) - set(after.facts) == set(before.facts.triples((None, KG.inSet, None)))
    assert set(after.evidence.objects(claim, KG.review)) == {KGV.rejected}
    assert set(after.evidence.objects(accepted, KG.review)) == {KGV.accepted}
    assert after.evidence.value(claim, KG.reviewedBy) == who
    assert after.evidence.value(claim, KG.reviewedOn) == Literal("2018-06-01", datatype=XSD.date)
