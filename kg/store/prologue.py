"""Stage 6, the prefixes that a publisher declares for everybody, for a store that does not have them."""

from collections.abc import Mapping

from kg.store.reading import tokens

_DECLARES = "prefix"


def with_prologue(sparql: str, base: str | None, prefixes: Mapping[str, str]) -> str:
    """Return the query with the declarations that it lacks on its first line, so that lines stay.

    Only what it uses is declared, and nothing that it declares itself.
    """
    used, own, has_base = _prefixes(sparql)
    told = [f"PREFIX {name}: <{prefixes[name]}>" for name in sorted(used - own) if name in prefixes]
    if base is not None and not has_base:
        told.insert(0, f"BASE <{base}>")
    return " ".join((*told, sparql))


def _prefixes(sparql: str) -> tuple[set[str], set[str], bool]:
    """Return the prefixes that a query uses, those that it declares, and whether it declares a base."""
    used: set[str] = set()
    own: set[str] = set()
    has_base, before = False, ""
    for token in tokens(sparql, 0):
        word = token.group().lower()
        if token.lastgroup == "name":
            (own if before == _DECLARES else used).add(token["prefix"] or "")
        has_base = has_base or (token.lastgroup == "word" and word == "base")
        before = word
    return used, own, has_base
