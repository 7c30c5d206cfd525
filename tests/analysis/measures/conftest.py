"""Long-published data on which the literature reports its figures; tests that need it skip when it is absent."""

from pathlib import Path

import pandas as pd
import pytest

from tests.analysis.measures.published import cdnow_lines, online_retail_lines, superstore_lines


@pytest.fixture(scope="session")
def cdnow_sample(data_dir: Path) -> pd.DataFrame:
    return cdnow_lines(data_dir / "cdnow_sample_2357.csv.gz", "master_id")


@pytest.fixture(scope="session")
def cdnow_master(data_dir: Path) -> pd.DataFrame:
    return cdnow_lines(data_dir / "cdnow_master.csv.gz", "customer_id")


@pytest.fixture(scope="session")
def online_retail(data_dir: Path) -> pd.DataFrame:
    return online_retail_lines(data_dir / "online_retail_2010_2011.csv.gz")


@pytest.fixture(scope="session")
def superstore(data_dir: Path) -> pd.DataFrame:
    return superstore_lines(data_dir / "superstore_orders.csv.gz")
