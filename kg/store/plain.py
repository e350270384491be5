"""Stage 6, that a query for another server is SPARQL and nothing more, judged without running it.

Makes have words of their own, some of which read files or dial addresses (DEFINE and functions of Virtuoso).
"""

import re
from collections.abc import Mapping

from pyoxigraph import Store

from kg.errors import QueryError
from kg.store.reading import place, tokens

_END = "\n\x01"
"""No query has this character, so that what ends in it is never run, whatever it says."""
_AT = re.compile(r"error at (\d+):(\d+): ")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_REACHING = ("<bif:", "<sql:", "<java:")
"""Functions of Virtuoso's host language, and of Jena's."""


def require_plain(sparql: str, base: str | None, prefixes: Mapping[str, str]) -> None:
    """Raise QueryError, with line and column, for what is no SPARQL or calls what is outside the store."""
    for token in tokens(sparql, 0):
        if token.lastgroup == "iri" and _unescaped(token.group()).lower().startswith(_REACHING):
            raise QueryError(f"{place(sparql, token.start())}: {token.group()} is not allowed here")
    try:
        Store().query(sparql + _END, base_iri=base, prefixes=dict(prefixes))
    except SyntaxError as error:
        found = _AT.search(str(error))
        if found is None or int(found[1]) <= sparql.count("\n") + 1:
            raise QueryError(_AT.sub(r"line \1, column \2: ", str(error))) from error
        # Else it complains of the end alone.
    except ValueError as error:
        raise QueryError(str(error)) from error


def _unescaped(iri: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), iri)
