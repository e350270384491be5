"""Review of proposed links, key by key, on a page and in a spreadsheet: each decision is a row."""

import csv
import io
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import date

import pytest

from kg.errors import SourceError
from kg.link.decision_log import LOG, append_rows, rows_of
from kg.link.mappings import LIKELY, Row, Status, standing
from kg.link.review import Review, Verdict
from kg.link.sheet import apply_sheet, sheet_of
from kg.link.subjects import FILE, Sentence, Told, write_subjects
from kg.proposals import Subject
from kg.resources import resource
from tests.conftest import kg
from tests.sssom_rules import faults

ON = date(2026, 11, 24)
EVIL = '<script>alert("x")</script>'


def candidate(item, score, subject="inst:riverdale-hospital", tier="review", **told):
    other = "|".join(
        f"{k}={v}" for k, v in {"status": "candidate", "tier": tier, "reason": "likely", **told}.items()
    )
    return Row(
        subject_id=subject,
        subject_label="Riverdale Hospital",
        predicate_id=LIKELY,
        object_id=item,
        object_label=f"Item {item}",
        mapping_justification="semapv:CompositeMatching",
        confidence=str(score),
        mapping_tool="kg names",
        mapping_tool_version="1",
        other=f"{other}|+name: label=2.31",
    )


@pytest.fixture
def site(tmp_path):
    """A publication with three things in its queue."""
    state = tmp_path / "site/state"
    subjects = [
        Told(
            Subject("institution/riverdale-hospital", "Riverdale Hospital", "organization", aliases=("RH",)),
            (Sentence("a-1", "The Riverdale Hospital signed.", "Riverdale Hospital"),),
        ),
        Told(
            Subject("person/ada-berg", "Ada Berg", "person"),
            (Sentence("a-1", f"Ada Berg {EVIL}\x1b[2J", "Ada Berg"),),
        ),
        Told(Subject("place/riverdale", "Riverdale", "place")),
    ]
    write_subjects(state / FILE, subjects)
    append_rows(
        state / "decisions",
        [
            candidate("wd:Q1", 0.8),
            candidate("wd:Q2", 0.1, tier="none"),
            candidate("ror:0abcdef12", 0.8, via="wd:Q1"),
            candidate("wd:Q3", 0.7, "person:ada-berg", description=EVIL),
            candidate("wd:Q4", 0.99, "place:riverdale", tier="auto"),
        ],
    )
    return tmp_path / "site"


def opened(site):
    shipped = resource("links/accepted.sssom.tsv")
    return Review(site / "state/decisions", [], shipped=shipped, reviewer="Ann", on=ON)


def held(site, subject):
    rows = rows_of(site / "state/decisions")
    return {row.object_id: row.status.value for row in standing(rows) if row.subject == subject}


def test_what_nobody_would_say_unseen_comes_first_and_the_likeliest_item_stands_first(site):
    asked = opened(site).questions()

    assert [q.subject for q in asked] == [
        "institution/riverdale-hospital",
        "person/ada-berg",
        "place/riverdale",
    ]
    assert [row.object_id for row in asked[0].candidates] == ["wd:Q1", "wd:Q2", "ror:0abcdef12"]


def test_accepting_takes_along_what_is_reached_through_the_item(site):
    review = opened(site)
    review.decide(review.questions()[0], Verdict.ACCEPT, "wd:Q1")

    assert held(site, "institution/riverdale-hospital") == {
        "wd:Q1": "accepted",
        "ror:0abcdef12": "accepted",
        "wd:Q2": "candidate",
    }
    row = rows_of(site / "state/decisions")[-2]
    assert (row.reviewer_label, row.mapping_date, row.confidence) == ("Ann", "2026-11-24", "0.8")
    assert review.question("institution/riverdale-hospital") is None


def test_rejecting_asks_about_the_next_candidate(site):
    review = opened(site)
    review.decide(review.questions()[0], Verdict.REJECT)

    assert review.question("institution/riverdale-hospital").first.object_id == "wd:Q2"
    assert held(site, "institution/riverdale-hospital")["ror:0abcdef12"] == "rejected"


def test_no_item_settles_what_every_authority_proposed(site):
    review = opened(site)
    review.decide(review.questions()[0], Verdict.NONE)

    assert review.question("institution/riverdale-hospital") is None
    assert held(site, "institution/riverdale-hospital")["ror:0abcdef12"] == "rejected"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_decision_can_be_undone_and_both_are_rows(site, verdict):
    review = opened(site)
    before = held(site, "institution/riverdale-hospital")
    log = (site / "state/decisions" / LOG).read_bytes()
    asked = review.questions()
    review.decide(asked[0], verdict)
    assert held(site, "institution/riverdale-hospital") != before

    assert review.undo() == "institution/riverdale-hospital"
    assert held(site, "institution/riverdale-hospital") == before
    assert [q.subject for q in review.questions()] == [q.subject for q in asked]
    after = (site / "state/decisions" / LOG).read_bytes()
    assert after.startswith(log)
    assert faults(after.decode()) == []
    assert review.undo() == ""


def test_keys_decide_and_the_terminal_shows_sentence_and_evidence(site):
    run = kg("review", site, "--reviewer", "Ann", input="x r s n q", check=True)

    assert "a-1: The [Riverdale Hospital] signed." in run.stdout
    assert "1. Item wd:Q1 wd:Q1  0.8 review" in run.stdout
    assert "likely: name: label 2.31" in run.stdout
    assert "'x' means nothing here" in run.stdout
    assert "\x1b" not in run.stdout, "words of strangers must not command the terminal"
    assert "2 decided, 2 open" in run.stdout
    assert held(site, "institution/riverdale-hospital")["wd:Q1"] == "rejected"
    assert held(site, "person/ada-berg") == {"sssom:NoTermFound": "absent", "wd:Q3": "candidate"}


