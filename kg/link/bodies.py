"""Institutions by their names: one across articles where names say the same and places do not differ."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.gazetteer import country_of
from kg.link.clusters import Clusters, join_equal
from kg.link.footing import Footing, told_apart
from kg.link.mentions import Book, Mention, MentionId
from kg.link.name_parts import Parts, parts_of
from kg.link.named import Known, name_keys
from kg.link.normalise import acronym_of, is_acronym, is_generic
from kg.model import Kind


@dataclass(frozen=True, slots=True)
class Bodies:
    """All institutions of a build, and where they stand."""

    book: Book
    known: Known
    footings: Mapping[MentionId, Footing]

    def mentions(self) -> Sequence[Mention]:
        """Return every mention of an institution."""
        return self.book.of(Kind.INSTITUTION)


def join_institutions(clusters: Clusters, bodies: Bodies) -> None:
    """Join mentions of one institution: registry, names that say the same, acronyms once spelled out."""
    mentions, known = bodies.mentions(), bodies.known.institutions
    join_equal(clusters, ((known[m.id], m) for m in mentions if m.id in known))
    for mention in mentions:
        country = bodies.footings[mention.id].country
        if country and mention.id not in known:
            clusters.mark(mention.id, "country", country)
    _join_spellings(clusters, bodies)
    for group in _grouped((key, m) for m in mentions for key in _composed(m, bodies)).values():
        join_equal(clusters, zip(_identities(group, bodies), group, strict=True))
    for group in _grouped((key, m) for m in mentions for key in _sounding(m, bodies)).values():
        _join_languages(clusters, group, bodies)
    _join_acronyms(clusters, mentions, bodies)


def _grouped(keyed: Iterable[tuple[Hashable, Mention]]) -> Mapping[Hashable, list[Mention]]:
    groups: defaultdict[Hashable, list[Mention]] = defaultdict(list)
    for key, mention in keyed:
        groups[key].append(mention)
    return groups


def _join_spellings(clusters: Clusters, bodies: Bodies) -> None:
    """Join mentions whose names, or other full forms of them, are spelled alike."""
    names = name_keys(bodies.book)
    groups = _grouped((name, m) for m in bodies.mentions() for name in names[m.id])
    for name, group in groups.items():
        join_equal(clusters, zip(_spelled(str(name), group, bodies), group, strict=True))


def _spelled(name: str, group: list[Mention], bodies: Bodies) -> list[Hashable]:
    """Return what mentions of one name must share to be one body."""
    slugs = {m.id: slug for m in group if (slug := bodies.known.institutions.get(m.id))}
    found: list[Hashable] = []
    for mention, identity in zip(group, _identities(group, bodies), strict=True):
        if mention.id in slugs:
            found.append(("registry", slugs[mention.id]))
        elif is_common(name) and needs_article(mention, bodies.footings[mention.id]):
            found.append((mention.article.id,))
        elif len(set(slugs.values())) == 1 and not identity:
            found.append(("registry", min(slugs.values())))
        else:
            found.append(identity)
    return found


_QUARTERS = frozenset(
    ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "central")
)

_WORLD = frozenset(("world", "organization"))
"""What there is once: the World Health Organization."""


@lru_cache(maxsize=200_000)
def is_common(name: str) -> bool:
    """Tell whether many bodies may have a normalised name: it has no word of its own and no place."""
    parts = parts_of(name)
    return is_generic(name) or not (parts.own or parts.places or parts.heads & (_QUARTERS | _WORLD))


def needs_article(mention: Mention, footing: Footing) -> bool:
    """Tell whether a name that many bodies have says too little to be looked for in other articles."""
    heads = parts_of(mention.entity.name).heads
    return not footing.country or (footing.place == footing.country and is_local(heads))


_LOCAL = frozenset(
    ("hospital", "clinic", "school", "primary-school", "middle-school", "kindergarten", "library", "museum",
     "theater", "station", "university", "institute", "laboratory", "court", "police", "embassy",
     "consulate", "airport", "port", "center", "first", "second", "third", "fourth", "fifth", "sixth")
)  # fmt: skip


def is_local(heads: frozenset[str]) -> bool:
    """Tell whether a country has many bodies that are called no more than so."""
    return bool(_LOCAL & heads)


def _identities(group: list[Mention], bodies: Bodies) -> list[str]:
    apart = told_apart({m.id: bodies.footings[m.id] for m in group})
    levels = {level for m in group if (level := parts_of(m.entity.name).level)}
    several = len(levels) > 1
    return [f"{apart[m.id]} {parts_of(m.entity.name).level if several else ''}".strip() for m in group]


def _composed(mention: Mention, bodies: Bodies) -> Iterator[tuple[Hashable, ...]]:
    """Yield what names of one language share that say the same in another order or in a shorter form."""
    parts = parts_of(mention.entity.name)
    where = _region(mention, parts, bodies)
    if not parts.heads or not (parts.own or where):
        return
    own = parts.own if parts.chinese else tuple(sorted(set(parts.order) - parts.heads - parts.places))
    # So few words mean another thing the other way round: Washington University, University of Washington.
    order = parts.order if not parts.chinese and len(parts.heads) == 1 else ()
    yield (parts.chinese, own, parts.heads, order, where)


def _region(mention: Mention, parts: Parts, bodies: Bodies) -> str:
    """Return the place that stands for a name's own word where it has none, such as Shanxi."""
    footing = bodies.footings[mention.id]
    told = not parts.own and (parts.places or not needs_article(mention, footing))
    return footing.place if told else ""


