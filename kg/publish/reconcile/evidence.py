"""Stage 6, publish: the values that candidates have, and whether they bear out those given."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kg.model import DATE_LENGTHS
from kg.publish.asking import Row, Value, is_safe, rows, values
from kg.publish.errors import ProblemError
from kg.publish.labels import labels_of
from kg.publish.reconcile.asked import Given, GivenValue
from kg.publish.reconcile.properties import Property
from kg.publish.site import Site
from kg.search import NameIndex, foreign_id, likeness

AGREES, CONTRADICTS = 90.0, 50.0
"""From where a value bears the candidate out, and below which it speaks against it."""
_MOST_ROWS = 20_000
_VALUES = """SELECT DISTINCT ?x ?o ?number ?precision WHERE {{ {things} ?x {path} ?o .
  OPTIONAL {{ ?o kg:value ?number }} OPTIONAL {{ ?x kg:datePrecision ?precision }} }}
  ORDER BY ?x ?o LIMIT {limit}"""
_WITH = "SELECT DISTINCT ?x WHERE {{ {objects} ?x {path} ?o }} ORDER BY ?x LIMIT {limit}"
_DAY = re.compile(r"\d{4}(-\d\d){0,2}")


@dataclass(frozen=True, slots=True)
class Held:
    """One value of a property."""

    value: Value
    number: Value | None = None
    """What a reported figure says."""
    day: str = ""
    """A date as exactly as it is known."""


def held(
    site: Site, known: Property, paths: Collection[str], *, wider: bool = False
) -> dict[str, list[Held]]:
    """Return the values of a property by path of the thing; `wider` adds where its places lie.

    Raises ProblemError (413) when there are too many to be told whole.
    """
    base = f"{site.names.base}id/"
    path = f"{known.path}/kg:within*" if wider and known.to == "Place" else known.path
    things = values("x", (base + each for each in paths))
    told = list(rows(site.runner, _VALUES.format(things=things, path=path, limit=_MOST_ROWS)))
    if len(told) >= _MOST_ROWS:
        raise ProblemError(413, "These are too many values at once; please ask for fewer things")
    found: dict[str, list[Held]] = {}
    for row in told:
        each = row["o"]
        if known.language and each.language != known.language:
            continue
        if known.scheme and not _has_scheme(each, known.scheme):
            continue
        found.setdefault(row["x"].text.removeprefix(base), []).append(_held(row))
    return found


def with_value(site: Site, known: Property, objects: Iterable[str], *, limit: int) -> list[str]:
    """Return the paths of the things that have one of our things as the value of a property."""
    base = f"{site.names.base}id/"
    inside = values("o", (base + each for each in objects))
    query = _WITH.format(objects=inside, path=known.path, limit=limit)
    found = (row["x"].text for row in rows(site.runner, query))
    return [iri.removeprefix(base) for iri in found if iri.startswith(base)]


def _held(row: Row) -> Held:
    value, number = row["o"], row.get("number")
    if not value.datatype.endswith("#date"):
        return Held(value, number)
    precision = row["precision"].text.rpartition("/")[2] if "precision" in row else ""
    return Held(value, number, value.text[: DATE_LENGTHS.get(precision)])


def _has_scheme(value: Value, scheme: str) -> bool:
    other = foreign_id(value.text)
    return other is not None and other.scheme == scheme


class Witness:
    """Compares values that a client gives with values that things have; remembers names it looked up."""

    def __init__(self, site: Site, index: NameIndex) -> None:
        self._site = site
        self._index = index
        self._names: dict[str, list[str]] = {}
        self._called: dict[str, set[str]] = {}

    def learn(self, found: Iterable[Held]) -> None:
        """Look up the names of the values that have any, all at once."""
        base = f"{self._site.names.base}id/"
        iris = {each.value.text for each in found if each.value.is_iri and is_safe(each.value.text)}
        new = sorted(iris - self._names.keys())
        for iri, texts in labels_of(self._site, new).items():
            self._names[iri] = [text for text, _ in texts]
        for iri in new:
            aliases = self._index.names_of(iri.removeprefix(base)) if iri.startswith(base) else []
            self._names[iri] = [*self._names.get(iri, ()), *aliases]

    def support(self, given: Given, found: Collection[Held]) -> float | None:
        """Return from 0 to 100 how well the values bear out those given; None where none can be compared."""
        if given.property is None:
            return None
        told = [one for one in given.values if one.text or one.id]
        scores = (self._compare(given.property, one, other) for one in told for other in found)
        return max((score for score in scores if score is not None), default=None)

    def _compare(self, known: Property, given: GivenValue, found: Held) -> float | None:
        if known.scheme:
            one = foreign_id(given.id or given.text)
            return 100.0 if one is not None and one == foreign_id(found.value.text) else 0.0
        if found.value.is_iri and found.number is None:
            return self._compare_thing(given, found.value.text)
        held = found.day or (found.number or found.value).text
        text = given.text or given.id
        if found.day:
            same = bool(_DAY.fullmatch(text[:10])) and (held.startswith(text[:10]) or text.startswith(held))
            return 100.0 if same else 0.0
        if (number := _number(held)) is not None:
            return 100.0 if number == _number(text) else 0.0
        return likeness(text, held, _alike).score

    def _compare_thing(self, given: GivenValue, iri: str) -> float | None:
        if meant := self._meant(given.id or given.text):
            return 100.0 if iri in meant else 0.0
        if not given.text or foreign_id(given.text):
            return None  # an id that no thing of ours is accepted as tells nothing
        return max(
            (likeness(given.text, name, _alike).score for name in self._names.get(iri, ())), default=0.0
        )

    def _meant(self, text: str) -> set[str]:
        if text not in self._called:
            paths = paths_called(self._site, self._index, text)
            self._called[text] = {f"{self._site.names.base}id/{path}" for path in paths}
        return self._called[text]


def paths_called(site: Site, index: NameIndex, text: str) -> list[str]:
    """Return the paths of the things whose id, ours or a foreign one, the text is."""
    path = text.removeprefix(f"{site.names.base}id/")
    path = site.edition.moved.get(path, path)
    if "/" in path and index.at(path):
        return [path]
    other = foreign_id(text)
    return [thing.path for thing in index.same_as(other)] if other else []


def gather(
    site: Site, wanted: Mapping[str, tuple[Property, Collection[str]]], *, wider: bool = False
) -> dict[str, dict[str, list[Held]]]:
    """Return by property and by path the values of several properties."""
    return {
        name: held(site, known, paths, wider=wider) if paths else {}
        for name, (known, paths) in wanted.items()
    }


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _alike(_: str) -> float:
    return 1.0
