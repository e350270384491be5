"""Stage 6, the tables for download: which there are and what their columns hold, in an order that stays.

Names and order of columns are a promise (docs/tables.md): a new column comes last.
"""

from rdflib.namespace import DCTERMS, RDF, RDFS, SKOS

from kg.store.dumps.columns import Column, Kind, Table
from kg.vocabulary import AUTHORITIES, KG, SCHEMA


def _text(
    name: str, zh: str, told: str, property_: str, language: str = "", *, several: bool = False
) -> Column:
    return Column(name, zh, told, Kind.TEXT, property_, language=language, several=several)


def _things(name: str, zh: str, told: str, *, to: str = "", several: bool = True) -> Column:
    return Column(name, zh, told, Kind.THING, str(KG[_camel(name)]), to=to, several=several)


def _concept(name: str, zh: str, told: str, property_: str = "", *, several: bool = False) -> Column:
    return Column(name, zh, told, Kind.CONCEPT, str(KG[property_ or _camel(name)]), several=several)


def _label(name: str, zh: str, told: str, property_: str, *, several: bool = False) -> Column:
    return Column(f"{name}_label_en", zh, told, Kind.LABEL, str(property_), several=several)


def _items(name: str, told: str) -> Column:
    (items,) = (each.items for each in AUTHORITIES if each.name == name)
    title = {"wikidata": "维基数据"}.get(name, told.split(" ", 1)[0])
    return Column(name, title, told, Kind.ITEM, str(SCHEMA.sameAs), items=items, several=True)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.title() for each in rest)


def _pairs(
    name: str,
    titles: tuple[str, str],
    classes: tuple[str, ...],
    first: Column,
    second: tuple[str, str],
    *relations: str,
) -> Table:
    other, zh = second
    columns = (
        first,
        Column(
            "relation",
            "关系",
            f"the property that joins them: {', '.join(f'`{r}`' for r in relations)}",
            Kind.RELATION,
        ),
        Column(other, zh, "its id, in the table of its class", Kind.THING, f"{KG}{{relation}}"),
        Column(f"{other}_class", zh + "类型", "its class", Kind.CLASS),
        Column(f"{other}_label_en", zh + "英文名称", "its English name, else its Chinese one", Kind.LABEL),
    )
    return Table(name, *titles, classes, columns, relations, (first.name, "relation", other))


_ID = Column("id", "标识", "its IRI", Kind.SELF, needed=True)
_CLASS = Column(
    "class", "类型", "`Agreement`, or `AgreementSet` for what is only counted", Kind.CLASS, str(RDF.type)
)
_EN = _text("label_en", "英文名称", "its name in English", str(RDFS.label), "en")
_ZH = _text("label_zh", "中文名称", "its name in Chinese", str(RDFS.label), "zh")
_NAMES = (_ID, _EN, _ZH)
_OTHER = _text(
    "other_names", "其他名称", "other forms of its name, in any language", str(SKOS.altLabel), several=True
)
_STATUS = _concept("status", "状态", "how far it has come: a term of the list of statuses, or `disputed`")
_KIND = _concept("kind", "类别", "a term of the list of kinds of its class")
_TOPICS = _concept("topics", "主题", "terms of the list of topics", "topic", several=True)
_SUBJECT = _text(
    "subject_matter",
    "标的",
    "what it is about, in the words of articles",
    str(KG.subjectMatter),
    several=True,
)
_SIZE = Column("size", "数量", "how many it has, as a source counts them", Kind.FIGURE, str(KG.size))
_QUALIFIER = Column(
    "size_qualifier",
    "数量限定",
    "how exactly: a term of the list of qualifiers",
    Kind.QUALIFIER,
    str(KG.size),
)
_START = Column(
    "start_date", "开始日期", "its first day, or the first that it may be", Kind.DATE, str(KG.startDate)
)
_END = Column("end_date", "结束日期", "its last day, or the last that it may be", Kind.DATE, str(KG.endDate))
_PRECISION = _concept("date_precision", "日期精度", "how exact the dates are; empty where to the day")
_LOCATION = _things("location", "所在地", "where it is or was", to="places")
_COUNTRY = _things("country", "国家", "in which country that is", to="places")
_COUNTRY_EN = _label("country", "国家英文名称", "the country's name", KG.country, several=True)
_DISPUTED = _concept("disputed", "有争议", "properties about which reports of one day differ", several=True)
_SAME = Column(
    "same_as", "同一", "every accepted link to another data set", Kind.THING, str(SCHEMA.sameAs), several=True
)
_WIKIDATA = _items("wikidata", "Wikidata id (`Q...`)")


