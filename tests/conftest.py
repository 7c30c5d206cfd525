"""Fixtures that every part of the tests may use."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.db.transaction import get_connection
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from customers.services.regions import load_regions
from tests.cast import cast
from tests.plugin import empties_tables
from tests.template import migrated_template

__all__ = ["cast"]

# Every test client is a server of its own: it need not look through all static files before it answers.
settings.WHITENOISE_AUTOREFRESH = True
# Roles are our own: nobody reads the permissions that Django writes anew whenever tables are emptied.
post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


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


@pytest.fixture(scope="module")
def committing(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Callable[[], AbstractContextManager[None]]:
    """Return what lets a fixture of several tests commit what they, each rolled back, all read; emptied after them."""

    @contextmanager
    def commit() -> Iterator[None]:
        with django_db_blocker.unblock():
            load_regions()
            yield
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            load_regions()

    return commit


@pytest.fixture(scope="module")
def committed(committing: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Let the fixtures of a module commit."""
    with committing():
        yield


@pytest.fixture(autouse=True)
def default_language() -> None:
    """Begin each test in the language of an instance, whatever the test before has left."""
    translation.activate(settings.LANGUAGE_CODE)


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
