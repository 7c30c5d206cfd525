"""The part of the test set-up that must come before the settings load: servers; and what to do without a browser.

pytest loads it early, by `-p tests.plugin` in pyproject.toml.
"""

import os
import shutil
from collections.abc import Generator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from crm.local.testing import lasting_servers

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

servers = ExitStack()
emptied = pytest.StashKey[bool]()


def find_browser() -> str | None:
    """Return the path of a Chromium, None if the machine has none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Start the servers before pytest-django imports the settings, unless the environment names some."""
    servers.enter_context(lasting_servers())
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of tests that drive a browser, and let property tests take their time on a busy machine."""
    config.addinivalue_line(
        "markers", "browser: drives Chromium; skipped, and counted, on machines without it"
    )
    hypothesis_settings.register_profile("kezhi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("kezhi")


def pytest_unconfigure() -> None:
    """Stop the servers that nobody else uses."""
    servers.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium, skip browser tests with one counted warning; under REQUIRE_BROWSER=1 refuse to."""
    marked = [item for item in items if item.get_closest_marker("browser")]
    if not marked or find_browser():
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(
            "REQUIRE_BROWSER=1, but no Chromium is installed (Debian: apt install chromium)"
        )
    for item in marked:
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine (Debian: apt install chromium)"))
    config.issue_config_time_warning(
        pytest.PytestWarning(f"{len(marked)} browser tests skipped: no Chromium"), 2
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Bring back the regions that a transactional test emptied: files come to each process in an order of their own."""
    empties, stash = empties_tables(item), item.config.stash
    wanted = not empties or "cast" in getattr(item, "fixturenames", ())
    if wanted and stash.get(emptied, False):
        from pytest_django.plugin import blocking_manager_key

        from customers.services.regions import load_regions

        with stash[blocking_manager_key].unblock():
            load_regions()
    stash[emptied] = empties or (stash.get(emptied, False) and not wanted)


def empties_tables(item: pytest.Item) -> bool:
    """Tell whether a test commits what it writes, and all tables are emptied after it."""
    marker = item.get_closest_marker("django_db")
    asked = bool(marker and marker.kwargs.get("transaction"))
    return asked or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Return the path of the Chromium that tests marked `browser` drive."""
    path = find_browser()
    assert path, "mark the test with pytest.mark.browser"
    return path
