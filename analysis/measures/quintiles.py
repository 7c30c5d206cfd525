"""Scores from 1 to n by how many do worse: quintiles, terciles, deciles in which equal values share a score.

The score of a value v among N values is 1 + ⌊n · (number strictly smaller) ÷ N⌋. Cutting the sorted list into n
equal parts would give customers with the same value different scores, by nothing but chance; here they share the
lower one, so that parts may be unequal, and a value that most share leaves scores that nobody has.

Source: Hughes (1994), Strategic Database Marketing, for scoring by quintiles; that ties share a score: definition of
this product.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.contribution import Integers

QUINTILES = 5
TERCILES = 3


def score_by_rank(values: pd.Series, parts: int = QUINTILES) -> Integers:
    """Score every value from 1 (least) to ``parts`` (most): int64; values must be numbers and none missing."""
    found = values.to_numpy()
    smaller = np.searchsorted(np.sort(found), found, side="left").astype(np.int64)
    return 1 + parts * smaller // max(1, len(found))


def cut_points(values: pd.Series, scores: Integers, parts: int = QUINTILES) -> list[float | None]:
    """The least value that got each score from 2 to ``parts``; None for a score that nobody has."""
    least = values.groupby(scores).min()
    return [float(least[score]) if score in least.index else None for score in range(2, parts + 1)]
