"""Stage 2, model by HTTP: the request. Instructions are fixed; the article is data, fenced and numbered."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from kg.extract.llm_ontology import Property, answer_schema, grammar
from kg.model import Article, Evidence


def request_of(article: Article, sentences: Sequence[Evidence], *, model: str) -> dict[str, Any]:
    """Return the body of the request for one article: the same for the same text, date and model."""
    schema = {"name": "findings", "strict": True, "schema": answer_schema()}
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": instructions()},
            {"role": "user", "content": fenced(article, sentences)},
        ],
        "temperature": 0,
        "seed": 0,
        "stream": False,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


@cache
def instructions() -> str:
    """Return the system message; nothing of an article is ever part of it."""
    classes = "\n".join(f"- {kind}: {meaning}" for kind, meaning in sorted(grammar().meanings.items()))
    relations = "\n".join(_line(prop) for _, prop in sorted(grammar().properties.items()))
    schema = json.dumps(answer_schema(), sort_keys=True)
    rules = (files("kg.extract") / "lexicon" / "llm_instructions.txt").read_text(encoding="utf-8")
    return (
        f"{rules}\nClasses:\n{classes}\n\nRelations:\n{relations}\n\nJSON schema of the answer:\n{schema}\n"
    )


def _line(prop: Property) -> str:
    subjects = ", ".join(sorted(prop.subjects))
    values = ", ".join(sorted(prop.values)) or prop.form
    return f"- {prop.relation} ({subjects} -> {values}): {prop.meaning}"


def fenced(article: Article, sentences: Sequence[Evidence]) -> str:
    """Return the article as data: each sentence a JSON string, so that no line of it can be a fence."""
    said = [
        json.dumps({"n": n, "text": article.text[s.start : s.end]}, ensure_ascii=False)
        for n, s in enumerate(sentences, 1)
    ]
    known = {"language": article.language, "published": str(article.published or "unknown")}
    fence = "=" * 8 + hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
    return "\n".join((fence, json.dumps(known), *said, fence))


def prompt_hash(body: dict[str, Any]) -> str:
    """Return the hash of everything that a request asks."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
