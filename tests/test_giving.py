"""Giving back to Wikidata: lines for a person to run, each fact once, with its source."""

import json

import pyoxigraph
import pytest

from kg.errors import StateError
from kg.pipeline.giving import LEDGER, note_given, quickstatements
from kg.store import open_store
from kg.vocabulary import FACTS, Names
from tests.conftest import kg

NAMES = Names()
URL = "https://news.example/a"
FACT = """
inst:school a kg:Institution ; schema:sameAs wd:Q1 ;
  kg:unitOf inst:college ; kg:location place:town , place:land .
inst:college a kg:Institution ; schema:sameAs wd:Q2 , <https://ror.org/0abcdef12> .
inst:unlinked a kg:Institution ; kg:unitOf inst:college .
place:town a kg:Place ; kg:kind kgv:city ; schema:sameAs wd:Q3 .
place:land a kg:Place ; kg:kind kgv:country ; schema:sameAs wd:Q4 .
person:ada a kg:Person ; schema:sameAs wd:Q5 .
role:r a kg:Role ; kg:holder person:ada ; kg:roleIn inst:school .
"""
CLAIMS = [
    ("inst:school", "unitOf", "inst:college", "0.9", "unreviewed", "real"),
    ("inst:school", "location", "place:town", "0.5", "unreviewed", "real"),
    ("inst:school", "location", "place:land", "0.9", "unreviewed", "real"),
    ("inst:unlinked", "unitOf", "inst:college", "0.9", "unreviewed", "real"),
    ("role:r", "roleIn", "inst:school", "0.9", "unreviewed", "real"),
    ("role:r", "roleIn", "inst:school", "0.9", "unreviewed", "tale"),
    ("role:r", "roleIn", "inst:school", "0.9", "rejected", "other"),
]


@pytest.fixture
def site(tmp_path):
    """A release of our own: a real store with the facts above."""
    release = tmp_path / "releases/2026-11-24-0badcafe"
    (release / "dumps").mkdir(parents=True)
    (tmp_path / "state").mkdir()
    (tmp_path / "current").symlink_to(release)
    meta = {"as_of": "2026-11-24", "content": "0badcafe", "base": NAMES.base}
    (release / "meta.json").write_text(json.dumps(meta))
    claims = "".join(
        f"claim:c{n} rdf:subject {s} ; rdf:predicate kg:{p} ; rdf:object {o} ; kg:confidence {c} ;"
        f" kg:review kgv:{review} ; kg:supportedBy ev:e{n} . ev:e{n} kg:source article:{article} .\n"
        for n, (s, p, o, c, review, article) in enumerate(CLAIMS)
    )
    catalog = f"article:real schema:url <{URL}> . article:other schema:url <{URL}/other> ."
    catalog += f' article:tale schema:url <{URL}/tale> ; schema:genre "fictional"@en .'
    prefixes = "".join(f"PREFIX {p}: <{n}>\n" for p, n in NAMES.prefixes().items())
    trig = f"{prefixes} <{NAMES.graph(FACTS)}> {{ {FACT} }} <{NAMES.graph('e')}> {{ {claims} }}"
    trig += f" <{NAMES.graph('catalog')}> {{ {catalog} }}"
    quads = pyoxigraph.parse(trig.encode(), pyoxigraph.RdfFormat.TRIG)
    store = open_store(release / "store")
    store.load(pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS))
    store.copy_to_default(str(NAMES.graph(FACTS)))
    store.close()
    return tmp_path


def line(one, property_, other):
    return "\t".join((one, property_, other, "S854", f'"{URL}"', "S813", "+2026-11-24T00:00:00Z/11"))


def test_what_is_said_is_sure_sourced_and_between_accepted_items(site):
    given = quickstatements(site, least=0.8, limit=10)

    assert given.lines == (line("Q1", "P749", "Q2"), line("Q5", "P1416", "Q1"))
    assert line("Q1", "P131", "Q3") in quickstatements(site, least=0.5, limit=10).lines
    assert "Q4" not in "".join(quickstatements(site, least=0.0, limit=10).lines), "a country is no district"


def test_each_fact_is_given_out_once_however_often_it_stops(site):
    first = kg("links", "quickstatements", site, "--limit", 1)
    assert first.stdout == line("Q1", "P749", "Q2") + "\n"
    assert "1 lines, 1 more to come" in first.stderr
    assert kg("links", "quickstatements", site, "--dry-run").stdout == line("Q5", "P1416", "Q1") + "\n"
    assert kg("links", "quickstatements", site).stdout == line("Q5", "P1416", "Q1") + "\n"
    assert kg("links", "quickstatements", site).stdout == ""


def test_a_damaged_ledger_names_its_line(site):
    note_given(site, [line("Q1", "P749", "Q2")])
    with (site / "state" / LEDGER).open("a") as ledger:
        ledger.write("cut o")

    with pytest.raises(StateError, match=r"given\.tsv, line 3"):
        quickstatements(site, least=0.8, limit=10)
