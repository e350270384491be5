"""Which permanent path each thing has: the ledger's oldest, or a new one minted from its name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from kg.gazetteer import Registry, places
from kg.link.fingerprints import SEGMENT, without_country
from kg.link.ledger import Ledger
from kg.link.mentions import Mention, MentionId
from kg.link.occasions import Scene
from kg.link.slugs import described_slug, named_slug
from kg.link.verdicts import is_split
from kg.model import Kind

ORDER = (
    Kind.PLACE,
    Kind.INSTITUTION,
    Kind.PERSON,
    Kind.DELEGATION,
    Kind.EVENT,
    Kind.AGREEMENT,
    Kind.AGREEMENT_SET,
    Kind.ROLE,
    Kind.FIGURE,
)
"""What is named first lends its name to what comes later."""
NAMED = frozenset((Kind.PLACE, Kind.INSTITUTION, Kind.PERSON))


@dataclass(frozen=True, slots=True)
class Thing:
    """One cluster of mentions, on its way to a path."""

    root: MentionId
    mentions: tuple[Mention, ...]
    """In the order of publication."""
    fingerprints: tuple[str, ...]
    labels: Mapping[str, str]
    record: str | None
    """Its slug in gazetteer or registry."""

    @property
    def kind(self) -> Kind:
        """Return the class of the thing."""
        return self.mentions[0].entity.kind


@dataclass(slots=True)
class Paths:
    """Paths given so far; private to one run of link."""

    scene: Scene
    ledger: Ledger
    registry: Registry
    leaving: frozenset[str]
    given: dict[MentionId, str] = field(default_factory=dict)
    """By the root of each cluster."""
    merged: dict[str, str] = field(default_factory=dict)


def give_paths(
    things: Iterable[Thing], scene: Scene, ledger: Ledger, registry: Registry, *, leaving: frozenset[str]
) -> Paths:
    """Return the path of every thing; the same for every order of the things.

    Of several paths of one thing the oldest stays; before those of `leaving` any other.
    """
    paths = Paths(scene, ledger, registry, leaving)
    by_kind: defaultdict[Kind, list[Thing]] = defaultdict(list)
    for thing in things:
        by_kind[thing.kind].append(thing)
    ages, owners = ledger.age(), ledger.owners()
    for kind in ORDER:
        _give(by_kind[kind], paths, ages, owners)
    return paths


def _give(
    things: list[Thing], paths: Paths, ages: Mapping[str, int], owners: Mapping[str, list[str]]
) -> None:
    fresh: list[Thing] = []
    for thing in things:
        held = {paths.ledger.paths[f] for f in thing.fingerprints if f in paths.ledger.paths}
        if not held:
            fresh.append(thing)
            continue
        first, *rest = sorted(held, key=lambda path: (path in paths.leaving, ages[path]))
        paths.given[thing.root] = first
        paths.merged |= dict.fromkeys(rest, first)
    used = {*paths.given.values(), *paths.merged}
    wanted = sorted(
        (_slug(thing, paths), thing.fingerprints, thing) for thing in fresh if thing.record is None
    )
    # What stands in gazetteer or registry takes its own name before anything else can.
    ours = sorted(
        (_slug(thing, paths), thing.fingerprints, thing) for thing in fresh if thing.record is not None
    )
    for slug, _, thing in (*ours, *wanted):
        path = _free(slug, thing, paths, used, owners)
        paths.given[thing.root] = path
        used.add(path)


def _slug(thing: Thing, paths: Paths) -> str:
    first = thing.mentions[0]
    if thing.kind in NAMED:
        return named_slug(first, thing.labels, thing.record)
    return described_slug(first, paths.scene, paths.given)


def _free(slug: str, thing: Thing, paths: Paths, used: set[str], owners: Mapping[str, list[str]]) -> str:
    """Return the path of a slug, numbered where something else has it or may have it one day."""
    reserved = _reserved(thing, paths.registry)
    for number in count(1):
        name = slug if number == 1 else f"{slug}-{number}"
        path = f"{SEGMENT[thing.kind]}/{name}"
        free = path not in used and name not in reserved
        if free and (path not in owners or _is_heir(thing, owners[path])):
            break
    return path


def _reserved(thing: Thing, registry: Registry) -> Collection[str]:
    """Return the slugs that stand in gazetteer or registry; only what they are of may bear them."""
    match thing.kind:
        case Kind.PLACE if thing.record is None:
            return places()
        case Kind.INSTITUTION if thing.record is None:
            return registry.institutions
        case _:
            return ()


def _is_heir(thing: Thing, owners: list[str]) -> bool:
    """Tell whether a thing takes over a path that nothing else claims any more.

    It does when the path was given to the same article's thing of that name, which an extractor now describes
    otherwise, or to an institution of that name before its country was known.
    """
    if any(is_split(print_) for print_ in thing.fingerprints):
        return False
    articles = {mention.article.id for mention in thing.mentions}
    soft = {without_country(mention) for mention in thing.mentions if thing.kind is Kind.INSTITUTION}
    return any(owner in soft or owner.split(":")[1] in articles for owner in owners if ":" in owner)
