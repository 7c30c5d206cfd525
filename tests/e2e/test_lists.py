"""Lists in a real browser: menus, keys, choosing rows, views, search."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Role
from customers.models import Region
from customers.services.regions import load_regions
from tests.cast import make_customer, make_user, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, transactional_db: None) -> Iterator[Visitor]:
    """Return the browser of a manager who has a few customers."""
    load_regions()
    manager = make_user("manager", Role.ADMIN)
    city = Region.objects.get(code="320500")
    for number in range(4):
        make_customer(f"M{number}", f"苏州客户{number}", owner=manager, region=city, kind="person")
    session = sign_in(manager).cookies[settings.SESSION_COOKIE_NAME].value
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


def test_rows_are_walked_and_chosen_by_keys_changed_together_and_put_back(visitor: Visitor) -> None:
    page = visitor.open("/customers/")
    assert page.is_hidden("[data-bulk]")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.is_visible("text=2 chosen")
    page.click("button[value=tag]")
    page.fill("#id_tag", "重点")
    page.click("main button[type=submit]:has-text('Tag customers')")
    page.wait_for_selector("text=2 customers changed.")
    page.click("button:has-text('Undo')")
    page.wait_for_selector("text=2 customers changed.")
    page.goto(f"{visitor.base}/customers/?menu=more")
    assert visitor.complaints == []


def test_a_list_is_kept_as_a_view_and_opened_first(visitor: Visitor) -> None:
    page = visitor.open("/customers/?kind=person&columns=code")
    page.click("summary:has-text('Views')")
    page.fill("#view-name", "个人客户")
    page.check("input[name=first]")
    page.click("button:has-text('Keep the view')")
    page.wait_for_selector("h1 .tag:has-text('个人客户')")
    page.goto(f"{visitor.base}/customers/")
    assert "kind=person" in page.url
    assert page.locator("thead th").all_inner_texts() == ["", "Customer", "Customer code"]


def test_the_menus_and_a_change_work_without_scripts(visitor: Visitor) -> None:
    page = visitor.open("/customers/", scripts=False)
    page.click("summary:has-text('Region')")
    page.click("a:has-text('Show the choices'):visible")
    page.click(".menu-list a:has-text('East China')")
    assert page.is_visible(".chip-on:has-text('Region')")
    page.check("tbody tr:first-child .pick input")
    page.click("button[value=task]")
    page.fill("#id_title", "回访")
    page.click("main button:has-text('Create a task')")
    page.wait_for_selector("text=1 customer changed.")
    page.goto(f"{visitor.base}/customers/tasks/")
    assert page.is_visible("text=回访")


@pytest.mark.parametrize("size", SIZES)
def test_lists_and_their_pages_have_nothing_for_axe(visitor: Visitor, size: str) -> None:
    language = "zh-hans" if size == "phone" else "en"
    for path in (
        "/customers/?menu=more",
        "/customers/people/?menu=look",
        "/customers/?menu=views",
        "/customers/tasks/",
        "/customers/lists/people/export/",
        "/customers/exports/",
    ):
        page = visitor.open(path, size, language=language)
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"], path
        assert visitor.complaints == [], path
        assert visitor.violations(page) == [], path
        page.context.close()


def test_the_search_box_finds_pages_too(visitor: Visitor) -> None:
    page = visitor.open("/customers/")
    page.keyboard.press("/")
    page.keyboard.type("paym")
    page.click("#search-results a:has-text('Payments')")
    page.wait_for_url("**/customers/payments/")
