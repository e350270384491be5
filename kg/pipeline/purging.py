"""Take a withdrawn article out of the state folder: its text, what was found in it, what was told of it."""

import json
from pathlib import Path

from kg.errors import StoreError
from kg.link.subjects import FILE as SUBJECTS
from kg.pipeline import kept
from kg.pipeline.cache import CACHE, StageCache
from kg.release import Withdrawals

_LAST = Path("cache") / "last.json"


def purge_state(state: Path, withdrawals: Withdrawals) -> None:
    """Remove every trace of the words of what is withdrawn, so that its bytes are gone as well.

    What is told of things (`subjects.jsonl`) mixes sentences of many articles: it goes whole, and the next
    build writes it anew. Raises StoreError when the disk fails.
    """
    try:
        for path in sorted((state / "articles").glob("*.json")):
            if _is_withdrawn(path.read_text(encoding="utf-8"), withdrawals):
                path.unlink()
        for path in (*(state / "articles").glob("*.draft"), *state.glob("*.draft")):
            path.unlink()  # of a build that was killed: its lock is ours
        for name in (SUBJECTS, str(_LAST), str(_LAST.with_suffix(".draft"))):
            (state / name).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write {error.filename or state}: {error.strerror}") from error
    if (state / CACHE).is_file():
        with StageCache(state / CACHE) as cache:
            cache.forget_for_good(lambda _, done: _is_withdrawn(done, withdrawals))


def _is_withdrawn(text: str, withdrawals: Withdrawals) -> bool:
    """Return whether a text is of a withdrawn article; one that does not say whose it is counts as such."""
    try:
        told = json.loads(text)
        if "article" in told:  # findings
            return withdrawals.of_article(*told["article"][:1], text=told["article"][1], url="") is not None
        article = kept.from_json(text)
    except (ValueError, KeyError, TypeError, IndexError):
        return True
    return withdrawals.of_article(article.id, text=article.sha256, url=article.url) is not None
