"""Places that everyone knows, found by their ISO codes: names and short forms that an authority may lack."""

from functools import cache

from kg.gazetteer import candidates
from kg.link.authority.folding import fold
from kg.link.authority.snapshot import Snapshot
from kg.resources import resource


def known_places(name: str, snapshot: Snapshot) -> list[int]:
    """Return the countries and first-level places that a name means to everyone."""
    codes = [record.iso for record in candidates(name) if record.iso]
    codes += _formal().get(fold(name), ())
    found = [
        n for code in codes for n in snapshot.identified(code, "iso3166-2" if "-" in code else "iso3166")
    ]
    return list(dict.fromkeys(found))


@cache
def _formal() -> dict[str, tuple[str, ...]]:
    """Formal and postal names: what stands in addresses."""
    lines = resource("linking/formal_names.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    found: dict[str, tuple[str, ...]] = {}
    for code, _, names in rows:
        for name in names.split("; "):
            found[fold(name)] = (*found.get(fold(name), ()), code)
    return found
