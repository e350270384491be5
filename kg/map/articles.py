"""What one article reports -> its graph of plain triples, and the graph of claims with the words that say so.

Every triple with a property of the ontology has a claim, and every claim its triple. What only identifies
(`rdf:type`, `rdfs:label`, `skos:altLabel`) has none.
"""

import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS, SKOS

from kg.errors import ExtractError
from kg.map.catalog import rights_of
from kg.map.terms import NAMED, STORE, article_iri, day, label_in, share, term_of, thing_iri, whole, words
from kg.model import Article, Basis, Entity, Evidence, Fact, Findings, Links
from kg.vocabulary import KG, KGV, Names, evidence_graph

LONGEST_QUOTE = 400
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*(?=\s)|[。！？；][”’」』）]*|\n")
_log = logging.getLogger(__name__)

Triple = tuple[URIRef, URIRef, URIRef | Literal]


@dataclass(frozen=True, slots=True)
class ArticleGraphs:
    """Both graphs of one article."""

    facts: Graph
    evidence: Graph


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided about a claim."""

    accepted: bool
    by: URIRef
    on: date


def article_graphs(
    findings: Findings,
    links: Links,
    names: Names,
    *,
    run: URIRef,
    reviews: Mapping[str, Review] | None = None,
) -> ArticleGraphs:
    """Return the graphs of one article; the order of its entities and facts does not matter.

    `reviews` are by claim id; what was rejected leaves the facts, and its claim says so.
    Raises ExtractError when a fact points outside the text or at nothing.
    """
    stated = _stated(findings, links, names)
    judged = {t: review for t in stated if (review := (reviews or {}).get(claim_id(findings.article.id, t)))}
    facts = Graph(store=STORE)
    for triple in (*stated, *_descriptions(findings, links, names)):
        if triple not in judged or judged[triple].accepted:
            facts.add(triple)
    evidence = _evidence(findings.article, stated, names, run)
    for triple, review in judged.items():
        _add_review(evidence, names.thing("claim", claim_id(findings.article.id, triple)), review)
    return ArticleGraphs(facts, evidence)


def _add_review(graph: Graph, claim: URIRef, review: Review) -> None:
    graph.set((claim, KG.review, KGV.accepted if review.accepted else KGV.rejected))
    graph.add((claim, KG.reviewedBy, review.by))
    graph.add((claim, KG.reviewedOn, day(review.on)))


def _stated(findings: Findings, links: Links, names: Names) -> dict[Triple, list[Fact]]:
    """Return every triple with the facts that state it."""
    stated: defaultdict[Triple, list[Fact]] = defaultdict(list)
    for fact in findings.facts:
        subject = thing_iri(findings.article, fact.subject, links, names)
        value = term_of(fact.value, findings.article, links, names)
        if subject == value:
            # Two mentions proved to be one thing: what was said between them says nothing any more.
            _log.warning("%s: %s of itself is left out: %s", findings.article.id, fact.relation, subject)
            continue
        if not fact.evidence:
            raise ExtractError(
                f"{findings.article.source}: {fact.relation} of {fact.subject!r} has no evidence"
            )
        stated[subject, KG[fact.relation], value].append(fact)
    return stated


def without_claims(findings: Findings, links: Links, names: Names, withheld: Container[str]) -> Findings:
    """Return the findings without the facts that make the claims of those ids."""
    stated = _stated(findings, links, names)
    gone = [told for triple, told in stated.items() if claim_id(findings.article.id, triple) in withheld]
    left_out = [fact for told in gone for fact in told]
    return replace(findings, facts=tuple(fact for fact in findings.facts if fact not in left_out))


def _descriptions(findings: Findings, links: Links, names: Names) -> Iterable[Triple]:
    """Yield class and names of all that the article speaks of."""
    by_iri: defaultdict[URIRef, list[Entity]] = defaultdict(list)
    for entity in findings.entities:
        by_iri[thing_iri(findings.article, entity.key, links, names)].append(entity)
    language = findings.article.language
    for iri, entities in by_iri.items():
        yield iri, RDF.type, KG[entities[0].kind]
        forms = sorted({form for e in entities for form in (e.name, *e.aliases) if form.strip()})
        label = _label(entities, forms, language, links, findings.article)
        if label is not None:
            yield iri, RDFS.label, label
        if entities[0].kind in NAMED:
            for form in forms:
                if (other := words(form, language)) != label:
                    yield iri, SKOS.altLabel, other


def _label(
    entities: list[Entity], forms: list[str], language: str, links: Links, article: Article
) -> Literal | None:
    if entities[0].kind in NAMED:
        return label_in(links.labels[links.paths[article.id, entities[0].key]], language)
    own = sorted(e.name for e in entities if e.name.strip()) or forms
    return words(own[0], language) if own else None


def _evidence(article: Article, stated: dict[Triple, list[Fact]], names: Names, run: URIRef) -> Graph:
    graph = Graph(store=STORE)
    passages: set[Evidence] = set()
    for triple, facts in stated.items():
        spans = {_quotable(article, evidence) for fact in facts for evidence in fact.evidence}
        passages |= spans
        _add_claim(graph, article, triple, facts, spans=spans, names=names)
    for passage in passages:
        _add_passage(graph, article, passage, names)
    # What holds for every quotation of the article stands once, on their graph.
    here = names.graph(evidence_graph(article.id))
    graph.add((here, PROV.wasGeneratedBy, run))
    graph.add((here, DCTERMS.rights, rights_of(article)))
    return graph


def _add_claim(
    graph: Graph,
    article: Article,
    triple: Triple,
    facts: list[Fact],
    *,
    spans: Iterable[Evidence],
    names: Names,
) -> None:
    claim = names.thing("claim", claim_id(article.id, triple))
    surest = min(facts, key=lambda f: (list(Basis).index(f.basis), -f.confidence, f.rule))
    graph.add((claim, RDF.type, KG.Claim))
    for part, term in zip((RDF.subject, RDF.predicate, RDF.object), triple, strict=True):
        graph.add((claim, part, term))
    for span in spans:
        graph.add((claim, KG.supportedBy, _passage_iri(article, span, names)))
    graph.add((claim, KG.confidence, share(max(fact.confidence for fact in facts))))
    graph.add((claim, KG.review, KGV.unreviewed))
    graph.add((claim, KG.rule, Literal(surest.rule)))
    if surest.basis is not Basis.STATED:
        graph.add((claim, KG.basis, KGV[surest.basis]))


def claim_id(article: str, triple: Triple) -> str:
    """Return the name of the claim that an article makes a statement: the same in every build."""
    told = "\n".join((article, *(term.n3() for term in triple)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _add_passage(graph: Graph, article: Article, span: Evidence, names: Names) -> None:
    passage = _passage_iri(article, span, names)
    graph.add((passage, RDF.type, KG.Evidence))
    graph.add((passage, KG.source, article_iri(article, names)))
    graph.add((passage, KG.start, whole(span.start)))
    graph.add((passage, KG.end, whole(span.end)))
    graph.add((passage, KG.quote, Literal(article.text[span.start : span.end])))


def _passage_iri(article: Article, span: Evidence, names: Names) -> URIRef:
    return names.thing("evidence", f"{article.id}-{span.start}-{span.end}")


def _quotable(article: Article, evidence: Evidence) -> Evidence:
    """Return the passage to quote: the same, or as many whole sentences of it as may be quoted."""
    if not 0 <= evidence.start < evidence.end <= len(article.text):
        raise ExtractError(f"{article.source}: evidence {evidence.start}-{evidence.end} is outside the text")
    if evidence.end - evidence.start <= LONGEST_QUOTE:
        return evidence
    limit = evidence.start + LONGEST_QUOTE
    ends = [
        m.end() for m in _SENTENCE_END.finditer(article.text, evidence.start, limit + 1) if m.end() <= limit
    ]
    space = article.text.rfind(" ", evidence.start + 1, limit)
    end = ends[-1] if ends else space if space > 0 else limit
    _log.info("%s: passage %d-%d is quoted to %d", article.id, evidence.start, evidence.end, end)
    return Evidence(evidence.start, end)
