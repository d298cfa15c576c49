"""Who belongs to whom: the cheapest one-to-one assignment below a limit."""

from typing import NamedTuple

import lap
import numpy as np
from numpy.typing import NDArray


class Assignment(NamedTuple):
    """Pairs (row, column) in the order of rows, and what stayed alone."""

    pairs: tuple[tuple[int, int], ...]
    rows_alone: tuple[int, ...]
    columns_alone: tuple[int, ...]


def assign(costs: NDArray[np.float64], limit: float) -> Assignment:
    """Assign rows to columns so that the total cost is least; no pair may cost more than `limit`.

    costs: float64 (rows, columns).
    """
    rows, columns = costs.shape
    if rows == 0 or columns == 0:
        return Assignment((), tuple(range(rows)), tuple(range(columns)))
    _, column_of_row, _ = lap.lapjv(costs, extend_cost=True, cost_limit=limit)
    pairs = tuple(
        (row, column)
        for row, column in enumerate(column_of_row.tolist())
        if column >= 0 and costs[row, column] <= limit
    )
    taken_rows = {row for row, _ in pairs}
    taken_columns = {column for _, column in pairs}
    return Assignment(
        pairs,
        tuple(row for row in range(rows) if row not in taken_rows),
        tuple(column for column in range(columns) if column not in taken_columns),
    )
