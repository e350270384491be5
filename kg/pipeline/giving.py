"""Giving back to Wikidata: accepted facts as QuickStatements for a person to run; nothing is sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kg.errors import StateError, StoreError
from kg.release import current
from kg.store import open_read_only, rows
from kg.vocabulary import CATALOG, WD, Names

LEDGER = "given.tsv"
_HEADER = "line\trelease"
PROPERTIES: Mapping[str, tuple[str, str]] = {
    "unitOf": ("P749", "parent organization"),
    "location": ("P131", "located in the administrative territorial entity"),
    "roleIn": ("P1416", "affiliation"),
}
"""What we say, and the property that says it there; a role is said of its holder."""
# The fact must hold in the consolidated view, both ends must have their item, and an article that is no
# fiction and stands on the web must claim it.
_ASKED = """SELECT DISTINCT ?from ?to ?url WHERE {
  %(pattern)s
  ?subject schema:sameAs ?from . ?o schema:sameAs ?to
  GRAPH ?g {
    ?claim rdf:subject ?s ; rdf:predicate kg:%(relation)s ; rdf:object ?o ;
      kg:confidence ?c ; kg:review ?review ; kg:supportedBy/kg:source ?article
    FILTER(?c >= %(least)s && ?review != kgv:rejected)
  }
  GRAPH <%(catalog)s> {
    ?article schema:url ?url
    FILTER NOT EXISTS { ?article schema:genre "fictional"@en }
  }
} ORDER BY ?from ?to ?url"""
_PATTERNS = {
    "unitOf": "?s a kg:Institution ; kg:unitOf ?o . BIND(?s AS ?subject)",
    "location": "?s a kg:Institution ; kg:location ?o . ?o kg:kind ?kind . BIND(?s AS ?subject)"
    " FILTER(?kind IN (kgv:city, kgv:province))",
    "roleIn": "?s a kg:Role ; kg:roleIn ?o ; kg:holder ?subject .",
}


@dataclass(frozen=True, slots=True)
class Given:
    """The lines to run, and how many more wait."""

    lines: tuple[str, ...]
    left: int


def quickstatements(directory: Path, *, least: float, limit: int) -> Given:
    """Return lines for the current release that were not given out before, at most `limit` of them.

    Raises NotFoundError where there is no release, StateError where the ledger is damaged.
    """
    release = current(directory)
    names = Names(str(release.meta["base"]))
    done = _done(directory / "state" / LEDGER)
    store = open_read_only(release.store, prefixes=names.prefixes())
    try:
        lines: dict[str, None] = {}
        for relation in PROPERTIES:
            query = _ASKED % {
                "pattern": _PATTERNS[relation],
                "relation": relation,
                "least": f"{least:.4f}",
                "catalog": names.graph(CATALOG),
            }
            found = [{name: str(term) for name, term in row.items()} for row in rows(store, query)]
            lines |= dict.fromkeys(_lines(relation, found, release.as_of))
    finally:
        store.close()
    # What was given out is known by its statement: the date of a later release does not make it another one.
    wanted = [line for line in lines if _statement(line) not in done]
    return Given(tuple(wanted[:limit]), max(len(wanted) - limit, 0))


def _lines(relation: str, found: Iterable[Mapping[str, str]], retrieved: date) -> Iterator[str]:
    for row in found:
        one, other = (row[end].removeprefix(str(WD)) for end in ("from", "to"))
        if row["from"] == one or row["to"] == other or one == other:
            continue  # an item of another authority, or two things of ours with one item
        if any(mark in row["url"] for mark in '"|\t\n\r'):
            continue
        property_ = PROPERTIES[relation][0]
        day = f"+{retrieved.isoformat()}T00:00:00Z/11"
        yield "\t".join((one, property_, other, "S854", f'"{row["url"]}"', "S813", day))


def _statement(line: str) -> str:
    """Return item, property, value and source of a line."""
    return "\t".join(line.split("\t")[:5])


def _done(ledger: Path) -> set[str]:
    if not ledger.is_file():
        return set()
    found: set[str] = set()
    for number, line in enumerate(ledger.read_text(encoding="utf-8").splitlines(), start=1):
        if number > 1:
            statement, _, release = line.rpartition("\t")
            if statement.count("|") != 4 or not release:  # noqa: PLR2004  the five parts of a statement
                raise StateError(f"{ledger}, line {number}: not a line that was given out: {line[:80]!r}")
            found.add(statement.replace("|", "\t"))
    return found


def note_given(directory: Path, lines: Sequence[str]) -> None:
    """Note that lines were given out, so that the next ones follow; raise StoreError when that fails."""
    path = directory / "state" / LEDGER
    release = current(directory).id
    noted = "".join(f"{_statement(line).replace(chr(9), '|')}\t{release}\n" for line in lines)
    try:
        head = "" if path.is_file() else f"{_HEADER}\n"
        with path.open("a", encoding="utf-8") as ledger:
            ledger.write(head + noted)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
