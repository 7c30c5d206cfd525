"""Long-published data on which the literature reports its figures; tests that need it skip when it is absent."""

import os
from pathlib import Path

import pandas as pd
import pytest

from tests.analysis.measures.published import cdnow_lines, online_retail_lines


@pytest.fixture(scope="session")
def published_data() -> Path:
    beside_the_repository = Path(__file__).parents[4] / "shared" / "data"
    folder = Path(os.environ.get("KEZHI_DATA") or beside_the_repository)
    if not (folder / "cdnow_master.csv.gz").exists():
        pytest.skip(f"the published data sets are not in {folder}: point KEZHI_DATA at them")
    return folder


@pytest.fixture(scope="session")
def cdnow_sample(published_data: Path) -> pd.DataFrame:
    return cdnow_lines(published_data / "cdnow_sample_2357.csv.gz", "master_id")


@pytest.fixture(scope="session")
def cdnow_master(published_data: Path) -> pd.DataFrame:
    return cdnow_lines(published_data / "cdnow_master.csv.gz", "customer_id")


@pytest.fixture(scope="session")
def online_retail(published_data: Path) -> pd.DataFrame:
    return online_retail_lines(published_data / "online_retail_2010_2011.csv.gz")
