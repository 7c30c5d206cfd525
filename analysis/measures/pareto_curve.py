"""The Pareto curve: how much of the value the first so many customers bring.

A point (n, s) says that the n customers of greatest value bring the share s of all positive value. A curve over a
million customers is drawn by a few hundred points, closer together where it bends, at its start.

Source: Lorenz (1905), Methods of measuring the concentration of wealth, Publications of the American Statistical
Association 9(70), with the greatest first; where its points lie: definition of this product.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from analysis.measures.contribution import Integers

Floats = npt.NDArray[np.float64]

MOST_POINTS = 200


def pareto_points(
    values: Integers, also_at: Iterable[int] = (), most: int = MOST_POINTS
) -> list[tuple[int, float]]:
    """Points of the curve, ascending, from (0, 0.0) to (customers, 1.0); (0, 0.0) alone without positive value.

    Parameters
    ----------
    values
        int64 cents, one per customer, in any order.
    also_at
        Numbers of customers for which there shall be a point, such as where a tier ends.
    most
        About how many points to return.
    """
    descending = -np.sort(-values)
    cumulative = np.cumsum(np.maximum(descending, 0))
    count = len(values)
    if not count or cumulative[-1] == 0:
        return [(0, 0.0)]
    spread = np.linspace(0, 1, most) ** 2  # quadratic: half of the points lie on the first quarter
    at = np.unique(np.concatenate([[1, count], list(also_at), np.ceil(spread * count)]).astype(np.int64))
    at = at[(at > 0) & (at <= count)]
    shares = cumulative[at - 1] / cumulative[-1]
    return [(0, 0.0), *zip(at.tolist(), shares.tolist(), strict=True)]


def share_at(points: list[tuple[int, float]], customers: int) -> float:
    """The share that the first so many customers bring: exact where the curve has a point, else between two."""
    counts, shares = zip(*points, strict=True)
    return float(np.interp(customers, counts, shares))


def standing_among(everybody: Integers, asked: Integers) -> tuple[Integers, Floats, Floats]:
    """Rank, share and cumulative share before of some values among everybody's.

    The definitions are those of :mod:`analysis.measures.contribution`; ``asked`` are values out of ``everybody``, int64
    cents. Returns int64 ranks and two float64 arrays, NaN where a share is not defined.
    """
    ascending = np.sort(everybody)
    above = np.searchsorted(ascending, asked, side="right")
    positive = np.concatenate([[0], np.cumsum(np.maximum(ascending, 0))])
    total, positive_total = int(ascending.sum()), int(positive[-1])
    share = asked / total if total > 0 else np.full(len(asked), np.nan)
    before = (
        (positive_total - positive[above]) / positive_total if positive_total else np.full(len(asked), np.nan)
    )
    return len(ascending) - above + 1, share, np.where(asked > 0, before, np.nan)


def top_shares(values: Integers, percents: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """What the top so many per cent of the customers bring: (percent, customers rounded up, their value in cents)."""
    descending = -np.sort(-values)
    counts = [-(-len(values) * percent // 100) for percent in percents]
    return [
        (percent, count, int(descending[:count].sum()))
        for percent, count in zip(percents, counts, strict=True)
    ]
