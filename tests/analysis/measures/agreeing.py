"""A measure's whole frame beside what something independent makes of the same input: no column goes unread."""

from collections.abc import Collection
from typing import Any

import duckdb
import numpy as np
import pandas as pd

# Its own, so that no name registered here is met by a query of another test.
CONNECTION = duckdb.connect()


def by_sql(query: str, **frames: pd.DataFrame) -> pd.DataFrame:
    """What DuckDB makes of the frames, each under its name."""
    for name, frame in frames.items():
        CONNECTION.register(name, frame)
    try:
        return CONNECTION.execute(query).df()
    finally:
        for name in frames:
            CONNECTION.unregister(name)


def assert_agrees(
    found: pd.DataFrame, expected: pd.DataFrame, *, given: Collection[str] = (), cents: int = 0
) -> None:
    """Assert that the oracle names every column of a measure but those ``given`` to it, and that all cells are alike.

    Rows are compared in their order, floats to nine digits. Sums in ``cents`` that floats round at a half may be so
    many cents apart.
    """
    unread = set(found.columns) - set(expected.columns) - set(given)
    assert not unread, f"the oracle says nothing of {sorted(unread)}"
    assert len(found) == len(expected)
    for name in expected.columns:
        assert_alike(name, plain(found[name]), plain(expected[name]), cents)


def assert_alike(name: str, mine: list[Any], theirs: list[Any], cents: int) -> None:
    """Assert that two columns hold the same cells."""
    gaps = [cell is None for cell in mine]
    assert gaps == [cell is None for cell in theirs], f"{name} is missing in other rows"
    told = [pair for pair in zip(mine, theirs, strict=True) if pair[0] is not None]
    if any(isinstance(cell, float) for pair in told for cell in pair):
        left, right = (np.array(column, dtype=np.float64) for column in zip(*told, strict=True))
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=max(cents, 1e-9), err_msg=name)
    else:
        assert [left for left, _right in told] == [right for _left, right in told], name


def plain(column: pd.Series) -> list[Any]:
    """Cells as Python's own: None for what is missing, text for categories, days for midnights."""
    cells = column.astype("object")
    return [None if pd.isna(cell) else _plain(cell) for cell in cells]


def _plain(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    return cell.item() if isinstance(cell, np.generic) else cell
