"""The ontology: complete in both languages, the same as the model and the lexicon, readable everywhere."""

from itertools import combinations
from pathlib import Path

import pyoxigraph
import pytest
import yaml
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef

from kg.model import Basis, Kind, Relation
from kg.resources import resource
from kg.vocabulary import KG, KGV, ONTOLOGY

FILE = resource("ontology/kg.ttl")
GRAPH = Graph().parse(FILE)
SCHEMA = Namespace("https://schema.org/")

CLASSES = {t for t in GRAPH.subjects(RDF.type, OWL.Class) if t.startswith(KG)}
PROPERTIES = {
    t
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty)
    for t in GRAPH.subjects(RDF.type, kind)
    if t.startswith(KG)
}
CONCEPTS = set(GRAPH.subjects(RDF.type, SKOS.Concept))
SCHEMES = set(GRAPH.subjects(RDF.type, SKOS.ConceptScheme))

NOT_EXTRACTED = {
    "country", "likelySameAs", "disputed",
    "textHash", "textLength", "source", "start", "end", "quote",
    "supportedBy", "confidence", "basis", "rule", "review", "reviewedBy", "reviewedOn",
}  # fmt: skip
LISTS = {
    "agreement-status": "planned preliminary signed in-force ended cancelled denied disputed",
    "event-status": "happened ongoing planned cancelled denied disputed",
    "event-kind": "visit meeting signing conference training ceremony statement",
    "agreement-kind": "memorandum formal-agreement partnership contract programme",
    "institution-kind": "government health-authority trade-office hospital university medical-school"
    " university-office research-centre company publisher ngo other-institution",
    "place-kind": "country province city locality",
    "figure-qualifier": "exactly about at-least at-most more-than planned-figure",
    "date-precision": "to-the-day to-the-month to-the-year",
    "claim-basis": "stated resolved inferred",
    "review-status": "unreviewed accepted rejected",
}


def words(thing, predicate):
    return sorted(w.language for w in GRAPH.objects(thing, predicate) if isinstance(w, Literal) and w.strip())


def local(thing):
    return str(thing).removeprefix(KG).removeprefix(KGV)


def test_two_parsers_read_the_same_number_of_triples():
    store = pyoxigraph.Store()
    store.load(path=str(FILE), format=pyoxigraph.RdfFormat.TURTLE)

    assert len(store) == len(GRAPH) > 1000


def test_there_are_no_blank_nodes():
    assert [t for triple in GRAPH for t in triple if isinstance(t, BNode)] == []


def test_classes_are_what_an_extractor_finds_and_what_evidence_needs():
    assert {local(c) for c in CLASSES} == set(Kind) | {"Article", "Evidence", "Claim"}


def test_properties_are_what_an_extractor_states_and_what_is_said_about_it():
    assert not NOT_EXTRACTED & set(Relation)
    assert {local(p) for p in PROPERTIES} == set(Relation) | NOT_EXTRACTED


@pytest.mark.parametrize("term", sorted(CLASSES | PROPERTIES), ids=local)
def test_a_term_is_labelled_and_defined_in_both_languages(term):
    for predicate in (RDFS.label, RDFS.comment, SKOS.definition):
        assert words(term, predicate) == ["en", "zh"]
    assert set(GRAPH.objects(term, RDFS.comment)) == set(GRAPH.objects(term, SKOS.definition))
    for predicate in (SKOS.example, SKOS.scopeNote):
        assert words(term, predicate) in ([], ["en", "zh"])
    assert GRAPH.value(term, RDFS.isDefinedBy) == ONTOLOGY


@pytest.mark.parametrize("concept", sorted(CONCEPTS | SCHEMES), ids=local)
def test_a_concept_is_labelled_and_defined_in_both_languages(concept):
    assert concept.startswith(KGV)
    assert words(concept, SKOS.prefLabel) == ["en", "zh"]
    assert words(concept, SKOS.definition) == ["en", "zh"]


def test_every_concept_is_in_a_list():
    assert {c for c in CONCEPTS if not set(GRAPH.objects(c, SKOS.inScheme)) & SCHEMES} == set()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_what_was_agreed(name):
    assert {local(c) for c in GRAPH.subjects(SKOS.inScheme, KGV[name])} == set(LISTS[name].split())


def test_the_lists_are_those_and_the_topics():
    assert {local(s) for s in SCHEMES} == {*LISTS, "topics"}


