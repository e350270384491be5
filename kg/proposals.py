"""What a linker is asked about a thing of ours, and what it answers to review and publication."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Tier(StrEnum):
    """What may be done with a proposed link to an authority."""

    AUTO = "auto"
    """So likely that it may be said without a person (as likely, not as accepted)."""
    REVIEW = "review"
    NONE = "none"
    """No item is likely enough; the candidates are shown all the same."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something of ours to be looked for in an authority: once an entity, not once a mention."""

    id: str
    """Its path, or any name that the caller knows it by."""
    name: str
    kind: str
    """`organization`, `person`, `place`, `concept`, `person-or-organization`, or nothing where unknown."""
    country: str = ""
    """ISO 3166-1 alpha-2, where it is known."""
    places: tuple[str, ...] = ()
    """Names of the places it lies in or is of, the nearest first."""
    aliases: tuple[str, ...] = ()
    context: str = ""
    """The words around its mentions."""
    language: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    """What it is known as elsewhere: `ror`, `geonames`, `iso3166`, `iso3166-2`, `isni`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of an authority that a subject could be, and why."""

    item: str
    """`Q46913`, or `ror:057ckzt47`, `geonames:1793511`."""
    label: str
    score: float
    """0..1, calibrated: of links with .9, nine in ten were right."""
    features: Mapping[str, float]
    """What spoke for and against it, by name, in the order of weight."""
    match: str = ""
    """The name of the item that was found."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """The item's identifiers elsewhere."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a linker says of one subject; a person or a rule decides."""

    subject: str
    name: str
    tier: Tier
    candidates: tuple[Candidate, ...]
    """The likeliest first; the first is the link unless the tier is NONE."""
    reason: str
    """Why this tier, in one phrase."""
    snapshot: str
    """Version of the authority snapshot."""
    method: str
    """Name and version of the linker."""

    @property
    def best(self) -> Candidate | None:
        """Return the link that is proposed, if any."""
        return self.candidates[0] if self.tier is not Tier.NONE else None


Linker = Callable[[Iterable[Subject]], Iterator[Proposal]]
"""What every linker is; found by name in the entry-point group `kg.linkers`."""
