"""What the example queries answer on the seed article alone, in the columns that do not hang on wording.

`differences(name, rows)` compares the rows of any release built from the seed. Labels of events and
agreements are the extractor's to word, so they are not compared; typographic quotes and case are not, either.
"""

from collections import Counter
from dataclasses import dataclass

ANY = "any"
"""The rows hang on the extractor: the query only has to run."""


@dataclass(frozen=True)
class Expected:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    at_least: bool = False
    """Whether more rows may come: topics and statements that are right and not demanded."""
    background: str = ""
    """What the registry or the gazetteer must add to the article for these rows."""


SEATS = "the seats of the institutions, and places within places"
COMMISSION = "Shanxi Health and Family Planning Commission"
HOSPITAL = "Shanxi Provincial People's Hospital"
OFFICE = "Harvard Medical School Office of Global Education"
YALE = "Yale School of Medicine"
CENTRE = "MGH & BWH Center for Clinical Data Science"
STATE = "State government of Massachusetts"
NONE = Expected((), ())

EXPECTED: dict[str, Expected | str] = {
    "01-provinces-and-medical-schools": Expected(
        ("body", "school", "date"),
        ((COMMISSION, OFFICE, "2017-12-13"), (HOSPITAL, YALE, "2017-12-13")),
        background=f"{SEATS}; the kinds of both schools; the office as a unit of Harvard Medical School",
    ),
    "02-signed-here-planned-there": NONE,
    "03-most-partners": Expected(("institution", "partners"), ((OFFICE, "1"), (YALE, "1")), background=SEATS),
    "04-what-delegations-brought-home": Expected(
        ("status", "reported", "named"), (("preliminary", "71", "2"), ("signed", "31", "2"))
    ),
    "05-signed-but-never-named": Expected(("reported", "named", "unnamed"), (("31", "2", "29"),)),
    "06-itinerary": Expected(
        ("date", "kind", "where"),
        (
            ("", "meeting", ""),
            ("", "visit", "Boston"),
            ("2017-12-12", "visit", "United States"),
            ("2017-12-13", "conference", "Boston"),
            ("2017-12-13", "meeting", "Boston"),
        ),
    ),
    "07-events-within-events": Expected(("kind",), (("conference",), ("visit",))),
    "08-which-words-say-so": Expected(("outlet",), (("China Daily",),), background="the name of the outlet"),
    "09-least-certain": ANY,
    "10-who-held-which-post": Expected(("person", "title"), (("Wei Xiaochun", "director"),)),
    "11-reviews": NONE,
    "12-topics-with-broader-ones": Expected(
        ("topic", "agreements"),
        (("health", "2"), ("pancreatic cancer", "1")),
        at_least=True,
        background=SEATS,
    ),
    "13-hosts-by-state": Expected(
        ("state", "host", "date"),
        (
            ("Massachusetts", CENTRE, ""),
            ("Massachusetts", STATE, ""),
            ("Massachusetts", STATE, "2017-12-13"),
        ),
        background="the seat of the state government",
    ),
    "14-delegations-by-year": Expected(
        ("province", "country", "year", "delegations"), (("Shanxi", "United States", "2017", "1"),)
    ),
    "15-met-without-agreement": Expected(("institution",), ((CENTRE,), (STATE,))),
    "16-one-known-party": NONE,
    "17-conferences-between-dates": Expected(
        ("city", "from", "to", "precision"), (("Taiyuan", "2017-11-01", "2017-11-30", "to the month"),)
    ),
    "18-different-numbers": NONE,
    "19-first-reported": Expected(("first", "articles"), (("2017-12-18", "1"), ("2017-12-18", "1"))),
    "20-everything-about-one-institution": Expected(
        ("property", "direction"),
        (
            ("location", "says of it"),
            ("topic", "says of it"),
            ("roleIn", "says of another"),
        ),
        at_least=True,
    ),
    "21-network-as-edges": Expected(
        ("source", "target", "date", "status"),
        ((OFFICE, COMMISSION, "2017-12-13", "signed"), (HOSPITAL, YALE, "2017-12-13", "signed")),
        background="IRIs, whose order decides which end is the source",
    ),
    "22-kinds-with-kinds": Expected(
        ("chinese", "american", "agreements"),
        (("health authority", "university office", "1"), ("hospital", "medical school", "1")),
        background=f"{SEATS}; the exact kinds",
    ),
    "23-provinces-and-states": Expected(
        ("province", "state", "tie", "times"),
        (
            ("Shanxi", "Connecticut", "agreement", "1"),
            ("Shanxi", "Massachusetts", "agreement", "1"),
            ("Shanxi", "Massachusetts", "meeting", "3"),
        ),
        background=SEATS,
    ),
    "24-as-event-data": Expected(
        ("date", "recipient", "plover"),
        (("2017-12-12", "", "PLOVER:CONSULT-visit"), ("2017-12-13", STATE, "PLOVER:CONSULT")),
    ),
    "25-linked-to-wikidata": Expected(("class",), (("Institution",), ("Person",), ("Place",))),
}


def differences(name, rows):
    """Return what is missing and what is too much among `rows` (dicts of texts; unbound: left out)."""
    expected = EXPECTED[name]
    if expected == ANY:
        return []
    columns = expected.columns or tuple(sorted({key for row in rows for key in row}))
    given = Counter(tuple(_plain(row.get(column) or "") for column in columns) for row in rows)
    wanted = Counter(tuple(_plain(cell) for cell in row) for row in expected.rows)
    found = [f"missing: {row}" for row in sorted((wanted - given).elements())]
    if not expected.at_least:
        found += [f"too much: {row}" for row in sorted((given - wanted).elements())]
    return found


def _plain(text):
    return str(text).replace("’", "'").casefold()
