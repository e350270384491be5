"""What the articles that passed tell of each thing that an authority may have: names, place and sentences."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg.extract.sentences import sentence_around
from kg.gazetteer import Registry, country_of, place, within_chain
from kg.link.subjects import Sentence, Told
from kg.model import Article, Entity, Findings, Kind, Links, Ref, Relation
from kg.proposals import Subject

_KINDS = {Kind.INSTITUTION: "organization", Kind.PERSON: "person", Kind.PLACE: "place"}
_MOST_SENTENCES = 4
_LONGEST = 600
_WIDE = 500
_TOWARDS = {Relation.LOCATION, Relation.UNIT_OF, Relation.WITHIN}
"""What leads from a thing to the places it lies in."""


@dataclass(slots=True)
class _Heard:
    kind: Kind
    forms: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    sentences: list[Sentence] = field(default_factory=list)
    around: list[str] = field(default_factory=list)


def subjects_of(read: Sequence[Findings], links: Links, registry: Registry) -> list[Told]:
    """Return what is told of each institution, person and place, sorted by path."""
    heard: dict[str, _Heard] = {}
    outer: defaultdict[str, set[str]] = defaultdict(set)
    for findings in sorted(read, key=lambda each: each.article.id):
        kept: set[str] = set()
        for entity in findings.entities:
            if entity.kind in _KINDS:
                path = links.paths[findings.article.id, entity.key]
                _hear(heard.setdefault(path, _Heard(entity.kind)), findings.article, entity, path in kept)
                kept.add(path)
        for subject, target in _outward(findings):
            outer[links.paths[subject]].add(links.paths[target])
    return [_told(path, heard[path], links, registry, outer) for path in sorted(heard)]


def _hear(heard: _Heard, article: Article, entity: Entity, again: bool) -> None:  # noqa: FBT001  one call
    heard.forms |= {form for form in (entity.name, *entity.aliases) if form.strip()}
    heard.languages.add(article.language)
    # One sentence an article: several articles tell more than several sentences of one.
    if not again and entity.evidence and len(heard.sentences) < _MOST_SENTENCES:
        heard.sentences.append(_sentence(article, entity))
        heard.around.append(_around(article.text, entity.evidence[0].start))


def _sentence(article: Article, entity: Entity) -> Sentence:
    span = sentence_around(article.text, entity.evidence[0])
    words = article.text[entity.evidence[0].start : entity.evidence[0].end]
    start = max(span.start, entity.evidence[0].start - _LONGEST // 2)
    text = article.text[start : min(span.end, start + _LONGEST)]
    return Sentence(article.id, " ".join(text.split()), " ".join(words.split()))


def _around(text: str, at: int) -> str:
    """Return the paragraph in which something stands: the town is often told a sentence before."""
    start = max(text.rfind("\n", 0, at) + 1, at - _WIDE)
    end = text.find("\n", at)
    return " ".join(text[start : min(len(text) if end < 0 else end, at + _WIDE)].split())


def _outward(findings: Findings) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    article = findings.article.id
    known = {entity.key for entity in findings.entities}
    for fact in findings.facts:
        if (
            fact.relation in _TOWARDS
            and isinstance(fact.value, Ref)
            and {fact.subject, fact.value.key} <= known
        ):
            yield (article, fact.subject), (article, fact.value.key)


def _told(path: str, heard: _Heard, links: Links, registry: Registry, outer: Mapping[str, set[str]]) -> Told:
    labels = links.labels.get(path, {})
    name = labels.get("en") or min(labels.values(), default=min(heard.forms, default=""))
    slugs = _slugs(path, links, registry, outer)
    countries = {found.iso for slug in slugs if (found := country_of(slug)) is not None and found.iso}
    language = "en" if "en" in labels else min(heard.languages)
    subject = Subject(
        id=path,
        name=name,
        kind=_KINDS[heard.kind],
        country=min(countries) if len(countries) == 1 else "",
        places=_names(slugs, itself=links.records.get(path, "") if heard.kind is Kind.PLACE else ""),
        aliases=tuple(sorted((heard.forms | set(labels.values())) - {name})),
        context="\n".join(heard.around),
        language=language,
        ids=_ids(links.records.get(path, "")) if heard.kind is Kind.PLACE else {},
    )
    return Told(subject, tuple(heard.sentences))


def _slugs(path: str, links: Links, registry: Registry, outer: Mapping[str, set[str]]) -> list[str]:
    """Return the gazetteer's places that a thing is, lies in or is of, as far as that leads."""
    found: list[str] = []
    wanted, seen = [path], set[str]()
    while wanted:
        here = wanted.pop(0)
        if here in seen:
            continue
        seen.add(here)
        record = links.records.get(here, "")
        if here.startswith("place/") and place(record) is not None:
            found.append(record)
            continue
        if here.startswith("institution/"):
            found += [each.location for each in registry.chain(record) if each.location]
        wanted += sorted(outer.get(here, ()))
    return found


def _names(slugs: Sequence[str], *, itself: str) -> tuple[str, ...]:
    records = [
        record
        for slug in slugs
        for record in (place(slug), *within_chain(slug))
        if record is not None and record.slug != itself
    ]
    return tuple(dict.fromkeys(record.names["en"] for record in records))


def _ids(slug: str) -> dict[str, str]:
    record = place(slug)
    if record is None or not record.iso:
        return {}
    return {"iso3166-2" if "-" in record.iso else "iso3166": record.iso}
