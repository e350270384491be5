"""Stage 2: what the gazetteer knows of a place's name in running text."""

import re
from dataclasses import dataclass
from functools import lru_cache

from kg import gazetteer
from kg.extract.tables import table, words

_FORMAL = re.compile(
    r"^(?:[A-Z][\w’'-]+ )*(?:Republic|Kingdom|State|Commonwealth|Sultanate|Principality|Emirate) of (?:the )?"
)
"""What stands before the short name of a country in its long one."""
_SHORT = 4
"""Letters of `U S`, as some pages write it."""


@dataclass(frozen=True, slots=True)
class Known:
    """A place that the gazetteer knows: its usual name, its kind, and whether an adjective named it."""

    name: str
    kind: str
    adjective: bool = False
    slug: str = ""


@lru_cache(maxsize=4096)
def known(name: str) -> Known | None:
    """Return what the gazetteer has under an English name or demonym."""
    short = name.replace(" ", "") if name.isupper() and len(name) <= _SHORT else name
    short = table("names")["countries"].get(short, short)
    for form in dict.fromkeys((name, short, without_article(name), bare(name), _FORMAL.sub("", name))):
        record = gazetteer.lookup(form)
        if record is not None:
            return Known(record.names["en"], record.kind, slug=record.slug)
    record = gazetteer.demonym(name)
    return Known(record.names["en"], record.kind, adjective=True, slug=record.slug) if record else None


def without_article(name: str) -> str:
    """Return a name without article and possessive."""
    return name.removeprefix("the ").removeprefix("The ").removesuffix("'s").removesuffix("’s").strip()


def bare(name: str) -> str:
    """Return a place's name without article, possessive and words such as province."""
    tokens = without_article(name).split()
    if len(tokens) > 1 and tokens[-1].lower() in words(table("names")["place_words"]):
        tokens = tokens[:-1]
    return " ".join(tokens)
