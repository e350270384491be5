"""Stage 6, publish: what points to a thing, grouped and in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.publish.asking import Row, Value, quoted, rows, values
from kg.publish.labels import Labels, labels_of, name_of
from kg.publish.quotes import Quote, claims_naming, quote_of, sources_of
from kg.publish.site import Site
from kg.publish.statements import Shown, in_words, show
from kg.publish.terms import Text
from kg.vocabulary import KG

_IN = "SELECT DISTINCT ?s ?p WHERE { %s } ORDER BY ?p ?s LIMIT %d"
_STATUS = """SELECT ?x ?status ?day WHERE { %s OPTIONAL { ?x kg:status ?status }
  OPTIONAL { ?x kg:startDate|kg:attestedOn|kg:signedAt/kg:startDate ?day } }"""
INVERSE = {
    "party": "Agreements as a party",
    "side": "As one of the sides",
    "participant": "Took part in",
    "host": "Hosted",
    "member": "Member of",
    "head": "Led",
    "origin": "Delegations from here",
    "sentBy": "Delegations sent",
    "location": "Located here",
    "country": "In this country",
    "within": "Places within",
    "unitOf": "Units",
    "capitalOf": "Capital",
    "outcomeOf": "What came of this",
    "signedAt": "Signed there",
    "inSet": "Agreements in this set",
    "subsetOf": "Smaller sets within",
    "subEventOf": "What happened within",
    "holder": "Positions held",
    "roleIn": "People with a position here",
    "represents": "People in office for it",
    "size": "What this counts",
    "topic": "About this",
    "kind": "Of this kind",
    "status": "With this status",
}
_LITTLE = ("country", "kind", "topic", "status")
"""Where a thing is a mere attribute of the others; such groups come last."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that points here."""

    value: Shown
    statuses: tuple[Shown, ...]
    day: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The things that point here by one property."""

    title: str
    property: tuple[Text, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """All that points to a thing; `more` says that it was too much to list."""

    groups: tuple[Group, ...]
    more: bool


def incoming(site: Site, iri: str, *, scope: str) -> Incoming:
    """Return what points to a thing."""
    limit = site.limits.incoming
    found = rows(site.runner, _IN % (scope % f"?s ?p {quoted(iri)}", limit + 1))
    quotes = _quotes(site, iri) if found else {}
    return Incoming(_groups(site, found[:limit], quotes), more=len(found) > limit)


_Quotes = dict[tuple[str, str], list[Quote]]
"""The sentences of each subject and property."""


def _quotes(site: Site, iri: str) -> _Quotes:
    claims = claims_naming(site, iri)
    sources = sources_of(site, (claim.row["article"].text for claim in claims))
    texts = labels_of(site, {iri}).get(iri, ())
    found: _Quotes = {}
    for claim in claims:
        quote = quote_of(site, claim, sources[claim.row["article"].text], texts)
        found.setdefault((claim.row["s"].text, claim.predicate), []).append(quote)
    return found


def _groups(site: Site, found: Sequence[Row], quotes: _Quotes) -> tuple[Group, ...]:
    labels = labels_of(site, {row["p"].text for row in found})
    by_iri = {item.value.iri: item for item in items_of(site, [row["s"] for row in found])}
    by_property: dict[str, list[Item]] = {}
    for row in found:
        subject, predicate = row["s"].text, row["p"].text
        item = replace(by_iri[subject], quotes=tuple(quotes.get((subject, predicate), ())))
        by_property.setdefault(predicate, []).append(item)
    return tuple(
        Group(_title(predicate, labels), labels.get(predicate, ()), tuple(sorted(items, key=_by_name)))
        for predicate, items in sorted(by_property.items(), key=lambda pair: _place(pair[0]))
    )


def _by_name(item: Item) -> tuple[str, str]:
    return (item.value.texts[0][0].casefold(), item.value.iri)


def items_of(site: Site, things: Sequence[Value]) -> list[Item]:
    """Return things as items of a list, in the order given."""
    if not things:
        return []
    about = _about(site, {thing.text for thing in things})
    statuses = {status.text for pairs in about.values() for status, _ in pairs if status}
    labels = labels_of(site, {thing.text for thing in things} | statuses)
    return [_item(site, thing, about.get(thing.text, []), labels) for thing in things]


def _item(site: Site, thing: Value, pairs: Sequence[tuple[Value | None, str]], labels: Labels) -> Item:
    statuses = sorted({status for status, _ in pairs if status})
    day = min((day for _, day in pairs if day), default="")
    return Item(show(site, thing, labels), tuple(show(site, s, labels) for s in statuses), in_words(day))


def _about(site: Site, subjects: set[str]) -> dict[str, list[tuple[Value | None, str]]]:
    found: dict[str, list[tuple[Value | None, str]]] = {}
    for row in rows(site.runner, _STATUS % values("x", subjects)):
        day = row["day"].text if "day" in row else ""
        found.setdefault(row["x"].text, []).append((row.get("status"), day))
    return found


def _title(predicate: str, labels: Labels) -> str:
    return INVERSE.get(predicate.removeprefix(str(KG))) or f"Its {name_of(predicate, labels)} is this"


def _place(predicate: str) -> tuple[bool, int, str]:
    name = predicate.removeprefix(str(KG))
    order = list(INVERSE)
    return (name in _LITTLE, order.index(name) if name in INVERSE else len(order), predicate)
