"""What a check of finished data came to: said in words, with every fault by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    said: str
    """What was looked at, with figures."""
    faults: tuple[str, ...] = ()
    """One line each, naming the file and what is wrong with it; none when all is well."""
