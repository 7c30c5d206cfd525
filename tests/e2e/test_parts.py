"""What hangs on a customer, in a real browser: added, edited in place, removed, taken back; the network drawn."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Role
from customers.models import Competitor, Customer, ImportantDate, KeyPerson, Need, Relation, WalletShare
from tests.cast import make_customer, make_order, make_user, sign_in
from tests.e2e.visitor import SIZES, Visitor, visiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABS = ("trade", "behaviour", "relations", "competition")


@pytest.fixture
def chen(transactional_db: None) -> Customer:
    """Return a person who is somebody in a company and somebody's brother."""
    rep = make_user("rep", Role.REP)
    person = make_customer("P1", "陈国栋", kind="person", owner=rep)
    brother = make_customer("P2", "陈国梁", kind="person", owner=rep)
    company = make_customer("C1", "恒泰连锁", owner=rep)
    KeyPerson.objects.create(customer=company, person=person, role="legal_representative")
    Relation.objects.create(customer=brother, other=person, kind="relative")
    ImportantDate.objects.create(customer=person, kind="birthday", calendar="lunar", month=8, day=15)
    Need.objects.create(customer=person, statement="要更快到货", noted_on=date(2024, 1, 1))
    make_order(person, "SO-1", date(2024, 3, 1), 100)
    WalletShare.objects.create(
        customer=person,
        competitor=Competitor.objects.create(name="恒丰"),
        period_start=date(2024, 1, 1),
        period_end=date(2025, 1, 1),
        amount_elsewhere=50,
        noted_on=date(2024, 5, 1),
    )
    return person


@pytest.fixture
def visitor(browser_path: str, live_server: LiveServer, chen: Customer) -> Iterator[Visitor]:
    """Return the rep's browser."""
    assert chen.owner is not None
    session = sign_in(chen.owner).cookies[settings.SESSION_COOKIE_NAME].value
    with visiting(browser_path, live_server.url, session) as somebody:
        yield somebody


@pytest.mark.parametrize("size", SIZES)
def test_no_tab_has_anything_for_axe_or_breaks_the_policy_or_the_width(
    visitor: Visitor, chen: Customer, size: str
) -> None:
    theme = "dark" if size == "phone" else "light"
    tabs = [f"/customers/{chen.pk}/?tab={tab}" for tab in TABS]
    registers = [f"/customers/{name}/" for name in ("competitors", "campaigns/channels")]
    for path in [*tabs, f"/customers/{chen.pk}/parts/dates/new/", *registers]:
        page = visitor.open(path, size, theme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"], path
        assert visitor.complaints == [], path
        assert visitor.violations(page) == [], path
        page.context.close()


def test_a_row_is_added_edited_removed_and_taken_back_in_its_place(visitor: Visitor, chen: Customer) -> None:
    page = visitor.open(f"/customers/{chen.pk}/?tab=behaviour", "phone")
    page.evaluate("window.stayed = true")
    card = page.locator("#part-needs")
    card.get_by_label("Note a need").click()
    card.get_by_label("statement").fill("要按月对账")
    card.get_by_role("button", name="Note a need").click()
    page.wait_for_selector("#part-needs .part-title:has-text('要按月对账')")
    card.get_by_label("Edit: 要按月对账").click()
    card.get_by_label("statement").fill("")
    card.get_by_role("button", name="Save").click()
    card.get_by_label("statement").fill("要按季对账")
    card.get_by_role("button", name="Save").click()
    page.wait_for_selector("#part-needs .part-title:has-text('要按季对账')")
    card.get_by_label("Remove: 要按季对账").click()
    card.get_by_role("button", name="Undo").click()
    page.wait_for_selector("#part-needs .part-title:has-text('要按季对账')")
    assert page.evaluate("window.stayed")
    assert visitor.complaints == []


def test_somebody_is_named_by_what_is_suggested(visitor: Visitor, chen: Customer) -> None:
    page = visitor.open(f"/customers/{chen.pk}/?tab=relations")
    card = page.locator("#part-relations")
    card.get_by_label("Add a tie").first.click()
    card.get_by_label("kind of tie").select_option("classmate")
    field = card.get_by_label("The other, if a customer")
    field.press_sequentially("cgl")
    page.wait_for_selector("#part-relations datalist option", state="attached")
    field.fill(page.locator("#part-relations datalist option").first.get_attribute("value") or "")
    card.get_by_role("button", name="Add a tie").click()
    page.wait_for_selector("#part-relations .part-title:has-text('陈国梁')")


def test_the_network_is_drawn_and_listed(visitor: Visitor, chen: Customer) -> None:
    page = visitor.open(f"/customers/{chen.pk}/?tab=relations")
    page.wait_for_selector("#network canvas")
    words = page.locator(".panel:has-text('The network in words')").inner_text()
    for each in ("恒泰连锁", "Legal representative there", "陈国梁", "Relative"):
        assert each in words
    assert visitor.complaints == []


def test_cards_work_without_scripts(visitor: Visitor, chen: Customer) -> None:
    page = visitor.open(f"/customers/{chen.pk}/?tab=behaviour", scripts=False)
    page.click("#part-needs a[title='Note a need']")
    page.fill("#need-statement", "要按月对账")
    page.click("#part-needs button:has-text('Note a need')")
    page.wait_for_url(f"**/customers/{chen.pk}/?tab=behaviour**")
    page.click("#part-needs li:has-text('要按月对账') button[title='Remove']")
    page.click("button:has-text('Undo')")
    assert page.is_visible("#part-needs .part-title:has-text('要按月对账')")
