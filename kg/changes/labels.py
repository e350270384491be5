"""Stage 7, changes: what people call the things, properties and values that a change mentions."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from kg.changes.things import Value, statement_of, subject_of
from kg.vocabulary import KG, KGV

_RDFS, _SKOS = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/core#"
LABEL = _RDFS + "label"
TITLE = "http://purl.org/dc/terms/title"
ALSO = _SKOS + "altLabel"
NAMED_BY = (LABEL, _SKOS + "prefLabel", TITLE)
_VALUE, _QUALIFIER = str(KG.value), str(KG.qualifier)
_EXACT = {str(KGV.exactly), str(KGV["to-the-day"])}
_SITES = (
    ("http://www.wikidata.org/entity/", "Wikidata"),
    ("https://ror.org/", "ROR"),
    ("https://sws.geonames.org/", "GeoNames"),
    ("https://isni.org/isni/", "ISNI"),
)


class Labels:
    """Names by IRI; the English one where there is one, else the first by language."""

    def __init__(self) -> None:
        self._names: dict[str, Value] = {}
        self._values: dict[str, str] = {}
        self._qualifiers: dict[str, str] = {}

    def learn(self, lines: Iterator[bytes], wanted: Collection[str]) -> None:
        """Take from a graph what it calls the things that are wanted; what is known already stays."""
        subjects = {f"<{iri}>".encode() for iri in set(wanted) - self._names.keys() - self._values.keys()}
        told: dict[str, list[Value]] = {}
        for line in lines if subjects else ():
            if line.split(b" ", 1)[0] not in subjects:
                continue
            predicate, value = statement_of(line)
            if predicate in NAMED_BY:
                told.setdefault(subject_of(line), []).append(value)
            elif predicate == _VALUE:
                self._values[subject_of(line)] = value.text
            elif predicate == _QUALIFIER:
                self._qualifiers[subject_of(line)] = value.text
        self._names |= {iri: name_among(values) for iri, values in told.items()}

    def of(self, value: Value) -> str:
        """Return a value as a person reads it."""
        if not value.is_iri:
            return _day(value) if value.datatype.endswith("#date") else value.text
        if value.text in self._values:
            return self._figure(value.text)
        for start, site in _SITES:
            if value.text.startswith(start):
                return f"{site} {value.text.removeprefix(start)}"
        found = self._names.get(value.text)
        return found.text if found else short(value.text)

    def property(self, iri: str) -> str:
        """Return what a property is called."""
        return self.of(Value(iri, is_iri=True))

    def _figure(self, iri: str) -> str:
        qualifier = self._qualifiers.get(iri, "")
        known = self._names.get(iri)
        words = [] if not qualifier or qualifier in _EXACT else [short(qualifier).replace("-", " ")]
        return " ".join([*words, self._values[iri], *([known.text] if known else [])])


def name_among(values: Iterable[Value]) -> Value:
    """Return the name to use: the English one, else the first by language."""
    return min(values, key=lambda value: (value.language != "en", value.language, value.text))


def short(iri: str) -> str:
    """Return the end of an IRI, as a person would write it where there is no label."""
    return iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1] or iri


def _day(value: Value) -> str:
    try:
        when = date.fromisoformat(value.text)
    except ValueError:
        return value.text
    return f"{when.day} {when:%B} {when.year}"
