"""Readable names for paths: from English names where there are any, else from what is known and a hash."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from kg.gazetteer import place
from kg.link.deals import day_of
from kg.link.mentions import Mention, MentionId
from kg.link.named import places_in
from kg.link.normalise import normalise, normalise_person
from kg.link.occasions import Scene
from kg.model import Kind, Relation

LONGEST = 100
_PRINCIPALS = 2


def slugify(name: str) -> str:
    """Return a name in `[a-z0-9-]`, nothing when it has no Latin letter or digit worth keeping."""
    if re.search(
        r"[\u0370-\uffff]", unicodedata.normalize("NFKC", name).translate({0x2018: None, 0x2019: None})
    ):
        return ""
    text = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"['’‘.]", "", text)
    return cut(re.sub(r"[^a-z0-9]+", "-", text).strip("-"))


def cut(slug: str) -> str:
    """Return a slug of bearable length, cut between words."""
    return slug if len(slug) <= LONGEST else slug[: LONGEST + 1].rpartition("-")[0] or slug[:LONGEST]


def short_hash(text: str) -> str:
    """Return eight characters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def named_slug(mention: Mention, labels: Mapping[str, str], known: str | None) -> str:
    """Return the slug of an institution, person or place."""
    if known is not None:
        return known
    plain = normalise_person if mention.entity.kind is Kind.PERSON else str
    if slug := slugify(plain(labels.get("en", ""))) or slugify(plain(mention.entity.name)):
        return slug
    words = [record.slug for record in places_in(mention.entity.name)[:1]]
    kind = mention.concept(Relation.KIND) or mention.entity.kind.lower()
    return "-".join((*words, kind, short_hash(normalise(mention.entity.name))))


def described_slug(mention: Mention, scene: Scene, paths: Mapping[MentionId, str]) -> str:
    """Return the slug of a thing without a name, from its kind, its principals and its date."""
    match mention.entity.kind:
        case Kind.FIGURE:
            parts = [mention.article.id, str(mention.number(Relation.VALUE) or 0)]
        case Kind.ROLE:
            parts = [
                *_last(mention, paths, scene, Relation.HOLDER),
                *_last(mention, paths, scene, Relation.ROLE_IN, Relation.REPRESENTS),
            ]
        case Kind.DELEGATION:
            parts = _delegation(mention, scene, paths)
        case Kind.EVENT:
            parts = _event(mention, scene, paths)
        case _:
            parts = _deal(mention, scene, paths)
    slug = cut(re.sub(r"-+", "-", "-".join(part for part in parts if part)).strip("-"))
    return slug or f"{mention.entity.kind.lower()}-{short_hash(mention.article.id + mention.entity.key)}"


def _last(
    mention: Mention,
    paths: Mapping[MentionId, str],
    scene: Scene,
    *relations: Relation,
    limit: int = _PRINCIPALS,
) -> list[str]:
    found = {paths[root].rpartition("/")[2] for root in scene.roots(mention, *relations) if root in paths}
    return sorted(found)[:limit]


def _delegation(group: Mention, scene: Scene, paths: Mapping[MentionId, str]) -> list[str]:
    senders = _last(group, paths, scene, Relation.ORIGIN, Relation.SENT_BY, limit=1)
    name = slugify(group.entity.name) or "-".join((*senders, "delegation"))
    events = scene.book.sources(group.id, Relation.PARTICIPANT)
    where = sorted(
        {slug for event in events for slug in _last(event, paths, scene, Relation.LOCATION)}, key=_breadth
    )
    days = sorted(days[0] for event in events if (days := scene.interval(event)) is not None)
    return [name, *where[:1], f"{days[0]:%Y-%m}" if days else _issued(group)]


def _breadth(slug: str) -> tuple[int, str]:
    record = place(slug)
    return (("locality", "country", "province", "city").index(record.kind) if record else len(slug), slug)


def _event(event: Mention, scene: Scene, paths: Mapping[MentionId, str]) -> list[str]:
    days = scene.interval(event)
    precise = event.concept(Relation.DATE_PRECISION) in (None, "to-the-day")
    when = f"{days[0]:%Y-%m-%d}" if days and precise else f"{days[0]:%Y-%m}" if days else _issued(event)
    where = _last(event, paths, scene, Relation.LOCATION, limit=1)
    if event.entity.named and (name := slugify(event.entity.name)):
        return [name, when]
    who = _who(event, scene, paths)
    return [event.concept(Relation.KIND) or "event", *who, *(w for w in where if w not in who), when]


def _who(event: Mention, scene: Scene, paths: Mapping[MentionId, str]) -> list[str]:
    roots = scene.roots(event, Relation.PARTICIPANT, Relation.HOST)
    groups = [scene.book.mentions[r] for r in sorted(roots) if r in scene.book.mentions]
    names = [slugify(g.entity.name) for g in groups if g.entity.kind is Kind.DELEGATION and g.entity.named]
    others = {paths[g.id].rpartition("/")[2] for g in groups if g.entity.kind is not Kind.DELEGATION}
    return [*sorted(filter(None, names)), *sorted(others)][:_PRINCIPALS]


def _deal(deal: Mention, scene: Scene, paths: Mapping[MentionId, str]) -> list[str]:
    day = day_of(deal, scene)
    exact = "%Y-%m-%d" if deal.refs(Relation.SIGNED_AT) else "%Y-%m"
    when = format(day, exact) if day else _issued(deal)
    parties = _last(deal, paths, scene, Relation.PARTY, limit=3) or _last(deal, paths, scene, Relation.SIDE)
    if not parties:
        parties = [_nameless(deal, scene)]
    status = deal.concept(Relation.STATUS) if deal.entity.kind is Kind.AGREEMENT_SET else ""
    return [*parties, when, status or ""]


def _nameless(deal: Mention, scene: Scene) -> str:
    if name := slugify(deal.entity.name):
        return name
    sizes = (scene.book.mentions[figure].number(Relation.VALUE) for figure in deal.refs(Relation.SIZE))
    if (size := next((n for n in sizes if n is not None), None)) is not None:
        return f"{size}-agreements"
    return f"{deal.concept(Relation.KIND) or 'agreement'}-{short_hash(deal.article.id + deal.entity.name)}"


def _issued(mention: Mention) -> str:
    return f"{mention.article.published:%Y-%m}" if mention.article.published else ""
