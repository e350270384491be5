"""The articles that ship with the project: complete front matter, and nobody else's sentences."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = sorted((ROOT / "data" / "articles").glob("*.md"))
SHARED = ROOT.parent / "shared"
FOREIGN = sorted([*SHARED.glob("seeds/*.txt"), *SHARED.glob("extraction/dev/articles/*.txt")])
REQUIRED = {"id", "title", "publisher", "date", "language", "rights", "fictional", "sources"}
OPTIONAL = {"url", "written"}
LATIN_RUN, CHINESE_RUN = 8, 14


def parts(path: Path) -> tuple[dict[str, object], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def runs(text: str) -> Iterator[str]:
    """Yield every run of eight words and of fourteen Chinese characters, punctuation and case apart."""
    words = re.findall(r"[a-z0-9à-ÿ]+", re.sub("[’']", "", text.lower()))
    yield from (" ".join(words[i : i + LATIN_RUN]) for i in range(len(words) - LATIN_RUN + 1))
    chinese = re.sub(r"[^0-9\u3400-\u9fff]", "", text)
    for i in range(len(chinese) - CHINESE_RUN + 1):
        if re.search(r"[\u3400-\u9fff]", run := chinese[i : i + CHINESE_RUN]):
            yield run


def sentences(text: str) -> set[str]:
    pieces = (re.sub(r"\W+", " ", piece).strip().lower() for piece in re.split(r"[.!?。！？；\n]", text))
    return {piece for piece in pieces if len(piece) > 30 or len(re.findall(r"[\u3400-\u9fff]", piece)) > 10}


@pytest.fixture(scope="module")
def foreign() -> tuple[set[str], set[str]]:
    if not FOREIGN:
        pytest.skip("the articles of other publishers are not here (../shared)")
    texts = [path.read_text(encoding="utf-8") for path in FOREIGN]
    return set().union(*map(runs, texts)), set().union(*map(sentences, texts))


def test_there_are_at_least_thirteen_articles_in_two_languages() -> None:
    heads = [parts(path)[0] for path in ARTICLES]

    assert len(heads) >= 13
    assert sum(head["language"] == "zh" for head in heads) >= 2
    assert len({head["id"] for head in heads}) == len(heads)


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_front_matter_is_complete(path: Path) -> None:
    head, body = parts(path)

    assert set(head) >= REQUIRED
    assert set(head) <= REQUIRED | OPTIONAL
    assert head["id"] == path.stem
    assert re.fullmatch(r"[a-z0-9-]+", path.stem)
    assert isinstance(head["date"], dt.date)
    assert head["rights"] == "CC BY 4.0"
    assert body.startswith(f"# {head['title']}\n")


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_an_article_is_fictional_and_says_so_or_names_its_sources(path: Path) -> None:
    head, body = parts(path)
    paragraphs = body.split("\n\n")

    if head["fictional"]:
        assert re.search(r"\(fictional\)|（虚构）", str(head["publisher"]))
        assert re.search(r"(?i)fictional|invented|虚构", paragraphs[1])
        assert head["sources"] == []
    else:
        assert head["publisher"] == "Accord Reports"
        assert isinstance(head["written"], dt.date)
        assert head["sources"]
        assert all({"publisher", "title", "date"} <= set(source) for source in head["sources"])


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_an_article_has_no_words_of_other_publishers(path: Path, foreign: tuple[set[str], set[str]]) -> None:
    _, body = parts(path)

    assert not sorted(set(runs(body)) & foreign[0])
    assert not sorted(sentences(body) & foreign[1])


def test_the_guard_finds_a_copied_run_in_a_text_of_its_own() -> None:
    english = "The hospital and the university signed a paper on Monday in the town hall."
    chinese = "两家医院昨日在市政厅签署了一份关于护士培训的合作协议。"

    assert set(runs("He said: " + english.upper())) & set(runs(english))
    assert set(runs("据报道，" + chinese)) & set(runs(chinese))
    assert sentences("He said. " + english) & sentences(english)
    assert not set(runs("A hospital signed a paper.")) & set(runs(english))
