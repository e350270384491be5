"""Stage 6, what can be said of a query without running it: its kind, its data set, and whether it may run.

The engine would dial any address after SERVICE, so the word is looked for in what is code: not in
strings, comments, IRIs or local names. Where a text can be read in two ways, and one of them hides the
word, the query is refused. Every token is found in time linear in the text, since strangers write it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from kg.errors import QueryError

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n\r]*)
  | (?P<string>'''(?:'{0,2}(?:[^'\\]|\\.))*'''
      | \"""(?:"{0,2}(?:[^"\\]|\\.))*\"""
      | '(?:[^'\\\n\r]|\\.)*'
      | "(?:[^"\\\n\r]|\\.)*")
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
  | (?P<variable>[?$]\w+)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<name>(?P<prefix>_|[A-Za-z\u00c0-\uffff\U00010000-\U000effff][\w.\-\u00b7]*)?:
      (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
         (?:[\w:.\-\u00b7\u203f\u2040]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)?)
  | (?P<word>[A-Za-z\u00c0-\uffff\U00010000-\U000effff][\w.\-\u00b7]*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {"select": "solutions", "ask": "boolean", "construct": "graph", "describe": "graph"}
_UPDATES = frozenset({"insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"})
_PROLOGUE = frozenset({"prefix", "base", "version"})
_HIDES = re.compile(r"[#']")
_HIERARCHICAL = re.compile(r"<[A-Za-z][\w+.-]*://")
_SERVICE = "service"
_BY_PREFIX = re.compile(r"\s+(?:silent\s+)?([a-z]\d+):\s", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


@dataclass(frozen=True, slots=True)
class Dataset:
    """The data set that a query's own FROM clauses ask for, as written."""

    prologue: str
    default: tuple[str, ...]
    named: tuple[str, ...]


def kind_of(sparql: str) -> str:
    """Return the kind of result that a query has: `solutions`, `boolean` or `graph`.

    Raises QueryError for an update and for what is no query.
    """
    return _KINDS[_form(sparql).group().lower()]


def iri_ref(iri: str) -> str:
    """Return an IRI as SPARQL writes it; raises QueryError where it is none, so that it ends no term."""
    if not _IRI.fullmatch(iri):
        raise QueryError(f"{iri!r} is no IRI")
    return f"<{iri}>"


def refuse_service(sparql: str, *, but: Collection[str] = ()) -> None:
    """Raise QueryError when the query asks another server, other than by one of these prefixes."""
    if _SERVICE not in sparql.lower():
        return
    for token in _TOKEN.finditer(sparql):
        if token.lastgroup == "name":
            suspect = _SERVICE in (token["prefix"] or "").lower()
        elif token.lastgroup == "iri":
            suspect = _two_readings(token.group())
        else:
            suspect = token.lastgroup == "word" and _SERVICE in token.group().lower()
            suspect = suspect and not _goes_to(sparql, token, but)
        if suspect:
            raise QueryError(
                f"{place(sparql, token.start())}: SERVICE is not allowed here, nor what could hide it"
            )


def uses_graphs(sparql: str) -> bool:
    """Return whether a query asks for named graphs in its pattern."""
    return any(token.lastgroup == "word" and token.group().lower() == "graph" for token in tokens(sparql, 0))


def dataset_of(sparql: str) -> Dataset:
    """Return what the FROM clauses of a query ask for."""
    form = _form(sparql)
    default: list[str] = []
    named: list[str] = []
    words: list[str] = []
    for token in tokens(sparql, form.end()):
        if token.group() == "{" or token.group().lower() == "where":
            break
        if words[-1:] == ["from"] and token.lastgroup in {"iri", "name"}:
            default.append(token.group())
        elif words[-2:] == ["from", "named"] and token.lastgroup in {"iri", "name"}:
            named.append(token.group())
        words.append(token.group().lower())
    return Dataset(sparql[: form.start()], tuple(default), tuple(named))


def _form(sparql: str) -> re.Match[str]:
    strange = None
    for token in tokens(sparql, 0):
        if token.lastgroup != "word":
            continue
        word = token.group().lower()
        if word in _KINDS:
            return token
        if word in _UPDATES:
            raise QueryError(
                f"{place(sparql, token.start())}: {word.upper()}: this is an update, and only queries run"
            )
        if word not in _PROLOGUE:
            strange = strange or token
    near = get_close_matches(strange.group().lower(), _KINDS, n=1) if strange else []
    if strange and near:
        where = place(sparql, strange.start())
        raise QueryError(f"{where}: {strange.group()} was not expected; did you mean {near[0].upper()}?")
    raise QueryError("this is no SPARQL query: it has no SELECT, ASK, CONSTRUCT or DESCRIBE")


def tokens(sparql: str, start: int) -> Iterator[re.Match[str]]:
    """Yield what the query is made of from there on, without comments and spaces."""
    for token in _TOKEN.finditer(sparql, start):
        if token.lastgroup != "comment" and not token.group().isspace():
            yield token


def token_at(sparql: str, line: int, column: int) -> str:
    """Return the token that stands at a place; empty where there is none."""
    begun = 0
    for _ in range(line - 1):
        begun = sparql.find("\n", begun) + 1
        if not begun:
            return ""
    at = begun + column - 1
    return next((t.group() for t in tokens(sparql, 0) if t.start() <= at < t.end()), "")


def iris_in(sparql: str, prefixes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each IRI that a query names, as written and in full, but for IRIs with escapes.

    What PREFIX declares is obeyed, and not itself named.
    """
    known = dict(prefixes)
    before: tuple[str, str] = ("", "")
    """The last two tokens, in small letters."""
    for token in tokens(sparql, 0):
        text = token.group()
        if before[0] == "prefix" and token.lastgroup == "iri":
            known[before[1].removesuffix(":")] = text[1:-1]
        elif before[1] == "base":
            pass
        elif token.lastgroup == "iri" and "\\" not in text:
            yield text, text[1:-1]
        elif token.lastgroup == "name" and before[1] != "prefix":
            prefix, _, local = text.partition(":")
            if prefix in known:
                yield text, known[prefix] + _ESCAPED.sub(r"\1", local)
        before = (before[1], text if before[1] == "prefix" else text.lower())


def _goes_to(sparql: str, token: re.Match[str], prefixes: Collection[str]) -> bool:
    found = _BY_PREFIX.match(sparql, token.end())
    return token.group().lower() == _SERVICE and found is not None and found[1] in prefixes


def _two_readings(iri: str) -> bool:
    # `?a <?b#>` may be an IRI, or a comparison and a comment; with `scheme://` the second is no SPARQL.
    return bool(_HIDES.search(iri)) and not _HIERARCHICAL.match(iri)


def place(sparql: str, at: int) -> str:
    """Return line and column of a character, as our messages and the engine's say them."""
    line = sparql.count("\n", 0, at) + 1
    return f"line {line}, column {at - (sparql.rfind(chr(10), 0, at) + 1) + 1}"
