"""What people decided about identity, and the registry: read exactly, or refused with file and line."""

import csv

import pytest

from kg.errors import SettingsError, StateError
from kg.gazetteer import place
from kg.link import Ledger, link, load_decisions, load_registry
from kg.resources import resource
from tests.builders import Story

HEAD = "subject_id\tpredicate_modifier\tpredicate_id\tobject_id\tmapping_justification\n"
CURATED = "semapv:ManualMappingCuration"


def decided(tmp_path, *rows):
    path = tmp_path / "mine.sssom.tsv"
    lines = (f"{s}\t{m}\t{p}\t{o}\t{CURATED}\n" for s, m, p, o in rows)
    path.write_text("#mapping_set_id: x\n" + HEAD + "".join(lines), encoding="utf-8")
    return load_decisions(path)


def test_the_shipped_table_links_only_what_was_verified():
    decisions = load_decisions()

    assert decisions.same_as["place/china"] == ("http://www.wikidata.org/entity/Q148",)
    seed = {path for path in decisions.same_as if not path.startswith("place/")}
    assert len(seed) == 7
    assert "institution/china-daily" not in decisions.same_as
    assert "institution/harvard-medical-school-office-of-global-education" in decisions.absent
    assert not decisions.absent & decisions.same_as.keys()
    items = [item for items in decisions.same_as.values() for item in items]
    assert len(items) == len(set(items))


