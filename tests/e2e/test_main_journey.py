"""The main journey: a manager starts a run, watches it finish, and follows a figure to one customer's reasons."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from analysis.services.runs import start_run
from crm.models import User
from customers.services.demo import Plan, seed_demo
from customers.services.regions import load_regions
from tests.cast import sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting
from tests.workers import celery_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a password for the demo only"
PAGES = ("tiers", "contribution", "churn", "runs")


@pytest.fixture
def manager(transactional_db: None) -> User:
    """Return the manager of a tiny demo company."""
    load_regions()
    seed_demo(Plan.of("tiny", as_of=timezone.localdate(), seed=7), password=PASSWORD)
    return User.objects.get(username="manager")


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, manager: User) -> Iterator[Visitor]:
    """Return the manager's browser."""
    session = sign_in(manager).cookies[settings.SESSION_COOKIE_NAME].value
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


@pytest.fixture
def stranger(browser_path: str, live_server: LiveServer, manager: User) -> Iterator[Visitor]:
    """Return a browser in which nobody has signed in."""
    with visiting(browser_path, live_server.url, "nobody's") as somebody:
        yield somebody


def signed_in_as_manager(stranger: Visitor) -> Page:
    page = stranger.open("/analysis/tiers/")
    page.locator("input[name=login]").fill("manager")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    return page


def test_from_sign_in_to_why_this_customer_is_an_a(stranger: Visitor) -> None:
    page = signed_in_as_manager(stranger)
    page.get_by_role("link", name="Go to the runs").click()
    with celery_worker("analysis.tasks"):
        page.get_by_role("button", name="Run now").click()
        page.get_by_role("link", name="Open the tiers").click(timeout=90_000)
    shown = page.locator(".kpi", has_text="Key customers").locator(".kpi-value a")
    count = int(shown.inner_text())
    shown.click()
    rows = page.locator("#customers tbody tr")
    expect(rows).to_have_count(count)
    name = rows.first.locator("th a").inner_text()
    rows.first.locator("th a").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("link", name="Analysis", exact=True).click()
    expect(page.locator("main")).to_contain_text(re.compile("threshold of A|high potential", re.IGNORECASE))
    assert stranger.complaints == []


@pytest.fixture
def published(manager: User) -> int:
    """Return the number of a published run, made before the browser's event loop runs."""
    return start_run(actor=None, queue=False).pk


@pytest.mark.parametrize("size", SIZES)
def test_no_page_of_the_analysis_has_anything_for_axe_or_breaks_the_width(
    published: int, visitor: Visitor, size: str
) -> None:
    theme = "dark" if size == "phone" else "light"
    for path in (*(f"/analysis/{name}/" for name in PAGES), f"/analysis/runs/{published}/"):
        page = visitor.open(path, size, theme=theme, language="zh-hans")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
        assert visitor.violations(page) == [], path
        page.context.close()
    assert visitor.complaints == []


def test_the_pages_of_the_analysis_speak_without_scripts(published: int, visitor: Visitor) -> None:
    page = visitor.open("/analysis/tiers/", scripts=False)
    expect(page.locator("#pareto-table")).to_be_visible()
    page.goto(f"{visitor.base}/analysis/tiers/?tier=A")
    expect(page.locator("#customers tbody tr").first).to_be_visible()
