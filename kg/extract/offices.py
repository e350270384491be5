"""Stage 2: state who holds what office, in which institution or for which place."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from kg.extract.happenings import Happening
from kg.extract.homeland import country_of_dateline, country_of_publisher, in_congress, only_country
from kg.extract.marks import RoleMention, Sort
from kg.extract.scene import Scene
from kg.extract.tables import table, words
from kg.extract.workplaces import leads, seat, workplace
from kg.model import Basis, Evidence, Kind, Ref, Relation, Text, Value


@cache
def official() -> frozenset[str]:
    """Return the titles that are held for a country or place where no institution is named."""
    return words(table("titles")["offices"])


@cache
def national() -> frozenset[str]:
    """Return the titles of those who govern a country."""
    return words(table("titles")["national"])


def _words(title: str) -> frozenset[str]:
    return frozenset(word.strip("-,()").lower() for word in title.split())


@dataclass(slots=True)
class Office:
    """What one person holds, by all the mentions that tell it."""

    person: str
    title: str
    body: str | None
    place: str | None
    mentions: list[RoleMention] = field(default_factory=list)
    inferred: bool = False
    """The place is that of the sentence: its country, or the only one of the article."""


def offices(scene: Scene, roles: Sequence[RoleMention]) -> list[Office]:
    """Return the offices of an article, each once, in the order of their first mention."""
    by_person: defaultdict[str, list[Office]] = defaultdict(list)
    for role in roles:
        person = scene.cast.of(role.person)
        if person is None:
            continue
        one = Office(person, role.title, *_held_in(scene, role), [role])
        _employ(scene, one)
        if role.title:
            by_person[person].append(one)
    united = [one for held in by_person.values() for one in _united(held)]
    for one in united:
        if one.body is None and one.place is None and _words(one.title) & national():
            one.place = scene.cast.country_before(one.mentions[0].start) or _homeland(scene, one)
            one.body = _ministry(scene, one) if one.place is None else None
            one.inferred = (one.body or one.place) is not None
        elif one.body is None and one.place is None:
            _infer_workplace(scene, one, united)
    return sorted(united, key=lambda one: one.mentions[0].start)


def of_delegations(scene: Scene, held: Sequence[Office]) -> None:
    """Give an office without a body the country whose delegation its holder leads or belongs to."""
    for one in held:
        if one.body is not None or one.place is not None or not _words(one.title) & official():
            continue
        for key in dict.fromkeys(scene.delegations.values()):
            people = [v for r in (Relation.HEAD, Relation.MEMBER) for v in scene.draft.values(key, r)]
            origins = [v.key for v in scene.draft.values(key, Relation.ORIGIN) if isinstance(v, Ref)]
            if Ref(one.person) in people and len(origins) == 1:
                one.place, one.inferred = origins[0], True


def _infer_workplace(scene: Scene, one: Office, held: Sequence[Office]) -> None:
    starts = [mention.start for mention in one.mentions if not mention.owner and mention.body is None]
    if _words(one.title) & {"mayor", "mayors", "councillor"}:
        one.place = next((place for at in starts if (place := seat(scene, at))), None)
    elif "governor" in _words(one.title):
        one.place = next((place for at in starts if (place := seat(scene, at, province=True))), None)
    else:
        taken = _taken(one, held)
        one.body = next((body for at in starts if (body := workplace(scene, one.title, at, taken))), None)
    one.inferred = (one.body or one.place) is not None


def _ministry(scene: Scene, one: Office) -> str | None:
    """Return the article's `Ministry of X` for its `Minister for X`."""
    office, _, matter = one.title.lower().replace(" of ", " for ", 1).partition(" for ")
    if office != "minister" or not matter:
        return None
    wanted = set(matter.split())
    named = {key: scene.draft.name(key).lower().split() for _, key, m in scene.cast.named() if m.kind}
    return next((k for k, n in named.items() if n[:2] == ["ministry", "of"] and set(n[2:]) == wanted), None)


def _taken(one: Office, held: Sequence[Office]) -> set[str]:
    """Return the institutions that somebody else leads under the same title, where each has one leader."""
    same = [o for o in held if o.person != one.person and o.title.lower() == one.title.lower()]
    return {o.body for o in same if o.body is not None} if leads(one.title) else set()


def _homeland(scene: Scene, one: Office) -> str | None:
    """Return the country of the dateline before the first mention, or the only one that the article names."""
    article = scene.draft.article
    name = country_of_dateline(article, one.mentions[0].start)
    if name is None and any(in_congress(article, mention.person.end) for mention in one.mentions):
        name = "United States"
    if name is not None:
        return scene.cast.place_called(name)
    bodies = [(m.start, m.end) for _, _, m in scene.cast.named() if m.sort is Sort.INSTITUTION]
    alone = only_country(article) or only_country(article, bodies)
    if alone is not None:
        return scene.cast.place_called(alone.name) or scene.cast.country(alone)
    name = country_of_publisher(article, one.mentions[0].start)
    return scene.cast.place_called(name) if name is not None else None


def _employ(scene: Scene, one: Office) -> None:
    if one.body is not None:
        scene.employers.setdefault(one.person, one.body)


