"""Stage 6, publish: what can be asked or fetched of a thing: the ontology's properties and more."""

from collections.abc import Mapping
from dataclasses import dataclass

from kg.publish.terms import Term, Terms
from kg.search import CLASSES
from kg.vocabulary import KG


@dataclass(frozen=True, slots=True)
class Property:
    """Something that things have a value of."""

    id: str
    name: str
    description: str
    path: str
    """As a SPARQL property path."""
    classes: tuple[str, ...]
    to: str = ""
    """The class of its values, where they are things of ours."""
    scheme: str = ""
    """The data set of which its values are ids."""
    language: str = ""


_LABEL, _ALIAS, _SAME = "rdfs:label", "skos:altLabel", "schema:sameAs"
_BODIES = ("Delegation", "Institution", "Person")
_MORE = (
    Property("name_en", "name in English", "", _LABEL, CLASSES, language="en"),
    Property("name_zh", "name in Chinese", "", _LABEL, CLASSES, language="zh"),
    Property("alias", "other name", "Another name that it has in an article or register.", _ALIAS, CLASSES),
    Property("wikidata", "Wikidata item", "The accepted one.", _SAME, CLASSES, scheme="wikidata"),
    Property("ror", "ROR id", "The accepted one.", _SAME, ("Institution",), scheme="ror"),
    Property("geonames", "GeoNames id", "The accepted one.", _SAME, ("Place",), scheme="geonames"),
    Property("isni", "ISNI", "The accepted one.", _SAME, ("Institution", "Person"), scheme="isni"),
    Property("position", "position", "What a person was said to be.", "^kg:holder/kg:title", ("Person",)),
    Property("position_in", "position in", "Where a person held a position.", "^kg:holder/kg:roleIn",
             ("Person",), to="Institution"),
    Property("agreement", "agreement", "One that it is a party to, whatever became of it.", "^kg:party",
             ("Institution",), to="Agreement"),
    Property("event", "event", "One that it takes part in, whatever became of it.", "^kg:participant",
             _BODIES, to="Event"),
)  # fmt: skip


def properties_of(terms: Terms) -> dict[str, Property]:
    """Return every property by its id: the ontology's own in their order, then ours."""
    own = (_of_term(term) for term in terms.of_kind("property"))
    return {found.id: found for found in (*own, *_MORE) if found.classes}


def property_called(known: Mapping[str, Property], name: str) -> Property | None:
    """Return the property of an id, which may be written as an IRI or with our prefix."""
    return known.get(name.removeprefix(str(KG)).removeprefix("kg:"))


def class_called(name: str) -> str:
    """Return the class of an id, which may be written as an IRI or with our prefix; any other as it is."""
    return name.removeprefix(str(KG)).removeprefix("kg:")


def _of_term(term: Term) -> Property:
    links = dict(term.links)
    reached = {iri.removeprefix(str(KG)) for iri in links.get("to", ())} & set(CLASSES)
    return Property(
        id=term.iri.removeprefix(str(KG)),
        name=_english(term.labels),
        description=_english(term.definitions),
        path=f"<{term.iri}>",
        classes=tuple(sorted({iri.removeprefix(str(KG)) for iri in links.get("of", ())} & set(CLASSES))),
        to=min(reached, default="") if len(reached) == 1 else "",
    )


def _english(texts: tuple[tuple[str, str], ...]) -> str:
    return texts[0][0] if texts else ""
