"""Stage 6, whether a query looks cheap: a look-up that an index answers, judged from its tokens alone.

It decides only which worker is asked first. A query that is judged wrongly loses a moment, and is moved on.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from kg.store.reading import tokens

_LONGEST = 4000
_MOST_PATTERNS = 8
_SMALL = 100
_HEAVY = frozenset(
    {"group", "having", "count", "sum", "avg", "min", "max", "sample", "group_concat", "union", "minus"}
    | {"exists", "not", "values", "service", "from", "named", "lateral"}
)
_SCANS = frozenset({"distinct", "reduced", "order", "filter"})
"""Words by which even a small LIMIT may need every solution."""
_FORMS = frozenset({"select", "ask", "construct", "describe"})
_LIMIT = re.compile(r"\blimit\s+(\d{1,9})\b", re.IGNORECASE)
_TYPE = frozenset({"a", "rdf:type", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"})
_TERMS = frozenset({"iri", "name", "variable", "string"})
_STAYS = {".": 0, ";": 1, ",": 2}
"""How many terms of a triple are also the next one's."""
_Token = tuple[str, str]
_Pattern = tuple[str, ...]


class _UnlikelyError(Exception):
    """The query has something that cheap ones have not."""


def is_cheap(sparql: str) -> bool:
    """Return whether the query looks like a few look-ups of what is named in it."""
    if len(sparql) > _LONGEST:
        return False
    found = [(token.lastgroup or "", token.group()) for token in tokens(sparql, 0)]
    words = {text.lower() for sort, text in found if sort == "word"}
    if words & _HEAVY or len([1 for sort, text in found if sort == "word" and text.lower() in _FORMS]) != 1:
        return False
    try:
        patterns = list(_patterns(_body(found)))
    except _UnlikelyError:
        return False
    if not patterns:
        return "describe" not in words or not any(sort == "variable" for sort, _ in found)
    if len(patterns) == 1 and not words & _SCANS and ("ask" in words or _limit(sparql) <= _SMALL):
        return True
    return len(patterns) <= _MOST_PATTERNS and _all_bound(patterns)


def _limit(sparql: str) -> int:
    found = _LIMIT.findall(sparql)
    return int(found[-1]) if found else _SMALL + 1


def _body(found: Sequence[_Token]) -> list[_Token]:
    """Return the tokens of the last group that stands in no other, without what stands in parentheses."""
    body: list[_Token] = []
    braces = parentheses = 0
    for sort, text in found:
        if sort == "other" and text in "()":
            parentheses += 1 if text == "(" else -1
        elif parentheses:
            continue
        elif text == "{" and sort == "other":
            body = [] if not braces else [*body, (sort, text)]
            braces += 1
        elif text == "}" and sort == "other":
            braces -= 1
            if braces:
                body.append((sort, text))
        elif braces:
            body.append((sort, text))
    return body


def _patterns(body: Iterable[_Token]) -> Iterator[_Pattern]:
    triple: list[str] = []
    for term in (*_terms(body), "."):
        if term not in _STAYS:
            triple.append(term)
            continue
        if len(triple) == len("spo"):
            yield tuple(triple)
        elif triple:
            raise _UnlikelyError
        triple = triple[: _STAYS[term]]


def _terms(body: Iterable[_Token]) -> Iterator[str]:
    """Yield terms, and the marks that end a triple; what stands after ^^ or GRAPH is part of none."""
    before = ""
    for sort, text in body:
        word = text.lower() if sort == "word" else ""
        if before == "graph" or text in "{}." or word in {"optional", "filter", "bind", "graph"}:
            yield "."
        elif sort in _TERMS or word in {"a", "true", "false"}:
            if before != "^":
                yield text
        elif text in ";,":
            yield text
        elif sort != "language" and text != "^":
            raise _UnlikelyError
        before = word or text


def _all_bound(patterns: Sequence[_Pattern]) -> bool:
    """Return whether every pattern is reached from a constant, one look-up after the other."""
    known: set[str] = set()
    waiting = list(patterns)
    while waiting:
        reached = [p for p in waiting if _is_bound(p, known)]
        if not reached:
            return False
        known.update(term for pattern in reached for term in pattern if _is_open(term))
        waiting = [p for p in waiting if p not in reached]
    return True


def _is_bound(pattern: _Pattern, known: set[str]) -> bool:
    subject, predicate, value = pattern
    if not _is_open(subject) or subject in known or value in known:
        return True
    return not _is_open(value) and not _is_open(predicate) and predicate not in _TYPE


def _is_open(term: str) -> bool:
    return term.startswith(("?", "$", "_:"))
