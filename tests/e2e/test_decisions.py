"""What managers decide reaches the queue of the day, and what reps do about customers at risk ends there."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from analysis.models import AnalysisRun, Policy
from analysis.services import drafts, policies
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import User
from crm.services import jobs
from crm.services.notifications import stop_token
from customers.models import CaseState, ChurnCase, Customer, Region, WishListEntry
from customers.services.churn_cases import note_step
from customers.services.regions import load_regions
from customers.services.tasks import create_task
from tests.analysis.buyers import buyers
from tests.cast import Cast, cast, make_order, sign_in
from tests.e2e.visitor import SIZES, SWITCHES, Visitor

__all__ = ["cast"]
T = TypeVar("T")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def company(transactional_db: None) -> None:
    """Have the regions there, which other tests of browsers leave behind empty."""
    load_regions()


@contextmanager
def visitors(browser_path: str, server: LiveServer, *users: User) -> Iterator[list[Visitor]]:
    """Open a browser in which each of the users is signed in for themselves."""
    sessions = [sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value for user in users]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=SWITCHES)
        yield [Visitor(browser, server.url, session) for session in sessions]
        browser.close()


def aside(work: Callable[[], T]) -> T:
    """Do something with the database while a browser is open, which must not share its thread."""

    def closing() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(closing).result()


def test_a_manager_raises_a_threshold_and_the_rep_s_day_changes(
    browser_path: str, live_server: LiveServer, company: None, cast: Cast
) -> None:
    today = timezone.localdate()
    make_order(cast.huaxin, "SO-1", today - timedelta(days=20), 6_000_000)
    start_run(actor=None, as_of=today, queue=False)
    with visitors(browser_path, live_server, cast.alice, cast.dora) as (rep, manager):
        day = rep.open("/customers/today/")
        expect(day.locator(".queue-row")).to_contain_text("customer of tier A")

        page = manager.open("/analysis/policy/")
        page.locator("#id_region_0").fill("江苏")
        page.locator("#id_a_0").fill("50000000")
        page.locator("#id_b_0").fill("20000000")
        page.locator("#id_reason").fill("Jiangsu has grown")
        page.get_by_role("button", name="See who would move").click()
        mover = page.locator("#movers tbody tr")
        expect(mover).to_contain_text("苏州华新家电")
        expect(mover.locator(".tier")).to_have_text(["A", "C"])
        assert aside(Policy.objects.count) == 1
        page.get_by_role("button", name="Publish as a new version").click()
        expect(page.locator(".notice").first).to_contain_text("Published as version 2")
        aside(lambda: jobs.execute(AnalysisRun.objects.latest("id").job_id or 0))
        page.goto(f"{live_server.url}/analysis/policy/versions/")
        expect(page.locator("tbody tr").first).to_contain_text("Jiangsu has grown")

        day.reload()
        # A customer of tier C is due no care visits.
        expect(day.locator(".empty-title")).to_have_text("Nothing waits today")
        assert rep.complaints == manager.complaints == []


def test_a_rep_works_a_customer_at_risk_to_its_outcome(
    browser_path: str, live_server: LiveServer, company: None, cast: Cast
) -> None:
    today = timezone.localdate()
    buyers(90, today - timedelta(days=900), today - timedelta(days=120))
    policy = policies.adopt({"churn": {"flag_at": "0.2"}}, actor=None)
    run = start_run(actor=None, as_of=today, policy=policy, queue=False)
    late = run.snapshots.filter(churn_flag=True, last_order_on__gte=today - timedelta(days=200)).earliest(
        "rank"
    )
    Customer.objects.filter(pk=late.customer_id).update(
        owner=cast.alice, name="金陵酒店", region=Region.objects.get(code="320100")
    )
    with visitors(browser_path, live_server, cast.alice) as (rep,):
        page = rep.open("/customers/today/")
        page.locator(".queue-row", has_text="金陵酒店").get_by_role("link", name="Follow up").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Follow up")

        page.goto(f"{live_server.url}/analysis/churn/work/")
        row = page.locator("tbody tr", has_text="金陵酒店")
        row.get_by_role("button", name="Contacted").click()
        expect(page.locator(".notice").first).to_contain_text("Contacted")
        row = page.locator("tbody tr", has_text="金陵酒店")
        row.get_by_role("link", name="Outcome").click()
        page.get_by_label("Won back").check()
        page.get_by_label("Note").fill("orders again next week")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".notice").first).to_contain_text("Won back")

        page.goto(f"{live_server.url}/analysis/churn/work/?view=closed")
        expect(page.locator("tbody tr").first).to_contain_text("orders again next week")
        case = aside(lambda: ChurnCase.objects.select_related("worked_by").get())
        assert (case.state, case.worked_by, case.closed_at is not None) == ("won_back", cast.alice, True)
        page.goto(f"{live_server.url}/customers/today/")
        expect(page.locator(".queue-row", has_text="Follow up")).to_have_count(0)
        assert rep.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_no_page_of_decisions_has_anything_for_axe_or_breaks_the_width(
    browser_path: str, live_server: LiveServer, company: None, cast: Cast, size: str
) -> None:
    today = timezone.localdate()
    make_order(cast.huaxin, "SO-1", today - timedelta(days=20), 6_000_000)
    WishListEntry.objects.create(customer=cast.huaxin, year=today.year)
    run = start_run(actor=None, as_of=today, queue=False)
    carry_out_here(run, only=["drag", "wish_list"])
    current = policies.current()
    rules = {**current.rules, "region_thresholds": {"320000": {"a": 50_000_000, "b": 20_000_000}}}
    draft = drafts.write_draft(actor=cast.dora, based_on=current.pk, rules=rules, reason="trial")
    create_task(actor=cast.ada, customer_id=cast.huaxin.pk, title="x", due_on=today, assignee=cast.dora)
    note_step(cast.huaxin.pk, actor=cast.alice, state=CaseState.CONTACTED, note="rang")
    of_manager = [
        draft.get_absolute_url(),
        "/analysis/policy/versions/",
        "/analysis/policy/versions/1/",
        "/analysis/lists/wish/",
        "/analysis/lists/drag/",
        "/analysis/churn/work/?view=all",
        "/analysis/team/",
        "/customers/plans/",
        "/notifications/",
        f"/customers/{cast.huaxin.pk}/churn/",
        f"/notifications/stop/{stop_token(cast.dora.pk)}/",
    ]
    theme, language = ("dark", "zh-hans") if size == "phone" else ("light", "en")
    with visitors(browser_path, live_server, cast.dora, cast.ada) as people:
        for visitor, theirs in zip(people, (of_manager, ["/analysis/policy/"]), strict=True):
            for path in theirs:
                page = visitor.open(path, size, theme=theme, language=language)
                assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
                assert visitor.violations(page) == [], path
                page.context.close()
            assert visitor.complaints == []