def _held_in(scene: Scene, role: RoleMention) -> tuple[str | None, str | None]:
    """Return the institution, or else the place, for which a role is held."""
    body = role.body
    if body is None:
        return (_meant(scene, role), None) if role.owner else (None, None)
    key = scene.cast.of(body)
    if key is None:
        return None, None
    if scene.draft.kind(key) is Kind.INSTITUTION:
        return key, None
    official_ = bool(_words(role.title) & official())
    is_place = scene.draft.kind(key) is Kind.PLACE and body.sort in (Sort.PLACE, Sort.NATION)
    return (None, key) if official_ and is_place else (None, None)


def _meant(scene: Scene, role: RoleMention) -> str | None:
    """Return the institution that `its director` or `president of the foundation` speaks of."""
    key = (
        scene.cast.institution_before(role.start)
        if role.owner in ("its", "their")
        else scene.cast.definite(role.owner, role.start)
    )
    return key if key is not None and scene.draft.kind(key) is Kind.INSTITUTION else None


def _united(held: Sequence[Office]) -> list[Office]:
    """Return a person's offices, without those that only repeat a fuller one in fewer words."""
    kept: list[Office] = []
    plain = [o for o in held if o.title != "Professor" or o.body is not None]
    for one in sorted(plain or held, key=lambda o: (o.body is None, o.place is None, o.mentions[0].start)):
        same = next((k for k in kept if _repeats(one, k)), None)
        if same is None:
            kept.append(one)
        else:
            same.mentions += one.mentions
            if len(one.title) > len(same.title) and (one.body, one.place) == (same.body, same.place):
                same.title = one.title
    for one in kept:
        one.mentions.sort(key=lambda m: m.start)
    return kept


def _repeats(one: Office, other: Office) -> bool:
    """Tell whether an office is one already known: the words of one title stand in the other."""
    a, b = (set(title.lower().split()) for title in (one.title, other.title))
    if one.body is None and one.place is None:
        return a <= b or b <= a
    return (one.body, one.place) == (other.body, other.place) and (a <= b or b <= a)


def state(scene: Scene, held: Sequence[Office], happenings: Sequence[Happening]) -> None:
    """State the offices, and the day on which each is attested."""
    for one in held:
        where = scene.draft.name(one.body or one.place or "") if one.body or one.place else ""
        label = f"{scene.draft.name(one.person)}, {one.title}" + (f", {where}" if where else "")
        said: list[tuple[Relation, Value]] = [
            (Relation.HOLDER, Ref(one.person)),
            (Relation.TITLE, Text(one.title, scene.draft.article.language)),
        ]
        said += [(Relation.ROLE_IN, Ref(one.body))] if one.body else []
        said += [(Relation.REPRESENTS, Ref(one.place))] if one.place else []
        key = scene.draft.add(Kind.ROLE, label, [Evidence(m.start, m.end) for m in one.mentions], named=False)
        for mention in one.mentions:
            evidence = Evidence(mention.start, mention.end)
            for relation, value in said:
                if relation in _told(scene, one, mention):
                    scene.draft.state(key, relation, value, evidence, rule=mention.rule)
        if one.inferred:
            _infer(scene, key, one)
        _attested(scene, key, one, happenings)


def _infer(scene: Scene, key: str, one: Office) -> None:
    """State the country or institution that only what stands around a title tells."""
    first = Evidence(one.mentions[0].start, one.mentions[0].end)
    relation = Relation.ROLE_IN if one.body else Relation.REPRESENTS
    rule = "role-in-context" if one.body else "role-of-country"
    scene.draft.state(key, relation, Ref(one.body or one.place or ""), first, rule=rule, basis=Basis.INFERRED)


def _told(scene: Scene, one: Office, mention: RoleMention) -> frozenset[Relation]:
    """Return what one mention tells of an office: a shorter one may leave out where it is held."""
    told = {Relation.HOLDER}
    if mention.title == one.title:
        told.add(Relation.TITLE)
    body, place = _held_in(scene, mention)
    if body is not None and body == one.body:
        told.add(Relation.ROLE_IN)
    if place is not None and place == one.place:
        told.add(Relation.REPRESENTS)
    return frozenset(told)


def _attested(scene: Scene, key: str, one: Office, happenings: Sequence[Happening]) -> None:
    """State the day on which a role is attested: that of the event told with it, or that of the report."""
    for role in one.mentions:
        evidence = Evidence(role.start, role.end)
        for event in happenings:
            told = event.sentence.start <= role.start <= event.sentence.end
            there = told and one.person in {*event.who, *event.host} and event.status == "happened"
            if there and event.when is not None and event.when.start == event.when.end:
                scene.draft.state(
                    key, Relation.ATTESTED_ON, event.when.start, event.when_evidence or evidence,
                    rule=role.rule, basis=event.when.basis,
                )  # fmt: skip
                return
    published = scene.draft.article.published
    first = one.mentions[0]
    if published is not None:
        scene.draft.state(
            key, Relation.ATTESTED_ON, published, Evidence(first.start, first.end),
            rule=first.rule, basis=Basis.RESOLVED,
        )  # fmt: skip
