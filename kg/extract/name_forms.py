"""Stage 2: how names are compared: folded, shortened to initials, and which cannot be a place's."""

import re

from kg.extract.marks import Mention, Sort
from kg.extract.tables import institution_heads, table, words

_LEGAL_FORMS = (
    "ltd",
    "limited",
    "inc",
    "plc",
    "llc",
    "llp",
    "corp",
    "gmbh",
    "bv",
    "pty",
    "pte",
    "sdn",
    "bhd",
)


def body_nouns() -> frozenset[str]:
    """Return the nouns that speak of an institution."""
    return institution_heads() | words(table("names")["bodies"])


def strange(name: str) -> bool:
    """Tell whether a name cannot be a place's: it names an occasion, or holds a mark."""
    tokens = name.lower().split()
    odd = words(table("names")["occasions"]) | words(table("names")["never"]) | {"annual", "cycle", "report"}
    return bool(odd & set(tokens)) or "/" in name


def rank(mention: Mention) -> tuple[int, int]:
    """Longer names first, so that short ones find them; a place after every institution."""
    order = {Sort.INSTITUTION: 0, Sort.PERSON: 1, Sort.PLACE: 2}.get(mention.sort, 3)
    return order, -len(mention.name.split()) if order < 2 else 0  # noqa: PLR2004  the number is plain here


def folded(name: str) -> str:
    """Return a name as it is compared."""
    plain = name.lower().replace("’", "'").replace("&", "and").split()
    if len(plain) > 2 and plain[-1].rstrip(".") in _LEGAL_FORMS:  # noqa: PLR2004  a name keeps two words at least
        plain.pop()
    return " ".join(plain)


def initials(name: str, acronym: str) -> bool:
    """Tell whether an acronym stands for a name."""
    letters = [w[0] for w in re.findall(r"[^\W_]+", name) if w[0].isupper()]
    wanted = acronym.upper()
    plain = "".join(letters).upper()
    return len(wanted) > 1 and (plain == wanted or (len(wanted) > 3 and plain.startswith(wanted)))  # noqa: PLR2004  the number is plain here


def without_suffix(name: str) -> list[str]:
    """Return the words of a person's name without Jr or Sr at its end."""
    found = name.lower().replace(",", " ").split()
    return found[:-1] if len(found) > 1 and found[-1].rstrip(".") in ("jr", "sr") else found
