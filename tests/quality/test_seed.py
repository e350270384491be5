"""The seed article: everything that its gold list asks for is found, and nothing else is said."""

from pathlib import Path

import pytest
import seed_gold as gold

from kg.extract import load_extractor
from kg.model import ARTICLE_KEY, Concept, Findings, Kind, Ref, Relation, Text
from kg.read import read, sources

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "31-shanxi-us-medical-partnerships.txt"

pytest.importorskip("spacy", reason="needs the extra accord-kg[extract]")
pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="the seed article is not part of the project")


@pytest.fixture(scope="module")
def findings() -> Findings:
    (source,) = sources([str(SEED)], stdin=None)
    (article,) = read(source, limit=1_000_000)
    return load_extractor("rules")(article)


@pytest.fixture(scope="module")
def called(findings):
    """Return the gold list's name of each entity."""
    facts = {}
    for fact in findings.facts:
        facts.setdefault((fact.subject, fact.relation), []).append(fact.value)
    names = {entity.key: entity.name for entity in findings.entities}
    return {ARTICLE_KEY: "article"} | {e.key: _gold_name(e, facts, names) for e in findings.entities}


def _gold_name(entity, facts, names):
    def one(relation):
        return next(iter(facts.get((entity.key, relation), [])), None)

    def who(relation):
        return {names[v.key] for v in facts.get((entity.key, relation), []) if isinstance(v, Ref)}

    if entity.kind is Kind.FIGURE:
        return f"F{one(Relation.VALUE)}"
    if entity.kind is Kind.AGREEMENT_SET:
        figure = one(Relation.SIZE)
        return {71: "A0", 31: "A1"}.get(facts[figure.key, Relation.VALUE][0], entity.key)
    if entity.kind is Kind.AGREEMENT:
        parties = who(Relation.PARTY)
        return "A2" if gold.COMMISSION in parties else "A3" if gold.HOSPITAL in parties else entity.key
    if entity.kind is Kind.ROLE:
        return {gold.SULLIVAN: "R1", gold.MICHALSKI: "R2", gold.WEI: "R3"}[min(who(Relation.HOLDER))]
    if entity.kind is Kind.EVENT:
        return _event_name(entity, one(Relation.KIND).name, str(one(Relation.START_DATE)), who)
    return entity.name


def _event_name(entity, kind, start, who):
    people = who(Relation.PARTICIPANT)
    known = {
        ("visit", "2017-12-12"): "E1",
        ("conference", "2017-12-13"): "E2",
        ("visit", "None"): "E3",
        ("meeting", "None"): "E4",
        ("meeting", "2017-12-12"): "E5",
        ("meeting", "2017-12-13"): "E6",
        ("conference", "2017-11-01"): "E7",
        ("statement", "None"): "E8" if gold.SULLIVAN in people else entity.key,
    }
    return known.get((kind, start), entity.key)


@pytest.fixture(scope="module")
def said(findings, called):
    """Return every fact in the gold list's terms."""

    def plain(value):
        if isinstance(value, Ref):
            return called[value.key]
        if isinstance(value, Concept):
            return value.name
        return value.value if isinstance(value, Text) else str(value)

    return [(called[f.subject], f.relation.value, plain(f.value)) for f in findings.facts]


def test_every_entity_of_the_seed_is_found(findings, called):
    found = {}
    for entity in findings.entities:
        found.setdefault(entity.kind.value, []).append(called[entity.key])
    surplus = {"Place": {gold.CHINA}}
    expected = {kind: sorted(names | surplus.get(kind, set())) for kind, names in gold.ENTITIES.items()}

    assert {kind: sorted(names) for kind, names in found.items()} == expected


def test_every_fact_of_the_seed_is_found(said):
    assert sorted(gold.GOLD - set(said)) == []


def test_nothing_else_is_said_of_the_seed(said):
    assert sorted(set(said) - gold.GOLD - gold.EXTRAS) == []
    assert len(said) == len(set(said))


def test_the_list_of_true_extras_holds_nothing_that_is_not_said(said):
    assert sorted(gold.EXTRAS - set(said)) == []


def test_wei_is_no_member_of_the_delegation_and_signs_nothing(findings, said):
    assert not [f for f in findings.facts if f.relation in (Relation.MEMBER, Relation.HEAD)]
    assert {r for s, r, v in said if v == gold.WEI} == {"holder", "participant"}
    assert {s for s, r, v in said if v == gold.WEI and r == "participant"} == {"E5"}


def test_the_71_are_not_signed_and_have_no_date(said):
    assert [v for s, r, v in said if s == "A0" and r == "status"] == ["preliminary"]
    assert not [v for s, r, v in said if s == "A0" and r == "signedAt"]


def test_the_year_of_the_november_conference_is_marked_as_worked_out(findings, called):
    (fact,) = [f for f in findings.facts if called[f.subject] == "E7" and f.relation is Relation.START_DATE]

    assert fact.basis.value == "resolved"


@pytest.mark.parametrize(
    ("thing", "relation", "value", "words"),
    [
        ("A0", "status", "preliminary", "71 preliminary agreements"),
        ("A1", "subsetOf", "A0", "Among the 71"),
        ("E7", "location", gold.TAIYUAN, "China Global Health Conference was held in Taiyuan"),
        (gold.SHANXI, "within", gold.CHINA, "an inland Chinese province"),
        (gold.BOSTON, "capitalOf", gold.MASSACHUSETTS, "capital, Boston"),
        ("R3", "roleIn", gold.COMMISSION, "director of Shanxi Health and Family Planning Commission"),
    ],
)
def test_the_evidence_holds_the_words_that_say_it(findings, called, said, thing, relation, value, words):  # noqa: PLR0917  each is needed by name
    (fact,) = [f for f, plain in zip(findings.facts, said, strict=True) if plain == (thing, relation, value)]
    quotes = [findings.article.text[e.start : e.end] for e in fact.evidence]

    assert any(words in quote for quote in quotes), quotes