def _sounding(mention: Mention, bodies: Bodies) -> Iterator[tuple[Hashable, ...]]:
    """Yield what a name and its Chinese counterpart share: the sound of its own word, and what it is."""
    parts = parts_of(mention.entity.name)
    where = _region(mention, parts, bodies)
    once = parts.heads >= _WORLD
    if parts.loose and (parts.sound or (not parts.own and (where or once))):
        yield (parts.sound, parts.loose, where)


def _join_languages(clusters: Clusters, group: list[Mention], bodies: Bodies) -> None:
    """Join names in two languages that sound and mean the same, unless one side may be two bodies."""
    sides: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention, identity in zip(group, _identities(group, bodies), strict=True):
        sides[identity].append(mention)
    for mentions in sides.values():
        chinese = [m for m in mentions if parts_of(m.entity.name).chinese]
        latin = [m for m in mentions if not parts_of(m.entity.name).chinese]
        own = {parts_of(m.entity.name).own for m in chinese}
        if len(own) == 1 and latin and len(clusters.roots(m.id for m in latin)) == 1:
            join_equal(clusters, (("", m) for m in (latin[0], *chinese)))


def _join_acronyms(clusters: Clusters, mentions: Sequence[Mention], bodies: Bodies) -> None:
    """Join a bare acronym to the one body that articles spell it out for, if there is only one."""
    spelled: defaultdict[str, list[Mention]] = defaultdict(list)
    bare: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        name = mention.entity.name
        if is_acronym(name):
            bare[name.replace(".", "")].append(mention)
            continue
        for alias in mention.entity.aliases:
            if is_acronym(alias) and acronym_of(name).startswith(alias[0]):
                spelled[alias.replace(".", "")].append(mention)
    for acronym, group in bare.items():
        full = spelled.get(acronym, [])
        if full and len(clusters.roots(m.id for m in full)) == 1:
            where = set().union(*(_countries(m, bodies) for m in full))
            told = {m.id: _countries(m, bodies) for m in group}
            fits = [m for m in group if not where or not told[m.id] or where & told[m.id]]
            join_equal(clusters, (("", m) for m in [full[0], *fits]))


def _countries(mention: Mention, bodies: Bodies) -> frozenset[str]:
    """Return the country of a body; where its article does not tell it, those that the article speaks of."""
    if own := bodies.footings[mention.id].country:
        return frozenset({own})
    places = bodies.book.of_article(mention.article.id, Kind.PLACE)
    records = (country_of(bodies.known.places.get(m.id, "")) for m in places)
    return frozenset(record.slug for record in records if record is not None)
