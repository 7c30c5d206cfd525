"""What a frame must bring: checks and selections shared by the measures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pandas as pd

Frame = TypeVar("Frame", pd.DataFrame, pd.Series)


def require_columns(frame: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Raise ``ValueError`` naming the columns that ``frame`` lacks; ``what`` says which frame it is."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"the frame of {what} lacks: {', '.join(missing)}")


def aligned(frame: Frame, index: pd.Index, what: str) -> Frame:
    """Return ``frame`` in the order of ``index``.

    Raises
    ------
    ValueError
        When a customer appears twice, or the two do not hold the same customers.
    """
    if frame.index.equals(index) and index.is_unique:
        return frame
    if not (frame.index.is_unique and index.is_unique):
        raise ValueError(f"a customer appears twice in {what}")
    if len(frame.index) != len(index) or not index.isin(frame.index).all():
        raise ValueError(f"{what} must hold the same customers as the contributions")
    return frame.reindex(index)


def sold_for_money(lines: pd.DataFrame) -> pd.Series:
    """Which lines sold something (quantity > 0) for money (revenue > 0): neither returns nor samples, as bool."""
    return (lines["quantity"] > 0) & (lines["revenue_cents"] > 0)
