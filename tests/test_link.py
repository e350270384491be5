"""Who is who across articles."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ExtractError
from kg.link import Decisions, Ledger, link, load_decisions, load_registry
from kg.model import Fact, Findings, Kind, Ref, Relation
from tests.builders import Story, visit

REGISTRY = load_registry()


def linked(*stories, ledger=None, decisions=None):
    return link(
        [s.findings() if isinstance(s, Story) else s for s in stories],
        ledger=ledger or Ledger(), registry=REGISTRY, decisions=decisions or Decisions(),
    )  # fmt: skip


def same(links, one, other):
    return links.paths[one] == links.paths[other]


def test_the_seeds_things_have_readable_paths():
    links = linked(visit("a"))
    paths = set(links.paths.values())

    assert {"place/shanxi", "place/united-states", "place/boston"} <= paths
    assert "institution/yale-school-of-medicine" in paths
    assert "event/visit-shanxi-medical-delegation-united-states-2017-12-12" in paths
    assert "agreement/shanxi-provincial-peoples-hospital-yale-school-of-medicine-2017-12-13" in paths
    assert "agreement-set/shanxi-united-states-2017-12-13-signed" in paths
    assert "delegation/shanxi-medical-delegation-united-states-2017-12" in paths
    assert "role/ana-quill-shanxi-provincial-peoples-hospital" in paths
    assert "figure/a-31" in paths


def test_two_reports_of_one_visit_are_one_of_everything_but_figures():
    links = linked(visit("a"), visit("b", size=28, publisher="Other Daily"))

    differing = {k for k in {k for _, k in links.paths} if not same(links, ("a", k), ("b", k))}
    kinds = {links.paths["a", key].partition("/")[0] for key in differing}
    assert kinds == {"figure"}


def test_a_preliminary_set_and_the_signed_part_of_it_stay_two_and_another_outlets_count_is_the_signed_one():
    one = Story("a", published="2017-12-18")
    us, shanxi, boston = one.place("the US"), one.place("Shanxi"), one.place("Boston")
    tour = one.event("visit", kind="visit", location=us, start="2017-12-12", end="2017-12-13")
    held = one.event("conference", kind="conference", location=boston, start="2017-12-13")
    whole = one.agreements("reached", 71, status="preliminary", side=[shanxi, us], outcome_of=tour)
    part = one.agreements("signed", 31, status="signed", subset_of=whole, signed_at=held)
    two = Story("b", published="2017-12-14", publisher="Other Daily")
    us2, shanxi2, boston2 = two.place("United States"), two.place("Shanxi"), two.place("Boston")
    signing = two.event("signing", kind="signing", location=boston2, start="2017-12-13")
    other = two.agreements("deals", 28, status="signed", side=[shanxi2, us2], signed_at=signing)

    links = linked(one, two)

    assert same(links, ("a", part), ("b", other))
    assert not same(links, ("a", whole), ("b", other))


def test_one_institution_in_two_languages_is_found_through_the_registry():
    one, two = Story("a"), Story("b", language="zh")
    english = one.institution("Yale School of Medicine")
    chinese = two.institution("耶鲁大学医学院")

    links = linked(one, two)

    assert same(links, ("a", english), ("b", chinese))
    assert links.labels["institution/yale-school-of-medicine"] == {
        "en": "Yale School of Medicine", "zh": "耶鲁大学医学院",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harvard Medical School", "Harvard Medical School Office of Global Education"),
        ("Shanxi University", "Shaanxi University"),
        ("Shanxi Provincial People's Hospital", "Shaanxi Provincial People's Hospital"),
        ("MGH & BWH Center for Clinical Data Science", "Massachusetts General Hospital"),
        ("Yale University", "Yale School of Medicine"),
        ("Ministry of Health", "Ministry of Health"),
        ("人民医院", "人民医院"),
        ("山西省人民医院", "陕西省人民医院"),
    ],
)
def test_what_may_be_two_bodies_is_not_made_one(one, other):
    first, second = Story("a"), Story("b")
    x, y = first.institution(one), second.institution(other)

    links = linked(first, second)

    assert not same(links, ("a", x), ("b", y))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Riverdale Centre for Nursing", "the Riverdale Center for Nursing"),
        ("Tongji Hospital & College", "Tongji Hospital and College"),
        ("St. Anne’s Hospital of Galway", "St Anne's Hospital of Galway"),
        ("Universidad de Córdoba", "UNIVERSIDAD DE CORDOBA"),
    ],
)
def test_spellings_of_one_name_are_one_institution(one, other):
    first, second = Story("a"), Story("b")
    x, y = first.institution(one), second.institution(other)

    assert same(linked(first, second), ("a", x), ("b", y))


def test_one_name_in_two_countries_is_two_institutions():
    stories = [Story("a"), Story("b"), Story("c")]
    where = ["Canada", "Ireland", "Ireland"]
    keys = [
        s.institution("Trinity Hospital of Hope", location=s.place(w))
        for s, w in zip(stories, where, strict=True)
    ]

    links = linked(*stories)

    assert not same(links, ("a", keys[0]), ("b", keys[1]))
    assert same(links, ("b", keys[1]), ("c", keys[2]))
    assert len({p for p in links.paths.values() if p.startswith("institution/")}) == 2


def test_generic_names_are_joined_only_in_one_country():
    stories = [Story("a"), Story("b")]
    keys = [s.institution("Ministry of Health", location=s.place("Kenya")) for s in stories]

    assert same(linked(*stories), ("a", keys[0]), ("b", keys[1]))


def test_an_acronym_is_the_body_that_is_spelled_out_elsewhere_unless_there_are_two():
    full, bare, other = Story("a"), Story("b"), Story("c")
    x = full.institution("Global Nursing Union", aliases=["GNU"])
    y = bare.institution("GNU")

    assert same(linked(full, bare), ("a", x), ("b", y))

    other.institution("Greek National University of Nafplio", aliases=["GNU"])
    assert not same(linked(full, bare, other), ("a", x), ("b", y))


@pytest.mark.parametrize(("there", "joined"), [("Kenya", True), ("Peru", False)])
def test_a_bare_acronym_is_no_body_of_a_country_that_its_article_does_not_speak_of(there, joined):
    full, bare = Story("a"), Story("b")
    full.place("Kenya")
    x = full.institution("Global Nursing Union", aliases=["GNU"])
    bare.place(there)
    y = bare.institution("GNU")

    assert same(linked(full, bare), ("a", x), ("b", y)) is joined


def test_a_wrong_alias_does_not_swallow_another_body_of_the_article():
    story = Story("a")
    office = story.institution(
        "Riverdale Medical School Office of Travel", aliases=["Riverdale Medical School"]
    )
    school = story.institution("Riverdale Medical School")

    assert not same(linked(story), ("a", office), ("a", school))


def test_persons_of_one_name_need_a_second_fact():
    def told(name, body):
        story = Story(name)
        person = story.person("Dr Li Wei" if name == "a" else "Li Wei")
        story.role(person, story.institution(body), "director")
        return story, person

    (a, one), (b, two), (c, three) = (
        told("a", "Riverdale Clinic"),
        told("b", "Riverdale Clinic"),
        told("c", "Oslo Clinic"),
    )

    links = linked(a, b, c)

    assert same(links, ("a", one), ("b", two))
    assert not same(links, ("a", one), ("c", three))
    assert {"person/li-wei", "person/li-wei-2"} <= set(links.paths.values())


def test_a_place_is_told_from_its_namesake_by_the_article():
    one, two = Story("a"), Story("b")
    state = one.place("Massachusetts")
    near = one.place("Cambridge", within=state)
    plain = two.place("Cambridge")

    links = linked(one, two)

    assert links.paths["a", near] == "place/cambridge-massachusetts"
    assert links.paths["b", plain] == "place/cambridge"


def test_meetings_of_others_on_that_day_in_that_city_are_other_meetings():
    def told(name, who):
        story = Story(name)
        key = story.event("meeting", kind="meeting", location=story.place("Beijing"), start="2018-05-02",
                          participant=story.institution(who))  # fmt: skip
        return story, key

    (a, one), (b, two) = told("a", "Riverdale Clinic"), told("b", "Oslo Clinic")

    assert not same(linked(a, b), ("a", one), ("b", two))


def test_two_that_fit_equally_well_are_left_apart():
    def deals(name, number):
        story = Story(name)
        both = [story.institution("Riverdale Clinic"), story.institution("Oslo Clinic")]
        return story, [story.agreement("deal", party=both, status="signed") for _ in range(number)]

    (a, ones), (b, twos) = deals("a", 2), deals("b", 1)
    links = linked(a, b)

    assert len({links.paths["a", k] for k in ones} | {links.paths["b", k] for k in twos}) == 3


def test_two_agreements_of_the_same_parties_are_matched_by_what_they_are_about():
    def deals(name, subjects):
        story = Story(name)
        both = [story.institution("Riverdale Clinic"), story.institution("Oslo Clinic")]
        return story, {s: story.agreement(s, party=both, status="signed", subject_matter=s) for s in subjects}

    (a, ones), (b, twos) = (
        deals("a", ["nurse training", "cancer research"]),
        deals("b", ["research on cancer"]),
    )
    links = linked(a, b)

    assert same(links, ("a", ones["cancer research"]), ("b", twos["research on cancer"]))
    assert not same(links, ("a", ones["nurse training"]), ("b", twos["research on cancer"]))


def test_an_agreement_a_year_later_is_another_one():
    one, two = visit("a"), visit("b", published="2019-01-10")
    # Without the dated signing only the days of publication are known.
    for story in (one, two):
        story.facts = [f for f in story.facts if f.relation is not Relation.SIGNED_AT]
    key = next(e.key for e in one.entities if e.kind is Kind.AGREEMENT)

    assert not same(linked(one, two), ("a", key), ("b", key))


def test_two_deals_of_one_article_never_become_one():
    links = linked(visit("a"), visit("b"), visit("c"))
    for article in "abc":
        of = [path for (a, _), path in links.paths.items() if a == article]
        assert len(of) == len(set(of))


def test_every_order_of_the_articles_gives_the_same_links():
    found = [
        visit("a").findings(),
        visit("b", size=28).findings(),
        visit("c", published="2018-02-01").findings(),
    ]
    results = [linked(*order) for order in itertools.permutations(found)]

    assert all(result == results[0] for result in results)
    assert [list(r.paths.items()) for r in results] == [list(results[0].paths.items())] * len(results)


def test_the_order_of_entities_and_facts_within_an_article_does_not_matter():
    found = visit("a").findings()
    turned = Findings(found.article, found.entities[::-1], found.facts[::-1], found.extractor)

    assert linked(found) == linked(turned)


NAMES = st.sampled_from(
    ["Riverdale Clinic", "Oslo Clinic", "the Oslo clinic", "Ministry of Health", "GNU", "太原医院"]
)


@st.composite
def corpora(draw):
    stories = []
    for number in range(draw(st.integers(1, 4))):
        story = Story(f"s{number}", published=draw(st.sampled_from(["2018-05-03", "2018-05-04", None])))
        place = story.place(draw(st.sampled_from(["Beijing", "Shanxi", "Nowhere Bridge"])))
        bodies = [story.institution(n, location=place) for n in draw(st.lists(NAMES, min_size=1, max_size=3))]
        group = story.delegation("delegation", origin=place)
        for _ in range(draw(st.integers(0, 2))):
            kind = draw(st.sampled_from(["meeting", "signing"]))
            day = draw(st.sampled_from(["2018-05-01", "2018-05-02"]))
            who = [group, bodies[0]]
            event = story.event("talks", kind=kind, location=place, start=day, participant=who)
            story.agreement("deal", party=bodies, signed_at=event, status="signed")
            story.agreements("deals", draw(st.integers(2, 4)), party=bodies, signed_at=event, status="signed")
        person = story.person("Li Wei")
        story.role(person, bodies[0], "head")
        stories.append(story.findings())
    return stories


@given(corpora(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_laws_of_linking(findings, random):
    first = linked(*findings)
    shuffled = list(findings)
    random.shuffle(shuffled)

    assert linked(*shuffled) == first
    ledger = Ledger().extended(first.new)
    again = linked(*shuffled, ledger=ledger)
    assert again.paths == first.paths
    assert again.new == ()
    assert again.merged == {}
    kinds = {(f.article.id, e.key): e.kind for f in findings for e in f.entities}
    by_path = {}
    for mention, path in first.paths.items():
        by_path.setdefault(path, set()).add(kinds[mention])
    assert all(len(found) == 1 for found in by_path.values())


@given(corpora())
@settings(max_examples=30, deadline=None)
def test_a_path_once_given_is_kept_when_articles_come_one_by_one(findings):
    ledger = Ledger()
    given_before = {}
    for number in range(1, len(findings) + 1):
        links = linked(*findings[:number], ledger=ledger)
        for mention, path in given_before.items():
            now = links.paths[mention]
            assert now == path or links.merged[path] == now
        given_before = dict(links.paths)
        ledger = ledger.extended(links.new)


def test_a_better_extractor_keeps_the_paths_of_what_it_describes_otherwise():
    before = visit("a")
    links = linked(before)
    after = visit("a")
    event = next(e.key for e in after.entities if e.name == "conference")
    after.fact(event, "participant", next(e.key for e in after.entities if e.kind is Kind.DELEGATION))

    again = linked(after, ledger=Ledger().extended(links.new))

    assert again.paths["a", event] == "event/conference-shanxi-medical-delegation-boston-2017-12-13"
    rest = {k: v for k, v in links.paths.items() if k != ("a", event)}
    assert rest.items() <= again.paths.items()


def test_two_articles_of_one_id_are_refused():
    with pytest.raises(ExtractError, match="'a'"):
        linked(visit("a"), visit("a"))


def test_a_fact_about_nothing_is_refused():
    found = visit("a").findings()
    bad = Fact("e1", Relation.WITHIN, Ref("zz"), found.facts[0].evidence, "hand", 0.9)

    with pytest.raises(ExtractError, match="zz"):
        linked(Findings(found.article, found.entities, (*found.facts, bad), "hand"))


def test_only_decided_links_are_given():
    links = linked(visit("a"), decisions=load_decisions())

    assert links.same_as["place/shanxi"] == ("http://www.wikidata.org/entity/Q46913",)
    assert "institution/shanxi-provincial-peoples-hospital" not in links.same_as
    assert "place/new-haven" not in links.same_as
    assert links.concepts["robotics"] == ("http://www.wikidata.org/entity/Q170978",)


def test_the_publisher_is_an_institution_with_a_path_of_its_own():
    links = linked(visit("a", publisher="China Daily"), visit("b", publisher="中国日报", language="zh"))

    assert links.publishers == {"a": "institution/china-daily", "b": "institution/china-daily"}


def test_a_namesake_in_another_country_is_another_place_and_a_contested_one_is_not():
    story = Story("a")
    far = story.place("Boston", within=story.place("Kenya"))
    same_place = story.place("Taipei", within=story.place("China"))
    links = linked(story)

    assert links.paths["a", far] == "place/boston-2"
    assert links.paths["a", same_place] == "place/taipei"


def test_one_name_in_one_high_office_is_one_person_and_a_common_title_is_no_second_fact():
    def told(name, title):
        story = Story(name)
        person = story.person("Ana Quill")
        story.role(person, story.institution("Ministry of Health"), title)
        return story, person

    (a, one), (b, two) = told("a", "Minister of Health"), told("b", "Minister of Health")
    (c, three), (d, four) = told("c", "professor"), told("d", "professor")
    links = linked(a, b, c, d)

    assert same(links, ("a", one), ("b", two))
    assert not same(links, ("c", three), ("d", four))


def test_a_thing_keeps_its_path_when_the_article_that_brought_it_goes():
    both = linked(visit("a"), visit("b", publisher="Other Daily"))

    left = linked(visit("b", publisher="Other Daily"), ledger=Ledger().extended(both.new))

    assert left.paths == {mention: path for mention, path in both.paths.items() if mention[0] == "b"}


def test_articles_may_differ_by_a_day_on_an_occasion_that_has_a_name():
    def told(name, day, event="Riverdale Nursing Forum"):
        story = Story(name)
        place = story.place("Boston")
        return story, story.event(event, named=True, kind="conference", location=place, start=day)

    (a, one), (b, two) = told("a", "2018-05-02"), told("b", "2018-05-03")
    (c, three), (d, four) = told("c", "2017-05-02"), told("d", "2018-05-03", "Riverdale Hospital Forum")
    links = linked(a, b, c, d)

    assert same(links, ("a", one), ("b", two))
    assert len({links.paths["a", one], links.paths["c", three], links.paths["d", four]}) == 3


def test_a_set_that_only_a_chinese_article_counts_is_named_by_its_number():
    story = Story("a", language="zh")
    counted = story.agreements("协议", 12, status="signed")

    assert linked(story).paths["a", counted] == "agreement-set/12-agreements-2018-05-signed"


def test_a_delegation_may_travel_to_a_whole_continent():
    story = Story("a")
    group = story.delegation("trade delegation", origin=story.place("Kenya"))
    story.event("tour", kind="visit", location=story.place("Europe"), participant=group, start="2018-05-01")

    assert linked(story).paths["a", group] == "delegation/trade-delegation-europe-2018-05"
