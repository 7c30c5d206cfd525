"""Customers and orders in a real browser."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Role
from customers.models import Complaint, ContactPoint, Customer, Interaction, Order, Region
from customers.services.regions import load_regions
from tests.cast import make_customer, make_order, make_payment, make_user, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def huaxin(transactional_db: None) -> Customer:
    """Return a customer of whom much is known, and a few more beside it."""
    load_regions()
    rep = make_user("rep", Role.REP)
    city = Region.objects.get(code="320500")
    for number in range(60):
        make_customer(f"M{number:02}", f"客户{number}", owner=rep, region=city)
    customer = make_customer("K1", "苏州华新家电", english_name="Huaxin Ltd.", owner=rep, region=city)
    for month in range(1, 8):
        order = make_order(customer, f"SO-{month}", date(2024, month, 5), 100_000 * month, 20)
        make_payment(order, f"P-{month}", 100, due_on=date(2024, month, 25), paid_on=date(2024, month, 27))
    at = datetime(2024, 7, 9, 3, tzinfo=UTC)
    Interaction.objects.create(customer=customer, occurred_at=at, body="问到货时间", rep=rep)
    Complaint.objects.create(customer=customer, complaint_type="defect", reported_at=at, cause="外壳开裂")
    ContactPoint.objects.create(customer=customer, kind="mobile", value="+8613861236021", is_primary=True)
    return customer


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, huaxin: Customer) -> Iterator[Visitor]:
    """Return the rep's browser."""
    assert huaxin.owner is not None
    session = sign_in(huaxin.owner).cookies[settings.SESSION_COOKIE_NAME].value
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


@pytest.fixture
def addresses(huaxin: Customer) -> list[str]:
    """Return every page of a customer and around it, read before the browser's event loop runs."""
    record = f"/customers/{huaxin.pk}/"
    tabs = [f"{record}?tab={tab}" for tab in ("trade", "behaviour", "analysis", "history")]
    order = Order.objects.earliest("id").get_absolute_url()
    return ["/customers/", record, *tabs, f"{record}edit/", "/customers/orders/", order]


@pytest.mark.parametrize("size", SIZES)
def test_no_page_has_anything_for_axe_or_breaks_the_policy_or_the_width(
    addresses: list[str], visitor: Visitor, size: str
) -> None:
    theme = "dark" if size == "phone" else "light"
    for path in addresses:
        page = visitor.open(path, size, theme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"], path
        assert visitor.complaints == [], path
        assert visitor.violations(page) == [], path
        page.context.close()


def test_a_filter_a_sort_and_the_next_page_are_in_the_address_and_nothing_reloads(visitor: Visitor) -> None:
    page = visitor.open("/customers/")
    page.evaluate("window.stayed = true")
    page.click("summary:has-text('Lifecycle')")
    page.click(".menu-list a:has-text('Active')")
    page.wait_for_url("**/customers/?lifecycle=active")
    page.click("thead a:has-text('Customer')")
    page.wait_for_url("**sort=name**")
    page.click("a[rel=next]")
    page.wait_for_url("**after=**")
    assert page.locator("tbody tr").count() == 11
    assert page.evaluate("window.stayed")
    page.go_back()
    page.wait_for_selector("a[rel=next]")


def test_the_list_the_record_and_an_edit_work_without_scripts(visitor: Visitor, huaxin: Customer) -> None:
    page = visitor.open("/customers/", scripts=False)
    page.fill(".filter-search input", "szhx")
    page.press(".filter-search input", "Enter")
    page.click("tbody a:has-text('苏州华新家电')")
    page.click("a:has-text('Edit')")
    page.fill("#id_best_time_to_contact", "周二上午")
    page.click("button:has-text('Save')")
    assert page.url.endswith(f"/customers/{huaxin.pk}/")
    assert page.is_visible("text=周二上午")


def test_the_search_box_suggests_while_one_types(visitor: Visitor, huaxin: Customer) -> None:
    page = visitor.open("/customers/orders/")
    page.keyboard.press("Control+k")
    page.keyboard.type("huaxin")
    page.click("#search-results a:has-text('苏州华新家电')")
    page.wait_for_url(f"**/customers/{huaxin.pk}/")


def test_the_figures_of_the_record_lead_to_their_rows(visitor: Visitor, huaxin: Customer) -> None:
    page = visitor.open(f"/customers/{huaxin.pk}/")
    page.click("dt:has-text('Average days to pay') + dd a")
    page.wait_for_url("**state=for_order")
    assert page.locator("tbody tr:has-text('P-')").count() == 7
    page.click("a:has-text('SO-7')")
    assert page.is_visible("h1:has-text('SO-7')")
