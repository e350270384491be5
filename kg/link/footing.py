"""Where an institution stands, as far as its article or its name says: what tells two of one name apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.gazetteer import country_of, place, within_chain
from kg.link.beside_name import places_beside
from kg.link.mentions import Book, Mention, MentionId
from kg.link.name_parts import Parts, parts_of
from kg.link.normalise import normalise
from kg.model import Kind, Relation

_ABROAD = frozenset(("embassy", "consulate", "delegation"))
"""What stands elsewhere than the place in its name."""
_ANYWHERE = frozenset(
    ("company", "group", "bank", "foundation", "ministry", "airline", "insurance", "news", "newspaper",
     "television", "association", "federation", "commission", "council", "motor", "software", "telecom",
     "government", "parliament", "securities", "shipping", "steel", "mining")
)  # fmt: skip
"""What is found at many places in its country; a hospital or a school is where it is."""


_OF_CHINA = frozenset(("commission", "bureau", "office"))


@dataclass(frozen=True, slots=True)
class Footing:
    """The place of one mention."""

    country: str = ""
    place: str = ""
    """The most exact place that tells the body apart: a gazetteer's slug, or a name after `?`."""

    @property
    def above(self) -> frozenset[str]:
        """Return the place and all that hold it."""
        return _above(self.country, self.place)

    def meets(self, other: "Footing") -> bool:
        """Tell whether both can be said of one body."""
        if not self.place or not other.place:
            return not self.country or not other.country or self.country == other.country
        return self.place in other.above or other.place in self.above


@lru_cache(maxsize=100_000)
def _above(country: str, place: str) -> frozenset[str]:
    chain = {record.slug for record in within_chain(place)}
    return frozenset({place, country, *chain} - {""})


def footings(book: Book, places: Mapping[MentionId, str]) -> dict[MentionId, Footing]:
    """Return where every institution stands."""
    return {m.id: _footing(m, book, places) for m in book.of(Kind.INSTITUTION)}


def _footing(mention: Mention, book: Book, places: Mapping[MentionId, str]) -> Footing:
    parts = parts_of(mention.entity.name)
    stated = _stated(mention, book, places)
    if not _ABROAD & parts.heads:
        named = set(parts.regions or parts.places)
        if named and (not parts.own or not stated):
            stated = named
    country = _country(stated, parts)
    exact = _narrowest(stated) if not _ANYWHERE & parts.heads or (not parts.own and parts.regions) else ""
    return Footing(country, exact or country)


def _stated(mention: Mention, book: Book, places: Mapping[MentionId, str]) -> set[str]:
    """Return the places at which the article puts a body or what it is a part of; unknown ones after `?`."""
    own = mention.refs(Relation.LOCATION)
    parents = mention.refs(Relation.UNIT_OF)
    found = own or [t for parent in parents for t in book.mentions[parent].refs(Relation.LOCATION)]
    told = [book.mentions[target] for target in found if target in book.mentions]
    if not told and mention.entity.evidence:
        return places_beside(mention, _occasions(mention, book, places))
    names = {
        m.id: places.get(m.id) or f"?{normalise(m.entity.name)}" for m in told if m.entity.kind is Kind.PLACE
    }
    # One character alone, such as that for America, is a short form that tells too little.
    return {name for name in names.values() if len(name) > len("?x")}


def _occasions(mention: Mention, book: Book, places: Mapping[MentionId, str]) -> frozenset[str]:
    """Return where events of the article happened."""
    targets = (
        t for event in book.of_article(mention.article.id, Kind.EVENT) for t in event.refs(Relation.LOCATION)
    )
    return frozenset(places[target] for target in targets if target in places)


def _country(stated: Iterable[str], parts: Parts) -> str:
    found = {c.slug for slug in stated if (c := country_of(slug)) is not None}
    if not found and not _ABROAD & parts.heads:
        found = {c.slug for slug in parts.places if (c := country_of(slug)) is not None}
    if not found and parts.chinese and "state" in parts.heads and _OF_CHINA & parts.heads:
        # A report in Chinese says of which other country a state commission is.
        return "china"
    return min(found) if len(found) == 1 else ""


def _narrowest(stated: set[str]) -> str:
    """Return the one place that all others hold; nothing when there are several."""
    outer = {record.slug for slug in stated for record in within_chain(slug)}
    inner = {slug for slug in stated - outer if slug.startswith("?") or place(slug) is not None}
    known = {slug for slug in inner if not slug.startswith("?")}
    exact = known if known and any(_is_city(slug) for slug in known) else inner
    return min(exact) if len(exact) == 1 else ""


def _is_city(slug: str) -> bool:
    record = place(slug)
    return record is not None and record.kind == "city"


def told_apart(standing: Mapping[MentionId, Footing]) -> dict[MentionId, str]:
    """Return for mentions of one name what those of one body share: their place, where several are told.

    Who only tells a larger place, or none, goes with the one place inside it, if it is the only one.
    """
    exact = {footing.place for footing in standing.values() if footing.place}
    outer = {up for footing in standing.values() for up in footing.above if up != footing.place}
    leaves = frozenset(exact - outer)
    if len(leaves) <= 1:
        return dict.fromkeys(standing, "")
    holding: defaultdict[str, set[str]] = defaultdict(set)
    for footing in (*standing.values(), *(Footing("", leaf) for leaf in leaves)):
        if footing.place in leaves:
            for up in footing.above:
                holding[up].add(footing.place)
    return {mention: _leaf(footing, holding, leaves) for mention, footing in standing.items()}


def _leaf(footing: Footing, holding: Mapping[str, set[str]], leaves: frozenset[str]) -> str:
    if footing.place in leaves:
        return footing.place
    fitting = holding.get(footing.place, set()) if footing.place else leaves
    return next(iter(fitting)) if len(fitting) == 1 else footing.place
