"""Stage 6, what a pool of query workers may use, and what it lets its clients do."""

from dataclasses import dataclass
from typing import Required, TypedDict

_NO_LIMIT = 2**62


class Limited(TypedDict, total=False):
    """The limits as they are given by name; what they mean stands at `PoolLimits`."""

    workers: Required[int]
    seconds: Required[float]
    memory_mb: Required[int]
    result_bytes: Required[int]
    result_rows: int
    cheap_workers: int
    spares: int
    worker_queries: int
    per_client: int
    in_all: int


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many processes there are, and what a query and a client may have of them."""

    workers: int
    seconds: float
    """Wall time of a query from its arrival, waiting included."""
    memory_mb: int
    """Memory of a query beyond that of an idle worker."""
    result_bytes: int
    result_rows: int = _NO_LIMIT
    cheap_workers: int = 0
    """These come on top, for queries that look cheap."""
    spares: int = 0
    """Workers that wait to stand in for those that are killed."""
    worker_queries: int = _NO_LIMIT
    """Queries after which a worker is replaced."""
    per_client: int = _NO_LIMIT
    """Slow queries of one client under way or waiting, and as many cheap ones."""
    in_all: int = _NO_LIMIT
    """The same of all clients."""