def test_undo_and_numbers_are_keys_too_and_the_end_of_input_quits(site):
    run = kg("review", site, input="a u 2 d", check=True)

    assert "taken back: institution/riverdale-hospital" in run.stdout
    assert held(site, "institution/riverdale-hospital")["wd:Q2"] == "accepted"
    assert held(site, "institution/riverdale-hospital")["wd:Q1"] == "candidate"
    assert held(site, "person/ada-berg") == {"wd:Q3": "unsure"}


def test_a_folder_without_a_build_is_one_clear_line(tmp_path):
    run = kg("review", tmp_path, check=False)

    assert run.returncode == 6
    assert run.stderr.count("\n") == 1
    assert "kg build" in run.stderr


@pytest.fixture
def page(site):
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "review", str(site), "--reviewer", "Ann", "--serve"],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield re.search(r"http://127\.0\.0\.1:\d+/\S+/", process.stdout.readline()).group()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    process.stdout.close()


def fetched(url, data=None, **headers):
    body = urllib.parse.urlencode(data).encode() if data is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
        return answer.read().decode(), answer.headers


def refused(*args, **headers):
    with pytest.raises(urllib.error.HTTPError) as error:
        fetched(*args, **headers)
    error.value.close()
    return error.value.code


def form(page, action, subject, item=""):
    return {"token": page.rstrip("/").rsplit("/", 1)[1], "action": action, "subject": subject, "item": item}


def test_the_page_shows_words_of_strangers_as_words(page):
    text, headers = fetched(page + "?about=person/ada-berg")

    assert EVIL not in text
    assert "&lt;script&gt;alert(" in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_the_page_decides_and_undoes(page, site):
    text, _ = fetched(page, form(page, "accept", "institution/riverdale-hospital", "wd:Q1"))
    assert held(site, "institution/riverdale-hospital")["wd:Q1"] == "accepted"
    assert "<h2>Ada Berg</h2>" in text

    text, _ = fetched(page, form(page, "accept", "institution/riverdale-hospital", "wd:Q2"))
    assert "That was decided already." in text
    text, _ = fetched(page, form(page, "undo", ""))
    assert held(site, "institution/riverdale-hospital")["wd:Q1"] == "candidate"
    assert "<h2>Riverdale Hospital</h2>" in text
    text, _ = fetched(page, form(page, "skip", "institution/riverdale-hospital", "wd:Q1"))
    assert "<h2>Ada Berg</h2>" in text


def test_without_the_token_or_under_another_host_there_is_nothing(page, site):
    root = page.rstrip("/").rsplit("/", 1)[0]

    assert refused(root + "/") == 404
    assert refused(root + "/guess/") == 404
    assert refused(page, None, Host="evil.example") == 404
    decision = form(page, "accept", "institution/riverdale-hospital", "wd:Q1")
    assert refused(page, {**decision, "token": "guess"}) == 403
    assert refused(page, {**decision, "action": "delete"}) == 400
    assert held(site, "institution/riverdale-hospital")["wd:Q1"] == "candidate"


@pytest.mark.parametrize("name", ["queue.csv", "queue.tsv"])
def test_a_spreadsheet_goes_out_and_comes_back(site, tmp_path, name):
    sheet = tmp_path / name
    kg("links", "export", site, sheet)
    delimiter = "," if name.endswith("csv") else "\t"
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig")), delimiter=delimiter))
    decisions = {"wd:Q1": "reject", "wd:Q2": "Accept", "wd:Q3": "none"}
    lines = io.StringIO()
    table = csv.DictWriter(lines, rows[0], delimiter=delimiter)
    table.writeheader()
    table.writerows({**row, "decision": decisions.get(row["object_id"], "")} for row in rows)
    sheet.write_text(lines.getvalue(), encoding="utf-8-sig", newline="")

    assert kg("links", "import", site, sheet, "--reviewer", "Ann").stdout == "3 decisions\n"
    assert held(site, "institution/riverdale-hospital")["wd:Q2"] == "accepted"
    assert held(site, "person/ada-berg")["sssom:NoTermFound"] == "absent"
    assert held(site, "place/riverdale") == {"wd:Q4": "candidate"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("perhaps\tinst:riverdale-hospital\twd:Q1", "line 3: decision 'perhaps'"),
        (
            "accept\tinst:riverdale-hospital\twd:Q9",
            "line 3: inst:riverdale-hospital and wd:Q9 are not in the queue",
        ),
        ("accept\tperson:ada-berg\twd:Q3", "line 3: person:ada-berg is decided in sheet, line 2 as well"),
    ],
)
def test_a_sheet_with_one_bad_line_decides_nothing(site, line, told):
    text = f"decision\tsubject_id\tobject_id\naccept\tperson:ada-berg\twd:Q3\n{line}\n"
    before = rows_of(site / "state/decisions")
    with pytest.raises(SourceError, match=told):
        apply_sheet(opened(site), text, name="sheet")

    assert rows_of(site / "state/decisions") == before
    with pytest.raises(SourceError, match="columns missing: decision, object_id, subject_id"):
        apply_sheet(opened(site), "a,b\n", name="sheet")


def test_no_cell_of_a_sheet_is_a_formula(site):
    append_rows(site / "state/decisions", [candidate("wd:Q8", 0.7, "inst:x", description="=1+1")])
    rows = list(csv.DictReader(io.StringIO(sheet_of(opened(site).questions(), delimiter=","))))

    assert next(r["description"] for r in rows if r["object_id"] == "wd:Q8") == "'=1+1"
    assert Status.CANDIDATE in {row.status for row in opened(site).questions()[0].candidates}
