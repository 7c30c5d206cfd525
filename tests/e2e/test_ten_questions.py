"""Ten questions of the field, answered from the pages alone: what is clicked, and what is then read.

Every answer is held against the database or against the rows that the figure led to.
"""

from __future__ import annotations

import re
import struct
import zlib
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
from crm.paging import PAGE_SIZE
from crm.templatetags.format import compact_money, number, percent
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


# What was sold of goods within the window of the one run that there is, and the customers whom it scored.
SOLD = """WITH customer AS (
    SELECT * FROM customers_customer WHERE deleted_at IS NULL AND NOT scoring_refused
), sold AS (
    SELECT line.*, CASE WHEN cost_cents IS NOT NULL THEN revenue_cents END AS costed_cents,
        product.name AS product, product.sku, product.category_id, customer.region_id
    FROM customers_orderline line JOIN customers_order ON customers_order.id = line.order_id
    JOIN customers_product product ON product.id = line.product_id
    JOIN customer ON customer.id = line.customer_id, analysis_analysisrun run
    WHERE customers_order.status <> 'cancelled' AND NOT product.not_merchandise
    AND line.ordered_on >= run.window_start AND line.ordered_on < run.window_end
) """


def found_by(query: str, *values: Any) -> tuple[Any, ...]:
    """Return the first row that the database answers with: asked beside the browser's loop, where nobody may wait.

    A query may read SOLD's tables.
    """

    def ask() -> tuple[Any, ...]:
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(SOLD + query, values)
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
    # Who dragged behind is what the run marked; what serving them cost is what was recorded.
    names, cost = found_by(
        """SELECT array_agg(name ORDER BY name), 100 * coalesce(sum(spent), 0) FROM (
               SELECT customer.name, (
                   SELECT sum(amount) FROM customers_servicecost cost WHERE cost.customer_id = customer.id
                   AND incurred_on >= run.window_start AND incurred_on < run.window_end
               ) AS spent
               FROM customer JOIN customers_region region ON region.id = customer.region_id
               JOIN customers_region area ON starts_with(region.path, area.path), analysis_analysisrun run
               WHERE area.english_name = 'East China' AND EXISTS (
                   SELECT FROM analysis_customersnapshot scored
                   WHERE scored.run_id = run.id AND customer_id = customer.id AND marks = 'drag'
               ) AND NOT EXISTS (
                   SELECT FROM analysis_goldrow WHERE run_id = run.id AND customer_id = customer.id AND is_gold
               )
           ) AS dragging"""
    )
    assert int(figure(page, "Drag customers")) == rows(page) == len(names) < everywhere
    assert figure(page, "What serving them cost") == compact_money(cost, "CNY")
    assert sorted(page.locator("#rows tbody th a").all_inner_texts()) == sorted(names)
    expect(page.locator("#rows thead")).to_contain_text("Service cost, CNY")


