"""Stage 6, publish: what the metrics tell of the query workers of a release."""

import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.store import QueryPool


@dataclass(frozen=True, slots=True)
class Workforce:
    """The workers of several pools."""

    running: int = 0
    """Those in reserve too."""
    resident_bytes: int = 0
    """What they have in memory; pages that they share are in each."""
    replaced: int = 0
    """How many came to their end: killed at a limit, lost, or tired."""


def workforce_of(pools: Iterable[QueryPool]) -> Workforce:
    """Return what is so at this moment."""
    pools = tuple(pools)
    sizes = [_resident(process) for pool in pools for process in pool.processes]
    return Workforce(len(sizes), sum(sizes), sum(pool.replaced for pool in pools))


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):  # it has just ended, or the system does not tell
        return 0
    return pages * resource.getpagesize()
