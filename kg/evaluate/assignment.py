"""Stage evaluate, its arithmetic: the one-to-one assignment of the greatest total weight."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

Weights = Sequence[Sequence[float]]


def assignment(weights: Weights) -> list[tuple[int, int]]:
    """Return (row, column) pairs, each row and column at most once; a weight of 0 is no pair.

    Rows enter one by one, each by the cheapest chain of reassignments (the Hungarian method).
    """
    if not weights or not weights[0]:
        return []
    table = _Table(weights, max(len(weights), len(weights[0])))
    for row in range(table.size):
        table.enter(row)
    pairs = ((row, column) for column, row in enumerate(table.row_of[:-1]))
    return [(row, column) for row, column in pairs if -table.cost(row, column) > 0]


@dataclass(slots=True)
class _Table:
    """A square table of costs under assignment; beside its columns stands one for the row that enters."""

    weights: Weights
    size: int
    row_of: list[int] = field(init=False)
    row_price: list[float] = field(init=False)
    column_price: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.row_of = [-1] * (self.size + 1)
        self.row_price = [0.0] * self.size
        self.column_price = [0.0] * (self.size + 1)

    def cost(self, row: int, column: int) -> float:
        """Return what a pair costs; one outside the weights costs nothing."""
        inside = row < len(self.weights) and column < len(self.weights[0])
        return -self.weights[row][column] if inside else 0

    def enter(self, row: int) -> None:
        """Give a row a column, moving earlier rows along the cheapest chain."""
        self.row_of[-1] = row
        came_from, column = self._chain()
        while column != self.size:
            before = came_from[column]
            self.row_of[column] = self.row_of[before]
            column = before

    def _chain(self) -> tuple[list[int], int]:
        """Return where the chain comes from at each column, and the free column at its end."""
        slack = [inf] * self.size
        came_from = [self.size] * self.size
        reached = [self.size]
        open_columns = list(range(self.size))
        while self.row_of[reached[-1]] >= 0:
            self._look(reached[-1], open_columns, slack, came_from)
            nearest = min(open_columns, key=slack.__getitem__)
            self._pay(slack[nearest], reached, open_columns, slack)
            open_columns.remove(nearest)
            reached.append(nearest)
        return came_from, reached[-1]

    def _look(self, at: int, open_columns: list[int], slack: list[float], came_from: list[int]) -> None:
        row = self.row_of[at]
        for column in open_columns:
            step = self.cost(row, column) - self.row_price[row] - self.column_price[column]
            if step < slack[column]:
                slack[column], came_from[column] = step, at

    def _pay(self, amount: float, reached: list[int], open_columns: list[int], slack: list[float]) -> None:
        for column in reached:
            self.row_price[self.row_of[column]] += amount
            self.column_price[column] -= amount
        for column in open_columns:
            slack[column] -= amount
