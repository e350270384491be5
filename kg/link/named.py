"""Things with names: places, institutions and persons that articles speak of.

Places go through the gazetteer, institutions through their names and the registry, persons through a name and
a second fact.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.gazetteer import PlaceRecord, Registry, candidates, country_of, demonym, lookup, within_chain
from kg.link.clusters import Clusters, join_equal
from kg.link.mentions import Book, Mention, MentionId
from kg.link.normalise import is_full_alias, normalise
from kg.model import Kind, Relation

_WORDS = 3
_CONTESTED = frozenset(
    (("taiwan", "china"), ("kosovo", "serbia"), ("palestine", "israel"), ("israel", "palestine"))
)
"""A place in the first that an article puts in the second is still the same place."""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Known:
    """Which mentions are places of the gazetteer or institutions of the registry, by slug."""

    places: Mapping[MentionId, str]
    institutions: Mapping[MentionId, str]


def known_places(book: Book) -> dict[MentionId, str]:
    """Return the gazetteer's place of each mention that is one."""
    by_article: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in book.of(Kind.PLACE):
        by_article[mention.article.id].append(mention)
    found: dict[MentionId, str] = {}
    for mentions in by_article.values():
        around = {record.slug for mention in mentions for record in candidates(mention.entity.name)[:1]}
        for mention in mentions:
            if (record := _place_of(mention, around, book)) is not None:
                found[mention.id] = record.slug
    return found


def _place_of(mention: Mention, around: set[str], book: Book) -> PlaceRecord | None:
    names = (mention.entity.name, mention.entity.name.split(",")[0], *mention.entity.aliases)
    records = next((found for name in names if (found := candidates(name))), ())
    stated = {
        record.slug
        for target in mention.refs(Relation.WITHIN, Relation.CAPITAL_OF)
        if (record := lookup(book.mentions[target].entity.name)) is not None
    }
    regions = {r.slug: {p.slug for p in within_chain(r.slug) if p.kind != "country"} for r in records}
    for near in (stated, around):
        if fitting := [r for r in records if near & regions[r.slug]]:
            return fitting[0]
    if inside := [r for r in records if stated & {p.slug for p in within_chain(r.slug)}]:
        return inside[0]
    # A namesake that lies in another country is another place, unknown to the gazetteer.
    elsewhere = stated and not any(_compatible(record, slug) for record in records for slug in stated)
    records = () if elsewhere else records
    return records[0] if records else None


def _compatible(record: PlaceRecord, slug: str) -> bool:
    countries = [country_of(record.slug), country_of(slug)]
    own, other = (country.slug if country else "" for country in countries)
    return own == other or (own, other) in _CONTESTED


def join_places(clusters: Clusters, book: Book, known: Mapping[MentionId, str]) -> None:
    """Join mentions of one place of the gazetteer; others by name and the place they lie in."""
    places = book.of(Kind.PLACE)
    join_equal(clusters, ((known[m.id], m) for m in places if m.id in known))
    others = [m for m in places if m.id not in known]
    contexts = {m.id: _contexts(m, known) for m in others}
    join_equal(
        clusters, ((key, m) for m in others for key in _split(m, normalise(m.entity.name), contexts[m.id]))
    )


def _contexts(mention: Mention, known: Mapping[MentionId, str]) -> frozenset[str]:
    return frozenset(known[t] for t in mention.refs(Relation.WITHIN, Relation.CAPITAL_OF) if t in known)


def _split(mention: Mention, name: str, contexts: Iterable[str]) -> list[tuple[str, ...]]:
    found = sorted(contexts)
    own = ("", name, mention.article.id)
    return [own, *((name, context) for context in found)] if found else [own]


def known_institutions(book: Book, registry: Registry) -> dict[MentionId, str]:
    """Return the registry's institution of each mention that is one, by full names in any language."""
    index: dict[str, str] = {}
    for record in registry.institutions.values():
        for form in record.forms:
            index.setdefault(normalise(form), record.slug)
    found: dict[MentionId, str] = {}
    names = name_keys(book)
    for mention in book.of(Kind.INSTITUTION):
        slug = next((index[name] for name in names[mention.id] if name in index), None)
        if slug is not None:
            found[mention.id] = slug
    return found


def name_keys(book: Book) -> dict[MentionId, list[str]]:
    """Return the names by which each institution may be looked for elsewhere, its own name first.

    An alias that another institution of the article bears, or that is only a part of the full name (a
    school's name inside its office's), is nobody's.
    """
    mentions = book.of(Kind.INSTITUTION)
    owners: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for mention in mentions:
        for form in mention.forms:
            owners[mention.article.id, normalise(form)].add(normalise(mention.entity.name))
    keys: dict[MentionId, list[str]] = {}
    for mention in mentions:
        name = normalise(mention.entity.name)
        aliases = {normalise(a) for a in mention.entity.aliases if is_full_alias(a)}
        own = {a for a in aliases if len(owners[mention.article.id, a]) == 1 and a not in name}
        keys[mention.id] = [name, *sorted(own - {name})]
    return keys


def places_in(name: str) -> list[PlaceRecord]:
    """Return the places that a name contains, such as Shanxi in `Shanxi University`."""
    if _HAN.search(name):
        stems = (name[:length] for length in range(min(len(name) - 1, 8), 1, -1))
        return [record for stem in stems if (record := lookup(stem)) is not None][:1]
    words = re.sub(r"['’]s\b", "", name.replace(",", " ")).split()
    found: list[PlaceRecord] = []
    for size in range(_WORDS, 0, -1):
        for start in range(len(words) - size + 1):
            part = " ".join(words[start : start + size])
            if part != name and (record := lookup(part) or demonym(part)) is not None:
                found.append(record)
    return found
