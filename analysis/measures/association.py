"""How strongly two things go together, told from how often each and both are counted.

With n observations, a of which hold the first thing, b the second and k both, the 2 × 2 table is

====================  ===========  =====================
observations           with second  without second
====================  ===========  =====================
with first             k            a − k
without first          b − k        n − a − b + k
====================  ===========  =====================

- **support** = k ÷ n; **confidence** of first → second = k ÷ a;
- **lift** = (k ÷ n) ÷ ((a ÷ n) · (b ÷ n)): 1 when the two have nothing to do with each other;
- **log-likelihood ratio** G² = 2 Σ observed · ln(observed ÷ expected) over the four cells (Dunning 1993, "Accurate
  methods for the statistics of surprise and coincidence", Computational Linguistics 19(1)). Unlike lift it is small
  where counts are small. G² has no sign: a pair that avoids each other is surprising too; ask the lift.

Source: Dunning (1993), as above; lift as in Brin, Motwani, Ullman & Tsur (1997), Dynamic itemset counting and
implication rules for market basket data, SIGMOD, where it is called interest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

Floats = npt.NDArray[np.float64]


def log_likelihood_ratio(
    both: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike, total: npt.ArrayLike
) -> Floats:
    """Dunning's G² of each 2 × 2 table, float64, at least 0; arguments are counts that broadcast.

    Raises
    ------
    ValueError
        When counts contradict each other: more with both than with one, or more than there are.
    """
    k, a, b, n = _counts(both, first, second, total)
    cells = ((k, a, b), (a - k, a, n - b), (b - k, n - a, b), (n - a - b + k, n - a, n - b))
    if any((observed < 0).any() for observed, _row, _column in cells):
        raise ValueError("counts contradict each other: a cell of the table would be negative")
    surprise = np.sum([_surprise(observed, row, column, n) for observed, row, column in cells], axis=0)
    return np.asarray(np.maximum(2 * surprise, 0.0), dtype=np.float64)


def lift(both: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike, total: npt.ArrayLike) -> Floats:
    """How many times as often the two come together as chance would have it, float64; NaN where one never comes."""
    k, a, b, n = _counts(both, first, second, total)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a * b > 0, k * n / (a * b), np.nan)


def _counts(*counts: npt.ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(count, dtype=np.float64) for count in counts)))


def _surprise(observed: Floats, row: Floats, column: Floats, total: Floats) -> Any:
    """observed · ln(observed ÷ expected), 0 for an empty cell."""
    ratio = np.divide(observed * total, row * column, out=np.ones_like(observed), where=observed > 0)
    return xlogy(observed, ratio)
