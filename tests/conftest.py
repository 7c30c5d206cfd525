"""Fixtures that every part of the tests may use."""

import os
from pathlib import Path

import pytest

from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of published data sets; skips where it is not."""
    beside_the_project = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("KEZHI_DATA") or beside_the_project)
    if not folder.is_dir():
        pytest.skip(f"the published data sets are not in {folder}: point KEZHI_DATA at them")
    return folder
