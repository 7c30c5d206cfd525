"""One customer's record and one order."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.extensions import Explanation, PastStanding, Standing, offer_insights
from customers.models import Complaint, ContactPoint, OpeningBalance, OrderStatus, Payment
from customers.selectors.financial_record import financial_record
from tests.cast import Cast, make_order, make_payment, sign_in

# What each tab costs however much there is to show.
QUERIES = {
    "overview": 7,
    "profile": 13,
    "trade": 15,
    "behaviour": 22,
    "relations": 21,
    "competition": 11,
    "analysis": 7,
    "history": 11,
}
TABS = tuple(QUERIES)
STANDING = Standing("A", "≥ 5,000,000", ("vip",), True, "18 days overdue", "warn", "orders every 26 days")


@pytest.fixture
def explained(cast: Cast) -> Iterator[None]:
    """Let a published run explain 华新."""

    class Run:
        def explain(self, customer_id: int, *, viewer: object) -> Explanation:
            return Explanation(
                standing=STANDING,
                as_of=date(2024, 12, 31),
                window_start=date(2024, 1, 1),
                window_end=date(2025, 1, 1),
                net_revenue=500_000_000,
                gross_margin=93_000_000,
                rank=2,
                population=40,
                share=0.212,
                change=-0.084,
                tier_reasons=("Net revenue reached the line of A.",),
                next_tier="Below 4,500,000 it becomes B.",
                churn_probability=0.41,
                horizon_days=90,
                churn_reasons=("It usually orders every 26 days.",),
            )

        def history(self, customer_id: int, *, viewer: object) -> list[PastStanding]:
            return [PastStanding(date(2023, 12, 31), "B", "Below the line.", 90_000_000, 4, None)]

    replaced = offer_insights(lambda: Run())  # type: ignore[arg-type,return-value]
    yield
    assert replaced is not None
    offer_insights(replaced)


def page(cast: Cast, user: Any, tab: str = "overview", **parameters: str) -> str:
    """Return the text of the record of 华新."""
    query = {"tab": tab, **parameters}
    return sign_in(user).get(f"/customers/{cast.huaxin.pk}/", query).content.decode()


def test_the_head_says_what_the_run_says_and_why(cast: Cast, explained: None) -> None:
    text = page(cast, cast.alice)
    for words in ("tier-A", "18 days overdue", "Why A?", "reached the line", "Below 4,500,000", "41.0%"):
        assert words in text


def test_without_a_run_the_orders_alone_speak(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    text = page(cast, cast.alice)
    assert "Not ranked yet" in text
    assert "Average order value" in text


def test_the_financial_record_links_each_figure_to_its_rows(cast: Cast) -> None:
    make_order(cast.orphan, "SO-9", date(2024, 1, 5), 100)
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    make_payment(order, "P-1", 100, due_on=date(2024, 2, 5), paid_on=date(2024, 2, 10))
    client = sign_in(cast.alice)
    facts = client.get(f"/customers/{cast.huaxin.pk}/").context["financial_facts"]
    links = [fact["url"] for fact in facts if fact["url"]]
    assert len(links) == 8
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert "SO-9" not in answer.content.decode()


def test_the_overview_says_when_figures_were_computed_and_leads_to_what_was_before(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    make_payment(order, "P-late", 70, due_on=date(2024, 2, 5), paid_on=date(2024, 2, 9))
    make_payment(order, "P-early", 30, due_on=date(2024, 2, 5), paid_on=date(2024, 2, 1))
    OpeningBalance.objects.create(
        customer=cast.huaxin, until=date(2024, 1, 1), first_order_on=date(2019, 3, 1), orders=4
    )
    client = sign_in(cast.alice)
    shown = client.get(f"/customers/{cast.huaxin.pk}/")
    assert "Computed today" in shown.content.decode()
    links = {fact["label"]: fact["url"] for fact in shown.context["financial_facts"]}
    assert links["First order"].endswith("tab=trade#part-opening")
    assert "SO-1" in client.get(links["Last order"]).content.decode()


def test_the_rows_behind_each_figure_give_the_figure(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 1), 100, status=OrderStatus.CONFIRMED)
    make_order(
        cast.huaxin, "SO-2", date(2024, 1, 1), 50, status=OrderStatus.CONFIRMED, delivered_on=date(2024, 1, 9)
    )
    make_payment(order, "P-late", 70, due_on=date(2024, 2, 5), paid_on=date(2024, 2, 9))
    make_payment(order, "P-early", 30, due_on=date(2024, 2, 5), paid_on=date(2024, 2, 1))
    make_payment(order, "P-any-day", 30, due_on=None, paid_on=date(2024, 3, 1))
    make_payment(order, "P-open", 40, due_on=date(2024, 2, 5), paid_on=None)
    account = make_payment(order, "P-on-account", 30, due_on=date(2024, 2, 5), paid_on=date(2024, 2, 9))
    Payment.objects.filter(pk=account.pk).update(order=None)
    OpeningBalance.objects.create(customer=cast.huaxin, until=date(2024, 1, 1), receivable=5)
    client = sign_in(cast.alice)
    shown = client.get(f"/customers/{cast.huaxin.pk}/").context["financial_facts"]
    facts = {fact["label"]: fact for fact in shown}
    record = financial_record(cast.huaxin)

    def behind(label: str) -> list[str]:
        rows = client.get(facts[label]["url"]).context["rows"]
        return [row.get("number") or row["reference"] for row in rows]

    def mean_days(label: str, since: str) -> float:
        paid = Payment.objects.filter(reference__in=behind(label)).values_list("paid_on", since)
        gone: list[int] = [max((paid_on - on).days, 0) for paid_on, on in paid]
        return sum(gone) / len(gone)

    assert mean_days("Average days to pay", "order__ordered_on") == record.average_days_to_pay
    assert mean_days("Average days late", "due_on") == record.average_days_late
    assert behind("Still to deliver") == ["SO-1"]
    unpaid = Payment.objects.filter(reference__in=behind("Unpaid"))
    assert sum(unpaid.values_list("amount_cents", flat=True)) == record.unpaid_cents - 500
    assert "5" in facts["Unpaid"]["note"]


def test_an_open_complaint_needs_somebody(cast: Cast) -> None:
    Complaint.objects.create(
        customer=cast.huaxin, complaint_type="defect", reported_at=timezone.now() - timedelta(days=1)
    )
    text = page(cast, cast.alice)
    assert "Needs you:" in text
    assert "one complaint has waited 1 day for an answer" in text.lower()
    assert "?tab=behaviour" in text


def test_past_runs_are_a_history_of_tiers(cast: Cast, explained: None) -> None:
    text = page(cast, cast.alice, "analysis")
    assert "Below the line." in text
    assert "900,000" in text


def test_payments_are_the_other_list_of_the_trade_tab(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    make_payment(order, "P-1", 100, due_on=date(2024, 2, 5), paid_on=None)
    assert "P-1" in page(cast, cast.alice, "trade", show="payments")
    assert "P-1" not in page(cast, cast.alice, "trade")


def test_an_auditor_reads_no_phone_number_on_any_tab(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    for tab in TABS:
        assert "13861236021" not in page(cast, cast.otto, tab).replace(" ", "")
    assert "+86 138 6123 6021" in page(cast, cast.alice)


@pytest.mark.parametrize("tab", TABS)
def test_a_customer_out_of_scope_is_absent_byte_for_byte(cast: Cast, tab: str) -> None:
    client = sign_in(cast.charlie)
    foreign = client.get(f"/customers/{cast.huaxin.pk}/?tab={tab}")
    absent = client.get(f"/customers/987654321/?tab={tab}")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    headers = [
        {name: value for name, value in answer.items() if name != "Expires"} for answer in (foreign, absent)
    ]
    assert headers[0] == headers[1]


def test_an_order_out_of_scope_is_absent_byte_for_byte(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    foreign = sign_in(cast.charlie).get(f"/customers/orders/{order.pk}/")
    absent = sign_in(cast.charlie).get("/customers/orders/987654321/")
    assert foreign.status_code == 404
    assert foreign.content == absent.content


def test_an_order_shows_its_lines_totals_returns_and_payments(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 5), "1000.50", 20)
    make_order(cast.huaxin, "RT-1", date(2024, 2, 5), -20, original_order=order)
    make_payment(order, "P-1", 70, due_on=date(2024, 2, 1), paid_on=date(2024, 2, 1))
    text = sign_in(cast.alice).get(f"/customers/orders/{order.pk}/").content.decode()
    for words in ("1,000.50", "1,020.50", "RT-1", "P-1", "40.0%"):
        assert words in text


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_costs_the_same_however_much_it_shows(
    cast: Cast, tab: str, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(30):
        order = make_order(cast.huaxin, f"SO-{number}", date(2024, 1, 1), 100, 20)
        make_payment(order, f"P-{number}", 70, due_on=date(2024, 2, 1), paid_on=None)
    client = sign_in(cast.alice)
    with django_assert_max_num_queries(QUERIES[tab]):
        client.get(f"/customers/{cast.huaxin.pk}/?tab={tab}")