_ATTESTED = Column(
    "attested_on", "见证日期", "days on which a source shows it", Kind.DATE, str(KG.attestedOn), several=True
)
_HOLDER = Column("holder", "任职者", "the person", Kind.THING, str(KG.holder), to="persons", needed=True)
_REPLACES = Column(
    "replaces", "取代", "earlier articles that it corrects", Kind.THING, str(DCTERMS.replaces), several=True
)
_PUBLISHER = Column(
    "publisher", "发布者", "who published it", Kind.THING, str(DCTERMS.publisher), to="institutions"
)
_CONFIDENCE = Column(
    "confidence", "置信度", "how sure it is that the article says so", Kind.DECIMAL, str(KG.confidence)
)
_PROPERTY = Column(
    "property", "属性", "what it says of it: a property of the ontology", Kind.CONCEPT, str(RDF.predicate)
)


def _first(name: str, zh: str, to: str) -> Column:
    return Column(name, zh, f"id in `{to}.csv`", Kind.SELF, to=to, needed=True)


TABLES: tuple[Table, ...] = (
    Table(
        "agreements", "Agreements, and sets of them", "协议与协议组", ("Agreement", "AgreementSet"),
        (
            _ID, _CLASS, _EN, _ZH, _KIND, _STATUS, _SUBJECT, _TOPICS,
            _things("signed_at", "签署于", "the event at which it was signed", to="events", several=False),
            _things("outcome_of", "源于", "events that led to it", to="events"),
            _things("in_set", "属于协议组", "sets in which it was counted", to="agreements"),
            _things("subset_of", "子集属于", "larger sets that hold all of a set", to="agreements"),
            _SIZE, _QUALIFIER, _DISPUTED,
        ),
    ),
    _pairs(
        "agreement-parties", ("Who is bound by an agreement", "协议的当事方"), ("Agreement", "AgreementSet"),
        _first("agreement", "协议", "agreements"), ("party", "当事方"), "party", "side",
    ),
    Table(
        "events", "Events", "事件", ("Event",),
        (
            *_NAMES, _KIND, _STATUS, _START, _END, _PRECISION, _LOCATION, _COUNTRY, _COUNTRY_EN,
            _SUBJECT, _TOPICS,
            _things("sub_event_of", "子事件属于", "larger events that it is a part of", to="events"),
            _SIZE, _QUALIFIER, _DISPUTED, _WIKIDATA, _SAME,
        ),
    ),
    _pairs(
        "event-participants", ("Who took part in an event", "事件的参与方"), ("Event",),
        _first("event", "事件", "events"), ("participant", "参与方"), "host", "participant", "side",
    ),
    Table(
        "delegations", "Delegations", "代表团", ("Delegation",),
        (
            *_NAMES, _things("origin", "派出地", "the places that it comes from", to="places"),
            _things("sent_by", "派出机构", "the institutions that sent it", to="institutions"),
            _SIZE, _QUALIFIER, _TOPICS, _DISPUTED,
        ),
    ),
    _pairs(
        "delegation-members", ("Who belongs to a delegation", "代表团的成员"), ("Delegation",),
        _first("delegation", "代表团", "delegations"), ("member", "成员"), "head", "member",
    ),
    Table(
        "institutions", "Institutions", "机构", ("Institution",),
        (
            *_NAMES, _OTHER, _KIND, _LOCATION, _COUNTRY, _COUNTRY_EN,
            _things("unit_of", "隶属于", "the institutions that it is a part of", to="institutions"),
            _TOPICS, _WIKIDATA, _items("ror", "ROR id"), _items("isni", "ISNI"), _SAME, _DISPUTED,
        ),
    ),
    Table(
        "persons", "Persons", "人物", ("Person",),
        (*_NAMES, _OTHER, _WIKIDATA, _items("isni", "ISNI"), _SAME),
    ),
    Table(
        "roles", "Who held which office where", "职务", ("Role",),
        (
            *_NAMES, _HOLDER,
            _label("holder", "任职者英文名称", "the person's name", KG.holder),
            _text("title_en", "英文职务名称", "the office, in English", str(KG.title), "en"),
            _text("title_zh", "中文职务名称", "the office, in Chinese", str(KG.title), "zh"),
            _things("role_in", "任职机构", "the institutions", to="institutions"),
            _label("role_in", "任职机构英文名称", "their names", KG.roleIn, several=True),
            _things("represents", "代表地", "the places, where no institution is named", to="places"),
            _ATTESTED,
            _START, _END, _PRECISION, _DISPUTED,
        ),
    ),
    Table(
        "places", "Places", "地点", ("Place",),
        (
            *_NAMES, _OTHER, _KIND, _COUNTRY, _COUNTRY_EN,
            _things("within", "上级地点", "the places that it lies in", to="places"),
            _things("capital_of", "首府", "the places of which it is the capital", to="places"),
            _WIKIDATA, _items("geonames", "GeoNames id"), _SAME, _DISPUTED,
        ),
    ),
    Table(
        "articles", "Articles", "文章", ("Article",),
        (
            _ID, _text("title", "标题", "its title, in its language", str(DCTERMS.title)),
            _text("language", "语言", "its language, as a tag of BCP 47", str(DCTERMS.language)),
            _PUBLISHER,
            _label("publisher", "发布者英文名称", "the publisher's name", DCTERMS.publisher),
            Column("issued", "发布日期", "the day on which it was published", Kind.DATE, str(DCTERMS.issued)),
            Column("url", "网址", "its address", Kind.THING, str(SCHEMA.url)),
            _text("rights", "权利", "whose its words are", str(DCTERMS.rights)),
            _text("genre", "体裁", "`fictional` for what was written as an example", str(SCHEMA.genre)),
            _TOPICS, _text("references", "参考", "what it cites", str(DCTERMS.references), several=True),
            _REPLACES,
            Column("text_length", "正文长度", "its length in characters", Kind.INTEGER, str(KG.textLength)),
            _text("text_hash", "正文哈希", "the SHA-256 of its text", str(KG.textHash)),
        ),
    ),
)  # fmt: skip
"""Those that are not packed, made of the facts; the articles are of the catalog."""

EVIDENCE = Table(
    "evidence", "Claims, and the passages that say so", "主张与原文段落", ("Claim",),
    (
        Column("claim", "主张", "the IRI of the claim", Kind.SELF, needed=True),
        Column("article", "文章", "id in `articles.csv`", Kind.THING, to="articles", needed=True),
        Column("subject", "主语", "of what it speaks", Kind.THING, str(RDF.subject)),
        _PROPERTY,
        Column("value", "取值", "the value: an IRI, a text, a date or a number", Kind.TEXT),
        Column("quote", "引文", "the words of the article", Kind.TEXT),
        _CONFIDENCE,
        Column("start", "起始位置", "where the passage begins, in characters", Kind.INTEGER),
        Column("end", "结束位置", "where it ends", Kind.INTEGER),
        _concept("basis", "依据方式", "`computed` or `inferred`; empty where the words state it"),
        _concept("review", "审核", "what a person found; `unreviewed` where nobody looked"),
    ),
    key=("claim", "start", "end"),
)  # fmt: skip
"""Packed, since it is by far the largest; one row a claim and passage."""
