"""Stage 6, publish: the doors to the store of a release, its own or one on another server.

Strangers and pages have doors of their own, so that no query of a stranger holds a page up.
"""

from contextlib import ExitStack, closing
from typing import NamedTuple, TypedDict

from kg.publish.site import Endpoint
from kg.release import Release
from kg.settings import Settings
from kg.store import (
    MANIFEST,
    Account,
    Nursery,
    PoolLimits,
    QueryPool,
    open_pool,
    read_manifest,
)
from kg.store.endpoint import Held, RemoteEndpoint
from kg.store.relay import open_relay
from kg.store.services import Way, allowed_of
from kg.vocabulary import FACTS, RELEASE_RECORD, Names

_OLD_WORKERS = 1


class Doors(NamedTuple):
    """The doors of one release; they are closed with the stack that they were opened on."""

    strangers: Endpoint
    pages: Endpoint
    pools: tuple[QueryPool, ...] = ()
    """The workers behind them; none where another server answers."""
    services: tuple[str, ...] = ()
    """Whom strangers' queries may ask by SERVICE."""


class _Caps(TypedDict, total=False):
    per_client: int
    in_all: int


def doors_of(release: Release, names: Names, settings: Settings, stack: ExitStack) -> Doors:
    """Return the doors for strangers and for pages, whose workers wait for queries; the stack closes them.

    Raises StoreError when the store cannot be read.
    """
    if settings.endpoint_url:
        remote = (_remote(release, names, settings, strangers=each) for each in (True, False))
        theirs, ours = (stack.enter_context(closing(door)) for door in remote)
        return Doors(theirs, ours)
    nursery = stack.enter_context(closing(Nursery()))
    way = _way(settings, stack)
    own = stack.enter_context(_pool(release, names, settings, nursery, strangers=True, way=way))
    pages = stack.enter_context(_pool(release, names, settings, nursery))
    return Doors(own, pages, (own, pages), way.allowed.addresses if way else ())


def doors_of_old(release: Release, names: Names, settings: Settings, stack: ExitStack) -> Doors:
    """Return the doors of a release that few ask for: a worker starts when it is needed."""
    nursery = stack.enter_context(closing(Nursery()))
    strangers, pages = (
        stack.enter_context(_pool(release, names, settings, nursery, workers=_OLD_WORKERS)) for _ in range(2)
    )
    return Doors(strangers, pages, (strangers, pages))


def require_pushed(release: Release, settings: Settings) -> None:
    """Raise StoreError where another server answers, and does not hold the release, whole."""
    if settings.endpoint_url:
        names = Names(str(release.meta.get("base", settings.base)))
        with closing(_remote(release, names, settings, strangers=False)) as remote:
            remote.look()


def _remote(release: Release, names: Names, settings: Settings, *, strangers: bool) -> RemoteEndpoint:
    held = Held(
        release.id,
        record=str(names.graph(RELEASE_RECORD)),
        facts=str(names.graph(FACTS)),
        base=names.base,
        prefixes=names.prefixes(),
        graphs=tuple(read_manifest(release.dumps / MANIFEST)),
        most_rows=settings.endpoint_rows,
    )
    limits = PoolLimits(
        workers=settings.query_workers,
        seconds=settings.query_seconds,
        memory_mb=0,
        result_bytes=settings.result_bytes,
        result_rows=settings.result_rows,
        **_caps(settings, strangers=strangers),
    )
    account = Account(settings.endpoint_user, settings.endpoint_password)
    return RemoteEndpoint(settings.endpoint_url, held, limits, account=account)


def _caps(settings: Settings, *, strangers: bool) -> _Caps:
    if not strangers:
        return {}
    return {"per_client": settings.queries_per_client, "in_all": settings.queries_at_once}


def _pool(
    release: Release,
    names: Names,
    settings: Settings,
    nursery: Nursery,
    *,
    workers: int = 0,
    strangers: bool = False,
    way: Way | None = None,
) -> QueryPool:
    return open_pool(
        release.store,
        workers=workers or settings.query_workers,
        seconds=settings.query_seconds,
        memory_mb=settings.query_memory_mb,
        result_bytes=settings.result_bytes,
        result_rows=settings.result_rows,
        worker_queries=settings.worker_queries,
        cheap_workers=int(strangers),
        spares=int(strangers),
        base=names.base,
        prefixes=names.prefixes(),
        nursery=nursery,
        lazily=bool(workers),
        way=way,
        **_caps(settings, strangers=strangers),
    )


def _way(settings: Settings, stack: ExitStack) -> Way | None:
    """Open the way to other servers, where queries may ask some; else there is none."""
    allowed = allowed_of(settings.service_allowed, "service_allowed")
    if not allowed:
        return None
    relay = open_relay(
        allowed,
        seconds=settings.query_seconds,
        most_bytes=settings.result_bytes,
        at_once=2 * settings.query_workers + 1,
    )
    return stack.enter_context(relay).way
