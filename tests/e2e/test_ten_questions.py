"""Ten questions of the field, answered from the pages alone: what is clicked, and what is then read.

Every answer is held against the database or against the rows that the figure led to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from analysis.selectors.record_words import UNKNOWN
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from analysis.views.measures.pages import PAGES
from crm.models import User
from customers.services.demo import Plan, seed_demo
from customers.services.regions import load_regions
from tests.cast import sign_in
from tests.e2e.test_every_page import faults
from tests.e2e.visitor import SIZES, Visitor, visiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin(transactional_db: None) -> User:
    """Return the administrator of a tiny demo company whose every measure is worked out."""
    load_regions()
    seed_demo(Plan.of("tiny", as_of=timezone.localdate(), seed=7), password="a password for the demo only")
    carry_out_here(start_run(actor=None, queue=False))
    return User.objects.get(username="admin")


def follow(page: Page, *names: str) -> None:
    """Click from link to link, from the navigation on."""
    for name in names:
        page.get_by_role("link", name=gettext(name), exact=True).first.click()


def open_measure(page: Page, title: str) -> None:
    """Open a measure as anybody finds it: the overview, then its name."""
    follow(page, "Overview", title)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def choose(page: Page, control: str, option: str) -> None:
    """Choose from one of the controls on top."""
    page.locator("summary", has_text=control).first.click()
    page.locator("details[open]").get_by_role("link", name=option, exact=True).click()


def figure(page: Page, label: str) -> str:
    """Read a headline figure."""
    return page.locator(".kpi", has_text=label).locator(".kpi-value").inner_text()


def found_by(query: str, *values: Any) -> tuple[Any, ...]:
    """Return the first row that the database answers with: asked beside the browser's loop, where nobody may wait."""

    def ask() -> tuple[Any, ...]:
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(query, values)
            row: tuple[Any, ...] = cursor.fetchone()
        return row

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(ask).result()


def rows(page: Page) -> int:
    """Read how many rows the ranked table has."""
    said = page.locator("#rows .panel-head p").inner_text()
    return int(re.sub(r"\D", "", said))


def who_drags_in_east_china_and_at_what_cost(page: Page) -> None:
    open_measure(page, "Drag customers")
    everywhere = int(figure(page, "Drag customers"))
    choose(page, "Region", "East China")
    assert int(figure(page, "Drag customers")) == rows(page) < everywhere
    assert figure(page, "What serving them cost").startswith("¥")
    expect(page.locator("#rows thead")).to_contain_text("Service cost, CNY")


def which_products_does_this_customer_buy_at_the_lowest_margin(page: Page) -> None:
    follow(page, "Customers")
    page.locator("tbody th a").first.click()
    follow(page, "Trade", "Lowest margin")
    customer = re.findall(r"/customers/(\d+)/", page.url)[0]
    table = page.get_by_role("table", name=gettext("Products and margins"))
    names, margin = found_by(
        """SELECT array_agg(name ORDER BY margin, sku), min(margin) FROM (
               SELECT product.name, product.sku,
                   100 * (1 - sum(line.cost_cents) / sum(line.revenue_cents)::float) AS margin
               FROM customers_orderline line JOIN customers_product product ON product.id = line.product_id
               JOIN customers_order ON customers_order.id = line.order_id, analysis_analysisrun run
               WHERE line.customer_id = %s AND customers_order.status <> 'cancelled' AND NOT product.not_merchandise
               AND line.ordered_on >= run.window_start AND line.ordered_on < run.window_end
               GROUP BY product.id ORDER BY margin, sku LIMIT 10) AS bought""",
        customer,
    )
    shown = table.locator("tbody th").all_inner_texts()
    assert [text.split("\n")[0].strip() for text in shown] == names
    assert len(names) > 1
    expect(table.locator("tbody td").nth(1)).to_have_text(f"{margin:.1f}%".replace("-", "−"))


def who_buys_the_product_that_earns_least(page: Page) -> None:
    open_measure(page, "Product margins")
    choose(page, "Sorted by", "Lowest margin")
    first = page.locator("#rows tbody tr").first
    margin = float(first.locator("td.n").first.inner_text().rstrip("%").replace("−", "-"))
    second = page.locator("#rows tbody tr").nth(1).locator("td.n").first.inner_text()
    assert margin <= float(second.rstrip("%").replace("−", "-"))
    first.locator("a").first.click()
    expect(page.locator("#rows h2")).to_have_text("Customers who buy this product")
    expect(page.locator("#rows tbody tr").first).to_be_visible()


def who_is_about_to_leave_and_why(page: Page) -> None:
    follow(page, "Churn")
    count = int(figure(page, "Customers at risk"))
    reasons = page.locator("#customers tbody td.reason")
    assert 0 < reasons.count() <= count
    assert reasons.first.inner_text()


def what_would_pushing_bring_and_with_whom(page: Page) -> None:
    open_measure(page, "Mix advice")
    count = int(figure(page, "Push"))
    page.locator(".kpi", has_text="Push").locator("a").first.click()
    assert rows(page) == count
    expect(page.locator("#rows thead")).to_contain_text("Gain, CNY")


