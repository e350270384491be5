"""Below the river: how sure one may be of the next case, from cases that people judged."""

from dataclasses import dataclass
from math import comb, sqrt

from kg.model import Kind, Relation

ENOUGH = 30
"""Cases from which on the share of right ones counts as measured."""
_Z = 1.96
_CHANCE = 0.005


@dataclass(frozen=True, slots=True)
class Record:
    """The right ones out of some cases; written `41/44`."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """Return the share of right ones."""
        return self.right / self.of if self.of else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the 95 % interval of the share (Wilson 1927)."""
        if not self.of:
            return 0.0, 1.0
        middle = self.share + _Z**2 / (2 * self.of)
        spread = _Z * sqrt(self.share * (1 - self.share) / self.of + _Z**2 / (4 * self.of**2))
        scale = 1 + _Z**2 / self.of
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)

    @property
    def confidence(self) -> float:
        """Return how sure one may be of the next case: the share if measured, else its lower bound."""
        return self.share if self.of >= ENOUGH else self.bounds[0]

    def speaks_against(self, share: float) -> bool:
        """Return whether so few right ones would come less than once in 200, were the share true."""
        ways = (comb(self.of, n) * share**n * (1 - share) ** (self.of - n) for n in range(self.right + 1))
        return sum(ways) < _CHANCE

    def __add__(self, other: "Record") -> "Record":
        return Record(self.right + other.right, self.of + other.of)

    def __str__(self) -> str:
        return f"{self.right}/{self.of}"


def record(text: str) -> Record:
    """Return the record that `41/44` tells; ValueError where it is none."""
    right, _, of = text.partition("/")
    found = Record(int(right), int(of))
    if not 0 <= found.right <= found.of:
        raise ValueError(f"not a share: {text!r}")
    return found


def said(kind: Kind, relation: Relation) -> str:
    """Return what records are kept of: `Agreement.party`, of one agreement or of a set of them."""
    return f"{Kind.AGREEMENT if kind is Kind.AGREEMENT_SET else kind}.{relation}"
