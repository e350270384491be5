"""Zones: headline, dateline, body, caption and furniture of a text."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import ZoneKind
from kg.read import read, sources
from kg.read.dates import first_date
from kg.read.language import language_of
from kg.read.zones import zones_of

SEED = Path(__file__).resolve().parent.parent.parent / "shared/seeds/31-shanxi-us-medical-partnerships.txt"
BODY = "The delegation met the mayor on Monday and signed a memorandum."


def kinds(text, title=""):
    return [(zone.kind.value, text[zone.start : zone.end]) for zone in zones_of(text, title=title)]


@pytest.fixture(scope="module")
def seed():
    if not SEED.is_file():
        pytest.skip("the seed article is not here (../shared)")
    return read(sources([str(SEED)])[0], limit=100_000)[0]


def test_the_bare_seed_tells_its_title_publisher_date_and_language(seed):
    assert seed.title == "31 Shanxi-US medical partnerships signed in Boston"
    assert seed.publisher == "China Daily"
    assert seed.published == date(2017, 12, 18)
    assert seed.language == "en"
    assert seed.id == "china-daily-2017-12-18-31-shanxi-us-medical-partnerships-signed-in-boston"


def test_the_seed_text_is_the_file_to_the_last_character(seed):
    assert seed.text == SEED.read_text(encoding="utf-8")


def test_the_seed_has_one_headline_five_paragraphs_two_captions_and_furniture(seed):
    found = [zone.kind for zone in seed.zones]

    assert found.count(ZoneKind.HEADLINE) == 1
    assert found.count(ZoneKind.DATELINE) == 2
    assert found.count(ZoneKind.BODY) == 5
    captions = [seed.text[z.start : z.end] for z in seed.zones if z.kind is ZoneKind.CAPTION]
    assert [words[:14] for words in captions] == ["Mark Michalski", "A meeting betw"]
    assert [words[-7:] for words in captions] == ["Dec 12.", "Dec 13."]
    furniture = [seed.text[z.start : z.end] for z in seed.zones if z.kind is ZoneKind.BOILERPLATE]
    assert furniture[:2] == ["中文", "Home > Shanxi Today"]
    assert furniture.count("[Photo/chinanews.com]") == 2
    assert furniture.count(seed.title) == 2


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement - scroll to continue reading",
        "Copyright © Some Daily. All Rights Reserved.",
        "版权所有 某某日报",
        "ENDS",
        "责任编辑：王某",
        "Home > World > Asia",
        "Share",
        '{:start="1"}',
        "For further information please contact press@example.org",
        "Photo: Reuters",
        "Related articles",
    ],
)
def test_furniture_between_paragraphs_is_boilerplate(line):
    assert kinds(f"{BODY}\n\n{line}\n\n{BODY}")[1] == ("boilerplate", line)


@pytest.mark.parametrize(
    "line",
    [
        "( chinadaily.com.cn )",
        "Updated: 2017-12-18",
        "**Friday, 1 May 2015, 10:37 am**",
        "**Press Release: [Some University](https://example.org/u)**",
        "24 April 2023 Posted in [Press releases](/news/press-releases)",
        "2017年12月18日 10:20 来源：新华网",
        "来源：新华网",
        "By Jane Doe and John Roe in Boston",
        "18th June 2002",
        "Xinhua | Updated: 2017-12-18 10:20",
    ],
)
def test_a_line_of_dates_and_sources_only_is_a_dateline(line):
    assert kinds(f"Hospital signs\n\n{line}\n\n{BODY}")[1] == ("dateline", line)


@pytest.mark.parametrize(
    "line",
    [
        "The two sides met on 18 December 2017 in Boston.",
        "On 13 December the delegation went home",
        "More than 40 hospitals",
        "Share prices fell after the deal was cancelled.",
        "End of the talks came on Friday.",
        "The copyright agreement was signed by both ministers.",
        "Don Brash MP",
        "The photo was taken in Boston, Lee said.",
        "Xinhua signed an agreement with Reuters.",
        "Ministers of A > B agreed.",
    ],
)
def test_a_line_that_no_rule_is_sure_of_is_body(line):
    assert kinds(f"{BODY}\n\n{line}\n\n{BODY}")[1] == ("body", line)


def test_a_short_word_inside_broken_lines_is_body():
    text = "The college, following its\nclosure\nand with no\nmore\nstudents, has been sold."

    assert kinds(text) == [("body", text)]


@pytest.mark.parametrize(
    "text", [f"# Hospital signs\n\n{BODY}", f"Hospital signs\n=====\n\n{BODY}", f"Hospital signs\n\n{BODY}"]
)
def test_the_headline_is_without_its_markup(text):
    assert kinds(text) == [("headline", "Hospital signs"), ("body", BODY)]


def test_a_headline_printed_again_is_furniture():
    text = f"Hospital signs\n\n{BODY}\n\n**Hospital signs**\n\nThe signing in Boston. [Photo/Agency]"

    assert [kind for kind, _ in kinds(text)] == ["headline", "body", "boilerplate", "caption", "boilerplate"]


@pytest.mark.parametrize(
    "head",
    [
        "BOSTON, Dec. 13 (Xinhua) --",
        "WASHINGTON, D.C. -",
        "(Washington, D.C.) –",
        "新华社北京12月18日电（记者张三）",
        "**央视网消息**（新闻联播）：",
    ],
)
def test_a_dateline_before_the_first_sentence_is_cut_off(head):
    assert kinds(f"{head} {BODY}") == [("dateline", head), ("body", BODY)]


def test_headline_source_and_dateline_in_one_paragraph_are_told_apart():
    text = f"Hospital signs, at last ( Xinhua ) 09:56, November 18, 2020 BOSTON, Nov. 17 (Xinhua) -- {BODY}"

    assert kinds(text, "Hospital signs, at last") == [
        ("headline", "Hospital signs, at last"),
        ("dateline", "( Xinhua ) 09:56, November 18, 2020"),
        ("dateline", "BOSTON, Nov. 17 (Xinhua) --"),
        ("body", BODY),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("The mayor shakes hands. [Photo by Li Si/China Daily]", "The mayor shakes hands."),
        ("The mayor shakes hands. (Xinhua/Li Si)", "The mayor shakes hands."),
        ("Photo caption: The mayor shakes hands.", "The mayor shakes hands."),
        ("图为代表团在波士顿。 新华社记者 李四 摄", "代表团在波士顿。"),
        ("![The mayor shakes hands in Boston](a.jpg)", "The mayor shakes hands in Boston"),
    ],
)
def test_a_caption_is_without_label_and_credit(line, words):
    assert ("caption", words) in kinds(f"{BODY}\n\n{line}")


def test_a_whole_article_in_one_line_with_a_credit_is_not_a_caption():
    text = f"{BODY} " * 20 + "(Xinhua/Li Si)"

    assert [kind for kind, _ in kinds(text)] == ["body"]


def test_other_articles_listed_after_the_text_are_furniture_until_a_sentence_comes():
    text = f"{BODY}\n\nRelated\n\nMinister visits Mars\n\nSchool signs with school\n\n{BODY}"

    assert [kind for kind, _ in kinds(text)] == ["body", "boilerplate", "boilerplate", "boilerplate", "body"]


PIECES = st.sampled_from(
    (
        "\n|\n\n| |# |====|Updated: 2017-12-18|Hospital signs|[Photo/x.com]|图为|**|Related|![a b c d e f](x)"
        "|BOSTON, Dec. 13 (AP) -- |( Xinhua ) 10:00, May 1, 2020|Copyright © X.|摄|é|" + BODY
    ).split("|")
)


@given(
    st.lists(PIECES | st.text(max_size=12), max_size=14).map("".join),
    st.sampled_from(["", "Hospital signs", "**", "é"]),
)
def test_zones_are_in_order_inside_the_text_not_empty_and_never_overlap(text, title):
    place = 0
    for zone in zones_of(text, title=title):
        assert place <= zone.start < zone.end <= len(text)
        assert text[zone.start : zone.end].strip()
        place = zone.end


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Updated: 2017-12-18", (2017, 12, 18)),
        ("2017/12/8 10:20", (2017, 12, 8)),
        ("2017年12月18日", (2017, 12, 18)),
        ("Dec. 18, 2017", (2017, 12, 18)),
        ("Monday, 18th of December 2017", (2017, 12, 18)),
        ("June 28  2007", (2007, 6, 28)),
        ("18.12.2017", (2017, 12, 18)),
        ("12/18/2017", (2017, 12, 18)),
        ("18/12/2017", (2017, 12, 18)),
        ("6/6/2017", (2017, 6, 6)),
    ],
)
def test_a_printed_date_is_read(text, day):
    assert first_date(text) == date(*day)


@pytest.mark.parametrize(
    "text", ["5/12/2017", "2017-13-40", "30 February 2017", "Dec 18", "mayor 12, 2017", "12017-12-180"]
)
def test_what_is_no_date_or_could_be_two_is_none(text):
    assert first_date(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Harvard signs MoU with Yale", "en"),
        ("Brash to visit Cook Islands", "en"),
        ("The hospital signed a deal.", "en"),
        ("丁薛祥会见执行董事访问团", "zh"),
        ("山西代表团访问MGH & BWH Center for Clinical Data Science", "zh"),
        ("代表團訪問了臺北", "zh"),
        ("Die Delegation besuchte Berlin am Montag.", "de"),
        ("Le ministre a signé un accord.", "fr"),
        ("Делегация посетила Москву.", "ru"),
        ("代表団はボストンを訪問しました。", "ja"),
    ],
)
def test_the_language_of_a_short_text_is_told(text, language):
    assert language_of(text) == language
