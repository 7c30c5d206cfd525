"""Fixtures that every part of the tests may use."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.transaction import get_connection

from tests.cast import cast
from tests.plugin import empties_tables
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


@pytest.fixture(autouse=True)
def nothing_outlasts_the_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that is rolled back when it opens another connection: what that one commits meets tests to come."""
    if empties_tables(request.node):
        yield
        return

    def refuse(**_given: Any) -> None:
        if get_connection().in_atomic_block:
            pytest.fail("This test commits beside its transaction: mark it django_db(transaction=True).")

    connection_created.connect(refuse)
    yield
    connection_created.disconnect(refuse)
