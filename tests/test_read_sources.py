"""Which files, streams and formats are read, and how each bad one is named."""

import io
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ArticleRefused, SourceError
from kg.model import Article, ZoneKind
from kg.read import outcomes, read, require_date, sources

TEXT = "Hospital signs with school\n\nThe hospital signed a memorandum with the school on Monday.\n"
LIMIT = 20_000


def put(folder, name, data=TEXT):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def only(name, **options):
    (source,) = sources([name], **options)
    (article,) = read(source, limit=LIMIT)
    return article


def fault(name, kind=SourceError, limit=LIMIT, **options):
    (source,) = sources([name], **options)
    with pytest.raises(kind) as caught:
        read(source, limit=limit)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_is_read_to_its_depths_in_order_without_what_is_no_article(tmp_path):
    for name in [
        "b.txt",
        "a/z.md",
        "a/b.HTML",
        "README.md",
        "_draft.txt",
        ".hidden/x.txt",
        "n.txt",
        "n.json",
        "x.pdf",
    ]:
        put(tmp_path, name)
    told = []
    found = [source.name for source in sources([str(tmp_path)], notice=told.append)]

    assert found == [str(tmp_path / name) for name in ["a/b.HTML", "a/z.md", "b.txt", "n.txt"]]
    assert len(told) == 1
    assert told[0].startswith(f"{tmp_path / 'x.pdf'}: passed over")


def test_a_file_named_in_two_ways_is_read_once(tmp_path):
    path = put(tmp_path, "a.txt")

    assert len(sources([path, str(tmp_path), str(tmp_path / "*.txt"), str(tmp_path / "." / "a.txt")])) == 1


def test_the_order_of_the_names_means_nothing(tmp_path):
    names = [put(tmp_path, f"{n}.txt") for n in "cab"]

    assert sources(names) == sources(sorted(names))


def test_a_pattern_that_matches_nothing_is_an_error_of_its_own_and_stops_no_other(tmp_path):
    found = sources([str(tmp_path / "*.txt"), put(tmp_path, "a.md")])
    results = [outcome for source in found for outcome in outcomes(source, limit=LIMIT)]

    assert str(results[0]) == f"{tmp_path}/*.txt: no file matches this pattern"
    assert results[1].text == TEXT


def test_an_empty_folder_is_told(tmp_path):
    told = []

    assert sources([str(tmp_path)], notice=told.append) == []
    assert told == [f"{tmp_path}: no article in this folder"]


def test_what_cannot_be_read_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")

    assert fault(str(tmp_path / "none.txt")) == f"{tmp_path}/none.txt: no such file"
    assert "not a regular file" in fault(str(tmp_path / "pipe.txt"))
    assert "leads nowhere" in fault(str(tmp_path / "dangling.txt"))
    assert "its ending is not one of .txt" in fault(put(tmp_path, "a.pdf"))
    assert "not the name of a file" in fault("")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    path = put(tmp_path, "a.txt")
    (tmp_path / "a.txt").chmod(0)

    assert fault(path) == f"{path}: cannot be read: Permission denied"


