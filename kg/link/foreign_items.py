"""Items of other authorities: how tables and linkers name them, and their IRIs."""

import re

from kg.errors import StateError

PREFIXES = {
    "geonames": "https://sws.geonames.org/",
    "isni": "https://isni.org/isni/",
    "ror": "https://ror.org/",
    "wd": "http://www.wikidata.org/entity/",
}
"""What each authority's IRIs begin with."""
_FORMS = {
    "geonames": re.compile(r"[1-9][0-9]{0,9}/"),  # GeoNames' own IRIs end with a slash
    "isni": re.compile(r"[0-9]{15}[0-9X]"),
    "ror": re.compile(r"0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}"),
    "wd": re.compile(r"Q[1-9][0-9]*"),
}
_NAMES = {"wd": "a Wikidata item", "ror": "a ROR id", "geonames": "a GeoNames id", "isni": "an ISNI"}


def item_iri(curie: str, where: str) -> str:
    """Return the IRI of an item such as `wd:Q100`; raise StateError when it is none."""
    prefix, _, name = curie.partition(":")
    if prefix not in _FORMS or not _FORMS[prefix].fullmatch(name):
        raise StateError(f"{where}: {curie!r} is no {_NAMES.get(prefix, _NAMES['wd']).partition(' ')[2]}")
    return PREFIXES[prefix] + name


def item_curie(item: str) -> str:
    """Return how a table names what a linker calls `Q100`, `ror:057ckzt47` or `geonames:1793511`.

    Returns nothing for what has no IRI that may be published, such as a bare ISO code.
    """
    prefix, _, name = item.rpartition(":")
    prefix = prefix or "wd"
    if prefix == "geonames" and not name.endswith("/"):
        name += "/"
    return f"{prefix}:{name}" if prefix in _FORMS and _FORMS[prefix].fullmatch(name) else ""


def authority_of(iri: str) -> str:
    """Return the prefix of the authority that an IRI is of; nothing where we know none."""
    return next((prefix for prefix, start in PREFIXES.items() if iri.startswith(start)), "")
