"""The words that the seeded articles are made of: names in two languages, and sentences with gaps for them."""

# ruff: noqa: E501, SIM905  sentences and lists of names stand on one line each

HOME_SOUNDS = (
    "云yun 岚lan 清qing 河he 白bai 石shi 东dong 陵ling 江jiang 宁ning 湖hu 山shan 北bei 天tian 海hai 松song "
    "林lin 文wen 华hua 金jin 南nan 州zhou 高gao 平ping 建jian 国guo 明ming 志zhi 秀xiu 英ying 德de 福fu "
    "安an 新xin 长chang 永yong 光guang 春chun 玉yu 红hong"
).split()
ABROAD_SOUNDS = (
    "马mar 登den 费ver 恩en 哈har 特tel 温wen 斯sel 布bro 兰lan 科cor 林lin 达dal 罗ro 埃es 顿ton 蒙mon 格ger "
    "佩per 森sen 维vi 尔ler 加gar 诺no 塔tan 米mi 雷ray 欧or 克kel 奥os 贝be 莫mor 萨sa 迪di 卡ca 伦len 霍ho "
    "利li 帕pa 图tu"
).split()
SURNAMES = (
    "王Wang 李Li 张Zhang 刘Liu 陈Chen 杨Yang 赵Zhao 周Zhou 吴Wu 徐Xu 孙Sun 朱Zhu 胡Hu 郭Guo 何He 沈Shen "
    "罗Luo 梁Liang 宋Song 郑Zheng 谢Xie 韩Han 唐Tang 冯Feng"
).split()
GIVEN = (
    "安娜Anna 马丁Martin 伊娃Eva 保罗Paul 克拉拉Clara 雨果Hugo 伊尔莎Ilse 彼得Peter 诺拉Nora 奥托Otto 海伦Helen "
    "卢卡斯Lucas 玛尔塔Marta 西蒙Simon 艾达Ada 托马斯Thomas 丽莎Lisa 约翰John 莎拉Sarah 马克Mark"
).split()
BODIES = (
    ("{} University", "{}大学", "university"),
    ("{} Medical University", "{}医科大学", "university"),
    ("{} School of Medicine", "{}医学院", "medical-school"),
    ("{} General Hospital", "{}总医院", "hospital"),
    ("{} Children's Hospital", "{}儿童医院", "hospital"),
    ("{} Health Commission", "{}卫生健康委员会", "health-authority"),
    ("{} Institute of Oncology", "{}肿瘤研究所", "research-centre"),
    ("{} Research Centre", "{}研究中心", "research-centre"),
    ("{} Chamber of Commerce", "{}商会", "ngo"),
    ("{} Foundation", "{}基金会", "ngo"),
    ("{} Energy Group", "{}能源集团", "company"),
    ("{} Port Company", "{}港口公司", "company"),
    ("{} Trade Office", "{}贸易办事处", "trade-office"),
)
TITLES = (
    ("president", "主席"),
    ("director", "主任"),
    ("vice president", "副主席"),
    ("deputy director", "副主任"),
)
TOPICS = (
    ("cancer", "cancer", "癌症"),
    ("clinical-training", "the training of doctors", "医生培训"),
    ("health-data", "health data", "健康数据"),
    ("artificial-intelligence", "artificial intelligence", "人工智能"),
    ("student-exchange", "the exchange of students", "学生交流"),
    ("energy", "clean energy", "清洁能源"),
    ("agriculture", "dry-land farming", "旱地农业"),
    ("trade", "cross-border trade", "跨境贸易"),
    ("water", "the care of rivers", "河流治理"),
    ("traditional-medicine", "traditional medicine", "传统医学"),
    ("tourism", "tourism", "旅游"),
    ("public-health", "public health", "公共卫生"),
)
MONTHS = ("January February March April May June July August September October November December").split()
OUTLETS = (
    ("Example Courier", "示例信使报"), ("Example Daily", "示例日报"), ("Sample Herald", "样本先驱报"),
    ("Specimen Times", "标本时报"), ("Model Gazette", "范例公报"), ("Instance Post", "例子邮报"),
)  # fmt: skip

