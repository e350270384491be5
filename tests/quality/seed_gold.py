"""What a careful reader takes from the seed article, as facts; and what must not be asserted.

Things are called by short names of ours (`E1`, `A0`, `R1`); `test_seed.py` says how they are told.
Made by hand from the article; the article itself is not part of the project.
"""

CHINA, USA, SHANXI = "China", "United States", "Shanxi"
BOSTON, TAIYUAN, MASSACHUSETTS = "Boston", "Taiyuan", "Massachusetts"
COMMISSION = "Shanxi Health and Family Planning Commission"
OFFICE = "Harvard Medical School Office of Global Education"
HOSPITAL = "Shanxi Provincial People’s Hospital"
YALE = "Yale School of Medicine"
CENTER = "MGH & BWH Center for Clinical Data Science"
TRADE_OFFICE = "Massachusetts Office of International Trade and Investment"
STATE = "state government of Massachusetts"
SULLIVAN, MICHALSKI, WEI = "Mark Sullivan", "Mark Michalski", "Wei Xiaochun"
DELEGATION = "Shanxi medical delegation"

ENTITIES = {
    "Place": {USA, SHANXI, BOSTON, MASSACHUSETTS, TAIYUAN},
    "Institution": {COMMISSION, OFFICE, HOSPITAL, YALE, CENTER, TRADE_OFFICE, STATE},
    "Person": {SULLIVAN, MICHALSKI, WEI},
    "Delegation": {DELEGATION},
    "Role": {"R1", "R2", "R3"},
    "AgreementSet": {"A0", "A1"},
    "Agreement": {"A2", "A3"},
    "Event": {"E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"},
    "ReportedFigure": {"F71", "F31"},
}

TOPICS = (
    "medical-cooperation", "talent-recruitment", "clinical-training", "pancreatic-cancer", "healthcare",
    "medical-big-data", "clinical-data", "artificial-intelligence", "robotics", "global-health", "opening-up",
)  # fmt: skip


def _role(role: str, holder: str, title: str, body: str, day: str) -> list[tuple[str, str, str]]:
    return [
        (role, "holder", holder),
        (role, "title", title),
        (role, "roleIn", body),
        (role, "attestedOn", day),
    ]


def _interval(event: str, start: str, end: str, precision: str = "to-the-day") -> list[tuple[str, str, str]]:
    return [(event, "startDate", start), (event, "endDate", end), (event, "datePrecision", precision)]


GOLD = {
    *_role("R1", SULLIVAN, "executive director", TRADE_OFFICE, "2017-12-18"),
    *_role("R2", MICHALSKI, "executive director", CENTER, "2017-12-12"),
    *_role("R3", WEI, "director", COMMISSION, "2017-12-12"),
    # agreements
    ("A0", "status", "preliminary"), ("A0", "side", SHANXI), ("A0", "side", USA), ("A0", "size", "F71"),
    ("A1", "status", "signed"), ("A1", "side", SHANXI), ("A1", "side", USA), ("A1", "size", "F31"),
    ("A1", "subsetOf", "A0"), ("A1", "signedAt", "E2"),
    ("A2", "status", "signed"), ("A2", "party", COMMISSION), ("A2", "party", OFFICE), ("A2", "inSet", "A1"),
    ("A2", "signedAt", "E2"),
    ("A3", "status", "signed"), ("A3", "party", HOSPITAL), ("A3", "party", YALE), ("A3", "inSet", "A1"),
    ("A3", "signedAt", "E2"),
    ("F71", "value", "71"), ("F31", "value", "31"),
    # events
    ("E1", "kind", "visit"), ("E1", "participant", DELEGATION), ("E1", "location", USA),
    *_interval("E1", "2017-12-12", "2017-12-13"),
    ("E2", "kind", "conference"), ("E2", "location", BOSTON), ("E2", "subEventOf", "E1"),
    *_interval("E2", "2017-12-13", "2017-12-13"),
    ("E3", "kind", "visit"), ("E3", "participant", DELEGATION), ("E3", "host", CENTER),
    ("E3", "location", BOSTON), ("E3", "subEventOf", "E1"),
    ("E4", "kind", "meeting"), ("E4", "participant", DELEGATION), ("E4", "participant", STATE),
    ("E5", "kind", "meeting"), ("E5", "participant", MICHALSKI), ("E5", "participant", WEI),
    ("E5", "location", BOSTON), *_interval("E5", "2017-12-12", "2017-12-12"),
    ("E6", "kind", "meeting"), ("E6", "participant", DELEGATION), ("E6", "participant", STATE),
    ("E6", "location", BOSTON), *_interval("E6", "2017-12-13", "2017-12-13"),
    ("E7", "kind", "conference"), ("E7", "location", TAIYUAN),
    *_interval("E7", "2017-11-01", "2017-11-30", "to-the-month"),
    ("E8", "kind", "statement"), ("E8", "participant", SULLIVAN),
    # places and the delegation
    (TAIYUAN, "capitalOf", SHANXI), (BOSTON, "capitalOf", MASSACHUSETTS), (SHANXI, "within", CHINA),
    (CENTER, "location", BOSTON), (DELEGATION, "origin", SHANXI),
    *(("article", "topic", topic) for topic in TOPICS),
}  # fmt: skip

EXTRAS = {
    # kinds that the names themselves tell
    (USA, "kind", "country"), (CHINA, "kind", "country"), (SHANXI, "kind", "province"),
    (MASSACHUSETTS, "kind", "province"), (BOSTON, "kind", "city"), (TAIYUAN, "kind", "city"),
    (COMMISSION, "kind", "health-authority"), (OFFICE, "kind", "university-office"),
    (HOSPITAL, "kind", "hospital"), (YALE, "kind", "medical-school"), (CENTER, "kind", "research-centre"),
    (TRADE_OFFICE, "kind", "trade-office"), (STATE, "kind", "government"),
    ("A0", "kind", "formal-agreement"), ("A1", "kind", "partnership"),
    ("A2", "kind", "programme"), ("A3", "kind", "programme"),
    # all told as done
    *((f"E{n}", "status", "happened") for n in range(1, 9)),
    ("F71", "qualifier", "exactly"), ("F31", "qualifier", "exactly"),
    # reached after the visit
    ("A0", "outcomeOf", "E1"),
    # what the agreements and the center are about
    ("A1", "topic", "medical-cooperation"), ("A2", "topic", "clinical-training"),
    ("A3", "topic", "pancreatic-cancer"),
    ("A2", "subjectMatter", "clinical scholar training and research"),
    ("A3", "subjectMatter", "the early symptoms of pancreatic cancer"),
    (CENTER, "topic", "clinical-data"), (CENTER, "topic", "artificial-intelligence"),
    (CENTER, "topic", "robotics"),
}  # fmt: skip
"""True, though the gold list does not ask for them; whatever is in neither list is an error."""
