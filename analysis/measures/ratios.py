"""Shares and changes of whole numbers: not defined of nothing, rather than zero or infinite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = pd.Series | npt.NDArray[np.int64] | int


def ratio(part: Numbers, whole: Numbers) -> npt.NDArray[np.float64]:
    """``part`` ÷ ``whole`` as float64, NaN where the whole is not above zero."""
    parts, wholes = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole))
    result = np.full(parts.shape, np.nan)
    np.divide(parts, wholes, out=result, where=wholes > 0)
    return result


def change(now: pd.Series, before: pd.Series) -> npt.NDArray[np.float64]:
    """(``now`` − ``before``) ÷ ``before`` as float64, NaN where there was nothing (or less) before."""
    return ratio(now - before, before)