HEADLINES = {
    "en": ("{guest} and {host} {deal} {subject}", "{host} and {guest} {deal} {subject} in {city}"),
    "zh": ("{guest}与{host}{subject}协议{deal}", "{host}与{guest}在{city}{subject}协议{deal}"),
}
DEALS = {
    "en": {
        "signed": "sign on", "preliminary": "reach outline on", "planned": "to sign on",
        "cancelled": "drop deal on", "denied": "deny deal on", "in-force": "put to work their deal on",
    },
    "zh": {
        "signed": "签署", "preliminary": "初步达成", "planned": "拟签", "cancelled": "取消", "denied": "遭否认",
        "in-force": "生效",
    },
}  # fmt: skip
VISITS = {
    "en": {
        "happened": (
            "A delegation of {size} from {guest} visited {host} in {city}, {country}, {days}.",
            "{host} in {city}, {country}, received a delegation of {size} from {guest} {days}.",
        ),
        "planned": (
            "A delegation of {size} from {guest} is to visit {host} in {city}, {country}, {days}.",
            "{host} in {city}, {country}, expects a delegation of {size} from {guest} {days}.",
        ),
        "cancelled": (
            "A delegation of {size} from {guest} has called off its visit to {host} in {city}, {country}, {days}.",
            "{host} in {city}, {country}, will not receive a delegation of {size} from {guest} {days} after all.",
        ),
    },
    "zh": {
        "happened": (
            "{days}，{guest}的{size}人代表团访问了{country}{city}的{host}。",
            "{days}，位于{country}{city}的{host}接待了{guest}的{size}人代表团。",
        ),
        "planned": (
            "{guest}的{size}人代表团将于{days}访问{country}{city}的{host}。",
            "{days}，位于{country}{city}的{host}将接待{guest}的{size}人代表团。",
        ),
        "cancelled": (
            "{guest}的{size}人代表团取消了原定{days}对{country}{city}的{host}的访问。",
            "位于{country}{city}的{host}不再接待{guest}原定{days}来访的{size}人代表团。",
        ),
    },
}
LEADERS = {
    "en": (
        "{head}, {title} of {guest}, leads the delegation; {one}, {post} of {other}, is a member.",
        "The delegation is led by {head}, {title} of {guest}; with it goes {one}, {post} of {other}.",
        "At its head is {head}, {title} of {guest}. {one}, {post} of {other}, belongs to it.",
    ),
    "zh": (
        "代表团由{guest}{title}{head}率领，{other}{post}{one}是成员之一。",
        "{guest}{title}{head}任团长，{other}{post}{one}随团。",
    ),
}
SEATS = {
    "en": (
        "{guest} has its seat in {town}, {land}.",
        "The guests come from {town} in {land}, where {guest} has its seat.",
    ),
    "zh": ("{guest}设在{land}{town}。", "客人来自{land}{town}，{guest}即设于此。"),
}
MEETINGS = {
    "en": {
        "happened": (
            "{chief}, {title} of {host}, met {head} on {day} in {city}.",
            "On {day}, {chief}, {title} of {host}, held talks with {head} in {city}.",
        ),
        "planned": (
            "{chief}, {title} of {host}, is to meet {head} on {day} in {city}.",
            "On {day}, {chief}, {title} of {host}, wants to talk with {head} in {city}.",
        ),
        "cancelled": (
            "{chief}, {title} of {host}, was to meet {head} on {day} in {city}; nothing came of it.",
            "The talks on {day} of {chief}, {title} of {host}, with {head} in {city} are off.",
        ),
    },
    "zh": {
        "happened": (
            "{day}，{host}{title}{chief}在{city}会见了{head}。",
            "{host}{title}{chief}{day}在{city}与{head}会谈。",
        ),
        "planned": (
            "{day}，{host}{title}{chief}将在{city}会见{head}。",
            "{host}{title}{chief}拟于{day}在{city}与{head}会谈。",
        ),
        "cancelled": (
            "{host}{title}{chief}原定{day}在{city}与{head}的会谈已取消。",
            "{host}{title}{chief}不再于{day}在{city}会见{head}。",
        ),
    },
}
VENUES = {
    "en": (
        "{venue} was held in {city} on {day}; {guest} and {other} took part.",
        "On {day}, {guest} and {other} took part in {venue} in {city}.",
    ),
    "zh": (
        "{day}，{venue}在{city}举行，{guest}和{other}参加。",
        "{guest}与{other}{day}在{city}出席了{venue}。",
    ),
}
SIGNINGS = {
    "en": (
        "{guest} and {host} put their names to the papers in {city} on {day}.",
        "The signing of {guest} and {host} took place in {city} on {day}.",
    ),
    "zh": ("{day}，{guest}与{host}在{city}举行签约仪式。", "{guest}与{host}的签约仪式{day}在{city}举行。"),
}
COUNTS = {
    "en": {
        "signed": "{land} and {country} signed {number} agreements, {part} of them on {subject}.",
        "preliminary": "{land} and {country} reached {number} outline agreements, {part} of them on {subject}.",
        "planned": "{land} and {country} plan {number} agreements, {part} of them on {subject}.",
        "cancelled": "{land} and {country} have given up {number} agreements, {part} of them on {subject}.",
        "denied": "Talk of {number} agreements of {land} with {country}, {part} of them on {subject}, is denied.",
        "in-force": "{number} agreements of {land} with {country} are now in force, {part} of them on {subject}.",
    },
    "zh": {
        "signed": "{land}与{country}共签署{number}项协议，其中{part}项关于{subject}。",
        "preliminary": "{land}与{country}共达成{number}项初步协议，其中{part}项关于{subject}。",
        "planned": "{land}与{country}计划签署{number}项协议，其中{part}项关于{subject}。",
        "cancelled": "{land}与{country}放弃了{number}项协议，其中{part}项关于{subject}。",
        "denied": "{land}与{country}达成{number}项协议、其中{part}项关于{subject}的说法遭到否认。",
        "in-force": "{land}与{country}的{number}项协议现已生效，其中{part}项关于{subject}。",
    },
}
PACTS = {
    "en": {
        "signed": "{one} signed a {kind} with {two} on {subject}.",
        "preliminary": "{one} and {two} have agreed on the outline of a {kind} on {subject}.",
        "planned": "{one} intends to sign a {kind} with {two} on {subject}.",
        "cancelled": "{one} will not sign the {kind} with {two} on {subject}.",
        "denied": "{one} says that there is no {kind} with {two} on {subject}.",
        "in-force": "The {kind} of {one} with {two} on {subject} is in force.",
    },
    "zh": {
        "signed": "{one}与{two}签署了关于{subject}的{kind}。",
        "preliminary": "{one}与{two}就关于{subject}的{kind}初步达成一致。",
        "planned": "{one}计划与{two}签署关于{subject}的{kind}。",
        "cancelled": "{one}不再与{two}签署关于{subject}的{kind}。",
        "denied": "{one}表示与{two}没有关于{subject}的{kind}。",
        "in-force": "{one}与{two}关于{subject}的{kind}已经生效。",
    },
}
KINDS = (
    ("memorandum", "memorandum of understanding", "谅解备忘录"),
    ("formal-agreement", "cooperation agreement", "合作协议"),
    ("contract", "contract", "合同"),
    ("partnership", "partnership", "伙伴关系协议"),
    ("programme", "joint programme", "联合项目"),
)
ASIDES = {
    "en": (
        "“We have talked about {subject} for years,” {head} said, “and it is time to do something.”",
        "{chief} thanked the guests and spoke of {subject}.",
        "How much money there is for {subject}, nobody would say.",
        "{head} said that young people should have a part in it.",
        "Both sides want to look at the results after a year, {chief} said.",
    ),
    "zh": (
        "{head}说：“我们谈{subject}已经多年，该做些事了。”",
        "{chief}感谢客人来访，并谈到{subject}。",
        "用于{subject}的经费有多少，双方均未透露。",
        "{head}说，应当让年轻人参与其中。",
        "{chief}说，双方将在一年后回顾成果。",
    ),
}
CORRECTIONS = {
    "en": "Correction {version}: an earlier version of this report told it otherwise.",
    "zh": "更正{version}：本文此前版本所述有误。",
}