def test_the_shipped_table_is_sssom_with_a_reason_in_every_row():
    lines = resource("links/accepted.sssom.tsv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))

    assert [r["subject_id"] for r in rows] == sorted(r["subject_id"] for r in rows)
    for row in rows:
        assert row["mapping_justification"] == CURATED
        assert 0 < float(row["confidence"]) <= 1
        assert row["comment"]
        assert row["reviewer_label"]
        assert row["mapping_date"]


def test_shipped_links_name_things_that_exist():
    decisions, registry = load_decisions(), load_registry()
    for path in [*decisions.same_as, *decisions.absent]:
        segment, _, slug = path.partition("/")
        if segment == "place":
            assert place(slug) is not None
        if segment == "institution":
            assert slug in registry.institutions


def test_a_later_refusal_withdraws_an_acceptance(tmp_path):
    decisions = decided(tmp_path, ("place:boston", "Not", "schema:sameAs", "wd:Q100"))

    assert "place/boston" not in decisions.same_as
    assert ("place/boston", "http://www.wikidata.org/entity/Q100") in decisions.refused


def test_a_corrected_item_replaces_a_refused_one(tmp_path):
    rows = [
        ("place:boston", "Not", "schema:sameAs", "wd:Q100"),
        ("place:boston", "", "schema:sameAs", "wd:Q42"),
    ]

    assert decided(tmp_path, *rows).same_as["place/boston"] == ("http://www.wikidata.org/entity/Q42",)


@pytest.mark.parametrize(
    "row",
    [
        ("place:boston", "", "schema:sameAs", "wd:q42"),
        ("place:boston", "", "schema:sameAs", "https://www.wikidata.org/wiki/Q100"),
        ("place:boston", "", "skos:exactMatch", "wd:Q100"),
        ("place:boston", "Maybe", "schema:sameAs", "wd:Q100"),
        ("place:Boston", "", "schema:sameAs", "wd:Q100"),
        ("wd:Q100", "", "schema:sameAs", "wd:Q100"),
        ("inst:a", "", "owl:sameAs", "person:a"),
        ("inst:a", "Not", "owl:sameAs", "inst:a"),
        ("article:a", "Not", "owl:sameAs", "inst:a"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_with_its_line(tmp_path, row):
    with pytest.raises(StateError, match=r"mine\.sssom\.tsv, line 3"):
        decided(tmp_path, row)


def test_two_accepted_items_of_one_thing_are_refused(tmp_path):
    with pytest.raises(StateError, match="place/boston has several accepted items"):
        decided(tmp_path, ("place:boston", "", "schema:sameAs", "wd:Q42"))


def test_missing_columns_are_named(tmp_path):
    path = tmp_path / "bad.tsv"
    path.write_text("subject_id\tobject_id\n", encoding="utf-8")

    with pytest.raises(StateError, match="mapping_justification, predicate_id"):
        load_decisions(path)


def test_two_things_that_a_person_made_one_are_one_from_then_on(tmp_path):
    one, two = Story("a"), Story("b")
    x, y = one.institution("Riverdale Clinic"), two.institution("Clinic of Riverdale Town")
    found = [one.findings(), two.findings()]
    registry = load_registry()
    before = link(found, ledger=Ledger(), registry=registry, decisions=load_decisions())
    paths = before.paths["a", x], before.paths["b", y]
    assert paths[0] != paths[1]

    decisions = decided(
        tmp_path, ("inst:riverdale-clinic", "", "owl:sameAs", "inst:clinic-of-riverdale-town")
    )
    after = link(found, ledger=Ledger().extended(before.new), registry=registry, decisions=decisions)

    assert after.paths["a", x] == after.paths["b", y]
    assert len(after.merged) == 1
    assert set(after.merged.values()) == {after.paths["a", x]}


CLINICS = ("inst:clinic-of-riverdale-town", "owl:sameAs", "inst:riverdale-clinic")


def clinics():
    """Return two articles about what may be one clinic, and the ledger of the release that knows two."""
    one, two = Story("a"), Story("b")
    one.institution("Riverdale Clinic")
    two.institution("Clinic of Riverdale Town")
    found = [one.findings(), two.findings()]
    before = link(found, ledger=Ledger(), registry=load_registry(), decisions=load_decisions())
    return found, Ledger().extended(before.new)


def relinked(found, ledger, decisions):
    return link(found, ledger=ledger, registry=load_registry(), decisions=decisions)


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_of_two_is_merged_into_the_second(tmp_path, turned):
    found, ledger = clinics()
    one, same_as, other = CLINICS[::-1] if turned else CLINICS
    links = relinked(found, ledger, decided(tmp_path, (one, "", same_as, other)))
    gone, stays = (f"institution/{each.partition(':')[2]}" for each in (one, other))

    assert links.merged == {gone: stays}
    assert links.paths["a", "e1"] == links.paths["b", "e1"] == stays


def test_a_merger_is_undone_by_a_later_row_and_both_have_their_old_names(tmp_path):
    found, ledger = clinics()
    one, same_as, other = CLINICS
    merged = relinked(found, ledger, decided(tmp_path, (one, "", same_as, other)))
    decisions = decided(tmp_path, (one, "", same_as, other), (other, "Not", same_as, one))
    links = relinked(found, ledger.extended(merged.new), decisions)

    assert links.merged == {}
    assert links.paths["a", "e1"] == "institution/riverdale-clinic"
    assert links.paths["b", "e1"] == "institution/clinic-of-riverdale-town"


def namesakes():
    """Return three articles whose doctor was taken for one person, and the ledger that says so."""
    stories = [Story(name) for name in "abc"]
    for story in stories:
        story.role(story.person("Li Wei"), story.institution("Riverdale Clinic"), "doctor")
    found = [story.findings() for story in stories]
    before = relinked(found, Ledger(), load_decisions())
    assert {before.paths[name, "e1"] for name in "abc"} == {"person/li-wei"}
    return found, Ledger().extended(before.new)


SPLIT = ("person:li-wei", "Not", "owl:sameAs", "article:b")


def test_a_wrong_join_in_the_ledger_is_split_and_the_old_name_stays_with_the_other_side(tmp_path):
    found, ledger = namesakes()
    decisions = decided(tmp_path, SPLIT)
    links = relinked(found, ledger, decisions)

    assert links.paths["a", "e1"] == links.paths["c", "e1"] == "person/li-wei"
    assert links.paths["b", "e1"] == "person/li-wei-2"
    again = relinked(found, ledger.extended(links.new), decisions)
    assert again.paths == links.paths
    assert again.new == ()
    assert relinked(found[1:2], ledger, decisions).paths["b", "e1"] == "person/li-wei-2"


def test_two_that_were_split_off_are_one_if_all_else_says_so(tmp_path):
    found, ledger = namesakes()
    links = relinked(
        found, ledger, decided(tmp_path, SPLIT, ("person:li-wei", "Not", "owl:sameAs", "article:c"))
    )

    assert links.paths["a", "e1"] == "person/li-wei"
    assert links.paths["b", "e1"] == links.paths["c", "e1"] == "person/li-wei-2"


def test_a_split_is_undone_by_a_later_row_and_the_new_name_redirects(tmp_path):
    found, ledger = namesakes()
    split = relinked(found, ledger, decided(tmp_path, SPLIT))
    decisions = decided(tmp_path, SPLIT, ("person:li-wei", "", "owl:sameAs", "article:b"))
    links = relinked(found, ledger.extended(split.new), decisions)

    assert {links.paths[name, "e1"] for name in "abc"} == {"person/li-wei"}
    assert links.merged["person/li-wei-2"] == "person/li-wei"


def test_an_institution_can_be_split_by_article_though_both_bear_its_name(tmp_path):
    stories = [Story(name) for name in "ab"]
    for story in stories:
        story.institution("Riverdale Clinic")
    found = [story.findings() for story in stories]
    ledger = Ledger().extended(relinked(found, Ledger(), load_decisions()).new)
    links = relinked(
        found, ledger, decided(tmp_path, ("inst:riverdale-clinic", "Not", "owl:sameAs", "article:a"))
    )

    assert links.paths["b", "e1"] == "institution/riverdale-clinic"
    assert links.paths["a", "e1"] == "institution/riverdale-clinic-2"


def test_rows_that_contradict_each_other_are_refused(tmp_path):
    with pytest.raises(StateError, match="other rows make institution/a and institution/c one"):
        decided(
            tmp_path,
            ("inst:a", "", "owl:sameAs", "inst:b"),
            ("inst:b", "", "owl:sameAs", "inst:c"),
            ("inst:a", "Not", "owl:sameAs", "inst:c"),
        )


def test_a_decision_about_nothing_is_told(tmp_path, caplog):
    found, ledger = clinics()
    relinked(found, ledger, decided(tmp_path, ("inst:nowhere", "", "owl:sameAs", "inst:riverdale-clinic")))

    assert "institution/nowhere" in caplog.text


def test_the_registry_is_whole_and_names_each_body_once():
    registry = load_registry()
    forms = [form for record in registry.institutions.values() for form in record.forms]

    assert len(forms) == len(set(forms))
    chain = registry.chain("massachusetts-office-of-international-trade-and-investment")
    assert [r.slug for r in chain][1:] == ["state-government-of-massachusetts"]
    assert all({"en", "zh"} <= set(record.names) for record in registry.institutions.values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "registry.yaml"),
        ("just words", "a list of institutions"),
        ("- slug: a\n  kind: hospital\n", "entry 1"),
        ("- {slug: a, kind: hospital, names: {en: A}, loction: boston}\n", "entry 1"),
        ("- {slug: a, kind: hospital, names: {en: A}, location: atlantis}\n", "atlantis"),
        ("- {slug: a, kind: hospital, names: {en: A}, unit_of: b}\n", "unknown institution 'b'"),
        (
            "- {slug: a, kind: hospital, names: {en: A}}\n- {slug: a, kind: hospital, names: {en: B}}\n",
            "twice",
        ),
    ],
)
def test_a_registry_that_cannot_be_used_is_refused(tmp_path, text, told):
    path = tmp_path / "registry.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError, match=told):
        load_registry(path)
