"""The style guide in a real browser: every component, both themes, wide and narrow, nothing for axe to report."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from crm.models import Role
from tests.cast import make_user, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAWN = "#pareto canvas"


@pytest.fixture
def session(transactional_db: None) -> str:
    """Return the session of a signed-in administrator, made before the browser's event loop runs."""
    return sign_in(make_user("anna", Role.ADMIN)).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, session: str) -> Iterator[Visitor]:
    """Return the administrator's browser."""
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


def opened(visitor: Visitor, size: str = "desk", theme: str = "") -> Page:
    """Return the style guide at a size, its charts drawn."""
    page = visitor.open("/styleguide/", size, theme=theme)
    page.wait_for_selector(DRAWN)
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_has_nothing_to_report(visitor: Visitor, size: str, theme: str) -> None:
    page = opened(visitor, size, theme)
    assert visitor.violations(page, DRAWN) == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_breaks_the_policy_or_the_width(visitor: Visitor, size: str) -> None:
    page = opened(visitor, size)
    assert visitor.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]


def test_a_chart_turns_into_its_table_and_a_picture(visitor: Visitor) -> None:
    page = opened(visitor)
    with page.expect_download() as picture:
        page.click("[data-chart-image=pareto]")
    assert picture.value.suggested_filename == "pareto.png"
    page.click("[data-chart-table=pareto]")
    assert page.is_visible("#pareto-table table")
    assert not page.is_visible("#pareto")


def test_a_band_of_the_curve_leads_to_its_customers(visitor: Visitor) -> None:
    page = opened(visitor)
    box = page.locator("#pareto canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    page.wait_for_url("**/styleguide/#tier-C")


def test_the_chosen_theme_is_kept_by_the_server(visitor: Visitor) -> None:
    page = opened(visitor)
    page.click(".bar details.needs-script summary")
    page.click("[data-theme-choice=dark]")
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


def test_paper_gets_every_chart_as_one_light_picture(visitor: Visitor) -> None:
    page = opened(visitor, theme="dark")
    corners, left, media = page.evaluate(
        """() => {
            dispatchEvent(new Event("beforeprint"));
            const sheets = [...document.querySelectorAll("[data-chart]:has(canvas) > .chart-paper")];
            const corners = sheets.map((sheet) => sheet.getContext("2d").getImageData(0, 0, 1, 1).data.join());
            dispatchEvent(new Event("afterprint"));
            const left = document.querySelectorAll(".chart-paper").length;
            return [corners, left, document.getElementById("dark-tokens").media];
        }"""
    )
    assert len(corners) == page.locator("[data-chart]:has(canvas)").count()
    assert (set(corners), left, media) == ({"255,255,255,255"}, 0, "screen")


def test_keys_are_listed_and_followed(visitor: Visitor) -> None:
    page = opened(visitor)
    page.keyboard.press("?")
    assert page.is_visible("#shortcuts")
    page.keyboard.press("Escape")
    assert not page.is_visible("#shortcuts")


def test_the_drawer_keeps_the_focus_and_gives_it_back(visitor: Visitor) -> None:
    page = opened(visitor, "phone")
    page.click(".dock [data-drawer-open]")
    assert page.evaluate("document.activeElement.closest('#side') !== null")
    assert page.evaluate("document.getElementById('stage').inert")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.hasAttribute('data-drawer-open')")