def test_the_bases_of_claims_are_those_of_the_model():
    assert set(LISTS["claim-basis"].split()) == set(Basis)


def test_the_topics_are_those_of_the_lexicon():
    topics = yaml.safe_load(resource("../extract/lexicon/topics.yaml").read_text(encoding="utf-8"))
    declared = {
        local(c): {
            "en": str(next(w for w in GRAPH.objects(c, SKOS.prefLabel) if w.language == "en")),
            "zh": str(next(w for w in GRAPH.objects(c, SKOS.prefLabel) if w.language == "zh")),
            "broader": local(GRAPH.value(c, SKOS.broader) or ""),
        }
        for c in GRAPH.subjects(SKOS.inScheme, KGV.topics)
    }

    assert declared == {
        key: {"en": topic["en"], "zh": topic["zh"], "broader": topic.get("broader", "")}
        for key, topic in topics.items()
    }


def test_a_broader_concept_is_of_the_same_list_and_never_itself():
    for narrow, broad in GRAPH.subject_objects(SKOS.broader):
        assert set(GRAPH.objects(narrow, SKOS.inScheme)) == set(GRAPH.objects(broad, SKOS.inScheme))
        assert narrow not in set(GRAPH.transitive_objects(broad, SKOS.broader))


def test_the_classes_are_disjoint_in_pairs():
    stated = {frozenset(pair) for pair in GRAPH.subject_objects(OWL.disjointWith)}

    assert stated == {frozenset(pair) for pair in combinations(CLASSES, 2)}


def test_names_differ_in_more_than_case():
    names = [str(t).casefold() for t in CLASSES | PROPERTIES]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("term", sorted(PROPERTIES), ids=local)
def test_a_property_says_what_it_joins(term):
    ends = {o for p in (RDFS.domain, SCHEMA.domainIncludes) for o in GRAPH.objects(term, p)}
    values = {o for p in (RDFS.range, SCHEMA.rangeIncludes) for o in GRAPH.objects(term, p)}

    assert ends <= CLASSES
    assert ends or local(term) in {"likelySameAs", "disputed"}
    assert values or local(term) == "likelySameAs"
    assert XSD.date not in set(GRAPH.objects(term, RDFS.range)), "xsd:date is not in OWL 2's datatype map"
    assert len(set(GRAPH.objects(term, RDFS.domain))) <= 1, "several domains mean all of them at once"


def test_every_term_of_another_vocabulary_is_declared():
    used = {
        o
        for p in (RDFS.subClassOf, RDFS.subPropertyOf)
        for o in GRAPH.objects(None, p)
        if isinstance(o, URIRef)
    }

    assert {o for o in used if not set(GRAPH.objects(o, RDF.type))} == set()


def test_the_header_has_version_licence_and_titles():
    assert GRAPH.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/0.1.0")
    assert str(GRAPH.value(ONTOLOGY, OWL.versionInfo)) == "0.1.0"
    terms = Namespace("http://purl.org/dc/terms/")
    assert words(ONTOLOGY, terms.title) == ["en", "zh"]
    assert words(ONTOLOGY, terms.description) == ["en", "zh"]
    assert GRAPH.value(ONTOLOGY, terms.license)


def test_the_page_has_every_term_and_every_list():
    page = (Path(__file__).parent.parent / "docs/ontology.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| `kg")}

    assert set(rows) == {f"`kg:{local(t)}`" for t in CLASSES | PROPERTIES} | {
        f"`kgv:{local(s)}`" for s in SCHEMES
    }
    for term in CLASSES | PROPERTIES:
        assert all(str(d) in rows[f"`kg:{local(term)}`"] for d in texts(term, SKOS.definition, "en"))
    for name, members in LISTS.items():
        assert rows[f"`kgv:{name}`"].split("|")[3].strip() == ", ".join(sorted(members.split(), key=in_file))
    assert f"{len(PROPERTIES)} properties" in page


def texts(thing, predicate, language):
    return [w for w in GRAPH.objects(thing, predicate) if w.language == language]


def in_file(name):
    return FILE.read_text(encoding="utf-8").index(f"\nkgv:{name} a skos:Concept")


def test_every_concept_that_is_linked_is_declared():
    text = resource("links/accepted.sssom.tsv").read_text(encoding="utf-8")
    linked = {
        KGV[line.split("\t")[0].removeprefix("kgv:")] for line in text.splitlines() if line.startswith("kgv:")
    }

    assert linked
    assert linked <= CONCEPTS
