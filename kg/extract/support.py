"""Stage 2: which names that only the model takes for bodies are believed, and which are surnames."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.extract.marks import Mention, Sort
from kg.extract.places import known
from kg.extract.repeats import Named
from kg.extract.tables import titles
from kg.extract.words import POSSESSIVE, Word, is_office, small

_ACRONYM = re.compile(r"[A-Z][A-Z&]{2,6}")
_CAMEL = re.compile(r"[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}[a-z]{2,}")
"""A name such as InfoSalt or ABCtech."""
_OFTEN = 2
_AFTER = (
    "",
    ",",
    ".",
    ";",
    ":",
    ")",
    "and",
    "or",
    "&",
    "in",
    "to",
    "for",
    "on",
    "at",
    "from",
    "with",
    "under",
    "by",
)
"""What may follow an acronym that is a body's name: before another noun it may be anything."""
_JOINING = (",", "and", "&")


def supported(lines: Sequence[Named]) -> list[Named]:
    """Return the lines with surnames as persons, and with the bodies trusted that something else shows."""
    surnames = _surnames(lines)
    lines = [_with_persons(line, surnames) for line in lines]
    often = _often(lines)
    strange = _explained(lines)
    return [_trusting(line, often, strange) for line in lines]


def _bare(mention: Mention) -> bool:
    """Tell whether only the model says that a name is a body's."""
    return mention.sort is Sort.INSTITUTION and not mention.kind and not mention.trusted


def _surnames(lines: Sequence[Named]) -> frozenset[str]:
    """Return the first and last words of the names of persons, if they are no body's name too."""
    persons = [m.name for line in lines for m in line.names if m.sort is Sort.PERSON]
    bodies = {m.name for line in lines for m in line.names if m.sort is Sort.INSTITUTION and m.kind}
    full = [name.split() for name in persons if " " in name]
    return frozenset(word for words in full for word in (words[0], words[-1])) - bodies


def _with_persons(line: Named, surnames: frozenset[str]) -> Named:
    turned = (replace(m, sort=Sort.PERSON) if _bare(m) and m.name in surnames else m for m in line.names)
    return Named(line.words, tuple(turned))


def _often(lines: Sequence[Named]) -> frozenset[str]:
    """Return the names that are a body's, more than once, and never anything else."""
    found = Counter((m.name, m.sort) for line in lines for m in line.names)
    bodies = [name for (name, sort), n in found.items() if sort is Sort.INSTITUTION and n >= _OFTEN]
    others = (Sort.PERSON, Sort.PLACE, Sort.OCCASION)
    alone = frozenset(n for n in bodies if not any((n, sort) in found for sort in others) and "-" not in n)
    return frozenset(n for n in alone if " " in n) | _doing(lines, alone)


def _doing(lines: Sequence[Named], names: frozenset[str]) -> frozenset[str]:
    """Return the names of one word that somewhere a verb stands after."""
    return frozenset(
        word.text
        for line in lines
        for word, after in zip(line.words, line.words[1:], strict=False)
        if word.text in names and after.lower in small("acting") | {"is", "was"}
    )


def _explained(lines: Sequence[Named]) -> frozenset[str]:
    """Return the acronyms that stand in brackets after what is no body: Code of Conduct (COC)."""
    found = set()
    for line in lines:
        ends = {m.end for m in line.names if m.sort is Sort.INSTITUTION and m.kind}
        for before, opened, word, closed in zip(
            line.words, line.words[1:], line.words[2:], line.words[3:], strict=False
        ):
            if opened.text == "(" and closed.text == ")" and before.end not in ends:
                found.add(word.text)
    return frozenset(found)


def _trusting(line: Named, often: frozenset[str], strange: frozenset[str]) -> Named:
    if not any(_bare(m) for m in line.names):
        return line
    listed = set(_listed(line))
    starts = {word.start: i for i, word in enumerate(line.words)}
    ends = {word.end: i + 1 for i, word in enumerate(line.words)}
    names = [
        replace(m, trusted=True)
        if _bare(m) and m.name not in strange and _may_be_a_body(m.name)
        and (m.name in often or m in listed
             or _stands(line.words, m.name, starts.get(m.start, 0), ends.get(m.end, len(line.words))))
        else m
        for m in line.names
    ]  # fmt: skip
    return Named(line.words, tuple(names))


def _may_be_a_body(name: str) -> bool:
    tokens = name.lower().split()
    plain = (
        small("generic") | small("days") | small("first") | titles().fields | titles().before
    ).issuperset(tokens)
    return not plain and known(name) is None and name.lower() not in small("field_acronyms")


def _stands(ws: Sequence[Word], name: str, first: int, last: int) -> bool:
    """Tell whether a name is written, or stands, as only those of bodies do."""
    after = ws[last].lower if last < len(ws) else ""
    shaped = _ACRONYM.fullmatch(name) is not None or _CAMEL.fullmatch(name) is not None
    if shaped and (after in _AFTER or after in small("acting") or after in POSSESSIVE):
        return first > 0 or after != "."
    if " " not in name and first > 0 and after in small("acting"):
        return True
    if after in POSSESSIVE:
        return any(is_office(word.text) for word in ws[last + 1 : last + 4])
    return first > 0 and ws[first - 1].lower in small("before_bodies")


def _listed(line: Named) -> Iterator[Mention]:
    """Yield the bare names in a list that has a sure body too."""
    chain: list[Mention] = []
    joined = False
    for mention in (*line.names, None):
        between = _between(line, chain[-1], mention) if chain and mention is not None else None
        if between is not None and mention is not None and mention.sort is Sort.INSTITUTION:
            chain.append(mention)
            joined = bool({"and", "&"} & set(between))  # a list ends with it
            continue
        if joined and any(not _bare(m) for m in chain):
            yield from (m for m in chain if _bare(m))
        chain, joined = [mention] if mention is not None and mention.sort is Sort.INSTITUTION else [], False


def _between(line: Named, one: Mention, other: Mention) -> list[str] | None:
    """Return the words between two names, if they only join them."""
    inside = [w.lower for w in line.words if one.end <= w.start and w.end <= other.start]
    return inside if inside and all(w in _JOINING or w == "the" for w in inside) else None
