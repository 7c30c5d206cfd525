"""Fixtures that every part of the tests may use."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from tests.cast import cast
from tests.template import migrated_template

__all__ = ["cast"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Have pytest-django clone a migrated database: migrating anew takes half a minute."""
    settings.DATABASES["default"]["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of published data sets; skips where it is not."""
    beside_the_project = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("KEZHI_DATA") or beside_the_project)
    if not folder.is_dir():
        pytest.skip(f"the published data sets are not in {folder}: point KEZHI_DATA at them")
    return folder
