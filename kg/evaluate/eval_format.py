"""Stage evaluate, its way in: findings in the form in which annotated articles are written."""

import re
from typing import Any

from kg.evaluate.dossier import Dossier, dossier
from kg.evaluate.grounds import each_told_by, told_by
from kg.gazetteer import candidates, country_of
from kg.model import DATE_LENGTHS, Entity, Evidence, Findings, Kind, Relation

INSTITUTION_TYPES = {
    "health-authority": "government",
    "trade-office": "government",
    "medical-school": "university",
    "university-office": "university",
    "research-centre": "research",
    "publisher": "company",
    "other-institution": "other",
}
"""Kinds that are called otherwise in an annotation; the rest keep their names."""
EVENT_TYPES = {"ceremony": "other"}
AGREEMENT_TYPES = {"memorandum": "MoU", "formal-agreement": "agreement"}
STATUSES = {"in-force": "signed", "ended": "signed"}
QUALIFIERS = {
    "exactly": "exact",
    "at-least": "at least",
    "at-most": "up to",
    "more-than": "more than",
    "planned-figure": "planned",
}
_SENTENCE_END = re.compile(r"\n|(?<=[.!?])[\"”’)]*\s+|(?<=[。！？])[”’）]*")
_VISITS = ("visit", "meeting")
_OFFICE = (Relation.ROLE_IN, Relation.REPRESENTS, Relation.TITLE)


def to_eval(findings: Findings) -> dict[str, Any]:
    """Return an article's findings as an annotator would write them."""
    book = dossier(findings)
    agreements = [*book.of_kind(Kind.AGREEMENT), *book.of_kind(Kind.AGREEMENT_SET)]
    return {
        "id": findings.article.id,
        "language": findings.article.language.split("-")[0],
        "institutions": [_institution(book, e) for e in book.of_kind(Kind.INSTITUTION) if e.named],
        "persons": [_person(book, e) for e in book.of_kind(Kind.PERSON) if e.named],
        "places": [_place_item(book, e) for e in book.of_kind(Kind.PLACE) if _written(book, e)],
        "events": [
            _event(book, e)
            for e in book.of_kind(Kind.EVENT)
            if book.concept(e.key, Relation.KIND) != "statement"
        ],
        "delegations": [_delegation(book, e) for e in book.of_kind(Kind.DELEGATION)],
        "agreements": [_agreement(book, e) for e in agreements],
        "counts": [_count(book, e) for e in book.of_kind(Kind.FIGURE)],
    }


