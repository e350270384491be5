"""Kept articles: what was saved comes back, and what was damaged is named."""

import json

import pytest

from kg.errors import StateError
from kg.pipeline import kept
from kg.read import read, sources

HEAD = b"---\ntitle: Two ports\npublisher: Example Daily\ndate: 2025-05-13\n---\n"


@pytest.fixture
def article(tmp_path):
    (tmp_path / "ports.md").write_bytes(HEAD + b"A delegation came to Boston.\n")
    (source,) = sources([str(tmp_path / "ports.md")])
    (article,) = read(source, limit=10_000)
    return article


def test_what_is_saved_comes_back(tmp_path, article):
    kept.save(tmp_path / "articles", [article])

    assert kept.load(tmp_path / "articles") == (article,)


@pytest.mark.parametrize(
    "change",
    [
        {"text": 7},
        {"text": "Another text."},
        {"sha256": "0"},
        {"id": "other"},
        {"published": "soon"},
        {"rights": None},
        {"fictional": "no"},
        {"zones": [{"kind": "body", "start": 0, "end": 10**6}]},
        {"zones": [{"kind": "x"}]},
        {"more": 1},
    ],
    ids=str,
)
def test_a_kept_article_that_was_changed_is_refused_by_name(tmp_path, article, change):
    kept.save(tmp_path / "articles", [article])
    path = tmp_path / "articles" / f"{article.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    with pytest.raises(StateError, match=f"{article.id}.json: not an article of ours"):
        kept.load(tmp_path / "articles")
