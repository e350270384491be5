"""Stage 7, changes: what each side says of a thing, from sorted N-Quads; one thing is held at a time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

_STATEMENT = re.compile(
    rb'<([^>]*)> <([^>]*)> (?:<([^>]*)>|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?) <[^>]*> \.\n'
)
_ESCAPE = re.compile(r"""\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([tbnrf"'\\]))""")
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Value(NamedTuple):
    """An IRI, or a literal with its language or datatype."""

    text: str
    is_iri: bool = False
    language: str = ""
    datatype: str = ""


Statement = tuple[str, Value]
"""A property and its value."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing as both sides have it; what a side does not have is empty."""

    iri: str
    before: frozenset[Statement]
    after: frozenset[Statement]

    @property
    def change(self) -> str:
        """Return `new`, `withdrawn`, `changed` or, where its own statements are the same, `same`."""
        if self.before == self.after:
            return "same"
        if not self.before:
            return "new"
        return "changed" if self.after else "withdrawn"

    def values(self, predicate: str, *, new: bool) -> set[Value]:
        """Return the values of a property on one side."""
        return {value for p, value in (self.after if new else self.before) if p == predicate}


def things(before: Iterator[bytes], after: Iterator[bytes], wanted: Callable[[str], bool]) -> Iterator[Thing]:
    """Yield each thing that two sorted graphs do not tell alike, and those that are wanted all the same."""
    olds, news = _by_subject(before), _by_subject(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        first = min(side[0] for side in (old, new) if side is not None)
        was = old[1] if old is not None and old[0] == first else []
        now = new[1] if new is not None and new[0] == first else []
        iri = first[1:-2].decode()
        if was != now or wanted(iri):
            yield Thing(iri, frozenset(map(statement_of, was)), frozenset(map(statement_of, now)))
        old = next(olds, None) if was else old
        new = next(news, None) if now else new


def statement_of(line: bytes) -> Statement:
    """Return property and value of a line of canonical N-Quads."""
    match = _STATEMENT.fullmatch(line)
    if match is None:
        raise ValueError(f"not a statement: {line[:120]!r}")
    _, predicate, iri, text, language, datatype = (part.decode() if part else "" for part in match.groups())
    if match[3] is not None:
        return predicate, Value(iri, is_iri=True)
    return predicate, Value(_ESCAPE.sub(_unescaped, text), language=language, datatype=datatype)


def subject_of(line: bytes) -> str:
    """Return the subject of a line of N-Quads."""
    return line.split(b" ", 1)[0][1:-1].decode()


def _by_subject(lines: Iterator[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    subject, group = b"\n", list[bytes]()
    for line in lines:
        if line.startswith(subject):  # with the space behind it, so that it is no other's beginning
            group.append(line)
            continue
        if group:
            yield subject, group
        subject, group = line[: line.index(b" ") + 1], [line]
    if group:
        yield subject, group


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])