def which_channel_paid_and_what_did_a_customer_cost(page: Page) -> None:
    open_measure(page, "Source to profit")
    expect(page.locator("#finding-title")).to_contain_text("brought most")
    # Of all that customers ever left, by where they came from first; what the channel's campaigns cost beside it.
    channel, margin = found_by(
        """SELECT channel.name, sum(line.revenue_cents - line.cost_cents)
           FROM customers_orderline line JOIN customers_customer customer ON customer.id = line.customer_id
           LEFT JOIN customers_channel channel ON channel.id = customer.source_id
           WHERE customer.deleted_at IS NULL AND NOT customer.scoring_refused
           GROUP BY channel.id ORDER BY 2 DESC LIMIT 1"""
    )
    first = page.locator("#rows tbody tr").first
    expect(first).to_contain_text(channel or str(UNKNOWN))
    expect(first).to_contain_text(f"{margin / 100:,.0f}")
    expect(page.locator("#rows thead")).to_contain_text("Cost of a customer")


def how_much_is_overdue_and_from_whom(page: Page) -> None:
    open_measure(page, "Purchasing power and credit")
    owing = page.locator(".kpi", has_text="Overdue").locator(".kpi-note").inner_text()
    page.locator(".kpi", has_text="Overdue").locator("a").first.click()
    assert rows(page) == int(re.findall(r"\d+", owing)[-1])


def what_sells_where(page: Page) -> None:
    open_measure(page, "Regions and products")
    expect(page.locator("#finding-title")).to_contain_text("sells most in")
    choose(page, "Level", "Province")
    expect(page.locator("#rows tbody tr").first).to_be_visible()


def whom_does_each_branch_lose(page: Page) -> None:
    open_measure(page, "Retention lists")
    lost = int(figure(page, "Lost"))
    page.locator(".kpi", has_text="Lost").locator("a").first.click()
    assert rows(page) == lost
    expect(page.locator("#rows tbody tr").first).to_contain_text("Lost")


def which_key_customers_are_to_be_won_back(page: Page) -> None:
    open_measure(page, "RFM")
    count = int(figure(page, "Key customers to win back"))
    page.locator(".kpi", has_text="Key customers to win back").locator("a").first.click()
    assert rows(page) == count
    follow(page, "Overview")
    expect(page.locator("#changed-title")).to_have_text("What changed")


# A rep asks of their own customer, in Chinese; who sees the company asks the others.
OF_A_REP = (which_products_does_this_customer_buy_at_the_lowest_margin,)
QUESTIONS: tuple[Callable[[Page], None], ...] = (
    who_drags_in_east_china_and_at_what_cost,
    *OF_A_REP,
    who_buys_the_product_that_earns_least,
    who_is_about_to_leave_and_why,
    what_would_pushing_bring_and_with_whom,
    which_channel_paid_and_what_did_a_customer_cost,
    how_much_is_overdue_and_from_whom,
    what_sells_where,
    whom_does_each_branch_lose,
    which_key_customers_are_to_be_won_back,
)


def test_ten_questions_are_answered_from_the_pages_alone(
    browser_path: str, live_server: LiveServer, admin: User
) -> None:
    of_admin, of_rep = session_of(admin), session_of(User.objects.get(username="rep"))
    with visiting(browser_path, live_server.url, of_admin) as visitor:
        rep = Visitor(visitor.browser, visitor.base, of_rep)
        unanswered = asked(visitor, "en", [each for each in QUESTIONS if each not in OF_A_REP])
        unanswered |= asked(rep, "zh-hans", OF_A_REP)
        assert unanswered == {}
        assert page_faults(visitor) == {}
        assert (visitor.complaints, rep.complaints) == ([], [])


def session_of(user: User) -> str:
    return sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value


def asked(visitor: Visitor, language: str, questions: Sequence[Callable[[Page], None]]) -> dict[str, str]:
    """Ask somebody's questions one after the other; return those that found no answer, and why."""
    page, unanswered = visitor.open("/analysis/", language=language), {}
    page.set_default_timeout(8_000)
    with translation.override(language):
        for question in questions:
            try:
                question(page)
            except Exception as error:
                unanswered[question.__name__] = f"{type(error).__name__}: {error}"[:400]
                page.goto(f"{visitor.base}/analysis/")
    return unanswered


def page_faults(visitor: Visitor) -> dict[tuple[str, str], Any]:
    """What axe finds on each measure's page at both widths, every other page in the dark, and how much too wide it is.

    A page is opened once, and then made narrow.
    """
    addresses = ["/analysis/", *(each.url for each in PAGES.values())]
    found = {}
    for place, theme in enumerate(("light", "dark")):
        page = visitor.open("/analysis/annotations/", theme=theme, language="zh-hans")
        page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
        for address in addresses[place::2]:
            page.set_viewport_size(SIZES["desk"])
            page.goto(visitor.base + address)
            for size, box in SIZES.items():
                page.set_viewport_size(box)
                found[address, size] = faults(page, box["width"])
        page.context.close()
    return {looked: faulty for looked, faulty in found.items() if faulty}