def _item(book: Dossier, entity: Entity, values: dict[str, Any], by: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are there, with the words that introduce the entity and the rules behind it."""
    quote = _quote(book, entity)
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    grounds = {name: told for name, told in by.items() if told}
    return {**given, "quote": book.text[quote.start : quote.end], **({"by": grounds} if grounds else {})}


def _place_item(book: Dossier, entity: Entity) -> dict[str, Any]:
    return _item(book, entity, {"name": entity.name}, {"item": told_by(book, entity.key, Relation.KIND)})


def _written(book: Dossier, place: Entity) -> bool:
    """Return whether the text has a place's name, and not only an adjective of it."""
    return place.named and any(name in book.text for name in (place.name, *place.aliases))


def _institution(book: Dossier, entity: Entity) -> dict[str, Any]:
    kind = book.concept(entity.key, Relation.KIND) or "other-institution"
    values = {
        "name": entity.name,
        "type": INSTITUTION_TYPES.get(kind, kind),
        "country": _country(book, entity.key, frozenset()),
        "aliases": list(entity.aliases),
    }
    return _item(book, entity, values, {"item": told_by(book, entity.key, Relation.KIND)})


def _person(book: Dossier, entity: Entity) -> dict[str, Any]:
    values: dict[str, Any] = {"name": entity.name, "aliases": list(entity.aliases)}
    by: dict[str, Any] = {}
    for role in _offices(book, entity)[:1]:
        values["role"] = "; ".join(book.words(role.key, Relation.TITLE))
        bodies = book.names(role.key, Relation.ROLE_IN) or book.names(role.key, Relation.REPRESENTS)
        values["affiliation"] = "; ".join(bodies)
        by["role"] = told_by(book, role.key, *_OFFICE)
    return _item(book, entity, values, by)


def _offices(book: Dossier, person: Entity) -> list[Entity]:
    """Return a person's roles, those first that are told to be somewhere."""
    roles = book.sources(person.key, Relation.HOLDER)
    return sorted(roles, key=lambda role: not book.about(role.key, Relation.ROLE_IN, Relation.REPRESENTS))


def _event(book: Dossier, entity: Entity) -> dict[str, Any]:
    kind = book.concept(entity.key, Relation.KIND) or "other"
    sides = (Relation.PARTICIPANT, Relation.HOST, Relation.SIDE)
    values = {
        "type": EVENT_TYPES.get(kind, kind),
        "name": entity.name if entity.named else None,
        "start": _day(book, entity.key, Relation.START_DATE),
        "end": _day(book, entity.key, Relation.END_DATE),
        "place": _place(book, entity.key),
        "participants": _participants(book, book.others(entity.key, *sides)),
        "status": book.concept(entity.key, Relation.STATUS),
    }
    by = {
        "item": told_by(book, entity.key, Relation.STATUS, Relation.KIND),
        "start": told_by(book, entity.key, Relation.START_DATE),
        # Whether the body that is visited takes part is annotated now so, now so: nothing to learn from.
        "participants": each_told_by(book, entity.key, (Relation.PARTICIPANT, Relation.SIDE), _behind),
    }
    return _item(book, entity, values, by)


def _participants(book: Dossier, others: list[Entity]) -> list[str]:
    return list(dict.fromkeys(name for other in others for name in _behind(book, other)))


def _behind(book: Dossier, other: Entity) -> list[str]:
    """Return who takes part; for a delegation its head and who sent it, or else whence it comes."""
    behind = book.names(other.key, Relation.SENT_BY, Relation.HEAD)
    behind = behind or book.names(other.key, Relation.ORIGIN)
    return (behind if other.kind is Kind.DELEGATION else []) or [other.name]


def _delegation(book: Dossier, entity: Entity) -> dict[str, Any]:
    heads = book.names(entity.key, Relation.HEAD)
    members = book.names(entity.key, Relation.MEMBER)
    values = {
        "name": entity.name,
        "from": "; ".join(book.names(entity.key, Relation.ORIGIN, Relation.SENT_BY)),
        "head": "; ".join(heads),
        "members": [name for name in members if name not in heads],
        "visited": _visited(book, entity),
    }
    by = {
        "item": told_by(book, entity.key, Relation.ORIGIN, Relation.SENT_BY),
        "head": each_told_by(book, entity.key, (Relation.HEAD,)),
        "members": each_told_by(book, entity.key, (Relation.MEMBER,)),
    }
    return _item(book, entity, values, by)


def _agreement(book: Dossier, entity: Entity) -> dict[str, Any]:
    kind = book.concept(entity.key, Relation.KIND)
    status = book.concept(entity.key, Relation.STATUS)
    values: dict[str, Any] = {
        "name": entity.name,
        "type": AGREEMENT_TYPES.get(kind or "", kind),
        "parties": book.names(entity.key, Relation.PARTY, Relation.SIDE),
        "subject": "; ".join(book.words(entity.key, Relation.SUBJECT_MATTER)),
        "status": STATUSES.get(status or "", status),
    }
    by: dict[str, Any] = {
        "item": told_by(book, entity.key, Relation.STATUS, Relation.KIND),
        "parties": each_told_by(book, entity.key, (Relation.PARTY, Relation.SIDE)),
    }
    for signing in [*book.others(entity.key, Relation.SIGNED_AT), *_planned_signing(book, entity)][:1]:
        values["date"] = _day(book, signing.key, Relation.START_DATE)
        values["place"] = _place(book, signing.key)
        by["date"] = told_by(book, signing.key, Relation.START_DATE)
    return _item(book, entity, values, by)


def _planned_signing(book: Dossier, agreement: Entity) -> list[Entity]:
    """Return the acts of signing of which a planned agreement is to come."""
    if book.concept(agreement.key, Relation.STATUS) != "planned":
        return []
    events = book.others(agreement.key, Relation.OUTCOME_OF)
    return [e for e in events if book.concept(e.key, Relation.KIND) == "signing"]


def _count(book: Dossier, entity: Entity) -> dict[str, Any]:
    qualifier = book.concept(entity.key, Relation.QUALIFIER) or "exactly"
    values = {
        "what": entity.name,
        "value": book.number(entity.key, Relation.VALUE),
        "qualifier": QUALIFIERS.get(qualifier, qualifier),
    }
    return _item(book, entity, values, {"item": told_by(book, entity.key, Relation.VALUE)})


def _visited(book: Dossier, delegation: Entity) -> list[str]:
    """Return whom and what a delegation called on, itself left out."""
    names: list[str] = []
    for event in book.sources(delegation.key, Relation.PARTICIPANT, Relation.HOST):
        if book.concept(event.key, Relation.KIND) in _VISITS:
            names += book.names(event.key, Relation.HOST, Relation.LOCATION)
    return [name for name in dict.fromkeys(names) if name != delegation.name]


def _place(book: Dossier, event: str) -> str:
    """Return where an event is; of a body's premises only the body may be known."""
    names = book.names(event, Relation.LOCATION)
    hosts = [e.name for e in book.others(event, Relation.HOST) if e.kind is Kind.INSTITUTION]
    return "; ".join(names or hosts[:1])


def _day(book: Dossier, event: str, relation: Relation) -> str | None:
    """Return a date cut to what the article says of it."""
    day = book.day(event, relation)
    precision = book.concept(event, Relation.DATE_PRECISION) or "to-the-day"
    return day.isoformat()[: DATE_LENGTHS.get(precision)] if day else None


def _country(book: Dossier, key: str, seen: frozenset[str]) -> str | None:
    """Return the English name of the country that the statements lead to, through units and larger places."""
    if key in seen or key not in book.entities:
        return None
    entity = book.entities[key]
    steps = (Relation.LOCATION, Relation.CAPITAL_OF, Relation.WITHIN, Relation.UNIT_OF)
    above = (_country(book, other.key, seen | {key}) for other in book.others(key, *steps))
    found = next((name for name in above if name), None)
    if found or entity.kind is not Kind.PLACE:
        return found
    countries = {record.slug: country_of(record.slug) for record in candidates(entity.name)}
    names = {country.names["en"] for country in countries.values() if country}
    own = entity.name if book.concept(key, Relation.KIND) == "country" else None
    return names.pop() if len(names) == 1 else own


def _quote(book: Dossier, entity: Entity) -> Evidence:
    """Return the longest evidence around the words that introduce an entity, findable by its words."""
    stated = [e for fact in book.facts.get(entity.key, ()) for e in fact.evidence]
    first = min(entity.evidence or stated, default=Evidence(0, 0))
    around = [e for e in (first, *stated) if e.start <= first.start and first.end <= e.end]
    best = min(around, key=lambda e: (e.start - e.end, e.start))
    # A reader who looks the words up finds their first place, so a phrase that stands twice must grow.
    return best if book.text.find(book.text[best.start : best.end]) == best.start else _sentence(book, best)


def _sentence(book: Dossier, evidence: Evidence) -> Evidence:
    start = max((m.end() for m in _SENTENCE_END.finditer(book.text, 0, evidence.start)), default=0)
    found = _SENTENCE_END.search(book.text, evidence.end)
    end = len(book.text[: found.start() if found else len(book.text)].rstrip())
    return Evidence(start, max(evidence.end, end))