@pytest.mark.parametrize("data", [b"", b" \n\n\t", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path, data):
    assert fault(put(tmp_path, "a.txt", data), ArticleRefused).endswith("a.txt: is empty")


def test_a_file_of_furniture_only_is_refused(tmp_path):
    assert "no sentence" in fault(put(tmp_path, "a.txt", "Home > News\n\nCopyright © X.\n"), ArticleRefused)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "big.txt"
    with path.open("wb") as big:
        big.truncate(10**12)

    assert "larger than 20000 bytes (1000000000000)" in fault(str(path), ArticleRefused)


def test_the_side_file_says_what_the_text_does_not(tmp_path):
    cited = {"publisher": "C", "title": "D", "date": "2025-01-01", "url": "https://c.org/d"}
    said = {
        "id": "007",
        "publisher": "A",
        "title": "T",
        "source_url": "somewhere in a data set",
        "date": "2025-02-01",
        "language": "EN",
        "licence": "CC0",
        "fictional": True,
        "sources": ["B", cited],
        "odd": [1],
    }
    put(tmp_path, "a.json", json.dumps(said))
    article = only(put(tmp_path, "a.txt", TEXT.replace("\n", "\r\n").encode("utf-16")))

    assert (article.id, article.publisher, article.title, article.url) == ("007", "A", "T", "")
    assert (article.published, article.language, article.rights) == (date(2025, 2, 1), "en", "CC0")
    assert article.cites == ("B", "C: D (2025-01-01) https://c.org/d")
    assert article.fictional
    assert article.text == TEXT


@pytest.mark.parametrize(
    ("side", "message"),
    [
        ('{\n"title": oops}', "a.json:2: not JSON"),
        ("[1]", "a.json:1: not a JSON object"),
        ('{"date": "1/2/2025"}', "a.json: date: must be a date like 2026-01-31, not 1/2/2025"),
        ('{"fictional": "no"}', "a.json: fictional: must be true or false"),
        ('{"id": "Ä b"}', "a.json: id: must be a-z"),
        ("[" * 100_000, "a.json: "),
        ('{"title": ["x"]}', "a.json: title: must be words"),
    ],
)
def test_a_bad_side_file_is_named(tmp_path, side, message):
    put(tmp_path, "a.json", side)

    assert message in fault(put(tmp_path, "a.txt"), limit=200_000)


def test_front_matter_is_read_and_the_text_is_what_follows_it(tmp_path):
    head = (
        "---\nid: my-id\ntitle: T\npublisher: P\ndate: 2025-02-01\nurl: https://p.org/a\n"
        "supersedes: old-id\nupdated: 2025-02-03\nsources:\n  - publisher: C\nfictional: true\n---\n"
    )
    article = only(put(tmp_path, "a.md", f"{head}# Hospital signs\n\nThe hospital signed.\n"))

    assert article.text == "# Hospital signs\n\nThe hospital signed.\n"
    assert (article.id, article.supersedes, article.revised) == ("my-id", "old-id", "2025-02-03")
    assert (article.published, article.url, article.cites) == (date(2025, 2, 1), "https://p.org/a", ("C",))
    first = article.zones[0]
    assert (first.kind, article.text[first.start : first.end]) == (ZoneKind.HEADLINE, "Hospital signs")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("---\ntitle: T\n", "a.md:1: the front matter that --- opens is not closed"),
        ("---\ntitle: T\nid: [x\n---\n", "a.md:4: front matter"),
        ("---\ntitle: T\ndate: 2025-13-45\n---\n", "a.md:3: front matter: month must be in 1..12"),
        ("---\ntitle: T\ndate: soon\n---\n", "a.md:3: date: must be a date"),
        ("---\ntitle: T\nurl: ftp://x\n---\n", "a.md:3: url: must be an http address"),
        ("---\n- a\n---\n", "a.md:2: front matter: not `key: value` lines"),
        ("---\nsources: x\n---\n", "a.md:2: sources: must be a list"),
        ("---\nx: !!python/object:os.system 1\n---\n", "a.md:2: front matter"),
        ("---\nlanguage: english please\n---\n", "a.md:2: language: must be a language tag"),
    ],
)
def test_bad_front_matter_is_named_by_file_and_line(tmp_path, head, message):
    assert message in fault(put(tmp_path, "a.md", head + TEXT))


def test_markdown_without_front_matter_is_read(tmp_path):
    assert only(put(tmp_path, "a.md", "# Hospital signs\n\nIt signed.\n")).title == "Hospital signs"


def test_a_bad_line_of_json_lines_is_named_and_the_others_go_on(tmp_path):
    lines = [
        json.dumps({"id": "one", "text": TEXT}),
        "{oops",
        "",
        json.dumps({"id": "two"}),
        '{"text": "\\ud800"}',
        "[]",
        json.dumps({"id": "big", "text": "x" * LIMIT}),
        json.dumps({"id": "three", "text": TEXT, "date": "2025-01-01T10:00:00Z"}),
    ]
    (source,) = sources([put(tmp_path, "f.jsonl", "\n".join(lines))])
    results = list(outcomes(source, limit=LIMIT))

    assert [getattr(result, "id", "-") for result in results] == ["one", "-", "-", "-", "-", "-", "three"]
    assert [str(result).split(" ")[0] for result in results[1:-1]] == [
        f"{tmp_path}/f.jsonl:{n}:" for n in (2, 4, 5, 6, 7)
    ]
    assert results[0].source == f"{tmp_path}/f.jsonl:1"
    assert results[-1].published == date(2025, 1, 1)
    with pytest.raises(SourceError, match=r"f\.jsonl:2: not JSON"):
        read(source, limit=LIMIT)


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (TEXT, 1),
        (f"---\ntitle: T\n---\n{TEXT}", 1),
        (json.dumps({"text": TEXT}) + "\n" + json.dumps({"text": TEXT + "b"}), 2),
    ],
)
def test_standard_input_is_read_by_what_it_looks_like(data, count):
    (source,) = sources(["-"], stdin=io.BytesIO(data.encode()))

    assert len(read(source, limit=LIMIT)) == count


def test_standard_input_over_the_limit_is_refused():
    assert fault("-", ArticleRefused, stdin=io.BytesIO(b"word " * 5000)) == "-: larger than 20000 bytes"


def test_the_id_does_not_depend_on_where_the_file_is(tmp_path):
    one, other = only(put(tmp_path, "x/a.txt")), only(put(tmp_path, "b.txt"))

    assert one.id == other.id == "hospital-signs-with-school"


