"""The gazetteer: what everyone knows about places, and nothing that mixes two of them."""

import pytest

from kg.gazetteer import candidates, country_of, demonym, lookup, place, places, within_chain
from kg.gazetteer.places import fold


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("US", "united-states"), ("U.S.", "united-states"), ("the United States", "united-states"),
        ("美国", "united-states"), ("UK", "united-kingdom"), ("Britain", "united-kingdom"),
        ("Shanxi", "shanxi"), ("山西", "shanxi"), ("山西省", "shanxi"),
        ("Shaanxi", "shaanxi"), ("陕西", "shaanxi"), ("陕西省", "shaanxi"),
        ("Taiyuan", "taiyuan"), ("太原市", "taiyuan"), ("太原", "taiyuan"),
        ("Boston", "boston"), ("波士顿", "boston"), ("New Haven", "new-haven"),
        ("Georgia", "georgia"), ("New York", "new-york"), ("Washington", "washington-dc"),
        ("Cambridge", "cambridge"), ("Xi’an", "xian"), ("Cote d'Ivoire", "cote-divoire"),
        ("广州", "guangzhou"), ("Massachusetts", "massachusetts"), ("Canberra", "canberra"),
        ("SINGAPORE", "singapore"), ("NEW YORK", "new-york"), ("WASHINGTON DC", "washington-dc"),
    ],
)  # fmt: skip
def test_a_name_finds_its_place(name, slug):
    found = lookup(name)

    assert found is not None
    assert found.slug == slug


@pytest.mark.parametrize("name", ["us", "IN", "CHAD X", "", "Shānxī", "Atlantis", "Harvard", "山", "省"])
def test_what_is_no_place_name_finds_nothing(name):
    assert lookup(name) is None


def test_ambiguous_names_tell_all_their_places():
    assert {p.slug for p in candidates("Georgia")} == {"georgia", "georgia-us-state"}
    assert [p.slug for p in candidates("Washington")] == ["washington-dc", "washington-state"]
    assert {p.slug for p in candidates("Cambridge")} == {"cambridge", "cambridge-massachusetts"}


def test_shanxi_and_shaanxi_share_no_form_and_no_city():
    shanxi, shaanxi = place("shanxi"), place("shaanxi")

    assert shanxi is not None
    assert shaanxi is not None
    assert not set(map(fold, shanxi.forms)) & set(map(fold, shaanxi.forms))
    assert lookup("Xi'an").within == "shaanxi"
    assert lookup("Taiyuan").within == "shanxi"


def test_demonyms_name_a_place_and_not_a_language_of_several():
    assert demonym("Chinese").slug == "china"
    assert demonym("American").slug == "united-states"
    assert demonym("chinese") is None
    assert demonym("China") is None


def test_the_chain_ends_in_the_country():
    assert [p.slug for p in within_chain("boston")] == ["massachusetts", "united-states"]
    assert country_of("taiyuan").slug == "china"
    assert country_of("china").slug == "china"
    assert within_chain("nowhere") == ()
    assert country_of("nowhere") is None


def test_every_place_reaches_a_country_and_every_country_has_a_code_of_its_own():
    codes = [p.iso for p in places().values() if p.kind == "country"]

    assert len(set(codes)) == len(codes)
    assert all(len(code) == 2 for code in codes)
    assert all(country_of(slug) is not None for slug, p in places().items() if p.kind != "locality")
    assert all(country_of(slug) is None for slug, p in places().items() if p.kind == "locality")
    assert sum(p.within == "china" for p in places().values()) == 33


def test_every_form_finds_the_place_that_has_it():
    for record in places().values():
        for form in record.forms:
            assert record in candidates(form), form


def test_every_member_state_has_a_capital_in_the_table_but_a_few_that_are_disputed_or_are_cities():
    countries = {p.slug for p in places().values() if p.kind == "country"}
    with_capital = {p.capital_of for p in places().values()}

    assert len(countries & with_capital) > 190


def test_no_form_is_written_with_spaces_or_separators_at_its_ends():
    for record in places().values():
        for form in record.forms:
            assert form == form.strip(" ;,")
