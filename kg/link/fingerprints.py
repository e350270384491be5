"""What a thing is known by in the ledger: the names of named things, what its article says of others."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date

from kg.link.bodies import is_common, needs_article
from kg.link.footing import Footing
from kg.link.mentions import Book, Mention, MentionId
from kg.link.named import Known
from kg.link.normalise import normalise, normalise_person
from kg.model import Concept, Kind, Ref, Relation, Text
from kg.vocabulary import ID_KINDS

SEGMENT = {
    Kind.INSTITUTION: ID_KINDS["inst"],
    Kind.PERSON: ID_KINDS["person"],
    Kind.PLACE: ID_KINDS["place"],
    Kind.DELEGATION: ID_KINDS["deleg"],
    Kind.EVENT: ID_KINDS["event"],
    Kind.AGREEMENT: ID_KINDS["agr"],
    Kind.AGREEMENT_SET: ID_KINDS["agset"],
    Kind.ROLE: ID_KINDS["role"],
    Kind.FIGURE: ID_KINDS["figure"],
}
_TELLING = frozenset(
    (
        Relation.KIND,
        Relation.LOCATION,
        Relation.ORIGIN,
        Relation.SENT_BY,
        Relation.HOST,
        Relation.PARTICIPANT,
        Relation.START_DATE,
        Relation.PARTY,
        Relation.SIDE,
        Relation.SIZE,
        Relation.VALUE,
        Relation.HOLDER,
        Relation.ROLE_IN,
        Relation.REPRESENTS,
        Relation.TITLE,
    )
)


def fingerprints(
    book: Book, known: Known, footings: Mapping[MentionId, Footing]
) -> dict[MentionId, tuple[str, ...]]:
    """Return the fingerprints of every mention; mentions that share one are one thing."""
    found: dict[MentionId, tuple[str, ...]] = {}
    seen: Counter[str] = Counter()
    for mention in book.mentions.values():
        segment, names = SEGMENT[mention.entity.kind], _names(mention, known, footings)
        if names:
            found[mention.id] = tuple(f"{segment}:{_hash(*words)}" for words in names)
            continue
        told = f"{segment}:{mention.article.id}:{_hash(*_content(mention, book))}"
        seen[told] += 1
        # Two things of one article that it describes alike are told apart by their order in it.
        found[mention.id] = (told if seen[told] == 1 else f"{told}-{seen[told]}",)
    return found


def without_country(mention: Mention) -> str:
    """Return the fingerprint that an institution has while nobody says in which country it is."""
    return f"{SEGMENT[mention.entity.kind]}:{_hash(normalise(mention.entity.name), '')}"


def _names(mention: Mention, known: Known, footings: Mapping[MentionId, Footing]) -> list[tuple[str, ...]]:
    """Return what names a thing in every article alike; with the article where its name alone does not."""
    name = normalise(mention.entity.name)
    match mention.entity.kind:
        case Kind.PLACE:
            inside = sorted(known.places[t] for t in mention.refs(Relation.WITHIN) if t in known.places)
            own = (name, *inside) if inside else (name, "", mention.article.id)
            return [("gazetteer", known.places[mention.id])] if mention.id in known.places else [own]
        case Kind.INSTITUTION:
            own = _body(mention, name, footings[mention.id])
            slug = known.institutions.get(mention.id)
            return [own] if slug is None else [("registry", slug), own]
        case Kind.PERSON:
            return [(normalise_person(mention.entity.name), mention.article.id)]
        case _:
            return []


def _body(mention: Mention, name: str, footing: Footing) -> tuple[str, ...]:
    if is_common(name) and needs_article(mention, footing):
        return (name, footing.country, mention.article.id)
    inside = footing.place != footing.country
    return (name, footing.country, footing.place) if inside else (name, footing.country)


def _content(mention: Mention, book: Book) -> tuple[str, ...]:
    values = sorted(
        f"{fact.relation} {_plain(mention, fact.value, book)}"
        for relation in _TELLING
        for fact in mention.facts_of(relation)
    )
    return (normalise(mention.entity.name), *values)


def _plain(mention: Mention, value: object, book: Book) -> str:
    match value:
        case Ref(key):
            return normalise(book.mentions[mention.article.id, key].entity.name)
        case Concept(name):
            return name
        case Text(text, _):
            return normalise(text)
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _hash(*words: str) -> str:
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:16]