@pytest.mark.parametrize(
    ("said", "article_id"),
    [
        (
            {"title": "Łódź signs: Ølgaard’s école", "publisher": "The Daily", "date": "2025-01-02"},
            "the-daily-2025-01-02-lodz-signs-olgaards-ecole",
        ),
        ({"title": "代表团访问", "url": "https://e.org/2025/VIDE123.shtml"}, "e-org-vide123"),
        ({"title": "代表团访问"}, "3e07381d"),
    ],
)
def test_an_id_is_readable_or_a_short_hash(tmp_path, said, article_id):
    put(tmp_path, "a.json", json.dumps(said))

    assert only(put(tmp_path, "a.txt")).id == article_id


PARAGRAPHS = "".join(
    f"<p>The hospital’s {n}th “memorandum” with the school was signed on Monday by the directors.</p>"
    for n in range(9)
)
PAGE = f"""<!DOCTYPE html><html lang="zh"><head><meta charset="gb2312"><title>T</title>
<meta property="og:site_name" content="Example Daily">
<meta property="article:published_time" content="2025-03-04T10:00:00Z">
<link rel="canonical" href="https://example.org/2025/a.html"></head>
<body><nav><a href="/">Home</a></nav><article>
<h1>Hospital’s school signs “memorandum”</h1>{PARAGRAPHS}<figure><img src="a.jpg">
<figcaption>The director shakes hands with the mayor of Boston. [Photo/Agency]</figcaption>
</figure></article><footer>Copyright © Example Daily</footer></body></html>"""


def test_a_gb18030_page_is_read_with_its_quotes_caption_and_what_it_says_of_itself(tmp_path):
    article = only(put(tmp_path, "a.html", PAGE.encode("gb18030")))

    assert article.title == "Hospital’s school signs “memorandum”"
    assert article.text.startswith(
        "Hospital’s school signs “memorandum”\n\nThe hospital’s 0th “memorandum” with"
    )
    assert (article.publisher, article.published) == ("Example Daily", date(2025, 3, 4))
    assert (article.url, article.language) == ("https://example.org/2025/a.html", "en")
    assert [z.kind for z in article.zones].count(ZoneKind.BODY) == 9
    assert article.text[article.zones[-2].start : article.zones[-2].end].endswith("mayor of Boston.")
    assert article.zones[-2].kind is ZoneKind.CAPTION


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<html><body>" + "<div>" * 1500 + "x" + "</div>" * 1500, "nested 1500 deep"),
        ("<html><body>" + "<br>" * 100_001, "tags, more than"),
        ("<html><body></body></html>", "no article text"),
    ],
)
def test_a_page_built_to_break_readers_or_without_article_is_an_error(tmp_path, page, message):
    assert message in fault(put(tmp_path, "a.html", page), limit=1_000_000)


def test_importing_the_stage_loads_nothing_heavy():
    heavy = (
        "{'trafilatura', 'charset_normalizer', 'py3langid', 'numpy', 'lxml', 'urllib3', 'rdflib', 'spacy'}"
    )
    code = f"import sys, kg.read; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


SOUP = (
    b'---\n|title: x\n|id: [|<html>|<p>The two signed.</p>|<![CDATA[|"}\n|\n|\xff\xfe|\xef\xbb\xbf|\x00|</'
    b'|{"text": "|date: 2025-02-30\n|\xc4\xe3|<link rel=canonical href=\'http://[x\'>|<title>|<svg>|<script>'
    b"|<table><tr><td>|<h1>Two sign</h1>|<meta name=date content='2025-99-99'>|url: http://[x\n"
)
FRAGMENTS = st.sampled_from(SOUP.split(b"|"))


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS | st.binary(max_size=8), max_size=12).map(b"".join))
def test_no_bytes_come_to_anything_but_an_article_or_an_error_that_names_them(data):
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".txt", ".md", ".html", ".jsonl"):
            path = Path(folder, f"a{ending}")
            path.write_bytes(data)
            (source,) = sources([str(path)])
            for outcome in outcomes(source, limit=LIMIT):
                assert isinstance(outcome, Article | SourceError)
                assert str(getattr(outcome, "source", outcome)).startswith(str(path))


@pytest.mark.parametrize("date", ["2016", "2016-08"])
def test_a_month_or_year_is_no_day_and_leaves_the_article_undated(tmp_path, date):
    (tmp_path / "a.txt").write_text("The council met the harbour board.\n", encoding="utf-8")
    (tmp_path / "a.json").write_text(f'{{"title": "T", "date": "{date}"}}', encoding="utf-8")
    (article,) = read(sources([str(tmp_path / "a.txt")])[0], limit=10_000)

    assert article.published is None
    with pytest.raises(ArticleRefused):
        require_date(article)
