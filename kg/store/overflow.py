"""Stage 6, whether a query for a graph has more solutions than a store gives.

Virtuoso cuts SELECT at `ResultSetMaxRows` and says so in a header; of CONSTRUCT and DESCRIBE it says nothing.
"""

from re import Match

from kg.store.reading import tokens

_FORMS = frozenset(("construct", "describe"))
_PATTERN = frozenset(("{", "where"))


def overflow_of(sparql: str, most: int) -> str:
    """Return the query that has a row if that one has more than so many solutions.

    Nothing for one without a pattern, such as DESCRIBE of a name.
    """
    found = list(tokens(sparql, 0))
    at = next(i for i, token in enumerate(found) if token.group().lower() in _FORMS)
    rest = _behind_template(found[at + 1 :])
    pattern = next((token.start() for token in rest if token.group().lower() in _PATTERN), -1)
    if pattern < 0:
        return ""
    dataset = min(pattern, *(token.start() for token in rest if token.group().lower() == "from"), len(sparql))
    inside = f"{{ {{ SELECT * {sparql[pattern:]}\n}} }}"
    start = sparql[: found[at].start()]
    return f"{start} SELECT (1 AS ?more) {sparql[dataset:pattern]} WHERE {inside} OFFSET {most} LIMIT 1"


def _behind_template(found: list[Match[str]]) -> list[Match[str]]:
    """Return what comes after the template of CONSTRUCT, where there is one."""
    if not found or found[0].group() != "{":
        return found
    depth = 0
    for i, token in enumerate(found):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if not depth:
            return found[i + 1 :]
    return found
