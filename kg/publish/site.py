"""Stage 6, publish: what is published, and the door to the store; given to every room of the site."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from kg.publish.examples import Example
from kg.publish.terms import Terms
from kg.store import Answer, Streamed
from kg.vocabulary import Names


class Runner(Protocol):
    """The door to the store, such as a `QueryPool`: it answers a query completely or raises a KgError."""

    def run(
        self,
        sparql: str,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the whole answer in the media type asked for."""


class Endpoint(Runner, Protocol):
    """A door for strangers: one result may be too large to be held, and one client may ask too much."""

    def stream(
        self,
        sparql: str,
        *,
        media: str = "",
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        seconds: float | None = None,
        client: str = "",
        gone: Callable[[], bool] | None = None,
    ) -> Streamed:
        """Return an answer that is sent on as it comes where it is large; it must be closed."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One file that can be downloaded."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The release that is being served."""

    id: str
    issued: date
    dumps: tuple[Dump, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    """Ledger paths that proved to be the same thing -> the path it has now."""
    gone: frozenset[str] = frozenset()
    """Ledger paths of what is no longer published."""
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    """What was withdrawn, by path, and what everybody may know of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may ask for."""

    query_seconds: float = 10.0
    batches_at_once: int = 4
    """How many batches of names may be reconciled at once; the next waits."""
    batch_wait_seconds: float = 5.0
    body_bytes: int = 1_000_000
    result_bytes: int = 50_000_000
    result_rows: int = 1_000_000
    address_bytes: int = 60_000
    """Longest query part of an address; servers and proxies have limits of their own not far above."""
    services: tuple[str, ...] = ()
    """Endpoints that a query may ask by SERVICE; those that end with a slash are beginnings."""
    incoming: int = 500
    """How many links to a thing its page and data list."""


@dataclass(frozen=True, slots=True)
class Site:
    """All that the pages need."""

    runner: Runner
    """Answers what the pages ask."""
    endpoint: Endpoint
    """Answers what strangers ask."""
    edition: Edition
    names: Names
    title: str
    terms: Terms
    context: Mapping[str, Any]
    """The JSON-LD context of the publication."""
    examples: tuple[Example, ...] = ()
    limits: Limits = field(default_factory=Limits)
    static: bool = False
    """Whether the pages become files, which no program answers for."""
    server: str = ""
    """Then, where a program of this release can be asked; nothing when it is not known."""

    @property
    def answers(self) -> bool:
        """Whether the pages may lead to what needs a program, such as the endpoint."""
        return bool(self.server) or not self.static