def which_products_does_this_customer_buy_at_the_lowest_margin(page: Page) -> None:
    follow(page, "Customers")
    page.locator("tbody th a").first.click()
    follow(page, "Trade", "Lowest margin")
    customer = re.findall(r"/customers/(\d+)/", page.url)[0]
    table = page.get_by_role("table", name=gettext("Products and margins"))
    names, margin = found_by(
        """SELECT array_agg(name ORDER BY margin, sku), min(margin) FROM (
               SELECT product AS name, sku, 100 * (1 - sum(cost_cents) / sum(costed_cents)::float) AS margin
               FROM sold WHERE customer_id = %s GROUP BY product, sku ORDER BY margin, sku LIMIT 10) AS bought""",
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
    product, margin, buyers = found_by(
        """SELECT product, 1 - sum(cost_cents) / sum(costed_cents)::float AS margin, count(DISTINCT customer_id)
           FROM sold GROUP BY product, product_id HAVING sum(costed_cents) > 0 ORDER BY margin LIMIT 1"""
    )
    expect(first.locator("th")).to_have_text(product)
    expect(first.locator("td.n").first).to_have_text(percent(margin))
    first.locator("a").first.click()
    expect(page.locator("#rows h2")).to_have_text("Customers who buy this product")
    assert rows(page) == buyers > 0


def who_is_about_to_leave_and_why(page: Page) -> None:
    follow(page, "Churn")
    name, codes, flagged = found_by(
        """SELECT name, churn_reasons, count(*) OVER ()
           FROM analysis_customersnapshot scored JOIN customer ON customer.id = scored.customer_id
           WHERE churn_flag ORDER BY net_revenue DESC, customer.id LIMIT 1"""
    )
    assert int(figure(page, "Customers at risk")) == flagged > 0
    listed, reasons = page.locator("#customers tbody th a"), page.locator("#customers tbody td.reason")
    assert listed.count() == reasons.count() == min(flagged, PAGE_SIZE)
    expect(listed.first).to_have_text(name)
    expect(reasons.first.locator("span")).to_have_count(len(codes.split("|")))


def what_would_pushing_bring_and_with_whom(page: Page) -> None:
    open_measure(page, "Mix advice")
    count = int(figure(page, "Push"))
    worth = page.locator(".kpi", has_text="Push").locator(".kpi-note").inner_text()
    page.locator(".kpi", has_text="Push").locator("a").first.click()
    name, pieces, gain = found_by(
        """SELECT name, count(*) OVER (), sum(gain) OVER ()
           FROM analysis_mixadvice JOIN customer ON customer.id = customer_id WHERE advice = 'push'
           ORDER BY gain DESC, customer_id, product_id LIMIT 1"""
    )
    assert rows(page) == count == pieces
    assert worth == f"worth {compact_money(gain, 'CNY')}"
    expect(page.locator("#rows thead")).to_contain_text("Gain, CNY")
    expect(page.locator("#rows tbody th a").first).to_have_text(name)


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
    # A refund that is due takes away from what else a customer owes.
    customers, cents = found_by(
        """SELECT count(*) FILTER (WHERE owed > 0), sum(owed) FROM (
               SELECT sum(amount_cents) AS owed
               FROM customers_payment payment JOIN customer ON customer.id = payment.customer_id
               LEFT JOIN customers_order ON customers_order.id = order_id, analysis_analysisrun run
               WHERE due_on < as_of AND (paid_on IS NULL OR paid_on > as_of)
               AND coalesce(customers_order.ordered_on, due_on) <= as_of
               AND customers_order.status IS DISTINCT FROM 'cancelled' GROUP BY payment.customer_id
           ) AS overdue"""
    )
    overdue = page.locator(".kpi", has_text="Overdue")
    expect(overdue.locator(".kpi-value")).to_have_text(compact_money(cents, "CNY"))
    expect(overdue.locator(".kpi-note")).to_contain_text(f"from {customers} customers")
    overdue.locator("a").first.click()
    assert rows(page) == customers > 0


# The region of a level, within a part of the country, and the category of which most was sold there.
SELLS_MOST = """SELECT category.name, place.english_name, sum(quantity)
    FROM sold JOIN customers_productcategory category ON category.id = category_id
    JOIN customers_region region ON region.id = region_id
    JOIN customers_region place ON starts_with(region.path, place.path) AND place.level = %s
    JOIN customers_region part ON starts_with(region.path, part.path) AND part.level = 'area'
    WHERE starts_with(part.code, %s) GROUP BY category.id, place.id ORDER BY 3 DESC LIMIT 1"""


def what_sells_where(page: Page) -> None:
    open_measure(page, "Regions and products")
    category, area, _quantity = found_by(SELLS_MOST, "area", "CN-")
    expect(page.locator("#finding-title")).to_have_text(f"{category} sells most in {area}")
    choose(page, "Region", "East China")
    choose(page, "Level", "Province")
    category, province, quantity = found_by(SELLS_MOST, "province", "CN-E")
    expect(page.locator("#finding-title")).to_have_text(f"{category} sells most in {province}")
    first = page.locator("#rows tbody tr").first
    expect(first.locator("th")).to_have_text(province)
    expect(first).to_contain_text(category)
    expect(first.locator("td.n").first).to_have_text(number(quantity))


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


# A chart of the small drawing library and one that the whole of it draws.
TAKEN_HOME = ("profitability", "product_distribution")
# A picture of one colour is written with fewer different bytes.
LEAST_TONES = 50


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
        for name in TAKEN_HOME:
            a_chart_is_taken_home(visitor, name)
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


def a_chart_is_taken_home(visitor: Visitor, name: str) -> None:
    """Take a page's chart as a picture and print the page, as somebody does who works in the dark."""
    page = visitor.open(PAGES[name].url, theme="dark")
    page.locator("#finding canvas").first.wait_for()
    with page.expect_download() as download:
        page.click("[data-chart-image=finding]")
    assert download.value.suggested_filename == "finding.png"
    width, height, tones = picture_of(download.value.path().read_bytes())
    drawn = page.locator("#finding").bounding_box()
    assert drawn
    assert abs(width - 2 * drawn["width"]) <= 2
    assert height > 2 * drawn["height"]
    assert tones > LEAST_TONES
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for left_out in ("#side", ".bar", ".panel-tools", ".head .actions"):
        expect(page.locator(left_out).first).to_be_hidden()
    expect(page.locator("#finding canvas").first).to_be_hidden()
    expect(page.locator("#finding > .chart-paper")).to_be_visible()
    for kept in ("h1", ".kpi", "#finding-title", "#rows table"):
        expect(page.locator(kept).first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".chart-paper").count() == 0
    page.context.close()


def picture_of(content: bytes) -> tuple[int, int, int]:
    """The width and height of a PNG file, and how many different bytes its dots are written with."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    place, dots = 8, b""
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        if content[place + 4 : place + 8] == b"IDAT":
            dots += content[place + 8 : place + 8 + length]
        place += length + 12
    return width, height, len(set(zlib.decompress(dots)))
