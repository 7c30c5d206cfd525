"""Every page that the gallery knows, in one browser: nothing for axe to report, nothing wider than the screen."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from customers.models import Campaign, Channel, Competitor, Informant, Task
from customers.services.regions import load_regions
from tests.cast import Cast, cast, make_customer, make_order, sign_in
from tests.e2e.gallery import (
    BELOW_PERSON,
    BELOW_RECORD,
    NAMED,
    SENT,
    SHOWN,
    addresses_without_arguments,
    send,
    submit_name,
    submit_older,
)
from tests.e2e.visitor import AXE, RULES, SIZES, visiting

__all__ = ["cast"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def regions(transactional_db: None) -> None:
    """Have the regions there, which other tests of browsers leave behind empty."""
    load_regions()


@pytest.fixture
def addresses(regions: None, cast: Cast) -> list[str]:
    """Return the address of every page, with one thing of each sort behind it."""
    person = make_customer("P1", "陈国栋", kind="person", owner=cast.ada)
    make_customer("K9", "苏州华新家电有限公司", owner=cast.alice)
    channel = Channel.objects.create(name="展会", kind="exhibition")
    campaign = Campaign.objects.create(code="E1", name="春季展", channel=channel, starts_on=date(2024, 1, 1))
    rival = Competitor.objects.create(name="恒丰")
    informant = Informant.objects.create(name="老王", owner=cast.ada)
    task = Task.objects.create(customer=person, title="回电", due_on=date(2024, 1, 1), assignee=cast.ada)
    order = make_order(cast.huaxin, "SO-1", date(2024, 3, 1), 100)
    record = f"/customers/{cast.huaxin.pk}/"
    return [
        *(f"/{each}" for each in addresses_without_arguments()),
        record,
        *(record + below for below in BELOW_RECORD.values()),
        f"{record}merge/?with=K9",
        *(f"/customers/{person.pk}/{below}" for below in ("", *BELOW_PERSON.values())),
        *NAMED.values(),
        f"/customers/orders/{order.pk}/",
        f"/customers/tasks/{task.pk}/",
        f"/customers/competitors/{rival.pk}/",
        f"/customers/campaigns/informants/{informant.pk}/",
        *(
            f"/customers/directory/{name}/{pk}/"
            for name, pk in (("channels", channel.pk), ("campaigns", campaign.pk))
        ),
    ]


def faults(page: Page, width: int) -> list[Any]:
    """Return what axe reports of an open page, and by how much it is too wide."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate(f"async () => await axe.run({{runOnly: {RULES}}})")
    found = [(each["id"], each["nodes"][0]["target"]) for each in report["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth") - width
    return [*found, *([("too wide", wide)] if wide > 0 else [])]


@pytest.mark.parametrize("size", SIZES)
def test_no_page_has_anything_for_axe_or_breaks_the_width(
    browser_path: str, live_server: LiveServer, addresses: list[str], cast: Cast, size: str
) -> None:
    session = sign_in(cast.ada).cookies[settings.SESSION_COOKIE_NAME].value
    found = {}
    fields = {"ids": str(cast.huaxin.pk)}
    with visiting(browser_path, live_server.url, session) as visitor:
        page = visitor.open("/customers/", size, language="zh-hans")
        page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
        sent = {name: partial(send, page, to, {**more, **fields}) for name, (_from, to, more) in SENT.items()}
        for address in addresses:
            answer = page.goto(visitor.base + address)
            assert answer, address
            assert answer.status == 200, (address, answer.status)
            found[address] = faults(page, SIZES[size]["width"])
        asks = {
            "conflict": partial(submit_older, page),
            "alike": partial(submit_name, page, cast.huaxin.name),
        }
        for name, ask in {**sent, **asks}.items():
            below = "new/" if name == "alike" else f"{cast.huaxin.pk}/edit/"
            page.goto(f"{visitor.base}/customers/{below}")
            answer = ask()
            assert answer, name
            assert answer.status in SHOWN, (name, answer.status)
            found[name] = faults(page, SIZES[size]["width"])
    assert {where: what for where, what in found.items() if what} == {}
