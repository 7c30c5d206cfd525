"""Between two calls, in a real browser: a note in under ten seconds; two records made one and two again."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from customers.services.regions import load_regions
from tests.cast import Cast, cast, make_customer, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

__all__ = ["cast"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECONDS = 10


@pytest.fixture
def regions(transactional_db: None) -> None:
    """Have the regions there, which other tests of browsers leave behind empty."""
    load_regions()


@pytest.fixture
def day(regions: None, cast: Cast) -> Cast:
    """Return the cast, with a second record of Alice's customer."""
    make_customer("K9", "苏州华新家电有限公司", owner=cast.alice, english_name="Huaxin")
    return cast


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, day: Cast) -> Iterator[Visitor]:
    """Return Alice's browser."""
    session = sign_in(day.alice).cookies[settings.SESSION_COOKIE_NAME].value
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


def test_a_note_takes_less_than_ten_seconds_and_can_be_taken_back(visitor: Visitor) -> None:
    page = visitor.open("/customers/orders/")
    began = time.monotonic()
    page.keyboard.press("l")
    page.locator("#log-q").press_sequentially("华新家电")
    page.locator("#log-picks .choice", has_text="K1").click()
    page.locator("#quick-log .choice", has_text="Visit").first.click()
    page.locator("#quick-log .choice", has_text="WeChat").click()
    page.locator("#quick-log textarea").fill("问新款到货时间")
    page.locator("#quick-log .choice", has_text="In 3 days").click()
    page.locator("#quick-log").get_by_role("button", name="Save").click()
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("苏州华新家电")
    assert time.monotonic() - began < SECONDS
    expect(page.locator("#quick-log")).to_be_hidden()
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("taken back")
    assert visitor.complaints == []


def test_without_scripts_the_quick_log_is_a_page(visitor: Visitor) -> None:
    page = visitor.open("/customers/log/", scripts=False)
    page.locator("#log-q").fill("华新")
    page.get_by_role("button", name="Find").click()
    page.locator(".choice", has_text="K1").click()
    page.locator("textarea").fill("问价")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("苏州华新家电")


def test_two_records_become_one_and_two_again(visitor: Visitor) -> None:
    page = visitor.open("/customers/?q=K9")
    page.locator("tbody th a").first.click()
    page.locator(".head-tools summary").click()
    page.locator(".head-tools").get_by_role("link", name="Merge…").click()
    page.locator(".queue").get_by_role("link", name="Merge…").click()
    page.locator("tr", has_text="Name").first.locator("input[value=merged]").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("苏州华新家电")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("of its own again")
    assert visitor.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_no_page_of_the_day_has_anything_for_axe_or_breaks_the_width(
    visitor: Visitor, day: Cast, size: str
) -> None:
    theme = "dark" if size == "phone" else "light"
    merge = f"/customers/{day.huaxin.pk}/merge/"
    for path in ("/customers/today/", "/customers/log/", merge, f"{merge}?with=K9", "/customers/deleted/"):
        page = visitor.open(path, size, theme=theme, language="zh-hans")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
        assert visitor.violations(page) == [], path
        page.context.close()
    assert visitor.complaints == []
