"""Stage 2: what the words of a name tell of the institution, and which words name none."""

import re
from collections.abc import Sequence
from functools import cache

from kg.extract.places import known
from kg.extract.tables import institution_heads, institution_kinds, table, words
from kg.extract.words import Span, Word, small, text_of

_BEFORE_OF = re.compile(r" (?:of|for|on) ")


def kind_of(name: str) -> str:
    """Return the kind of institution that a name tells, or an empty string."""
    lower = name.lower().replace("’", "'")
    by_phrase = (row.kind for row in institution_kinds() if any(p in lower for p in row.phrases))
    return next(by_phrase, "") or _by_head(_BEFORE_OF.split(lower)[0]) or _by_head(lower)


def _by_head(words_: str) -> str:
    tokens = re.findall(r"[^\W_]+", words_)
    rows = institution_kinds()
    return next((row.kind for word in reversed(tokens) for row in rows if word in row.heads), "")


def described_kinds() -> dict[str, str]:
    """Return the nouns that tell the name after them to be an institution's, with the kind they tell."""
    return named_kinds("described")


@cache
def named_kinds(row: str) -> dict[str, str]:
    """Return the nouns of a row of `names.yaml` that is kept by kind, with the kind of each."""
    rows: dict[str, str] = table("names")[row]
    return {word: kind for kind, line in rows.items() for word in words([line])}


def generic(ws: Sequence[Word], span: Span) -> bool:
    """Tell whether words that look like a name say no more than what sort of body is meant."""
    lower = [w.lower for w in ws[span[0] : span[1]]]
    plain = [w in institution_heads() or w in small("generic") for w in lower]
    if all(plain) or "working group" in " ".join(lower):
        return True
    rest = next((i for i, found in enumerate(plain) if found), len(lower))
    place = known(text_of(ws, (span[0], span[0] + rest))) if 0 < rest < len(lower) else None
    common = all(w in small("common") for w in lower[rest:])
    return place is not None and all(plain[rest:]) and common and (place.adjective or lower[-1].endswith("s"))
