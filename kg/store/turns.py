"""Stage 6, whose turn it is: clients that wait for a query worker are served round robin.

A client has only so many queries under way, and so have all together; cheap ones have places of their own,
so that they are never refused because of others' slow ones. One seat may be kept for cheap queries.
"""

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kg.errors import ClientBusyError, StoreBusyError, StoreError

Seat = TypeVar("Seat")
LOOK_SECONDS = 0.1
"""How often it is looked whether who asked is still there."""


@dataclass(slots=True, eq=False)
class Ticket(Generic[Seat]):
    """One query that waits for a seat."""

    client: str
    seat: Seat | None = None
    gone: bool = False
    """It has its seat, or waits no more."""
    called: threading.Event = field(default_factory=threading.Event)


class Lane(Generic[Seat]):
    """Who waits for one sort of seat: each client in its turn, and of one client who came first."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Ticket[Seat]]] = OrderedDict()

    def add(self, ticket: Ticket[Seat]) -> None:
        """Let it wait behind the others of its client; a new client comes last."""
        self._waiting.setdefault(ticket.client, deque()).append(ticket)

    def next(self) -> Ticket[Seat] | None:
        """Return who is served now; its client's next turn comes after all others'."""
        while self._waiting:
            client, tickets = next(iter(self._waiting.items()))
            while tickets and tickets[0].gone:
                tickets.popleft()
            if not tickets:
                del self._waiting[client]
                continue
            ticket = tickets.popleft()
            self._waiting.move_to_end(client)
            if not tickets:
                del self._waiting[client]
            return ticket
        return None

    def __bool__(self) -> bool:
        """Return whether anybody waits."""
        return bool(self._waiting)

    def drop(self, ticket: Ticket[Seat]) -> None:
        """Forget one that waits no more."""
        tickets = self._waiting.get(ticket.client)
        if tickets is not None and ticket in tickets:
            tickets.remove(ticket)
            if not tickets:
                del self._waiting[ticket.client]


class Turns(Generic[Seat]):
    """Gives seats to clients; a seat is whatever answers one query at a time."""

    def __init__(self, *, per_client: int, in_all: int) -> None:
        self._per_client = per_client
        self._in_all = in_all
        self._lock = threading.Lock()
        self._free: deque[Seat] = deque()
        self._kept: deque[Seat] = deque()
        """Free seats that are for cheap queries only."""
        self._any: Lane[Seat] = Lane()
        self._cheap: Lane[Seat] = Lane()
        self._here: dict[tuple[str, bool], int] = {}
        self._sorts = {True: 0, False: 0}
        self._closed = False

    def enter(self, client: str, *, cheap: bool) -> None:
        """Count a query of a client, who has none where it is ours; `leave` must follow.

        Raises ClientBusyError when the client has too many under way, StoreBusyError when all together have.
        """
        with self._lock:
            here = self._here.get((client, cheap), 0)
            if client and here >= self._per_client:
                raise ClientBusyError(f"{here} of your queries are under way; please wait for one to end")
            if self._sorts[cheap] >= self._in_all:
                raise StoreBusyError("too many queries at once")
            self._sorts[cheap] += 1
            self._here[client, cheap] = here + 1

    def leave(self, client: str, *, cheap: bool) -> None:
        """Count it no more."""
        with self._lock:
            self._sorts[cheap] -= 1
            self._here[client, cheap] -= 1
            if not self._here[client, cheap]:
                del self._here[client, cheap]

    def take(
        self, client: str, *, cheap: bool, deadline: float, gone: Callable[[], bool] | None = None
    ) -> Seat | None:
        """Return a seat in the client's turn, or None at the deadline or when who asked has gone.

        Raises StoreError when it is closed.
        """
        with self._lock:
            if self._closed:
                raise StoreError("the query pool is closed")
            if cheap and self._kept:
                return self._kept.popleft()
            if self._free:
                return self._free.popleft()
            ticket: Ticket[Seat] = Ticket(client)
            self._any.add(ticket)
            if cheap:
                self._cheap.add(ticket)
        while (left := deadline - time.monotonic()) > 0 and not (gone is not None and gone()):
            if ticket.called.wait(left if gone is None else min(left, LOOK_SECONDS)):
                break
        with self._lock:
            ticket.gone = True
            self._any.drop(ticket)
            self._cheap.drop(ticket)
            if self._closed and ticket.seat is None:
                raise StoreError("the query pool is closed")
            return ticket.seat

    def give(self, seat: Seat, *, kept: bool = False) -> None:
        """Hand a seat to whoever is next; `kept` is one for cheap queries."""
        with self._lock:
            lane, free = (self._cheap, self._kept) if kept else (self._any, self._free)
            ticket = lane.next()
            if ticket is None:
                free.appendleft(seat)  # the one that was just used has all in its caches
                return
            ticket.seat, ticket.gone = seat, True
        ticket.called.set()

    def cheap_wait(self) -> bool:
        """Return whether a cheap query waits for a seat."""
        return bool(self._cheap)

    def close(self) -> None:
        """Send away all who wait."""
        with self._lock:
            self._closed = True
            waiting = []
            while (ticket := self._any.next()) is not None:
                ticket.gone = True
                waiting.append(ticket)
        for ticket in waiting:
            ticket.called.set()


def network_of(client: str) -> str:
    """Return what one client has of addresses: an IPv4 address, or the /64 network of an IPv6 address."""
    if ":" not in client:
        return client
    try:
        address = ipaddress.IPv6Address(client)
    except ValueError:
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
