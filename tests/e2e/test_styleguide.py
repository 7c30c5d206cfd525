"""The style guide in a real browser: every component, both themes, wide and narrow, nothing for axe to report."""

from collections.abc import Iterator
from pathlib import Path

import axe_core_python
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from crm.models import Role, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1360, "height": 900},
    "phone": {"width": 390, "height": 844},
}


@pytest.fixture
def session() -> str:
    """Return the session of a signed-in administrator, made before the browser's event loop runs."""
    user = User.objects.create_user("anna", password="a long enough password", role=Role.ADMIN, name="王敏")
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Guide:
    """Opens the style guide as its viewer sees it, and keeps what the browser complained about."""

    def __init__(self, browser: Browser, base: str, session: str) -> None:
        self.browser, self.base, self.session = browser, base, session
        self.complaints: list[str] = []

    def open(self, size: str, **cookies: str) -> Page:
        """Return the page at a size, its charts drawn."""
        context = self.browser.new_context(viewport=SIZES[size])
        jar = {settings.SESSION_COOKIE_NAME: self.session, **cookies}
        context.add_cookies([{"name": name, "value": value, "url": self.base} for name, value in jar.items()])
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.base}/styleguide/")
        page.wait_for_selector("#pareto canvas")
        return page


@pytest.fixture
def guide(browser_path: str, live_server: LiveServer, session: str) -> Iterator[Guide]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield Guide(browser, live_server.url, session)
        browser.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_has_nothing_to_report(guide: Guide, size: str, theme: str) -> None:
    page = guide.open(size, theme=theme)
    client = page.context.new_cdp_session(page)
    client.send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.wait_for_selector("#pareto canvas")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate(f"async () => await axe.run({{runOnly: {RULES}}})")
    assert [(found["id"], found["nodes"][0]["target"]) for found in report["violations"]] == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_breaks_the_policy_or_the_width(guide: Guide, size: str) -> None:
    page = guide.open(size)
    assert guide.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]


def test_a_chart_turns_into_its_table_and_a_picture(guide: Guide) -> None:
    page = guide.open("desk")
    with page.expect_download() as picture:
        page.click("[data-chart-image=pareto]")
    assert picture.value.suggested_filename == "pareto.png"
    page.click("[data-chart-table=pareto]")
    assert page.is_visible("#pareto-table table")
    assert not page.is_visible("#pareto")


def test_a_band_of_the_curve_leads_to_its_customers(guide: Guide) -> None:
    page = guide.open("desk")
    box = page.locator("#pareto canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    page.wait_for_url("**/styleguide/#tier-C")


def test_the_chosen_theme_is_kept_by_the_server(guide: Guide) -> None:
    page = guide.open("desk")
    page.click(".bar details.needs-script summary")
    page.click("[data-theme-choice=dark]")
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


def test_keys_are_listed_and_followed(guide: Guide) -> None:
    page = guide.open("desk")
    page.keyboard.press("?")
    assert page.is_visible("#shortcuts")
    page.keyboard.press("Escape")
    assert not page.is_visible("#shortcuts")


def test_the_drawer_keeps_the_focus_and_gives_it_back(guide: Guide) -> None:
    page = guide.open("phone")
    page.click(".dock [data-drawer-open]")
    assert page.evaluate("document.activeElement.closest('#side') !== null")
    assert page.evaluate("document.getElementById('stage').inert")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.hasAttribute('data-drawer-open')")
