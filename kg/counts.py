"""What was counted in the data of a release: made by the store, told by the catalog and the pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a property is used."""

    triples: int
    subjects: int
    """How many things have it."""
    objects: int = 0
    """How many values it has, each counted once; 0 where that was not counted."""


@dataclass(frozen=True, slots=True)
class Members:
    """The things of one class."""

    entities: int
    example: str
    """The one of which most is said; of several the first by IRI."""
    properties: Mapping[str, Uses]
    """What is said of them; values are not counted."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One graph."""

    triples: int
    subjects: int
    objects: int
    entities: int
    """Subjects that are things of the publication."""
    classes: Mapping[str, Members]
    properties: Mapping[str, Uses]


@dataclass(frozen=True, slots=True)
class Part:
    """Graphs of one sort."""

    graphs: int
    quads: int


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who published articles."""

    iri: str
    name: str
    articles: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the articles are and what they tell of."""

    articles: int
    fictional: int
    outlets: tuple[Outlet, ...]
    """Those with most articles first."""
    months: Mapping[str, int]
    """Year and month -> how many articles are of it."""
    languages: Mapping[str, int]
    first_day: date | None = None
    """The earliest day on which something told of began; planned and denied events count as well."""
    last_day: date | None = None
    countries: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Country -> its name, and how many things are in it."""
    links: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """State (`accepted` or `likely`) and authority -> how many links."""


@dataclass(frozen=True, slots=True)
class Survey:
    """All that was counted."""

    facts: Counted
    parts: Mapping[str, Part]
    """Sort of graphs, such as `facts` or `evidence` -> what there is."""
    coverage: Coverage
    runs: Mapping[str, str] = field(default_factory=dict)
    """Run that read articles -> extractor and models."""

    @property
    def quads(self) -> int:
        """Return how many statements all graphs hold together."""
        return sum(part.quads for part in self.parts.values())
